import time

import pytest
import yaml

from s3portal.exchange.tree import MAX_BYTES, BadFile, Problem, read_tree


def problems(content):
    with pytest.raises(BadFile) as caught:
        read_tree(content.encode() if isinstance(content, str) else content)
    return [str(problem) for problem in caught.value.problems]


def test_values_stay_the_texts_they_are():
    node = read_tree(b"dag: 2021-11-29\nnej: no\ntal: 0x1F\nklocka: 12:30:45\ntomt:\nhex: 1_000\n")
    assert {key.value: value.value for key, value in node.value} == {
        "dag": "2021-11-29",
        "nej": "no",
        "tal": "0x1F",
        "klocka": "12:30:45",
        "tomt": "",
        "hex": "1_000",
    }


def test_a_byte_order_mark_is_not_part_of_the_first_key():
    node = read_tree("\ufeffå: 1\n".encode())
    assert node.value[0][0].value == "å"


@pytest.mark.parametrize("content", [b"", b"# bara en kommentar\n", b"---\n"])
def test_an_empty_file_holds_nothing(content):
    node = read_tree(content)
    assert node is None or node.value == ""


@pytest.mark.parametrize(
    ("content", "line", "tag"),
    [
        (
            "a: 1\nb: !!python/object/apply:os.system ['true']\n",
            2,
            "tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("a: !!python/name:os.system\n", 1, "tag:yaml.org,2002:python/name:os.system"),
        ("- !!int 5\n", 1, "tag:yaml.org,2002:int"),
        ("a: !own x\n", 1, "!own"),
        ("a:\n  !!set {x}\n", 2, "tag:yaml.org,2002:set"),
        ("a: ! x\n", 1, "!"),
    ],
)
def test_tags_are_refused(content, line, tag):
    assert problems(content) == [f"rad {line}: Typmärken ({tag}) får inte användas. Ta bort märket."]


def test_an_alias_bomb_is_refused_before_it_grows():
    levels = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    began = time.monotonic()
    assert problems("\n".join(levels)) == ["rad 2: Hänvisningar (*a0) får inte användas. Skriv ut texten."]
    assert time.monotonic() - began < 2


def test_a_tree_that_holds_itself_is_refused():
    assert problems("a: &a [*a]\n") == ["rad 1: Hänvisningar (*a) får inte användas. Skriv ut texten."]


def test_a_million_lines_are_refused_at_once():
    began = time.monotonic()
    assert problems(b"a\n" * 1_000_001) == ["rad 1: Filen är större än 2 MB. Dela upp den."]
    assert time.monotonic() - began < 1
    assert MAX_BYTES == 2_000_000


@pytest.mark.parametrize("content", ["[" * 100_000, "a: " + "{b: " * 5_000, "- " * 50_000])
def test_a_bottomless_file_is_refused(content):
    (problem,) = problems(content)
    assert "nivåer" in problem or "går inte att läsa som YAML" in problem


@pytest.mark.parametrize(
    ("content", "start"),
    [
        ("a: 1\nb: [1, 2\n", "rad 3: Raden går inte att läsa som YAML ("),
        ("a: b: c\n", "rad 1: Raden går inte att läsa som YAML ("),
        ("a: 1\n\tb: 2\n", "rad 2: Raden går inte att läsa som YAML ("),
        ("a: 1\n---\nb: 2\n", "rad 2: Raden går inte att läsa som YAML ("),
        ('a: "öppen\n', "rad 2: Raden går inte att läsa som YAML ("),
        ("%YAML 3.0\n---\na: 1\n", "rad 1: Raden går inte att läsa som YAML ("),
    ],
)
def test_broken_yaml_names_its_line(content, start):
    (problem,) = problems(content)
    assert problem.startswith(start)


def test_what_is_not_utf8_names_its_line():
    assert problems("a: 1\nå: ö\n".encode("latin-1")) == ["rad 2: Filen är inte sparad som UTF-8."]


def test_control_characters_name_their_line():
    assert problems("a: 1\nb: \x00\n") == ["rad 2: Filen innehåller ett otillåtet styrtecken."]


def test_problems_come_in_the_order_of_the_file():
    bad = BadFile([Problem(7, "ram", "Sju."), Problem(2, "", "Två.")])
    assert str(bad) == "rad 2: Två.\nrad 7, ram: Sju."


def test_the_tree_is_of_plain_nodes_only():
    assert isinstance(read_tree(b"a: [1, {b: c}]"), yaml.MappingNode)
