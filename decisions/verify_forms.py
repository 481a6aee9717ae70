"""What is shown to have a decision verified: the file, or its number and hash."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from s3portal.common.forms import REQUIRED, CleanCharField
from s3portal.common.uploads import FileType, megabytes, sniff_type

#: The decisions themselves are far smaller.
MOST_BYTES: Final = 10 * 1024 * 1024


class VerifyFileForm(forms.Form):
    upload = forms.FileField(
        label=_("Pdf-fil"),
        help_text=f"Högst {megabytes(MOST_BYTES)}.",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={
            "required": _("Välj en pdf-fil."),
            "invalid": _("Filen kom inte fram. Välj den igen."),
            "missing": _("Filen kom inte fram. Välj den igen."),
            "empty": _("Filen är tom. Välj en annan."),
        },
    )

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload.size > MOST_BYTES:
            raise ValidationError(
                f"Filen är {megabytes(upload.size)}. Den får vara högst {megabytes(MOST_BYTES)}."
            )
        if sniff_type(upload) is not FileType.PDF:
            raise ValidationError(_("Filen är ingen pdf. Regionens beslut är alltid pdf-filer."))
        return upload


class VerifyNumberForm(forms.Form):
    number = CleanCharField(label=_("Diarienummer"), max_length=60, help_text=_("Till exempel RUN/664/2021"))
    sha256 = CleanCharField(
        label=_("Kontrollsumma, SHA-256"),
        max_length=200,
        help_text=_("64 tecken, siffror och bokstäverna a–f."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={"required": REQUIRED},
    )

    def clean_sha256(self) -> str:
        """As programs write it: in either case of letters, in groups, with colons."""
        found = re.sub(r"[\s:\-]", "", self.cleaned_data["sha256"]).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", found):
            raise ValidationError(
                _("Kontrollsumman ska vara 64 tecken: siffror och bokstäverna a–f. Kopiera hela.")
            )
        return found
