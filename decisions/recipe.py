"""What is taken out of a decision for the public: the recipe that standing secrecy marks give."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final

from decisions.amounts import amounts_in, figures_of, shares_of_costs, spellings_of, words_telling
from decisions.document import DecisionText, decision_data, decision_text
from decisions.models import Decision, DecisionDocument
from decisions.plan import FinancingPlan, plan_of, tells
from decisions.veil import WHOLE
from s3portal.common.swedish import find_amounts
from s3portal.common.text import markdown_to_plain
from s3portal.diary.models import SecrecyMark
from s3portal.diary.secrecy import Part, hide_words, pattern_of

_YEAR: Final = re.compile(r"\d{4}")


@dataclass(frozen=True)
class Recipe:
    """``words``: passage → provision. ``parts``: what is hidden whole ("reasons", "point-2") → provision."""

    words: Mapping[str, str]
    parts: Mapping[str, str]

    @classmethod
    def stored(cls, value: Mapping[str, Any]) -> "Recipe":
        return cls(words=dict(value["words"]), parts=dict(value["parts"]))

    def as_stored(self) -> dict[str, Any]:
        return {"words": dict(self.words), "parts": dict(self.parts)}

    @property
    def provisions(self) -> list[str]:
        return sorted({*self.words.values(), *self.parts.values()})

    def hides(self, part: str) -> bool:
        return part in self.parts

    def hide(self, text: str) -> str:
        """``text`` without the words, each replaced by the provision that it is secret by. The replacement is
        as long whatever it hides."""
        pattern = pattern_of(self.words)
        if pattern is None:
            return text
        by_form = {_form(word): provision for word, provision in self.words.items()}
        return pattern.sub(lambda found: placeholder(by_form.get(_form(found[0]), self.provisions[0])), text)


def placeholder(provision: str) -> str:
    """What stands in place of what is taken out."""
    return f"[Skyddat, {provision}]"


def _form(text: str) -> str:
    """A passage as it is compared: small letters, and only what is written in them."""
    return re.sub(r"[\s\u00a0*_\\]+", " ", text).strip().casefold()


def recipe_of(decision: Decision, marks: Iterable[SecrecyMark]) -> Recipe:
    """What is to be taken out of the decision by these marks (``secrecy.concerning``)."""
    words: dict[str, str] = {}
    parts: dict[str, str] = {}
    #: Amounts (kronor) that are secret, with their provisions.
    amounts: dict[int, str] = {}
    for mark in marks:
        provision = mark.by_provision
        if is_of_earlier(decision, mark):
            # Its points are told there, and only a person can say which of them the mark covers.
            parts["background"] = provision
            if mark.part in (Part.RECORD, Part.RECORD_TITLE):
                words |= dict.fromkeys(_titles_of_earlier(decision), provision)
            amounts |= dict.fromkeys(_amounts_of_earlier(mark), provision)
        elif mark.part == Part.PASSAGE:
            words[mark.passage] = provision
            amounts |= dict.fromkeys(_amounts_told(decision, mark.passage), provision)
        elif mark.part in (Part.COUNTERPART, Part.RECORD_COUNTERPART):
            words |= dict.fromkeys(_party(decision, mark), provision)
            parts["applicant"] = provision
        elif mark.part in (Part.TITLE, Part.RECORD_TITLE):
            words |= dict.fromkeys(_titles(decision, mark), provision)
            parts["title"] = provision
        elif mark.part == Part.FIELD:
            parts[mark.field] = provision
    if "amount" in parts and decision.amount is not None:
        amounts[decision.amount] = parts["amount"]
    level = parts.get("plan")
    parts |= _told_by(decision, words, amounts)
    words |= _telling(decision, amounts, level=level or parts.get("amount"))
    return Recipe(words=words, parts=parts)


def is_of_earlier(decision: Decision, mark: SecrecyMark) -> bool:
    """Whether the mark is on the record of a decision that this one changes."""
    if mark.record_id is None:
        return False
    document: DecisionDocument | None = getattr(decision, "document", None)
    return document is None or document.file.record_id != mark.record_id


def tells_of_marked(decision: Decision, marks: Iterable[SecrecyMark]) -> bool:
    """Whether a person has to read the masked version first: something is marked in a decision that this one
    changes, and only a person can say what of it is told here in other words."""
    return any(is_of_earlier(decision, mark) for mark in marks)


def _titles_of_earlier(decision: Decision) -> Iterator[str]:
    earlier = decision.changes
    while earlier is not None:
        yield earlier.title
        earlier = earlier.changes


def _amounts_of_earlier(mark: SecrecyMark) -> Iterator[int]:
    """What a later decision often repeats: "höjs från 300 000 till 350 000 kronor"."""
    if mark.field == "amount" or mark.part in WHOLE:
        marked = DecisionDocument.objects.filter(file__record=mark.record_id)
        told = marked.values_list("decision__amount", flat=True)
        yield from (amount for amount in told if amount is not None)


def _amounts_told(decision: Decision, passage: str) -> Iterator[int]:
    """Those in a hidden passage: secret wherever else they stand. A number without a unit is one when it is
    the decision's amount, or stands in its plan."""
    plan = plan_of(decision)
    known = {decision.amount} | (set() if plan is None else plan.amounts)
    yield from map(abs, find_amounts(passage))
    yield from (amount for amount in amounts_in(passage) if amount in known)


def _party(decision: Decision, mark: SecrecyMark) -> Iterator[str]:
    """The mark may stand in a case that the decision's is merged with, under a name of its own."""
    yield from filter(None, {decision.case.counterpart, mark.case.counterpart})
    if decision.application is not None:
        organisation = decision.application.organisation
        yield organisation.name
        yield organisation.org_number
        yield organisation.org_number.replace("-", "")


def _titles(decision: Decision, mark: SecrecyMark) -> Iterator[str]:
    yield decision.title
    yield decision.case.title
    yield mark.case.title
    yield from _titles_of_earlier(decision)


def _told_by(decision: Decision, words: Mapping[str, str], amounts: Mapping[int, str]) -> dict[str, str]:
    """What the tables and the machine-readable data would tell of what is hidden in the text: an amount, a
    share, a day."""
    found: dict[str, str] = {}
    if decision.amount is not None and decision.amount in amounts:
        found["amount"] = amounts[decision.amount]
    plan = plan_of(decision)
    if plan is not None:
        # Shares and sums would tell what one hidden number is.
        told = [amounts[amount] for amount in sorted(plan.amounts) if amount in amounts]
        told += [provision for passage, provision in words.items() if tells(plan, passage)]
        if told:
            found["plan"] = told[-1]
    for passage, provision in words.items():
        years = set(_YEAR.findall(passage))
        if any(day is not None and str(day.year) in years for day in (decision.starts_on, decision.ends_on)):
            found["period"] = provision
    return found


def _telling(decision: Decision, amounts: Mapping[int, str], *, level: str | None) -> dict[str, str]:
    """The words in the text that tell a secret amount. ``level``: the provision by which the aid level is
    secret, as it is when the amount can be worked out from it."""
    found: dict[str, str] = {}
    texts = list(strings_in([plain(decision_text(decision)), decision_data(decision)]))
    for amount, provision in amounts.items():
        figures = set(figures_of([amount]))
        # The unit stays where the figures alone can be taken out.
        left = words_telling((hide_words(text, figures) for text in texts), {amount})
        found |= dict.fromkeys((" ".join(words.split()) for words in [*figures, *left]), provision)
    if level is not None:
        found |= dict.fromkeys(_shares(plan_of(decision), texts), level)
    return found


def _shares(plan: FinancingPlan | None, texts: Iterable[str]) -> Iterator[str]:
    for share in {*shares_of_costs(texts), *([] if plan is None else [plan.share])}:
        yield from spellings_of(share)


# --- Texts within a value ---------------------------------------------------------------------------------
def plain(text: DecisionText) -> DecisionText:
    """Without markup, as it is read."""
    return replace(
        text, background=markdown_to_plain(text.background), reasons=markdown_to_plain(text.reasons)
    )


def strings_in(value: Any) -> Iterator[str]:
    """Every text in it, however deep it lies."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from strings_in(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from strings_in(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from strings_in(getattr(value, field.name))
