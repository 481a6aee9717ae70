"""Uploading a file into a draft, and marking it."""

from typing import Any

from django import forms

from applications.enums import AttachmentKind
from s3portal.common.forms import CleanCharField
from s3portal.common.uploads import FileType

#: What the file dialog proposes; what is taken is judged by content.
ACCEPT = ",".join(f".{one.value}" for one in FileType)


class MarkForm(forms.Form):
    trade_secret_reason = CleanCharField(
        label="Innehåller affärshemligheter: varför?",
        required=False,
        max_length=500,
        help_text="Lämna tomt om filen inte gör det. Märkningen är en upplysning till regionen.",
    )


class UploadForm(MarkForm):
    """One file to one slot of the page."""

    upload = forms.FileField(
        label="Fil",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"empty": "Filen är tom.", "invalid": "Filen kom inte fram. Försök igen."},
    )
    kind = forms.ChoiceField(
        label="Vad är det?", choices=[(one.value, one.label) for one in AttachmentKind.free()], required=False
    )
    field_order = ["kind", "upload", "trade_secret_reason"]

    def __init__(self, *args: Any, slot: str, free: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": slot})
        if not free:
            del self.fields["kind"]
