"""What belongs to each kind of decision: where it begins, what it may have to do with an earlier one, and
what it does with the application. Its sections are those of every decision (``document``)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db.models import F

from applications.enums import ApplicationStatus
from decisions.enums import (
    AmountKind,
    AppealOutcome,
    AppealStatus,
    DecisionKind,
    DecisionStatus,
    Relation,
)
from decisions.models import Decision
from decisions.models.decision import LONG_TEXTS
from s3portal.diary.merging import merged_with

#: Those that the region takes by itself, without an application in the portal. What came too late and is
#: dismissed has often come by post, and is then only a record in its case.
OWN_KINDS: Final = (DecisionKind.PARTICIPATION, DecisionKind.DISMISSAL, DecisionKind.OTHER)
#: Those on an application.
APPLICATION_KINDS: Final = (
    DecisionKind.GRANT,
    DecisionKind.REJECTION,
    DecisionKind.DISMISSAL,
    DecisionKind.OTHER,
)
#: Those that end the application: it is decided when the decision is signed.
DECIDING: Final = (DecisionKind.GRANT, DecisionKind.REJECTION, DecisionKind.DISMISSAL)
#: What has a time that can be prolonged.
_PROLONGED: Final = (DecisionKind.GRANT, DecisionKind.PARTICIPATION)
#: Several of one day come as they were signed, not as they were drafted. What was signed elsewhere has only
#: its day.
SIGNED_LAST: Final = ("decided_on", F("signed_at").asc(nulls_first=True), "pk")

WHY_NOT: Final[Mapping[Relation, str]] = {
    Relation.CORRECTS: "Beslutet kan inte rättas.",
    Relation.AMENDS: "Beslutet kan inte ändras.",
    Relation.REVOKES: "Beslutet kan inte upphävas.",
    Relation.EXTENDS: "Bara bidrag och medfinansiering som har en period kan förlängas.",
    Relation.STOPS: "Bara utbetalningen av ett beviljat bidrag kan stoppas.",
    Relation.RECOVERS: "Bara ett beviljat bidrag kan krävas tillbaka.",
}


def fits(relation: Relation, earlier: Decision) -> bool:
    """Whether a new decision may have ``relation`` to ``earlier``, which is signed."""
    if relation in (Relation.CORRECTS, Relation.AMENDS, Relation.REVOKES):
        return True
    if relation == Relation.EXTENDS:
        return earlier.kind in (*_PROLONGED, DecisionKind.EXTENSION) and last_day_of(earlier) is not None
    return earlier.kind == DecisionKind.GRANT and earlier.amount_kind == AmountKind.CASH


def relations_for(earlier: Decision) -> list[Relation]:
    """What the officer is offered to do with a signed decision."""
    fitting = [relation for relation in Relation if fits(relation, earlier)]
    return [relation for relation in fitting if not why_fallen(relation, earlier)]


def why_fallen(relation: Relation, earlier: Decision) -> str:
    """Why a new decision may not have ``relation`` to ``earlier``, since that or what it rests on has fallen;
    empty when it may. What was paid under a decision that has fallen is claimed back all the same, and slips
    are put right. One whose ground has fallen may itself be revoked, so that nobody doubts it."""
    if relation in (Relation.CORRECTS, Relation.RECOVERS):
        return ""
    if has_fallen(earlier):
        return "Beslutet är redan upphävt."
    if relation != Relation.REVOKES and _ground_has_fallen(earlier):
        return "Beslutet som det bygger på är upphävt."
    return ""


def _ground_has_fallen(decision: Decision) -> bool:
    """Whether something that it changes has fallen, by another decision than those from there to it: what
    revokes a decision stands though that has fallen."""
    chain = decision.chain()
    return any(has_fallen(one, but_for=chain) for one in chain[1:])


def has_fallen(decision: Decision, but_for: Collection[Decision] = ()) -> bool:
    """Revoked by a later decision, none of ``but_for``, or annulled by a court's ruling that is final."""
    revoked = decision.changed_by.filter(status=DecisionStatus.SIGNED, relation=Relation.REVOKES)
    if but_for:
        revoked = revoked.exclude(pk__in=[one.pk for one in but_for])
    annulled = decision.appeals.filter(status=AppealStatus.CLOSED, outcome=AppealOutcome.ANNULLED)
    return revoked.exists() or annulled.exists()


def last_day_of(earlier: Decision) -> date | None:
    """The last day (inclusive) of what was decided, with the extensions that stand."""
    ends = [earlier.ends_on, *(later.ends_on for later in _standing(earlier, Relation.EXTENDS))]
    return max((end for end in ends if end is not None), default=None)


def recovered_of(earlier: Decision) -> int:
    """Kronor of the grant that standing decisions have claimed back."""
    return sum(amount_of(later) for later in _standing(earlier, Relation.RECOVERS))


def amount_of(decision: Decision) -> int:
    """Kronor in money that a signed decision comes to, with what later ones have made of it: an amendment
    says a new amount, and so does a correction of the amount; an extension adds to it. Those that have fallen
    count for nothing."""
    return _Sum(_in_money).of(decision)


def amount_to_hold(decision: Decision, beside: int | None = None) -> int:
    """What a clause's ceiling must cover, in whole kronor: all that the matter comes to with this decision in
    it, in money and in working time, whoever decided the rest of it and in how many parts. What undoes,
    lowers or corrects something must cover what it was, and not what else stands in the matter: it adds
    nothing to it. 0 when nothing has an amount.

    ``beside``: ``amounts_beside`` of it, when that has been asked for many at once."""
    without, with_it = 0, decision.amount or 0
    if decision.changes is not None:
        without, with_it = _around(decision, _committed)
    held = max(decision.amount or 0, without, with_it)
    if with_it <= without:
        return held
    return held + (amounts_beside([decision])[decision.pk] if beside is None else beside)


def amounts_beside(decisions: Collection[Decision]) -> dict[int, int]:
    """By the decision, what its matter comes to beside it and what it changes, in kronor: the other first
    decisions that stand in its case, and in those merged with it. Two queries for all, and those of each that
    is found."""
    matters = merged_with({one.case_id for one in decisions})
    found = Decision.objects.filter(
        status=DecisionStatus.SIGNED, changes__isnull=True, case__in=set().union(*matters.values())
    )
    held = [(one, _Sum(_committed).of(one)) for one in found.defer(*LONG_TEXTS) if not has_fallen(one)]

    def beside(decision: Decision) -> int:
        matter, first = matters[decision.case_id], decision.chain()[-1]
        return sum(amount for one, amount in held if one.case_id in matter and one != first)

    return {one.pk: beside(one) for one in decisions}


def amounts_around(decision: Decision) -> tuple[int, int]:
    """Kronor in money that the matter comes to without this decision, which changes another, and with it."""
    return _around(decision, _in_money)


def _around(decision: Decision, value: Callable[[Decision], int]) -> tuple[int, int]:
    first = decision.chain()[-1]
    without = _Sum(value, without=decision)
    return without.of(first), replace(without, new=decision).of(first)


@dataclass(frozen=True)
class _Sum:
    """Adds up what a decision and those that change it come to, in kronor by ``value``. ``without``: one that
    is left out; ``new``: one that is counted though it is not signed, as the latest of all."""

    value: Callable[[Decision], int]
    without: Decision | None = None
    new: Decision | None = None

    def of(self, decision: Decision) -> int:
        said = [self.of(later) for later in self._later(decision, Relation.AMENDS, Relation.CORRECTS)]
        # One that says no amount lets the amount be.
        base = next((amount for amount in reversed(said) if amount), self.value(decision))
        return base + sum(self.of(later) for later in self._later(decision, Relation.EXTENDS))

    def _later(self, decision: Decision, *relations: Relation) -> list[Decision]:
        found = [one for one in _standing(decision, *relations) if one != self.without]
        new = self.new
        if new is not None and new.changes_id == decision.pk and new.relation in relations:
            found.append(new)
        return found


def _committed(decision: Decision) -> int:
    """Money and working time alike: both bind the region."""
    return decision.amount or 0


def _in_money(decision: Decision) -> int:
    return (decision.amount or 0) if decision.amount_kind == AmountKind.CASH else 0


def _standing(decision: Decision, *relations: Relation) -> list[Decision]:
    """The signed decisions that have one of these relations to it and have not fallen, the latest last."""
    later = decision.changed_by.filter(status=DecisionStatus.SIGNED, relation__in=relations)
    return [one for one in later.order_by(*SIGNED_LAST) if not has_fallen(one)]


def kinds_for(decision: Decision) -> tuple[DecisionKind, ...]:
    """The kinds a draft may have: those on an application, or those the region takes by itself. One that
    changes another has the kind of the change."""
    if decision.changes_id is not None:
        return (DecisionKind(decision.kind),)
    return OWN_KINDS if decision.application_id is None else APPLICATION_KINDS


def decides(decision: Decision) -> bool:
    """Whether it is this decision that has decided its application: the latest of those that do."""
    application = decision.application
    if application is None or decision.kind not in DECIDING:
        return False
    signed = application.decisions.filter(status=DecisionStatus.SIGNED, kind__in=DECIDING)
    latest = signed.order_by(*SIGNED_LAST).last()
    return latest == decision and application.status in ApplicationStatus.decided()


def reopens(decision: Decision) -> bool:
    """Whether it revokes what decided its application, which then waits for a new decision."""
    earlier = decision.changes
    return decision.relation == Relation.REVOKES and earlier is not None and decides(earlier)


def new_grant(decision: Decision) -> int | None:
    """The whole amount of the application's grant in kronor, when this decision, just signed, changes it."""
    grant, application = decision.chain()[-1], decision.application
    if decision.changes is None or application is None:
        return None
    if grant.kind != DecisionKind.GRANT or not decides(grant):
        return None
    amount = amount_of(grant)
    return amount if amount != application.granted_amount else None
