"""Pages of lists that may hold hundreds of thousands of rows: nothing is counted or skipped further than a
person would read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

# Generic to the type checker only.
if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

#: Where a list ends unless it says otherwise; who has more rows than this filters.
MOST_COUNTED: Final = 1000


@dataclass(frozen=True)
class BoundedCount:
    """How many there are, counted to ``most`` and no further."""

    number: int
    most: int = MOST_COUNTED

    @property
    def more(self) -> bool:
        return self.number > self.most

    def __str__(self) -> str:
        return f"{self.most}+" if self.more else str(self.number)


def bounded_count(rows: QuerySet[Any], most: int = MOST_COUNTED) -> BoundedCount:
    """One query that stops counting just past ``most``, however many rows there are."""
    return BoundedCount(rows.order_by().select_related(None).values("pk")[: most + 1].count(), most)


class BoundedPaginator(_Paginator):
    """Pages of the first ``most`` rows, so that no page has a deep offset."""

    def __init__(self, *args: Any, most: int = MOST_COUNTED, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    @cached_property
    def total(self) -> BoundedCount:
        return bounded_count(self.object_list, self.most)  # type: ignore[arg-type]

    @cached_property
    def count(self) -> int:
        return min(self.total.number, self.most)
