"""Forms of a series: its invitation, what its meetings have in common, and a row for each."""

from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from calls.enums import Attendance, CallStatus, MeetingKind, RegistrationRule
from calls.forms.clock import ClockField
from calls.forms.meeting import (
    ASKED_CLOCK,
    LONGEST_TEXT,
    MARKDOWN_HELP,
    MeetingForm,
    TimesMixin,
    area_of,
    link_field,
)
from calls.meeting_content import MeetingContent
from calls.models import Call
from s3portal.common.forms import CleanCharField, CleanTextField, SwedishDateField


class InvitationForm(forms.Form):
    """A series' title and text."""

    title = CleanCharField(label=_("Rubrik"), max_length=200)
    text = CleanTextField(
        label=_("Inbjudan"), required=False, max_length=LONGEST_TEXT, help_text=MARKDOWN_HELP,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip


class SeriesForm(InvitationForm):
    """The invitation, and what its meetings have in common."""

    kind = forms.ChoiceField(label=_("Slag"), choices=MeetingKind.choices, initial=MeetingKind.MOBILISATION)
    call = forms.ModelChoiceField(
        label=_("Utlysning"), queryset=Call.objects.none(), required=False, empty_label="Ingen"
    )
    attendance = forms.ChoiceField(
        label=_("Så kan man delta"), choices=Attendance.choices, initial=Attendance.BOTH
    )
    place = CleanCharField(label=_("Plats"), required=False, max_length=300)
    capacity = MeetingForm.base_fields["capacity"]
    registration = forms.ChoiceField(
        label=_("Anmälan"),
        choices=[
            choice for choice in RegistrationRule.choices if choice[0] in ("open", "not_needed", "closed")
        ],
        initial=RegistrationRule.OPEN,
    )
    meals = MeetingForm.base_fields["meals"]
    asks_meal_wishes = MeetingForm.base_fields["asks_meal_wishes"]
    link_public = MeetingForm.base_fields["link_public"]
    save_the_date = MeetingForm.base_fields["save_the_date"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["call"]
        field.queryset = Call.objects.exclude(status=CallStatus.CONCLUDED).order_by("-closes_at", "-pk")


class SlotForm(TimesMixin):
    """One meeting of a new series. A row without anything in it is left out."""

    area = forms.ChoiceField(label=_("Styrkeområde"), required=False)
    title = CleanCharField(
        label=_("Rubrik"), required=False, max_length=200, help_text=_("Annars styrkeområdets namn.")
    )
    day = SwedishDateField(label=_("Dag"))
    starts = ClockField(label=_("Börjar klockan"), required=False, widget=ASKED_CLOCK)
    ends = ClockField(label=_("Slutar klockan"), required=False, widget=ASKED_CLOCK)
    place = CleanCharField(
        label=_("Plats"), required=False, max_length=300, help_text=_("Annars seriens plats.")
    )
    link = link_field(_("Länk"))
    dial_in_number = CleanCharField(label=_("Telefonnummer"), required=False, max_length=50)
    conference_id = CleanCharField(label=_("Telefonkonferens-ID"), required=False, max_length=50)

    def __init__(
        self, *args: Any, areas: list[tuple[str, str]], whole_day: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.whole_day = whole_day
        field: Any = self.fields["area"]
        field.choices = [("", "Inget"), *areas]

    clean_link = MeetingForm.clean_link
    clean_dial_in_number = MeetingForm.clean_dial_in_number
    clean_conference_id = MeetingForm.clean_conference_id

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.empty_permitted and not self.has_changed():
            return cleaned
        if not cleaned.get("title") and not cleaned.get("area"):
            self.add_error("title", "Ange en rubrik eller välj ett styrkeområde.")
        self.read_times(cleaned)
        return cleaned

    def content(self, common: dict[str, Any]) -> MeetingContent:
        """The slot with what the series' meetings have in common."""
        wanted = self.cleaned_data
        area = area_of(wanted["area"])
        attendance = Attendance(common["attendance"])
        return MeetingContent(
            kind=MeetingKind(common["kind"]),
            title=wanted["title"] or (area.name if area else ""),
            starts_at=wanted["starts_at"],
            ends_at=wanted["ends_at"],
            call=common["call"],
            area=area,
            attendance=attendance,
            place=wanted["place"] or common["place"],
            capacity=None if attendance == Attendance.LINK else common["capacity"],
            link=wanted["link"],
            link_public=common["link_public"],
            dial_in_number=wanted["dial_in_number"],
            conference_id=wanted["conference_id"],
            meals=common["meals"],
            asks_meal_wishes=common["asks_meal_wishes"],
            registration=RegistrationRule(common["registration"]),
            save_the_date=common["save_the_date"],
        )


SlotFormSet: "type[BaseFormSet[SlotForm]]" = forms.formset_factory(
    SlotForm, extra=0, max_num=30, absolute_max=30
)
