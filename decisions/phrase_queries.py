"""Which standard phrases there are, and what a new draft begins with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import OuterRef, Subquery

from applications.models import Application
from calls.models import LegalBasis
from decisions.enums import DecisionKind, PhraseSection
from decisions.impartiality import is_recused
from decisions.models import Decision, StandardPhrase, StandardPhraseVersion
from decisions.models.phrase import StandardPhraseQuerySet
from decisions.phrases import Source, fill, is_left_out, missing, source_of, values_of
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.text import Piece, diff_words
from s3portal.diary.marked import marked_among
from s3portal.diary.models import Case
from s3portal.diary.numbers import read_number

#: An ordinance by its number, as the phrases that came with the portal name it.
_NUMBER: Final = re.compile(r"(\d{4})-(\d+)")


def with_text(phrases: StandardPhraseQuerySet) -> StandardPhraseQuerySet:
    """With the newest version's ``text``, ``number`` and ``valid_since``."""
    newest = StandardPhraseVersion.objects.filter(phrase=OuterRef("pk")).order_by("-number")
    return phrases.annotate(
        **{name: Subquery(newest.values(name)[:1]) for name in ("text", "number", "valid_since")}
    )


@dataclass(frozen=True)
class Opening:
    """What a new draft begins with. No ``title``: the draft has one of its own. An empty point is for the
    officer to write."""

    title: str
    background: str
    points: tuple[str, ...]


def opening(kind: DecisionKind, source: Source, *, relation: str = "") -> Opening:
    """The registrar's phrases for new drafts of the kind, filled; ``relation`` is what the decision does with
    an earlier one. Where a phrase is retired, something is missing: a leftover stands in its place, and stops
    the decision until somebody has written there."""
    found = with_text(StandardPhrase.objects.for_kind(kind, relation).filter(in_drafts=True))
    phrases = [phrase for phrase in found.order_by("place", "pk") if _belongs(phrase, source)]
    values = values_of(source)
    texts = {
        section: [_filled(phrase, values) for phrase in phrases if phrase.section == section]
        for section in PhraseSection
    }
    return Opening(
        title=next(iter(texts[PhraseSection.TITLE]), ""),
        background="\n\n".join(texts[PhraseSection.BACKGROUND]),
        points=tuple(texts[PhraseSection.POINT]),
    )


def _belongs(phrase: StandardPhrase, source: Source) -> bool:
    code = "" if source.legal_basis is None else source.legal_basis.code
    in_background = phrase.section == PhraseSection.BACKGROUND
    # ``text`` comes from ``with_text``.
    text: str = phrase.text  # type: ignore[attr-defined]
    return phrase.is_under(code) and not is_left_out(text, source, background=in_background)


def _filled(phrase: StandardPhrase, values: Mapping[str, str]) -> str:
    if not phrase.is_current:
        return missing(PhraseSection(phrase.section).label.lower())
    return fill(phrase.text, values)  # type: ignore[attr-defined]


# --- The registrar's pages --------------------------------------------------------------------------------
@dataclass(frozen=True)
class KindRow:
    """The phrases of one kind of decision, in the order of the document, each with the names of the legal
    bases that it is only for."""

    kind: DecisionKind
    phrases: list[tuple[StandardPhrase, list[str]]]


def phrases_by_kind() -> list[KindRow]:
    """Every phrase, also retired ones, with its text. Kinds without any are there too. Two queries."""
    sections, named = list(PhraseSection), basis_names()
    found = sorted(
        with_text(StandardPhrase.objects.all()),
        key=lambda phrase: (sections.index(PhraseSection(phrase.section)), phrase.place, phrase.pk),
    )
    return [
        KindRow(kind, [(phrase, bases_of(phrase, named)) for phrase in found if phrase.kind == kind])
        for kind in DecisionKind
    ]


def basis_names() -> dict[str, str]:
    """Code of a legal basis → the name of its latest row. One query."""
    return dict(LegalBasis.objects.order_by("code", "valid_from").values_list("code", "name"))


def bases_of(phrase: StandardPhrase, named: Mapping[str, str]) -> list[str]:
    """The names of the legal bases that the phrase is only for; none when it is for all. What no basis in the
    portal answers to stands as an ordinance's number, or as the code that it is."""
    found: dict[str, None] = {}
    for one in phrase.codes:
        names = [name for code, name in named.items() if code == one or code.endswith(f"-{one}")]
        number = _NUMBER.fullmatch(one)
        alone = one if number is None else f"förordning ({number[1]}:{number[2]})"
        found |= dict.fromkeys(names or [alone])
    return list(found)


@dataclass(frozen=True)
class Wording:
    """One version, and what differs from the one before it; nothing for the first."""

    version: StandardPhraseVersion
    pieces: list[Piece]


def wordings(phrase: StandardPhrase) -> list[Wording]:
    """Newest first."""
    versions = list(phrase.versions.select_related("made_by").order_by("-number"))
    older = [*versions[1:], None]
    return [
        Wording(version, [] if before is None else diff_words(before.text, version.text))
        for version, before in zip(versions, older, strict=True)
    ]


def source_in_case(typed: str, reader: User) -> Source:
    """What a phrase is filled from in a real case: its latest signed decision, else its application. Raises
    Refusal for what is no case, holds neither, or is not for the reader (jäv, secrecy)."""
    number = read_number(typed)
    cases = [] if number is None else list(Case.objects.filter(number.condition())[:2])
    if len(cases) != 1:
        raise Refusal("Det finns inget ärende med det numret. Skriv det som RUN/664/2021.")
    (case,) = cases
    if is_recused(reader, Decision(case=case)) or marked_among([case.pk]):
        raise Refusal("Ärendet går inte att visa här, på grund av jäv eller sekretess. Välj ett annat.")
    found = Decision.objects.signed().filter(case=case).with_parts().order_by("-decided_on", "-pk")
    decision = found.first()
    if decision is not None:
        return source_of(decision)
    application = (
        Application.objects.received()
        .select_related("call__legal_basis", "organisation")
        .filter(case=case)
        .first()
    )
    if application is None:
        raise Refusal("I ärendet finns inget undertecknat beslut och ingen ansökan att fylla från.")
    return Source(
        case_number=str(case),
        officer="" if case.officer is None else case.officer.full_name,
        application=application,
        legal_basis=application.call.legal_basis,
        amount=application.applied_amount,
        starts_on=application.starts_on,
        ends_on=application.ends_on,
    )
