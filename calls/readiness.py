"""What a draft lacks before it can be published: each a line of ``components/checks.html``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from calls.consistency import WEIGHTS, ends_before_closing, require_basis, weights_agree
from calls.models import Call
from s3portal.common.errors import Refusal
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import format_datetime


@dataclass(frozen=True)
class Check:
    """``url`` is where it is put right: a control in the call's form, or another page of the call's."""

    ok: bool
    label: str
    note: str = ""
    url: str = ""
    action: str = "Rätta"
    value: str = ""
    percent: float | None = None


def call_checks(call: Call, *, now: datetime | None = None) -> list[Check]:
    """Everything that is looked at before publishing, in the order of the form."""
    return [*_texts(call), *_times(call, now or timezone.now()), *_terms(call), *_content(call)]


def _holds(label: str, *, note: str = "") -> Check:
    return Check(ok=True, label=label, note=note)


def _lacks(label: str, *, url: str, note: str = "", action: str = "Rätta") -> Check:
    return Check(ok=False, label=label, note=note, url=url, action=action)


def missing(checks: list[Check]) -> list[Check]:
    return [check for check in checks if not check.ok]


def _form(call: Call, field: str) -> str:
    return f"{reverse('calls:officer_edit', args=[call.pk])}#id_{field}"


def _written(call: Call, field: str, yes: str, no: str) -> Check:
    return _holds(yes) if getattr(call, field).strip() else _lacks(no, url=_form(call, field), action="Skriv")


def _texts(call: Call) -> Iterator[Check]:
    yield _written(call, "summary", "Ingressen är skriven", "Ingressen saknas")
    yield _written(call, "text", "Texten är skriven", "Texten saknas")
    yield _written(call, "who_may_apply", "Det står vem som kan söka", "Det står inte vem som kan söka")
    found = [
        (field, leftover)
        for field in ("title", "headline", "summary", "text", "who_may_apply")
        for leftover in find_leftovers(getattr(call, field))
    ]
    for field, leftover in found:
        yield _lacks(f"”{leftover.text}” står kvar", note=leftover.reason, url=_form(call, field))
    inner = list(_leftovers_inside(call))
    yield from inner
    if not found and not inner:
        yield _holds("Inga rester ur mallar i texterna")


def _leftovers_inside(call: Call) -> Iterator[Check]:
    """Leftovers in what belongs to the call, with the page where it is written."""
    rows = [
        (
            "calls:questions",
            [text for q in call.questions.all() for text in (q.label, q.help_text, *q.choices)],
        ),
        ("calls:criteria", [text for c in call.criteria.all() for text in (c.title, c.text)]),
        (
            "calls:requested_attachments",
            [text for a in call.requested_attachments.all() for text in (a.name, a.help_text)],
        ),
        ("calls:milestones", [text for m in call.milestones.all() for text in (m.title, m.text)]),
        ("calls:documents", [document.title for document in call.documents.all()]),
    ]
    for page, texts in rows:
        for leftover in find_leftovers("\n\n".join(texts)):
            yield _lacks(
                f"”{leftover.text}” står kvar",
                note=leftover.reason,
                url=reverse(page, args=[call.pk]),
            )


def _times(call: Call, now: datetime) -> Iterator[Check]:
    if call.closes_at > now:
        yield _holds(f"Sista ansökningsdag är {format_datetime(call.closes_at)}")
    else:
        yield _lacks(
            "Sista ansökningsdag har redan passerat",
            note=format_datetime(call.closes_at),
            url=_form(call, "closes_day"),
        )
    if call.decision_planned:
        yield _holds(f"Beslutet är planerat: {call.decision_planned}")
    else:
        yield _lacks("Det står inte när beslut är planerat", url=_form(call, "planned"), action="Ange")


def _terms(call: Call) -> Iterator[Check]:
    url = _form(call, "legal_basis")
    try:
        require_basis(call.legal_basis, opens_at=call.opens_at, max_aid_percent=call.max_aid_percent)
    except Refusal as refusal:
        yield _lacks("Den rättsliga grunden passar inte", note=refusal.message, url=url)
        return
    if sentence := ends_before_closing(call.legal_basis, call.closes_at):
        yield _lacks("Den rättsliga grunden upphör innan utlysningen stänger", note=sentence, url=url)
    else:
        yield _holds("Den rättsliga grunden gäller hela tiden", note=call.legal_basis.name)


def _content(call: Call) -> Iterator[Check]:
    areas = list(call.areas.all())
    if areas:
        yield _holds("Styrkeområden är valda", note=", ".join(area.name for area in areas))
    else:
        yield _lacks(
            "Inget styrkeområde är valt",
            url=f"{reverse('calls:officer_edit', args=[call.pk])}#div_id_areas",
            action="Välj",
        )
    if any(contact.email or contact.phone for contact in call.contacts.all()):
        yield _holds("Det finns någon att fråga")
    else:
        yield _lacks(
            "Det finns ingen kontakt med e-post eller telefon",
            url=f"{reverse('calls:officer_edit', args=[call.pk])}#rader-kontakt",
            action="Ange",
        )
    weights = [criterion.weight for criterion in call.criteria.all()]
    if not weights_agree(weights):
        yield _lacks(
            "Kriteriernas vikter stämmer inte",
            note=WEIGHTS,
            url=reverse("calls:criteria", args=[call.pk]),
        )
    elif weights:
        yield _holds(f"{len(weights)} {'kriterium' if len(weights) == 1 else 'kriterier'} att bedöma efter")
