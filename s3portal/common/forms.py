"""Form fields that clean into the domain's own types, with sentences that say what to do."""

from abc import ABC, abstractmethod
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from s3portal.common.errors import Refusal
from s3portal.common.swedish import (
    OrgNumber,
    format_amount,
    format_isodate,
    format_kronor,
    parse_date,
    parse_kronor,
    parse_org_number,
)
from s3portal.common.text import normalize_text

REQUIRED = _("Fyll i det här fältet.")


def too_long(length: int, most: int) -> str:
    """The sentence for a text of `length` characters where `most` are allowed."""
    return (
        f"Texten är {format_amount(length - most)} tecken för lång. "
        f"Korta den till högst {format_amount(most)} tecken."
    )


class CleanCharField(forms.CharField):
    """One line of text, normalised (see `normalize_text`); line breaks become spaces.

    `max_length` is checked here and not by the browser, which would cut off pasted text in silence.
    """

    default_error_messages = {"required": REQUIRED}

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = max_length

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(None if value is None else self.tidy(normalize_text(str(value))))
        if text and self.most is not None and len(text) > self.most:
            raise ValidationError(too_long(len(text), self.most), code="max_length")
        return text

    def tidy(self, text: str) -> str:
        return " ".join(text.splitlines())


class CleanTextField(CleanCharField):
    """Text of several lines, with line ends as \\n."""

    widget = forms.Textarea

    def tidy(self, text: str) -> str:
        return text


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none. What is taken is judged by content when they are stored."""

    widget = _FilesInput
    default_error_messages = {
        "empty": _("En av filerna är tom."),
        "invalid": _("Filen kom inte fram. Försök igen."),
    }

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files if one is not None]


class _ParsedField(forms.Field, ABC):
    """A field whose typed text is read by a parser that refuses in Swedish. Empty becomes None.

    What was typed is shown again as it was when it could not be read.
    """

    default_error_messages = {"required": REQUIRED}

    @abstractmethod
    def parse(self, text: str) -> Any:
        """The value that the text stands for. Raises Refusal."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = normalize_text(value).strip()
        if not text:
            return None
        try:
            return self.parse(text)
        except Refusal as refusal:
            raise ValidationError(refusal.message, code="invalid") from refusal

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By value, so that "150 000" is the same as 150000."""
        if self.disabled:
            return False
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class KronorField(_ParsedField):
    """Whole kronor as int, 0 to 999 999 999 999; `min_value` and `max_value` are inclusive."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages = {"required": _("Ange ett belopp i hela kronor. Skriv 0 om det inte är något.")}

    def __init__(self, *, min_value: int | None = None, max_value: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value

    def parse(self, text: str) -> int:
        kronor = parse_kronor(text)
        if self.min_value is not None and kronor < self.min_value:
            raise Refusal(f"Ange minst {format_kronor(self.min_value)}.")
        if self.max_value is not None and kronor > self.max_value:
            raise Refusal(f"Ange högst {format_kronor(self.max_value)}.")
        return kronor

    def prepare_value(self, value: Any) -> Any:
        return format_amount(value) if isinstance(value, int) else value


class OrgNumberField(_ParsedField):
    """An organisation number as `OrgNumber`; store its `digits`."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages = {"required": _("Ange ett organisationsnummer, till exempel 232100-0214.")}

    def parse(self, text: str) -> OrgNumber:
        return parse_org_number(text)

    def prepare_value(self, value: Any) -> Any:
        """Stored digits get their hyphen; what cannot be read stays as typed."""
        if isinstance(value, OrgNumber):
            return str(value)
        try:
            return str(parse_org_number(value)) if value else value
        except Refusal:
            return value


class DayInput(forms.DateInput):
    """A date picker, or a plain text box when it holds what a date picker would throw away."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not _is_isodate(shown):
            context["widget"]["type"] = "text"
        return context


def _is_isodate(text: str) -> bool:
    try:
        return format_isodate(parse_date(text)) == text
    except Refusal:
        return False


class SwedishDateField(_ParsedField):
    """A day as `date`: from a date picker, or typed as "2024-03-01" or "1 mars 2024"."""

    widget = DayInput
    default_error_messages = {"required": _("Ange ett datum, till exempel 2024-03-01.")}

    def parse(self, text: str) -> date:
        return parse_date(text)


class DaysForm(forms.Form):
    """Filters on a list: from the one day to the other, both included; either may be left out."""

    fran = SwedishDateField(label=_("Från och med"), required=False)
    till = SwedishDateField(label=_("Till och med"), required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("fran"), given.get("till")
        if since and until and since > until:
            self.add_error("till", _("Till och med ligger före från och med."))
        return given
