"""Putting signed decisions on a meeting's list by hand (anmälan, KL 6:40 and 7:8). See ``filling``."""

from collections.abc import Collection

from django.db import transaction

from decisions.enums import DecisionAction
from decisions.models import CommitteeMeeting, Decision, DecisionReport
from decisions.rules import may_report
from decisions.services.filling import release_holds
from decisions.services.lists import lock_meeting, require_open_list
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_isodate


@transaction.atomic
def report_decisions(*, meeting_id: int, decision_ids: Collection[int], actor: User) -> list[DecisionReport]:
    """Put decisions on the meeting's list: all of them, or none.

    Raises Refusal for a decision that is not signed, is not to be reported, belongs to another nämnd or was
    made after the meeting, for a meeting that has begun, and for what the chair decided alone when another
    meeting comes before (KL 6:40). Only what was signed elsewhere may be entered
    on a meeting that has been held. Raises Conflict when one is on a list already.
    """
    _require_registrar(actor)
    meeting = lock_meeting(meeting_id)
    require_open_list(meeting)
    if not decision_ids:
        raise Refusal("Välj minst ett beslut att anmäla.")
    decisions = list(
        Decision.objects.select_for_update(of=("self",))
        .select_related("case", "clause__order")
        .filter(pk__in=decision_ids)
        .order_by("pk")
    )
    if len(decisions) != len(set(decision_ids)):
        raise Refusal("Ett av besluten finns inte längre. Ladda om sidan och välj igen.")
    for decision in decisions:
        _require_reportable(decision, meeting)
    _require_unreported(decisions)
    release_holds([decision.pk for decision in decisions], actor=actor)
    reports = [
        DecisionReport.objects.create(decision=decision, meeting=meeting, reported_by=actor)
        for decision in decisions
    ]
    for report in reports:
        record_event(
            actor=actor,
            action="decision_reported",
            obj=report.decision,
            text=f"Anmäls till {meeting}",
            data={"meeting": meeting.pk, "report": report.pk},
        )
    return reports


def _require_registrar(actor: User) -> None:
    if not may_report(actor):
        raise Refusal("Bara en registrator kan anmäla beslut till nämnden.")


def _require_reportable(decision: Decision, meeting: CommitteeMeeting) -> None:
    require(decision, DecisionAction.REPORT)
    if not decision.reportable:
        raise Refusal(f"{decision.case} ska inte anmälas till nämnden.")
    if not decision.belongs_to(meeting.committee):
        raise Refusal(f"{decision.case} fattades inte för {meeting.committee.name}.")
    if meeting.has_begun and not decision.signed_elsewhere:
        raise Refusal("Sammanträdet har börjat. Välj ett kommande sammanträde.")
    day = meeting.day
    if decision.decided_on is not None and decision.decided_on > day:
        raise Refusal(
            f"{decision.case} beslutades {format_isodate(decision.decided_on)}, efter sammanträdet."
        )
    if decision.clause is not None and decision.clause.urgent and not meeting.has_begun:
        _require_nearest(decision, meeting)


def _require_nearest(decision: Decision, meeting: CommitteeMeeting) -> None:
    """What the chair decided alone is reported at the next meeting, whichever list is open (KL 6:40)."""
    nearest = CommitteeMeeting.objects.coming().filter(committee=meeting.committee).first()
    if nearest is not None and nearest != meeting:
        raise Refusal(
            f"{decision.case} är ett brådskande beslut och ska anmälas vid nästa sammanträde, "
            f"{format_isodate(nearest.day)} (6 kap. 40 § kommunallagen). Öppna den listan igen om den är "
            "fastställd."
        )


def _require_unreported(decisions: Collection[Decision]) -> None:
    taken = DecisionReport.objects.filter(decision__in=decisions).select_related(
        "decision__case", "meeting__committee"
    )
    for report in taken:
        raise Conflict(f"{report.decision.case} är redan anmält till {report.meeting}.")
