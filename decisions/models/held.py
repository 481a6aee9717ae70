"""A decision that the registrar keeps off a meeting's list for now."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.models.committee import CommitteeMeeting
from decisions.models.decision import Decision


class HeldBackQuerySet(models.QuerySet["HeldBack"]):
    def holding(self) -> "HeldBackQuerySet":
        """Until the meeting has begun or is called off, or the decision was put on a list by hand."""
        return self.filter(
            released_at__isnull=True,
            meeting__starts_at__gt=timezone.now(),
            meeting__cancelled_at__isnull=True,
        )


class HeldBack(models.Model):
    """Kept off the list to ``meeting`` for a reason. When that meeting has begun it goes to the next list by
    itself, as one that was missed."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="holds")
    meeting = models.ForeignKey(CommitteeMeeting, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("varför det hålls tillbaka"), max_length=300)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField(_("hölls tillbaka"), default=timezone.now)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    released_at = models.DateTimeField(_("släpptes"), null=True, blank=True)

    objects = HeldBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("tillbakahållet beslut")
        verbose_name_plural = _("tillbakahållna beslut")
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(released_at__isnull=True), name="held_back_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="held_back_says_why"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="held_back_released_by_someone",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="held_back_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="held_back_as_said", fields=["decision", "meeting", "reason", "held_by", "held_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision}: {self.reason}"
