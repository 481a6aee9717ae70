"""A decision for the public: what is secret is taken out of its text and data before anything is printed.

Nothing is covered over, so nothing lies under what is shown. What is taken out is a recipe, kept with each
masked version: words that are hidden wherever they stand, and whole parts of the decision.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from decisions.amounts import words_telling
from decisions.document import (
    ARTICLE_TEMPLATE,
    TEMPLATE,
    DecisionText,
    decision_context,
    decision_data,
    decision_html,
    decision_text,
    searchable,
)
from decisions.enums import SecrecyOutcome
from decisions.models import Decision, SecrecyReview
from decisions.plan import plan_of
from decisions.recipe import Recipe, placeholder, plain, strings_in
from s3portal.common.errors import Refusal
from s3portal.common.pdf import Attachment, render_document
from s3portal.common.swedish import format_day
from s3portal.diary.secrecy import pattern_of

#: Parts of the text that are restricted Markdown, where a bracket is written with a backslash.
_MARKDOWN: Final = frozenset({"background", "reasons"})
#: Rows of the decision that are marked one by one: their names in the text, and in the data.
_ROWS: Final = {
    "point": ("points", "points"),
    "basis": ("basis_documents", "basis_documents"),
    "recipient": ("recipients", "extract_to"),
}


def maskable_parts(decision: Decision) -> list[tuple[str, str]]:
    """The parts that can be hidden whole, each with the name that people read."""
    found = [("background", "Ärendebeskrivning"), ("reasons", "Skäl för beslutet")]
    found += [(f"point-{number}", f"Beslutspunkt {number}") for number, _ in _numbered(decision.points.all())]
    found += [
        (f"basis-{number}", f"Beslutsunderlag {number}")
        for number, _ in _numbered(decision.basis_documents.all())
    ]
    found += [
        (f"recipient-{number}", f"Utdrag till, mottagare {number}")
        for number, _ in _numbered(decision.extract_recipients.all())
    ]
    if decision.presenter_name or decision.also_present_lines:
        found.append(("taking_part", "Föredragande och andra som deltog"))
    if decision.amount is not None:
        found.append(("amount", "Beloppet, överallt"))
    if decision.starts_on is not None or decision.ends_on is not None:
        found.append(("period", "Perioden, i data"))
    if plan_of(decision) is not None:
        found.append(("plan", "Finansieringsplan och stödnivå"))
    return found


def holds_secret_parts(decision: Decision, review: SecrecyReview) -> bool:
    """Whether what was secret in a former text can be said to be so in this: every part is there. A row among
    others (a point, a document, a recipient) goes by its place, which may hold another text by now, so each
    is chosen anew."""
    there = dict(maskable_parts(decision))
    rows = any(key.rpartition("-")[2].isdecimal() for key in review.parts)
    return review.outcome == SecrecyOutcome.SOME and not rows and review.parts.keys() <= there.keys()


def _numbered(rows: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    return enumerate(rows, start=1)


# --- The text ---------------------------------------------------------------------------------------------
def masked_text(decision: Decision, recipe: Recipe) -> DecisionText:
    """What is printed. Raises Refusal when a hidden word is still there, such as one with emphasis within."""
    text = decision_text(decision)
    if "title" in recipe.parts:
        text = replace(text, title=placeholder(recipe.parts["title"]))
    for part, provision in recipe.parts.items():
        text = _without(text, part, provision)
    hidden: dict[str, Any] = {}
    for field in fields(text):
        hide = _hide_markdown(recipe) if field.name in _MARKDOWN else recipe.hide
        hidden[field.name] = _walk(getattr(text, field.name), hide)
    text = replace(text, **{**hidden, "note": _note(decision, recipe)})
    _require_gone(decision, recipe, strings_in(plain(text)))
    return text


def _without(text: DecisionText, part: str, provision: str) -> DecisionText:
    """The text without one part of it; a part that is not in the text is left to the data."""
    name, _, number = part.partition("-")
    stands = placeholder(provision)
    if name in _ROWS and number.isdecimal():
        column = _ROWS[name][0]
        return replace(text, **{column: _row_replaced(getattr(text, column), int(number), stands)})  # type: ignore[arg-type]
    if part in _MARKDOWN:
        return replace(text, **{part: _escaped(stands)})  # type: ignore[arg-type]
    if part == "plan":
        return replace(text, plan=None, plan_hidden=stands)
    return replace(text, taking_part=(stands,)) if part == "taking_part" else text


def _row_replaced(rows: Iterable[str], number: int, stands: str) -> tuple[str, ...]:
    return tuple(stands if place == number else row for place, row in _numbered(rows))


def _hide_markdown(recipe: Recipe) -> Callable[[str], str]:
    """A bracket before a parenthesis would read as a link, so brackets are written out."""
    stands = {placeholder(provision) for provision in recipe.provisions}

    def hide(text: str) -> str:
        hidden = recipe.hide(text)
        for one in stands:
            hidden = hidden.replace(one, _escaped(one))
        return hidden

    return hide


def _escaped(stands: str) -> str:
    return stands.replace("[", "\\[").replace("]", "\\]")


def _note(decision: Decision, recipe: Recipe) -> str:
    signed = "" if decision.decided_on is None else f" den {format_day(decision.decided_on)}"
    return (
        f"Maskad version för allmänheten. Det som är hemligt är borttaget ({', '.join(recipe.provisions)}). "
        f"Beslutet fattades{signed} av {decision.signatory_name}."
    )


def _walk(value: Any, hide: Callable[[str], str]) -> Any:
    """The same value with every text in it hidden, however deep it lies."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return {key: _walk(one, hide) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_walk(one, hide) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _walk(getattr(value, one.name), hide) for one in fields(value)})
    return value


def _require_gone(decision: Decision, recipe: Recipe, texts: Iterable[str]) -> None:
    pattern, told = pattern_of(recipe.words), list(texts)
    found = next((match[0] for text in told if pattern and (match := pattern.search(text))), None)
    if found is not None:
        raise Refusal(
            f"”{found}” står med formatering som inte går att maska. Märk hela stycket eller delen."
        )
    if recipe.hides("amount") and decision.amount is not None:
        left = next(words_telling(told, {decision.amount}), None)
        if left is not None:
            raise Refusal(f"”{left}” berättar det belopp som är hemligt. Märk hela stycket eller delen.")


# --- The data ---------------------------------------------------------------------------------------------
def masked_data(decision: Decision, recipe: Recipe) -> Mapping[str, Any]:
    """As ``decision_data``, with what is hidden taken out: texts say so, numbers and days are null.
    ``masked`` names the provisions. Raises Refusal when a hidden word is still there."""
    data = dict(decision_data(decision))
    for part, provision in recipe.parts.items():
        _take_out(data, part, placeholder(provision))
    hidden: Mapping[str, Any] = _walk(data, recipe.hide)
    _require_gone(decision, recipe, strings_in(hidden))
    return {**hidden, "masked": recipe.provisions}


def _take_out(data: dict[str, Any], part: str, stands: str) -> None:
    name, _, number = part.partition("-")
    if name in _ROWS and number.isdecimal():
        column = _ROWS[name][1]
        data[column] = list(_row_replaced(data[column], int(number), stands))
    elif part == "amount":
        data["amount"] = {**data["amount"], "kronor": None}
    elif part == "plan":
        data["financing_plan"] = None
    elif part == "period":
        data["period"] = {"from": None, "to": None}
    elif part == "taking_part":
        data |= {"presenter": None, "also_present": [stands]}
    elif part == "applicant":
        data["applicant"] = data["applicant"] and {"name": stands, "org_number": stands}
    elif part in data:
        data[part] = stands


# --- The document -----------------------------------------------------------------------------------------
def _context(decision: Decision, recipe: Recipe, level: int) -> dict[str, Any]:
    return {
        **decision_context(decision, level=level),
        "doc": masked_text(decision, recipe),
        "title": masked_title(decision, recipe),
    }


def masked_title(decision: Decision, recipe: Recipe) -> str:
    """Of the file, as in its metadata: the diary number, and the title when that is no secret."""
    title = placeholder(recipe.parts["title"]) if "title" in recipe.parts else recipe.hide(decision.title)
    return f"{decision.case} {title}"


def masked_html(decision: Decision, recipe: Recipe, *, level: int = 3) -> SafeString:
    """The article for a page on the screen. Raises Refusal as ``masked_text``."""
    return render_to_string(ARTICLE_TEMPLATE, _context(decision, recipe, level))


def public_html(decision: Decision, *, level: int = 3) -> SafeString:
    """The article of a published decision, as the public reads it: what its file says."""
    masked = decision.publication.masked
    if masked is None:
        return decision_html(decision, level=level)
    return masked_html(decision, Recipe.stored(masked.recipe), level=level)


def masked_full_text(decision: Decision, recipe: Recipe) -> str:
    """For the search among published decisions."""
    return searchable(masked_text(decision, recipe))


def render_masked(decision: Decision, recipe: Recipe, *, made_at: datetime) -> bytes:
    """The PDF, not sealed, with the masked data attached. Raises ``RenderingFailed`` or Refusal."""
    name = f"beslut-{decision.case.slug}-maskat.json"
    return render_document(
        TEMPLATE,
        {**_context(decision, recipe, 1), "region": settings.REGION},
        title=masked_title(decision, recipe),
        created_at=made_at,
        attachments=[
            Attachment.json(
                name, masked_data(decision, recipe), description="Beslutets uppgifter utan det som är hemligt"
            )
        ],
    )
