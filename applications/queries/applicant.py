"""What applicants see of their own."""

from django.db.models import QuerySet

from applications.models import Application
from s3portal.accounts.models import Membership, Organisation, User


def my_applications(user: User) -> QuerySet[Application]:
    """All applications of the person's organisations, last saved first."""
    return (
        Application.objects.of_applicant(user)
        .select_related("call", "organisation", "case", "updated_by")
        .order_by("-updated_at", "-pk")
    )


def organisations_to_write_for(user: User) -> list[Organisation]:
    memberships = Membership.objects.filter(user=user).select_related("organisation")
    return sorted((m.organisation for m in memberships if m.may_write), key=lambda o: (o.name, o.pk))


def signatories(organisation: Organisation) -> list[str]:
    """The names of those who may send for the organisation."""
    members = organisation.memberships.filter(is_signatory=True, user__is_active=True).select_related("user")
    return sorted(str(member.user) for member in members)
