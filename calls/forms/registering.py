"""The forms of registering for meetings: who one is, and how one takes part in each of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from calls.enums import Place
from calls.models import Meeting, Registration
from calls.queries.registering import Slot
from s3portal.common.forms import CleanCharField
from s3portal.common.visitors import VisitorForm

NOT = ""
NOT_LABEL = "Deltar inte"


class PersonForm(forms.Form):
    """Who takes part, and (when a meeting asks) what they want to eat."""

    name = CleanCharField(
        label="Namn", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    organisation = CleanCharField(
        label="Organisation",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    meal_wishes = CleanCharField(label="Önskemål om mat", required=False, max_length=500)

    #: Values of ``choices`` by the meeting's key, for those that have no field since there is only one way.
    implied: dict[int, Place]

    def _ask_for_meals(self, meetings: Iterable[Meeting]) -> None:
        meals = list(dict.fromkeys(meeting.meals for meeting in meetings if meeting.meals))
        field = self.fields.pop("meal_wishes")
        if any(meeting.asks_meal_wishes for meeting in meetings):
            weeks = settings.MEAL_WISHES_WEEKS
            served = f"{' '.join(meals)} " if meals else ""
            field.help_text = (
                f"{served}Till exempel vegetarisk kost eller allergi. Vi använder uppgiften bara för "
                f"beställningen och raderar den {weeks} {'vecka' if weeks == 1 else 'veckor'} efter mötet."
            )
            self.fields["meal_wishes"] = field

    @property
    def place_fields(self) -> list[forms.BoundField]:
        """One for each meeting where there is something to choose."""
        return [self[name] for name in self.fields if name.startswith("mote_")]

    @property
    def choices(self) -> dict[int, Place]:
        """What the person wants, by the meeting's key; meetings they do not want are left out."""
        chosen = {
            int(name.removeprefix("mote_")): Place(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("mote_") and value != NOT
        }
        return self.implied | chosen

    @property
    def meal_wishes_typed(self) -> str:
        return str(self.cleaned_data.get("meal_wishes") or "")


def room_label(meeting: Meeting) -> str:
    """The room, or the queue to it when it is full."""
    if not meeting.room_full:
        return "I lokalen"
    return "I kö till lokalen" if len(meeting.places) == 1 else "I kö till lokalen, via länk så länge"


def _place_field(
    meeting: Meeting, *, optional: bool, room: str, label: str, help_text: str, initial: str | None
) -> forms.ChoiceField:
    labels = {Place.ROOM: room, Place.LINK: "Via länk"}
    choices = [(place.value, labels[place]) for place in meeting.places]
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=[(NOT, NOT_LABEL), *choices] if optional else choices,
        required=not optional,
        initial=initial,
        error_messages={"required": "Välj hur du vill delta."},
        widget=forms.RadioSelect(attrs={"data-optional": "nej"}),
    )


class RegisterForm(VisitorForm, PersonForm):
    """``meetings``: those that take registrations now. ``wanted``: the key of one to begin with."""

    email = forms.EmailField(
        label="E-post",
        help_text="Hit skickar vi bekräftelsen, kalenderinbjudan och länken där du kan ändra eller avanmäla.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ("name", "organisation", "email")

    def __init__(
        self, *args: Any, meetings: Sequence[Meeting], series: bool, wanted: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.implied = {}
        for meeting in meetings:
            if not series and len(meeting.places) == 1:
                self.implied[meeting.pk] = meeting.places[0]
                continue
            first = wanted == str(meeting.pk) and len(meeting.places) == 1
            self.fields[f"mote_{meeting.pk}"] = _place_field(
                meeting,
                optional=series,
                room=room_label(meeting),
                label=meeting.title if series else "Hur vill du delta?",
                help_text=_when_and_where(meeting) if series else "",
                initial=meeting.places[0].value if first else NOT if series else None,
            )
        self._ask_for_meals(meetings)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        fields = [name for name in self.fields if name.startswith("mote_")]
        if fields and not self.errors and not self.choices:
            self.add_error(fields[0], "Välj minst ett möte.")
        return cleaned


def _when_and_where(meeting: Meeting) -> str:
    place = f", {meeting.place}" if meeting.place else ""
    full = f". {meeting.full_words}" if meeting.room_full else ""
    return f"{meeting.when}{place}{full}"


class ChangeForm(PersonForm):
    """``slots``: the meetings that may be changed or joined."""

    def __init__(
        self, data: QueryDict | None = None, *, registration: Registration, slots: Sequence[Slot]
    ) -> None:
        initial = {
            "name": registration.name,
            "organisation": registration.organisation,
            "meal_wishes": registration.meal_wishes,
        }
        super().__init__(data, initial=initial)
        self.implied = {}
        self.registration = registration
        open_slots = [slot for slot in slots if slot.may_change]
        for slot in open_slots:
            meeting = slot.meeting
            alone = len(open_slots) == 1
            if alone and slot.takes_part and len(meeting.places) == 1:
                self.implied[meeting.pk] = meeting.places[0]
                continue
            self.fields[f"mote_{meeting.pk}"] = _place_field(
                meeting,
                optional=not alone,
                room=_room_label_for(slot),
                label="Hur vill du delta?" if alone else meeting.title,
                help_text="" if alone else _when_and_where(meeting),
                initial=_current(slot),
            )
        self._ask_for_meals([slot.meeting for slot in open_slots])

    @property
    def meal_wishes_typed(self) -> str:
        """What was there stays when no meeting asks any longer."""
        if "meal_wishes" not in self.fields:
            return self.registration.meal_wishes
        return super().meal_wishes_typed


def _room_label_for(slot: Slot) -> str:
    if slot.takes_part and slot.participation is not None:
        if slot.offered:
            return "I lokalen (platsen som är reserverad för dig)"
        if slot.participation.place == Place.ROOM:
            return "I lokalen"
    return room_label(slot.meeting)


def _current(slot: Slot) -> str:
    """Who stands in the queue or is offered a seat wants the room, whatever they have so long."""
    if slot.participation is None or slot.participation.cancelled_at is not None:
        return NOT
    if slot.participation.is_queued or slot.participation.place == Place.ROOM:
        return Place.ROOM.value
    return Place.LINK.value
