from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.swedish import appeal_ends, is_working_day, next_working_day, swedish_holidays

days = st.dates(min_value=date(2005, 1, 1), max_value=date(2199, 12, 1))


def test_the_holidays_of_one_year():
    assert swedish_holidays(2024) == {
        date(2024, 1, 1): "Nyårsdagen",
        date(2024, 1, 6): "Trettondedag jul",
        date(2024, 3, 29): "Långfredagen",
        date(2024, 3, 31): "Påskdagen",
        date(2024, 4, 1): "Annandag påsk",
        date(2024, 5, 1): "Första maj",
        date(2024, 5, 9): "Kristi himmelsfärdsdag",
        date(2024, 5, 19): "Pingstdagen",
        date(2024, 6, 6): "Sveriges nationaldag",
        date(2024, 6, 22): "Midsommardagen",
        date(2024, 11, 2): "Alla helgons dag",
        date(2024, 12, 25): "Juldagen",
        date(2024, 12, 26): "Annandag jul",
    }


@pytest.mark.parametrize(
    ("year", "easter"),
    # The earliest and latest that occur in our time, and years that simpler formulas get wrong.
    [(2008, (3, 23)), (2011, (4, 24)), (2025, (4, 20)), (2038, (4, 25)), (2049, (4, 18)), (2076, (4, 19))],
)
def test_easter(year, easter):
    assert swedish_holidays(year)[date(year, *easter)] == "Påskdagen"


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2024, 6, 20), True),
        (date(2024, 6, 21), False),  # midsommarafton
        (date(2024, 12, 23), True),
        (date(2024, 12, 24), False),
        (date(2024, 12, 27), True),
        (date(2024, 12, 31), False),
        (date(2025, 4, 17), True),  # skärtorsdagen
        (date(2025, 6, 6), False),
        (date(2026, 4, 30), True),  # valborgsmässoafton
        (date(2024, 11, 23), False),  # a Saturday
        (date(2024, 11, 24), False),
    ],
)
def test_is_working_day(day, working):
    assert is_working_day(day) is working


def test_next_working_day():
    assert next_working_day(date(2024, 3, 27)) == date(2024, 3, 27)
    assert next_working_day(date(2024, 3, 29)) == date(2024, 4, 2)
    # Christmas Eve 2020 was a Thursday, the 26th a Saturday.
    assert next_working_day(date(2020, 12, 24)) == date(2020, 12, 28)
    assert next_working_day(date(2022, 12, 31)) == date(2023, 1, 2)


@pytest.mark.parametrize(
    ("posted", "ends"),
    [
        (date(2024, 2, 27), date(2024, 3, 19)),
        (date(2024, 3, 8), date(2024, 4, 2)),  # Good Friday to Easter Monday
        (date(2024, 5, 31), date(2024, 6, 24)),  # midsommarafton, then the weekend
        (date(2024, 12, 3), date(2024, 12, 27)),
        (date(2024, 12, 10), date(2025, 1, 2)),
    ],
)
def test_appeal_ends(posted, ends):
    assert appeal_ends(posted) == ends


@given(days)
def test_an_appeal_ends_on_a_working_day_and_never_early(posted):
    earliest = posted + timedelta(days=21)
    ends = appeal_ends(posted)
    assert is_working_day(ends)
    assert ends >= earliest
    between = [earliest + timedelta(days=step) for step in range((ends - earliest).days)]
    assert not any(is_working_day(day) for day in between)
    # Christmas and Easter at their worst.
    assert len(between) <= 5
