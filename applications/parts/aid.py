"""Other aid, what there is room for of försumbart stöd, and what is declared by name."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from applications.aid import Headroom, Rate, headroom
from applications.enums import DeclarationKind
from applications.models import Application
from applications.parts.rows import YES_NO_UNSAID, Row, read_rows, row_texts, take_rows
from applications.parts.text import FieldText, day_text, kr_text
from calls.models import EuroRate


@dataclass(frozen=True)
class DeMinimisRow(Row):
    """Försumbart stöd that has been given: the day of the decision, and whole kronor."""

    KIND = "de_minimis"
    NOUN = "Försumbart stöd"

    granted_on: date | None
    giver: str
    amount: int | None

    def lines(self) -> Iterator[tuple[str, str]]:
        yield "Beslutat", day_text(self.granted_on)
        yield "Gett av", self.giver
        yield "Belopp", kr_text(self.amount)


@dataclass(frozen=True)
class OtherAidRow(Row):
    """Other aid for the same costs, in whole kronor."""

    KIND = "other_aid"
    NOUN = "Annat stöd"

    giver: str
    purpose: str
    amount: int | None

    def lines(self) -> Iterator[tuple[str, str]]:
        yield "Gett av", self.giver
        yield "Kostnader", self.purpose
        yield "Belopp", kr_text(self.amount)


@dataclass(frozen=True)
class AidPart:
    """``declared``: the kinds that somebody has declared, in the order of ``DeclarationKind``."""

    has_de_minimis_aid: bool | None
    de_minimis: tuple[DeMinimisRow, ...]
    has_other_aid: bool | None
    other_aid: tuple[OtherAidRow, ...]
    declared: tuple[str, ...]
    #: Years of operating aid, those applied for counted in.
    operating_aid_years: int | None = None

    @classmethod
    def read(cls, application: Application) -> "AidPart":
        made = {one.kind for one in application.applicant_declarations.all()}
        return cls(
            has_de_minimis_aid=application.has_de_minimis_aid,
            de_minimis=read_rows(DeMinimisRow, application.de_minimis_aid.all()),
            has_other_aid=application.has_other_aid,
            other_aid=read_rows(OtherAidRow, application.other_aid.all()),
            declared=in_order(made),
            operating_aid_years=application.operating_aid_years,
        )

    def texts(self) -> Iterator[FieldText]:
        label = "Har ni fått försumbart stöd?"
        yield FieldText("has_de_minimis_aid", label, YES_NO_UNSAID[self.has_de_minimis_aid])
        yield from row_texts(self.de_minimis)
        yield FieldText(
            "has_other_aid", "Har ni annat stöd för samma kostnader?", YES_NO_UNSAID[self.has_other_aid]
        )
        yield from row_texts(self.other_aid)
        years = self.operating_aid_years
        yield FieldText("operating_aid_years", "År med driftstöd", "" if years is None else str(years))
        for kind in self.declared:
            yield FieldText(declaration_key(kind), str(DeclarationKind(kind).label), "Intygat")

    def taking(self, other: "AidPart", keys: Collection[str]) -> "AidPart":
        declared = {kind for kind in self.declared if declaration_key(kind) not in keys}
        declared |= {kind for kind in other.declared if declaration_key(kind) in keys}
        return AidPart(
            has_de_minimis_aid=(other if "has_de_minimis_aid" in keys else self).has_de_minimis_aid,
            de_minimis=take_rows(self.de_minimis, other.de_minimis, keys),
            has_other_aid=(other if "has_other_aid" in keys else self).has_other_aid,
            other_aid=take_rows(self.other_aid, other.other_aid, keys),
            declared=in_order(declared),
            operating_aid_years=(other if "operating_aid_years" in keys else self).operating_aid_years,
        )


def declaration_key(kind: str) -> str:
    return f"declared-{kind}"


def in_order(kinds: Collection[str]) -> tuple[str, ...]:
    return tuple(kind for kind in DeclarationKind.values if kind in kinds)


def headroom_of(
    application: Application, part: AidPart | None = None, *, on: date | None = None
) -> Headroom | None:
    """The room on the day ``on`` (today), or None for a basis that is no försumbart stöd. ``part`` instead of
    what is stored while it is typed."""
    ceiling = application.call.legal_basis.de_minimis_ceiling_eur
    if ceiling is None:
        return None
    rows = (part or AidPart.read(application)).de_minimis
    day = on or timezone.localdate()
    rates = EuroRate.objects.filter(valid_from__lte=day).values_list("valid_from", "sek_per_euro")
    return headroom(
        on=day,
        ceiling=ceiling,
        earlier=[(row.granted_on, row.amount) for row in rows],
        rates=[Rate(*rate) for rate in rates],
        applied=application.applied_amount,
    )
