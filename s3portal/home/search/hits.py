"""What is found as it is shown: one line for each, with the words that answered marked."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from applications.models import Application
from applications.words import CONTENT_FIELDS
from decisions.amounts import amounts_in
from decisions.models import Decision
from decisions.veil import lay_veils
from s3portal.accounts.models import Organisation, User
from s3portal.common.search import word_pattern
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
    url: str
    title: SafeString
    facts: Sequence[str] = ()
    #: The piece of the text where the words stand; empty when they stand in the title, or may not be shown.
    excerpt: SafeString = field(default_factory=SafeString)


def hits(kind: Kind, rows: Iterable[Any], typed: Typed, user: User) -> list[Hit]:
    """A page's rows. Costs at most five queries, however many rows there are."""
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
        lay_veils(found)
        return [
            _of_decision(one, pattern, hidden=one.case_id in marked, whole=one.case_id in elsewhere)
            for one in found
        ]
    seen = _Seen(readable_among(cases, user) - marked, marked, marked_among(cases, _NAMES_PARTY), elsewhere)
    return [_of_application(one, pattern, seen) for one in found]


def _of_case(case: Case, pattern: Pattern) -> Hit:
    facts = [str(case), case.get_status_display(), f"Registrerat {format_isodate(case.opened_on)}"]
    if case.public_counterpart:
        facts.insert(1, case.public_counterpart)
    return Hit(reverse("diary:staff_detail", args=[case.pk]), marked_words(case.public_title, pattern), facts)


def _of_record(record: Record, pattern: Pattern, *, hidden: bool) -> Hit:
    title = PROTECTED if hidden else record.title
    facts = [f"{record.case} nr {record.number}", record.get_direction_display()]
    if record.counterpart:
        facts.append(PROTECTED if hidden else record.counterpart)
    facts.append(format_isodate(in_stockholm(record.dated_at).date()))
    if record.cancelled is not None:
        facts.append("Makulerad")
    address = reverse("diary:staff_detail", args=[record.case_id])
    return Hit(f"{address}#handling-{record.number}", marked_words(title, pattern), facts)


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
    counterpart = PROTECTED if hidden else case.hide_words(str(application.organisation))
    applied = application.applied_amount or 0
    secret = whole or any(applied in amounts_in(words) for words in case.hidden_words)
    facts = [
        str(case),
        counterpart,
        application.get_status_display(),
        f"Inkom {format_isodate(in_stockholm(application.submitted_at).date())}",
        f"Söker {PROTECTED if secret else format_kr(applied)}",
    ]
    if application.granted_amount is not None and not marked:
        facts.append(f"Beviljad {format_kr(application.granted_amount)}")
    if application.starts_on and application.ends_on:
        facts.append(format_period(application.starts_on, application.ends_on))
    texts = [getattr(application, name) for name in CONTENT_FIELDS[1:]] if case.pk in seen.readable else []
    return Hit(
        reverse("applications:officer_detail", args=[application.pk]),
        marked_words(PROTECTED if whole else case.hide(str(application)), pattern),
        facts,
        excerpt(texts, pattern, unless=str(application)),
    )


def _of_decision(decision: Decision, pattern: Pattern, *, hidden: bool, whole: bool) -> Hit:
    """``hidden``: its amount, period and text; ``whole``: its title too."""
    number = decision.clause_number or (decision.clause.number if decision.clause else "")
    facts = [str(decision.case), decision.get_kind_display(), decision.get_status_display()]
    if decision.decided_on:
        facts.append(f"Beslutat {format_isodate(decision.decided_on)}")
    if number:
        facts.append(f"Punkt {number}")
    if not hidden and decision.amount_text:
        facts.append(decision.amount_text)
    if not hidden and decision.starts_on and decision.ends_on:
        facts.append(format_period(decision.starts_on, decision.ends_on))
    title = PROTECTED if whole else decision.open_title if decision.title else ""
    return Hit(
        reverse("decisions:officer_detail", args=[decision.pk]),
        marked_words(title or "Utkast utan rubrik", pattern),
        facts,
        excerpt([] if hidden else [decision.full_text], pattern, unless=title),
    )


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
    query = urlencode({"q": organisation.org_number, "flik": Kind.APPLICATIONS.value})
    count = "Ingen ansökan" if not sent else f"{sent} {'ansökan' if sent == 1 else 'ansökningar'}"
    facts = [organisation.org_number, organisation.get_legal_form_display(), count]
    return Hit(
        f"{reverse('home:search')}?{query}",
        marked_words(organisation.name, pattern),
        [fact for fact in facts if fact],
    )


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
