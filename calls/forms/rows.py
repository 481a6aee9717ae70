"""Rows that are added and removed by buttons, with and without script."""

from collections.abc import Sequence

from django.http import QueryDict


def change_rows(data: QueryDict, command: str, *, prefix: str, fields: Sequence[str], most: int) -> QueryDict:
    """The same data after a button ``lagg-till:prefix`` or ``ta-bort:prefix:1``.

    A command that makes no sense changes nothing."""
    verb, _colon, rest = command.partition(":")
    name, _colon, place = rest.partition(":")
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    if name != prefix or not _is_number(total):
        return data
    rows = [[data.get(f"{prefix}-{n}-{field}", "") for field in fields] for n in range(min(int(total), most))]
    if verb == "lagg-till" and len(rows) < most:
        rows.append(["" for _field in fields])
    elif verb == "ta-bort" and _is_number(place) and int(place) < len(rows):
        del rows[int(place)]
    else:
        return data
    changed = data.copy()
    for key in [key for key in changed if key.startswith(f"{prefix}-") and not key.endswith("_FORMS")]:
        del changed[key]
    changed[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    for number, row in enumerate(rows):
        for field, value in zip(fields, row, strict=True):
            changed[f"{prefix}-{number}-{field}"] = value
    return changed


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4
