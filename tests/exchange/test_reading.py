from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM, Period
from s3portal.diary.numbers import DiaryNumber
from s3portal.exchange import reading


def sentence(read, text):
    with pytest.raises(Refusal) as caught:
        read(text)
    return caught.value.message


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (reading.line_of(20), "Två\nrader", "Två rader"),
        (reading.line_of(4), "åäö!", "åäö!"),
        (reading.prose, " Ett\r\n\r\nTvå \n", "Ett\n\nTvå"),
        (reading.prose, "Skriv till <a@example.se>.", "Skriv till <a@example.se>."),
        (reading.address, "jord-skog-och-vatten", "jord-skog-och-vatten"),
        (reading.kronor, "10 000 000", 10_000_000),
        (reading.kronor, "8 168 675 kr", 8_168_675),
        (reading.kronor, "0", 0),
        (reading.positive_kronor, "150.000", 150_000),
        (reading.percent, "50", Decimal("50")),
        (reading.percent, "52,5 %", Decimal("52.5")),
        (reading.percent, "100", Decimal("100")),
        (reading.whole_number(1, 100), "100", 100),
        (reading.yes_or_no, "ja", True),
        (reading.yes_or_no, "nej", False),
        (reading.day, "den första mars 2024", date(2024, 3, 1)),
        (reading.period, "20220401-20240630", Period(date(2022, 4, 1), date(2024, 6, 30))),
        (reading.email, "namn@example.se", "namn@example.se"),
        (reading.link, "https://example.se/möte?a=1", "https://example.se/möte?a=1"),
        (reading.diary_number, "RUN/138/2024", DiaryNumber("RUN", 138, 2024)),
    ],
)
def test_values_are_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (reading.line_of(4), "fem++", "Texten är 1 tecken för lång. Korta den till högst 4 tecken."),
        (
            reading.line_of(300),
            "a" * 301,
            "Texten är 1 tecken för lång. Korta den till högst 300 tecken.",
        ),
        (
            reading.prose,
            "Skriv tabellbeskrivning här",
            "”Skriv tabellbeskrivning här” ska inte stå kvar. En uppmaning ur mallen står kvar.",
        ),
        (reading.prose, "{{ 7*7 }}", "”{{ 7*7 }}” ska inte stå kvar. En platshållare ska ersättas."),
        (reading.kronor, "1 552 566,50", "Ange hela kronor, utan ören."),
        (reading.kronor, "-5", "Ange ett belopp som är 0 kronor eller mer."),
        (
            reading.kronor,
            "1e9",
            "Skriv beloppet i kronor med bara siffror, till exempel 150\u00a0000.",
        ),
        (
            reading.kronor,
            "1000000000000",
            "Beloppet är för stort. Ange högst 999\u00a0999\u00a0999\u00a0999\u00a0kronor.",
        ),
        (reading.positive_kronor, "0", "Ange ett belopp som är större än 0 kronor."),
        (reading.day, "2021-02-30", "Datumet finns inte i kalendern."),
        (reading.day, "16 november", "Ange också året, till exempel 1 mars 2024."),
        (reading.period, "2024-11-30 – 2024-03-01", "Slutdatumet ligger före startdatumet."),
        (reading.yes_or_no, "true", "Skriv ja eller nej."),
        (reading.choice({"a": 1, "b": 2}), "c", "Skriv något av: a, b."),
        (reading.email, "namn@", "Ange en e-postadress, till exempel namn@example.se."),
        (reading.link, "javascript:alert(1)", "Ange en fullständig adress som börjar med https://."),
        (reading.link, "www.smice.nu", "Ange en fullständig adress som börjar med https://."),
    ],
)
def test_refusals_say_what_to_do(read, text, message):
    assert sentence(read, text) == message


@pytest.mark.parametrize("text", ["0", "-1", "101", "50.123", "femtio", "1e1", "", "100,01"])
def test_what_is_no_percent(text):
    assert sentence(reading.percent, text) == "Ange en andel mellan 0 och 100, till exempel 50 eller 52,5."


@pytest.mark.parametrize("text", ["0", "101", "1.5", "٣", "-1", "9" * 30])
def test_what_is_no_whole_number(text):
    assert sentence(reading.whole_number(1, 100), text) == "Ange ett heltal mellan 1 och 100."


@pytest.mark.parametrize("text", ["Åre", "a_b", "-a", "a-", "a--b", "a b", "a/../b", "", "a" * 121])
def test_what_is_no_address(text):
    assert sentence(reading.address, text).startswith("Skriv med små bokstäver a–z")


@pytest.mark.parametrize("text", ["138/2024", "RUN/0/2024", "RUN/138", "RUN/138/2024/2", ""])
def test_what_is_no_diary_number(text):
    assert sentence(reading.diary_number, text) == "Ange diarienumret som RUN/138/2024."


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2021-11-29 23.59.59", (23, 59, 59)),
        ("2021-11-29 23:59", (23, 59, 0)),
        ("29 november 2021 kl. 8.05", (8, 5, 0)),
        ("2021-11-29T00.00.00", (0, 0, 0)),
    ],
)
def test_a_moment_is_on_swedish_clocks(text, seconds):
    moment = reading.moment(text)
    assert moment == datetime(2021, 11, 29, *seconds, tzinfo=STOCKHOLM)
    assert moment.utcoffset() == timedelta(hours=1)


def test_a_moment_in_summer():
    assert reading.moment("2020-08-18 10.00").utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    "text", ["2021-11-29", "2021-11-29 24.00", "2021-11-29 23.60", "23.59", "2021-11-29 23.59.59Z"]
)
def test_what_is_no_moment(text):
    assert sentence(reading.moment, text) == "Ange datum och klockslag, till exempel 2021-11-29 23.59.59."


@pytest.mark.parametrize("text", ["2024-03-31 02.30", "2024-10-27 02.30"])
def test_the_hour_of_summer_time_is_refused(text):
    assert sentence(reading.moment, text).startswith("Klockslaget finns inte eller finns två gånger")
