"""The metadata of a package, as XML after arkivpaket-1.xsd, which lies beside this file and in each package.

Written one case at a time, so that a year with many thousand cases needs no more memory than one with few."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import XMLGenerator

from s3portal.archive.models import ArchiveStamp
from s3portal.archive.pdfa import ArchiveForm
from s3portal.common.swedish import format_isodate, in_stockholm
from s3portal.diary.merging import CaseMerger
from s3portal.diary.models import Case, CaseStep, Record, RecordFile, SecrecyMark

NAMESPACE: Final = "urn:s3-portalen:arkivpaket:1"
SCHEMA_PATH: Final = Path(__file__).with_name("arkivpaket-1.xsd")
# What XML 1.0 has no way to hold.
_IMPOSSIBLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Attributes = Mapping[str, object]


@dataclass(frozen=True)
class Placed:
    """A file and where it lies in the package; ``place`` is empty and ``form`` None for one whose bytes are
    gone. ``copy``: where its copy in PDF/A lies."""

    file: RecordFile | ArchiveStamp
    place: str = ""
    form: ArchiveForm | None = None
    copy: str = ""
    copy_sha256: str = ""


class Metadata:
    """Open, give each case, close. ``target`` stays open."""

    def __init__(self, target: IO[bytes], *, creator: str, org_number: str, what: str, at: datetime) -> None:
        self._xml = XMLGenerator(target, encoding="UTF-8", short_empty_elements=True)
        self.cases = self.records = self.files = self.as_they_came = 0
        self._xml.startDocument()
        self._open("Arkivpaket", {"xmlns": NAMESPACE, "version": "1"})
        self._open("Uttag", {"skapat": _moment(at), "omfattning": what})
        self._leaf("Arkivbildare", creator, {"organisationsnummer": org_number})
        self._leaf("System", "S3-portalen")
        self._shut("Uttag")

    def case(
        self,
        case: Case,
        *,
        steps: Sequence[CaseStep],
        marks: Sequence[SecrecyMark],
        mergers: Sequence[CaseMerger],
        records: Sequence[tuple[Record, Sequence[Placed]]],
    ) -> None:
        """``records``: each with its files."""
        self.cases += 1
        self._open("Arende", {"diarienummer": str(case)})
        self._leaf("Arendemening", case.title)
        if case.counterpart:
            self._leaf("Motpart", case.counterpart)
        self._leaf("Oppnat", format_isodate(case.opened_on))
        self._leaf("Status", str(case.get_status_display()))
        if case.officer is not None:
            self._leaf("Handlaggare", str(case.officer))
        for merger in mergers:
            other = merger.into if merger.merged_id == case.pk else merger.merged
            role = "fortsatter_i" if merger.merged_id == case.pk else "innefattar"
            self._leaf("Sammanfort", str(other), {"roll": role, "datum": _day(merger.at)})
        self._marks([mark for mark in marks if mark.record_id is None])
        for step in steps:
            self._leaf(
                "Handelse",
                step.reason,
                {"slag": str(step.get_kind_display()), "tidpunkt": _moment(step.at), "av": str(step.by)},
            )
        for record, files in records:
            self._record(record, files, [mark for mark in marks if mark.record_id == record.pk])
        self._shut("Arende")

    def close(self) -> None:
        summed = {"arenden": self.cases, "handlingar": self.records, "filer": self.files}
        self._leaf("Summering", "", {**summed, "utan_arkivformat": self.as_they_came})
        self._shut("Arkivpaket")
        self._xml.endDocument()

    def _record(
        self,
        record: Record,
        files: Sequence[Placed],
        marks: Sequence[SecrecyMark],
    ) -> None:
        self.records += 1
        self._open("Handling", {"lopnummer": record.number, "slag": str(record.get_direction_display())})
        self._leaf("Rubrik", record.title)
        if record.counterpart:
            self._leaf("Motpart", record.counterpart)
        self._leaf("Datum", _moment(record.dated_at))
        by_hand = {"av": str(record.registered_by)} if record.registered_by is not None else {}
        self._leaf("Registrerad", _moment(record.registered_at), by_hand)
        if record.cancelled is not None:
            self._leaf(
                "Makulerad",
                record.cancelled.reason,
                {"tidpunkt": _moment(record.cancelled.at), "av": str(record.cancelled.by)},
            )
        if record.disposed is not None:
            self._leaf("Gallrad", record.disposed.source, {"datum": _day(record.disposed.at)})
        self._marks(marks)
        for placed in files:
            self._file(placed)
        self._shut("Handling")

    def _file(self, placed: Placed) -> None:
        file = placed.file
        self.files += bool(placed.place)
        self.as_they_came += placed.form == ArchiveForm.AS_IT_CAME
        told: dict[str, object] = {"typ": file.content_type, "storlek": file.size, "sha256": file.sha256}
        if placed.form is None:
            told["borttagen"] = "gallrad" if file.is_disposed else "skadlig kod"
        else:
            told |= {"plats": placed.place, "arkivformat": placed.form}
        if placed.copy:
            told |= {"kopia": placed.copy, "kopia_sha256": placed.copy_sha256}
        self._leaf("Fil", file.filename, told)

    def _marks(self, marks: Sequence[SecrecyMark]) -> None:
        """What is marked, by which provision, not the secret words themselves."""
        for mark in marks:
            until = {"tom": format_isodate(mark.until)} if mark.until else {}
            what = mark.file.filename if mark.file is not None else mark.field_label
            self._leaf(
                "Sekretess",
                mark.reason,
                {
                    "avser": f"{mark.get_part_display()}{f': {what}' if what else ''}",
                    "bestammelse": mark.by_provision,
                    "markt": _day(mark.marked_at),
                    **until,
                },
            )

    # --- Writing ------------------------------------------------------------------------------------------
    def _open(self, name: str, attributes: Attributes | None = None) -> None:
        given = {key: _possible(str(value)) for key, value in (attributes or {}).items()}
        self._xml.startElement(name, given)  # type: ignore[arg-type]

    def _shut(self, name: str) -> None:
        self._xml.endElement(name)
        self._xml.ignorableWhitespace("\n")

    def _leaf(self, name: str, text: str, attributes: Attributes | None = None) -> None:
        self._open(name, attributes)
        self._xml.characters(_possible(text))
        self._shut(name)


def _possible(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)


def _moment(at: datetime) -> str:
    return in_stockholm(at).isoformat(timespec="seconds")


def _day(at: datetime) -> str:
    return format_isodate(in_stockholm(at).date())
