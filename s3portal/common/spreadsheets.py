"""Lists as files for spreadsheets, written a row at a time however long they are."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from django.http import FileResponse, StreamingHttpResponse
from xlsxwriter import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int


@dataclass(frozen=True)
class Sheet:
    """What a list is called as a file (without its ending) and as a sheet; ``widths`` in characters."""

    filename: str
    title: str
    headings: Sequence[str]
    widths: Sequence[int]


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula when it opens a CSV file: an apostrophe first, as OWASP
    advises (CSV injection). In an XLSX file the cells say themselves that they are text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


class _Echo:
    """A file that hands back what is written to it, so that rows go out as they are made."""

    def write(self, text: str) -> str:
        return text


def csv_lines(sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    # Semicolons and a byte order mark are what a Swedish Excel opens without asking.
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(sheet.headings)
    for row in rows:
        yield writer.writerow([cell if isinstance(cell, int) else defused(cell) for cell in row])


def csv_response(sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(csv_lines(sheet, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{sheet.filename}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def xlsx_response(sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> FileResponse:
    # FileResponse closes it, and with that it is gone.
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115
    write_xlsx(file, sheet, rows)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{sheet.filename}.xlsx", content_type=XLSX)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def write_xlsx(file: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> None:
    """One sheet, with the headings kept in sight. Text is written as text, whatever it looks like; one row
    is in memory at a time."""
    with Workbook(file, {"constant_memory": True}) as book:
        page = book.add_worksheet(sheet.title)
        bold, kronor = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
        for column, width in enumerate(sheet.widths):
            page.set_column(column, column, width)
        page.freeze_panes(1, 0)
        for column, heading in enumerate(sheet.headings):
            page.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    page.write_number(number, column, cell, kronor)
                else:
                    page.write_string(number, column, cell)
