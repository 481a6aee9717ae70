"""Forms of the pages after the signature: searching decisions, the nämnd's meetings and their minutes."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions import queries
from decisions.models import Committee, CommitteeMeeting
from s3portal.common.forms import CleanCharField, SwedishDateField


class DecisionSearchForm(forms.Form):
    show_optional = False
    q = CleanCharField(
        label=_("Sök"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    year = forms.TypedChoiceField(label=_("År"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["year"]
        field.choices = [("", "Alla"), *((str(year), str(year)) for year in queries.published_years())]


class MeetingForm(forms.Form):
    """When and where the nämnd meets. ``cleaned_data["starts_at"]`` is the moment in Swedish time."""

    committee = forms.ModelChoiceField(
        label=_("Nämnd"),
        queryset=Committee.objects.order_by("name", "pk"),
        empty_label=None,
        error_messages={
            "required": _("Välj en nämnd."),
            "invalid_choice": _("Välj en av nämnderna i listan."),
        },
    )
    day = SwedishDateField(label=_("Dag"))
    clock = forms.TimeField(
        label=_("Klockslag"),
        input_formats=["%H.%M", "%H:%M", "%H"],
        widget=forms.TimeInput(format="%H.%M", attrs={"autocomplete": "off"}),
        help_text=_("Till exempel 9.00"),
        error_messages={"required": _("Ange ett klockslag."), "invalid": _("Skriv klockslaget som 9.00.")},
    )
    place = CleanCharField(label=_("Plats"), max_length=200, required=False)
    agenda_closes_on = SwedishDateField(
        label=_("Beslut ska vara anmälda senast"),
        required=False,
        help_text=_("Dagen ut. Registratorerna påminns före den dagen, annars före sammanträdet."),
    )

    def __init__(self, *args: Any, meeting: CommitteeMeeting | None = None, **kwargs: Any) -> None:
        if meeting is not None:
            local = timezone.localtime(meeting.starts_at)
            kwargs["initial"] = {
                "day": local.date(),
                "clock": local.time(),
                "place": meeting.place,
                "agenda_closes_on": meeting.agenda_closes_on,
            }
        super().__init__(*args, **kwargs)
        if meeting is not None:
            # A list belongs to one nämnd; a meeting is never handed to another.
            del self.fields["committee"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        day, clock = cleaned.get("day"), cleaned.get("clock")
        if day is not None and not 2000 <= day.year <= 2100:
            self.add_error("day", "Ange ett år mellan 2000 och 2100.")
        elif day is not None and isinstance(clock, time):
            cleaned["starts_at"] = timezone.make_aware(datetime.combine(day, clock))
        return cleaned


class ReopenListForm(forms.Form):
    """Why a confirmed list is opened again."""

    reason = CleanCharField(
        label=_("Varför öppnas listan igen?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Ange varför listan öppnas igen.")},
    )


class HoldBackForm(forms.Form):
    """Why a decision is kept off the list."""

    reason = CleanCharField(
        label=_("Varför hålls beslutet tillbaka?"),
        max_length=300,
        error_messages={"required": _("Ange varför beslutet hålls tillbaka.")},
    )


class StrikeForm(forms.Form):
    """Why a decision is struck from the list of a meeting that was held."""

    reason = CleanCharField(
        label=_("Varför stryks beslutet?"),
        max_length=300,
        error_messages={"required": _("Ange varför beslutet stryks.")},
    )


class CallOffForm(forms.Form):
    """Why a meeting is not held."""

    reason = CleanCharField(
        label=_("Varför ställs sammanträdet in?"),
        max_length=300,
        error_messages={"required": _("Ange varför sammanträdet ställs in.")},
    )


class MinutesForm(forms.Form):
    """What the minutes say of the reported decisions."""

    report_paragraph = CleanCharField(
        label=_("Paragraf"), max_length=20, required=False, help_text=_("Till exempel § 60")
    )
    approved_on = SwedishDateField(label=_("Justerat"), required=False)
