"""What a search finds as files for spreadsheets: one tab of it, all its rows, in its order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.common.found import Found
from s3portal.common.spreadsheets import Cell, Sheet
from s3portal.common.swedish import format_isodate
from s3portal.home.search.hits import hits
from s3portal.home.search.queries import Kind
from s3portal.home.search.typed import Typed

#: More rows than anybody reads; the page says so when there are more.
MOST_IN_FILE: Final = 100_000
#: Rows that are fetched at a time; memory stays flat however many there are.
CHUNK: Final = 200
#: Headings, each with its width in characters, over ``Hit.cells``.
COLUMNS: Final[Mapping[Kind, Sequence[tuple[str, int]]]] = {
    Kind.CASES: (
        ("Diarienummer", 16), ("Rubrik", 40), ("Motpart", 34), ("Status", 16), ("Registrerat", 12),
        ("Handläggare", 24),
    ),
    Kind.RECORDS: (
        ("Diarienummer", 16), ("Handling", 9), ("Rubrik", 40), ("Slag", 12),
        ("Avsändare eller mottagare", 34), ("Inkommen eller upprättad", 14), ("Makulerad", 12),
    ),
    Kind.APPLICATIONS: (
        ("Diarienummer", 16), ("Rubrik", 40), ("Sökande", 34), ("Status", 16), ("Inkom", 12),
        ("Sökt belopp (kr)", 16), ("Beviljat belopp (kr)", 16), ("Från och med", 12), ("Till och med", 12),
    ),
    Kind.DECISIONS: (
        ("Diarienummer", 16), ("Rubrik", 40), ("Slag", 24), ("Status", 16), ("Beslutat", 12), ("Punkt", 8),
        ("Belopp (kr)", 14), ("Från och med", 12), ("Till och med", 12), ("Undertecknat av", 24),
        ("Handläggare", 24),
    ),
    Kind.ORGANISATIONS: (
        ("Namn", 40), ("Organisationsnummer", 20), ("Organisationsform", 24), ("Ansökningar", 12),
    ),
}  # fmt: skip


def sheet_of(kind: Kind) -> Sheet:
    headings, widths = zip(*COLUMNS[kind], strict=True)
    return Sheet(f"sok-{kind.value}-{format_isodate(timezone.localdate())}", kind.label, headings, widths)


def rows_of(kind: Kind, found: Found, user: User) -> Iterator[Sequence[Cell]]:
    """As the page tells them (``hits``), for the person who asks."""
    keys = found.keys(MOST_IN_FILE)
    for start in range(0, len(keys), CHUNK):
        for hit in hits(kind, found.load(keys[start : start + CHUNK]), Typed(), user):
            yield hit.cells
