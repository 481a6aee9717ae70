"""Searching all that a person of the region may see, one sort of thing at a time.

Nothing is found by what is marked as secret, nor is it shown: the page that is opened shows it, and notes
who has read it. Who has declared jäv in a case does not find what is handled in it. What an applicant has
written answers only to those who may read it now: who has not yet answered the question of jäv finds the
application by its title, applicant, number, amount and days. Decisions that are not signed answer to those
who may open them, by all that stands in them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from django.db.models import Q

from applications.impartiality import ASKED, cases_barred, cases_let_in
from applications.models import Application
from applications.parts import NOT_LISTED
from decisions.enums import DecisionStatus
from decisions.impartiality import cases_barred as barred_by_decision
from decisions.models import Decision
from decisions.models.considered import drafts_with_secrets
from decisions.models.decision import LONG_TEXTS
from decisions.rules import may_read_material
from decisions.triggers import UNSIGNED
from s3portal.accounts.models import Organisation, User
from s3portal.common.found import Found, Way
from s3portal.common.search import swedish_query
from s3portal.common.swedish import Period
from s3portal.common.swedish.clock import whole_day
from s3portal.diary.marked import nothing_marked
from s3portal.diary.merging import in_matters_of
from s3portal.diary.models import RECORD_WORDS, Case, Record
from s3portal.diary.querysets import case_words
from s3portal.diary.secrecy import Part
from s3portal.home.search.people import officers_named
from s3portal.home.search.typed import Typed


class Kind(StrEnum):
    """The tabs; the value is what stands in the address."""

    CASES = "arenden"
    RECORDS = "handlingar"
    APPLICATIONS = "ansokningar"
    DECISIONS = "beslut"
    ORGANISATIONS = "organisationer"

    @property
    def label(self) -> str:
        return {
            Kind.CASES: "Ärenden",
            Kind.RECORDS: "Handlingar",
            Kind.APPLICATIONS: "Ansökningar",
            Kind.DECISIONS: "Beslut",
            Kind.ORGANISATIONS: "Organisationer",
        }[self]


FIRST: Final = date(1900, 1, 1)
LAST: Final = date(2199, 12, 31)


@dataclass(frozen=True)
class Wanted:
    """What was typed, and the filters beside it. ``since`` and ``until`` are included; None is no limit."""

    typed: Typed
    since: date | None = None
    until: date | None = None
    officer: User | None = None

    @property
    def is_empty(self) -> bool:
        return self == Wanted(Typed())

    @property
    def is_filtered(self) -> bool:
        return bool(self.since or self.until or self.officer)

    @property
    def days(self) -> Period | None:
        if self.since is None and self.until is None:
            return None
        return Period(self.since or FIRST, self.until or LAST)


def found(kind: Kind, wanted: Wanted, user: User) -> Found:
    """What the person finds of one sort, the latest first; organisations by name."""
    return {
        Kind.CASES: _cases,
        Kind.RECORDS: _records,
        Kind.APPLICATIONS: _applications,
        Kind.DECISIONS: _decisions,
        Kind.ORGANISATIONS: _organisations,
    }[kind](wanted, user)


def direct_hit(typed: Typed) -> Case | None:
    """The only case that the number can mean."""
    if typed.number is None or not typed.number_as_words:
        return None
    cases = list(Case.objects.filter(typed.number.condition()).only("pk")[:2])
    return cases[0] if len(cases) == 1 else None


def readable_among(cases: Collection[int], user: User) -> set[int]:
    """In which of the cases the person may be shown what the applicant has written."""
    if not user.has_role(*ASKED):
        return set(cases)
    let_in = cases_let_in(user).filter(application__case__in=cases)
    return set(let_in.values_list("application__case", flat=True))


# --- Of each sort -----------------------------------------------------------------------------------------
def _cases(wanted: Wanted, user: User) -> Found:
    typed, order = wanted.typed, ("-year", "-serial", "-pk")
    rows = Case.objects.select_related("officer").defer("search")
    if typed.amounts or typed.clause:
        # They belong to applications and decisions.
        return Found(rows.none(), order)
    if typed.org_number:
        theirs = Application.objects.searched().filter(_of_open_party(typed.org_number))
        rows = rows.filter(pk__in=theirs.values("case"))
    rows = rows.filter(*[_opened(period) for period in _periods(wanted)])
    if wanted.officer:
        rows = rows.filter(officer=wanted.officer)
    return Found(rows, order, _ways(typed, "", _in_case, _opened))


def _in_case(words: str) -> list[Q]:
    """By its own words, and by who handles it: the name alone, or with words of the case beside it."""
    theirs = [
        Q(officer__in=named.officers) & (case_words(named.rest) if named.rest else Q())
        for named in officers_named(words)
    ]
    return [case_words(words), *theirs]


def _opened(period: Period) -> Q:
    return Q(opened_on__range=(period.start, period.end))


def _records(wanted: Wanted, user: User) -> Found:
    typed, order = wanted.typed, ("-dated_at", "-pk")
    rows = Record.objects.select_related("case", "cancellation").defer("case__search")
    if typed.amounts or typed.clause or typed.org_number:
        return Found(rows.none(), order)
    rows = rows.alias(words=RECORD_WORDS).filter(*[_dated(period) for period in _periods(wanted)])
    if wanted.officer:
        rows = rows.filter(case__officer=wanted.officer)
    return Found(rows, order, _ways(typed, "case__", lambda words: [_in_record(words)], _dated))


def _in_record(words: str) -> Q:
    """In a case where something is marked none is found by its words: it is found by the case's number and
    read there, where the reading is noted."""
    return Q(words=swedish_query(words)) & nothing_marked()


def _dated(period: Period) -> Q:
    start, end = whole_day(period.start, period.end)
    return Q(dated_at__gte=start, dated_at__lt=end)


def _applications(wanted: Wanted, user: User) -> Found:
    typed, order = wanted.typed, ("-submitted_at", "-pk")
    rows = Application.objects.searched().filter(~Q(case__in=cases_barred(user)))
    rows = rows.select_related("case", "organisation").defer("search", "case__search")
    if typed.clause:
        return Found(rows.none(), order)
    if typed.org_number:
        rows = rows.filter(_of_open_party(typed.org_number))
    if typed.amounts is not None:
        span = (typed.amounts.low, typed.amounts.high)
        applied = Q(applied_amount__range=span) & nothing_marked(_TELL_WHAT_IS_APPLIED_FOR)
        rows = rows.filter(applied | (Q(granted_amount__range=span) & nothing_marked()))
    rows = rows.filter(*[_sent(period) | own for period, own in _periods_and_own(wanted)])
    if wanted.officer:
        rows = rows.filter(case__officer=wanted.officer)
    return Found(rows, order, _ways(typed, "case__", lambda words: _in_application(words, user), _sent))


def _sent(period: Period) -> Q:
    start, end = whole_day(period.start, period.end)
    return Q(submitted_at__gte=start, submitted_at__lt=end)


def _in_application(words: str, user: User) -> list[Q]:
    """By the case's title and counterpart, and by what the applicant has written where it may be read."""
    inside = Q(search=swedish_query(words)) & nothing_marked()
    if user.has_role(*ASKED):
        inside &= Q(case__in=cases_let_in(user))
    return [case_words(words, "case__"), inside]


def _decisions(wanted: Wanted, user: User) -> Found:
    typed, order = wanted.typed, ("-decided_on", "-pk")
    rows = Decision.objects.visible_to(user).select_related("case", "application__organisation", "clause")
    rows = rows.filter(~in_matters_of(cases_barred(user)), ~in_matters_of(barred_by_decision(user)))
    rows = rows.defer(*_NOT_SHOWN_OF_DECISIONS)
    drafts = _drafts_of(user) if may_read_material(user) else []
    rows = rows.filter(Q(status=DecisionStatus.SIGNED) | Q(pk__in=drafts))
    if typed.org_number:
        rows = rows.filter(_of_open_party(typed.org_number, "application__"))
    if typed.clause:
        rows = rows.filter(Q(clause_number=typed.clause) | Q(clause_number="", clause__number=typed.clause))
    if typed.amounts is not None:
        rows = rows.filter(_nothing_secret(), amount__range=(typed.amounts.low, typed.amounts.high))
    rows = rows.filter(
        *[_decided(period) | (own & _nothing_secret()) for period, own in _periods_and_own(wanted)]
    )
    if wanted.officer:
        rows = rows.filter(case__officer=wanted.officer)
    return Found(rows, order, _ways(typed, "case__", lambda words: _in_decision(words, drafts), _decided))


def _drafts_of(user: User) -> list[int]:
    """What is not signed and the person may open: what is proposed about an application is for those who have
    answered the question of jäv. Asked first, since drafts are few and the answers many: otherwise PostgreSQL
    goes through them anew in each way to answer. Two queries."""
    unsigned = Decision.objects.visible_to(user).filter(status__in=UNSIGNED).order_by()
    rows = list(unsigned.values_list("pk", "case", "application"))
    let_in = readable_among({case for _pk, case, application in rows if application is not None}, user)
    return [pk for pk, case, application in rows if application is None or case in let_in]


def _in_decision(words: str, drafts: Collection[int]) -> list[Q]:
    """By its text, and by who prepares it, signs it and shall have it; a draft also by what its case is
    called and whom that is about, since its text may not say it yet."""
    ways = [Q(search_words__search=swedish_query(words)) & nothing_marked()]
    if drafts:
        ways.append(Q(pk__in=drafts) & case_words(words, "case__") & _nothing_secret())
    return ways


def _nothing_secret() -> Q:
    """Nothing is marked in the case, nor said to be secret in a draft: that becomes a mark at the
    signature."""
    return nothing_marked() & ~Q(pk__in=drafts_with_secrets())


#: Of a draft the text is shown where it is written.
_SHOWN_OF_DECISIONS: Final = ("full_text", "background", "reasons", "also_present")
_NOT_SHOWN_OF_DECISIONS: Final = (
    *(name for name in LONG_TEXTS if name not in _SHOWN_OF_DECISIONS),
    *(f"application__{name}" for name in NOT_LISTED),
    "case__search",
)


def _decided(period: Period) -> Q:
    return Q(decided_on__range=(period.start, period.end))


def _organisations(wanted: Wanted, user: User) -> Found:
    typed, order = wanted.typed, ("name", "pk")
    rows = Organisation.objects.all()
    in_a_case = typed.number is not None and not typed.number_as_words
    if wanted.is_filtered or typed.amounts or typed.clause or typed.period or in_a_case:
        return Found(rows.none(), order)
    if typed.org_number:
        rows = rows.filter(org_number=typed.org_number)
    words = typed.words or typed.number_as_words
    return Found(rows.filter(pk__in=Organisation.objects.named(words).values("pk")) if words else rows, order)


# --- Parts ------------------------------------------------------------------------------------------------
#: Marks that may cover who a case is about: a passage may be the name.
_TELL_THE_PARTY: Final = (
    Part.CASE, Part.TITLE, Part.COUNTERPART, Part.PASSAGE, Part.RECORD, Part.RECORD_COUNTERPART,
)  # fmt: skip
#: Marks that may cover what was applied for.
_TELL_WHAT_IS_APPLIED_FOR: Final = (Part.CASE, Part.PASSAGE)


def _of_open_party(org_number: str, path: str = "") -> Q:
    """The applicant has the number, and nothing says that who it is is secret."""
    return Q(**{f"{path}organisation__org_number": org_number}) & nothing_marked(_TELL_THE_PARTY)


def _ways(
    typed: Typed, path: str, with_words: Callable[[str], list[Q]], in_time: Callable[[Period], Q]
) -> list[Way]:
    """In which ways something answers to the number and to the words; when there are neither, any does.
    ``path`` leads to the case."""
    if typed.number is None:
        return _ways_of_words(typed, with_words, in_time) or [Way()]
    number = typed.number.condition(path)
    if typed.number_as_words:
        return [Way(number), *_each_way(typed.number_as_words, with_words)]
    words = _ways_of_words(typed, with_words, in_time)
    return [Way(number & way.condition) for way in words] or [Way(number)]


def _ways_of_words(
    typed: Typed, with_words: Callable[[str], list[Q]], in_time: Callable[[Period], Q]
) -> list[Way]:
    if not typed.words:
        return []
    ways = _each_way(typed.words, with_words)
    if typed.year:
        year = in_time(Period(date(typed.year, 1, 1), date(typed.year, 12, 31)))
        others = _each_way(typed.words_without_year, with_words)
        ways += [Way(way.condition & year, together=way.together) for way in others]
    return ways


def _each_way(words: str, with_words: Callable[[str], list[Q]]) -> list[Way]:
    return [Way(condition, together=len(words.split()) > 1) for condition in with_words(words)]


def _periods(wanted: Wanted) -> list[Period]:
    return [period for period in (wanted.typed.period, wanted.days) if period is not None]


def _periods_and_own(wanted: Wanted) -> list[tuple[Period, Q]]:
    """With the condition that it is the very period of the matter itself: what was typed may be that too."""
    typed, days = wanted.typed.period, wanted.days
    found = [] if typed is None else [(typed, Q(starts_on=typed.start, ends_on=typed.end))]
    # A condition that adds nothing to what the filter says.
    return found if days is None else [*found, (days, Q(pk__in=[]))]
