"""Forms of meetings and series, as officers write them. They clean into ``MeetingContent`` and decide
nothing."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.enums import Attendance, CallStatus, MeetingKind, RegistrationRule
from calls.forms.clock import ClockField
from calls.meeting_content import MeetingContent
from calls.models import Call, Meeting, MeetingSeries, StrengthArea
from s3portal.common.errors import Refusal
from s3portal.common.forms import CleanCharField, CleanTextField, SwedishDateField
from s3portal.common.swedish import in_stockholm
from s3portal.common.swedish.clock import moment_on, whole_day

LONGEST_TEXT = 20_000
MOST_SEATS = 10_000
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-–]{3,}[0-9]")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z .\-]*#?")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+|[0-9][0-9.]*[0-9]")
MARKDOWN_HELP = _("Tomrad ger nytt stycke. - först på raden ger en lista, **fet** ger fet stil.")


#: Asked for, except of a save-the-date: so not marked as voluntary.
ASKED_CLOCK = forms.TextInput(
    attrs={"inputmode": "decimal", "autocomplete": "off", "size": 6, "data-optional": "nej"}
)


def area_choices() -> list[tuple[str, str]]:
    areas = StrengthArea.objects.select_related("strategy").order_by("-strategy__first_year", "order", "name")
    return [(str(area.pk), f"{area.name} ({area.strategy})") for area in areas]


def area_of(key: str) -> StrengthArea | None:
    return StrengthArea.objects.get(pk=int(key)) if key else None


def clean_link(link: str) -> str:
    if link and not link.lower().startswith(("https://", "http://")):
        raise ValidationError("Ange en adress som börjar med https://.")
    return link


def clean_phone(number: str) -> str:
    if number and not _PHONE.fullmatch(number):
        raise ValidationError("Skriv bara numret, till exempel +46 8 505 218 69.")
    return number


def clean_conference_id(text: str) -> str:
    if text and not _ID.fullmatch(text):
        raise ValidationError("Skriv bara numret, till exempel 243 401 317#.")
    return text


def link_field(label: Any) -> forms.URLField:
    return forms.URLField(
        label=label,
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": _("Ange en hel adress, till exempel https://video.exempel.se/mote.")},
    )


class TimesMixin(forms.Form):
    """A day and its clocks as two moments, in ``cleaned_data["starts_at"]`` and ``["ends_at"]``."""

    #: Whether a day without clocks is meant: only for a save-the-date.
    whole_day = False

    def read_times(self, cleaned: dict[str, Any]) -> None:
        day, last = cleaned.get("day"), cleaned.get("last_day")
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if day is None or self.errors.keys() & {"day", "last_day", "starts", "ends"}:
            return
        try:
            cleaned["starts_at"], cleaned["ends_at"] = self._moments(day, last, starts, ends, cleaned)
        except Refusal as refusal:
            self.add_error(refusal.field, refusal.message)

    def _moments(
        self, day: date, last: date | None, starts: time | None, ends: time | None, cleaned: dict[str, Any]
    ) -> tuple[datetime, datetime]:
        for field, on in (("day", day), ("last_day", last)):
            if on is not None and not 2000 <= on.year <= 2100:
                raise Refusal("Ange ett år mellan 2000 och 2100.", field=field)
        if last is not None and last < day:
            raise Refusal("Sista dagen ligger före den första.", field="last_day")
        if starts is None and ends is None and (self.whole_day or cleaned.get("save_the_date")):
            return whole_day(day, last)
        if starts is None:
            raise Refusal("Ange när mötet börjar, till exempel 9.30.", field="starts")
        if ends is None:
            raise Refusal("Ange när mötet slutar, till exempel 12.30.", field="ends")
        moments = moment_on(day, starts, field="starts"), moment_on(last or day, ends, field="ends")
        if moments[1] <= moments[0]:
            raise Refusal("Mötet slutar innan det börjar. Ange en senare sluttid.", field="ends")
        return moments


def times_of(meeting: Meeting) -> dict[str, Any]:
    """The meeting's time as the form has it: no clocks for a whole day."""
    start, end = in_stockholm(meeting.starts_at), in_stockholm(meeting.ends_at)
    if meeting.is_whole_day:
        last = end.date() - timedelta(days=1)
        return {"day": start.date(), "last_day": None if last == start.date() else last}
    last_day = None if end.date() == start.date() else end.date()
    return {"day": start.date(), "last_day": last_day, "starts": start.time(), "ends": end.time()}


class MeetingForm(TimesMixin):
    """All of a meeting. ``content`` is what was written, once the form is valid."""

    kind = forms.ChoiceField(label=_("Slag"), choices=MeetingKind.choices)
    title = CleanCharField(label=_("Rubrik"), max_length=200)
    save_the_date = forms.BooleanField(
        label=_("Boka datumet: mer information kommer"),
        required=False,
        help_text=_("Då räcker rubrik och dag. De som anmält sig får veta när du fyller på."),
    )
    day = SwedishDateField(label=_("Dag"))
    last_day = SwedishDateField(
        label=_("Sista dag"), required=False, help_text=_("Bara om mötet pågår flera dagar.")
    )
    starts = ClockField(label=_("Börjar klockan"), required=False, widget=ASKED_CLOCK)
    ends = ClockField(label=_("Slutar klockan"), required=False, widget=ASKED_CLOCK)
    area = forms.ChoiceField(label=_("Styrkeområde"), required=False)
    call = forms.ModelChoiceField(
        label=_("Utlysning"), queryset=Call.objects.none(), required=False, empty_label="Ingen"
    )
    series = forms.ModelChoiceField(
        label=_("Serie"), queryset=MeetingSeries.objects.none(), required=False, empty_label="Ingen"
    )
    text = CleanTextField(
        label=_("Om mötet"), required=False, max_length=LONGEST_TEXT, help_text=MARKDOWN_HELP,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    programme = CleanTextField(
        label=_("Program"), required=False, max_length=LONGEST_TEXT, help_text=MARKDOWN_HELP,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    attendance = forms.ChoiceField(
        label=_("Så kan man delta"), choices=Attendance.choices, initial=Attendance.LINK
    )
    place = CleanCharField(label=_("Plats"), required=False, max_length=300)
    capacity = forms.IntegerField(
        label=_("Platser i lokalen"),
        required=False,
        min_value=0,
        max_value=MOST_SEATS,
        help_text=_("Lämna tomt om platserna inte räknas. Deltagande via länk tar aldrig slut."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": _("Ange ett helt tal."),
            "min_value": _("Ange 0 eller fler platser."),
            "max_value": _("Ange högst 10 000 platser."),
        },
    )
    link = link_field(_("Länk till mötet"))
    link_public = forms.BooleanField(
        label=_("Visa länken på den öppna sidan"),
        required=False,
        initial=True,
        help_text=_("Annars får bara de som är anmälda länken och numren."),
    )
    dial_in_number = CleanCharField(label=_("Telefonnummer att ringa in på"), required=False, max_length=50)
    conference_id = CleanCharField(label=_("Telefonkonferens-ID"), required=False, max_length=50)
    video_address = CleanCharField(
        label=_("Videokonferensadress"), required=False, max_length=100,
        help_text=_("Till exempel 12345@video.exempel.se"),
    )  # fmt: skip
    video_id = CleanCharField(label=_("Videokonferens-ID"), required=False, max_length=50)
    meals = CleanCharField(
        label=_("Mat och fika"), required=False, max_length=300,
        help_text=_("Till exempel: Morgonfika från kl. 9.00, lunch kl. 12.00."),
    )  # fmt: skip
    registration = forms.ChoiceField(label=_("Anmälan"), choices=RegistrationRule.choices)
    registration_email = forms.EmailField(
        label=_("Anmälan skickas till"), required=False, max_length=254,
        help_text=_("Gäller anmälan med e-post."),
        error_messages={"invalid": _("Ange en e-postadress, till exempel namn@exempel.se.")},
    )  # fmt: skip
    room_full = forms.BooleanField(
        label=_("Fullsatt i lokalen"), required=False,
        help_text=_("Gäller när anmälan inte görs i portalen. Annars räknar portalen själv."),
    )  # fmt: skip
    closes_day = SwedishDateField(
        label=_("Sista dag för anmälan"), required=False,
        help_text=_("Lämna tomt om anmälan är öppen tills mötet börjar."),
    )  # fmt: skip
    closes_clock = ClockField(
        label=_("Klockan"), required=False, help_text=_("Lämna tomt för hela dagen.")
    )  # fmt: skip
    asks_meal_wishes = forms.BooleanField(
        label=_("Fråga efter önskemål om mat"),
        required=False,
        help_text=_("Önskemålen tas bort några veckor efter mötet."),
    )
    offer_hours = forms.IntegerField(
        label=_("Timmar att svara på en ledig plats"),
        min_value=1,
        max_value=168,
        initial=24,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Ange antal timmar, till exempel 24."),
            "invalid": _("Ange ett helt tal."),
            "min_value": _("Ange minst 1 timme."),
            "max_value": _("Ange högst 168 timmar."),
        },
    )

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        if meeting is not None:
            kwargs["initial"] = initial_of(meeting)
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        kept = Q() if meeting is None else Q(pk=meeting.call_id)
        fields["call"].queryset = Call.objects.filter(~Q(status=CallStatus.CONCLUDED) | kept).order_by(
            "-closes_at", "-pk"
        )
        fields["series"].queryset = MeetingSeries.objects.order_by("-pk")
        fields["area"].choices = [("", "Inget"), *area_choices()]
        if meeting is not None and meeting.status == "published":
            self.fields["note"] = CleanCharField(
                label="Meddelande till dem som är anmälda",
                required=False,
                max_length=500,
                help_text="De får veta om tiden, platsen eller länken ändras. Skriv gärna varför.",
            )

    def clean_link(self) -> str:
        return clean_link(self.cleaned_data["link"])

    def clean_dial_in_number(self) -> str:
        return clean_phone(self.cleaned_data["dial_in_number"])

    def clean_conference_id(self) -> str:
        return clean_conference_id(self.cleaned_data["conference_id"])

    def clean_video_id(self) -> str:
        return clean_conference_id(self.cleaned_data["video_id"])

    def clean_video_address(self) -> str:
        address: str = self.cleaned_data["video_address"]
        if address and not _ADDRESS.fullmatch(address):
            raise ValidationError("Ange en adress som 12345@video.exempel.se eller ett IP-nummer.")
        return address

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.read_times(cleaned)
        day, clock = cleaned.get("closes_day"), cleaned.get("closes_clock")
        cleaned["registration_closes_at"] = None
        if day is not None:
            try:
                cleaned["registration_closes_at"] = moment_on(
                    day, clock or time(23, 59), field="closes_clock"
                )
            except Refusal as refusal:
                self.add_error(refusal.field, refusal.message)
            if clock is None and day == cleaned.get("day"):
                # The last day is the meeting's own: until it begins.
                cleaned["registration_closes_at"] = cleaned.get("starts_at")
        elif clock is not None:
            self.add_error("closes_day", "Ange dagen också.")
        return cleaned

    def content(self) -> MeetingContent:
        wanted = self.cleaned_data
        names = (
            "title", "starts_at", "ends_at", "text", "series", "call", "place", "capacity", "link",
            "link_public", "dial_in_number", "conference_id", "video_address", "video_id", "programme",
            "meals", "asks_meal_wishes", "registration_email", "registration_closes_at", "offer_hours",
            "room_full", "save_the_date",
        )  # fmt: skip
        values = {name: wanted[name] for name in names}
        return MeetingContent(
            kind=MeetingKind(wanted["kind"]),
            attendance=Attendance(wanted["attendance"]),
            registration=RegistrationRule(wanted["registration"]),
            area=area_of(wanted["area"]),
            **values,
        )


def initial_of(meeting: Meeting) -> dict[str, Any]:
    """What a form about the meeting begins with."""
    initial: dict[str, Any] = {
        name: getattr(meeting, name)
        for name in MeetingForm.base_fields
        if hasattr(meeting, name) and name not in ("area", "starts", "ends")
    }
    initial |= times_of(meeting)
    initial["area"] = "" if meeting.area_id is None else str(meeting.area_id)
    closes = meeting.registration_closes_at
    if closes is not None:
        local = in_stockholm(closes)
        initial |= {"closes_day": local.date(), "closes_clock": local.time()}
    return initial


class MoveForm(TimesMixin):
    """Another time or place for a published meeting, and a sentence to those who have registered."""

    day = SwedishDateField(label=_("Ny dag"))
    last_day = SwedishDateField(
        label=_("Sista dag"), required=False, help_text=_("Bara om mötet pågår flera dagar.")
    )
    starts = ClockField(label=_("Börjar klockan"), required=False, widget=ASKED_CLOCK)
    ends = ClockField(label=_("Slutar klockan"), required=False, widget=ASKED_CLOCK)
    place = CleanCharField(label=_("Plats"), required=False, max_length=300)
    note = CleanCharField(
        label=_("Meddelande till dem som är anmälda"), required=False, max_length=500,
        help_text=_("De får den nya tiden och platsen i mejlet. Skriv gärna varför mötet flyttas."),
    )  # fmt: skip

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        kwargs["initial"] = {**times_of(meeting), "place": meeting.place}
        super().__init__(*args, **kwargs)
        self.whole_day = meeting.save_the_date

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.read_times(cleaned)
        return cleaned


class CancelForm(forms.Form):
    reason = CleanCharField(
        label=_("Varför ställs mötet in?"),
        max_length=300,
        help_text=_("Visas för alla och står i mejlet."),
        error_messages={"required": _("Skriv varför mötet ställs in.")},
    )
