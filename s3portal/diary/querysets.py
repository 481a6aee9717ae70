"""Which cases and records one means: those that answer to a text, stand, or were registered by the portal."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from s3portal.common.search import swedish_query
from s3portal.diary.numbers import read_number

if TYPE_CHECKING:
    from s3portal.diary.models import Case, Record  # noqa: F401 (named in strings below)


def case_words(text: str, path: str = "") -> Q:
    """That the Swedish text of a case answers to ``text``, but not to what is protected in it; ``path`` leads
    to the case: ``case_words("leder", "case__")``."""
    named = {f"{path}counterpart_protected": True, f"{path}title__icontains": models.F(f"{path}counterpart")}
    return Q((f"{path}search", swedish_query(text))) & ~Q(**named)


class CaseQuerySet(models.QuerySet["Case"]):
    def search(self, text: str) -> "CaseQuerySet":
        """Cases whose number or Swedish text answers to ``text``. What is protected does not answer
        (OSL 5:2 st. 2): the search vector leaves it out, and a title that names it is found by number."""
        number = read_number(text)
        if number is None:
            return self.filter(case_words(text))
        # "Strategi 2021-2027" has the form of a number too.
        return self.filter(number.condition() | case_words(text))


class RecordQuerySet(models.QuerySet["Record"]):
    def standing(self) -> "RecordQuerySet":
        """Those that are not cancelled."""
        return self.filter(cancellation__isnull=True)

    def with_marked_title(self) -> "RecordQuerySet":
        """Those whose own title is hidden by a mark that stands."""
        hides = Q(secrecy_marks__part__in=("record", "record_title"), secrecy_marks__lift__isnull=True)
        return self.filter(hides).distinct()

    def by_the_portal(self) -> "RecordQuerySet":
        return self.filter(registered_by__isnull=True)
