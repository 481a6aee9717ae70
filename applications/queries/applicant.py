"""What applicants see of their own."""

from typing import Final

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from applications.enums import ApplicationStatus, SupplementEnd
from applications.models import Application, DoorOpening, Letter, SupplementRequest
from s3portal.accounts.models import Membership, Organisation, User
from s3portal.diary.models import RecordFile

#: So many of one's own applications are offered to begin a new one from.
MOST_SOURCES: Final = 30


def my_applications(user: User) -> QuerySet[Application]:
    """All applications of the person's organisations: first those that wait for an answer, then the last
    saved. With ``supplement_due`` (inclusive) and, where a closed call is open for them, ``door_until``."""
    supplements = SupplementRequest.objects.unanswered().filter(application=OuterRef("pk"))
    doors = DoorOpening.objects.filter(
        call=OuterRef("call"), organisation=OuterRef("organisation"), closed_at__isnull=True
    )
    return (
        Application.objects.of_applicant(user)
        .standing()
        .select_related("call", "organisation", "case", "updated_by")
        .annotate(
            supplement_due=Subquery(supplements.values("due_on")[:1]),
            door_until=Subquery(doors.values("open_until")[:1]),
        )
        .order_by(F("supplement_due").asc(nulls_last=True), "-updated_at", "-pk")
    )


def removed_drafts(user: User) -> QuerySet[Application]:
    """Those that can be brought back and supplements that were never sent, last removed first."""
    return (
        Application.objects.of_applicant(user)
        .filter(status=ApplicationStatus.DISCARDED, answering__answered_at__isnull=True)
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


def files_of_applicant(application: Application) -> QuerySet[RecordFile]:
    """The files that its organisation may open: what it has sent, what it has been asked, and the letters."""
    supplements = SupplementRequest.objects.filter(application=application)
    letters = Letter.objects.filter(application__case=application.case_id)
    return RecordFile.objects.filter(
        Q(record=application.record_id)
        | Q(record__in=supplements.values("record"))
        | Q(record__in=supplements.filter(answer_record__isnull=False).values("answer_record"))
        | Q(
            record__in=supplements.filter(
                closed_as=SupplementEnd.TAKEN_BACK, closed_record__isnull=False
            ).values("closed_record")
        )
        | Q(record__in=letters.values("record"))
    )


def sources_for(user: User, organisations: list[Organisation]) -> QuerySet[Application]:
    """What a new application may begin with: whatever the organisations have written, last saved first."""
    return my_applications(user).filter(organisation__in=organisations)[:MOST_SOURCES]


def organisations_of(user: User) -> list[Organisation]:
    """Those the person belongs to, by name."""
    return sorted(
        (one.organisation for one in user.memberships.select_related("organisation")),
        key=lambda one: (one.name, one.pk),
    )


def organisations_to_write_for(user: User) -> list[Organisation]:
    memberships = Membership.objects.filter(user=user).select_related("organisation")
    return sorted((m.organisation for m in memberships if m.may_write), key=lambda o: (o.name, o.pk))


def signatories(organisation: Organisation) -> list[str]:
    """The names of those who may send for the organisation."""
    members = organisation.memberships.filter(is_signatory=True, user__is_active=True).select_related("user")
    return sorted(str(member.user) for member in members)
