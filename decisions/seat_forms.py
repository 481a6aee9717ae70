"""Forms of the nämnder and who sits in them."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import SeatOffice
from decisions.models import CommitteeMember
from decisions.services.seating import SeatData
from s3portal.common.forms import CleanCharField, SwedishDateField


class CommitteeForm(forms.Form):
    name = CleanCharField(
        label=_("Namn"),
        max_length=150,
        help_text=_("Som det skrivs mitt i en mening, till exempel regionala utvecklingsnämnden."),
        error_messages={"required": _("Ange nämndens namn.")},
    )


class SeatForm(forms.Form):
    """Somebody who gets a seat."""

    email = forms.EmailField(
        label=_("E-postadress"),
        max_length=254,
        help_text=_("Den som personen loggar in i portalen med."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Ange personens e-postadress."),
            "invalid": _("Skriv adressen som namn@example.se."),
        },
    )
    office = forms.ChoiceField(
        label=_("Uppdrag"),
        choices=SeatOffice.choices,
        initial=SeatOffice.MEMBER,
        error_messages={"required": _("Välj ett uppdrag."), "invalid_choice": _("Välj ett av uppdragen.")},
    )
    valid_from = SwedishDateField(label=_("Från och med"))
    valid_to = SwedishDateField(
        label=_("Till och med"), required=False, help_text=_("Tomt: tills vidare. Dagen ut, svensk tid.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"valid_from": timezone.localdate()})

    def seat(self) -> SeatData:
        return SeatData(**self.cleaned_data | {"office": SeatOffice(self.cleaned_data["office"])})


class LastSeatDayForm(forms.Form):
    last_day = SwedishDateField(
        label=_("Sista dag i nämnden"),
        help_text=_("Dagen ut, svensk tid. Efter den kan personen inte läsa nämndens listor."),
    )

    def __init__(self, data: Any = None, *, seat: CommitteeMember) -> None:
        super().__init__(data, initial={"last_day": seat.valid_to or timezone.localdate()})


class CancelSeatForm(forms.Form):
    reason = CleanCharField(
        label=_("Varför makuleras uppdraget?"),
        max_length=300,
        error_messages={"required": _("Ange varför uppdraget makuleras.")},
    )
