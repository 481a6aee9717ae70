"""Forms of what is done by hand: opening, registering, closing, cancelling, changing."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.accounts.models import User
from s3portal.common.forms import CleanCharField, CleanTextField, FilesField, SwedishDateField
from s3portal.common.uploads import FileType
from s3portal.diary import queries
from s3portal.diary.enums import Confirmation, Direction
from s3portal.diary.models import Case
from s3portal.diary.numbers import read_number

ACCEPT = ",".join(f".{one.value}" for one in FileType)
OPEN_TO_ALL = _("Visas för alla i diariet. Skriv inte ut det som är hemligt.")


class OpenForm(forms.Form):
    title = CleanCharField(label=_("Ärendemening"), max_length=300, help_text=OPEN_TO_ALL)
    counterpart = CleanCharField(
        label=_("Motpart"),
        max_length=300,
        required=False,
        help_text=_("Visas för alla i diariet. Lämna tomt om namnet är hemligt."),
    )
    officer = forms.ModelChoiceField(
        label=_("Handläggare"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Ingen än"),
        error_messages={"invalid_choice": _("Välj en av handläggarna i listan.")},
    )
    series = forms.ChoiceField(label=_("Nummerserie"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officer: Any = self.fields["officer"]
        officer.queryset = queries.officers()
        in_use = queries.series_in_use()
        series: Any = self.fields["series"]
        series.choices, series.initial = [(one, one) for one in in_use], settings.DIARY_PREFIX
        if len(in_use) == 1:
            # Nothing to choose, so nothing is asked.
            del self.fields["series"]

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = dict(self.cleaned_data)
        return {"prefix": cleaned.pop("series", ""), **cleaned}


class RegisterForm(forms.Form):
    direction = forms.ChoiceField(
        label=_("Slag"),
        choices=[("", _("Välj")), *Direction.choices],
        error_messages={"required": _("Välj om handlingen har kommit in, skickats ut eller upprättats.")},
    )
    title = CleanCharField(label=_("Vad handlingen rör"), max_length=300, help_text=OPEN_TO_ALL)
    counterpart = CleanCharField(
        label=_("Avsändare eller mottagare"),
        max_length=300,
        required=False,
        help_text=_("Visas för alla i diariet. Lämna tomt om namnet är hemligt."),
    )
    dated_on = SwedishDateField(
        label=_("Dag"), help_text=_("Dagen då handlingen kom in, skickades ut eller upprättades.")
    )
    dated_time = forms.TimeField(
        label=_("Klockslag"),
        required=False,
        input_formats=["%H.%M", "%H:%M"],
        widget=forms.TimeInput(attrs={"type": "text", "autocomplete": "off"}, format="%H.%M"),
        help_text=_("Bara om det har betydelse, till exempel för en sista tid. Skriv som 14.30."),
        error_messages={"invalid": _("Skriv klockslaget som 14.30.")},
    )
    uploads = FilesField(
        label=_("Filer"),
        required=False,
        help_text=_(
            "Pdf, Word, Excel, OpenDocument eller bild. Högst tio filer. Visas inte för allmänheten."
        ),
        widget=FilesField.widget(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dated_on"].initial = timezone.localdate()

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = dict(self.cleaned_data)
        direction = Direction(cleaned.pop("direction"))
        return {"direction": direction, "files": cleaned.pop("uploads"), **cleaned}


class CloseForm(forms.Form):
    confirmed = forms.MultipleChoiceField(
        label=_("Det här har jag kontrollerat"),
        choices=Confirmation.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Gå igenom hela listan innan ärendet avslutas.")},
    )


class ReasonForm(forms.Form):
    reason = CleanTextField(
        label=_("Skäl"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sparas i ärendet och läses av dem som handlägger. Allmänheten ser det inte här."),
    )


class MergeForm(ReasonForm):
    other = CleanCharField(
        label=_("Diarienumret som ska finnas kvar"),
        max_length=40,
        help_text=_("Skriv hela numret, till exempel RUN/664/2021."),
    )
    field_order = ("other", "reason")

    def clean_other(self) -> Case:
        """The case that the number, typed in any usual way, is of."""
        number = read_number(self.cleaned_data["other"])
        if number is None:
            raise forms.ValidationError(_("Skriv diarienumret som RUN/664/2021."))
        found = list(Case.objects.filter(number.condition())[:2])
        if not found:
            raise forms.ValidationError(_("Det finns inget ärende med det numret. Kontrollera siffrorna."))
        if len(found) > 1:
            raise forms.ValidationError(
                _("Flera serier har numret. Skriv det med bokstäver, som RUN/664/2021.")
            )
        return found[0]


class ChangeForm(ReasonForm):
    title = CleanCharField(label=_("Ärendemening"), max_length=300, help_text=OPEN_TO_ALL)
    counterpart = CleanCharField(
        label=_("Motpart"),
        max_length=300,
        required=False,
        help_text=_("Visas för alla i diariet. Lämna tomt om namnet är hemligt."),
    )
    seen_changes = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    field_order = ("title", "counterpart", "reason", "seen_changes")

    def __init__(self, *args: Any, case: Case, seen_changes: int, **kwargs: Any) -> None:
        initial = {"title": case.title, "counterpart": case.counterpart, "seen_changes": seen_changes}
        super().__init__(*args, **{"initial": initial, **kwargs})
