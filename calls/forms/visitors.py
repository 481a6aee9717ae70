"""What all forms have that anybody may send without an account."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

#: The field of ``components/trap.html``: people never see it, programs that fill in everything do.
TRAP = "lamna_tomt"
LOOKS_LIKE_A_PROGRAM = (
    "Det såg ut som att ett program fyllde i formuläret. Läs igenom och skicka en gång till."
)


class VisitorForm(forms.Form):
    """A form with a trap. It is no field, so a person whose browser filled it in finds it empty the next time
    and loses nothing."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.data.get(TRAP):
            raise ValidationError(LOOKS_LIKE_A_PROGRAM, code="trap")
        return cleaned
