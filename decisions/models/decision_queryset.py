"""Which decisions one means: those a person may open, signed, published, reported, found by words."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from decisions.enums import DecisionStatus
from decisions.models.committee import Committee
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.search import swedish_query
from s3portal.diary.marked import nothing_marked
from s3portal.diary.numbers import read_number

if TYPE_CHECKING:
    from decisions.models.decision import Decision  # noqa: F401 (named in strings below)


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User) -> "DecisionQuerySet":
        """What this person of the region may open under /handlaggning/ (architecture: Roles).

        Drafts are for those who write and sign them; signed decisions for the other staff roles too."""
        if user.has_role(Role.OFFICER, Role.DELEGATE):
            return self.all()
        if user.has_role(Role.REGISTRAR, Role.ADMIN):
            return self.signed()
        return self.none()

    def with_parts(self) -> "DecisionQuerySet":
        """With all that the document, the checks and the draft page read."""
        return self.select_related(
            "case",
            "application__call__legal_basis",
            "application__organisation",
            "changes__case",
            "changes__legal_basis",
            "legal_basis",
            "clause__order__committee",
            "delegate__user",
            "delegate__clause__order",
            "delegate__delegated_by__user",
        ).prefetch_related(
            "points",
            "basis_documents",
            "extract_recipients",
            "secrecy_reviews__by",
            "threads",
            "application__financing",
            "application__eligibility",
        )

    def published(self) -> "DecisionQuerySet":
        return self.filter(publication__isnull=False)

    def under_way(self) -> "DecisionQuerySet":
        """Not signed, and no change of an earlier one; the oldest first."""
        return self.exclude(status=DecisionStatus.SIGNED).filter(changes=None).order_by("pk")

    def signed(self) -> "DecisionQuerySet":
        return self.filter(status=DecisionStatus.SIGNED)

    def unreported(self) -> "DecisionQuerySet":
        """Signed decisions that shall be reported to the nämnd and are on no meeting's list yet."""
        return self.signed().filter(reportable=True, report__isnull=True)

    def of_committee(self, committee: Committee) -> "DecisionQuerySet":
        """Those made on this nämnd's delegation; see ``Decision.belongs_to``."""
        return self.filter(
            Q(clause__order__committee=committee)
            | Q(clause__isnull=True, committee_name__iexact=committee.name)
            | Q(clause__isnull=True, committee_name="")
        )

    def search_open(self, text: str) -> "DecisionQuerySet":
        """Decisions whose Swedish text, or whose case's number typed in any way, answers to ``text``. For
        those who may not read what is secret: where something is marked, only the number answers."""
        return self._answering(text, Q(search=swedish_query(text)) & nothing_marked())

    def search_published(self, text: str) -> "DecisionQuerySet":
        """As ``search_open``, among published ones: a masked one answers to what its masked version says."""
        query = swedish_query(text)
        whole = Q(publication__masked__isnull=True) & Q(search=query)
        return self._answering(text, whole | Q(publication__masked__search=query))

    def _answering(self, text: str, words: Q) -> "DecisionQuerySet":
        number = read_number(text)
        return self.filter(words if number is None else number.condition("case__") | words)
