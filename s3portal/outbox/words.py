"""The words of reminders: what may stand in them, and how a case's own facts are put there."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from django.utils.safestring import SafeString

from s3portal.common.errors import Refusal
from s3portal.common.text import markdown_to_plain, normalize_text, render_markdown

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]\\]+")
#: Placeholders whose names begin so hold an address that becomes a link.
LINK = "länk"


def check_placeholders(text: str, known: Collection[str], *, field: str) -> None:
    """Raises Refusal when ``text`` has a placeholder that nothing would be put in."""
    unknown = [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in known]
    if unknown:
        raise Refusal(
            f"{_listed(unknown)} går inte att använda här. Det som går är {_listed(sorted(known))}.",
            field=field,
        )


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def fill_line(text: str, values: Mapping[str, str]) -> str:
    """The subject: one line of plain text."""
    return " ".join(_PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text).split())


def fill_markdown(text: str, values: Mapping[str, str]) -> str:
    """Markdown where each value stands as the text it is: a call's name makes no link and no heading."""

    def value(match: re.Match[str]) -> str:
        said = values.get(match[1], "")
        if match[1].startswith(LINK) and _ADDRESS.fullmatch(said):
            # Within (…) or <…> the words around it make the link.
            return said if text[: match.start()].endswith(("(", "<")) else f"<{said}>"
        return _as_text(said)

    return _PLACEHOLDER.sub(value, text)


def _as_text(value: str) -> str:
    lines = (line.strip() for line in normalize_text(value).split("\n"))
    return "\n".join(_PUNCTUATION.sub(r"\\\1", line) for line in lines if line)


@lru_cache(maxsize=512)
def rendered(markdown: str) -> tuple[SafeString, str]:
    """As HTML and as plain text. Kept for a while: many get the same words."""
    return render_markdown(markdown), markdown_to_plain(markdown)
