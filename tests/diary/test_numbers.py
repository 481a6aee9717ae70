import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3portal.diary.models import Case
from s3portal.diary.numbers import DiaryNumber, read_number
from tests import factories


@pytest.mark.parametrize(
    "typed",
    [
        "RUN/664/2021",
        "run 664-2021",
        "run-664-2021",
        "RUN 664/2021",
        "RUN664/2021",
        "run/664/21",
        " Run / 664 / 2021 ",
        "RUN–664–2021",
        "Dnr RUN/664/2021",
        "dnr: run 664-21",
        "diarienummer RUN/664/2021",
        "RUN/0664/2021",
        "RUN 664 2021",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed):
    assert read_number(typed) == DiaryNumber("RUN", 664, 2021)


@pytest.mark.parametrize("typed", ["664/2021", "664-21", "dnr 664/2021", "664 2021"])
def test_a_number_without_its_prefix_is_any_prefix(typed):
    assert read_number(typed) == DiaryNumber("", 664, 2021)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "RUN",
        "664",
        "RUN/664",
        "RUN/664/2021/3",
        "RUN/664/202",
        "RUN/664/9999",
        "projekt 2021–2027 i länet",
        "RUN/12345678901/2021",
        "1/2/3",
        "RUN/-1/2021",
        "RUN/٦٦٤/2021",
        "ETTALLTFÖRLÅNGT/1/2021",
    ],
)
def test_other_text_is_not_a_number(typed):
    assert read_number(typed) is None


@given(
    st.sampled_from(["RUN", "RS", "ÅÄÖ"]),
    st.integers(1, 999_999_999),
    st.integers(2000, 2099),
    st.sampled_from("/- –"),
)
def test_every_number_is_read_back(prefix, serial, year, sign):
    meant = DiaryNumber(prefix, serial, year)
    assert read_number(f"{prefix}{sign}{serial}{sign}{year}") == meant
    assert read_number(f"{prefix.lower()}/{serial}/{year % 100:02d}") == meant


@pytest.mark.django_db
def test_the_diary_finds_a_case_by_number_or_by_words():
    case = factories.make_case(title="Samordning av kluster 2021/2027")
    other = factories.make_case(prefix="RS", title="Resor")
    short = f"{case.serial}/{case.year}"
    assert set(Case.objects.search(str(case))) == {case}
    assert set(Case.objects.search(short)) == {case, other}, "RS has the same serial in its own series"
    # What may be a number may as well be two years in a title.
    assert set(Case.objects.search("2021/2027")) == {case}
    assert set(Case.objects.search("samordningen kluster")) == {case}
    assert set(Case.objects.search("fiske")) == set()
