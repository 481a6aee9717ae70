"""What answers to a search, a bounded number at a time: a word that stands in every case costs no more than
one that stands in a thousand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from s3portal.common.paging import BoundedCount

# Generic to the type checker only.
if TYPE_CHECKING:
    _Paginator = Paginator[int]
else:
    _Paginator = Paginator


#: Of what answers to several words, so many times what is shown are put in order; of more, the latest are
#: looked for.
FEW: Final = 20


@dataclass(frozen=True)
class Way:
    """One way to answer. ``together``: several words must stand in the same text."""

    condition: Q = field(default_factory=Q)
    together: bool = False


@dataclass(frozen=True)
class Found:
    """``rows`` are what else the search asks for, as they are shown; they answer to any of ``ways``.
    ``order`` ends with the key and has an index of its own."""

    rows: QuerySet[Any]
    order: tuple[str, ...]
    ways: Sequence[Way] = (Way(),)

    def keys(self, most: int) -> list[int]:
        """Of the ``most`` first that answer, in order. One query, or two.

        Each way is cut by itself before they are put together: with "or" between them PostgreSQL would go
        through all rows. What is common is read in the order's own index until there are enough, what is rare
        is taken from the index of its words; PostgreSQL knows which it is of a word, but not that two common
        words never stand together. Those it is made to look up, as long as they are few."""
        many = FEW * most
        found, counts = self._in_order([many if way.together else most for way in self.ways], most)
        if many in counts:
            found, _ = self._in_order([most if count == many else many for count in counts], most)
        return found

    def load(self, keys: Collection[int]) -> list[Any]:
        """The rows with these keys, in order. One query."""
        return list(self.rows.filter(pk__in=keys).order_by(*self.order)) if keys else []

    def _in_order(self, cuts: Sequence[int], most: int) -> tuple[list[int], list[int]]:
        """With each way cut at its own number: the first of it when that is ``most``, else any. Also how many
        each of them gave."""
        try:
            ways = [
                self._cut(way, cut, first=cut == most).query.sql_with_params()
                for way, cut in zip(self.ways, cuts, strict=True)
            ]
        except EmptyResultSet:
            # The filters are the same in every way: when one can hold nothing, none can.
            return [], []
        columns = [f"column_{place}" for place in range(len(self.order))]
        names = [f"way_{place}" for place in range(len(ways))]
        head = ", ".join(columns)
        each = ", ".join(
            f"{name} ({head}) AS MATERIALIZED ({sql})" for name, (sql, _) in zip(names, ways, strict=True)
        )
        counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in names)  # noqa: S608 - our own names
        together = " UNION ".join(f"SELECT * FROM {name}" for name in names)  # noqa: S608
        order = ", ".join(
            f"{column} DESC" if name.startswith("-") else column
            for column, name in zip(columns, self.order, strict=True)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH {each} SELECT {columns[-1]}, {counts} FROM ({together}) AS found "  # noqa: S608
                f"ORDER BY {order} LIMIT %s",
                [*(value for _, values in ways for value in values), most],
            )
            found = cursor.fetchall()
        return [row[0] for row in found], list(found[0][1:]) if found else []

    def _cut(self, way: Way, cut: int, *, first: bool) -> QuerySet[Any]:
        columns = [name.removeprefix("-") for name in self.order]
        rows = self.rows.select_related(None).filter(way.condition).values_list(*columns)
        return rows.order_by(*self.order if first else ())[:cut]


class FoundPaginator(_Paginator):
    """Pages of the keys of what is found, no further than a person would read."""

    def __init__(self, found: Found, per_page: int, most: int) -> None:
        keys = found.keys(most + 1)
        super().__init__(keys[:most], per_page)
        self.total = BoundedCount(len(keys), most)

    @cached_property
    def count(self) -> int:
        return len(self.object_list)
