"""The list of those who have registered, as files for spreadsheets."""

import csv
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from xlsxwriter import Workbook

from calls.models import Meeting, Participation
from calls.queries.officer_meetings import participant_rows, where_words
from s3portal.common.swedish import format_isodate

HEADINGS = ("Namn", "Organisation", "E-post", "Deltar", "Önskemål om mat", "Deltog", "Anmäld")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (28, 32, 32, 30, 36, 8, 12)
_ATTENDED = {True: "Ja", False: "Nej", None: ""}


def _rows(meeting: Meeting) -> Iterator[tuple[str, ...]]:
    for participation in participant_rows(meeting=meeting).iterator(chunk_size=500):
        yield _row(participation)


def _row(participation: Participation) -> tuple[str, ...]:
    registration = participation.registration
    return (
        registration.name,
        registration.organisation,
        registration.email,
        where_words(participation),
        registration.meal_wishes,
        _ATTENDED[participation.attended],
        format_isodate(timezone.localdate(registration.created_at)),
    )


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula when it opens a CSV file: an apostrophe first, as OWASP
    advises (CSV injection). In an XLSX file the cells say themselves that they are text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


class _Echo:
    """A file that hands back what is written to it, so that rows go out as they are made."""

    def write(self, text: str) -> str:
        return text


def _csv_lines(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    # Semicolons and a byte order mark are what a Swedish Excel opens without asking.
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(HEADINGS)
    for row in rows:
        yield writer.writerow([defused(cell) for cell in row])


def _filename(meeting: Meeting, ending: str) -> str:
    return f"anmalda-{meeting.pk}-{format_isodate(timezone.localdate(meeting.starts_at))}.{ending}"


def csv_response(meeting: Meeting) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_csv_lines(_rows(meeting)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_filename(meeting, "csv")}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def xlsx_response(meeting: Meeting) -> FileResponse:
    # FileResponse closes it, and with that it is gone.
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115
    write_xlsx(file, _rows(meeting))
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=_filename(meeting, "xlsx"), content_type=XLSX)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def write_xlsx(file: IO[bytes], rows: Iterable[tuple[str, ...]]) -> None:
    """One sheet, with the headings kept in sight. Every cell is written as text, whatever it looks like;
    one row is in memory at a time."""
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Anmälda")
        bold = book.add_format({"bold": True})
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
