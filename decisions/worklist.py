"""The inner list of decisions: drafts, what waits for a signature, and what is signed."""

from dataclasses import dataclass

from django.db.models import Count, Q

from decisions.enums import DecisionStatus
from decisions.models import Decision
from decisions.models.decision import LONG_TEXTS, DecisionQuerySet
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User

MINE, DRAFTS, PROPOSED, SIGNED = "vantar", "utkast", "underskrift", "undertecknade"
_LABELS = {
    MINE: "Väntar på dig",
    DRAFTS: "Utkast",
    PROPOSED: "För underskrift",
    SIGNED: "Undertecknade",
}


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int


@dataclass(frozen=True)
class DecisionList:
    tabs: list[Tab]
    current: str
    decisions: DecisionQuerySet


def decision_list(user: User, *, wanted: str, text: str) -> DecisionList:
    """The tab asked for, else this person's first: a delegate's is what waits for her signature.

    One query counts all tabs; drafts and proposals are not even counted for those who may not see them.
    """
    found = Decision.objects.visible_to(user)
    if text:
        found = found.search(text)
    conditions = _conditions(user)
    counts = found.order_by().aggregate(
        **{key: Count("pk", filter=condition) for key, condition in conditions.items()}
    )
    current = wanted if wanted in conditions else next(iter(conditions))
    decisions = (
        found.filter(conditions[current])
        .select_related("case", "delegate__user", "application__organisation")
        .defer(*LONG_TEXTS)
        .order_by(*_order(current))
    )
    tabs = [Tab(key, _LABELS[key], counts[key]) for key in conditions]
    return DecisionList(tabs=tabs, current=current, decisions=decisions)


def _conditions(user: User) -> dict[str, Q]:
    conditions: dict[str, Q] = {}
    if user.has_role(Role.DELEGATE):
        conditions[MINE] = Q(status=DecisionStatus.PROPOSED, delegate__user=user)
    if user.has_role(Role.OFFICER, Role.DELEGATE):
        conditions[DRAFTS] = Q(status=DecisionStatus.DRAFT)
        conditions[PROPOSED] = Q(status=DecisionStatus.PROPOSED)
    conditions[SIGNED] = Q(status=DecisionStatus.SIGNED)
    return conditions


def _order(tab: str) -> tuple[str, ...]:
    if tab == SIGNED:
        return ("-decided_on", "-pk")
    if tab == DRAFTS:
        return ("-updated_at", "-pk")
    # What has waited longest comes first.
    return ("proposed_at", "pk")
