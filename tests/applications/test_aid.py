"""What there is room for of försumbart stöd, counted to the cent."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.aid import Rate, asked_declarations, headroom, rate_on, to_euro, years_before
from applications.enums import DeclarationKind
from calls.models import LegalBasis
from s3portal.common.swedish import MAX_KRONOR

TODAY = date(2026, 11, 26)
RATES = [
    Rate(date(2023, 1, 1), Decimal("11.4800")),
    Rate(date(2024, 1, 1), Decimal("11.4300")),
    Rate(date(2026, 1, 1), Decimal("11.0000")),
]


def room(*earlier, **fields):
    values = {"on": TODAY, "ceiling": 300_000, "earlier": earlier, "rates": RATES, "applied": 300_000}
    return headroom(**(values | fields))


def test_nothing_earlier_leaves_the_whole_ceiling():
    found = room()
    assert (found.total, found.left, found.left_kronor, found.fits) == (0, 300_000, 3_300_000, True)
    assert found.applied_eur == Decimal("27272.73")


def test_each_aid_is_counted_at_the_rate_of_its_own_day():
    found = room((date(2023, 12, 31), 1_148_000), (date(2024, 1, 1), 1_143_000))
    assert [row.eur for row in found.rows] == [100_000, 100_000]
    assert (found.total, found.left) == (200_000, 100_000)


def test_half_a_cent_is_rounded_upwards():
    assert to_euro(1, Rate(TODAY, Decimal("8.0000"))) == Decimal("0.13")
    assert to_euro(3, Rate(TODAY, Decimal("8.0000"))) == Decimal("0.38")


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2023, 11, 26), False),
        (date(2023, 11, 27), True),
        (TODAY, True),
        (TODAY + timedelta(days=1), False),
    ],
)
def test_the_three_years_end_today(day, counts):
    found = room((day, 110_000))
    assert found.rows[0].counts is counts
    assert bool(found.total) is counts
    assert found.first_day == date(2023, 11, 27)


def test_three_years_before_a_leap_day():
    assert years_before(date(2028, 2, 29)) == date(2025, 2, 28)
    assert years_before(date(2027, 2, 28)) == date(2024, 2, 28)


def test_what_does_not_fit_is_told():
    found = room((TODAY, 3_000_000))
    assert (found.left_kronor, found.fits) == (300_000, True)
    assert room((TODAY, 3_000_000), applied=300_001).fits is False
    over = room((TODAY, 4_400_000))
    assert (over.left, over.over, over.fits) == (0, 100_000, False)


def test_what_is_missing_leaves_it_open_unless_there_is_no_room_anyway():
    assert room((None, 5)).fits is None
    assert room((TODAY, None)).fits is None
    assert room((TODAY, 3_300_000), (None, 5)).fits is False
    assert room((date(2020, 1, 1), None)).fits is True
    without = room(rates=[])
    assert (without.left_kronor, without.applied_eur, without.fits) == (None, None, None)
    assert room((date(2024, 6, 1), 5), rates=RATES[2:]).rows[0].eur is None
    assert rate_on(RATES, date(2022, 12, 31)) is None


kronor = st.integers(min_value=0, max_value=MAX_KRONOR)
days = st.dates(min_value=date(2022, 1, 1), max_value=date(2028, 12, 31))
rates = st.integers(min_value=5_000, max_value=200_000).map(lambda number: Decimal(number).scaleb(-4))


@given(
    st.lists(st.tuples(days, kronor), max_size=5),
    st.lists(st.tuples(days, rates), min_size=1, max_size=4),
    days,
    kronor,
)
def test_the_sums_agree(earlier, stored, on, applied):
    stored_rates = [Rate(date(2021, 1, 1), Decimal("10")), *(Rate(day, rate) for day, rate in stored)]
    found = headroom(on=on, ceiling=300_000, earlier=earlier, rates=stored_rates, applied=applied)
    assert found.complete
    assert found.total == sum(row.eur for row in found.rows if row.counts)
    assert found.total + found.left - found.over == 300_000
    assert min(found.left, found.over) == 0
    assert found.fits == (applied <= found.left_kronor)
    # The whole kronor told are as many as there is room for, and no krona more.
    exact = Fraction(found.rate.sek_per_euro)
    assert found.left_kronor <= Fraction(found.left) * exact < found.left_kronor + 1
    for row in found.rows:
        assert row.rate.valid_from <= row.granted_on
        euro = Fraction(row.amount) / Fraction(row.rate.sek_per_euro)
        assert abs(Fraction(row.eur) - euro) <= Fraction(1, 200)
        assert row.counts == (found.first_day <= row.granted_on <= on)


def test_what_is_declared_follows_from_the_basis():
    assert asked_declarations(LegalBasis()) == [DeclarationKind.CORRECT]
    assert asked_declarations(LegalBasis(apply_before_start=True, state_aid_allowed=True)) == [
        DeclarationKind.CORRECT,
        DeclarationKind.NOT_STARTED,
        DeclarationKind.NO_RECOVERY,
        DeclarationKind.NOT_IN_DIFFICULTY,
    ]
    assert asked_declarations(LegalBasis(de_minimis_ceiling_eur=300_000))[-1] == (
        DeclarationKind.SINGLE_UNDERTAKING
    )
