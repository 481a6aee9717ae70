from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.errors import Refusal
from s3portal.common.swedish import (
    MAX_KRONOR,
    find_amounts,
    find_written_amounts,
    format_amount,
    format_kr,
    format_kronor,
    format_percent,
    parse_kronor,
)

UNREADABLE = "Skriv beloppet i kronor med bara siffror, till exempel 150\u00a0000."
AMBIGUOUS = "Beloppet kan läsas på flera sätt. Skriv det med mellanslag, till exempel 150\u00a0000."
TOO_LARGE = "Beloppet är för stort. Ange högst 999\u00a0999\u00a0999\u00a0999\u00a0kronor."
NEGATIVE = "Ange ett belopp som är 0 kronor eller mer."
WITH_ORE = "Ange hela kronor, utan ören."
MISSING = "Ange ett belopp i hela kronor, till exempel 150\u00a0000."

kronor = st.integers(min_value=0, max_value=MAX_KRONOR)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1\u00a0000"),
        (150_000, "150\u00a0000"),
        (8_168_675, "8\u00a0168\u00a0675"),
        (-5, "\u22125"),
        (-1_000, "\u22121\u00a0000"),
    ],
)
def test_format_amount(amount, text):
    assert format_amount(amount) == text


def test_the_unit_is_short_in_tables_and_long_in_text():
    assert format_kr(8_168_675) == "8\u00a0168\u00a0675\u00a0kr"
    assert format_kronor(150_000) == "150\u00a0000\u00a0kronor"
    assert format_kronor(1) == "1\u00a0krona"
    assert format_kronor(0) == "0\u00a0kronor"


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (Decimal("52.8"), "52,8\u00a0%"),
        (Decimal("50.0"), "50\u00a0%"),
        (50, "50\u00a0%"),
        (Fraction(100, 3), "33,3\u00a0%"),
        (Decimal("49.95"), "50\u00a0%"),
        (Decimal("0.05"), "0,1\u00a0%"),
        (Decimal("-0.04"), "0\u00a0%"),
        (Decimal("-0.05"), "\u22120,1\u00a0%"),
        (Decimal("1234.5"), "1\u00a0234,5\u00a0%"),
    ],
)
def test_format_percent(percent, text):
    assert format_percent(percent) == text


def test_format_percent_with_other_decimals():
    assert format_percent(Fraction(100, 3), decimals=2) == "33,33\u00a0%"
    assert format_percent(Decimal("50.05"), decimals=2) == "50,05\u00a0%"
    assert format_percent(Decimal("52.8"), decimals=0) == "53\u00a0%"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("150 000", 150_000),
        ("150.000", 150_000),
        ("150000", 150_000),
        ("150\u00a0000", 150_000),
        ("150\u2009000", 150_000),
        ("150\u202f000", 150_000),
        ("150 000 kr", 150_000),
        ("150 000 kr.", 150_000),
        ("150 000 Kronor", 150_000),
        ("150 000:-", 150_000),
        ("150 000,-", 150_000),
        ("150 000 SEK", 150_000),
        ("150000kr", 150_000),
        ("1 552 566,00", 1_552_566),
        ("1.552.566,00", 1_552_566),
        ("1 552 566,0", 1_552_566),
        ("  7  ", 7),
        ("150  000", 150_000),
        ("0", 0),
        ("0,00", 0),
        ("007", 7),
        ("12.345", 12_345),
        ("999 999 999 999", MAX_KRONOR),
        ("000000999999999999", MAX_KRONOR),
        ("1 krona", 1),
    ],
)
def test_parse_kronor(text, amount):
    assert parse_kronor(text) == amount


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", MISSING),
        (" \u00a0", MISSING),
        ("1 552 566,50", WITH_ORE),
        ("1,5", WITH_ORE),
        ("0,01", WITH_ORE),
        ("-5", NEGATIVE),
        ("\u22125", NEGATIVE),
        ("- 150 000 kr", NEGATIVE),
        ("-1,50", NEGATIVE),
        ("1e9", UNREADABLE),
        ("0x10", UNREADABLE),
        ("tio", UNREADABLE),
        ("1_000", UNREADABLE),
        ("+5", UNREADABLE),
        ("5 kr kr", UNREADABLE),
        ("5 euro", UNREADABLE),
        ("150\n000", UNREADABLE),
        ("kr", UNREADABLE),
        ("1,500,000", UNREADABLE),
        (",50", UNREADABLE),
        ("\u0661\u0662\u0663", UNREADABLE),
        ("\u00b2", UNREADABLE),
        ("\uff11\uff12", UNREADABLE),
        ("{{ 7*7 }}", UNREADABLE),
        ("<script>", UNREADABLE),
        ("1.50", AMBIGUOUS),
        ("150.00", AMBIGUOUS),
        ("12.3456", AMBIGUOUS),
        ("1 50", AMBIGUOUS),
        ("15 0000", AMBIGUOUS),
        ("150 000.000", AMBIGUOUS),
        ("0.150", AMBIGUOUS),
        ("1,500", AMBIGUOUS),
        ("1000000000000", TOO_LARGE),
        ("1 000 000 000 000", TOO_LARGE),
        ("9" * 10_000, TOO_LARGE),
    ],
)
def test_parse_kronor_refuses(text, sentence):
    with pytest.raises(Refusal) as refused:
        parse_kronor(text)
    assert refused.value.message == sentence


@given(kronor)
def test_what_is_written_is_read_back(amount):
    for written in (format_amount(amount), format_kr(amount), format_kronor(amount), str(amount)):
        assert parse_kronor(written) == amount
    assert parse_kronor(f"{amount:,}".replace(",", ".")) == amount


@given(st.integers(max_value=-1, min_value=-MAX_KRONOR))
def test_nothing_negative_is_read(amount):
    with pytest.raises(Refusal, match=f"^{NEGATIVE}$"):
        parse_kronor(format_amount(amount))


@given(st.one_of(st.text(), st.text(alphabet="0123456789 .,-−kr:e\u00a0\n٣")))
def test_any_text_is_an_amount_within_bounds_or_refused(text):
    with suppress(Refusal):
        assert 0 <= parse_kronor(text) <= MAX_KRONOR


@pytest.mark.parametrize(
    ("name", "amounts"),
    [
        ("innovationskluster", [10_000_000]),
        ("dialogmoten", []),
        ("run-664-2021", [150_000, 150_000]),
        ("smice", [8_168_675]),
        ("run-138-2024", [920_000, 460_000, 460_000]),
    ],
)
def test_finds_the_amounts_of_the_real_documents(document, name, amounts):
    assert find_amounts(document(name)) == amounts


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("motsvarande 150 000 kronor.", [150_000]),
        ("460 000 kr, varav 10 000 kr", [460_000, 10_000]),
        ("150.000 kronor", [150_000]),
        ("150000kr", [150_000]),
        ("10 miljoner kronor", [10_000_000]),
        ("1,5 mkr", [1_500_000]),
        ("1,5 Mkr och 3 MSEK", [1_500_000, 3_000_000]),
        ("2 miljarder kronor", [2_000_000_000]),
        ("500 tkr eller 500 tusen kronor", [500_000, 500_000]),
        ("en miljon kronor", [1_000_000]),
        ("en halv miljon kronor", [500_000]),
        ("Två miljoner kronor", [2_000_000]),
        ("ett bidrag på 150 000 kronors värde", [150_000]),
        ("1 krona", [1]),
        ("150 000:-", [150_000]),
        ("150 000 SEK", [150_000]),
        ("vänta 10 sek", []),
        ("mellan 100 000 och 200 000 kronor", [100_000, 200_000]),
        ("från 1 till 2 miljoner kronor", [1_000_000, 2_000_000]),
        ("100 000–200 000 kr", [100_000, 200_000]),
        ("100 000 – 200 000 kr", [100_000, 200_000]),
        ("5-10 miljoner kronor", [5_000_000, 10_000_000]),
        ("Löner 2024 – 150 000 kr", [150_000]),
        ("Löner 2024: 150 000 kr", [150_000]),
        ("År 2022 150 000 kronor", [150_000]),
        ("punkt 3 och 200 000 kronor", [200_000]),
        ("−5 000 kr och (-7 kr)", [-5_000, -7]),
        ("- 5 000 kr", [5_000]),
        ("150 000\nkronor", [150_000]),
        ("150\n000 kronor", []),
        ("99,50 kr och 1 552 566,49 kr", [100, 1_552_566]),
        ("12.3456 kr", []),
        ("150 000 kronorsfråga", []),
        ("4 lärlabb, 100 jobs, +46 8 505 218 69, 2024-03-01", []),
        ("10 miljoner människor", []),
        ("\u0661\u0662 kr", []),
        ("9" * 5_000 + " kr", []),
    ],
)
def test_find_amounts(text, amounts):
    assert find_amounts(text) == amounts


def test_each_amount_comes_with_the_very_words_that_it_is_read_from():
    text = "İ år, SEK: 300 Tkr, 1,5 MSEK, 200 SEK eller mellan 100 000 och 200 000\nkronor, en miljon kronor."
    assert find_written_amounts(text) == [
        ("300 Tkr", [300_000]),
        ("1,5 MSEK", [1_500_000]),
        ("200 SEK", [200]),
        ("mellan 100 000 och 200 000\nkronor", [100_000, 200_000]),
        ("en miljon kronor", [1_000_000]),
    ]


@given(
    st.lists(st.integers(min_value=-MAX_KRONOR, max_value=MAX_KRONOR)),
    st.sampled_from([format_kr, format_kronor]),
)
def test_finds_every_amount_that_is_written(amounts, write):
    text = "Summor: " + "; ".join(f"nu {write(amount)}" for amount in amounts) + "."
    assert find_amounts(text) == amounts


@given(st.one_of(st.text(), st.text(alphabet="0123456789 .,-–−krmiljonertusenSEKmellanoch:\n")))
def test_find_amounts_never_raises(text):
    assert all(isinstance(amount, int) for amount in find_amounts(text))
