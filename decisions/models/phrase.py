"""The registrar's standard phrases, and every wording that each of them has had."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import DecisionKind, PhraseSection, Relation


class StandardPhraseQuerySet(models.QuerySet["StandardPhrase"]):
    def current(self) -> "StandardPhraseQuerySet":
        return self.filter(retired_at=None)

    def for_kind(self, kind: str, relation: str) -> "StandardPhraseQuerySet":
        """For decisions of the kind that do so with an earlier one; "" for those that have none."""
        return self.filter(kind=kind, relation__in=["", relation])


class StandardPhrase(models.Model):
    """A phrase for one section of one kind of decision. What it says is its newest version.

    ``in_drafts``: new drafts begin with it, in the order of ``place``; with ``only_under`` only those on one
    of these legal bases (``is_under``). ``relation`` tells apart what amends from what revokes, which are one
    kind. ``revision`` counts every change, so that two who change it meet."""

    kind = models.CharField(_("slag av beslut"), max_length=20, choices=DecisionKind)
    section = models.CharField(_("del av beslutet"), max_length=10, choices=PhraseSection)
    name = models.CharField(_("namn"), max_length=80)
    in_drafts = models.BooleanField(_("skrivs i nya utkast"), default=False)
    only_under = models.CharField(_("bara under rättslig grund"), max_length=300, blank=True)
    relation = models.CharField(_("bara i beslut som"), max_length=10, choices=Relation, blank=True)
    place = models.PositiveSmallIntegerField(_("plats"), default=1)
    revision = models.PositiveIntegerField(_("ändring"), default=1)
    retired_at = models.DateTimeField(_("tagen ur bruk"), null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StandardPhraseQuerySet.as_manager()

    class Meta:
        verbose_name = _("standardfras")
        verbose_name_plural = _("standardfraser")
        ordering = ["kind", "section", "place", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="phrase_kind_known"),
            models.CheckConstraint(
                condition=Q(section__in=PhraseSection.values), name="phrase_section_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="phrase_named"),
            models.CheckConstraint(
                condition=Q(relation="")
                | Q(kind=DecisionKind.AMENDMENT, relation__in=[Relation.AMENDS, Relation.REVOKES]),
                name="phrase_amends_or_revokes",
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="phrase_retired_by_someone",
            ),
            models.CheckConstraint(
                # Reasons are given for each decision (FL 32 §); a phrase may help, not stand in for them.
                condition=~Q(section=PhraseSection.REASONS, in_drafts=True),
                name="phrase_reasons_are_written",
            ),
            models.UniqueConstraint(fields=["kind", "section", "name"], name="phrase_name_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="phrase_stays", operation=pgtrigger.Delete),
            # Its history would tell of another thing.
            pgtrigger.ReadOnly(name="phrase_for_one_section", fields=["kind", "section"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_current(self) -> bool:
        return self.retired_at is None

    @property
    def codes(self) -> list[str]:
        """Those of the legal bases that it is only for; none when it is for all."""
        return self.only_under.split()

    def is_under(self, code: str) -> bool:
        """Whether it is for decisions on the basis with this code, "" without one. What came with the portal
        has only the numbers of the ordinance, which a region's own code ends with."""
        return not self.only_under or any(code == one or code.endswith(f"-{one}") for one in self.codes)


class StandardPhraseVersion(models.Model):
    """One wording, from ``valid_since`` until the next. Never changed and never deleted: it tells what new
    drafts were made from. ``made_by`` is empty for those that came with the portal."""

    phrase = models.ForeignKey(StandardPhrase, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("nummer"))
    text = models.TextField(_("text"))
    valid_since = models.DateTimeField(_("gäller sedan"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("lydelse av standardfras")
        verbose_name_plural = _("lydelser av standardfraser")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["phrase", "number"], name="phrase_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1) & ~Q(text=""), name="phrase_version_whole"),
        ]
        triggers = [
            pgtrigger.Protect(name="phrase_version_stands", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.phrase}, lydelse {self.number}"
