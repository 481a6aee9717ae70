"""The list to the next meeting fills itself with what is signed and shall be reported (KL 6:40, 7:8)."""

from collections.abc import Collection

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from decisions.models import (
    Committee,
    CommitteeMeeting,
    Decision,
    DecisionReport,
    HeldBack,
    MeetingAnnex,
)
from decisions.models.decision_queryset import DecisionQuerySet
from decisions.queries import missing_from_list
from decisions.rules import may_report
from decisions.services.lists import is_confirmed, lock_meeting, require_no_minutes, require_open_list
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.services import enqueue_mail


def fill_lists() -> int:
    """Each nämnd's next list. Returns how many decisions were put on; harmless to run twice."""
    return sum(fill_next_list(committee_id=pk) for pk in Committee.objects.values_list("pk", flat=True))


def fill_next_list(*, committee_id: int) -> int:
    """Put on the nämnd's next list what is signed here, shall be reported and is on none. Returns how many.

    The next list is that of the nearest coming meeting that is not confirmed and whose last day to report
    has not passed. What the chair decided alone (KL 6:39) goes to the very next meeting, also after that day
    (6:40); when its list is confirmed the registrars are told to open it, and no other list gets it. What was
    held back waits. What was signed elsewhere may have been reported elsewhere, so a registrar puts it on by
    hand. Each list is filled in a transaction of its own, so that nobody waits for one while they hold
    another."""
    coming = CommitteeMeeting.objects.coming().filter(committee=committee_id).select_related("committee")
    meetings = list(coming[:20])
    if not meetings:
        return 0
    confirmed = MeetingAnnex.objects.holding().filter(meeting__in=meetings)
    closed = {annex.meeting_id: annex for annex in confirmed}
    nearest, filled = meetings[0], 0
    if nearest.pk in closed:
        _tell_registrars(closed[nearest.pk], nearest)
    else:
        filled = _fill(nearest.pk, urgent=True)
    today = timezone.localdate()
    for meeting in meetings:
        ends = meeting.agenda_closes_on
        if meeting.pk not in closed and (ends is None or ends >= today):
            return filled + _fill(meeting.pk, urgent=False)
    return filled


@transaction.atomic
def _tell_registrars(annex: MeetingAnnex, meeting: CommitteeMeeting) -> None:
    """Once of each decision and confirmed list: what the chair decided alone is kept out by it."""
    for decision in _to_list(meeting, urgent=True).select_related("case"):
        for registrar in User.objects.filter(is_active=True, staff_roles__role=Role.REGISTRAR).order_by("pk"):
            enqueue_mail(
                kind="urgent_unreported",
                key=f"urgent_unreported:{decision.pk}:{annex.pk}:{registrar.pk}",
                to_email=registrar.email,
                context={
                    "decision": decision,
                    "meeting": meeting,
                    "path": reverse("decisions:committee_meeting_detail", args=[meeting.pk]),
                },
                obj=meeting,
            )


def _to_list(meeting: CommitteeMeeting, *, urgent: bool) -> DecisionQuerySet:
    """What the meeting's list lacks and gets by itself: what the chair decided alone, or the rest."""
    found = missing_from_list(meeting).filter(signed_elsewhere=False)
    return found.filter(clause__urgent=True) if urgent else found.exclude(clause__urgent=True)


@transaction.atomic
def _fill(meeting_id: int, *, urgent: bool) -> int:
    meeting = lock_meeting(meeting_id)
    # It may have been confirmed, called off or begun while the lock was waited for.
    if meeting.has_begun or meeting.is_called_off or is_confirmed(meeting):
        return 0
    found = _to_list(meeting, urgent=urgent)
    ids = _locked_and_unreported(found.order_by("pk").values_list("pk", flat=True))
    reports = DecisionReport.objects.bulk_create(
        DecisionReport(decision_id=pk, meeting=meeting, reported_by=None) for pk in ids
    )
    for report in reports:
        record_event(
            actor=None,
            action="decision_reported",
            obj=report.decision,
            text=f"Fördes upp på listan till {meeting}",
            data={"meeting": meeting.pk, "report": report.pk},
        )
    return len(reports)


def _locked_and_unreported(ids: Collection[int]) -> list[int]:
    """Those that nobody has put on another list while their locks were waited for."""
    locked = Decision.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    pks = list(locked.values_list("pk", flat=True))
    taken = set(DecisionReport.objects.filter(decision__in=pks).values_list("decision_id", flat=True))
    return [pk for pk in pks if pk not in taken]


@transaction.atomic
def hold_back(*, report_id: int, reason: str, actor: User) -> HeldBack:
    """Take a decision off the list of a coming meeting, and keep it off until that meeting has begun; or off
    that of a meeting that was held, when the nämnd never had the decision or put it off. Then the next list
    gets it.

    Raises Refusal without a reason, when the minutes are noted, when the list is confirmed, and before the
    meeting for what the chair decided alone: that is reported at the next meeting (KL 6:40)."""
    if not may_report(actor):
        raise Refusal("Bara en registrator kan hålla tillbaka beslut.")
    meeting_id = DecisionReport.objects.filter(pk=report_id).values_list("meeting_id", flat=True).first()
    report = None
    if meeting_id is not None:
        meeting = lock_meeting(meeting_id)
        found = DecisionReport.objects.select_for_update(of=("self",)).filter(pk=report_id, meeting=meeting)
        report = found.select_related("decision__clause", "decision__case").first()
    if report is None:
        raise Conflict("Beslutet är redan borttaget från listan.")
    require_no_minutes(meeting)
    require_open_list(meeting)
    decision = report.decision
    if decision.clause is not None and decision.clause.urgent and not meeting.has_begun:
        raise Refusal(
            "Ordförandens brådskande beslut ska anmälas vid nästa sammanträde (6 kap. 40 § kommunallagen) "
            "och kan inte hållas tillbaka."
        )
    if not reason.strip():
        taken = "stryks" if meeting.has_begun else "hålls tillbaka"
        raise Refusal(f"Ange varför beslutet {taken}.", field="reason")
    report.delete()
    release_holds([decision.pk], actor=actor)
    held = HeldBack.objects.create(decision=decision, meeting=meeting, reason=reason.strip(), held_by=actor)
    record_event(
        actor=actor,
        action="decision_held_back",
        obj=decision,
        text=f"{'Struket' if meeting.has_begun else 'Hålls tillbaka'} från {meeting}: {held.reason}",
        data={"meeting": meeting.pk, "held": held.pk},
    )
    return held


def release_holds(decision_ids: Collection[int], *, actor: User) -> None:
    """What was held back is put on a list by hand, or held back anew."""
    holds = HeldBack.objects.filter(decision__in=decision_ids, released_at__isnull=True)
    holds.update(released_at=timezone.now(), released_by=actor)
