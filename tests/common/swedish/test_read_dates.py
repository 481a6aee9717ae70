import unicodedata
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.errors import Refusal
from s3portal.common.swedish import (
    Period,
    find_periods,
    format_day,
    format_isodate,
    format_month,
    format_period,
    format_weekday,
    parse_date,
    parse_period,
)

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
MARCH_TO_NOVEMBER = Period(date(2024, 3, 1), date(2024, 11, 30))
APRIL_TO_JUNE = Period(date(2022, 4, 1), date(2024, 6, 30))


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01",
        " 2024-03-01 ",
        "20240301",
        "1 mars 2024",
        "1 Mars 2024",
        "1 mar. 2024",
        "1 mars, 2024",
        "1:a mars 2024",
        "den 1 mars 2024",
        "den första mars 2024",
        "fredag den 1 mars 2024",
        "fredagen den 1 mars 2024",
        "1/3 2024",
        "1/3-2024",
        "01/03 2024",
    ],
)
def test_parse_date(text):
    assert parse_date(text) == date(2024, 3, 1)


def test_the_last_day_of_a_month_follows_the_calendar():
    assert parse_date("den sista februari 2024") == date(2024, 2, 29)
    assert parse_date("sista februari 2023") == date(2023, 2, 28)
    assert parse_date("trettioförsta maj 2024") == date(2024, 5, 31)


def test_letters_may_be_decomposed():
    assert parse_date(unicodedata.normalize("NFD", "måndag den första april 2024")) == date(2024, 4, 1)


UNREADABLE = "Skriv datumet som 2024-03-01 eller 1 mars 2024."
NOT_IN_CALENDAR = "Datumet finns inte i kalendern."
OUT_OF_RANGE = "Ange ett år mellan 1900 och 2199."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Ange ett datum, till exempel 2024-03-01."),
        ("  ", "Ange ett datum, till exempel 2024-03-01."),
        ("i morgon", UNREADABLE),
        ("2024-3-1", UNREADABLE),
        ("april 2022", UNREADABLE),
        ("2022-04", UNREADABLE),
        ("3/1/2024", UNREADABLE),
        ("1 mars 2024 kl. 9", UNREADABLE),
        ("\u0661 mars 2024", UNREADABLE),
        ("1 mars 20245", UNREADABLE),
        ("1 marsch 2024", UNREADABLE),
        ("1 mars", "Ange också året, till exempel 1 mars 2024."),
        ("1/3", "Ange också året, till exempel 1 mars 2024."),
        ("2024-02-30", NOT_IN_CALENDAR),
        ("30 februari 2024", NOT_IN_CALENDAR),
        ("20240300", NOT_IN_CALENDAR),
        ("2024-00-10", NOT_IN_CALENDAR),
        ("2024-13-01", NOT_IN_CALENDAR),
        ("0 mars 2024", NOT_IN_CALENDAR),
        ("0/3 2024", NOT_IN_CALENDAR),
        ("29 februari 2023", NOT_IN_CALENDAR),
        ("1899-12-31", OUT_OF_RANGE),
        ("2200-01-01", OUT_OF_RANGE),
        ("0000-01-01", OUT_OF_RANGE),
    ],
)
def test_parse_date_refuses(text, sentence):
    with pytest.raises(Refusal) as refused:
        parse_date(text)
    assert refused.value.message == sentence


@given(days)
def test_every_written_day_is_read_back(day):
    written = [
        format_isodate(day),
        format_day(day),
        f"{day:%Y%m%d}",
        f"{format_weekday(day)} den {format_day(day)}",
        f"{day.day}/{day.month} {day.year}",
    ]
    assert [parse_date(text) for text in written] == [day] * len(written)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("20220401-20240630", APRIL_TO_JUNE),
        ("april 2022 till juni 2024", APRIL_TO_JUNE),
        ("april 2022–juni 2024", APRIL_TO_JUNE),
        ("2022-04 – 2024-06", APRIL_TO_JUNE),
        ("under perioden april 2022 till juni 2024", APRIL_TO_JUNE),
        ("projekttiden 20220401-20240630.", APRIL_TO_JUNE),
        ("2024-03-01 – 2024-11-30", MARCH_TO_NOVEMBER),
        ("2024-03-01\u00a0–\u00a02024-11-30", MARCH_TO_NOVEMBER),
        ("2024-03-01-2024-11-30", MARCH_TO_NOVEMBER),
        ("2024-03-01 till 2024-11-30", MARCH_TO_NOVEMBER),
        ("den första mars till den sista november 2024", MARCH_TO_NOVEMBER),
        ("från den första mars till den sista november 2024", MARCH_TO_NOVEMBER),
        ("1 mars–30 november 2024", MARCH_TO_NOVEMBER),
        ("1 mars 2024 t.o.m. 30 november 2024", MARCH_TO_NOVEMBER),
        ("fr.o.m. 1 mars 2024 t.o.m. 30 nov. 2024", MARCH_TO_NOVEMBER),
        ("från och med 1 mars till och med 30 november 2024", MARCH_TO_NOVEMBER),
        ("mellan den 1 mars 2024 och den 30 november 2024", MARCH_TO_NOVEMBER),
        ("1/3-30/11 2024", MARCH_TO_NOVEMBER),
        ("20170514 - 20200514", Period(date(2017, 5, 14), date(2020, 5, 14))),
        ("1–15 mars 2024", Period(date(2024, 3, 1), date(2024, 3, 15))),
        ("den 1 till den 15 mars 2024", Period(date(2024, 3, 1), date(2024, 3, 15))),
        ("januari till februari 2024", Period(date(2024, 1, 1), date(2024, 2, 29))),
        ("2024-03-01 – 2024-03-01", Period(date(2024, 3, 1), date(2024, 3, 1))),
    ],
)
def test_parse_period(text, period):
    assert parse_period(text) == period


PERIOD_UNREADABLE = "Skriv perioden med start och slut, till exempel 2024-03-01 – 2024-11-30."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Ange en period, till exempel 2024-03-01 – 2024-11-30."),
        ("rubbish", PERIOD_UNREADABLE),
        ("2024-03-01", PERIOD_UNREADABLE),
        ("april 2022", PERIOD_UNREADABLE),
        ("2023–2026", PERIOD_UNREADABLE),
        ("2024-03-01 2024-11-30", PERIOD_UNREADABLE),
        ("2024-03-01 och 2024-11-30", PERIOD_UNREADABLE),
        ("Projektet 2024-03-01 – 2024-11-30", PERIOD_UNREADABLE),
        ("2024-03-01 – 2024-11-30 eller så", PERIOD_UNREADABLE),
        ("2024-01-01 – 2024-02-01 – 2024-03-01", PERIOD_UNREADABLE),
        ("2024-11-30 – 2024-03-01", "Slutdatumet ligger före startdatumet."),
        ("juni 2024 till april 2022", "Slutdatumet ligger före startdatumet."),
        ("15–1 mars 2024", "Slutdatumet ligger före startdatumet."),
        ("november till mars 2025", "Ange också vilket år perioden börjar."),
        (
            "1 mars till 30 november",
            "Ange vilket år perioden slutar, till exempel 1 mars – 30 november 2024.",
        ),
        ("2024-02-30 – 2024-03-01", NOT_IN_CALENDAR),
        ("2024-02-01 – 2024-02-30", NOT_IN_CALENDAR),
        ("1850-01-01 – 2024-01-01", OUT_OF_RANGE),
    ],
)
def test_parse_period_refuses(text, sentence):
    with pytest.raises(Refusal) as refused:
        parse_period(text)
    assert refused.value.message == sentence


@given(st.lists(days, min_size=2, max_size=2).map(sorted))
def test_every_written_period_is_read_back_and_found(ends):
    start, end = ends
    period = Period(start, end)
    for text in (
        format_period(start, end),
        f"{start:%Y%m%d}-{end:%Y%m%d}",
        f"{format_day(start)}–{format_day(end)}",
        f"från den {format_day(start)} till den {format_day(end)}",
    ):
        assert parse_period(text) == period
        assert find_periods(f"Projektet pågår {text}, i två steg.") == [period]


@given(st.lists(days, min_size=2, max_size=2).map(sorted))
def test_months_mean_all_their_days(ends):
    period = parse_period(f"{format_month(ends[0])} till {format_month(ends[1])}")
    assert period.start == ends[0].replace(day=1)
    assert (period.end.year, period.end.month) == (ends[1].year, ends[1].month)
    # The day after the last one is the first of a month.
    assert date.fromordinal(period.end.toordinal() + 1).day == 1


@pytest.mark.parametrize(
    ("name", "periods"),
    [
        ("innovationskluster", []),
        ("dialogmoten", []),
        ("run-664-2021", [APRIL_TO_JUNE, APRIL_TO_JUNE]),
        ("smice", [Period(date(2017, 5, 14), date(2020, 5, 14))]),
        ("run-138-2024", [MARCH_TO_NOVEMBER, MARCH_TO_NOVEMBER]),
    ],
)
def test_finds_the_periods_of_the_real_documents(document, name, periods):
    assert find_periods(document(name)) == periods


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        (
            "får påbörjas tidigast den 1 mars 2024 och avslutas senast den 30 november 2024",
            [MARCH_TO_NOVEMBER],
        ),
        ("tidigast 2024-03-01 och senast 2024-11-30", [MARCH_TO_NOVEMBER]),
        ("den 1 mars 2024 och den 30 november 2024", []),
        ("mandatperioden 2023–2026, punkt 8.2", []),
        ("den 15 och 16 oktober", []),
        ("2024-11-30 – 2024-03-01", []),
        ("2024-02-30 – 2024-03-01 – 2024-03-02", [Period(date(2024, 3, 1), date(2024, 3, 2))]),
        ("232100-0214, 0771-12 34 56", []),
        ("Möte 1 mars 2024. Beslut 2 maj 2024.", []),
    ],
)
def test_find_periods(text, periods):
    assert find_periods(text) == periods


PARTS = [
    "den ", "första ", "sista ", "31", "0", "2024", "-", "–", " till ", "mars ", "februari ", " ", "20240230",
    "/", "mellan ", " och ", "tidigast ", "senast ", "måndag ", "ſept", "\u0661", "2024-02-30", ".", "\n",
]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PARTS)).map("".join)))
def test_any_text_is_read_or_refused(text):
    with suppress(Refusal):
        assert parse_date(text).year >= 1900
    with suppress(Refusal):
        assert parse_period(text).start.year >= 1900
    assert all(period.start <= period.end for period in find_periods(text))
