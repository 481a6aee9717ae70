"""What is written beside the text of a draft: a new comment, an answer, or one's own comment anew."""

import re
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from s3portal.common.forms import CleanCharField, CleanTextField

LONGEST: Final = 3000
_TARGET: Final = re.compile(r"(trad|kommentar):([0-9]{1,18})|((?:del|punkt)-[0-9a-z_-]{1,40})")


class CommentForm(forms.Form):
    """``target`` says what the words are for: "del-reasons" or "punkt-…" for a new comment there, "trad:7"
    for an answer, "kommentar:9" for a comment to change. It stands in the field ``mal`` too."""

    show_optional = False
    mal = forms.CharField(widget=forms.HiddenInput, required=False)
    quote = CleanCharField(
        label=_("Ord i texten som det gäller"),
        max_length=500,
        required=False,
        help_text=_("Frivilligt. Kopiera orden ur texten. Lämna tomt om du menar hela delen."),
    )
    text = CleanTextField(
        label=_("Kommentar"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Skriv en kommentar.")},
    )

    def __init__(self, data: QueryDict | None = None, *, target: str, text: str = "") -> None:
        super().__init__(data, initial={"mal": target, "text": text}, auto_id=f"id_{_safe(target)}_%s")
        self.target = target
        fields: dict[str, Any] = self.fields
        if target == "del-whole" or not target.startswith(("del-", "punkt-")):
            del fields["quote"]
            fields["text"].label = _("Svar") if target.startswith("trad:") else _("Kommentar")


def _safe(target: str) -> str:
    return target.replace(":", "-")


def target_of(data: QueryDict) -> tuple[str, str, int]:
    """What the sent form is for: the whole target, its kind ("trad", "kommentar" or "del") and the number.
    All empty when it cannot be read."""
    match = _TARGET.fullmatch(data.get("mal", ""))
    if match is None:
        return "", "", 0
    return match[0], match[1] or "del", int(match[2] or 0)
