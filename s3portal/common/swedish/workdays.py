"""Swedish holidays and how a statutory time that ends on one is moved."""

from datetime import date, timedelta

SATURDAY, SUNDAY = 5, 6
APPEAL_WEEKS = 3


def easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876, any year from 1583)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leaps, leap_rest = divmod(in_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _first(weekday: int, on_or_after: date) -> date:
    return on_or_after + timedelta(days=(weekday - on_or_after.weekday()) % 7)


def swedish_holidays(year: int) -> dict[date, str]:
    """Public holidays (lagen 1989:253) other than ordinary Sundays, by date. Valid from 2005."""
    easter = easter_sunday(year)
    return dict(
        sorted(
            {
                date(year, 1, 1): "Nyårsdagen",
                date(year, 1, 6): "Trettondedag jul",
                easter - timedelta(days=2): "Långfredagen",
                easter: "Påskdagen",
                easter + timedelta(days=1): "Annandag påsk",
                date(year, 5, 1): "Första maj",
                easter + timedelta(days=39): "Kristi himmelsfärdsdag",
                easter + timedelta(days=49): "Pingstdagen",
                date(year, 6, 6): "Sveriges nationaldag",
                _first(SATURDAY, date(year, 6, 20)): "Midsommardagen",
                _first(SATURDAY, date(year, 10, 31)): "Alla helgons dag",
                date(year, 12, 25): "Juldagen",
                date(year, 12, 26): "Annandag jul",
            }.items()
        )
    )


def is_working_day(day: date) -> bool:
    """False at weekends, on public holidays, midsommar-, jul- and nyårsafton (lagen 1930:173, 2 §)."""
    if day.weekday() in (SATURDAY, SUNDAY):
        return False
    midsummer_eve = _first(SATURDAY, date(day.year, 6, 20)) - timedelta(days=1)
    if day == midsummer_eve or (day.month == 12 and day.day in (24, 31)):
        return False
    return day not in swedish_holidays(day.year)


def next_working_day(day: date) -> date:
    """The day itself when it is a working day, else the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def appeal_ends(posted: date) -> date:
    """Last day to ask for laglighetsprövning of what was announced on `posted`.

    Three weeks later on the same weekday (KL 13:5), moved to the next working day (lagen 1930:173, 2 §).
    The day is inclusive: an appeal that comes in on it is in time. The shift is for statutory times only,
    not for a call's closing day.
    """
    return next_working_day(posted + timedelta(weeks=APPEAL_WEEKS))
