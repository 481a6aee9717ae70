"""The mark that a text holds trade secrets: a small text of its own beside each long text."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from applications.parts.secrets import MARK, Secrets
from s3portal.common.forms import CleanTextField

LONGEST_REASON = 500


class TextWithSecret(NamedTuple):
    """A field as it is shown, and the mark beside it if it can have one."""

    field: BoundField
    secret: BoundField | None


def secret_name(field: str) -> str:
    return f"{MARK}{field}"


def add_secrets(form: forms.Form, labels: Mapping[str, str]) -> None:
    """One mark for each of these fields."""
    for field, label in labels.items():
        form.fields[secret_name(field)] = CleanTextField(
            label=f"Affärshemligheter i ”{label}”: vad och varför?",
            required=False,
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs={"rows": 2}),
        )


def secrets_initial(secrets: Secrets) -> dict[str, Any]:
    return {secret_name(field): reason for field, reason in secrets}


def secrets_typed(form: forms.Form, fields: Iterable[str]) -> Secrets:
    typed = ((field, form.cleaned_data.get(secret_name(field), "").strip()) for field in fields)
    return tuple((field, reason) for field, reason in typed if reason)


def with_secret(form: forms.Form, name: str) -> TextWithSecret:
    marked = secret_name(name)
    return TextWithSecret(form[name], form[marked] if marked in form.fields else None)
