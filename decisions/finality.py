"""Is a signed decision final (laga kraft), and how do we know? One answer for every page.

``finality`` is pure: facts in, answer out. ``finality_of`` reads the facts of a decision. What lists ask the
database is in ``decisions/final_queries.py``; a test holds the two together.

A decision that may not be appealed is final at once (for instance 14 § förordningen (2003:596)). One that may
be is final the day after the time to appeal has run out, which it only does when it has begun: with the
notice about the minutes where it was reported, with its own notice when it is not reported (KL 13:5), or when
each party has got it (FL 44 §): while one has not, it is not final. Reported and noticed nowhere, it never
becomes final.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from calls.enums import AppealRule
from decisions.clock import DAYS_TO_APPROVE, AppealTime, name_day, post_by
from decisions.enums import AppealOutcome, AppealRoute, AppealStatus, DecisionKind, FinalState
from decisions.models import Appeal, BoardNotice, Decision
from decisions.models.same_party import one_of_each
from s3portal.common.swedish import format_day

#: Decisions under förordning (2022:1468) that may not be appealed. All others, such as a stopped payment or
#: a recovery, are taken for such as may: then nothing is called final too early.
#: A correction is signed under it only when it corrects one of these (``appeal``). To amend or revoke one may
#: be to stop a payment.
NOT_APPEALABLE_KINDS = (
    DecisionKind.GRANT,
    DecisionKind.REJECTION,
    DecisionKind.DISMISSAL,
    DecisionKind.PARTICIPATION,
    DecisionKind.EXTENSION,
    DecisionKind.CORRECTION,
)
#: Outcomes after which the decision no longer stands as it was.
_ANNULLED = AppealOutcome.ANNULLED
#: Outcomes by which a court has tried the matter itself, and so found that the appeal came in time.
_TRIED = (AppealOutcome.REJECTED, AppealOutcome.CHANGED)


def route_of(decision: Decision) -> AppealRoute:
    """How it can be appealed. One without a legal basis (signed elsewhere) follows the main rule, KL 13:1."""
    rule = decision.legal_basis.appeal_rule if decision.legal_basis else AppealRule.LEGALITY_REVIEW
    if rule == AppealRule.NOT_APPEALABLE:
        return AppealRoute.NONE
    if rule == AppealRule.STOP_AND_RECOVERY_ONLY:
        return AppealRoute.NONE if decision.kind in NOT_APPEALABLE_KINDS else AppealRoute.SERVICE
    return AppealRoute.BOARD


@dataclass(frozen=True)
class NoticeFacts:
    posted_on: date
    taken_down_on: date | None = None
    early: bool = False


@dataclass(frozen=True)
class AppealFacts:
    received_on: date
    status: str = AppealStatus.RECEIVED
    outcome: str = ""
    outcome_final_on: date | None = None
    at_court: str = ""
    #: The appellant's own last day, where she is one of several parties that each have one (FL 44 §).
    own_last_day: date | None = None

    def in_time(self, last_day: date | None) -> bool:
        """The last day is inclusive: the appellant's own, else ``last_day``, that of the last of them. Before
        the clock has begun nothing is too late."""
        last_day = self.own_last_day or last_day
        return last_day is None or self.received_on <= last_day


@dataclass(frozen=True)
class Facts:
    """``notices``: of the meeting where it was reported, or its own; oldest first. ``receipts``: the days the
    parties got it; ``unserved``: the parties it shall go to of whom that is not known. ``meeting_on``: the
    meeting on whose list it is."""

    route: AppealRoute
    decided_on: date
    reportable: bool = True
    meeting_on: date | None = None
    approved_on: date | None = None
    notices: Sequence[NoticeFacts] = ()
    receipts: Sequence[date] = ()
    unserved: Sequence[str] = ()
    appeals: Sequence[AppealFacts] = ()


@dataclass(frozen=True)
class Finality:
    """``last_day``: the last day to appeal, inclusive; None while no clock runs. ``final_on``: the day it
    became or becomes final; None when that cannot be said. ``how``: the days counted, step by step.
    ``warning``: why it does not become final as it stands, and what to do."""

    state: FinalState
    sentence: str
    last_day: date | None = None
    final_on: date | None = None
    how: str = ""
    warning: str = ""
    #: The latest notice that its clock hangs on, also one that came down too early.
    notice: NoticeFacts | None = None
    at_court: Sequence[str] = field(default=())
    late_appeals: int = 0
    #: The parties who have not got it, where their time to appeal begins with that (FL 44 §). For those who
    #: may read the whole case: the sentences name nobody.
    unserved: Sequence[str] = ()

    @property
    def label(self) -> str:
        return str(self.state.label)


def finality(facts: Facts, today: date) -> Finality:
    """As it stands on ``today``, with what is known of it today."""
    found = _finality(facts, today)
    unserved = facts.unserved if facts.route == AppealRoute.SERVICE else ()
    return replace(found, notice=facts.notices[-1] if facts.notices else None, unserved=unserved)


def _finality(facts: Facts, today: date) -> Finality:
    if facts.route == AppealRoute.NONE:
        return _appealed_anyway(facts) or Finality(
            FinalState.FINAL,
            f"Beslutet får inte överklagas. Det fick laga kraft genast, {name_day(facts.decided_on)}.",
            final_on=facts.decided_on,
        )
    started = _started_on(facts)
    last_day = None if started is None else AppealTime(started).last_day
    otherwise = (
        _not_started(facts, today)
        if started is None
        else _running_or_final(facts, AppealTime(started), today)
    )
    # Others may still appeal, so what keeps the clock from running is warned of all the same.
    return _appealed(facts, last_day, otherwise.warning) or otherwise


def _started_on(facts: Facts) -> date | None:
    """The day that the clock which decides runs from."""
    if facts.route == AppealRoute.SERVICE:
        # Each party has a time of its own; the decision is final when the last of them has run out.
        if facts.unserved:
            return None
        return max(facts.receipts, default=None, key=lambda day: (AppealTime(day).last_day, day))
    valid = [notice.posted_on for notice in facts.notices if not notice.early]
    return max(valid, default=None)


# --- Appealed ---------------------------------------------------------------------------------------------
def _appealed_anyway(facts: Facts) -> Finality | None:
    """Only a court's annulment changes what may not be appealed."""
    return _annulled(facts.appeals)


def _annulled(appeals: Sequence[AppealFacts]) -> Finality | None:
    for appeal in appeals:
        if appeal.outcome == _ANNULLED and appeal.outcome_final_on is not None:
            day = name_day(appeal.outcome_final_on)
            return Finality(
                FinalState.ANNULLED,
                f"Beslutet är upphävt av domstol. Avgörandet fick laga kraft {day}.",
                at_court=[appeal.at_court] if appeal.at_court else [],
            )
    return None


def _appealed(facts: Facts, last_day: date | None, warning: str) -> Finality | None:
    annulled = _annulled(facts.appeals)
    if annulled is not None:
        return annulled
    waiting = [
        appeal
        for appeal in facts.appeals
        if appeal.status != AppealStatus.CLOSED
        and (appeal.in_time(last_day) or appeal.outcome in (_ANNULLED, *_TRIED))
    ]
    if not waiting:
        return None
    courts = [appeal.at_court for appeal in waiting if appeal.at_court]
    where = f" Målet prövas av {'; '.join(courts)}." if courts else " Överklagandet är inte överlämnat än."
    return Finality(
        FinalState.APPEALED,
        f"Beslutet är överklagat och har inte fått laga kraft.{where}",
        last_day=last_day,
        how=_how(facts),
        warning=warning,
        at_court=courts,
    )


def _late(facts: Facts, last_day: date) -> int:
    """Those that came too late, and that no court has tried all the same."""
    return sum(
        not appeal.in_time(last_day) and appeal.outcome not in (*_TRIED, AppealOutcome.MISTAKE)
        for appeal in facts.appeals
    )


# --- The clock has not begun ------------------------------------------------------------------------------
def _not_started(facts: Facts, today: date) -> Finality:
    if facts.route == AppealRoute.SERVICE:
        return _stuck(
            FinalState.UNSERVED,
            _not_served(len(facts.unserved))
            if facts.receipts
            else "Tiden att överklaga har inte börjat löpa: ingen part har registrerats som delgiven.",
            "Registrera den dag varje part fick del av beslutet (44 § förvaltningslagen).",
        )
    if facts.notices:
        taken = facts.notices[-1].taken_down_on
        when = "" if taken is None else f" {name_day(taken)}"
        return _stuck(
            FinalState.INTERRUPTED,
            f"Anslaget togs ned{when}, innan tiden att överklaga hade gått ut. Tiden löper inte ut.",
            "Sätt upp ett nytt anslag. Tre veckor räknas om från den dagen.",
        )
    if not facts.reportable:
        return _stuck(
            FinalState.UNPOSTED,
            "Tiden att överklaga har inte börjat löpa: beslutet är inte tillkännagivet på anslagstavlan.",
            "Beslutet anmäls inte till nämnden. Sätt upp ett eget anslag om det.",
        )
    if facts.meeting_on is None:
        return _stuck(
            FinalState.UNREPORTED,
            "Tiden att överklaga har inte börjat löpa: beslutet är inte anmält till nämnden.",
            "Anmäl beslutet till ett sammanträde.",
        )
    if facts.approved_on is None:
        return _waits_for_minutes(facts.meeting_on, today)
    late = today > post_by(facts.approved_on)
    return _stuck(
        FinalState.UNPOSTED,
        "Tiden att överklaga har inte börjat löpa: anslaget om protokollet är inte uppsatt.",
        f"Protokollet justerades {format_day(facts.approved_on)}. Anslaget skulle ha suttit uppe senast "
        f"{format_day(post_by(facts.approved_on))}. Sätt upp det nu."
        if late
        else f"Protokollet är justerat. Sätt upp anslaget senast {format_day(post_by(facts.approved_on))}.",
    )


def _not_served(count: int) -> str:
    who = "en part har inte registrerats som delgiven"
    if count > 1:
        who = f"{count} parter har inte registrerats som delgivna"
    return f"Tiden att överklaga löper inte ut: {who}."


def _stuck(state: FinalState, sentence: str, todo: str) -> Finality:
    return Finality(state, sentence, warning=f"Som det är nu får beslutet aldrig laga kraft. {todo}")


def _waits_for_minutes(meeting_on: date, today: date) -> Finality:
    late = today > meeting_on + timedelta(days=DAYS_TO_APPROVE)
    sentence = (
        f"Beslutet är med på listan till sammanträdet {format_day(meeting_on)}. Tiden att överklaga börjar "
        "när det anslås att protokollet är justerat."
    )
    warning = (
        f"Protokollet skulle ha justerats inom {DAYS_TO_APPROVE} dagar efter sammanträdet. "
        "Ange dagen när det är justerat."
    )
    return Finality(FinalState.ON_LIST, sentence, warning=warning if late else "")


# --- The clock runs, or has run out -----------------------------------------------------------------------
def _running_or_final(facts: Facts, time: AppealTime, today: date) -> Finality:
    how, late = _how(facts), _late(facts, time.last_day)
    if not time.has_run_out(today):
        return Finality(
            FinalState.RUNNING,
            f"Beslutet får överklagas till och med {name_day(time.last_day)}. Överklagas det inte får det "
            f"laga kraft {name_day(time.final_on)}.",
            last_day=time.last_day,
            final_on=time.final_on,
            how=how,
        )
    final_on = max([time.final_on, *_rulings(facts, time.last_day)])
    note = "" if final_on == time.final_on else " Domstolens avgörande är slutligt."
    if late:
        note = f"{note} {_late_sentence(late)}"
    return Finality(
        FinalState.FINAL,
        f"Beslutet fick laga kraft {name_day(final_on)}.{note}",
        last_day=time.last_day,
        final_on=final_on,
        how=how,
        at_court=[appeal.at_court for appeal in facts.appeals if appeal.at_court],
        late_appeals=late,
    )


def _late_sentence(late: int) -> str:
    return "Ett överklagande kom in för sent." if late == 1 else f"{late} överklaganden kom in för sent."


def _rulings(facts: Facts, last_day: date) -> list[date]:
    """The days from which the courts' rulings on what came in time stand."""
    return [
        appeal.outcome_final_on
        for appeal in facts.appeals
        if appeal.outcome_final_on is not None
        and appeal.outcome not in (AppealOutcome.LATE, AppealOutcome.MISTAKE)
        and (appeal.in_time(last_day) or appeal.outcome in _TRIED)
    ]


def _how(facts: Facts) -> str:
    started = _started_on(facts)
    if started is None:
        return ""
    if facts.route == AppealRoute.SERVICE:
        who = "Den siste av parterna" if len(facts.receipts) > 1 else "Parten"
        return AppealTime(started).explain(f"{who} fick del av beslutet")
    again = any(notice.early for notice in facts.notices)
    return AppealTime(started).explain("Ett nytt anslag sattes upp" if again else "Anslaget sattes upp")


# --- From the database ------------------------------------------------------------------------------------
def facts_of(decision: Decision) -> Facts:
    """Costs nothing more for a decision from ``final_queries.with_finality``."""
    if decision.decided_on is None:
        raise ValueError(f"{decision} is not signed")
    report = getattr(decision, "report", None)
    meeting = None if report is None else report.meeting
    notices = decision.notices.all() if meeting is None else meeting.notices.all()
    return Facts(
        route=route_of(decision),
        decided_on=decision.decided_on,
        reportable=decision.reportable,
        meeting_on=None if meeting is None else meeting.day,
        approved_on=None if meeting is None else meeting.approved_on,
        notices=[_notice_facts(notice) for notice in sorted(notices, key=lambda each: each.pk)],
        receipts=[receipt.received_on for receipt in decision.receipts.all()],
        unserved=unserved_parties(decision),
        appeals=[_appeal_facts(appeal, own_last_days(decision)) for appeal in decision.appeals.all()],
    )


def unserved_parties(decision: Decision) -> list[str]:
    """The parties that the decision shall go to and that no day is registered for, by name: one of each, also
    where several recipients are one party."""
    waiting = getattr(decision, "unserved_addressees", None)
    return one_of_each(decision.addressees.unserved() if waiting is None else waiting)


def parties_of(decision: Decision) -> list[str]:
    """Those that each have a time of their own: who has got it, and who shall."""
    served = [receipt.party for receipt in decision.receipts.all()]
    return [*served, *unserved_parties(decision)]


def own_last_days(decision: Decision) -> dict[str, date]:
    """The last day of each party that has got the decision, by name in small letters."""
    return {receipt.party.lower(): receipt.appeal_until for receipt in decision.receipts.all()}


def _notice_facts(notice: BoardNotice) -> NoticeFacts:
    return NoticeFacts(notice.posted_on, notice.taken_down_on, notice.early)


def _appeal_facts(appeal: Appeal, last_days: Mapping[str, date]) -> AppealFacts:
    return AppealFacts(
        appeal.received_on,
        appeal.status,
        appeal.outcome,
        appeal.outcome_final_on,
        appeal.at_court,
        last_days.get(appeal.whose_time),
    )


def finality_of(decision: Decision, *, today: date) -> Finality:
    """Of a signed decision. Raises ValueError for any other."""
    return finality(facts_of(decision), today)
