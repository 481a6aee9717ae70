"""Forms of people."""

from typing import Any

from django import forms
from django.http import HttpRequest

from s3portal.common.forms import CleanCharField


class SignupForm(forms.Form):
    """What django-allauth's sign-up asks beside address and password."""

    full_name = CleanCharField(
        label="Namn", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["full_name", "email", "password1"]

    def signup(self, request: HttpRequest, user: Any) -> None:
        """The name is saved by ``AccountAdapter.save_user``."""
