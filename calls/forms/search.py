from django import forms

from s3portal.common.forms import CleanCharField


class CallSearchForm(forms.Form):
    """The words to look for among the published calls."""

    show_optional = False
    q = CleanCharField(
        label="Sök bland utlysningar",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
