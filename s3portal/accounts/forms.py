"""Forms of people and organisations."""

from typing import Any

from django import forms
from django.http import HttpRequest

from s3portal.common.forms import CleanCharField, OrgNumberField


class SignupForm(forms.Form):
    """What django-allauth's sign-up asks beside address and password."""

    full_name = CleanCharField(
        label="Namn", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["full_name", "email", "password1"]

    def signup(self, request: HttpRequest, user: Any) -> None:
        """The name is saved by ``AccountAdapter.save_user``."""


class OrganisationForm(forms.Form):
    """A new organisation. Whether the number is free is for the service to say."""

    org_number = OrgNumberField(
        label="Organisationsnummer", help_text="Tio siffror, till exempel 232100-0214."
    )
    name = CleanCharField(
        label="Organisationens namn",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    postal_address = CleanCharField(
        label="Postadress",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    email = forms.EmailField(
        label="E-post till organisationen", required=False, help_text="Dit skickar vi beslut och utdrag."
    )
    phone = CleanCharField(
        label="Telefon", max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    is_signatory = forms.BooleanField(
        label="Jag får teckna organisationens firma och kan skicka in ansökningar",
        required=False,
        help_text="Lämna tomt om någon annan ska skicka in ansökan.",
        widget=forms.CheckboxInput(attrs={"data-optional": "nej"}),
    )
