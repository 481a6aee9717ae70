"""The appeal clock, tried against a table of real days and against what always holds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from decisions.clock import AppealTime, name_day, post_by

# Where each expected day comes from: the law says what is done, the Swedish calendar of the year (almanackan)
# on which day the movable holidays fall.
WEEK = "KL 13:5 och lagen 1930:173 1 §: samma veckodag tre veckor senare"
SHIFT = "lagen 1930:173 2 §"
EASTER = f"{SHIFT}; lagen 1989:253 1 § (långfredagen, påskdagen, annandag påsk)"
ASCENSION = f"{SHIFT}; lagen 1989:253 1 § (Kristi himmelsfärdsdag)"
MAY = f"{SHIFT}; lagen 1989:253 1 § (första maj)"
NATIONAL = f"{SHIFT}; lagen 1989:253 1 § (nationaldagen, från 2005 genom lagen 2004:1320)"
MIDSUMMER = f"{SHIFT} (midsommarafton); lagen 1989:253 1 § (midsommardagen)"
SAINTS = f"{SHIFT}; lagen 1989:253 1 § (alla helgons dag)"
CHRISTMAS = f"{SHIFT} (julafton); lagen 1989:253 1 § (juldagen, annandag jul)"
NEW_YEAR = f"{SHIFT} (nyårsafton); lagen 1989:253 1 § (nyårsdagen)"
EPIPHANY = f"{SHIFT}; lagen 1989:253 1 § (trettondedag jul)"
NO_EVE = "lagen 1930:173 2 § e contrario: bara midsommar-, jul- och nyårsafton flyttar tiden"


@dataclass(frozen=True)
class Row:
    posted: str
    last_day: str
    source: str


DATES = [
    # An ordinary week, every weekday a notice goes up on.
    Row("2024-02-26", "2024-03-18", WEEK),
    Row("2024-04-03", "2024-04-24", WEEK),
    Row("2024-09-05", "2024-09-26", WEEK),
    Row("2024-09-10", "2024-10-01", WEEK),
    Row("2024-09-13", "2024-10-04", WEEK),
    # At weekends.
    Row("2024-09-14", "2024-10-07", f"{SHIFT}: lördag"),
    Row("2024-09-15", "2024-10-07", f"{SHIFT}: söndag"),
    # Easter: the earliest and the latest of our time, and each day of it.
    Row("2008-02-29", "2008-03-25", f"{EASTER}; almanackan 2008: påskdagen 23 mars"),
    Row("2011-04-01", "2011-04-26", f"{EASTER}; almanackan 2011: påskdagen 24 april"),
    Row("2024-03-07", "2024-03-28", f"{NO_EVE}; almanackan 2024: skärtorsdagen 28 mars"),
    Row("2024-03-08", "2024-04-02", f"{EASTER}; almanackan 2024: långfredagen 29 mars"),
    Row("2024-03-09", "2024-04-02", f"{EASTER}; almanackan 2024: påskafton 30 mars, en lördag"),
    Row("2024-03-11", "2024-04-02", f"{EASTER}; almanackan 2024: annandag påsk 1 april"),
    Row("2025-03-28", "2025-04-22", f"{EASTER}; almanackan 2025: långfredagen 18 april"),
    Row("2026-03-13", "2026-04-07", f"{EASTER}; almanackan 2026: långfredagen 3 april"),
    Row("2038-04-02", "2038-04-27", f"{EASTER}; påskdagen 25 april 2038, den senast möjliga"),
    # The first of May, Ascension Day and the national day.
    Row("2024-04-10", "2024-05-02", f"{MAY}; almanackan 2024: en onsdag"),
    Row("2026-04-10", "2026-05-04", f"{MAY}; almanackan 2026: en fredag före en helg"),
    Row("2024-04-09", "2024-04-30", f"{NO_EVE}; valborgsmässoafton är en söckendag"),
    Row("2008-04-10", "2008-05-02", f"{MAY}; {ASCENSION}; båda den 1 maj 2008"),
    Row("2024-04-18", "2024-05-10", f"{ASCENSION}; almanackan 2024: 9 maj, fredagen är en söckendag"),
    Row("2024-04-28", "2024-05-20", f"{SHIFT}; pingstdagen är den 19 maj, annandagen en söckendag"),
    Row("2024-05-16", "2024-06-07", f"{NATIONAL}; almanackan 2024: en torsdag"),
    Row("2025-05-16", "2025-06-09", f"{NATIONAL}; almanackan 2025: en fredag"),
    # Midsummer.
    Row("2024-05-30", "2024-06-20", WEEK),
    Row("2024-05-31", "2024-06-24", f"{MIDSUMMER}; almanackan 2024: midsommarafton 21 juni"),
    Row("2024-06-01", "2024-06-24", f"{MIDSUMMER}; almanackan 2024: midsommardagen 22 juni"),
    Row("2026-05-29", "2026-06-22", f"{MIDSUMMER}; almanackan 2026: midsommarafton 19 juni"),
    Row("2020-05-29", "2020-06-22", f"{MIDSUMMER}; almanackan 2020: midsommarafton 19 juni, den tidigaste"),
    # All Saints.
    Row("2024-10-11", "2024-11-01", f"{NO_EVE}; allhelgonaafton är en söckendag"),
    Row("2024-10-12", "2024-11-04", f"{SAINTS}; almanackan 2024: 2 november"),
    # Christmas and New Year.
    Row("2024-12-02", "2024-12-23", WEEK),
    Row("2024-12-03", "2024-12-27", f"{CHRISTMAS}; julafton 2024 en tisdag"),
    Row("2020-12-03", "2020-12-28", f"{CHRISTMAS}; julafton 2020 en torsdag, annandagen en lördag"),
    Row("2021-12-03", "2021-12-27", f"{CHRISTMAS}; julafton 2021 en fredag"),
    Row("2022-12-03", "2022-12-27", f"{CHRISTMAS}; julafton 2022 en lördag, annandagen en måndag"),
    Row("2024-12-10", "2025-01-02", f"{NEW_YEAR}; nyårsafton 2024 en tisdag"),
    Row("2022-12-10", "2023-01-02", f"{NEW_YEAR}; nyårsafton 2022 en lördag"),
    Row("2021-12-10", "2022-01-03", f"{NEW_YEAR}; nyårsafton 2021 en fredag"),
    Row("2024-12-15", "2025-01-07", f"{EPIPHANY}; 5 januari 2025 en söndag, trettondagen en måndag"),
    Row("2025-12-16", "2026-01-07", f"{EPIPHANY}; almanackan 2026: en tisdag"),
    Row("2023-12-15", "2024-01-05", f"{NO_EVE}; trettondagsafton är en söckendag"),
    # Leap days, and over the days when the clocks are changed: a day is a day.
    Row("2024-02-08", "2024-02-29", f"{WEEK}; skottdagen 2024"),
    Row("2024-02-29", "2024-03-21", f"{WEEK}; från skottdagen 2024"),
    Row("2025-03-13", "2025-04-03", f"{WEEK}; sommartid från den 30 mars 2025 (förordningen 2001:127)"),
    Row("2024-10-09", "2024-10-30", f"{WEEK}; normaltid från den 27 oktober 2024 (förordningen 2001:127)"),
]


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_table_is_long_and_says_where_each_day_comes_from():
    assert len(DATES) >= 40
    assert len({row.posted for row in DATES}) == len(DATES)
    assert all(row.source for row in DATES)


@pytest.mark.parametrize("row", DATES, ids=lambda row: row.posted)
def test_the_last_day_and_the_day_it_is_final(row):
    time = AppealTime(day(row.posted))
    assert time.last_day == day(row.last_day), row.source
    assert time.final_on == day(row.last_day) + timedelta(days=1)
    assert not time.has_run_out(time.last_day), "the last day is inclusive"
    assert time.has_run_out(time.final_on)


# --- What always holds ------------------------------------------------------------------------------------
@given(st.dates(min_value=date(2005, 1, 1), max_value=date(2199, 12, 1)))
def test_what_always_holds(posted):
    time = AppealTime(posted)
    earliest = posted + timedelta(days=21)
    assert time.last_day >= earliest
    # At worst Good Friday to Easter Monday, or Christmas Eve on a Wednesday to the Sunday after.
    assert time.last_day <= earliest + timedelta(days=5)
    assert time.last_day.weekday() < 5
    assert (time.last_day.month, time.last_day.day) not in {(1, 1), (1, 6), (5, 1), (6, 6)}
    assert not (time.last_day.month == 12 and time.last_day.day in (24, 25, 26, 31))
    in_the_week_of_midsummer = time.last_day.month == 6 and 19 <= time.last_day.day <= 25
    assert not (in_the_week_of_midsummer and time.last_day.weekday() == 4)
    assert len(time.skipped) == (time.last_day - earliest).days
    # A later notice never gives an earlier end.
    assert AppealTime(posted + timedelta(days=1)).last_day >= time.last_day


@pytest.mark.parametrize(
    ("moment", "posted", "last_day"),
    [
        # 23.30 UTC is past midnight in Sweden, in summer and in winter.
        ("2024-04-03T22:30:00+00:00", "2024-04-04", "2024-04-25"),
        ("2024-12-04T23:30:00+00:00", "2024-12-05", "2024-12-27"),
        # The hour that comes twice, and the one that does not come, are of one Swedish day.
        ("2024-10-27T00:30:00+00:00", "2024-10-27", "2024-11-18"),
        ("2024-10-27T01:30:00+00:00", "2024-10-27", "2024-11-18"),
        ("2024-03-31T01:30:00+00:00", "2024-03-31", "2024-04-22"),
    ],
)
def test_the_day_is_the_swedish_one(moment, posted, last_day):
    at = datetime.fromisoformat(moment)
    assert timezone.localdate(at) == at.astimezone(ZoneInfo("Europe/Stockholm")).date() == day(posted)
    assert AppealTime(timezone.localdate(at)).last_day == day(last_day)


# --- In words ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("posted", "words"),
    [
        (
            "2024-04-03",
            (
                "Anslaget sattes upp onsdagen den 3 april 2024. Tre veckor senare är onsdagen den 24 "
                "april 2024, som är sista dag att överklaga. Beslutet får laga kraft torsdagen den 25 "
                "april 2024 om ingen överklagar."
            ),
        ),
        (
            "2024-03-08",
            (
                "Anslaget sattes upp fredagen den 8 mars 2024. Tre veckor senare är fredagen den 29 mars "
                "2024, långfredagen. Därefter följer lördag den 30 mars 2024, påskdagen den 31 mars 2024 "
                "och annandag påsk den 1 april 2024. Sista dag att överklaga är därför nästa vardag, "
                "tisdagen den 2 april 2024 (2 § lagen (1930:173) om beräkning av lagstadgad tid). "
                "Beslutet får laga kraft onsdagen den 3 april 2024 om ingen överklagar."
            ),
        ),
        (
            "2024-04-10",
            (
                "Anslaget sattes upp onsdagen den 10 april 2024. Tre veckor senare är onsdagen den 1 maj "
                "2024, första maj. Sista dag att överklaga är därför nästa vardag, torsdagen den 2 maj "
                "2024 (2 § lagen (1930:173) om beräkning av lagstadgad tid). Beslutet får laga kraft "
                "fredagen den 3 maj 2024 om ingen överklagar."
            ),
        ),
        (
            "2024-09-15",
            (
                "Anslaget sattes upp söndagen den 15 september 2024. Tre veckor senare är söndagen den 6 "
                "oktober 2024. Sista dag att överklaga är därför nästa vardag, måndagen den 7 oktober "
                "2024 (2 § lagen (1930:173) om beräkning av lagstadgad tid). Beslutet får laga kraft "
                "tisdagen den 8 oktober 2024 om ingen överklagar."
            ),
        ),
    ],
)
def test_how_it_is_counted_in_words(posted, words):
    assert AppealTime(day(posted)).explain("Anslaget sattes upp") == words


def test_the_notice_is_due_on_the_second_day():
    assert post_by(date(2024, 4, 2)) == date(2024, 4, 4)
    assert name_day(date(2024, 6, 21)) == "fredagen den 21 juni 2024"
