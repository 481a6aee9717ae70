"""Forms of organisations and those who act for them."""

from collections.abc import Iterable
from typing import Any

from django import forms

from s3portal.accounts.enums import LegalForm, MembershipRole
from s3portal.accounts.models import Membership
from s3portal.common.forms import CleanCharField, CleanTextField, OrgNumberField

EMPTY_FORM = ("", "Välj form")
SIGNATORY = "Får teckna organisationens firma och skicka in ansökningar"


class DetailsForm(forms.Form):
    """What an organisation tells about itself, beside its number."""

    name = CleanCharField(
        label="Organisationens namn",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    legal_form = forms.ChoiceField(
        label="Organisationsform", choices=[EMPTY_FORM, *LegalForm.choices], required=False
    )
    postal_address = CleanCharField(
        label="Postadress",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    email = forms.EmailField(
        label="E-post till organisationen",
        max_length=254,
        required=False,
        help_text="Dit skickar vi beslut och utdrag.",
    )
    phone = CleanCharField(
        label="Telefon", max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )


class OrganisationForm(DetailsForm):
    """A new organisation. Whether the number is free is for the service to say."""

    org_number = OrgNumberField(
        label="Organisationsnummer",
        help_text="Tio siffror, till exempel 232100-0214.",
    )
    is_signatory = forms.BooleanField(
        label="Jag får teckna organisationens firma och kan skicka in ansökningar",
        required=False,
        help_text="Lämna tomt om någon annan ska skicka in ansökan.",
        widget=forms.CheckboxInput(attrs={"data-optional": "nej"}),
    )
    field_order = ["org_number", "name", "legal_form", "postal_address", "email", "phone", "is_signatory"]


class RoleForm(forms.Form):
    """What somebody may do for the organisation."""

    role = forms.ChoiceField(
        label="Roll",
        choices=MembershipRole.choices,
        initial=MembershipRole.EDITOR,
        widget=forms.RadioSelect,
        help_text="Ägare sköter personer och uppgifter och skriver. Redaktörer skriver. Firmatecknare läser "
        "och skickar in.",
    )
    is_signatory = forms.BooleanField(
        label=SIGNATORY,
        required=False,
        help_text="En firmatecknare får det alltid.",
        widget=forms.CheckboxInput(attrs={"data-optional": "nej"}),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("role") == MembershipRole.SIGNATORY:
            data["is_signatory"] = True
        return data


class InviteForm(RoleForm):
    email = forms.EmailField(
        label="E-post",
        max_length=254,
        help_text="Personen loggar in med adressen, eller skapar ett konto med den.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "role", "is_signatory"]


class HandOverForm(forms.Form):
    """Who becomes the owner."""

    member = forms.ChoiceField(label="Ny ägare", widget=forms.RadioSelect)

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(member.pk), f"{member.user}, {member.user.email}") for member in members]
        self.fields["member"].choices = choices  # type: ignore[attr-defined]

    def clean_member(self) -> int:
        return int(self.cleaned_data["member"])


class RejectForm(forms.Form):
    reason = CleanTextField(
        label="Skäl",
        max_length=1000,
        help_text="Står i brevet till personen.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
