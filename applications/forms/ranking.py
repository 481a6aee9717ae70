"""What an officer types when ranking."""

from django import forms

from applications.enums import Proposal
from s3portal.common.forms import CleanTextField, KronorField


class RankingRowForm(forms.Form):
    """Place, proposal, amount and reason of one application."""

    position = forms.IntegerField(
        label="Plats",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Ange platsen med siffror."},
    )
    proposal = forms.ChoiceField(label="Förslag", choices=Proposal.choices, widget=forms.RadioSelect)
    amount = KronorField(
        label="Föreslaget belopp i kronor",
        required=False,
        help_text="Gäller bara bifall. Tomt fält betyder det sökta beloppet.",
    )
    reason = CleanTextField(
        label="Skäl för platsen",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Behövs när ansökan inte står där poängen ger.",
    )
    conditions = CleanTextField(
        label="Särskilda villkor",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Villkor utöver de allmänna som föreslås i beslutet. Gäller bara bifall.",
    )


class AmountForm(forms.Form):
    amount = KronorField(label="Föreslaget belopp i kronor")


class LineForm(forms.Form):
    """The first so many are proposed for a grant; an empty field means as many as the frame is enough for."""

    count = forms.IntegerField(
        label="Föreslå bifall för de första",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Ange antalet med siffror."},
        help_text="Antal ansökningar. Tomt fält: så många som ramen räcker till.",
    )


class UnlockForm(forms.Form):
    reason = CleanTextField(
        label="Varför låses rangordningen upp?",
        max_length=4000,
        error_messages={"required": "Skriv varför rangordningen låses upp."},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
