from datetime import UTC, date, datetime

import pytest

from s3portal.common.errors import Refusal
from s3portal.common.swedish import (
    STOCKHOLM,
    Period,
    format_datetime,
    format_day,
    format_isodate,
    format_month,
    format_period,
    format_time,
    format_timespan,
    format_weekday,
)


def test_days():
    assert format_day(date(2013, 12, 13)) == "13 december 2013"
    assert format_day(date(2024, 3, 1)) == "1 mars 2024"
    assert format_isodate(date(2013, 12, 3)) == "2013-12-03"
    assert format_isodate(date(1, 2, 3)) == "0001-02-03"
    assert format_month(date(2022, 4, 30)) == "april 2022"
    assert format_weekday(date(2021, 11, 16)) == "tisdag"


def test_clock_times_are_those_of_stockholm():
    assert format_time(datetime(2024, 7, 1, 12, 32, tzinfo=UTC)) == "14.32"
    assert format_time(datetime(2024, 1, 1, 8, 5, tzinfo=UTC)) == "09.05"
    assert format_datetime(datetime(2021, 11, 29, 22, 59, 59, tzinfo=UTC)) == "29 november 2021 kl. 23.59"
    # The day is the Swedish one, too.
    assert format_datetime(datetime(2021, 11, 29, 23, 0, tzinfo=UTC)) == "30 november 2021 kl. 00.00"


def test_a_span_has_an_unspaced_en_dash():
    start = datetime(2020, 10, 15, 9, 30, tzinfo=STOCKHOLM)
    assert format_timespan(start, start.replace(hour=12)) == "09.30–12.30"


def test_a_naive_time_is_a_programming_error():
    with pytest.raises(ValueError, match="naive datetime"):
        format_time(datetime(2024, 1, 1, 8, 5))  # noqa: DTZ001 - that is the point


def test_a_period_has_one_printed_form():
    assert format_period(date(2024, 3, 1), date(2024, 11, 30)) == "2024-03-01 – 2024-11-30"
    assert str(Period(date(2024, 3, 1), date(2024, 11, 30))) == "2024-03-01 – 2024-11-30"


def test_a_period_may_be_one_day_but_not_end_before_it_starts():
    assert Period(date(2024, 3, 1), date(2024, 3, 1)).end == date(2024, 3, 1)
    with pytest.raises(Refusal, match=r"^Slutdatumet ligger före startdatumet\.$"):
        Period(date(2024, 3, 2), date(2024, 3, 1))
