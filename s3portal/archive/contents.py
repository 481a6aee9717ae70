"""What a package holds, written case by case."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from s3portal.archive.bag import Bag, safe_name
from s3portal.archive.metadata import SCHEMA_PATH, Metadata, Placed
from s3portal.archive.models import ArchivePackage, ArchiveStamp
from s3portal.archive.pdfa import ArchiveForm, is_lasting, pdfa_copy
from s3portal.common.files import read_frozen
from s3portal.common.quarantine import read_states
from s3portal.common.receiving import free_name
from s3portal.common.swedish import format_isodate, in_stockholm
from s3portal.diary.merging import CaseMerger
from s3portal.diary.models import Case, CaseStep, Record, RecordFile, SecrecyMark

#: So many cases are read at a time.
BATCH: Final = 50


def cases_of(package: ArchivePackage) -> QuerySet[Case]:
    """The cases in it, by number: closed ones, open ones and cancelled ones."""
    if package.case_id is not None:
        return Case.objects.filter(pk=package.case_id)
    return Case.objects.filter(prefix=package.prefix, year=package.year or 0).order_by("serial")


def write_package(package: ArchivePackage, target: IO[bytes], *, told: Callable[[int], None]) -> int:
    """The ZIP file. ``told``: called with the number of cases that are done, after each case and each file,
    so that whoever listens knows that the work goes on however large one case is. Returns how many files are
    in it only as they came, in no form that an archive can keep.

    Raises FileHeld while a file waits for its scan, AlteredFile for one whose bytes are not the same and
    ConverterAway when there should be copies in PDF/A and cannot be: a package that is not whole is none."""
    now = in_stockholm(timezone.now())
    with Bag(target, name=package.name, at=now) as bag, TemporaryFile() as described:
        metadata = Metadata(
            described,
            creator=settings.REGION["name"],
            org_number=settings.REGION["org_number"],
            what=package.what,
            at=now,
        )
        numbers = iter(list(cases_of(package).values_list("pk", flat=True)))
        while batch := list(islice(numbers, BATCH)):
            for case in _read(batch):
                _add_case(bag, metadata, case, told)
                told(metadata.cases)
        metadata.close()
        described.seek(0)
        bag.add_stream("arkivpaket.xml", described)
        bag.add(SCHEMA_PATH.name, SCHEMA_PATH.read_bytes())
        bag.finish(
            {
                "Source-Organization": settings.REGION["name"],
                "Organization-Address": settings.REGION["address"],
                "Contact-Email": settings.REGION["email"],
                "External-Description": f"Diariet, {package.what}: {metadata.cases} ärenden, "
                f"{metadata.records} handlingar, {metadata.files} filer",
                "External-Identifier": package.name,
                "Bagging-Date": format_isodate(now.date()),
            }
        )
    return metadata.as_they_came


def _read(numbers: Sequence[int]) -> list[Case]:
    """The cases with all that is told of them, in as many queries however many there are."""
    records = Record.objects.order_by("number").select_related(
        "registered_by", "cancellation__by", "disposal"
    )
    stamps = Prefetch("stamps", queryset=ArchiveStamp.objects.order_by("number"))
    files = Prefetch("files", queryset=RecordFile.objects.order_by("pk").prefetch_related(stamps))
    standing = SecrecyMark.objects.standing().select_related("file").order_by("marked_at", "pk")
    cases = Case.objects.filter(pk__in=numbers).select_related("officer").defer("search")
    found: list[Case] = list(
        cases.order_by("year", "prefix", "serial").prefetch_related(
            Prefetch("records", queryset=records.prefetch_related(files)),
            Prefetch("steps", queryset=CaseStep.objects.select_related("by").order_by("at", "pk")),
            Prefetch("secrecy_marks", queryset=standing, to_attr="standing_marks"),
            Prefetch("mergers", queryset=_mergers(), to_attr="standing_mergers"),
            Prefetch("taken_over", queryset=_mergers(), to_attr="standing_taken_over"),
        )
    )
    read_states(file for case in found for record in case.records.all() for file in record.files.all())
    return found


def _mergers() -> QuerySet[CaseMerger]:
    return CaseMerger.objects.standing().select_related("merged", "into").order_by("at", "pk")


def _add_case(bag: Bag, metadata: Metadata, case: Case, told: Callable[[int], None]) -> None:
    def added(record: Record) -> Iterator[Placed]:
        for one in _add_files(bag, case, record):
            told(metadata.cases)
            yield one

    metadata.case(
        case,
        steps=list(case.steps.all()),
        marks=case.standing_marks,  # type: ignore[attr-defined]  # Prefetched by _read.
        mergers=[*case.standing_mergers, *case.standing_taken_over],  # type: ignore[attr-defined]
        records=[(record, list(added(record))) for record in case.records.all()],
    )


def _add_files(bag: Bag, case: Case, record: Record) -> Iterator[Placed]:
    """Each file of the record; after it the same with its newest archive time stamp, which holds the earlier
    ones."""
    taken: set[str] = set()
    for file in record.files.all():
        if file.is_infected or file.is_disposed:
            yield Placed(file)
            continue
        stamps: list[ArchiveStamp] = list(file.stamps.all())
        kept: list[RecordFile | ArchiveStamp] = [file, *stamps[-1:]]
        for one in kept:
            yield _add_file(bag, f"{case.slug}/{record.number:04d}", one, taken)


def _add_file(bag: Bag, folder: str, file: RecordFile | ArchiveStamp, taken: set[str]) -> Placed:
    """The file, and beside it its copy in PDF/A when it needs one and can have one."""
    content = read_frozen(file.storage_name, sha256=file.sha256)
    name = _add(bag, folder, file.filename, content, taken)
    if is_lasting(content, file.content_type):
        return Placed(file, name, ArchiveForm.LASTING)
    copy = pdfa_copy(content, file.content_type, file.filename)
    if copy is None:
        return Placed(file, name, ArchiveForm.AS_IT_CAME)
    beside = _add(bag, folder, f"{file.filename}.pdf", copy, taken)
    return Placed(file, name, ArchiveForm.COPIED, copy=beside, copy_sha256=hashlib.sha256(copy).hexdigest())


def _add(bag: Bag, folder: str, filename: str, content: bytes, taken: set[str]) -> str:
    """Returns where it lies in the package."""
    name = free_name(safe_name(filename), taken)
    taken.add(name)
    bag.add(f"{folder}/{name}", content)
    return f"data/{folder}/{name}"
