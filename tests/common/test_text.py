import unicodedata
from itertools import pairwise

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from s3portal.common.text import (
    Piece,
    diff_words,
    markdown_to_plain,
    normalize_text,
    read_whole,
    render_markdown,
)


# --- read_whole -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("042", 42), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), (None, None),
        ("-1", None), ("1.0", None), (" 1", None), ("١", None), ("²", None), ("x", None),
    ],
)  # fmt: skip
def test_a_whole_number_out_of_an_address(text, number):
    assert read_whole(text) == number


def test_no_more_digits_than_asked_for():
    assert (read_whole("999", digits=3), read_whole("1000", digits=3)) == (999, None)


# --- normalize_text -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("rad\r\nrad\rrad\vrad\u2028rad", "rad\nrad\nrad\nrad\nrad"),
        ("a\x00b\x07c\x7fd\x9fe", "abcde"),
        ("tab\tstår kvar", "tab\tstår kvar"),
        (unicodedata.normalize("NFD", "Åre Östersund"), "Åre Östersund"),
        ("\ufeffhej\u200b", "hej"),
        ("a\u202egfedcb\u2069", "agfedcb"),
        ("halv \ud800 bokstav", "halv  bokstav"),
        ("150\u00a0000 kr", "150\u00a0000 kr"),
        ("<script>alert(1)</script> {{ 7*7 }}", "<script>alert(1)</script> {{ 7*7 }}"),
        ("🏔 Åreskutan", "🏔 Åreskutan"),
        ("", ""),
    ],
)
def test_normalize_text(text, clean):
    assert normalize_text(text) == clean


anything = st.text(alphabet=st.characters(exclude_categories=()))


@given(anything)
def test_normalized_text_can_be_stored_and_stays_as_it_is(text):
    clean = normalize_text(text)
    assert normalize_text(clean) == clean
    assert "\x00" not in clean
    assert "\r" not in clean
    assert clean.encode("utf-8").decode("utf-8") == clean


# --- render_markdown ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("", ""),
        ("Hej *du* och **ni**.", "<p>Hej <em>du</em> och <strong>ni</strong>.</p>\n"),
        ("En rad\noch en till", "<p>En rad<br>\noch en till</p>\n"),
        ("Ett\n\nTvå", "<p>Ett</p>\n<p>Två</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("# Syfte", "<h3>Syfte</h3>\n"),
        ("### Syfte", "<h3>Syfte</h3>\n"),
        ("##### Syfte", "<h4>Syfte</h4>\n"),
        (
            "[regionen](https://regionjh.se)",
            '<p><a href="https://regionjh.se" rel="noopener noreferrer">regionen</a></p>\n',
        ),
        (
            "<region@regionjh.se>",
            '<p><a href="mailto:region@regionjh.se" rel="noopener noreferrer">region@regionjh.se</a></p>\n',
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](JaVaScRiPt:alert(1))", "<p>[x](JaVaScRiPt:alert(1))</p>\n"),
        ("[x](data:text/html,x)", "<p>[x](data:text/html,x)</p>\n"),
        ("[x](/admin/)", "<p>[x](/admin/)</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("{{ 7*7 }}", "<p>{{ 7*7 }}</p>\n"),
        ("| a | b |\n|---|---|", "<p>| a | b |<br>\n|---|---|</p>\n"),
        ("`kod`", "<p>`kod`</p>\n"),
        ("> citat", "<p>&gt; citat</p>\n"),
        ("\\*inte kursivt\\*", "<p>*inte kursivt*</p>\n"),
        ("Skog & vatten", "<p>Skog &amp; vatten</p>\n"),
        ("150\u00a0000 kr", "<p>150&nbsp;000 kr</p>\n"),
    ],
)
def test_render_markdown(markdown, html):
    rendered = render_markdown(markdown)
    assert rendered == html
    assert isinstance(rendered, SafeString)


def test_an_image_is_only_a_link():
    assert "<img" not in render_markdown("![bild](https://example.se/x.png)")


MARKS = [
    "<script>", "</p>", "<a href='javascript:x'>", "[a](", "javascript:", "https://a.se", ")", "**", "*", "_",
    "- ", "1. ", "# ", "\n", "\n\n", "    ", "&lt;", "&#106;", "\\", "`", "![", "<https://a.se\"onclick=x>",
    "\x00",
]  # fmt: skip


@given(st.one_of(anything, st.lists(st.sampled_from(MARKS)).map("".join)))
def test_nothing_but_the_allowed_elements_comes_out(markdown):
    tree = lxml_html.fragment_fromstring(f"<div>{render_markdown(markdown)}</div>")
    for element in tree.iterdescendants():
        assert element.tag in {"p", "br", "ul", "ol", "li", "em", "strong", "a", "h3", "h4"}
        assert set(element.attrib) <= {"href", "rel", "start"}
        assert element.get("href", "https://").startswith(("http://", "https://", "mailto:"))
    assert isinstance(markdown_to_plain(markdown), str)


# --- markdown_to_plain ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("", ""),
        ("Hej *du* och **ni**.", "Hej du och ni."),
        ("Ett\n\nTvå\nTre", "Ett\n\nTvå\nTre"),
        ("### Syfte\n\nText", "Syfte\n\nText"),
        (
            "Målet är att:\n\n1. stärka\n2. adressera\n\nSlut",
            "Målet är att:\n\n1. stärka\n2. adressera\n\nSlut",
        ),
        ("3. tre\n4. fyra", "3. tre\n4. fyra"),
        ("- a\n  - under\n- b", "- a\n  - under\n- b"),
        ("- a\n\n  mer om a\n- b", "- a\n\n  mer om a\n\n- b"),
        ("- a\nfortsatt", "- a\n  fortsatt"),
        ("[regionen](https://regionjh.se)", "regionen (https://regionjh.se)"),
        ("[regionjh.se](https://regionjh.se)", "regionjh.se (https://regionjh.se)"),
        ("<https://regionjh.se>", "https://regionjh.se"),
        ("[skriv](mailto:a@example.se)", "skriv (a@example.se)"),
        ("<a@example.se>", "a@example.se"),
        ("Skog &amp; vatten <b>", "Skog & vatten <b>"),
    ],
)
def test_markdown_to_plain(markdown, plain):
    assert markdown_to_plain(markdown) == plain


# --- diff_words -----------------------------------------------------------------------------------------
def test_diff_words_shows_the_words_that_differ():
    assert diff_words("Stöd med 150 000 kronor.\nSlut.", "Stöd med 460 000 kronor.\nSlut.") == [
        Piece("same", "Stöd med "),
        Piece("removed", "150"),
        Piece("added", "460"),
        Piece("same", " 000 kronor.\nSlut."),
    ]


def test_diff_words_at_the_edges():
    assert diff_words("", "") == []
    assert diff_words("lika", "lika") == [("same", "lika")]
    assert diff_words("", "ny") == [("added", "ny")]
    assert diff_words("gammal", "") == [("removed", "gammal")]


def test_diff_words_of_very_long_lines_is_coarse_but_quick():
    old = " ".join(f"ord{number}" for number in range(3_000))
    assert diff_words(old, old + " nytt") == [("removed", old), ("added", old + " nytt")]


texts = st.lists(st.sampled_from(["ett ", "två ", "tre", "\n", ", ", "fyra.\n"])).map("".join)


@given(st.one_of(st.tuples(texts, texts), st.tuples(st.text(), st.text())))
def test_both_versions_can_be_put_together_from_the_pieces(versions):
    old, new = versions
    pieces = diff_words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert all(piece.text for piece in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))
