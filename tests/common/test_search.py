import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from s3portal.diary.models import Case
from tests import factories


@pytest.fixture
def titles(db):
    """Cases by their titles; ``found(text)`` gives the titles that answer."""
    for title in (
        "Deltagande i projekt: Designdrivna Innovationskluster",
        "Ansökan om stöd från klustret Fjällens mat",
        "Medel till leder och stugor i EU:s fjällområde 2021/2027",
    ):
        factories.make_case(title=title)


def found(text):
    return {case.title.split()[0] for case in Case.objects.search(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("projekt", {"Deltagande"}),
        ("projektet", {"Deltagande"}),
        ("projektens", {"Deltagande"}),
        ("PROJEKTEN", {"Deltagande"}),
        ("innovationsklustret", {"Deltagande"}),
        ("innovationsklustren", {"Deltagande"}),
        ("innovation", {"Deltagande"}),
        ("designdriven innovation", {"Deltagande"}),
        ("kluster", {"Ansökan"}),
        ("klustrens", {"Ansökan"}),
        ("ansökningar", {"Ansökan"}),
        ("ansökan", {"Ansökan"}),
        ("fjäll", {"Ansökan", "Medel"}),
        ("fjäll -mat", {"Medel"}),
        ('fjäll -"leder och stugor"', {"Ansökan"}),
        ('"leder och stugor"', {"Medel"}),
        ('"stugor och leder"', set()),
        ("EU", {"Medel"}),
        ("och", set()),
        ("2021/2027", {"Medel"}),
        ("leder/stugor", {"Medel"}),
        ("fjäll -2021/2027", {"Ansökan"}),
        ("kluster fiske", set()),
        ("", set()),
        ('""', set()),
        ("-", set()),
        ("& | ! ( ) :* <-> '", set()),
    ],
)
def test_words_are_found_in_their_forms(titles, text, expected):
    assert found(text) == expected


@given(st.text(max_size=60))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example("'\"\\")
@example("a'b:*")
@example("\x00")
@example("²:* ª")
@example("-" * 60)
def test_no_text_breaks_the_search(titles, text):
    assert found(text) <= {"Deltagande", "Ansökan", "Medel"}


def test_a_very_long_question_is_cut(titles):
    assert found("projekt " * 5000) == {"Deltagande"}
