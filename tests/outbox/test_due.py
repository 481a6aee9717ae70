from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.due import Offset, after_quiet, due_moment, is_quiet, latest_due, parse_offset
from s3portal.outbox.models import MailSettings

HOURS = MailSettings()
moments = st.integers(0, 10 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
clocks = st.times().map(lambda clock: clock.replace(microsecond=0))
#: Around the nights when the clocks change.
nights = st.one_of(
    moments,
    st.builds(
        lambda day, minutes: datetime(*day, tzinfo=UTC) + timedelta(minutes=minutes),
        st.sampled_from([(2025, 3, 29), (2025, 10, 25), (2026, 3, 28), (2026, 10, 24)]),
        st.integers(0, 3 * 24 * 60),
    ),
)


def stockholm(*parts):
    return datetime(*parts, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("14d", "14d", "14 dagar"),
        ("1 dag", "1d", "1 dag"),
        (" 3 timmar ", "3h", "3 timmar"),
        ("180m", "3h", "3 timmar"),
        ("1h", "1h", "1 timme"),
        ("90 minuter", "90m", "90 minuter"),
        ("1 min", "1m", "1 minut"),
        ("0m", "0m", "0 minuter"),
    ],
)
def test_an_offset_is_read_and_written(text, code, words):
    offset = parse_offset(text)
    assert (str(offset), offset.words) == (code, words)
    assert parse_offset(code) == parse_offset(words) == offset
    assert len(code) <= 6


@pytest.mark.parametrize("text", ["", "14", "d", "-3d", "3 veckor", "401d", "9999h", "1d 3h", "1,5h"])
def test_what_is_no_offset_is_refused(text):
    with pytest.raises(Refusal):
        parse_offset(text)


@pytest.mark.parametrize(
    ("at", "offset", "after", "expected"),
    [
        # Fourteen calendar days before the deadline, over the night when summer time begins.
        (stockholm(2025, 4, 5, 23, 59), "14d", False, stockholm(2025, 3, 22, 8)),
        (stockholm(2025, 3, 31, 9), "1d", False, stockholm(2025, 3, 30, 8)),
        # Three hours are three hours also in that night.
        (stockholm(2025, 3, 30, 4), "3h", False, stockholm(2025, 3, 30, 0)),
        (stockholm(2025, 10, 26, 4), "3h", False, stockholm(2025, 10, 26, 2)),
        (stockholm(2025, 6, 1, 9), "2d", True, stockholm(2025, 6, 3, 8)),
        # The same day at the hour, but never before it has happened.
        (stockholm(2025, 6, 1, 9), "0d", True, stockholm(2025, 6, 1, 9)),
        (stockholm(2025, 6, 1, 9), "0m", True, stockholm(2025, 6, 1, 9)),
    ],
)
def test_due_moments(at, offset, after, expected):
    assert due_moment(at, parse_offset(offset), after=after, send_at=time(8)) == expected.astimezone(UTC)


@given(at=nights, days=st.integers(0, 400), send_at=clocks, after=st.booleans())
def test_days_are_calendar_days_at_the_hour_on_the_wall(at, days, send_at, after):
    due = due_moment(at, Offset(days=days), after=after, send_at=send_at)
    local, day = due.astimezone(STOCKHOLM), at.astimezone(STOCKHOLM).date()
    assert due.utcoffset() == timedelta(0)
    assert local.date() == day + timedelta(days=days if after else -days)
    if after and due == at:
        return
    skipped = timedelta(hours=local.hour - send_at.hour)
    assert local.time() == send_at or skipped == timedelta(hours=1)


@given(at=nights, minutes=st.integers(0, 600_000), after=st.booleans(), send_at=clocks)
def test_hours_and_minutes_are_exact(at, minutes, after, send_at):
    due = due_moment(at, Offset(minutes=minutes), after=after, send_at=send_at)
    assert abs(due - at) == timedelta(minutes=minutes)
    assert (due <= at) is (not after or minutes == 0)


@example(moment=datetime(2025, 3, 29, 2, 1, tzinfo=UTC), quiet_from=time(3, 1), quiet_to=time(2, 0, 1))
@example(moment=datetime(2025, 3, 29, 1, 1, tzinfo=UTC), quiet_from=time(2, 0, 1), quiet_to=time(2))
@given(moment=nights, quiet_from=clocks, quiet_to=clocks)
def test_the_quiet_hours_end(moment, quiet_from, quiet_to):
    hours = MailSettings(quiet_from=quiet_from, quiet_to=quiet_to)
    end = after_quiet(moment, hours)
    assert not is_quiet(end, hours)
    # A night has at most 25 hours, and the only moment that is not quiet may be in the hour that is skipped.
    assert moment <= end <= moment + timedelta(hours=49)
    if not is_quiet(moment, hours):
        assert end == moment
    else:
        assert is_quiet(end - timedelta(seconds=1), hours)


@pytest.mark.parametrize(
    ("clock", "quiet"), [(time(19, 59), False), (time(20), True), (time(3), True), (time(7), False)]
)
def test_the_quiet_hours_over_midnight(clock, quiet):
    assert is_quiet(datetime.combine(date(2025, 6, 1), clock, STOCKHOLM), HOURS) is quiet


def latest(at, now, offsets=("14d", "7d", "1d", "3h"), grace=timedelta(days=2), after=False, urgent=False):
    found = latest_due(
        at,
        [parse_offset(one) for one in offsets],
        now=now,
        hours=HOURS,
        grace=grace,
        after=after,
        urgent=urgent,
    )
    return found and (str(found[0]), f"{found[1].astimezone(STOCKHOLM):%Y-%m-%d %H:%M}")


AT = stockholm(2025, 6, 20, 12)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (stockholm(2025, 6, 6, 7, 59), None),
        (stockholm(2025, 6, 6, 8), ("14d", "2025-06-06 08:00")),
        (stockholm(2025, 6, 8, 7, 59), ("14d", "2025-06-06 08:00")),
        (stockholm(2025, 6, 8, 8), None),
        (stockholm(2025, 6, 19, 9), ("1d", "2025-06-19 08:00")),
        # Both are due; only the latest is sent.
        (stockholm(2025, 6, 20, 9), ("3h", "2025-06-20 09:00")),
        (stockholm(2025, 6, 20, 11, 59), ("3h", "2025-06-20 09:00")),
        (stockholm(2025, 6, 20, 12), None),
    ],
)
def test_the_latest_that_is_due(now, expected):
    assert latest(AT, now) == expected


def test_what_falls_in_the_quiet_hours_waits_for_their_end_and_is_then_not_too_old():
    at = stockholm(2025, 6, 20, 8)
    assert latest(at, stockholm(2025, 6, 20, 5), ("3h",), grace=timedelta(hours=1)) is None
    due = ("3h", "2025-06-20 07:00")
    assert latest(at, stockholm(2025, 6, 20, 7, 30), ("3h",), grace=timedelta(hours=1)) == due
    urgent = ("3h", "2025-06-20 05:00")
    assert latest(at, stockholm(2025, 6, 20, 5), ("3h",), urgent=True) == urgent


def test_what_is_counted_in_days_never_leaves_at_night_however_urgent():
    """Beat was away from before eight until late in the evening."""
    night, morning = stockholm(2025, 6, 19, 23), stockholm(2025, 6, 20, 7)
    assert latest(AT, night, ("1d",), urgent=True) is None
    assert latest(AT, morning, ("1d",), urgent=True) == ("1d", "2025-06-19 08:00")
    # Nor does one that has been overtaken go in its place.
    assert latest(AT, night, ("48h", "1d"), urgent=True) is None
    assert latest(stockholm(2025, 6, 20, 1), night, ("1d", "3h"), urgent=True) == ("3h", "2025-06-19 22:00")


def test_after_kinds_are_sent_after():
    at = stockholm(2025, 6, 2, 10)
    assert latest(at, stockholm(2025, 6, 4, 9), ("2d", "5d"), after=True) == ("2d", "2025-06-04 08:00")
    assert latest(at, stockholm(2025, 6, 4, 7), ("2d", "5d"), after=True) is None


@given(
    at=nights,
    now=nights,
    offsets=st.lists(st.sampled_from(["14d", "7d", "1d", "3h", "15m"])),
    after=st.booleans(),
)
def test_never_early_and_never_after_what_it_reminds_of(at, now, offsets, after):
    found = latest_due(
        at,
        [parse_offset(one) for one in offsets],
        now=now,
        hours=HOURS,
        grace=timedelta(days=2),
        after=after,
        urgent=False,
    )
    if found is not None:
        offset, hour = found
        assert str(offset) in offsets
        assert now - timedelta(days=2) < hour <= now
        assert not is_quiet(hour, HOURS)
        assert at <= hour if after else now < at
