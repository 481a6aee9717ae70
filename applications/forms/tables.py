"""Tables in a form: rows posted as ``prefix-index-column``, changed by the button that was pressed.

The changes are made on what was posted, before it is read: so the same road works with a button, with the
keyboard, with a block pasted from a spreadsheet, and without script.
"""

import csv
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.http import QueryDict

from applications.models.rows import ROW_KEY, new_row_key
from s3portal.common.errors import Refusal
from s3portal.common.forms import KronorField
from s3portal.common.swedish.signs import MINUS
from s3portal.common.text import normalize_text

ADD, REMOVE, UP, DOWN = "lagg_till", "ta_bort", "flytta_upp", "flytta_ner"
#: A block from a spreadsheet, the cell it starts in ("row:column"), and the button that puts it in.
BLOCK, BLOCK_AT, FILL = "klistra", "klistra_vid", "klistra_in"
#: Puts the file that was chosen in a row among the attachments, as the letter of that row.
UPLOAD_LETTER = "ladda_upp"
BUTTONS = (ADD, REMOVE, UP, DOWN, FILL, UPLOAD_LETTER)

Row = dict[str, list[str]]


class WholeNumberField(KronorField):
    """A count or a price per hour: digits, with or without spaces between the groups."""

    def __init__(self, *, wrong: str, most: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.wrong, self.most = wrong, most

    def parse(self, text: str) -> int:
        try:
            number = super().parse(text)
        except Refusal as refusal:
            raise Refusal(self.wrong) from refusal
        if number > self.most:
            raise Refusal(self.wrong)
        return number


def read_rows(data: QueryDict, prefix: str, *, most: int) -> list[Row]:
    """The posted rows, at most as many as are taken; one that is missing in between is an empty row."""
    name_of = re.compile(rf"{prefix}-([0-9]{{1,3}})-(\w+)")
    found: dict[int, Row] = {}
    for name, values in data.lists():
        if match := name_of.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = values
    return [found.get(index, {}) for index in range(min(max(found, default=-1) + 1, most))]


def row_key(keys: Sequence[str]) -> str:
    """The key of the last of the posted rows; a new one when it has none or a row above has the same."""
    known = re.fullmatch(ROW_KEY, keys[-1]) and keys[-1] not in keys[:-1]
    return keys[-1] if known else new_row_key()


def write_rows(data: QueryDict, prefix: str, rows: list[Row]) -> QueryDict:
    """A copy of ``data`` with these rows instead of those that were posted."""
    changed = data.copy()
    for name in [name for name in changed if re.fullmatch(rf"{prefix}-[0-9]{{1,3}}-\w+", name)]:
        del changed[name]
    for index, row in enumerate(rows):
        for column, values in row.items():
            changed.setlist(f"{prefix}-{index}-{column}", values)
    return changed


def change_rows(
    data: QueryDict, prefix: str, *, most: int, new: Callable[[str, list[Row]], Row | None]
) -> QueryDict:
    """What the pressed button asks for. ``new``: an empty row of a kind, None for no such kind."""
    rows = read_rows(data, prefix, most=most)
    if REMOVE in data:
        rows = [row for index, row in enumerate(rows) if index != _index(str(data[REMOVE]))]
    elif UP in data:
        rows = _swapped(rows, _index(str(data[UP])) - 1)
    elif DOWN in data:
        rows = _swapped(rows, _index(str(data[DOWN])))
    elif ADD in data and len(rows) < most and (row := new(str(data[ADD]), rows)) is not None:
        rows.append(row)
    return write_rows(data, prefix, rows)


def _index(text: str) -> int:
    """The number of a row; far outside when it is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) else 10_000


def _swapped(rows: list[Row], upper: int) -> list[Row]:
    """``rows`` with the one at ``upper`` and its follower in each other's place, if there are two."""
    if not 0 <= upper < len(rows) - 1:
        return rows
    return [*rows[:upper], rows[upper + 1], rows[upper], *rows[upper + 2 :]]


def read_block(text: str) -> list[list[str]]:
    """A block as a spreadsheet copies it: tabs between the cells, a line for each row. Empty rows and empty
    cells at the end of a row are left out; a dash alone is an empty cell."""
    try:
        read = list(csv.reader(normalize_text(text).split("\n"), delimiter="\t"))
    except csv.Error:
        # A cell of more than a hundred thousand signs: not a table.
        return []
    rows = [["" if cell.strip() in {"-", "–", MINUS} else cell.strip() for cell in row] for row in read]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    return [row for row in rows if row]
