"""The form of a call, as officers fill it in."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.forms.formsets import BaseFormSet
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from calls.content import CallContent, ContactData, content_of
from calls.enums import CallStatus
from calls.forms.clock import ClockField
from calls.forms.fields import BasisField, PercentField, PlannedField
from calls.models import Call, LegalBasis, StrengthArea
from calls.planned import PlannedDecision
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.form_rows import change_rows
from s3portal.common.forms import (
    CleanCharField,
    CleanTextField,
    KronorField,
    SwedishDateField,
)
from s3portal.common.swedish import in_stockholm
from s3portal.common.swedish.clock import moment_on
from s3portal.common.text import read_whole

CONTACTS: Final = "kontakt"
MOST_CONTACTS: Final = 10
LONGEST_TEXT: Final = 20_000
#: The service speaks of the call's fields, the page of its controls.
_CONTROLS: Final = {"opens_at": "opens_day", "closes_at": "closes_day", "contacts": None}


def _area_text(**kwargs: Any) -> CleanTextField:
    rows = kwargs.pop("rows")
    return CleanTextField(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class CallForm(forms.Form):
    """What is asked of a draft is little: ``readiness`` says what is missing before it is published."""

    title = CleanCharField(label=_("Rubrik"), max_length=200)
    slug = forms.SlugField(
        label=_("Adress"),
        required=False,
        max_length=120,
        help_text=_(
            "Sista delen av webbadressen. Lämna tomt, så görs den av rubriken. När utlysningen är publicerad "
            "ändras den inte mer."
        ),
        error_messages={"invalid": _("Använd bara bokstäverna a till z, siffror och bindestreck.")},
    )
    headline = CleanCharField(
        label=_("Rubrik på startsidan"),
        required=False,
        max_length=200,
        help_text=_("En kortare rubrik. Utan den används utlysningens rubrik."),
    )
    summary = _area_text(
        label=_("Ingress"),
        required=False,
        max_length=1000,
        rows=3,
        help_text=_("Det viktigaste i två eller tre meningar. Visas också i listor."),
    )
    text = _area_text(
        label=_("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        rows=14,
        help_text=_(
            "Tomrad ger nytt stycke. ## först på raden ger en rubrik, - en lista, **fet** ger fet stil och "
            "[text](https://adress) ger en länk."
        ),
    )
    who_may_apply = _area_text(label=_("Vem kan söka"), required=False, max_length=2000, rows=3)
    areas = forms.ModelMultipleChoiceField(
        label=_("Styrkeområden"),
        queryset=StrengthArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Alla ska höra till samma strategi."),
    )
    frame = KronorField(
        label=_("Ram"),
        min_value=1,
        help_text=_("Så mycket kan delas ut sammanlagt."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
    )
    min_amount = KronorField(
        label=_("Lägsta belopp att söka"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
    )
    max_amount = KronorField(
        label=_("Högsta belopp att söka"),
        required=False,
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
    )
    legal_basis = BasisField(
        label=_("Rättslig grund"),
        queryset=LegalBasis.objects.none(),
        empty_label="Välj",
        help_text=_("Ska gälla från den dag utlysningen öppnar till den dag den stänger."),
        error_messages={"required": _("Välj rättslig grund.")},
    )
    max_aid_percent = PercentField(
        label=_("Högsta stödnivå"),
        help_text=_("Andel av kostnaderna. Högst det som den rättsliga grunden tillåter."),
    )
    overhead_percent = forms.TypedChoiceField(
        label=_("Schablon för indirekta kostnader"),
        choices=[
            ("0", _("Ingen schablon")),
            ("15", _("15 % av personalkostnaden")),
            ("40", _("40 % av personalkostnaden")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
    )
    opens_day = SwedishDateField(label=_("Öppnar"))
    opens_clock = ClockField(label=_("Öppnar klockan"))
    closes_day = SwedishDateField(label=_("Sista ansökningsdag"))
    closes_clock = ClockField(
        label=_("Stänger klockan"), help_text=_("Minuten ut: 23.59 betyder att 23.59.59 är i tid.")
    )
    planned = PlannedField(
        label=_("Planerat beslut"),
        required=False,
        help_text=_("En dag (15 december 2021), en månad (december 2021) eller löpande."),
    )
    earliest_start = SwedishDateField(
        label=_("Tidigaste start"),
        required=False,
        help_text=_("Tomt betyder den dag ansökan kommer in, på egen risk före beslutet."),
    )
    latest_end = SwedishDateField(label=_("Senaste slut"), required=False)
    grant_months = forms.IntegerField(
        label=_("Stödperiod i månader"),
        required=False,
        min_value=1,
        max_value=120,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": _("Ange antalet månader med siffror."),
            "min_value": _("Ange minst 1 månad."),
            "max_value": _("Ange högst 120 månader."),
        },
    )
    extension_possible = forms.BooleanField(label=_("Kan förlängas efter utvärdering"), required=False)
    letters_required = forms.BooleanField(
        label=_("Bekräftad medfinansiering ska styrkas med brev"),
        required=False,
        help_text=_("Annars påminns den sökande, men kan skicka in utan brev."),
    )
    diary_prefix = CleanCharField(
        label=_("Diarieprefix"),
        max_length=10,
        help_text=_("Ansökningarnas ärenden får nummer med de bokstäverna, till exempel RUN."),
    )
    internal_notes = _area_text(
        label=_("Interna anteckningar"),
        required=False,
        max_length=10_000,
        rows=4,
        help_text=_("Visas bara här. Tänk på att de kan begäras ut."),
    )

    def __init__(self, data: QueryDict | None = None, *, call: Call | None, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.call = call
        fields: dict[str, Any] = self.fields
        fields["areas"].queryset = StrengthArea.objects.select_related("strategy").order_by(
            "-strategy__first_year", "strategy__name", "order", "name"
        )
        fields["legal_basis"].queryset = LegalBasis.objects.order_by("name", "-valid_from")
        if call is not None and call.status != CallStatus.DRAFT:
            del self.fields["slug"]

    def area_groups(self) -> list[tuple[str, list[Any]]]:
        """The boxes of each strategy, for a fieldset of its own."""
        groups: dict[str, list[Any]] = {}
        fields: dict[str, Any] = self.fields
        for area, box in zip(fields["areas"].queryset, self["areas"].subwidgets, strict=True):
            groups.setdefault(str(area.strategy), []).append(box)
        return list(groups.items())

    def clean_diary_prefix(self) -> str:
        prefix = str(self.cleaned_data["diary_prefix"]).upper()
        if not re.fullmatch(r"[A-ZÅÄÖ]+", prefix):
            raise forms.ValidationError("Ange bara bokstäver, till exempel RUN.")
        return prefix

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("opens", "closes"):
            day, clock = cleaned.get(f"{name}_day"), cleaned.get(f"{name}_clock")
            if day is not None and clock is not None:
                try:
                    cleaned[f"{name}_at"] = self._moment(name, day, clock)
                except Refusal as refusal:
                    self.add_error(f"{name}_clock", refusal.message)
        return cleaned

    def _moment(self, name: str, day: date, clock: time) -> datetime:
        """The stored moment when it is the one that is shown, whatever its seconds; else the minute's first
        second, or its last when the call closes."""
        stored = None if self.call is None else in_stockholm(getattr(self.call, f"{name}_at"))
        if stored is not None and (stored.date(), stored.hour, stored.minute) == (
            day,
            clock.hour,
            clock.minute,
        ):
            return stored
        moment = moment_on(day, clock)
        return moment.replace(second=59) if name == "closes" else moment


if TYPE_CHECKING:
    _RowBase = BaseFormSet[Any]
else:
    _RowBase = BaseFormSet


class ContactForm(forms.Form):
    show_optional = False
    name = CleanCharField(label=_("Namn"), max_length=150, required=False)
    email = forms.EmailField(
        label=_("E-post"),
        required=False,
        max_length=254,
        error_messages={"invalid": _("Skriv adressen som namn@example.se.")},
    )
    phone = CleanCharField(label=_("Telefon"), max_length=30, required=False)


class ContactRows(_RowBase):
    default_error_messages = {
        "missing_management_form": _("Något gick fel när raderna skickades. Ladda om sidan och försök igen."),
        "too_many_forms": _("Högst %(num)d kontakter får plats."),
    }


_ContactFormSet: Any = forms.formset_factory(
    ContactForm,
    formset=ContactRows,
    extra=0,
    max_num=MOST_CONTACTS,
    absolute_max=MOST_CONTACTS + 10,
    validate_max=True,
)


class CallForms:
    """The form and its rows of contacts as one. Unbound it shows ``call``, or a new call's beginning."""

    def __init__(
        self, data: QueryDict | None = None, *, call: Call | None = None, user: User, command: str = ""
    ) -> None:
        if data is not None:
            data = change_rows(
                data, command, prefix=CONTACTS, fields=list(ContactForm.base_fields), most=MOST_CONTACTS
            )
        self.main = CallForm(data, call=call, initial=_initial(call))
        rows = [vars(contact) for contact in content_of(call).contacts] if call else [_myself(user)]
        self.contacts = (
            _ContactFormSet(prefix=CONTACTS, initial=rows or [{}])
            if data is None
            else _ContactFormSet(data, prefix=CONTACTS)
        )

    @property
    def all(self) -> list[Any]:
        """In the order of the page, for the error summary."""
        return [self.main, self.contacts]

    def is_valid(self) -> bool:
        # Both are asked, so that each shows what is to be put right.
        return min(form.is_valid() for form in self.all)

    def keep_quiet(self) -> None:
        """Show what is typed without judging it: a button within the form was pressed, nothing is saved."""
        for form in self._forms():
            form._errors = ErrorDict()
        self.contacts._errors = [form._errors for form in self.contacts.forms]
        self.contacts._non_form_errors = ErrorList()

    def _forms(self) -> Iterator[Any]:
        yield self.main
        yield from self.contacts.forms

    def refuse(self, refusal: Refusal) -> None:
        """Put the service's sentence beside the control it is about."""
        field = _CONTROLS.get(refusal.field or "", refusal.field)
        self.main.add_error(field if field in self.main.fields else None, refusal.message)

    def content(self) -> CallContent:
        """What was filled in; only after ``is_valid``."""
        cleaned = self.main.cleaned_data
        contacts = [
            ContactData(row.get("name") or "", row.get("email") or "", row.get("phone") or "")
            for row in (form.cleaned_data for form in self.contacts.forms)
        ]
        return CallContent(
            title=cleaned["title"],
            slug=cleaned.get("slug") or "",
            headline=cleaned["headline"] or "",
            summary=cleaned["summary"] or "",
            text=cleaned["text"] or "",
            who_may_apply=cleaned["who_may_apply"] or "",
            areas=tuple(sorted(cleaned["areas"], key=lambda area: (area.order, area.name))),
            legal_basis=cleaned["legal_basis"],
            frame=cleaned["frame"],
            min_amount=cleaned["min_amount"],
            max_amount=cleaned["max_amount"],
            max_aid_percent=cleaned["max_aid_percent"],
            overhead_percent=cleaned["overhead_percent"],
            opens_at=cleaned["opens_at"],
            closes_at=cleaned["closes_at"],
            planned=cleaned["planned"] or PlannedDecision(),
            earliest_start=cleaned["earliest_start"],
            latest_end=cleaned["latest_end"],
            grant_months=cleaned["grant_months"],
            extension_possible=cleaned["extension_possible"],
            letters_required=cleaned["letters_required"],
            contacts=tuple(contact for contact in contacts if contact != ContactData()),
            internal_notes=cleaned["internal_notes"] or "",
            diary_prefix=cleaned["diary_prefix"],
        )


def _myself(user: User) -> dict[str, str]:
    return {"name": user.full_name, "email": user.email, "phone": user.phone}


def _initial(call: Call | None) -> dict[str, Any]:
    if call is None:
        return {
            "overhead_percent": 0,
            "opens_clock": time(8),
            "closes_clock": time(23, 59),
            "diary_prefix": "RUN",
        }
    opens, closes = in_stockholm(call.opens_at), in_stockholm(call.closes_at)
    return vars(content_of(call)) | {
        "areas": list(call.areas.all()),
        "opens_day": opens.date(),
        "opens_clock": opens.time(),
        "closes_day": closes.date(),
        "closes_clock": closes.time(),
    }


def version_of(data: QueryDict) -> int:
    """The version of the page that was filled in; 0, which no call has, when it cannot be read."""
    return read_whole(data.get("version"), digits=9) or 0
