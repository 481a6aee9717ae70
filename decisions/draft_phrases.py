"""Standard phrases that the officer puts into a draft: what is offered where, and the form with one added."""

from dataclasses import replace
from typing import Any, Final, cast

from django.http import QueryDict

from decisions.content import DraftContent
from decisions.enums import PhraseSection
from decisions.forms import DraftForms
from decisions.models import Decision, StandardPhrase
from decisions.phrase_queries import with_text
from decisions.phrases import fill, source_of, values_of
from decisions.point_keys import new_key
from s3portal.common.text import read_whole

#: What the page's buttons and addresses call the places, and the section that each is.
PLACES: Final = {
    "punkt": PhraseSection.POINT,
    "background": PhraseSection.BACKGROUND,
    "reasons": PhraseSection.REASONS,
}
CHOOSE: Final = "Välj en standardfras i listan."


def offered_phrases(decision: Decision) -> dict[str, list[StandardPhrase]]:
    """By place, those in use for the draft's kind of decision, in the registrar's order. One query."""
    found = StandardPhrase.objects.current().for_kind(decision.kind, decision.relation)
    found = found.filter(section__in=PLACES.values())
    phrases = list(found.order_by("place", "pk"))
    return {
        place: [phrase for phrase in phrases if phrase.section == section]
        for place, section in PLACES.items()
    }


def place_in(command: str) -> str:
    """The place that a button ``fras:punkt`` is about; "" for other commands."""
    verb, _colon, place = command.partition(":")
    return place if verb == "fras" and place in PLACES else ""


def with_phrase(forms: DraftForms, place: str) -> DraftForms:
    """The form, which is valid, with the chosen phrase as a new point or at the end of the text, filled from
    what is written in it. Without a phrase that can be used, the same form with an error."""
    data = cast(QueryDict, forms.main.data)
    pk = read_whole(data.get(f"fras-{place}")) or 0
    usable = StandardPhrase.objects.current().for_kind(forms.decision.kind, forms.decision.relation)
    phrase: Any = with_text(usable).filter(section=PLACES[place], pk=pk).first()
    if phrase is None:
        forms.main.add_error(None, CHOOSE)
        return forms
    text = fill(phrase.text, _values(forms.decision, forms.content()))
    changed = data.copy()
    if place == "punkt":
        _add_point(changed, text)
    else:
        before = data.get(place, "").rstrip()
        changed[place] = f"{before}\n\n{text}" if before else text
    added = DraftForms(changed, decision=forms.decision)
    added.is_valid()
    return added


def _values(decision: Decision, content: DraftContent) -> dict[str, str]:
    """From the figures that are typed, stored or not."""
    return values_of(
        replace(
            source_of(decision),
            officer=content.case_officer_name,
            legal_basis=content.legal_basis,
            amount=content.amount,
            starts_on=content.starts_on,
            ends_on=content.ends_on,
            title=content.title,
        )
    )


def _add_point(data: QueryDict, text: str) -> None:
    """Last, or in the empty row that the points end with."""
    rows = int(str(data["punkt-TOTAL_FORMS"]))
    if rows and not str(data.get(f"punkt-{rows - 1}-text", "")).strip():
        rows -= 1
    data["punkt-TOTAL_FORMS"] = str(rows + 1)
    data[f"punkt-{rows}-key"] = data.get(f"punkt-{rows}-key") or new_key()
    data[f"punkt-{rows}-text"] = text
