"""Two versions of a table put together: row by row, and cell by cell in the rows that both have."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar

from applications.parts.comparing import ORDER

T = TypeVar("T")
TakingCells = Callable[[T, T, Collection[str]], T]


def take_table(
    mine: Mapping[str, T], theirs: Mapping[str, T], keys: Collection[str], taking_cells: TakingCells[T]
) -> tuple[T, ...]:
    """My rows by their field keys, but the rows and cells named in ``keys`` as they stand in theirs, and in
    their order when that is named. A row that only one has comes after the same row as it does there."""
    rows = dict(_rows(mine, theirs, keys, taking_cells))
    first, then = (theirs, mine) if ORDER in keys else (mine, theirs)
    order = [key for key in first if key in rows]
    for place, key in enumerate(then):
        if key in rows and key not in order:
            above = [one for one in list(then)[:place] if one in order]
            order.insert(order.index(above[-1]) + 1 if above else 0, key)
    return tuple(rows[key] for key in order)


def _rows(
    mine: Mapping[str, T], theirs: Mapping[str, T], keys: Collection[str], taking_cells: TakingCells[T]
) -> Iterator[tuple[str, T]]:
    for key in {**mine, **theirs}:
        if key in keys:
            if key in theirs:
                yield key, theirs[key]
        elif key in mine:
            names = {name.removeprefix(f"{key}-") for name in keys if name.startswith(f"{key}-")}
            yield key, taking_cells(mine[key], theirs[key], names) if names else mine[key]
