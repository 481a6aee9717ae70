"""What is typed in the staff's search box, and what it is taken for."""

from datetime import date

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from s3portal.common.swedish import MAX_KRONOR, Period, format_amount, format_day, format_month
from s3portal.diary.numbers import DiaryNumber
from s3portal.home.search.typed import Amounts, Typed, read_typed
from tests import factories

MONTHS = ("okt", "nov", "dec")
YEAR_2022 = Period(date(2022, 1, 1), date(2022, 12, 31))
MARCH = Period(date(2022, 3, 1), date(2022, 3, 31))
SPRING = Period(date(2022, 3, 1), date(2022, 5, 31))
RUN_664 = DiaryNumber("RUN", 664, 2021)
# None begins as a month does.
WORDS = st.text("bcdghiklnoprtuvåäö", min_size=3, max_size=12).filter(
    lambda word: not word.startswith(MONTHS)
)
DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["RUN/664/2021", "run 664-2021", "RUN664/21", "dnr RUN/664/2021", "Diarienummer: run/664/21",
     " RUN / 664 / 2021 ", "RUN-664-2021", "RUN 2021/664", "RUN 2021/00664"],
)  # fmt: skip
def test_a_diary_number_in_any_form(text):
    typed = read_typed(text)
    assert (typed.number, typed.words) == (RUN_664, "")


@pytest.mark.parametrize("text", ["664/21", "664/2021", "664-2021", "2021/664"])
def test_a_number_without_its_prefix(text):
    assert read_typed(text).number == DiaryNumber("", 664, 2021)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("232100-0214", Typed(org_number="232100-0214")),
        ("2321000214", Typed(org_number="232100-0214")),
        ("16232100-0214", Typed(org_number="232100-0214")),
        ("org.nr 232100-0214", Typed(org_number="232100-0214")),
        ("Organisationsnummer: 232100–0214", Typed(org_number="232100-0214")),
        # The check digit is wrong: it is no organisation's, and may be anything.
        ("232100-0215 kluster", Typed(words="232100-0215 kluster")),
        ("150 000 kr", Typed(amounts=Amounts(150_000, 150_000))),
        ("150\u00a0000 kronor", Typed(amounts=Amounts(150_000, 150_000))),
        ("150000", Typed(amounts=Amounts(150_000, 150_000))),
        ("1,5 mkr", Typed(amounts=Amounts(1_500_000, 1_500_000))),
        ("minst 100 000 kr", Typed(amounts=Amounts(100_000, MAX_KRONOR))),
        ("högst 100 000 kr", Typed(amounts=Amounts(0, 100_000))),
        ("100 000–200 000 kr", Typed(amounts=Amounts(100_000, 200_000))),
        ("mellan 100 000 och 200 000 kronor", Typed(amounts=Amounts(100_000, 200_000))),
        ("2022", Typed(period=YEAR_2022)),
        ("mars 2022", Typed(period=MARCH)),
        ("2022-03", Typed(period=MARCH)),
        ("2022-03-01--2022-05-31", Typed(period=SPRING)),
        ("2022-03-01 – 2022-05-31", Typed(period=SPRING)),
        ("20220301-20220531", Typed(period=SPRING)),
        ("mars till maj 2022", Typed(period=SPRING)),
        ("2022-03-01", Typed(period=Period(date(2022, 3, 1), date(2022, 3, 1)))),
        ("2021–2022", Typed(period=Period(date(2021, 1, 1), date(2022, 12, 31)))),
        ("punkt 4.2", Typed(clause="4.2")),
        ("p. 8.1", Typed(clause="8.1")),
        ("Delegationspunkt 8.1", Typed(clause="8.1")),
        ("punkt 4.2 2022", Typed(clause="4.2", period=YEAR_2022)),
        ("Peak 150 000 kr mars 2022", Typed(amounts=Amounts(150_000, 150_000), period=MARCH, words="Peak")),
        ("vindkraft mars 2022", Typed(period=MARCH, words="vindkraft")),
        ("vindkraft 2022", Typed(words="vindkraft 2022", year=2022)),
        ("vindkraft", Typed(words="vindkraft")),
        ("protokoll RUN/664/2021", Typed(number=RUN_664, words="protokoll")),
        ('"mars 2022"', Typed(words='"mars 2022"')),
        ("", Typed()),
        ("  \u200b ", Typed()),
    ],
)  # fmt: skip
def test_what_is_typed_is_taken_for(text, expected):
    assert read_typed(text) == expected


def test_what_looks_like_a_number_is_looked_for_as_words_too():
    assert read_typed("Strategi 2021-2027").number_as_words == "Strategi 2021-2027"


def test_a_year_among_words_can_be_left_out():
    assert read_typed("vindkraft 2022 Berg").words_without_year == "vindkraft Berg"


# --- Laws -------------------------------------------------------------------------------------------------
@given(st.text(max_size=120))
@example("1 " * 60)
@example("99999999999999999999 kr")
@example("0000-00")
@example("2022-13-45 – 9999-99-99")
@example("run 0/0000")
def test_no_text_is_refused(text):
    typed = read_typed(text)
    assert not (typed.words and typed.number_as_words)
    if typed.amounts is not None:
        assert 0 <= typed.amounts.low <= typed.amounts.high <= MAX_KRONOR
    if typed.period is not None:
        assert typed.period.start <= typed.period.end


@given(
    st.sampled_from(["RUN", "HSN", "Ö"]),
    st.integers(1, 99_999),
    st.integers(2000, 2099),
    st.sampled_from(["{p}/{s}/{y}", "{p} {s}-{y}", "{p}-{s}-{y}", "{p}{s}/{y}", "dnr {p}/{s}/{short:02}"]),
    st.booleans(),
)
def test_every_number_is_read_in_every_form(prefix, serial, year, form, small):
    text = form.format(p=prefix, s=serial, y=year, short=year - 2000)
    assert read_typed(text.lower() if small else text).number == DiaryNumber(prefix, serial, year)


@given(st.integers(1, 99_999))
def test_every_organisation_number_is_read_with_and_without_its_hyphen(serial):
    number = factories.make_org_number(serial)
    for text in (number, number.replace("-", ""), f"org.nr {number}", f"16{number}"):
        assert read_typed(text) == Typed(org_number=number)


@given(st.integers(1, MAX_KRONOR), st.sampled_from(["kr", "kronor", "SEK", ":-"]))
def test_every_amount_with_its_unit_is_read(kronor, unit):
    for text in (f"{format_amount(kronor)} {unit}", f"{kronor} {unit}", f"{kronor}{unit}"):
        assert read_typed(text) == Typed(amounts=Amounts(kronor, kronor))


@given(DAYS, DAYS)
def test_every_period_is_read_however_it_is_written(one, other):
    first, last = sorted((one, other))
    period = Period(first, last)
    for text in (f"{first}--{last}", f"{first} – {last}", f"{first} till {last}",
                 f"{first:%Y%m%d}-{last:%Y%m%d}", f"{format_day(first)} – {format_day(last)}"):  # fmt: skip
        assert read_typed(text) == Typed(period=period)


@given(DAYS)
def test_a_month_is_all_its_days(day):
    period = read_typed(format_month(day)).period
    assert period is not None
    assert (period.start.day, period.start <= day <= period.end) == (1, True)
    assert (period.end.month, period.end.year) == (day.month, day.year)


@given(
    st.lists(WORDS, min_size=1, max_size=4), st.integers(1000, MAX_KRONOR), DAYS, st.permutations(range(3))
)
def test_parts_are_found_in_any_order(words, kronor, day, order):
    assume(not {"kr", "till", "och", "punkt", "sek"} & set(words))
    parts = [" ".join(words), f"{kronor} kr", f"{day}"]
    typed = read_typed(" ".join(parts[place] for place in order))
    assert (typed.amounts, typed.period, typed.words) == (
        Amounts(kronor, kronor), Period(day, day), " ".join(words)
    )  # fmt: skip


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_mere_words_stay_words(words):
    text = " ".join(words)
    assume(not {"en", "ett", "tusen"} & set(words))
    assert read_typed(text) == Typed(words=text)
