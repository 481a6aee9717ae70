"""Swedish holidays and how a statutory time that ends on one is moved."""

from datetime import date, timedelta

from dateutil.easter import easter as easter_sunday

SATURDAY, SUNDAY = 5, 6
APPEAL_WEEKS = 3


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


def why_not_working(day: date) -> str:
    """What the day is when a statutory time does not run out on it (lagen 1930:173, 2 §), as in running text:
    "långfredagen", "midsommarafton", "lördag". Empty for a working day.

    A holiday is named before the weekday it falls on."""
    midsummer_eve = _first(SATURDAY, date(day.year, 6, 20)) - timedelta(days=1)
    eves = {midsummer_eve: "midsommarafton", date(day.year, 12, 24): "julafton"}
    eves[date(day.year, 12, 31)] = "nyårsafton"
    holiday = swedish_holidays(day.year).get(day)
    if holiday is not None:
        # "Sveriges nationaldag" is a name in itself; the others are ordinary words inside a sentence.
        return holiday if holiday.startswith("Sveriges") else f"{holiday[:1].lower()}{holiday[1:]}"
    return eves.get(day, "") or {SATURDAY: "lördag", SUNDAY: "söndag"}.get(day.weekday(), "")


def is_working_day(day: date) -> bool:
    """False at weekends, on public holidays, midsommar-, jul- and nyårsafton (lagen 1930:173, 2 §)."""
    return not why_not_working(day)


def next_working_day(day: date) -> date:
    """The day itself when it is a working day, else the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def three_weeks_after(posted: date) -> date:
    """The same weekday three weeks later (lagen 1930:173, 1 §), before any shift."""
    return posted + timedelta(weeks=APPEAL_WEEKS)


def appeal_ends(posted: date) -> date:
    """Last day to appeal against what was announced on `posted` (KL 13:5), or what the party got (FL 44 §).

    Three weeks later on the same weekday (lagen 1930:173, 1 §), moved to the next working day (2 §).
    The day is inclusive: an appeal that comes in on it is in time. The shift is for statutory times only,
    not for a call's closing day.
    """
    return next_working_day(three_weeks_after(posted))
