"""Leftovers of a template: what somebody should have replaced before the text reached the public.

The region's own pages show why: a project page has stood for years with "Skriv tabellbeskrivning här".
The patterns are kept narrow, since a false alarm stops a decision from being signed.
"""

import re
from dataclasses import dataclass

from s3portal.common.swedish.dates import MONTHS


@dataclass(frozen=True)
class Leftover:
    """`text` as it stands, and a Swedish sentence that says what it looks like."""

    text: str
    reason: str


_PROMPT = "En uppmaning ur mallen står kvar."
_BLANK = "En tom plats ska fyllas i eller tas bort."
_PLACEHOLDER = "En platshållare ska ersättas."
_NOTE = "En arbetsanteckning står kvar."
_FILLER = "Utfyllnadstext ska ersättas."
_BROKEN = "En hänvisning från ordbehandlaren är trasig."

_UNITS = rf"(?:kronor|kr|mkr|miljoner|procent|%|{'|'.join(MONTHS)})"
# "Skriv tabellbeskrivning här": an order that ends in "här", at the end of its sentence.
_WRITE_HERE = (
    r"\b(?:Skriv|Ange|Fyll i|Infoga|Klistra in|Lägg till|Beskriv)\b(?:[ \t]+[^\s.!?]+){0,6}?[ \t]+här\b"
    r"(?=\s*(?:[.:!…)\]]|$|\n))"
)
_CLICK_HERE = (
    r"(?i:\bklicka (?:eller tryck )?här för att (?:ange|skriva|lägga till|infoga|redigera)\b"
    r"[^\n.]{0,40})"
)
# Not followed by "(": that would be the text of a Markdown link.
_IN_BRACKETS = (
    r"(?i:\[(?:ange|skriv|fyll i|infoga|välj|namn|belopp|datum|titel|text|rubrik|diarienummer)\b"
    r"[^\]\n]{0,60}\])(?!\()"
)
# What a standard phrase names and the case does not tell.
_MISSING = r"\[[^\[\]\n]{1,80} saknas\](?!\()"
_NOTHING = r"[ \t]*(?:…|\.{2,}|_+)?[ \t]*"
# What people and templates leave in a text that is to be replaced: each pattern with what it is called.
_PATTERNS = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (_WRITE_HERE, _PROMPT),
        (_CLICK_HERE, _PROMPT),
        (r"(?i:\bclick (?:or tap )?here to (?:enter|add)\b[^\n.]{0,40})", _PROMPT),
        (r"(?i:\bvälj ett (?:objekt|alternativ|datum)\.)", _PROMPT),
        (_MISSING, _BLANK),
        (_IN_BRACKETS, _PROMPT),
        (rf"\[{_NOTHING}\]|(?<!\w)\({_NOTHING}\)", _BLANK),
        (r"\?{3,}", _BLANK),
        (r"\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}|\$?\{[^\W\d_][\w .-]{0,40}\}", _PLACEHOLDER),
        # Letters, spaces and hyphens only, so that <https://…> and <namn@example.se> pass.
        (r"<[^\W\d_](?:[\w -]{0,40}[\w])?>", _PLACEHOLDER),
        (r"\b(?:X{3,}|x{3,})(?:-[Xx]{2,})*\b", _PLACEHOLDER),
        (rf"\b(?:[XYZ]{{1,2}}|xx)[ \u00a0]{_UNITS}(?!\w)", _PLACEHOLDER),
        (r"\b(?i:[åy]{4}-mm-dd|[åy]{4}mmdd|[åy]{2}mmdd|dd/mm[ /][åy]{4})\b", _PLACEHOLDER),
        (r"\b(?:19|20)(?:XX|[0-9]X)\b", _PLACEHOLDER),
        (r"\bN\.[ ]?N\.(?!\w)|\bNN\b(?=\s*(?:[,.;:)]|$|\n))", _PLACEHOLDER),
        (r"\b(?:TBD|TO[- ]?DO|FIX[- ]?ME)\b", _NOTE),
        # The filler itself is what is looked for: none of ours.
        (r"(?i:\blorem ipsum\b)", _FILLER),
        (r"(?i:\bfel! hittar inte referenskälla\.?|\berror! reference source not found\.?)", _BROKEN),
        (r"(?i:\bfel! bokmärket är inte definierat\.?)", _BROKEN),
    )
)


def find_leftovers(text: str) -> list[Leftover]:
    """Leftovers in reading order. Where two patterns meet, the one that starts first. Never raises."""
    found = sorted(
        (match.start(), -match.end(), reason)
        for pattern, reason in _PATTERNS
        for match in pattern.finditer(text)
    )
    leftovers: list[Leftover] = []
    covered = 0
    for start, negative_end, reason in found:
        end = -negative_end
        if start < covered:
            continue
        covered = end
        leftovers.append(Leftover(text[start:end].strip(), reason))
    return leftovers
