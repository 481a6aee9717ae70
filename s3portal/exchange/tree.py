"""YAML as a tree of texts that remember their lines.

Only the plain part of the language is let in: mappings, lists and texts. No tags (``!!python/…``), no
aliases (which can make a small file enormous), no repeated keys, and nothing is guessed: 2021-11-29, 08.00
and no stay the texts they are, and are read by the portal's own parsers.
"""

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import AliasEvent

MAX_BYTES = 2_000_000
MAX_DEPTH = 12


@dataclass(frozen=True)
class Problem:
    """Something wrong in the file: ``line`` counts from 1, ``field`` is where in the format, or empty."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"rad {self.line}, {self.field}" if self.field else f"rad {self.line}"
        return f"{where}: {self.message}"


class BadFile(Exception):
    """The file cannot be taken in. ``problems`` are all that were found, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(map(str, self.problems)))


class _Composer(yaml.BaseLoader):
    """PyYAML's parser, which builds the tree of nodes and stops there: no Python object is ever made."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise BadFile(
                [Problem(line, "", f"Hänvisningar (*{event.anchor}) får inte användas. Skriv ut texten.")]
            )
        if event.tag is not None:
            raise BadFile([Problem(line, "", f"Typmärken ({event.tag}) får inte användas. Ta bort märket.")])
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadFile([Problem(line, "", f"Filen har fler än {MAX_DEPTH} nivåer. Kontrollera indraget.")])
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def read_tree(content: bytes) -> yaml.Node | None:
    """The file's tree; None when it holds nothing. Raises BadFile."""
    if len(content) > MAX_BYTES:
        raise BadFile([Problem(1, "", f"Filen är större än {MAX_BYTES // 1_000_000} MB. Dela upp den.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile([Problem(line, "", "Filen är inte sparad som UTF-8.")]) from error
    try:
        node: yaml.Node | None = _Composer(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BadFile(
            [
                Problem(
                    line,
                    "",
                    f"Raden går inte att läsa som YAML ({error.problem}). Kontrollera indrag och kolon.",
                )
            ]
        ) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise BadFile([Problem(line, "", "Filen innehåller ett otillåtet styrtecken.")]) from error
    return node
