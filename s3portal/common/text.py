"""Text that people write: cleaned on the way in, rendered on the way out, compared when two have written."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

# --- In -------------------------------------------------------------------------------------------------
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters (PostgreSQL refuses NUL), lone surrogates (UTF-8 cannot hold them), and the invisible
# signs that reorder text on the screen so that it reads as something else than what is stored.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def normalize_text(text: str) -> str:
    """What every text field of ours stores: NFC, line ends as \\n, no invisible signs. Idempotent.

    What looks like markup stays as it is: escaping belongs to the output.
    """
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)))


def read_whole(text: str | None, *, digits: int = 18) -> int | None:
    """A whole number out of an address or a hidden field, where nobody is told that it was wrong; None for
    anything else, and for more ``digits`` than that. Eighteen is what a key in the database can hold."""
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > digits:
        return None
    return int(text)


# --- Out ------------------------------------------------------------------------------------------------
_SCHEMES = ("http", "https", "mailto")
# Page and section own h1 and h2; what is written inside a section starts at h3.
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}


class _Parser(MarkdownIt):
    """Knows paragraphs and what is named here, since "zero" knows nothing else."""

    def __init__(self) -> None:
        # A line break in a text box is meant as one (`breaks`).
        super().__init__("zero", {"breaks": True, "html": False})
        self.enable(["heading", "list", "emphasis", "link", "autolink", "escape", "entity", "newline"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return url.lower().startswith(("http://", "https://", "mailto:"))


_parser = _Parser()


def _tokens(markdown: str) -> list[Token]:
    tokens = _parser.parse(normalize_text(markdown))
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    return tokens


def render_markdown(markdown: str) -> SafeString:
    """Restricted Markdown as safe HTML: paragraphs, lists, emphasis, strong, links, h3 and h4.

    No HTML, images, tables or code. Links lead to http, https and mailto only. Anything else stays
    visible as the text it is.
    """
    html = _parser.renderer.render(_tokens(markdown), _parser.options, {})
    # The parser already lets nothing else through; this holds even if a later version of it does.
    return SafeString(
        nh3.clean(
            str(html),
            tags={"p", "br", "ul", "ol", "li", "em", "strong", "a", "h3", "h4"},
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes=set(_SCHEMES),
            link_rel="noopener noreferrer",
        )
    )


def markdown_to_plain(markdown: str) -> str:
    """The same text without markup, for plain mails and search: blocks apart, lists with "-" or numbers."""
    blocks: list[str] = []
    lists: list[int | None] = []
    marker = ""
    tight = first_in_list = False
    for token in _tokens(markdown):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            first_in_list = not lists
            numbered = token.type == "ordered_list_open"
            lists.append(_first_number(token) if numbered else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            number = lists[-1]
            marker = "- " if number is None else f"{number}. "
            if number is not None:
                lists[-1] = number + 1
        elif token.type in ("paragraph_open", "heading_open"):
            tight = token.hidden
        elif token.type == "inline":
            text = _plain_inline(token.children or [])
            if lists:
                indent = "  " * (len(lists) - 1)
                text = indent + marker + text.replace("\n", "\n" + indent + " " * len(marker))
                marker = " " * len(marker)
            if blocks:
                blocks.append("\n" if lists and tight and not first_in_list else "\n\n")
            blocks.append(text)
            first_in_list = False
    return "".join(blocks)


def _first_number(token: Token) -> int:
    """What an ordered list starts at; the parser says so only when it is not 1."""
    start = token.attrGet("start")
    return 1 if start is None else int(start)


def _plain_inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    link, link_start = "", 0
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "link_open":
            link, link_start = str(token.attrGet("href") or ""), len(parts)
        elif token.type == "link_close":
            address = link.removeprefix("mailto:")
            if "".join(parts[link_start:]) not in (link, address):
                parts.append(f" ({address})")
        else:
            parts.append(token.content)
    return "".join(parts)


# --- Between --------------------------------------------------------------------------------------------
class Piece(NamedTuple):
    """A stretch of text and what became of it."""

    kind: Literal["same", "removed", "added"]
    text: str


_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\s+|\w+|[^\w\s]")
# difflib takes quadratic time; past this many pairs of words a changed stretch is shown as replaced whole.
_MOST_PAIRS = 4_000_000


def diff_words(old: str, new: str) -> list[Piece]:
    """What differs between two versions, word by word, in reading order.

    The pieces that are same or removed make up `old`, those that are same or added make up `new`.
    """
    pieces: list[Piece] = []
    for old_lines, new_lines in _changes(_LINE.findall(old), _LINE.findall(new)):
        if old_lines == new_lines:
            _add(pieces, Piece("same", "".join(old_lines)))
            continue
        old_words, new_words = _WORD.findall("".join(old_lines)), _WORD.findall("".join(new_lines))
        if len(old_words) * len(new_words) > _MOST_PAIRS:
            stretches: Iterator[tuple[list[str], list[str]]] = iter([(old_words, new_words)])
        else:
            stretches = _changes(old_words, new_words)
        for before, after in stretches:
            if before == after:
                _add(pieces, Piece("same", "".join(before)))
            else:
                _add(pieces, Piece("removed", "".join(before)))
                _add(pieces, Piece("added", "".join(after)))
    return pieces


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Pairs of stretches: equal where nothing happened, else what was there and what took its place."""
    for _, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        yield old[old_from:old_to], new[new_from:new_to]


def _add(pieces: list[Piece], piece: Piece) -> None:
    if not piece.text:
        return
    if pieces and pieces[-1].kind == piece.kind:
        pieces[-1] = Piece(piece.kind, pieces[-1].text + piece.text)
    else:
        pieces.append(piece)
