"""Taking in a file in the exchange format: all of it, or nothing."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from applications.importing import import_project
from calls.content import ContactData
from calls.services.entering import (
    CallEntry,
    CriterionData,
    save_area,
    save_call,
    save_euro_rate,
    save_legal_basis,
    save_meeting,
    save_series,
    save_strategy,
)
from decisions.services.delegating import ClauseData
from decisions.services.entering import (
    ClauseEntry,
    HolderEntry,
    save_committee,
    save_delegation_order,
)
from decisions.services.importing import Recipient, SignedElsewhere, import_decision
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.upsert import Outcome
from s3portal.exchange.format import FILE
from s3portal.exchange.shapes import Item, Reading
from s3portal.exchange.tree import BadFile, Problem, read_tree

# Any number that nothing else in the portal locks: one file at a time.
_LOCK = 7_331_001


@dataclass
class Summary:
    """How many of each kind were new, changed and as before."""

    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)

    def add(self, kind: str, outcome: Outcome) -> None:
        self.counts.setdefault(kind, Counter())[outcome] += 1

    def total(self, outcome: Outcome) -> int:
        return sum(counter[outcome] for counter in self.counts.values())


class _DryRun(Exception):
    """Rolls everything back when the file has been tried."""


def import_file(
    content: bytes, *, actor: User | None, dry_run: bool = False, only: Collection[str] = ()
) -> Summary:
    """Take in a file. Raises BadFile with every problem found, and then nothing has changed.

    Running the same file again changes nothing. With ``dry_run`` everything is tried and nothing is kept.
    With ``only``, a file that holds other kinds than these is refused.
    """
    item = _read(content)
    _require_only(item, only)
    summary = Summary()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            problems = _enter(item, actor, summary)
            if problems:
                raise BadFile(problems)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return summary


def _read(content: bytes) -> Item:
    tree = read_tree(content)
    if tree is None:
        raise BadFile([Problem(1, "", "Filen är tom.")])
    reading = Reading()
    item = reading.group(tree, FILE, "")
    if reading.problems:
        raise BadFile(reading.problems)
    return item


def _require_only(item: Item, only: Collection[str]) -> None:
    allowed = [item.keys[name] for name, _enter in _KINDS if name in only]
    problems = [
        Problem(item.lines[name], item.keys[name], f"Här läses bara det här in: {', '.join(allowed)}.")
        for name, _enter in _KINDS
        if only and name not in only and name in item.lines
    ]
    if problems:
        raise BadFile(problems)


# --- One function for each kind: from what was read to the service that enters it --------------------------
def _strategy(item: Item, actor: User | None) -> Outcome:
    values = dict(item.values)
    areas = values.pop("areas")
    strategy, outcome = save_strategy(actor=actor, **values)
    for order, area in enumerate(areas, start=1):
        _area, one = save_area(actor=actor, strategy=strategy, order=order, **area.values)
        outcome |= one
    return outcome


def _legal_basis(item: Item, actor: User | None) -> Outcome:
    return save_legal_basis(actor=actor, **item.values)[1]


def _euro_rate(item: Item, actor: User | None) -> Outcome:
    return save_euro_rate(actor=actor, **item.values)[1]


def _committee(item: Item, actor: User | None) -> Outcome:
    return save_committee(actor=actor, **item.values)[1]


def _delegation_order(item: Item, actor: User | None) -> Outcome:
    clauses = []
    for clause in item.values["clauses"]:
        values = dict(clause.values)
        holders = [HolderEntry(**holder.values) for holder in values.pop("delegates")]
        clauses.append(ClauseEntry(ClauseData(**values), holders))
    return save_delegation_order(actor=actor, **{**item.values, "clauses": clauses})[1]


def _call(item: Item, actor: User | None) -> Outcome:
    criteria = [CriterionData(**criterion.values) for criterion in item.values["criteria"]]
    contacts = [ContactData(**contact.values) for contact in item.values["contacts"]]
    entry = CallEntry(**{**item.values, "criteria": criteria, "contacts": contacts})
    return save_call(actor=actor, entry=entry)[1]


def _series(item: Item, actor: User | None) -> Outcome:
    return save_series(actor=actor, **item.values)[1]


def _meeting(item: Item, actor: User | None) -> Outcome:
    return save_meeting(actor=actor, **item.values)[1]


def _project(item: Item, actor: User | None) -> Outcome:
    return import_project(actor=actor, **item.values)[1]


def _decision(item: Item, actor: User | None) -> Outcome:
    values: dict[str, Any] = dict(item.values)
    number, published = values.pop("number"), values.pop("published")
    values["recipients"] = [Recipient(**recipient.values) for recipient in values["recipients"]]
    data = SignedElsewhere(prefix=number.prefix, serial=number.serial, year=number.year, **values)
    return import_decision(actor=actor, data=data, published=published)[1]


Enter = Callable[[Item, User | None], Outcome]
# In the order in which they need each other.
_KINDS: tuple[tuple[str, Enter], ...] = (
    ("strategies", _strategy),
    ("legal_bases", _legal_basis),
    ("euro_rates", _euro_rate),
    ("committees", _committee),
    ("delegation_orders", _delegation_order),
    ("calls", _call),
    ("series", _series),
    ("meetings", _meeting),
    ("projects", _project),
    ("decisions", _decision),
)


def _enter(file: Item, actor: User | None, summary: Summary) -> list[Problem]:
    """Enter every item in a savepoint of its own, so that one refusal does not hide the next."""
    problems: list[Problem] = []
    for name, enter in _KINDS:
        kind = file.keys[name]
        for number, item in enumerate(file.values[name], start=1):
            try:
                with transaction.atomic():
                    summary.add(kind, enter(item, actor))
            except Refusal as refusal:
                problems.append(item.problem(f"{kind} {number}", refusal))
    return problems
