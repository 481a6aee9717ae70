"""Uploading a file into a draft, and marking it."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

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


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. Each is judged on its own by the service, empty ones too."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [one for one in data or [] if isinstance(one, UploadedFile)]


class UploadForm(MarkForm):
    """Files to one slot of the page."""

    upload = FilesField(label="Filer", widget=FilesInput(attrs={"accept": ACCEPT}))
    kind = forms.ChoiceField(
        label="Vad är det?", choices=[(one.value, one.label) for one in AttachmentKind.free()], required=False
    )
    field_order = ["kind", "upload", "trade_secret_reason"]

    def __init__(self, *args: Any, slot: str, free: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": slot})
        if not free:
            del self.fields["kind"]
