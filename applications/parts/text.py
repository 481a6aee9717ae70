"""The fields of a part as readable text, for those who compare two versions of it."""

from datetime import date
from typing import NamedTuple

from s3portal.common.swedish import format_amount, format_isodate, format_kr


class FieldText(NamedTuple):
    """One field of a part as readable text."""

    key: str
    label: str
    text: str


def number_text(value: int | None) -> str:
    return "?" if value is None else format_amount(value)


def kr_text(value: int | None) -> str:
    return "" if value is None else format_kr(value)


def day_text(value: date | None) -> str:
    return "" if value is None else format_isodate(value)
