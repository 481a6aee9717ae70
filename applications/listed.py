"""What a list, a file or a mail tells of an application: what the public may read of it (docs/adr/0015).

What is marked as secret is read in the case, where the reading is noted."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from s3portal.diary.marked import marked_among
from s3portal.diary.models import PROTECTED

if TYPE_CHECKING:
    from applications.models import Application


@dataclass(frozen=True)
class Listed:
    """``hidden``: something in the case is marked, so neither the party nor an amount is told."""

    application: "Application"
    hidden: bool

    @property
    def title(self) -> str:
        return self.application.open_title

    @property
    def party(self) -> str:
        return PROTECTED if self.hidden else str(self.application.organisation)

    @property
    def org_number(self) -> str:
        return PROTECTED if self.hidden else self.application.organisation.org_number

    def unless_hidden(self, told: int | str) -> int | str:
        """An amount, or what somebody has written about it. Nothing stays nothing."""
        return PROTECTED if self.hidden and told != "" else told


def listed_of(applications: Iterable["Application"]) -> Mapping[int, Listed]:
    """By the application's id. One query, however many they are; ``case`` is read with each."""
    rows = list(applications)
    marked = marked_among({one.case_id for one in rows if one.case_id is not None})
    return {one.pk: Listed(one, one.case_id in marked) for one in rows}


def listed_by_id(application_ids: Collection[int]) -> Mapping[int, Listed]:
    """As ``listed_of``, for what knows only the keys. Two queries."""
    from applications.models import Application
    from applications.parts import NOT_LISTED

    found = Application.objects.filter(pk__in=application_ids).select_related("case", "organisation")
    return listed_of(found.defer("case__search", *NOT_LISTED))
