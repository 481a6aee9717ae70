"""The officers' work list as files for spreadsheets: what is filtered, in its order, all of it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone

from applications.inbox_columns import Column, text_of
from applications.listed import listed_of
from applications.models import Application
from s3portal.common.spreadsheets import Cell, Sheet
from s3portal.common.swedish import format_isodate

#: Rows that are fetched at a time, with their areas; memory stays flat however long the list is.
CHUNK = 200
#: What the columns are written from. The texts of the call and the matter would be read for each row.
_READ = (
    "title", "status", "submitted_at", "applied_amount", "total_cost", "starts_on", "ends_on",
    "organisation__name", "organisation__org_number", "call__title",
    "case__prefix", "case__serial", "case__year", "case__counterpart",
    "case__title_protected", "case__counterpart_protected", "case__hidden_words",
    "case__officer__full_name", "case__officer__email",
)  # fmt: skip
_FIRST = ("Diarienummer", "Rubrik", "Sökande", "Organisationsnummer")


def sheet_of(columns: Sequence[Column]) -> Sheet:
    today = format_isodate(timezone.localdate())
    headings = [*_FIRST, *(column.label for column in columns)]
    widths = [16, 40, 34, 16, *(14 if column.is_number else 24 for column in columns)]
    return Sheet(f"ansokningar-{today}", "Ansökningar", headings, widths)


def rows_of(applications: QuerySet[Application], columns: Sequence[Column]) -> Iterator[tuple[Cell, ...]]:
    """As the list on the page tells them (``listed``)."""
    rows = applications.only(*_READ).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        for listed in listed_of(chunk).values():
            yield (
                str(listed.application.case),
                listed.title,
                listed.party,
                listed.org_number,
                *(text_of(column, listed) for column in columns),
            )
