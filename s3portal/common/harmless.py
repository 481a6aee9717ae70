"""What a file of an allowed type may still hide: archives that swell, PDF that acts, images too large.

PDF is read with pikepdf: an action may lie packed in an object stream, where a search among the bytes of the
file does not see it. Nothing is run, drawn or unpacked to disk.
"""

import struct
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import pikepdf

from s3portal.common.embedded import MOST_BYTES, NotHarmless, require_data_files
from s3portal.common.errors import Refusal

SWELLS = "Filen blir orimligt stor när den packas upp och tas inte emot. Spara om den och försök igen."
ENCRYPTED = "Pdf-filen är skyddad med lösenord. Spara den utan lösenord och ladda upp den igen."
ACTS = "Pdf-filen innehåller skript eller startar program. Skriv ut den till en ny pdf och ladda upp den."
CARRIES = "Pdf-filen har andra filer inuti sig. Ladda upp dem var för sig, och pdf-filen utan dem."
BROKEN = (
    "Pdf-filen är skadad och går inte att läsa. Öppna den i ett annat program, skriv ut den till en ny pdf "
    "och ladda upp den."
)
TOO_MANY_PIXELS = "Bilden har för många bildpunkter. Spara den i mindre storlek, högst 100 miljoner punkter."

#: Bytes that the members of an Office file may take together when unpacked.
MOST_UNPACKED: Final = 300 * 1024 * 1024
#: How many times larger a member may become. Repeated cells of a sheet may well be packed a hundredfold.
MOST_RATIO: Final = 250
#: A member smaller than this when unpacked does no harm whatever its ratio.
SMALL: Final = 5 * 1024 * 1024
MOST_MEMBERS: Final = 10_000
MOST_PIXELS: Final = 100_000_000

_ACTING_KEYS: Final = frozenset({"/JS", "/JavaScript", "/RichMedia"})
_ACTING_VALUES: Final = frozenset({"/JavaScript", "/Launch", "/RichMedia"})
_START_OF_FRAME: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def require_small_archive(file: Any) -> None:
    """Raises Refusal for a zip bomb, told by its own table of contents. ``file`` is a zip archive."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > MOST_UNPACKED:
        raise Refusal(SWELLS)
    if any(one.file_size > SMALL and one.file_size > MOST_RATIO * one.compress_size for one in members):
        raise Refusal(SWELLS)


def require_still_pdf(file: Any) -> None:
    """Raises Refusal for a PDF with a password, scripts, programs to start or files inside that are no data.

    What cannot be opened is refused too: nobody could read it, and what it hides is not seen."""
    try:
        with pikepdf.open(file) as pdf:
            left = MOST_BYTES
            for item in pdf.objects:
                left = _require_still(item, left)
    except pikepdf.PasswordError as error:
        raise Refusal(ENCRYPTED) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        # The last two: names that are not UTF-8, and numbers out of range.
        raise Refusal(BROKEN) from error


def _require_still(item: Any, left: int) -> int:
    """``left``: bytes that files inside may still take. Returns what is left after this object."""
    for owner, key, value in _entries(item):
        if key == "/EF":
            try:
                left = require_data_files(owner, left=left)
            except NotHarmless as error:
                raise Refusal(CARRIES) from error
        if key in _ACTING_KEYS or (isinstance(value, pikepdf.Name) and str(value) in _ACTING_VALUES):
            raise Refusal(ACTS)
    return left


def _entries(item: Any) -> Iterator[tuple[Any, str, Any]]:
    """Every key and value written inside the object, with what they stand in; what it refers to is an object
    of its own."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Array):
            inner = [("", one) for one in current]
        elif isinstance(current, pikepdf.Dictionary | pikepdf.Stream):
            inner = [(str(key), current[key]) for key in current.keys()]  # noqa: SIM118 - iterating a stream fails
        else:
            continue
        for key, value in inner:
            yield current, key, value
            if not getattr(value, "is_indirect", True):
                waiting.append(value)


def require_sane_image(file: Any) -> None:
    """Raises Refusal for a PNG or JPEG that says it has more than ``MOST_PIXELS``."""
    width, height = _png_size(file.read(26)) or _jpeg_size(file)
    if width * height > MOST_PIXELS:
        raise Refusal(TOO_MANY_PIXELS)


def _png_size(head: bytes) -> tuple[int, int] | None:
    if not head.startswith(b"\x89PNG"):
        return None
    return struct.unpack(">II", head[16:24]) if len(head) >= 24 else (0, 0)


def _jpeg_size(file: Any) -> tuple[int, int]:
    """From the first frame; (0, 0) when there is none."""
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        length = int.from_bytes(head[2:], "big")
        if head[1] in _START_OF_FRAME:
            frame = file.read(5)
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
        if length < 2:
            break
        file.seek(length - 2, 1)
    return 0, 0
