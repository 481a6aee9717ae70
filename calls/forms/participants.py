"""Forms of the lists of meetings and of those who have registered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.enums import Attendance, MeetingKind, Place
from calls.forms.meeting import LONGEST_TEXT, MARKDOWN_HELP, area_choices
from calls.models import Meeting
from calls.queries.officer_meetings import Audience, Sort
from s3portal.common.forms import CleanCharField, CleanTextField


class MeetingFilterForm(forms.Form):
    show_optional = False
    q = CleanCharField(
        label=_("Sök"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    slag = forms.ChoiceField(label=_("Slag"), required=False, choices=[("", "Alla"), *MeetingKind.choices])
    omrade = forms.TypedChoiceField(label=_("Styrkeområde"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["omrade"]
        field.choices = [("", "Alla"), *area_choices()]


class ParticipantFilterForm(forms.Form):
    show_optional = False
    q = CleanCharField(
        label=_("Sök"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    urval = forms.ChoiceField(label=_("Visa"), required=False, choices=Audience.choices)
    ordning = forms.ChoiceField(label=_("Ordna efter"), required=False, choices=Sort.choices)


class MessageForm(forms.Form):
    """A mail to those who have registered. ``once`` names it, so that pressing twice sends once."""

    once = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Börja om på sidan.")})
    audience = forms.ChoiceField(label=_("Till"), choices=Audience.choices, widget=forms.RadioSelect)
    subject = CleanCharField(label=_("Ämne"), max_length=150)
    text = CleanTextField(
        label=_("Meddelande"), max_length=LONGEST_TEXT, help_text=MARKDOWN_HELP,
        widget=forms.Textarea(attrs={"rows": 10}),
    )  # fmt: skip


class OfficerRegistrationForm(forms.Form):
    """Somebody who has registered by telephone or mail, written down by an officer."""

    name = CleanCharField(label=_("Namn"), max_length=150)
    organisation = CleanCharField(label=_("Organisation"), required=False, max_length=200)
    email = forms.EmailField(
        label=_("E-post"),
        max_length=254,
        help_text=_("Bekräftelsen och kalenderinbjudan skickas hit."),
        error_messages={
            "required": _("Ange en e-postadress."),
            "invalid": _("Ange en e-postadress, till exempel namn@exempel.se."),
        },
    )
    place = forms.ChoiceField(label=_("Deltar"), widget=forms.RadioSelect)
    meal_wishes = CleanCharField(label=_("Önskemål om mat"), required=False, max_length=500)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["place"]
        field.choices = [
            (place.value, place.label)
            for place in (Place.ROOM, Place.LINK)
            if meeting.attendance in (Attendance.BOTH, place.value)
        ]
        field.initial = field.choices[0][0]
        if not meeting.asks_meal_wishes:
            del self.fields["meal_wishes"]
