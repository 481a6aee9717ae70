"""What the start page shows of every domain. Nothing here is secret: each part is what its own list shows."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst

from applications.models import Project
from calls.enums import CallPhase, MeetingKind
from calls.models import Call, Meeting, StrengthArea
from calls.queries.meetings import public_meetings
from decisions.models import Decision
from decisions.models.decision import LONG_TEXTS
from s3portal.common.swedish import format_datetime, format_day, format_kr, format_time, in_stockholm

MEETINGS = 4
DECISIONS = 3


@dataclass(frozen=True)
class HeroFact:
    label: str
    value: str
    figure: bool = False
    note: str = ""


@dataclass(frozen=True)
class Hero:
    """The call that leads the page: the newest open one, else the next to open, else the one closed last."""

    call: Call
    phase: CallPhase
    facts: list[HeroFact]

    @property
    def kicker(self) -> str:
        return {
            CallPhase.OPEN: "Öppen utlysning",
            CallPhase.COMING: "Kommande utlysning",
            CallPhase.CLOSED: "Just nu är ingen utlysning öppen",
        }[self.phase]

    @property
    def title(self) -> str:
        if self.phase == CallPhase.CLOSED:
            return f"Stöd till innovationskluster i {settings.REGION['place']}"
        return self.call.headline or self.call.title

    @property
    def lead(self) -> str:
        if self.phase == CallPhase.CLOSED:
            return (
                f"{settings.REGION['name']} utlyser stöd till dem som driver länets styrkeområden framåt. "
                f"Den senaste utlysningen stängde {format_datetime(self.call.closes_at)}."
            )
        return self.call.summary

    @property
    def is_open(self) -> bool:
        return self.phase == CallPhase.OPEN


@dataclass(frozen=True)
class Landing:
    hero: Hero | None
    areas: list[StrengthArea]
    meetings: list[Meeting]
    #: Whether ``meetings`` are to come; otherwise they are the latest that have been.
    meetings_are_coming: bool
    decisions: list[Decision]
    project: Project | None


def landing(*, now: datetime | None = None) -> Landing:
    """The public start page, at ``now``; a fixed number of questions to the database whatever there is."""
    moment = now or timezone.now()
    meetings = public_meetings().held_or_coming()
    coming = list(meetings.coming(now=moment)[:MEETINGS])
    decisions = (
        Decision.objects.published()
        .select_related("case", "publication__masked")
        .defer(*LONG_TEXTS, "publication__masked__full_text", "publication__masked__search")
    )
    decisions = decisions.order_by("-decided_on", "-pk")
    return Landing(
        hero=_hero(moment),
        areas=list(StrengthArea.objects.filter(strategy=_strategy()).order_by("order", "name")),
        meetings=coming or list(meetings.past(now=moment)[:MEETINGS]),
        meetings_are_coming=bool(coming),
        decisions=list(decisions[:DECISIONS]),
        project=Project.objects.published().defer("search").order_by("-starts_on", "title").first(),
    )


def _strategy() -> int | None:
    """The newest strategy that has areas."""
    area = StrengthArea.objects.order_by("-strategy__first_year", "-strategy_id").first()
    return area.strategy_id if area else None


def _hero(now: datetime) -> Hero | None:
    for phase, order in (
        (CallPhase.OPEN, "-opens_at"),
        (CallPhase.COMING, "opens_at"),
        (CallPhase.CLOSED, "-closes_at"),
    ):
        call = Call.objects.in_phase(phase, now=now).order_by(order, "-pk").first()
        if call is not None:
            return Hero(call, phase, _hero_facts(call, phase, now))
    return None


def _hero_facts(call: Call, phase: CallPhase, now: datetime) -> list[HeroFact]:
    if phase == CallPhase.CLOSED:
        return []
    facts = [HeroFact("Ram", format_kr(call.frame), figure=True)]
    if phase == CallPhase.COMING:
        facts.append(HeroFact("Öppnar", format_datetime(call.opens_at)))
    last_day = in_stockholm(call.closes_at)
    facts.append(
        HeroFact(
            "Sista ansökningsdag", format_day(last_day), figure=True, note=f"kl. {format_time(last_day)}"
        )
    )
    information = call.meetings.held_or_coming().filter(kind=MeetingKind.INFORMATION)
    meeting = information.coming(now=now).first() or information.past(now=now).first()
    if meeting:
        facts.append(
            HeroFact(
                "Informationsmöte", f"{meeting.when}, {meeting.place}" if meeting.place else meeting.when
            )
        )
    if call.decision_planned:
        facts.append(HeroFact("Beslut", capfirst(call.decision_planned)))
    return facts
