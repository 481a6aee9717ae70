"""An överklagande's way: received, handed over to the court, decided, and that ruling final.

The court tries laglighetsprövningar, late ones too (KL 13 kap.). Where förvaltningslagen applies the region
itself dismisses what came too late (45 §) and hands over the rest (46 §).
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.services import change_grant, reopen_application
from decisions.enums import AppealAction, AppealOutcome, AppealRoute, AppealStatus
from decisions.final_queries import finality_of_id
from decisions.finality import own_last_days, parties_of, route_of
from decisions.kinds import decides, new_grant
from decisions.models import Appeal, Decision
from decisions.rules import may_keep_board
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day, format_isodate
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import register_record

#: A pair that is not here is refused. A ruling can be appealed in its turn, so DECIDE may come again.
TRANSITIONS: Final[Mapping[AppealStatus, Mapping[AppealAction, AppealStatus]]] = {
    AppealStatus.RECEIVED: {
        AppealAction.HAND_OVER: AppealStatus.AT_COURT,
        AppealAction.DISMISS: AppealStatus.DECIDED,
        AppealAction.CANCEL: AppealStatus.CLOSED,
    },
    AppealStatus.AT_COURT: {
        AppealAction.NUMBER: AppealStatus.AT_COURT,
        AppealAction.DECIDE: AppealStatus.DECIDED,
        AppealAction.CANCEL: AppealStatus.CLOSED,
    },
    AppealStatus.DECIDED: {
        AppealAction.DECIDE: AppealStatus.DECIDED,
        AppealAction.CLOSE: AppealStatus.CLOSED,
    },
    AppealStatus.CLOSED: {},
}
_WHY_NOT: Final = {
    AppealStatus.RECEIVED: "Överklagandet är inte överlämnat till domstolen än.",
    AppealStatus.AT_COURT: "Överklagandet är hos domstolen, som inte har avgjort det än.",
    AppealStatus.DECIDED: "Överklagandet är avgjort.",
    AppealStatus.CLOSED: "Överklagandet är slutligt avgjort och kan inte ändras.",
}


def allows(appeal: Appeal, action: AppealAction) -> bool:
    return action in TRANSITIONS[AppealStatus(appeal.status)]


@transaction.atomic
def register_appeal(
    *,
    decision_id: int,
    received_on: date,
    appellant: str,
    actor: User,
    party: str = "",
    appellant_protected: bool = False,
    received_at_court: bool = False,
    court_case_number: str = "",
) -> Appeal:
    """Enter what came in to the region, or what the court has told that it got.

    ``received_on`` is the first day it came to either. What came late is entered too: whether it is tried is
    for the court, or for ``dismiss_appeal``. ``party``: one of ``finality.parties_of``, where each has a time
    of its own. It becomes a record in the decision's case. Raises Refusal for a decision that is not
    signed, for a day before it or to come, and for a party that is none of them."""
    _require_keeper(actor)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("case").get(pk=decision_id)
    if not decision.is_signed or decision.decided_on is None:
        raise Refusal("Beslutet är inte undertecknat.")
    if received_on < decision.decided_on:
        raise Refusal(
            f"Beslutet fattades {format_day(decision.decided_on)}. Ange den dagen eller en senare.",
            field="received_on",
        )
    _require_past(received_on, "received_on")
    if party and party not in parties_of(decision):
        raise Refusal("Välj en av parterna.", field="party")
    appeal = Appeal.objects.create(
        decision=decision,
        received_on=received_on,
        received_at_court=received_at_court,
        appellant=appellant,
        party=party,
        appellant_protected=appellant_protected,
        status=AppealStatus.AT_COURT if received_at_court else AppealStatus.RECEIVED,
        court=settings.REGION["court"] if received_at_court else "",
        court_case_number=court_case_number if received_at_court else "",
        registered_by=actor,
    )
    register_record(
        actor=actor,
        case=decision.case,
        direction=Direction.INCOMING,
        title="Underrättelse från domstolen om överklagande" if received_at_court else "Överklagande",
        counterpart="" if appellant_protected else appellant,
        # What the court tells came in to the region now; the appeal itself on its day (OSL 5 kap. 2 §).
        dated_at=None if received_at_court else _moment(received_on),
    )
    _note(appeal, actor, "appeal_registered", f"Överklagande inkom {format_isodate(received_on)}")
    return appeal


@transaction.atomic
def hand_over_appeal(
    *, appeal_id: int, handed_over_on: date, court: str, actor: User, court_case_number: str = ""
) -> Appeal:
    """The appeal and the case's papers go to the court (KL 13 kap., FL 46 §)."""
    appeal = _step(appeal_id, AppealAction.HAND_OVER, actor)
    _require_order(handed_over_on, appeal.received_on, "handed_over_on", "Överklagandet kom in")
    appeal.handed_over_on, appeal.court, appeal.court_case_number = handed_over_on, court, court_case_number
    _save(appeal, AppealStatus.AT_COURT, "handed_over_on", "court", "court_case_number")
    register_record(
        actor=actor,
        case=appeal.decision.case,
        direction=Direction.OUTGOING,
        title="Överklagande överlämnat till domstol",
        counterpart=court,
        dated_at=_moment(handed_over_on),
    )
    _note(appeal, actor, "appeal_handed_over", f"Överklagandet överlämnat till {court}")
    return appeal


@transaction.atomic
def number_appeal(*, appeal_id: int, court_case_number: str, actor: User) -> Appeal:
    """The court's own number of the case (målnummer)."""
    appeal = _step(appeal_id, AppealAction.NUMBER, actor)
    appeal.court_case_number = court_case_number
    _save(appeal, AppealStatus.AT_COURT, "court_case_number")
    _note(appeal, actor, "appeal_numbered", f"Domstolens målnummer: {court_case_number}")
    return appeal


@transaction.atomic
def dismiss_appeal(*, appeal_id: int, dismissed_on: date, actor: User) -> Appeal:
    """The region has dismissed what came too late (FL 45 §). That can be appealed too: it is not final yet.

    What is noted here becomes a record in the case; the decision itself is made by who has it delegated.
    Raises Refusal when it came in time, and where the court is the one to try that."""
    appeal = _step(appeal_id, AppealAction.DISMISS, actor)
    if route_of(appeal.decision) != AppealRoute.SERVICE:
        raise Refusal(
            "Domstolen prövar om överklagandet kom in i tid. Lämna över det, även om det är för sent."
        )
    last_day = last_day_of(appeal)
    if last_day is None or appeal.received_on <= last_day:
        raise Refusal("Överklagandet kom in i tid och kan inte avvisas som för sent.")
    _require_order(dismissed_on, appeal.received_on, "dismissed_on", "Överklagandet kom in")
    appeal.outcome, appeal.outcome_on = AppealOutcome.LATE, dismissed_on
    _save(appeal, AppealStatus.DECIDED, "outcome", "outcome_on")
    register_record(
        actor=actor,
        case=appeal.decision.case,
        direction=Direction.DRAWN_UP,
        title="Överklagande avvisat som för sent inkommet",
        counterpart="" if appeal.appellant_protected else appeal.appellant,
        dated_at=_moment(dismissed_on),
    )
    _note(appeal, actor, "appeal_dismissed", "Överklagandet avvisat som för sent inkommet")
    return appeal


@transaction.atomic
def decide_appeal(
    *,
    appeal_id: int,
    outcome: str,
    outcome_on: date,
    actor: User,
    court: str = "",
    court_case_number: str = "",
) -> Appeal:
    """The court's ruling. A higher court's later one replaces it; ``court`` and number when they are others.

    Raises Refusal for an outcome that is no court's, and for a changed decision in a laglighetsprövning:
    there the court can only annul (KL 13:8)."""
    appeal = _step(appeal_id, AppealAction.DECIDE, actor)
    if outcome not in AppealOutcome.by_court():
        raise Refusal("Välj hur domstolen avgjorde målet.", field="outcome")
    if outcome == AppealOutcome.CHANGED and route_of(appeal.decision) == AppealRoute.BOARD:
        raise Refusal(
            "Vid laglighetsprövning kan domstolen bara upphäva beslutet, inte ändra det.", field="outcome"
        )
    _require_order(outcome_on, appeal.received_on, "outcome_on", "Överklagandet kom in")
    appeal.outcome, appeal.outcome_on = outcome, outcome_on
    appeal.court = court or appeal.court
    appeal.court_case_number = court_case_number or appeal.court_case_number
    _save(appeal, AppealStatus.DECIDED, "outcome", "outcome_on", "court", "court_case_number")
    register_record(
        actor=actor,
        case=appeal.decision.case,
        direction=Direction.INCOMING,
        title="Domstolens avgörande om överklagande",
        counterpart=appeal.court,
    )
    _note(appeal, actor, "appeal_decided", f"{appeal.get_outcome_display()} {format_isodate(outcome_on)}")
    return appeal


@transaction.atomic
def close_appeal(*, appeal_id: int, final_on: date, actor: User) -> Appeal:
    """The ruling itself has become final: nobody has appealed against it, or nobody can."""
    appeal = _step(appeal_id, AppealAction.CLOSE, actor)
    if appeal.outcome_on is None:
        raise ValueError("a decided appeal has a day")
    _require_order(final_on, appeal.outcome_on, "final_on", "Avgörandet kom")
    appeal.outcome_final_on = final_on
    _save(appeal, AppealStatus.CLOSED, "outcome_final_on")
    if appeal.outcome == AppealOutcome.ANNULLED:
        _undo(appeal, actor)
    _note(appeal, actor, "appeal_closed", f"Avgörandet fick laga kraft {format_isodate(final_on)}")
    return appeal


def _undo(appeal: Appeal, actor: User) -> None:
    """What an annulled decision decided waits for a new one; what it made of a grant is undone."""
    decision, pk = appeal.decision, appeal.decision.application_id
    if pk is None:
        return
    _hold(pk, decision.case_id)
    reason = f"Domstolen upphävde beslut {decision.printed_number}"
    if decides(decision):
        reopen_application(application_id=pk, actor=actor, reason=reason)
    elif (amount := new_grant(decision)) is not None:
        # The court does not ask what the frame holds.
        change_grant(application_id=pk, actor=actor, amount=amount, decision=reason, within_frame=False)


def _hold(application_id: int, case_id: int) -> None:
    """Nobody signs in the matter until the transaction ends; in the order of those who do."""
    list(Application.objects.select_for_update(of=("self",)).filter(pk=application_id).values("pk"))
    list(Case.objects.select_for_update(of=("self",)).filter(pk=case_id).values("pk"))


@transaction.atomic
def cancel_appeal(*, appeal_id: int, actor: User) -> Appeal:
    """It was entered by mistake, for instance on the wrong decision. It stays, and counts for nothing."""
    appeal = _step(appeal_id, AppealAction.CANCEL, actor)
    today = timezone.localdate()
    appeal.outcome, appeal.outcome_on, appeal.outcome_final_on = AppealOutcome.MISTAKE, today, today
    _save(appeal, AppealStatus.CLOSED, "outcome", "outcome_on", "outcome_final_on")
    _note(appeal, actor, "appeal_cancelled", "Registrerat av misstag, räknas inte")
    return appeal


def last_day_of(appeal: Appeal) -> date | None:
    """Where each party has a time of its own, the appellant's; else the last of them."""
    own = own_last_days(appeal.decision).get(appeal.whose_time)
    if own is not None:
        return own
    found = finality_of_id(appeal.decision_id, today=timezone.localdate())
    return None if found is None else found.last_day


# --- Steps ------------------------------------------------------------------------------------------------
def _step(appeal_id: int, action: AppealAction, actor: User) -> Appeal:
    """The appeal, locked, if the action may be taken on it."""
    _require_keeper(actor)
    appeal = (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("decision__case", "decision__legal_basis")
        .get(pk=appeal_id)
    )
    if not allows(appeal, action):
        raise Refusal(_WHY_NOT[AppealStatus(appeal.status)])
    return appeal


def _save(appeal: Appeal, status: AppealStatus, *fields: str) -> None:
    appeal.status = status
    appeal.save(update_fields=["status", *fields])


def _moment(day: date) -> datetime | None:
    """For the diary: now for what is done today, else the beginning of the day: nobody has noted the hour."""
    if day == timezone.localdate():
        return None
    return timezone.make_aware(datetime.combine(day, time.min))


def _note(appeal: Appeal, actor: User, action: str, text: str) -> None:
    record_event(actor=actor, action=action, obj=appeal.decision, text=text, data={"appeal": appeal.pk})


def _require_past(day: date, field: str) -> None:
    if day > timezone.localdate():
        raise Refusal("Ange en dag som har varit.", field=field)


def _require_order(day: date, earliest: date, field: str, what: str) -> None:
    _require_past(day, field)
    if day < earliest:
        raise Refusal(f"{what} {format_day(earliest)}. Ange den dagen eller en senare.", field=field)


def _require_keeper(actor: User) -> None:
    if not may_keep_board(actor):
        raise Refusal("Bara en registrator registrerar överklaganden.")
