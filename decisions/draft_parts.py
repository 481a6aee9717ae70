"""The parts of a draft that can be commented on, in the order of the document, each with its text."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString

from decisions.document import DecisionText, decision_text
from decisions.enums import DraftPart
from decisions.models import CommentThread, Decision
from s3portal.common.swedish import format_isodate
from s3portal.common.text import markdown_to_plain, render_markdown

EMPTY: Final = "Inget är ifyllt."


@dataclass(frozen=True)
class PartText:
    """``text`` is what can be quoted, ``html`` how it is shown. ``key`` is that of a point, else ""."""

    part: DraftPart
    text: str
    html: SafeString
    key: str = ""
    number: int = 0

    @property
    def anchor(self) -> str:
        """What the page's forms and addresses call it."""
        return f"punkt-{self.key}" if self.key else f"del-{self.part}"

    @property
    def label(self) -> str:
        return f"{self.part.label} {self.number}" if self.number else str(self.part.label)

    def holds(self, quote: str) -> bool:
        """Whether the words stand there, however the lines and spaces fall."""
        return _flat(quote) in _flat(self.text)

    @property
    def mark(self) -> str:
        return hashlib.sha256(_flat(self.text).encode()).hexdigest()

    def is_about(self, thread: CommentThread) -> bool:
        return thread.anchor == self.anchor

    def has_changed_since(self, thread: CommentThread) -> bool:
        """The quoted words are gone; of a comment on all of the part, anything in it is another."""
        return not self.holds(thread.quote) if thread.quote else thread.part_mark != self.mark


def _flat(text: str) -> str:
    return " ".join(text.split())


def parts_of(decision: Decision) -> list[PartText]:
    """``decision`` comes from ``with_parts``. The financing plan only where there is one."""
    doc = decision_text(decision)
    return [
        _plain(DraftPart.WHOLE, ""),
        _plain(DraftPart.TITLE, doc.title),
        _markdown(DraftPart.BACKGROUND, doc.background),
        _plain(DraftPart.BASIS, "\n".join(doc.basis_documents)),
        _plain(DraftPart.DELEGATION, "\n".join(_delegation(decision, doc))),
        _markdown(DraftPart.REASONS, doc.reasons),
        *_points(decision, doc),
        _plain(DraftPart.AMOUNT, "\n".join(_amount(decision))),
        *_plan(doc),
        _plain(DraftPart.TAKING_PART, "\n".join(doc.taking_part)),
        _plain(DraftPart.RECIPIENTS, "\n".join(doc.recipients)),
    ]


def _plain(part: DraftPart, text: str, *, key: str = "", number: int = 0) -> PartText:
    if part is DraftPart.WHOLE:
        return PartText(part, "", SafeString(""))
    html = SafeString(linebreaks(text, autoescape=True)) if text else format_html("<p>{}</p>", EMPTY)
    return PartText(part, text, html, key, number)


def _markdown(part: DraftPart, text: str) -> PartText:
    html = render_markdown(text) if text else format_html("<p>{}</p>", EMPTY)
    return PartText(part, markdown_to_plain(text), html)


def _points(decision: Decision, doc: DecisionText) -> Iterator[PartText]:
    keys = (str(point.key) for point in decision.points.all())
    for number, (key, text) in enumerate(zip(keys, doc.points, strict=True), start=1):
        yield _plain(DraftPart.POINT, text, key=key, number=number)


def _delegation(decision: Decision, doc: DecisionText) -> Iterator[str]:
    if decision.legal_basis is not None:
        yield decision.legal_basis.name
    if doc.delegation:
        yield doc.delegation
    if doc.signatory_name:
        yield f"{doc.signatory_name}, {doc.signatory_title}"
    if doc.report:
        yield doc.report


def _amount(decision: Decision) -> Iterator[str]:
    if decision.amount_text:
        yield decision.amount_text
    if decision.starts_on is not None:
        yield f"Från och med {format_isodate(decision.starts_on)}"
    if decision.ends_on is not None:
        yield f"Till och med {format_isodate(decision.ends_on)}"


def _plan(doc: DecisionText) -> Iterator[PartText]:
    if doc.plan is None:
        return
    lines = [f"{row.name} {row.amount} {row.share}" for row in doc.plan.rows]
    text = "\n".join([*lines, doc.plan.total, doc.plan.granted, doc.plan.share, doc.plan.cap])
    html = render_to_string("decisions/partials/plan_rows.html", {"plan": doc.plan})
    yield PartText(DraftPart.PLAN, text, html)
