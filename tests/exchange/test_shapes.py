import pytest

from s3portal.common.errors import Refusal
from s3portal.exchange.reading import kronor, line_of
from s3portal.exchange.shapes import Field, Group, Many, Reading, Value
from s3portal.exchange.tree import read_tree

PART = Group(
    (Field("namn", "name", Value(line_of(5)), required=True), Field("vikt", "weight", Value(kronor)))
)
SHAPE = Group(
    (
        Field("rubrik", "title", Value(line_of(10)), required=True),
        Field("ram", "frame", Value(kronor), default=7),
        Field("delar", "parts", Many(PART), default=()),
        Field("ord", "words", Many(Value(line_of(5))), default=()),
    )
)


def read(text):
    reading = Reading()
    item = reading.group(read_tree(text.encode()), SHAPE, "")
    return item, [str(problem) for problem in reading.problems]


def test_what_is_left_out_has_its_default():
    item, problems = read("rubrik: Hej\n")
    assert problems == []
    assert item.values == {"title": "Hej", "frame": 7, "parts": (), "words": ()}


@pytest.mark.parametrize("nothing", ["", " ~", " null", ' ""', " ''"])
def test_nothing_is_as_if_left_out(nothing):
    item, problems = read(f"rubrik: Hej\nram:{nothing}\n")
    assert problems == []
    assert item.values["frame"] == 7


def test_the_word_null_in_quotes_is_a_word():
    item, problems = read("rubrik: 'null'\n")
    assert (item.values["title"], problems) == ("null", [])


def test_lists_of_groups_and_of_values():
    item, problems = read("rubrik: Hej\ndelar:\n  - namn: A\n    vikt: 1 000\n  - {namn: B}\nord: [x, y]\n")
    assert problems == []
    assert [dict(part.values) for part in item.values["parts"]] == [
        {"name": "A", "weight": 1000},
        {"name": "B", "weight": None},
    ]
    assert item.values["words"] == ["x", "y"]


def test_every_problem_has_its_line_and_field():
    _item, problems = read(
        "rubrik: Hej på er alla\n"
        "ram: mycket\n"
        "rama: 1\n"
        "delar:\n"
        "  - namn: A\n"
        "    vikt: -1\n"
        "  - vikt: 1\n"
        "  - bara text\n"
        "  -\n"
        "ord: [x, för långt]\n"
    )
    assert problems == [
        "rad 1, rubrik: Texten är 4 tecken för lång. Korta den till högst 10 tecken.",
        "rad 2, ram: Skriv beloppet i kronor med bara siffror, till exempel 150\u00a0000.",
        "rad 3: Fältet ”rama” finns inte. Det här finns: rubrik, ram, delar, ord.",
        "rad 6, delar 1, vikt: Ange ett belopp som är 0 kronor eller mer.",
        "rad 7, delar 2: Fältet ”namn” saknas.",
        "rad 8, delar 3: Här ska det stå fält med värden: namn: värde.",
        "rad 9, delar 4: Fyll i raden eller ta bort den.",
        "rad 10, ord 2: Texten är 4 tecken för lång. Korta den till högst 5 tecken.",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rubrik: A\nrubrik: B\n", "rad 2, rubrik: Fältet står två gånger."),
        ("rubrik:\n", "rad 1, rubrik: Fyll i fältet."),
        ("ram: 1\n", "rad 1: Fältet ”rubrik” saknas."),
        ("rubrik: [a]\n", "rad 1, rubrik: Här ska det stå ett enda värde."),
        ("rubrik: a\ndelar: b\n", "rad 2, delar: Här ska det stå en lista, med ett streck före varje del."),
        ("- rubrik\n", "rad 1: Här ska det stå fält med värden: namn: värde."),
        ("rubrik: a\n? [x]\n: b\n", "rad 2: Ett fältnamn ska vara en text."),
        (
            "rubrik: a\n<<: {ram: 1}\n",
            "rad 2: Fältet ”<<” finns inte. Det här finns: rubrik, ram, delar, ord.",
        ),
    ],
)
def test_what_does_not_fit_the_shape(text, problem):
    assert read(text)[1] == [problem]


def test_a_refusal_of_a_service_finds_its_field():
    item, _problems = read("rubrik: Hej\nram: 5\n")
    assert (
        str(item.problem("utlysningar 1", Refusal("Nej.", field="frame")))
        == "rad 2, utlysningar 1, ram: Nej."
    )
    assert str(item.problem("utlysningar 1", Refusal("Nej."))) == "rad 1, utlysningar 1: Nej."
    assert (
        str(item.problem("utlysningar 1", Refusal("Nej.", field="parts")))
        == "rad 1, utlysningar 1, delar: Nej."
    )
