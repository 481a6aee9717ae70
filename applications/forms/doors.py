"""The form of a door that is opened for one applicant."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from calls.enums import CallStatus
from calls.forms.clock import ClockField
from calls.models import Call
from s3portal.accounts.models import Organisation
from s3portal.common.forms import CleanTextField, OrgNumberField, SwedishDateField
from s3portal.common.swedish import OrgNumber


class DoorForm(forms.Form):
    call = forms.ModelChoiceField(
        label="Utlysning",
        queryset=Call.objects.none(),
        empty_label="Välj utlysning",
        error_messages={"required": "Välj en utlysning.", "invalid_choice": "Välj en stängd utlysning."},
    )
    organisation = OrgNumberField(
        label="Den sökandes organisationsnummer", help_text="Organisationen ska finnas i portalen."
    )
    until_on = SwedishDateField(label="Sista dag")
    until_at = ClockField(label="Klockslag", help_text="Till exempel 23.59. Hela minuten ingår.")
    reason = CleanTextField(
        label="Skäl",
        max_length=2000,
        error_messages={"required": "Skriv varför de får lämna in efter sista dagen."},
        help_text="Varför just den här sökanden får lämna in efter sista dagen. Sparas i händelseloggen.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        closed: Any = self.fields["call"]
        closed.queryset = Call.objects.filter(
            status=CallStatus.PUBLISHED, closes_at__lt=timezone.now()
        ).order_by("-closes_at", "-pk")

    def clean_organisation(self) -> Organisation:
        number: OrgNumber = self.cleaned_data["organisation"]
        found = Organisation.objects.filter(org_number=str(number)).first()
        if found is None:
            raise ValidationError("Ingen organisation i portalen har numret. Be dem lägga till sig först.")
        return found
