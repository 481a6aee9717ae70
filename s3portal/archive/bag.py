"""BagIt, version 1.0 (RFC 8493), written straight into a ZIP file: nothing but one file at a time is held in
memory. `sha256sum -c manifest-sha256.txt` in the unpacked folder checks every document, and any BagIt program
the whole."""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Final, Self

_PIECE: Final = 1 << 20


class Bag:
    """``name``: the folder that all lies in. To be used with ``with``: add files, then finish; nothing can be
    added after that."""

    def __init__(self, target: IO[bytes], *, name: str, at: datetime) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._name = name
        # ZIP has no time zones; the local one is what people expect.
        self._date = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        self._payload: dict[str, str] = {}
        self._octets = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_what: object) -> None:
        """Lets go of the file, whole or not."""
        self._zip.close()

    def add(self, path: str, content: bytes) -> None:
        """A file under data/. ``path`` has / between its folders and no line break (`safe_name`)."""
        self._payload[f"data/{path}"] = self._write(f"data/{path}", iter([content]))
        self._octets += len(content)

    def add_stream(self, path: str, source: IO[bytes]) -> None:
        """The same, from an open file, a piece at a time."""
        counted = _Counted(source)
        self._payload[f"data/{path}"] = self._write(f"data/{path}", counted.pieces())
        self._octets += counted.octets

    def finish(self, info: Mapping[str, str]) -> None:
        """Write the manifests and ``info`` about the bag."""
        own = {
            "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": _lines({**info, "Payload-Oxum": f"{self._octets}.{len(self._payload)}"}),
            "manifest-sha256.txt": _manifest(self._payload),
        }
        sums = {path: self._write(path, iter([text.encode()])) for path, text in own.items()}
        self._write("tagmanifest-sha256.txt", iter([_manifest(sums).encode()]))

    def _write(self, path: str, pieces: Iterator[bytes]) -> str:
        """Returns the SHA-256 of what was written."""
        digest = hashlib.sha256()
        entry = zipfile.ZipInfo(f"{self._name}/{path}", self._date)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(entry, "w", force_zip64=True) as target:
            for piece in pieces:
                digest.update(piece)
                target.write(piece)
        return digest.hexdigest()


class _Counted:
    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.octets = source, 0

    def pieces(self) -> Iterator[bytes]:
        while piece := self.source.read(_PIECE):
            self.octets += len(piece)
            yield piece


def _manifest(sums: Mapping[str, str]) -> str:
    """Two spaces between, as sha256sum writes and reads."""
    return "".join(f"{digest}  {path}\n" for path, digest in sums.items())


def _lines(info: Mapping[str, str]) -> str:
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in info.items())


def safe_name(filename: str) -> str:
    """The name without what could lead out of its folder, break a line of a manifest, or be escaped in it
    (RFC 8493, 2.1.3: percent signs and line breaks)."""
    kept = "".join("_" if sign in '/\\%:*?"<>|' or not sign.isprintable() else sign for sign in filename)
    return kept.strip(" .") or "fil"
