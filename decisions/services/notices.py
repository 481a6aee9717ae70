"""Posting a notice on the board and taking it down (KL 8:9–12, 13:5)."""

from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from decisions.clock import AppealTime, name_day
from decisions.enums import AppealRoute
from decisions.finality import route_of
from decisions.models import BoardNotice, CommitteeMeeting, Decision, NoticeProof
from decisions.models.notice import BoardNoticeQuerySet
from decisions.proof import render_proof
from decisions.rules import may_keep_board
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.pdf import Seal, seal_pdf
from s3portal.common.swedish import STOCKHOLM, format_day, format_isodate
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import open_case, register_record, store_record_file


class TooEarly(Refusal):
    """The time to appeal has not run out. It takes a reason, and stops the clock."""


@transaction.atomic
def post_minutes_notice(
    *, meeting_id: int, kept_at: str, actor: User, posted_elsewhere_on: date | None = None
) -> BoardNotice:
    """Announce that the minutes of the meeting are approved. The clock of what was reported there starts.

    The day is today. ``posted_elsewhere_on``: the notice stood on the region's earlier board from that day.
    Raises Refusal before the minutes are approved and while the § of what was reported there is not noted,
    and Conflict when there is a notice that counts.
    """
    _require_keeper(actor)
    meeting = (
        CommitteeMeeting.objects.select_for_update(of=("self",))
        .select_related("committee")
        .get(pk=meeting_id)
    )
    if meeting.approved_on is None:
        raise Refusal("Ange först dagen då protokollet justerades.")
    if not meeting.report_paragraph and meeting.reports.exists():
        # The clock of the decisions is read from the notice, and the minutes by their §.
        raise Refusal("Ange först paragrafen där besluten anmäldes.")
    _require_none(BoardNotice.objects.filter(meeting=meeting))
    return _post(
        BoardNotice(
            meeting=meeting,
            case=_case_of_minutes(meeting, actor),
            body=f"{meeting.committee.name} den {format_day(meeting.day)}",
            paragraph=meeting.report_paragraph,
            approved_on=meeting.approved_on,
            kept_at=kept_at,
        ),
        actor,
        posted_elsewhere_on,
    )


@transaction.atomic
def post_decision_notice(
    *, decision_id: int, kept_at: str, actor: User, posted_elsewhere_on: date | None = None
) -> BoardNotice:
    """Announce one decision that is not reported to the nämnd but can be appealed (KL 7:8, 8:10).

    Raises Refusal for one that is not signed, that is reported, or that has no laglighetsprövning, and
    Conflict when there is a notice that counts.
    """
    _require_keeper(actor)
    decision = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("case", "legal_basis")
        .get(pk=decision_id)
    )
    if not decision.is_signed or decision.decided_on is None:
        raise Refusal("Beslutet är inte undertecknat.")
    if route_of(decision) != AppealRoute.BOARD:
        raise Refusal("Tiden att överklaga det här beslutet räknas inte från anslagstavlan.")
    if decision.reportable:
        raise Refusal("Beslutet anmäls till nämnden. Tiden räknas från anslaget om det protokollet.")
    _require_none(BoardNotice.objects.filter(decision=decision))
    return _post(
        BoardNotice(
            decision=decision,
            case=decision.case,
            body=f"{decision.signatory_name}, {decision.signatory_title_in_text}",
            approved_on=decision.decided_on,
            kept_at=kept_at,
        ),
        actor,
        posted_elsewhere_on,
    )


def _post(notice: BoardNotice, actor: User, elsewhere_on: date | None) -> BoardNotice:
    today = timezone.localdate()
    posted_on = elsewhere_on or today
    if posted_on > today:
        raise Refusal("Ange en dag som har varit.", field="posted_on")
    if posted_on < notice.approved_on:
        raise Refusal(
            f"Anslaget kan inte ha satts upp före {format_day(notice.approved_on)}.", field="posted_on"
        )
    notice.posted_on, notice.posted_elsewhere = posted_on, elsewhere_on is not None
    notice.posted_by, notice.appeal_until = actor, AppealTime(posted_on).last_day
    notice.save(force_insert=True)
    register_record(
        actor=actor,
        case=notice.case,
        direction=Direction.DRAWN_UP,
        title=f"Anslag uppsatt {format_isodate(posted_on)}: {notice.subject}"[:300],
        dated_at=_noon(posted_on) if notice.posted_elsewhere else None,
    )
    record_event(
        actor=actor,
        action="notice_posted",
        obj=notice.decision or notice.meeting or notice,
        text=f"Anslag uppsatt: {notice.heading}. {notice.explanation()}",
        data={
            "notice": notice.pk,
            "posted_on": format_isodate(posted_on),
            "appeal_until": format_isodate(notice.appeal_until),
            "elsewhere": notice.posted_elsewhere,
        },
    )
    return notice


@transaction.atomic
def take_down_notice(
    *, notice_id: int, actor: User, early_reason: str = "", taken_down_on: date | None = None
) -> BoardNotice:
    """Take the notice down, and freeze the proof of it in the diary.

    Until the time to appeal has run out (the last day included) this raises ``TooEarly`` unless a reason is
    given. Then it is recorded as early: the time does not run out, and a new notice starts it anew (KL 13:5).
    ``taken_down_on``, for a notice that stood elsewhere: the day it was taken down there; else it is today.
    Raises Conflict when it is down already.
    """
    _require_keeper(actor)
    notice = BoardNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if not notice.is_standing:
        raise Conflict("Anslaget är redan nedtaget.")
    notice = BoardNotice.objects.with_subject().get(pk=notice_id)
    day = _day_of_removal(notice, taken_down_on)
    notice.early = day <= notice.appeal_until
    reason = early_reason.strip()
    if notice.early and not reason:
        raise TooEarly(
            f"Tiden att överklaga går ut {name_day(notice.appeal_until)}. Tas anslaget ned före "
            f"{name_day(notice.kept_from)} löper tiden inte ut. Ange varför du ändå tar ned det.",
            field="early_reason",
        )
    notice.early_reason = reason if notice.early else ""
    notice.taken_down_on, notice.taken_down_at, notice.taken_down_by = day, timezone.now(), actor
    notice.save(update_fields=["taken_down_on", "taken_down_at", "taken_down_by", "early", "early_reason"])
    _freeze_proof(notice, actor)
    record_event(
        actor=actor,
        action="notice_taken_down",
        obj=notice.decision or notice.meeting or notice,
        text=f"Anslag nedtaget {format_isodate(day)}: {notice.heading}"
        + (f". För tidigt: {reason}" if notice.early else ""),
        data={"notice": notice.pk, "early": notice.early},
    )
    return notice


def _day_of_removal(notice: BoardNotice, asked: date | None) -> date:
    today = timezone.localdate()
    if asked is None or asked == today:
        return today
    if not notice.posted_elsewhere:
        raise Refusal("Anslaget tas ned i dag. En annan dag går inte att ange.", field="taken_down_on")
    if asked > today:
        raise Refusal("Ange en dag som har varit.", field="taken_down_on")
    if asked < notice.posted_on:
        raise Refusal(
            f"Anslaget sattes upp {format_day(notice.posted_on)}. Ange den dagen eller en senare.",
            field="taken_down_on",
        )
    return asked


def _freeze_proof(notice: BoardNotice, actor: User) -> None:
    pdf = seal_pdf(
        render_proof(notice),
        signer_name=actor.full_name,
        reason=f"Bevis om anslag, {notice.case}",
        location=settings.REGION["name"],
        seal=Seal.from_settings(),
    )
    record = register_record(
        actor=actor,
        case=notice.case,
        direction=Direction.DRAWN_UP,
        title=f"Bevis om anslag: {notice.subject}"[:300],
    )
    file = store_record_file(
        record=record,
        filename=f"bevis-om-anslag-{notice.pk}.pdf",
        content_type="application/pdf",
        content=pdf,
    )
    NoticeProof.objects.create(notice=notice, file=file)


def _case_of_minutes(meeting: CommitteeMeeting, actor: User) -> Case:
    """One case for the notices about one meeting's minutes, opened with the first."""
    earlier = BoardNotice.objects.filter(meeting=meeting).select_related("case").first()
    if earlier is not None:
        return earlier.case
    title = f"Anslag om justerat protokoll, {meeting.committee.name} {format_isodate(meeting.day)}"
    return open_case(actor=actor, prefix=settings.DIARY_PREFIX, title=title, officer=None)


def _require_none(notices: BoardNoticeQuerySet) -> None:
    there = notices.filter(early=False).first()
    if there is None:
        return
    if there.is_standing:
        raise Conflict(f"Anslaget sitter redan uppe sedan {format_day(there.posted_on)}.")
    raise Conflict("Anslaget har redan suttit uppe hela tiden. Det behövs inget nytt.")


def _require_keeper(actor: User) -> None:
    if not may_keep_board(actor):
        raise Refusal("Bara en registrator sköter anslagstavlan.")


def _noon(day: date) -> datetime:
    """The hour on the earlier board is not known."""
    return datetime.combine(day, time(12), tzinfo=STOCKHOLM)
