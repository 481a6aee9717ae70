"""How far a signed decision has come to each of those who shall have it, for the pages that show it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from decisions.enums import AddresseeKind, DecisionStatus, DispatchState, DispatchStepKind, DispatchWay
from decisions.expedition import may_just_send, parcel_for, reading_places, text_for
from decisions.models import Addressee, Decision, DecisionOpening, Dispatch, DispatchStep
from decisions.secrecy import Secrecy
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day, in_stockholm
from s3portal.outbox.enums import MessageStatus

_OF_MESSAGE = {
    MessageStatus.QUEUED: DispatchState.QUEUED,
    MessageStatus.SENT: DispatchState.LEFT,
    MessageStatus.FAILED: DispatchState.FAILED,
    MessageStatus.CANCELLED: DispatchState.STOPPED,
}
_OF_WAY = {
    DispatchWay.POST: DispatchState.POSTED,
    DispatchWay.HAND: DispatchState.HANDED,
    DispatchWay.EARLIER: DispatchState.EARLIER,
}
_OF_STEP = {
    DispatchStepKind.UNDONE: DispatchState.UNDONE,
    DispatchStepKind.RETURNED: DispatchState.RETURNED,
}


def to_expedite() -> Q:
    """Of decisions: signed here, and somebody has not got it who shall have it."""
    waiting = Addressee.objects.to_handle().values("decision")
    return Q(status=DecisionStatus.SIGNED, signed_elsewhere=False) & (
        Q(expedition__isnull=True) | Q(pk__in=waiting)
    )


def _dispatches() -> "QuerySet[Dispatch]":
    """With all that tells their state. What the mails say stays in the database."""
    found = Dispatch.objects.select_related("message", "made_by", "record")
    steps = Prefetch("steps", DispatchStep.objects.select_related("by"))
    return found.defer("message__text_body", "message__html_body").prefetch_related(steps).order_by("pk")


@dataclass(frozen=True)
class Sent:
    """One dispatch as it is shown. ``at``: when it left, when the mail server took it. ``detail``: what the
    mail server, or who sent it back, said."""

    dispatch: Dispatch
    state: DispatchState
    at: datetime | None
    detail: str = ""

    @property
    def way(self) -> DispatchWay:
        return DispatchWay(self.dispatch.way)


def _sent(dispatch: Dispatch) -> Sent:
    message, steps = dispatch.message, list(dispatch.steps.all())
    if steps:
        return Sent(dispatch, _OF_STEP[DispatchStepKind(steps[-1].kind)], _at(dispatch), steps[-1].text)
    if message is None:
        return Sent(dispatch, _OF_WAY[DispatchWay(dispatch.way)], None)
    return Sent(dispatch, _OF_MESSAGE[MessageStatus(message.status)], _at(dispatch), message.last_error)


def _at(dispatch: Dispatch) -> datetime | None:
    return None if dispatch.message is None else dispatch.message.sent_at


@dataclass(frozen=True)
class Line:
    """One recipient. ``text``: what their next mail says. ``stopped``: why the decision cannot go to them as
    it stands. ``carries``: what they get next, in words."""

    addressee: Addressee
    state: DispatchState
    latest: Sent | None
    earlier: list[Sent]
    openings: list[DecisionOpening]
    text: str
    carries: str = ""
    stopped: str = ""

    @property
    def told(self) -> str:
        """What the mail said that they got, or will say that they get next; "" where it is no mail."""
        if self.latest is not None and not self.state.needs_somebody:
            return str(self.latest.dispatch.text)
        return self.text if DispatchWay(self.addressee.way).by_mail else ""

    @property
    def is_ready(self) -> bool:
        """One press sends it."""
        return self.is_free and DispatchWay(self.addressee.way).by_mail and not self.stopped

    @property
    def is_free(self) -> bool:
        """Nothing has gone to them yet."""
        return may_just_send(None if self.latest is None else self.latest.dispatch)

    @property
    def may_send_again(self) -> bool:
        return not self.is_free and self.state != DispatchState.QUEUED

    @property
    def may_note(self) -> bool:
        return self.state != DispatchState.QUEUED

    @property
    def may_undo(self) -> bool:
        return self.state in (DispatchState.QUEUED, DispatchState.POSTED, DispatchState.HANDED)

    @property
    def may_return(self) -> bool:
        """It has left, and nothing is noted of it since."""
        return self.latest is not None and self.state in (
            DispatchState.LEFT, DispatchState.OPENED, DispatchState.POSTED, DispatchState.HANDED,
            DispatchState.EARLIER,
        )  # fmt: skip

    @property
    def may_remove(self) -> bool:
        return self.addressee.extract_id is None and self.latest is None


@dataclass(frozen=True)
class ExpeditionPage:
    lines: list[Line] = field(default_factory=list)

    @property
    def ready(self) -> list[Line]:
        return [line for line in self.lines if line.is_ready]

    @property
    def went_wrong(self) -> bool:
        return any(line.state.went_wrong for line in self.lines)


def expedition_page(decision: Decision, secrecy: Secrecy) -> ExpeditionPage:
    """A constant number of queries, however many recipients. ``decision`` comes from ``with_parts``."""
    dispatches = Prefetch("dispatches", _dispatches())
    addressees = list(
        decision.addressees.select_related("added_by").prefetch_related(dispatches).order_by("pk")
    )
    openings = list(decision.openings.select_related("user"))
    places = reading_places(decision, [one.email for one in addressees]) if addressees else {}
    others = {one.email.lower() for one in addressees if not one.is_party}
    lines = []
    for addressee in addressees:
        addressee.decision = decision
        sent = [_sent(dispatch) for dispatch in addressee.dispatches.all()]
        opened = [one for one in openings if _is_by(one, addressee, others)]
        carries, stopped = _next(addressee, secrecy, places)
        lines.append(
            Line(
                addressee=addressee,
                state=_state(addressee, sent, opened),
                latest=sent[-1] if sent else None,
                earlier=sent[:-1],
                openings=opened,
                text=text_for(addressee),
                carries=carries,
                stopped=stopped,
            )
        )
    return ExpeditionPage(lines)


def line_of(page: ExpeditionPage, addressee_id: int) -> Line | None:
    return next((line for line in page.lines if line.addressee.pk == addressee_id), None)


def _is_by(opening: DecisionOpening, addressee: Addressee, others: Collection[str]) -> bool:
    """A party reads it in the organisation's name, whoever of its people it is."""
    email = opening.user.email.lower()
    return email not in others if addressee.is_party else email == addressee.email.lower()


def _state(addressee: Addressee, sent: Sequence[Sent], opened: Sequence[DecisionOpening]) -> DispatchState:
    if not sent:
        return DispatchState.UNSENT if DispatchWay(addressee.way).by_mail else DispatchState.TO_DO
    state = sent[-1].state
    return DispatchState.OPENED if state == DispatchState.LEFT and opened else state


def _next(addressee: Addressee, secrecy: Secrecy, places: dict[str, str]) -> tuple[str, str]:
    """What the addressee gets next, and why not."""
    try:
        parcel = parcel_for(addressee, secrecy, places)
    except Refusal as refusal:
        return "", refusal.message
    if parcel.way == DispatchWay.LINK:
        return "Länk som kräver inloggning", ""
    what = "Den maskade versionen" if parcel.masked else "Hela beslutet"
    return f"{what} {parcel.way.told}", ""


def awaits_opening(decision: Decision, user: User) -> bool:
    """Whether a link in a mail to this person leads to the decision, and they have not opened it before."""
    links = Dispatch.objects.filter(
        addressee__decision=decision, way=DispatchWay.LINK, to_email__iexact=user.email
    )
    return links.exclude(addressee__decision__openings__user=user).exists()


# --- What a party is told ---------------------------------------------------------------------------------
def sent_to_parties(decisions: Collection[int]) -> dict[int, list[str]]:
    """Decision id → how and when it was sent to its party, a sentence each, the first one first. Two queries.

    What was stopped or undone before it left is not told."""
    found = _dispatches().filter(addressee__decision__in=decisions, addressee__kind=AddresseeKind.PARTY)
    told: dict[int, list[str]] = defaultdict(list)
    for dispatch in found.select_related("addressee"):
        sentence = _sentence(_sent(dispatch))
        if sentence:
            told[dispatch.addressee.decision_id].append(sentence)
    return told


def _sentence(sent: Sent) -> str:
    dispatch = sent.dispatch
    if sent.state in (DispatchState.UNDONE, DispatchState.STOPPED):
        return ""
    if sent.state == DispatchState.QUEUED:
        return f"På väg {sent.way.told} till {dispatch.to_email}."
    if sent.state == DispatchState.FAILED:
        return f"Mejlet till {dispatch.to_email} kom inte fram."
    back = " Det kom i retur." if sent.state == DispatchState.RETURNED else ""
    if sent.at is not None:
        moment = in_stockholm(sent.at)
        when = f"{format_day(moment.date())} kl. {moment:%H.%M}"
        return f"Skickat {when} {sent.way.told} till {dispatch.to_email}.{back}"
    day = "" if dispatch.sent_on is None else f" {format_day(dispatch.sent_on)}"
    if sent.way == DispatchWay.HAND:
        return f"Överlämnat{day}.{back}"
    how = " med brev" if sent.way == DispatchWay.POST else ""
    return f"Skickat{day}{how}.{back}"
