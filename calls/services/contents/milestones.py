"""Dates in a call's life that it does not know by itself. They may be changed at any time."""

from dataclasses import dataclass
from datetime import date, time

from django.db import transaction

from calls.enums import MilestoneKind
from calls.models import Call, Milestone
from calls.services.contents.opening import (
    GONE,
    open_contents,
    quoted,
    require_finished,
    require_unchanged,
    tell,
)
from s3portal.accounts.models import User
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish.clock import moment_on


@dataclass(frozen=True)
class MilestoneData:
    """``day`` with ``clock`` is a moment on Swedish clocks; with ``whole_month`` it is any day of the month.
    Without a day ``text`` says when."""

    kind: MilestoneKind
    title: str
    text: str = ""
    day: date | None = None
    clock: time | None = None
    whole_month: bool = False


@transaction.atomic
def save_milestone(
    *, actor: User, call_id: int, data: MilestoneData, row_id: int | None = None, seen: str = ""
) -> Milestone:
    """Add a milestone or change one. Raises Refusal for a time that is not whole or not on any clock, and
    Conflict when somebody else was first."""
    call = open_contents(call_id=call_id, actor=actor, asked=False)
    require_finished(call, title=data.title, text=data.text)
    _require_time(data)
    if row_id is None:
        milestone = Milestone(call=call)
    else:
        milestone = _pick(call, row_id)
        require_unchanged(call=call, row=milestone, seen=seen, actor=actor)
    title, when = milestone.title, milestone.when if row_id is not None else ""
    for name in ("kind", "title", "text", "clock", "whole_month"):
        setattr(milestone, name, getattr(data, name))
    milestone.day = data.day.replace(day=1) if data.day and data.whole_month else data.day
    milestone.save()
    if row_id is None:
        action, text = "milestone_added", f"Hållpunkten {quoted(data.title)} är tillagd{_at(milestone)}."
    else:
        action, text = "milestone_changed", _changed(milestone, title, when)
    tell(actor=actor, call=call, row=milestone, action=action, field="milestones", text=text)
    return milestone


def _at(milestone: Milestone) -> str:
    return f": {milestone.when}" if milestone.when else ""


def _changed(milestone: Milestone, title: str, when: str) -> str:
    if milestone.when != when:
        old, new = (words or "inget bestämt datum" for words in (when, milestone.when))
        return f"Hållpunkten {quoted(milestone.title)} är flyttad från {old} till {new}."
    if milestone.title != title:
        return f"Hållpunkten {quoted(title)} heter nu {quoted(milestone.title)}."
    return f"Hållpunkten {quoted(title)} är ändrad."


@transaction.atomic
def delete_milestone(*, actor: User, call_id: int, row_id: int) -> None:
    call = open_contents(call_id=call_id, actor=actor, asked=False)
    milestone = _pick(call, row_id)
    tell(
        actor=actor,
        call=call,
        row=milestone,
        action="milestone_deleted",
        field="milestones",
        text=f"Hållpunkten {quoted(milestone.title)} är borttagen.",
    )
    milestone.delete()


def _pick(call: Call, row_id: int) -> Milestone:
    milestone = call.milestones.filter(pk=row_id).first()
    if milestone is None:
        raise Conflict(GONE)
    return milestone


def _require_time(data: MilestoneData) -> None:
    if data.day is None:
        if data.clock is not None:
            raise Refusal("Ange en dag för klockslaget.", field="when")
        if not data.text:
            raise Refusal("Ange när, eller skriv i förklaringen när det blir.", field="when")
        return
    if not 2000 <= data.day.year <= 2100:
        raise Refusal("Ange ett år mellan 2000 och 2100.", field="when")
    if data.clock is None:
        return
    if data.whole_month:
        raise Refusal("Ett klockslag behöver en dag, inte bara en månad.", field="clock")
    moment_on(data.day, data.clock, field="clock")
