"""Cases that were opened twice. Both stay in the diary with their numbers, which are never used again, and
with their records: one is closed with a reference to the other, from which its records are read too."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.diary.merging_triggers import MergesOnce
from s3portal.diary.secrecy_triggers import CastsShadow

if TYPE_CHECKING:
    from s3portal.diary.models import Case


class CaseMergerQuerySet(models.QuerySet["CaseMerger"]):
    def standing(self) -> "CaseMergerQuerySet":
        """Those that nobody has undone."""
        return self.filter(end__isnull=True)


class CaseMerger(models.Model):
    """That ``merged`` is the same matter as ``into``, which stays. Never changed: it is undone, and the row
    stays."""

    merged = models.ForeignKey("diary.Case", on_delete=models.PROTECT, related_name="mergers")
    into = models.ForeignKey("diary.Case", on_delete=models.PROTECT, related_name="taken_over")
    reason = models.CharField(_("skäl"), max_length=500)
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = CaseMergerQuerySet.as_manager()

    class Meta:
        verbose_name = _("sammanföring")
        verbose_name_plural = _("sammanföringar")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(merged=F("into")), name="case_merger_of_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="case_merger_says_why"),
        ]
        triggers = [
            MergesOnce(name="merges_once"),
            CastsShadow(name="merger_casts_shadow", cases=["NEW.into_id"]),
            pgtrigger.Protect(name="case_merger_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.merged} är sammanfört med {self.into}"


class CaseMergerEnd(models.Model):
    """That the two were not the same matter after all."""

    merger = models.OneToOneField(CaseMerger, on_delete=models.PROTECT, related_name="end")
    reason = models.CharField(_("skäl"), max_length=500)
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("upphävd sammanföring")
        verbose_name_plural = _("upphävda sammanföringar")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="case_merger_end_says_why")]
        triggers = [
            pgtrigger.Protect(name="case_merger_end_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            CastsShadow(
                name="merger_end_casts_shadow",
                cases=[
                    f'SELECT undone.{case} FROM "diary_casemerger" undone WHERE undone.id = NEW.merger_id'  # noqa: S608
                    for case in ("merged_id", "into_id")
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merger}: upphävt"


def merger_of(case: "Case") -> CaseMerger | None:
    """Where the case is found now, when it is merged with another."""
    return CaseMerger.objects.standing().filter(merged=case).select_related("into", "by").first()


def mergers_into(case: "Case") -> list[CaseMerger]:
    """The cases that are merged into this one, in the order in which it was done."""
    found = CaseMerger.objects.standing().filter(into=case).select_related("merged", "by")
    return list(found.order_by("at", "pk"))


def same_matter(case: "Case") -> "list[Case]":
    """The case with all that it is merged with, the one that stays first."""
    merger = merger_of(case)
    stays = case if merger is None else merger.into
    return [stays, *(one.merged for one in mergers_into(stays))]


def merged_with(case_ids: Collection[int]) -> dict[int, set[int]]:
    """By the case's id, the ids of all cases of its matter, its own among them. One query."""
    standing = CaseMerger.objects.standing()
    stay = standing.filter(merged__in=case_ids).values("into")
    found = standing.filter(Q(into__in=case_ids) | Q(into__in=stay)).values_list("merged", "into")
    stays = dict(found)
    matters: dict[int, set[int]] = {}
    for merged, into in stays.items():
        matters.setdefault(into, {into}).add(merged)
    return {pk: set(matters.get(stays.get(pk, pk), {pk})) for pk in case_ids}


def cases_of_matters(case_ids: Collection[int]) -> set[int]:
    """The ids of the cases and of all that they are merged with. One query, besides that for ``case_ids``."""
    return set().union(*merged_with(set(case_ids)).values())


def matter_of(case: str = "case") -> Coalesce:
    """For an annotation: the id of the case that stays of the matter that the row's ``case`` belongs to. Two
    rows are of the same matter when it is the same."""
    into = CaseMerger.objects.standing().filter(merged=OuterRef(case)).values("into")
    return Coalesce(Subquery(into), F(case), output_field=models.BigIntegerField())


def in_matters_of(cases: QuerySet[Any], *, field: str = "case") -> Q:
    """For a filter: rows whose ``field`` is one of ``cases`` (a query of their ids) or merged with one."""
    standing = CaseMerger.objects.standing()
    stay = standing.filter(merged__in=cases).values("into")
    beside = standing.filter(Q(into__in=cases) | Q(into__in=stay)).values("merged")
    return Q(**{f"{field}__in": cases}) | Q(**{f"{field}__in": stay}) | Q(**{f"{field}__in": beside})
