"""The project bank."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from s3portal.common.search import swedish_query


class ProjectQuerySet(models.QuerySet["Project"]):
    def published(self) -> "ProjectQuerySet":
        return self.filter(published=True)

    def search(self, text: str) -> "ProjectQuerySet":
        return self.filter(search=swedish_query(text))


class Project(models.Model):
    """A project in the project bank (/projekt/). Thin for now: what the public page shows."""

    slug = models.SlugField(_("adress"), max_length=120, unique=True)
    title = models.CharField(_("namn"), max_length=200)
    subtitle = models.CharField(_("underrubrik"), max_length=300, blank=True)
    owner = models.CharField(_("projektägare"), max_length=200)
    leader = models.CharField(_("projektledare"), max_length=150, blank=True)
    partners = models.TextField(_("samarbetspartners"), blank=True)
    budget = models.BigIntegerField(_("projektbudget i kronor"), null=True, blank=True)
    starts_on = models.DateField(_("första dag"), null=True, blank=True)
    ends_on = models.DateField(_("sista dag"), null=True, blank=True)
    websites = models.JSONField(_("webbplatser"), default=list, blank=True)
    further_reading = models.TextField(_("fördjupad läsning"), blank=True)
    background = models.TextField(_("projektbakgrund"), blank=True)
    aims = models.TextField(_("syfte och mål"), blank=True)
    activities = models.TextField(_("aktiviteter"), blank=True)
    expected_results = models.TextField(_("förväntat resultat"), blank=True)
    in_english = models.TextField(_("på engelska"), blank=True)
    published = models.BooleanField(_("publicerat"), default=False)
    search: Any = models.GeneratedField(
        expression=SearchVector("title", "subtitle", "background", "aims", "activities", config="swedish"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("projekt")
        verbose_name_plural = _("projekt")
        ordering = ["-starts_on", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="project_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0), name="project_budget"
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="project_search")]

    def __str__(self) -> str:
        return self.title
