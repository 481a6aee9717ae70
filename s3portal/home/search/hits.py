"""What is found as it is shown: one line for each, with the words that answered marked."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from applications.models import Application
from applications.words import CONTENT_FIELDS
from decisions.amounts import amounts_in
from decisions.enums import DecisionStatus
from decisions.models import Decision, DecisionPoint, ExtractRecipient
from decisions.models.considered import drafts_with_secrets
from decisions.veil import lay_veils
from s3portal.accounts.models import Organisation, User
from s3portal.common.search import word_pattern
from s3portal.common.spreadsheets import Cell
from s3portal.common.swedish import format_isodate, format_kr, format_period, in_stockholm
from s3portal.common.text import markdown_to_plain
from s3portal.diary.marked import marked_among, marked_elsewhere
from s3portal.diary.models import PROTECTED, Case, Record
from s3portal.diary.secrecy import Part
from s3portal.home.search.queries import Kind, readable_among
from s3portal.home.search.typed import Typed

#: How much of a text is shown on each side of the first word that answered, in characters.
AROUND: Final = 110
Pattern = re.Pattern[str] | None
#: Marks on a record that cover who it is from, which is who the case is about.
_NAMES_PARTY: Final = (Part.RECORD, Part.RECORD_COUNTERPART)


@dataclass(frozen=True)
class Hit:
    """``cells``: the same as a row of a file, under the headings in ``files``; whole kronor are numbers."""

    url: str
    title: SafeString
    facts: Sequence[str] = ()
    #: The piece of the text where the words stand; empty when they stand in the title, or may not be shown.
    excerpt: SafeString = field(default_factory=SafeString)
    #: What it is before all else, when that is not as usual.
    tag: str = ""
    cells: Sequence[Cell] = ()


def hits(kind: Kind, rows: Iterable[Any], typed: Typed, user: User) -> list[Hit]:
    """A page's rows. Costs at most nine queries, however many rows there are."""
    found, pattern = list(rows), word_pattern(typed.words or typed.number_as_words)
    if kind is Kind.ORGANISATIONS:
        return _of_organisations(found, pattern)
    if kind is Kind.CASES:
        return [_of_case(case, pattern) for case in found]
    cases = [row.case_id for row in found]
    marked = marked_among(cases)
    if kind is Kind.RECORDS:
        return [_of_record(record, pattern, hidden=record.case_id in marked) for record in found]
    # What of a case is marked, it tells itself; what is in another number of the same matter may be anything.
    elsewhere = marked_elsewhere(cases)
    if kind is Kind.DECISIONS:
        return _of_decisions(found, pattern, marked, elsewhere)
    seen = _Seen(readable_among(cases, user) - marked, marked, marked_among(cases, _NAMES_PARTY), elsewhere)
    return [_of_application(one, pattern, seen) for one in found]


def _of_case(case: Case, pattern: Pattern) -> Hit:
    title, counterpart, opened = case.public_title, case.public_counterpart, format_isodate(case.opened_on)
    status, officer = case.get_status_display(), str(case.officer or "")
    facts = [str(case), counterpart, status, f"Registrerat {opened}", officer and f"Handläggare {officer}"]
    return Hit(
        reverse("diary:staff_detail", args=[case.pk]),
        marked_words(title, pattern),
        [fact for fact in facts if fact],
        cells=(str(case), title, counterpart, status, opened, officer),
    )


def _of_record(record: Record, pattern: Pattern, *, hidden: bool) -> Hit:
    title = PROTECTED if hidden else record.title
    counterpart = PROTECTED if hidden and record.counterpart else record.counterpart
    direction, day = record.get_direction_display(), _day_of(record.dated_at)
    cancelled = "Makulerad" if record.cancelled is not None else ""
    facts = [f"{record.case} nr {record.number}", direction, counterpart, day, cancelled]
    address = reverse("diary:staff_detail", args=[record.case_id])
    return Hit(
        f"{address}#handling-{record.number}",
        marked_words(title, pattern),
        [fact for fact in facts if fact],
        cells=(str(record.case), record.number, title, direction, counterpart, day, cancelled),
    )


@dataclass(frozen=True)
class _Seen:
    """Ids of cases: where what the applicant has written is shown, where something is marked, where that is
    who the sender of a record is, and where it is in another number of the matter."""

    readable: Collection[int]
    marked: Collection[int]
    party: Collection[int]
    elsewhere: Collection[int]


def _of_application(application: Application, pattern: Pattern, seen: _Seen) -> Hit:
    case = application.case
    if case is None or application.submitted_at is None:
        raise ValueError("Only what has been sent is found.")
    # Nothing that tells what it is about is shown.
    whole, marked = case.pk in seen.elsewhere, case.pk in seen.marked
    hidden = whole or case.counterpart_protected or case.pk in seen.party
    title = PROTECTED if whole else case.hide(str(application))
    counterpart = PROTECTED if hidden else case.hide_words(str(application.organisation))
    status, arrived = application.get_status_display(), _day_of(application.submitted_at)
    amount = application.applied_amount or 0
    secret = whole or any(amount in amounts_in(words) for words in case.hidden_words)
    applied: Cell = PROTECTED if secret else amount
    granted: Cell = "" if application.granted_amount is None or marked else application.granted_amount
    facts = [str(case), counterpart, status, f"Inkom {arrived}", f"Söker {_kronor(applied)}"]
    if granted != "":
        facts.append(f"Beviljad {_kronor(granted)}")
    period = (application.starts_on, application.ends_on)
    texts = [getattr(application, name) for name in CONTENT_FIELDS[1:]] if case.pk in seen.readable else []
    return Hit(
        reverse("applications:officer_detail", args=[application.pk]),
        marked_words(title, pattern),
        [*facts, *_period_facts(*period)],
        excerpt(texts, pattern, unless=str(application)),
        cells=(str(case), title, counterpart, status, arrived, applied, granted, *_days(*period)),
    )


def _of_decisions(
    found: list[Decision], pattern: Pattern, marked: Collection[int], elsewhere: Collection[int]
) -> list[Hit]:
    lay_veils(found)
    numbers = [one.pk for one in found]
    secret = set(drafts_with_secrets().filter(decision__in=numbers).values_list("decision", flat=True))
    hidden = {one.pk for one in found if one.case_id in marked or one.pk in secret}
    texts = _Texts({}, {})
    if pattern is not None:
        unsigned = {one.pk for one in found if not one.is_signed}
        texts = _Texts(
            _by_decision(DecisionPoint, "text", unsigned - hidden),
            _by_decision(ExtractRecipient, "name", set(numbers) - hidden),
        )
    return [
        _of_decision(one, pattern, texts, hidden=one.pk in hidden, whole=one.case_id in elsewhere)
        for one in found
    ]


@dataclass(frozen=True)
class _Texts:
    """By the decision's id: the points of a draft, and who shall have the decision."""

    points: Mapping[int, list[str]]
    recipients: Mapping[int, list[str]]


def _by_decision(
    model: type[DecisionPoint] | type[ExtractRecipient], name: str, decisions: Collection[int]
) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = model._default_manager.filter(decision__in=decisions).order_by("decision_id", "order")
    for pk, text in rows.values_list("decision_id", name):
        found[pk].append(text)
    return found


def _of_decision(decision: Decision, pattern: Pattern, texts: _Texts, *, hidden: bool, whole: bool) -> Hit:
    """``hidden``: its amount, period, text and the people in it; ``whole``: its title too."""
    number = decision.clause_number or (decision.clause.number if decision.clause else "")
    title = PROTECTED if whole else decision.open_title if decision.title else ""
    kind, status = decision.get_kind_display(), decision.get_status_display()
    decided = format_isodate(decision.decided_on) if decision.decided_on else ""
    amount: Cell = "" if decision.amount is None else PROTECTED if hidden else decision.amount
    period = (None, None) if hidden else (decision.starts_on, decision.ends_on)
    signatory, officer = ("", "") if hidden else (decision.signatory_name, decision.case_officer_name)
    facts = [str(decision.case), kind]
    if decision.status != DecisionStatus.DRAFT:
        facts.append(status)
    if decided:
        facts.append(f"Beslutat {decided}")
    if number:
        facts.append(f"Punkt {number}")
    if not hidden and decision.amount_text:
        facts.append(decision.amount_text)
    people = [] if hidden else _people(decision, pattern, texts.recipients.get(decision.pk, []))
    return Hit(
        reverse("decisions:officer_detail", args=[decision.pk]),
        marked_words(title or "Utkast utan rubrik", pattern),
        [*facts, *_period_facts(*period), *people],
        excerpt([] if hidden else _text_of(decision, texts), pattern, unless=title),
        "" if decision.is_signed else "Utkast",
        (
            str(decision.case),
            title,
            kind,
            status,
            decided,
            number,
            amount,
            *_days(*period),
            signatory,
            officer,
        ),
    )


def _text_of(decision: Decision, texts: _Texts) -> list[str]:
    if decision.is_signed:
        return [decision.full_text]
    return [decision.background, decision.reasons, *texts.points.get(decision.pk, [])]


def _people(decision: Decision, pattern: Pattern, recipients: Iterable[str]) -> list[str]:
    """Those whose names answered, and what they have to do with the decision."""
    named = [
        ("Undertecknat av", decision.signatory_name),
        ("Handläggare", decision.case_officer_name),
        ("Föredragande", decision.presenter_name),
        *(("Deltog också:", name) for name in decision.also_present_lines),
        *(("Utdrag till", name) for name in recipients),
    ]
    return [f"{what} {name}" for what, name in named if pattern is not None and pattern.search(name)]


def _of_organisations(found: list[Organisation], pattern: Pattern) -> list[Hit]:
    counted = (
        Application.objects.searched()
        .filter(organisation__in=[one.pk for one in found])
        .order_by()
        .values_list("organisation")
        .annotate(Count("pk"))
    )
    sent = dict(counted)
    return [_of_organisation(one, pattern, sent=sent.get(one.pk, 0)) for one in found]


def _of_organisation(organisation: Organisation, pattern: Pattern, *, sent: int) -> Hit:
    number, form = organisation.org_number, str(organisation.get_legal_form_display())
    query = urlencode({"q": number, "flik": Kind.APPLICATIONS.value})
    count = "Ingen ansökan" if not sent else f"{sent} {'ansökan' if sent == 1 else 'ansökningar'}"
    return Hit(
        f"{reverse('home:search')}?{query}",
        marked_words(organisation.name, pattern),
        [fact for fact in (number, form, count) if fact],
        cells=(organisation.name, number, form, sent),
    )


def _day_of(moment: datetime) -> str:
    return format_isodate(in_stockholm(moment).date())


def _kronor(amount: Cell) -> str:
    return format_kr(amount) if isinstance(amount, int) else amount


def _period_facts(start: date | None, end: date | None) -> list[str]:
    return [format_period(start, end)] if start and end else []


def _days(start: date | None, end: date | None) -> tuple[str, str]:
    return (format_isodate(start) if start else "", format_isodate(end) if end else "")


# --- Marking ----------------------------------------------------------------------------------------------
def marked_words(text: str, pattern: Pattern) -> SafeString:
    """``text`` as HTML with what the pattern finds within <mark>."""
    if pattern is None:
        return format_html("{}", text)
    pieces, position = [], 0
    for match in pattern.finditer(text):
        pieces.append(format_html("{}<mark>{}</mark>", text[position : match.start()], match[0]))
        position = match.end()
    pieces.append(format_html("{}", text[position:]))
    return mark_safe("".join(pieces))  # noqa: S308 - each piece is escaped above


def excerpt(texts: Iterable[str], pattern: Pattern, *, unless: str) -> SafeString:
    """The first place in the texts where a word stands that ``unless`` (the title) does not hold."""
    if pattern is None:
        return SafeString()
    shown = {match[0].lower() for match in pattern.finditer(unless)}
    for text in texts:
        plain = " ".join(markdown_to_plain(text).split()) if pattern.search(text) else ""
        for match in pattern.finditer(plain):
            if match[0].lower() not in shown:
                return marked_words(_around(plain, match), pattern)
    return SafeString()


def _around(text: str, match: re.Match[str]) -> str:
    """Whole words on both sides, with dots where the text goes on."""
    start, end = max(0, match.start() - AROUND), min(len(text), match.end() + AROUND)
    if start:
        start = min(text.find(" ", start) + 1 or start, match.start())
    if end < len(text):
        end = max(text.rfind(" ", 0, end), match.end())
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"
