"""The fields of a part as readable text, for those who compare two versions of it."""

from datetime import date
from typing import NamedTuple

from s3portal.common.swedish import format_amount, format_isodate, format_kr


class FieldText(NamedTuple):
    """One field of a part as readable text, or one row of a table.

    A row's ``text`` is all of it, its ``cells`` are the same in pieces. Two versions of a row are compared
    cell by cell when both have it and it is of the same ``kind``: what a number means, hours or kronor, goes
    with the kind. ``name`` is what the row is called where only its place matters."""

    key: str
    label: str
    text: str
    cells: tuple["FieldText", ...] = ()
    kind: str = ""
    name: str = ""


def number_text(value: int | None) -> str:
    return "?" if value is None else format_amount(value)


def kr_text(value: int | None) -> str:
    return "" if value is None else format_kr(value)


def day_text(value: date | None) -> str:
    return "" if value is None else format_isodate(value)
