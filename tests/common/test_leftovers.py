import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.leftovers import Leftover, find_leftovers

PROMPT = "En uppmaning ur mallen står kvar."
BLANK = "En tom plats ska fyllas i eller tas bort."
PLACEHOLDER = "En platshållare ska ersättas."
NOTE = "En arbetsanteckning står kvar."
FILLER = "Utfyllnadstext ska ersättas."
BROKEN = "En hänvisning från ordbehandlaren är trasig."


@pytest.mark.parametrize(
    ("name", "leftovers"),
    [
        ("innovationskluster", []),
        ("dialogmoten", []),
        ("run-664-2021", []),
        ("smice", [Leftover("Skriv tabellbeskrivning här", PROMPT)]),
        ("run-138-2024", []),
    ],
)
def test_the_real_documents_hold_exactly_one(document, name, leftovers):
    assert find_leftovers(document(name)) == leftovers


@pytest.mark.parametrize(
    ("text", "found", "reason"),
    [
        ("Skriv din text här.", "Skriv din text här", PROMPT),
        ("Fyll i syftet med projektet här", "Fyll i syftet med projektet här", PROMPT),
        ("Klicka här för att ange text.", "Klicka här för att ange text", PROMPT),
        ("Klicka eller tryck här för att ange text.", "Klicka eller tryck här för att ange text", PROMPT),
        ("Click or tap here to enter text.", "Click or tap here to enter text", PROMPT),
        ("Handläggare: Välj ett objekt.", "Välj ett objekt.", PROMPT),
        ("beviljas [ange belopp] i stöd", "[ange belopp]", PROMPT),
        ("beviljas […] i stöd", "[…]", BLANK),
        ("beviljas [...] i stöd", "[...]", BLANK),
        ("beviljas [ ] i stöd", "[ ]", BLANK),
        ("beviljas ( ) i stöd", "( )", BLANK),
        ("beviljas (___) i stöd", "(___)", BLANK),
        ("den ??? mars", "???", BLANK),
        ("Hej {{ namn }}!", "{{ namn }}", PLACEHOLDER),
        ("Hej {% if x %}!", "{% if x %}", PLACEHOLDER),
        ("Hej ${namn}!", "${namn}", PLACEHOLDER),
        ("Hej {förnamn}!", "{förnamn}", PLACEHOLDER),
        ("Hej <namn>!", "<namn>", PLACEHOLDER),
        ("Hej <ange namn>!", "<ange namn>", PLACEHOLDER),
        ("dnr " + "X" * 3, "X" * 3, PLACEHOLDER),
        ("den " + "X" * 4 + "-XX-XX kl.", "X" * 4 + "-XX-XX", PLACEHOLDER),
        ("beviljas X % av kostnaderna", "X %", PLACEHOLDER),
        ("dock högst Y kronor", "Y kronor", PLACEHOLDER),
        ("den XX mars 2024", "XX mars", PLACEHOLDER),
        ("senast ÅÅÅÅ-MM-DD", "ÅÅÅÅ-MM-DD", PLACEHOLDER),
        ("senast yyyy-mm-dd", "yyyy-mm-dd", PLACEHOLDER),
        ("under 202X", "202X", PLACEHOLDER),
        ("under 20XX", "20XX", PLACEHOLDER),
        ("Handläggare: N.N.", "N.N.", PLACEHOLDER),
        ("Handläggare: NN", "NN", PLACEHOLDER),
        ("Belopp: TBD", "TBD", NOTE),
        ("TO" + "DO: skäl", "TO" + "DO", NOTE),
        ("Lorem ipsum dolor sit amet", "Lorem ipsum", FILLER),
        ("se Fel! Hittar inte referenskälla.", "Fel! Hittar inte referenskälla.", BROKEN),
        ("se Error! Reference source not found.", "Error! Reference source not found.", BROKEN),
        ("se Fel! Bokmärket är inte definierat.", "Fel! Bokmärket är inte definierat.", BROKEN),
    ],
)
def test_finds(text, found, reason):
    assert find_leftovers(text) == [Leftover(found, reason)]


@pytest.mark.parametrize(
    "text",
    [
        "Klicka här för att ansluta till mötet",
        "Här beskriver vi hur projektet skriver sin historia här.",
        "Anmäl ert deltagande här: Anmälan",
        "Skriv till oss. Vi finns här.",
        "Sökande: [Skyddat]",
        "Se [ansökan](https://example.se/ansokan) och [text om kluster](https://example.se).",
        "Läs mer på <https://example.se> eller skriv till <region@example.se>.",
        "Om 5 < 7 och 9 > 8 gäller det.",
        "Stödnivå 50 % (högst 460 000 kronor)",
        "Bygger på «åpen innovasjon» och ”så här”.",
        "Kapitel XX och kung Karl XIV",
        "Generation X, Y och Z",
        "NN-nätverk",
        "Är det rätt? Ja!",
        "Mellan 2020 och 2027",
        "Anropa main() i programmet",
        "________________",
        "",
    ],
)
def test_leaves_real_text_alone(text):
    assert find_leftovers(text) == []


def test_they_come_in_reading_order_without_overlap():
    text = "[…] kronor till <namn>, {{ belopp }} kronor, [ange [] datum]"
    assert [leftover.text for leftover in find_leftovers(text)] == [
        "[…]",
        "<namn>",
        "{{ belopp }}",
        "[ange [] datum]"[:8],
    ]


@given(st.text(alphabet="[]{}<>()%$XxNÅM-D.…?_ Skrivhär\n"))
def test_never_raises_and_shows_what_stands_there(text):
    assert all(leftover.text in text for leftover in find_leftovers(text))
