from collections.abc import Iterator
from datetime import date
from importlib import import_module

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.forms import (
    CleanCharField,
    CleanTextField,
    KronorField,
    OrgNumberField,
    SwedishDateField,
)
from s3portal.common.swedish import MAX_KRONOR, OrgNumber, format_amount


class OneOfEach(forms.Form):
    name = CleanCharField(max_length=200)
    text = CleanTextField(max_length=20, required=False)
    amount = KronorField(required=False)
    org_number = OrgNumberField(required=False)
    day = SwedishDateField(required=False)


def bound(**data):
    return OneOfEach({"name": "Peak", **data})


def errors(form):
    return {name: list(sentences) for name, sentences in form.errors.items()}


def test_cleans_into_the_types_of_the_domain():
    form = bound(text="a\r\nb", amount="150 000 kr", org_number="2321000214", day="1 mars 2024")
    assert errors(form) == {}
    assert form.cleaned_data == {
        "name": "Peak",
        "text": "a\nb",
        "amount": 150_000,
        "org_number": OrgNumber("2321000214"),
        "day": date(2024, 3, 1),
    }


def test_empty_is_none_for_values_and_empty_for_text():
    form = bound(text=" ", amount=" ", org_number="", day="")
    assert errors(form) == {}
    assert form.cleaned_data == {"name": "Peak", "text": "", "amount": None, "org_number": None, "day": None}


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (CleanCharField(), "Fyll i det här fältet."),
        (CleanTextField(), "Fyll i det här fältet."),
        (KronorField(), "Ange ett belopp i hela kronor. Skriv 0 om det inte är något."),
        (OrgNumberField(), "Ange ett organisationsnummer, till exempel 232100-0214."),
        (SwedishDateField(), "Ange ett datum, till exempel 2024-03-01."),
    ],
)
@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_required(field, sentence, nothing):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(nothing)
    assert refused.value.messages == [sentence]


def test_the_parsers_own_sentences_are_shown():
    form = bound(amount="1 552 566,50", org_number="232100-0215", day="30 februari 2024")
    assert errors(form) == {
        "amount": ["Ange hela kronor, utan ören."],
        "org_number": [
            "Kontrollsiffran i organisationsnumret stämmer inte. Kontrollera att alla siffror är rätt."
        ],
        "day": ["Datumet finns inte i kalendern."],
    }


def test_a_name_of_300_letters_is_refused_with_what_to_do():
    assert errors(bound(name="å" * 300)) == {
        "name": ["Texten är 100 tecken för lång. Korta den till högst 200 tecken."]
    }
    assert errors(bound(name="å" * 200)) == {}


def test_a_long_text_is_counted_with_grouped_digits():
    with pytest.raises(forms.ValidationError) as refused:
        CleanTextField(max_length=2_000).clean("a" * 5_000)
    assert refused.value.messages == [
        "Texten är 3\u00a0000 tecken för lång. Korta den till högst 2\u00a0000 tecken."
    ]


def test_a_line_end_counts_as_one_sign():
    assert CleanTextField(max_length=3).clean("a\r\nb") == "a\nb"


def test_the_browser_may_not_cut_off_what_is_pasted():
    assert "maxlength" not in str(bound()["name"])


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "{{ 7*7 }}", "{% now 'Y' %}", "Robert'); DROP"]
)
def test_markup_is_plain_text(typed):
    form = bound(name=typed)
    assert errors(form) == {}
    assert form.cleaned_data["name"] == typed
    assert "<script>" not in str(form["name"])


def test_invisible_signs_and_line_breaks_in_a_name():
    assert CleanCharField().clean("Peak\x00 Jämt\u200bland\r\nekonomisk förening ") == (
        "Peak Jämtland ekonomisk förening"
    )


@pytest.mark.parametrize(
    ("field", "typed"),
    [("amount", "en massa"), ("amount", "1e9"), ("org_number", "232100-0215"), ("day", "i morgon")],
)
def test_what_cannot_be_read_is_shown_as_it_was_typed(field, typed):
    assert f'value="{typed}"' in str(bound(**{field: typed})[field])


def test_stored_values_are_shown_the_swedish_way():
    form = OneOfEach(initial={"amount": 150_000, "org_number": "2321000214", "day": date(2024, 3, 1)})
    assert 'value="150\u00a0000"' in str(form["amount"])
    assert 'inputmode="numeric"' in str(form["amount"])
    assert 'value="232100-0214"' in str(form["org_number"])
    assert 'type="date"' in str(form["day"])
    assert 'value="2024-03-01"' in str(form["day"])
    form = OneOfEach(initial={"org_number": OrgNumber("2321000214")})
    assert 'value="232100-0214"' in str(form["org_number"])


def test_a_date_picker_becomes_a_text_box_rather_than_lose_what_was_typed():
    assert 'type="text"' in str(bound(day="1 mars 2024")["day"])
    assert 'type="text"' in str(bound(day="2024-02-30")["day"])
    assert 'type="date"' in str(bound(day="2024-03-01")["day"])
    assert 'type="date"' in str(OneOfEach()["day"])


def test_a_value_written_another_way_has_not_changed():
    initial = {
        "name": "Peak",
        "amount": 150_000,
        "org_number": OrgNumber("2321000214"),
        "day": date(2024, 3, 1),
    }
    same = {"name": "Peak", "amount": "150.000", "org_number": "232100-0214", "day": "1 mars 2024"}
    assert OneOfEach(same, initial=initial).changed_data == []
    other = {"name": "Peak", "amount": "0", "org_number": "rubbish", "day": ""}
    assert OneOfEach(other, initial=initial).changed_data == ["amount", "org_number", "day"]
    assert not KronorField(disabled=True).has_changed(1, "2")


def test_kronor_within_bounds():
    field = KronorField(min_value=1, max_value=1_000)
    assert field.clean("1") == 1
    assert field.clean("1 000") == 1_000
    for typed, sentence in (
        ("0", "Ange minst 1\u00a0krona."),
        ("1001", "Ange högst 1\u00a0000\u00a0kronor."),
    ):
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(typed)
        assert refused.value.messages == [sentence]


@given(st.integers(min_value=0, max_value=MAX_KRONOR))
def test_an_amount_shown_and_sent_back_is_the_same(amount):
    field = KronorField()
    assert field.clean(field.prepare_value(amount)) == amount
    assert field.clean(format_amount(amount)) == amount


@given(st.text())
@pytest.mark.parametrize(
    "field",
    [CleanCharField(max_length=9), CleanTextField(), KronorField(), OrgNumberField(), SwedishDateField()],
)
def test_any_text_is_cleaned_or_refused(field, text):
    try:
        field.clean(text)
    except forms.ValidationError as refused:
        # A validation error is a sentence, never a bare code.
        if not refused.messages[0].endswith("."):
            raise AssertionError(refused.messages) from refused


def forms_below(form: type) -> Iterator[type]:
    for one in form.__subclasses__():
        yield one
        yield from forms_below(one)


def test_no_form_takes_a_longer_address_than_the_database_holds():
    """Django's own limit is 320 signs, its column's 254: what is between would be an error of the server. For
    allauth's forms the adapter sees to it."""
    import_module("s3portal.urls")
    fields = {
        (form.__qualname__, name): field.max_length
        for form in forms_below(forms.BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.EmailField) and not form.__module__.startswith(("allauth.", "django."))
    }
    assert ("RequestForm", "email") in fields
    assert {where: length for where, length in fields.items() if length is None or length > 254} == {}
