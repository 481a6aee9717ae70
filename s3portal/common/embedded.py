"""Files that lie inside a PDF. Data of harmless kinds may: PDF/A-3 and our own decisions carry such.

A file is judged by both its name and its content. Content alone cannot tell a script from a text, and it is
the name's ending that decides what opens the file when somebody takes it out.
"""

import json
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, Final
from xml.parsers import expat

import pikepdf

#: Bytes that all the files in one PDF may take together when unpacked.
MOST_BYTES: Final = 20 * 1024 * 1024
#: The beginning of a text that a browser or a shell would run.
_RUNS: Final = ("#!", "<!doctype", "<html", "<script", "<svg", "<hta")
_ACTING_ROOTS: Final = frozenset({"html", "svg", "script", "stylesheet", "package", "job", "component"})
_CONTROL_SIGNS: Final = frozenset(map(chr, (*range(9), 11, *range(14, 32), 127)))


class NotHarmless(Exception):
    """A file that is no data of a kind that we take, or that cannot be read."""


def require_data_files(specification: Any, *, left: int = MOST_BYTES) -> int:
    """Raises NotHarmless unless each stream of the file specification (the dictionary with /EF) is JSON, XML,
    CSV or plain text, and is called so. Returns how many bytes are left of ``left`` for other files."""
    names = [str(specification[key]) for key in ("/UF", "/F") if key in specification]
    embedded = specification["/EF"]
    if not names or not isinstance(embedded, pikepdf.Dictionary):
        raise NotHarmless
    for stream in {item.objgen: item for item in _streams(embedded)}.values():
        content = _unpacked(stream, most=left)
        left -= len(content)
        for name in names:
            _require_data(name, content)
    return left


def _streams(embedded: Any) -> list[Any]:
    found = [embedded[key] for key in embedded.keys()]  # noqa: SIM118 - a PDF's dictionary is no mapping
    if not all(isinstance(item, pikepdf.Stream) for item in found):
        raise NotHarmless
    return found


def _unpacked(stream: Any, *, most: int) -> bytes:
    """The bytes, never more than ``most`` of them: a stream may swell a thousandfold."""
    filters = stream.get("/Filter")
    raw: bytes = stream.read_raw_bytes()
    if isinstance(filters, pikepdf.Array):
        filters = filters[0] if len(filters) == 1 else (None if len(filters) == 0 else "unknown")
    if filters is None:
        content = raw
    elif str(filters) == "/FlateDecode" and "/DecodeParms" not in stream:
        try:
            content = zlib.decompressobj().decompress(raw, most + 1)
        except zlib.error as error:
            raise NotHarmless from error
    else:
        raise NotHarmless
    if len(content) > most:
        raise NotHarmless
    return content


def _require_data(name: str, content: bytes) -> None:
    ending = PurePosixPath(name.replace("\\", "/").strip().lower()).suffix
    judge = _JUDGES.get(ending)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotHarmless from error
    if judge is None or not _CONTROL_SIGNS.isdisjoint(text) or not judge(text):
        raise NotHarmless


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_xml(text: str) -> bool:
    """Well-formed, without declarations of entities, and no page, picture or script."""
    roots: list[str] = []

    def doctype(*_: Any) -> None:
        raise NotHarmless

    def start(name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if local in _ACTING_ROOTS and (not roots or local == "script"):
            raise NotHarmless
        roots.append(local)

    def instruction(target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise NotHarmless

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.ProcessingInstructionHandler = instruction
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - expat takes no keywords
    except (expat.ExpatError, NotHarmless):
        return False
    return True


def _is_text(text: str) -> bool:
    return not text.lstrip().lower().startswith(_RUNS)


_JUDGES: Final[dict[str, Callable[[str], bool]]] = {
    ".json": _is_json,
    ".xml": _is_xml,
    ".txt": _is_text,
    ".csv": _is_text,
}
