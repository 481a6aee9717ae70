"""What the pages of the application form have in common, and the page about who applies.

A draft may miss anything, so no field of the application is required; what cannot be read is refused.
"""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from applications.parts import ApplicantPart, Part
from s3portal.common.forms import CleanCharField
from s3portal.common.swedish import format_phone

LONG_TEXT = 10_000
SHORT_TEXT = 3_000


class PartForm(forms.Form):
    """One page of the application form."""

    show_optional = False

    def part(self) -> Part:
        """What was typed, as the domain's values. Each page's form has its own."""
        # Django's form metaclass leaves no room for an abstract base class.
        raise NotImplementedError

    def typed(self) -> list[tuple[str, str]]:
        """Label and text of every field as the person typed it, also what could not be read."""
        return [(str(field.label), self.typed_text(field)) for field in self if not field.is_hidden]

    def typed_text(self, field: BoundField) -> str:
        value = field.value()
        choices: Any = getattr(field.field, "choices", None)
        if choices is None:
            return "" if value is None else str(value)
        chosen = {str(item) for item in (value if isinstance(value, list | tuple) else [value])}
        return ", ".join(str(label) for key, label in choices if str(key) in chosen)


class ApplicantForm(PartForm):
    contact_name = CleanCharField(
        label="Kontaktperson", max_length=150, required=False, help_text="Den vi kan ställa frågor till."
    )
    contact_email = forms.EmailField(
        label="E-post",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_phone = CleanCharField(
        label="Telefon", max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )

    def clean_contact_phone(self) -> str:
        return format_phone(self.cleaned_data["contact_phone"] or "")

    def part(self) -> ApplicantPart:
        data = self.cleaned_data
        return ApplicantPart(data["contact_name"], data["contact_email"], data["contact_phone"])
