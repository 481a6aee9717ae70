"""Rows of a formset that are added, removed and moved by buttons, with and without script."""

from collections.abc import Sequence

from django.http import QueryDict

from s3portal.common.text import read_whole


def change_rows(data: QueryDict, command: str, *, prefix: str, fields: Sequence[str], most: int) -> QueryDict:
    """The same data after a button ``lagg-till:prefix``, ``ta-bort:prefix:1`` or ``upp:prefix:1``. ``fields``
    are those of a row, and there are never more than ``most`` rows.

    A command that makes no sense changes nothing."""
    verb, _colon, rest = command.partition(":")
    name, _colon, place = rest.partition(":")
    total = read_whole(data.get(f"{prefix}-TOTAL_FORMS"), digits=3)
    if name != prefix or total is None:
        return data
    rows = [[data.get(f"{prefix}-{n}-{field}", "") for field in fields] for n in range(min(total, most))]
    number = read_whole(place, digits=3)
    at = -1 if number is None else number
    if verb == "lagg-till" and len(rows) < most:
        rows.append(["" for _field in fields])
    elif verb == "ta-bort" and 0 <= at < len(rows):
        del rows[at]
    elif verb == "upp" and 1 <= at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    else:
        return data
    return _with_rows(data, prefix, fields, rows)


def _with_rows(
    data: QueryDict, prefix: str, fields: Sequence[str], rows: Sequence[Sequence[str]]
) -> QueryDict:
    changed = data.copy()
    for key in [key for key in changed if key.startswith(f"{prefix}-") and not key.endswith("_FORMS")]:
        del changed[key]
    changed[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    for number, row in enumerate(rows):
        for field, value in zip(fields, row, strict=True):
            changed[f"{prefix}-{number}-{field}"] = value
    return changed
