"""What applicants see of their own."""

from typing import Final

from django.db.models import QuerySet

from applications.enums import ApplicationStatus
from applications.models import Application
from s3portal.accounts.models import Membership, Organisation, User

#: So many of one's own applications are offered to begin a new one from.
MOST_SOURCES: Final = 30


def my_applications(user: User) -> QuerySet[Application]:
    """All applications of the person's organisations, last saved first."""
    return (
        Application.objects.of_applicant(user)
        .standing()
        .select_related("call", "organisation", "case", "updated_by")
        .order_by("-updated_at", "-pk")
    )


def removed_drafts(user: User) -> QuerySet[Application]:
    """Those that can be brought back, last removed first."""
    return (
        Application.objects.of_applicant(user)
        .filter(status=ApplicationStatus.DISCARDED)
        .select_related("call", "organisation", "updated_by")
        .order_by("-discarded_at", "-pk")
    )


def earlier_versions(application: Application) -> QuerySet[Application]:
    """What has been sent in the same case and been replaced, the latest first."""
    return (
        Application.objects.filter(case=application.case_id, status=ApplicationStatus.REPLACED)
        .exclude(pk=application.pk)
        .select_related("submitted_by", "record")
        .order_by("-submitted_at", "-pk")
    )


def sources_for(user: User, organisations: list[Organisation]) -> QuerySet[Application]:
    """What a new application may begin with: whatever the organisations have written, last saved first."""
    return my_applications(user).filter(organisation__in=organisations)[:MOST_SOURCES]


def organisations_to_write_for(user: User) -> list[Organisation]:
    memberships = Membership.objects.filter(user=user).select_related("organisation")
    return sorted((m.organisation for m in memberships if m.may_write), key=lambda o: (o.name, o.pk))


def signatories(organisation: Organisation) -> list[str]:
    """The names of those who may send for the organisation."""
    members = organisation.memberships.filter(is_signatory=True, user__is_active=True).select_related("user")
    return sorted(str(member.user) for member in members)
