"""How a draft has come to be: its versions, and which of them the one who signs has read.

Drafts are working material (TF 2:12): see docs/adr/0024."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import VersionKind
from decisions.models.decision import Decision
from decisions.triggers import UNSIGNED, WorkingMaterial


class DecisionVersion(models.Model):
    """The whole draft as it stood after what one person did between ``started_at`` and ``saved_at``.

    ``number`` counts from 1 within the draft and is what a person sees; ``version`` is the draft's own
    counter at the time. ``content`` is that of ``frozen.frozen``."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("nummer"))
    kind = models.CharField(_("händelse"), max_length=10, choices=VersionKind)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(_("från"), default=timezone.now)
    saved_at = models.DateTimeField(_("till"), default=timezone.now)
    version = models.PositiveIntegerField(_("utkastets version"))
    content = models.JSONField(_("innehåll"))

    class Meta:
        verbose_name = _("version av beslutsutkast")
        verbose_name_plural = _("versioner av beslutsutkast")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "number"], name="decision_version_once"),
            models.CheckConstraint(condition=Q(kind__in=VersionKind.values), name="decision_version_kind"),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(saved_at__gte=F("started_at")),
                name="decision_version_in_order",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="version_of_one_person", fields=["decision", "number", "kind", "saved_by", "started_at"]
            ),
            WorkingMaterial(name="version_frozen", parent_field="decision", editable=UNSIGNED),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @property
    def label(self) -> str:
        """As in "Version 4: skickat för underskrift"; for lists to choose from."""
        kind = str(VersionKind(self.kind).label)
        return f"Version {self.number}: {kind[:1].lower()}{kind[1:]}"


class DraftReading(models.Model):
    """The latest text that a delegate has read, and the one they had read before it: what has changed between
    the two stays told however often the page is opened. ``version`` is the draft's own counter."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(_("version"))
    read_at = models.DateTimeField(_("läst"), default=timezone.now)
    earlier_version = models.PositiveIntegerField(_("tidigare version"), null=True, blank=True)
    earlier_read_at = models.DateTimeField(_("tidigare läst"), null=True, blank=True)

    class Meta:
        verbose_name = _("läst beslutsutkast")
        verbose_name_plural = _("lästa beslutsutkast")
        constraints = [
            models.UniqueConstraint(fields=["decision", "user"], name="draft_reading_once"),
            models.CheckConstraint(
                condition=Q(earlier_version__isnull=True, earlier_read_at__isnull=True)
                | Q(
                    earlier_version__lt=F("version"),
                    earlier_read_at__isnull=False,
                    earlier_read_at__lte=F("read_at"),
                ),
                name="draft_reading_in_order",
            ),
        ]
        triggers = [WorkingMaterial(name="reading_frozen", parent_field="decision", editable=UNSIGNED)]

    def __str__(self) -> str:
        return f"{self.user}: version {self.version}"
