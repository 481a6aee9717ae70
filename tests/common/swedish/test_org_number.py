from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from s3portal.common.errors import Refusal
from s3portal.common.swedish import OrgNumber, organisation_kind, parse_org_number

valid_digits = st.from_regex(r"[0-9]{2}[2-9][0-9]{6}", fullmatch=True).map(
    lambda nine: nine + luhn.calc_check_digit(nine)
)


@pytest.mark.parametrize(
    "text",
    [
        "232100-0214",
        "2321000214",
        " 232100 - 0214 ",
        "232100–0214",
        "232100\u00a00214",
        "16232100-0214",
        "162321000214",
    ],
)
def test_parse_org_number(text):
    number = parse_org_number(text)
    assert number == OrgNumber("2321000214")
    assert number.digits == "2321000214"
    assert str(number) == "232100-0214"
    assert number.kind == "Stat, region, kommun eller församling"


UNREADABLE = "Skriv organisationsnumret med tio siffror, till exempel 232100-0214."
CHECK_DIGIT = "Kontrollsiffran i organisationsnumret stämmer inte. Kontrollera att alla siffror är rätt."
PERSONAL = (
    "Numret ser ut som ett personnummer. En enskild firma kan inte registreras här, "
    "eftersom portalen inte lagrar personnummer. Kontakta oss så hjälper vi dig."
)
PREFIX = "Ett organisationsnummer med tolv siffror börjar med 16. Skriv de tio siffrorna utan prefix."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Ange ett organisationsnummer, till exempel 232100-0214."),
        (" - ", "Ange ett organisationsnummer, till exempel 232100-0214."),
        ("232100-0215", CHECK_DIGIT),
        ("232100-0204", CHECK_DIGIT),
        ("16232100-0215", CHECK_DIGIT),
        ("232100-021", "Organisationsnumret ska ha tio siffror, men du har skrivit 9."),
        ("232100-02141", "Organisationsnumret ska ha tio siffror, men du har skrivit 11."),
        ("640823-3234", PERSONAL),
        ("19640823-3234", PERSONAL),
        ("20040823-3234", PERSONAL),
        ("172321000214", PREFIX),
        ("SE232100021401", UNREADABLE),
        ("23210O-0214", UNREADABLE),
        ("\u0662321000214", UNREADABLE),
        ("<script>", UNREADABLE),
    ],
)
def test_parse_org_number_refuses(text, sentence):
    with pytest.raises(Refusal) as refused:
        parse_org_number(text)
    assert refused.value.message == sentence


def test_a_wrong_number_cannot_be_built_at_all():
    with pytest.raises(Refusal, match=f"^{CHECK_DIGIT}$"):
        OrgNumber("2321000215")


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        ("1", "Dödsbo"),
        ("2321000214", "Stat, region, kommun eller församling"),
        ("3", "Utländskt företag"),
        ("5560160680", "Aktiebolag"),
        ("6", "Enkelt bolag"),
        ("7", "Ekonomisk förening eller bostadsrättsförening"),
        ("8020028711", "Ideell förening eller stiftelse"),
        ("9", "Handelsbolag eller kommanditbolag"),
        ("4", "Okänd organisationsform"),
        ("", "Okänd organisationsform"),
    ],
)
def test_organisation_kind(digits, kind):
    assert organisation_kind(digits) == kind


@given(valid_digits)
def test_every_way_of_writing_one_number_is_the_same_number(digits):
    number = OrgNumber(digits)
    for text in (str(number), digits, f"16{number}", f"16{digits}"):
        assert parse_org_number(text) == number


@given(valid_digits, st.integers(min_value=0, max_value=9), st.integers(min_value=1, max_value=9))
def test_no_single_slip_of_a_digit_goes_through(digits, place, slip):
    wrong = digits[:place] + str((int(digits[place]) + slip) % 10) + digits[place + 1 :]
    with pytest.raises(Refusal):
        parse_org_number(wrong)


@given(st.one_of(st.text(), st.text(alphabet="0123456789- ٣", min_size=9, max_size=14)))
def test_any_text_is_a_number_or_refused_in_words(text):
    with suppress(Refusal):
        number = parse_org_number(text)
        assert parse_org_number(str(number)) == number
