"""The arithmetic of assessments."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.scoring import Spread, mean, total_so_far, weighted_total
from calls.models import Criterion
from s3portal.common.swedish import format_tenths


def criteria(*scales):
    """(weight, highest) of each."""
    return [
        Criterion(pk=number, weight=weight, max_score=highest)
        for number, (weight, highest) in enumerate(scales, start=1)
    ]


@pytest.mark.parametrize(
    ("scales", "points", "expected"),
    [
        ([(40, 5), (60, 5)], {1: 5, 2: 5}, 100),
        ([(40, 5), (60, 5)], {1: 1, 2: 1}, 20),
        ([(40, 5), (60, 5)], {1: 5, 2: 1}, 52),
        ([(25, 10), (75, 2)], {1: 7, 2: 1}, Fraction(175 + 375, 10)),
        ([(None, 3), (None, 3), (None, 3)], {1: 1, 2: 2, 3: 3}, Fraction(200, 3)),
        # A draft's weights may make anything: they are shares of their own sum.
        ([(1, 5), (2, 5)], {1: 5, 2: 0}, Fraction(100, 3)),
        ([(40, 5), (60, 5)], {1: 5, 2: None}, None),
        ([(40, 5), (60, 5)], {1: 5}, None),
        ([], {}, None),
    ],
)
def test_weighted_total(scales, points, expected):
    assert weighted_total(criteria(*scales), points) == expected


def test_so_far():
    scale = criteria((40, 5), (60, 5))
    assert total_so_far(scale, {}) is None
    assert total_so_far(scale, {1: None, 2: 4}) == 80
    assert total_so_far(scale, {1: 5, 2: 4}) == 88


@pytest.mark.parametrize(
    ("total", "text"),
    [(0, "0,0"), (100, "100,0"), (Fraction(200, 3), "66,7"), (Fraction(1249, 20), "62,5")],
)
def test_one_decimal_half_up(total, text):
    assert format_tenths(total) == text


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(2, 10), st.integers(1, 10)), min_size=1, max_size=8)
)
def test_between_nothing_and_all_and_more_points_never_give_less(rows):
    scale = criteria(*[(weight, highest) for weight, highest, _points in rows])
    points = {number: min(row[2], row[1]) for number, row in enumerate(rows, start=1)}
    total = weighted_total(scale, points)
    assert 0 < total <= 100
    assert (total == 100) == all(points[one.pk] == one.max_score for one in scale)
    for one in scale:
        if points[one.pk] < one.max_score:
            assert weighted_total(scale, points | {one.pk: points[one.pk] + 1}) > total


def test_spread_and_outliers():
    assert Spread.of([]) is None
    totals = [Fraction(50), Fraction(60), Fraction(81)]
    spread = Spread.of(totals)
    assert (spread.lowest, spread.highest, spread.middle, spread.width) == (50, 81, 60, 31)
    assert [spread.is_outlier(total) for total in totals] == [False, False, True]
    assert not Spread.of([Fraction(10), Fraction(90)]).is_outlier(Fraction(10)), "two are no majority"
    assert not Spread.of([Fraction(50), Fraction(50), Fraction(70)]).is_outlier(Fraction(70))
    assert mean(totals) == Fraction(191, 3)
    assert mean([]) is None
