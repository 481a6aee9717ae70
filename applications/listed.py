"""What a list, a file or a mail tells of an application: what the public may read of it (docs/adr/0015).

What is marked as secret is read in the case, where the reading is noted."""

from collections.abc import Iterable, Mapping
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


def listed_of(applications: Iterable["Application"]) -> Mapping[int, Listed]:
    """By the application's id. One query, however many they are; ``case`` is read with each."""
    rows = list(applications)
    marked = marked_among({one.case_id for one in rows if one.case_id is not None})
    return {one.pk: Listed(one, one.case_id in marked) for one in rows}
