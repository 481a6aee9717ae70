"""Searching among messages, what a person wants, and how reminders are sent."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from s3portal.common.errors import Refusal
from s3portal.common.forms import CleanCharField, CleanTextField
from s3portal.outbox.due import Offset, parse_offset
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.kinds import all_kinds
from s3portal.outbox.models import MailSettings, ReminderRule
from s3portal.outbox.reminders import ReminderKind
from s3portal.outbox.services.configuring import version_of


class MessageFilterForm(forms.Form):
    """``cleaned`` is what to search for; a kind that is not there finds nothing."""

    show_optional = False
    q = CleanCharField(
        label=_("Adress eller ämne"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(label=_("Slag"), required=False)
    status = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [("", "Alla"), *all_kinds()]


class ChoicesForm(forms.Form):
    """What is ticked is wanted."""

    wanted = forms.MultipleChoiceField(
        label=_("Skicka mig"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, groups: list[MailGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["wanted"]
        field.choices = [(group.value, group.label) for group in groups]


class ReminderForm(forms.Form):
    """How one kind is sent. ``offsets`` becomes a list of ``Offset``."""

    enabled = forms.BooleanField(label=_("Påminnelsen skickas"), required=False)
    offsets = CleanTextField(
        label=_("När"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("En tid på varje rad: 14 dagar, 3 timmar eller 15 minuter."),
    )
    subject = CleanCharField(label=_("Ämne"), max_length=200)
    body = CleanTextField(label=_("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 12}))
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_offsets(self) -> list[Offset]:
        lines = (line for line in self.cleaned_data["offsets"].replace(",", "\n").split("\n") if line.strip())
        try:
            return [parse_offset(line) for line in lines]
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


def reminder_initial(kind: ReminderKind, rule: ReminderRule | None) -> dict[str, Any]:
    """What is set, as the form shows it."""
    said = rule or kind
    return {
        "enabled": rule is None or rule.enabled,
        "offsets": "\n".join(parse_offset(code).words for code in said.offsets),
        "subject": said.subject,
        "body": said.body,
        "version": version_of(rule),
    }


_CLOCK = _("Ange ett klockslag, till exempel 07.00.")


class HoursForm(forms.Form):
    """The hours of mail that is not urgent, on Swedish clocks."""

    quiet_from, quiet_to, send_at = (
        forms.TimeField(
            label=label,
            help_text=help_text,
            input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            error_messages={"required": _CLOCK, "invalid": _CLOCK},
        )
        for label, help_text in (
            (_("Tyst från"), ""),
            (_("Tyst till"), _("Samma klockslag i båda fälten betyder att det aldrig är tyst.")),
            (_("Påminnelser som räknas i dagar skickas"), ""),
        )
    )

    @classmethod
    def of(cls, row: MailSettings, typed: QueryDict | None = None) -> "HoursForm":
        names = ("quiet_from", "quiet_to", "send_at")
        return cls(typed, initial={name: getattr(row, name) for name in names})
