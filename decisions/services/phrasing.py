"""Keeping the standard phrases: a change of the text is a new version, and nothing is deleted."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from decisions.enums import DecisionKind, PhraseSection
from decisions.models import StandardPhrase, StandardPhraseVersion
from decisions.phrases import fault_in
from decisions.rules import may_keep_phrases
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal

#: The columns that a keeper changes; the text is a row of its own.
_CHANGED: Final = ("name", "in_drafts", "only_under", "place", "relation")
MAY_NOT: Final = "Bara en registrator eller en administratör kan ändra standardfraser."
CHANGED: Final = (
    "Någon har ändrat frasen sedan du öppnade sidan. Inget sparades. Läs den nya lydelsen och spara igen om "
    "det du skrev ändå ska gälla."
)


@dataclass(frozen=True)
class PhraseData:
    """``only_under``: the codes of legal bases with spaces between, "" for all. ``place``: from 1, within its
    section. ``relation``: what the decision does with an earlier one, where its kind does not tell."""

    name: str
    text: str
    in_drafts: bool = False
    only_under: str = ""
    place: int = 1
    relation: str = ""


@transaction.atomic
def create_phrase(
    *, actor: User, kind: DecisionKind, section: PhraseSection, data: PhraseData
) -> StandardPhrase:
    """Raises Refusal for a name that is taken, unknown placeholders, and reasons that would begin drafts."""
    _require_keeper(actor)
    phrase = StandardPhrase(kind=kind, section=section)
    _require_sound(phrase, data)
    _set(phrase, data)
    phrase.save(force_insert=True)
    StandardPhraseVersion.objects.create(phrase=phrase, number=1, text=data.text, made_by=actor)
    _note(phrase, actor, "phrase_created", "Standardfras inlagd")
    return phrase


@transaction.atomic
def change_phrase(*, actor: User, phrase_id: int, expected_revision: int, data: PhraseData) -> StandardPhrase:
    """Another text becomes a new version; drafts and decisions keep theirs. The same again is no change.

    Raises Conflict when somebody has changed it since ``expected_revision``, Refusal as ``create_phrase``."""
    _require_keeper(actor)
    phrase = StandardPhrase.objects.select_for_update(of=("self",)).get(pk=phrase_id)
    newest = phrase.versions.latest("number")
    if data == data_of(phrase, newest):
        return phrase
    if phrase.revision != expected_revision:
        raise Conflict(CHANGED)
    _require_sound(phrase, data)
    _set(phrase, data)
    phrase.revision += 1
    phrase.save(update_fields=[*_CHANGED, "revision"])
    if data.text != newest.text:
        StandardPhraseVersion.objects.create(
            phrase=phrase, number=newest.number + 1, text=data.text, made_by=actor
        )
    _note(phrase, actor, "phrase_changed", "Standardfras ändrad")
    return phrase


@transaction.atomic
def retire_phrase(*, actor: User, phrase_id: int) -> StandardPhrase:
    """It is offered no more, and leaves a gap where new drafts began with it. Twice is once."""
    _require_keeper(actor)
    phrase = StandardPhrase.objects.select_for_update(of=("self",)).get(pk=phrase_id)
    if phrase.is_current:
        phrase.retired_at, phrase.retired_by = timezone.now(), actor
        _save_standing(phrase)
        _note(phrase, actor, "phrase_retired", "Standardfras tagen ur bruk")
    return phrase


@transaction.atomic
def bring_back_phrase(*, actor: User, phrase_id: int) -> StandardPhrase:
    """With the text that it had. Twice is once."""
    _require_keeper(actor)
    phrase = StandardPhrase.objects.select_for_update(of=("self",)).get(pk=phrase_id)
    if not phrase.is_current:
        phrase.retired_at = phrase.retired_by = None
        _save_standing(phrase)
        _note(phrase, actor, "phrase_brought_back", "Standardfras i bruk igen")
    return phrase


def data_of(phrase: StandardPhrase, newest: StandardPhraseVersion) -> PhraseData:
    return PhraseData(text=newest.text, **{name: getattr(phrase, name) for name in _CHANGED})


def _save_standing(phrase: StandardPhrase) -> None:
    phrase.revision += 1
    phrase.save(update_fields=["retired_at", "retired_by", "revision"])


def _set(phrase: StandardPhrase, data: PhraseData) -> None:
    for name in _CHANGED:
        setattr(phrase, name, getattr(data, name))


def _require_keeper(actor: User) -> None:
    if not may_keep_phrases(actor):
        raise Refusal(MAY_NOT)


def _require_sound(phrase: StandardPhrase, data: PhraseData) -> None:
    fault = fault_in(data.text)
    if fault:
        raise Refusal(fault, field="text")
    if data.in_drafts and phrase.section == PhraseSection.REASONS:
        raise Refusal(
            "Skälen skrivs för varje beslut. Frasen går att lägga till i utkastet.", field="in_drafts"
        )
    if data.relation and phrase.kind != DecisionKind.AMENDMENT:
        raise Refusal("Bara ändringar och upphävanden är två slag i ett. Välj alla beslut.", field="relation")
    same = StandardPhrase.objects.filter(kind=phrase.kind, section=phrase.section, name=data.name)
    if same.exclude(pk=phrase.pk).exists():
        raise Refusal("Det finns redan en fras med det namnet i den delen av beslutet.", field="name")


def _note(phrase: StandardPhrase, actor: User, action: str, what: str) -> None:
    kind, section = phrase.get_kind_display(), phrase.get_section_display()
    record_event(actor=actor, action=action, obj=phrase, text=f"{what}: {phrase} ({kind}, {section.lower()})")
