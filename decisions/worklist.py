"""The inner list of decisions: drafts, what waits for a signature, and what is signed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q

from applications.impartiality import Access, access_to_cases, cases_barred, cases_let_in
from applications.parts import NOT_LISTED
from decisions.asked import with_counts
from decisions.enums import DecisionStatus
from decisions.expedition_queries import to_expedite
from decisions.impartiality import cases_barred as barred_by_decision
from decisions.models import Decision, Delegate
from decisions.models.decision import LONG_TEXTS
from decisions.models.decision_queryset import DecisionQuerySet
from decisions.rules import sends_out
from decisions.veil import lay_veils
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.diary.marked import marked_among
from s3portal.diary.merging import in_matters_of
from s3portal.diary.models import Case
from s3portal.diary.numbers import read_number

MINE, DRAFTS, PROPOSED, SIGNED = "vantar", "utkast", "underskrift", "undertecknade"
#: Signed, and somebody has not got it who shall have it.
SENDING = "expediera"
#: Signed by those to whom this förvaltningschef has given the right on.
GIVEN_ON = "vidaredelegerade"
_LABELS = {
    GIVEN_ON: "Vidaredelegerade",
    SENDING: "Att expediera",
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
        found = _searched(found, text, user)
    conditions = _conditions(user)
    counts = found.order_by().aggregate(
        **{key: Count("pk", filter=condition) for key, condition in conditions.items()}
    )
    current = wanted if wanted in conditions else next(iter(conditions))
    decisions = (
        with_counts(found.filter(conditions[current]))
        .select_related("case", "delegate__user", "application__organisation")
        .defer(*LONG_TEXTS, "case__search", *(f"application__{field}" for field in NOT_LISTED))
        .order_by(*_order(current))
    )
    tabs = [Tab(key, _LABELS[key], counts[key]) for key in conditions]
    return DecisionList(tabs=tabs, current=current, decisions=decisions)


def _searched(found: DecisionQuerySet, text: str, user: User) -> DecisionQuerySet:
    """What is proposed about an application answers to the case's number only, until the person has answered
    the question of jäv, and so does any draft in a matter where they have declared it."""
    barred = in_matters_of(barred_by_decision(user)) | in_matters_of(cases_barred(user))
    let_in = Q(application__isnull=True) | Q(case__in=cases_let_in(user))
    told = Q(status=DecisionStatus.SIGNED) | (let_in & ~barred)
    number = read_number(text)
    return found.search_open(text).filter(told if number is None else told | number.condition("case__"))


def doors(decisions: Iterable[Decision], user: User) -> dict[int, Access]:
    """Decision id → why what is proposed is not told to the person, of those where it is not: about an
    application before the question of jäv is answered, and in a case where they have declared it, or in
    one that is merged with it. Two queries."""
    unsigned = [one for one in decisions if not one.is_signed]
    cases = {one.case_id for one in unsigned}
    access = access_to_cases(user, cases)
    declared = in_matters_of(barred_by_decision(user), field="pk") | in_matters_of(
        cases_barred(user), field="pk"
    )
    barred = set(Case.objects.filter(declared, pk__in=cases).values_list("pk", flat=True))

    def door(one: Decision) -> Access:
        if one.case_id in barred:
            return Access.BARRED
        return access[one.case_id] if one.application_id else Access.OPEN

    return {one.pk: door(one) for one in unsigned if door(one) is not Access.OPEN}


def hide_marked(decisions: Sequence[Decision]) -> set[int]:
    """Ids of those in whose case something is marked: a list tells neither their party nor their amount, and
    titles as ``open_title``. Who opens one reads all of it, and that is noted. Four queries."""
    lay_veils(decisions)
    marked = marked_among({one.case_id for one in decisions})
    return {one.pk for one in decisions if one.case_id in marked}


def _conditions(user: User) -> dict[str, Q]:
    conditions: dict[str, Q] = {}
    if user.has_role(Role.DELEGATE):
        conditions[MINE] = Q(status=DecisionStatus.PROPOSED, delegate__user=user)
    if user.has_role(Role.OFFICER, Role.DELEGATE):
        conditions[DRAFTS] = Q(status=DecisionStatus.DRAFT)
        conditions[PROPOSED] = Q(status=DecisionStatus.PROPOSED)
    if sends_out(user):
        conditions[SENDING] = to_expedite()
    conditions[SIGNED] = Q(status=DecisionStatus.SIGNED)
    if settings.SUBDELEGATED_TO_CHIEF and user.has_role(Role.DELEGATE) and _has_given_on(user):
        conditions[GIVEN_ON] = Q(status=DecisionStatus.SIGNED, delegate__delegated_by__user=user)
    return conditions


def _has_given_on(user: User) -> bool:
    """Whether the person is a förvaltningschef who has given a right on (KL 7:6). That decisions made with it
    are reported to her is no longer the law's demand, but still common: hence the setting."""
    return Delegate.objects.filter(delegated_by__user=user).exists()


def _order(tab: str) -> tuple[str, ...]:
    if tab in (SIGNED, GIVEN_ON):
        return ("-decided_on", "-pk")
    if tab == SENDING:
        return ("decided_on", "pk")
    if tab == DRAFTS:
        return ("-updated_at", "-pk")
    # What has waited longest comes first.
    return ("proposed_at", "pk")
