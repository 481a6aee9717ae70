"""The page about state aid: earlier aid in rows, other aid, and declarations by name."""

from typing import Any

from django import forms
from django.http import QueryDict

from applications.aid import Headroom, asked_declarations, asks_operating_aid
from applications.forms.drafting import PartForm
from applications.forms.partners import yes_no
from applications.forms.rows import RowKind, RowsOf
from applications.forms.tables import WholeNumberField
from applications.models import Application
from applications.parts import AidPart, DeMinimisRow, OtherAidRow, declaration_key, headroom_of, in_order
from s3portal.common.forms import CleanCharField, KronorField, SwedishDateField
from s3portal.common.swedish import format_datetime

HAD_DE_MINIMIS = "Har ni fått försumbart stöd under de senaste tre åren?"
YES_NO = {True: "ja", False: "nej", None: ""}


def _amount() -> KronorField:
    return KronorField(
        label="Belopp i kronor",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
    )


def _years() -> WholeNumberField:
    return WholeNumberField(
        label="Hur många år har klustret fått driftstöd, med åren i den här ansökan inräknade?",
        help_text="Driftstöd är stöd till klustrets löpande kostnader. "
        "Skriv 0 om ni inte söker driftstöd och aldrig har fått det.",
        most=99,
        wrong="Ange hela år med siffror, till exempel 3.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "år"}),
    )


def _de_minimis(number: int) -> dict[str, forms.Field]:
    return {
        "granted_on": SwedishDateField(label="När beslutades stödet?", required=False),
        "giver": CleanCharField(label="Vem gav stödet?", max_length=200, required=False),
        "amount": _amount(),
    }


def _other(number: int) -> dict[str, forms.Field]:
    return {
        "giver": CleanCharField(label="Vem ger stödet?", max_length=200, required=False),
        "purpose": CleanCharField(label="För vilka kostnader?", max_length=300, required=False),
        "amount": _amount(),
    }


DE_MINIMIS = RowKind("forsumbart", DeMinimisRow, 60, "tidigare stöd", "forsumbart-stod", _de_minimis)
OTHER_AID = RowKind("annat", OtherAidRow, 40, "andra stöd", "annat-stod", _other)


class AidForm(PartForm):
    """Försumbart stöd and declarations are asked as the legal basis of the call says."""

    def __init__(
        self, data: QueryDict | None = None, *, application: Application, part: AidPart, extra: str = ""
    ) -> None:
        super().__init__(data)
        self.application, self.stored = application, part
        basis = application.call.legal_basis
        self.asked = asked_declarations(basis)
        self.asks_de_minimis = basis.de_minimis_ceiling_eur is not None
        self.de_minimis: RowsOf | None = None
        if self.asks_de_minimis:
            self.fields["has_de_minimis_aid"] = yes_no(HAD_DE_MINIMIS)
            self.initial["has_de_minimis_aid"] = YES_NO[part.has_de_minimis_aid]
            self.de_minimis = self._rows(DE_MINIMIS, data, part.de_minimis, part.has_de_minimis_aid, extra)
        self.fields["has_other_aid"] = yes_no("Har ni fått eller sökt annat stöd för samma kostnader?")
        self.initial["has_other_aid"] = YES_NO[part.has_other_aid]
        self.other_aid = self._rows(OTHER_AID, data, part.other_aid, part.has_other_aid, extra)
        self.asks_operating_aid = asks_operating_aid(basis)
        if self.asks_operating_aid:
            self.fields["operating_aid_years"] = _years()
            self.initial["operating_aid_years"] = part.operating_aid_years
        self._add_declarations()

    def _rows(
        self, kind: RowKind, data: QueryDict | None, stored: Any, answer: bool | None, extra: str
    ) -> RowsOf:
        """Who has answered yes has a row to write in."""
        wanted = extra == kind.prefix
        return RowsOf(self, kind, data=data, stored=stored, extra=wanted, at_least=bool(answer))

    def _add_declarations(self) -> None:
        """Each with who has declared it and when, once somebody has."""
        made = self.application.applicant_declarations.select_related("declared_by")
        told = {one.kind: f"Intygat av {one.declared_by} {format_datetime(one.declared_at)}." for one in made}
        for kind in self.asked:
            name = declaration_key(kind)
            self.fields[name] = forms.BooleanField(
                label=str(kind.label), required=False, help_text=told.get(kind.value, "")
            )
            self.initial[name] = kind.value in self.stored.declared

    def clean(self) -> None:
        if self.de_minimis is not None:
            self.de_minimis.check()
        self.other_aid.check()

    def part(self) -> AidPart:
        """What was typed. What this call does not ask about stays as it is stored."""
        data = self.cleaned_data
        not_asked = set(self.stored.declared) - {kind.value for kind in self.asked}
        declared = {kind.value for kind in self.asked if data.get(declaration_key(kind))}
        answer, rows = self.stored.has_de_minimis_aid, self.stored.de_minimis
        if self.de_minimis is not None:
            answer, rows = data.get("has_de_minimis_aid"), self.de_minimis.typed()
        return AidPart(
            has_de_minimis_aid=answer,
            de_minimis=rows,
            has_other_aid=data.get("has_other_aid"),
            other_aid=self.other_aid.typed(),
            declared=in_order(declared | not_asked),
            operating_aid_years=data.get("operating_aid_years")
            if self.asks_operating_aid
            else self.stored.operating_aid_years,
        )

    def declarations(self) -> list[Any]:
        return [self[declaration_key(kind)] for kind in self.asked]

    def headroom(self) -> Headroom | None:
        """The room with what is in the form, typed or stored; what could not be read counts as missing."""
        if not self.is_bound:
            return headroom_of(self.application, self.stored)
        self.errors  # noqa: B018 - reads the fields
        return headroom_of(self.application, self.part())
