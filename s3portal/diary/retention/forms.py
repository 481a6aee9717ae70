from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from s3portal.common.forms import CleanCharField, CleanTextField
from s3portal.diary.models import Case, Record
from s3portal.diary.retention import queries
from s3portal.diary.retention.enums import Handling, StartsFrom
from s3portal.diary.retention.models import MOST_YEARS, RecordClass


class ClassForm(forms.Form):
    name = CleanCharField(
        label=_("Handlingstyp"),
        max_length=120,
        help_text=_(
            "Som i dokumenthanteringsplanen, till exempel Rekvisition. Namnet står kvar i diariet när "
            "handlingen är gallrad."
        ),
    )
    handling = forms.ChoiceField(
        label=_("Vad som händer med handlingarna"),
        choices=[("", _("Välj")), *Handling.choices],
        error_messages={"required": _("Välj om handlingarna bevaras eller gallras.")},
    )
    years = forms.IntegerField(
        label=_("Antal år"),
        required=False,
        min_value=0,
        max_value=MOST_YEARS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_(
            "Bara om de gallras. Året de räknas från är inte med: det som avslutas 2026 och gallras efter "
            "två år gallras tidigast den 1 januari 2029."
        ),
        error_messages={
            "invalid": _("Skriv ett antal hela år."),
            "min_value": _("Skriv 0 eller mer."),
            "max_value": _("Skriv högst 100 år."),
        },
    )
    starts_from = forms.ChoiceField(
        label=_("Åren räknas från"),
        required=False,
        choices=[("", _("Välj")), *StartsFrom.choices],
        help_text=_("Bara om de gallras."),
    )
    source = CleanCharField(
        label=_("Var regeln står"),
        max_length=200,
        help_text=_("Till exempel Dokumenthanteringsplan 2026, punkt 4.2."),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(self, *args: Any, kind: RecordClass | None = None, **kwargs: Any) -> None:
        if kind is not None:
            kwargs["initial"] = {
                "name": kind.name,
                "handling": kind.handling,
                "years": kind.years,
                "starts_from": kind.starts_from,
                "source": kind.source,
                "seen_version": kind.version,
            }
        super().__init__(*args, **kwargs)

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        return {**self.cleaned_data, "handling": Handling(self.cleaned_data["handling"])}


class CaseClassesForm(forms.Form):
    """One choice for each record of a case that is not disposed of; "record-3" is handling 3."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Ingen, bevaras")), *((one.pk, f"{one}: {one.rule}") for one in queries.classes())]
        for record in queries.records_to_class(case):
            self.fields[f"record-{record.number}"] = forms.TypedChoiceField(
                label=f"{record.number}. {record.title}",
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=_class_of(record),
                disabled=not record.by_hand,
                help_text="" if record.by_hand else _("Registrerad av portalen, gallras inte här."),
                error_messages={"invalid_choice": _("Välj en av handlingstyperna i listan.")},
            )

    def content(self) -> dict[int, int | None]:
        """As the service takes it."""
        return {
            int(name.removeprefix("record-")): chosen
            for name, chosen in self.cleaned_data.items()
            if not self.fields[name].disabled
        }


def _class_of(record: Record) -> int | None:
    classing = getattr(record, "classing", None)
    return None if classing is None else classing.record_class_id


class ApproveForm(forms.Form):
    decision = CleanCharField(
        label=_("Gallringsbeslut"),
        max_length=200,
        help_text=_("Det beslut som listan följer, med diarienummer eller datum."),
    )
    read = forms.BooleanField(
        label=_("Jag har läst listan. Det som inte är struket tas bort för alltid."),
        error_messages={"required": _("Läs listan och bekräfta att du har gjort det.")},
    )


class StrikeForm(forms.Form):
    reason = CleanTextField(
        label=_("Varför handlingen ska vara kvar"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Läses av dem som handlägger. Handlingen föreslås inte igen på ett år."),
    )
