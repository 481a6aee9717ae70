"""What is known of stored files beyond the rows that name them."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ScanStatus(models.TextChoices):
    WAITING = "waiting", _("Genomsöks efter virus")
    CLEAN = "clean", _("Genomsökt")
    INFECTED = "infected", _("Innehöll skadlig kod")
    DISPOSED = "disposed", _("Gallrad")


class HeldFile(models.Model):
    """A stored file in quarantine, and what the scanner said of it; or one that is disposed of.

    It goes by the file's name in the private storage, which several rows may share: a draft, its copies and
    the record it became. A file without a row was scanned as it came, or no scanner was configured.
    ``tries`` counts those without a verdict; ``fault`` is what went wrong the last time."""

    name = models.CharField(_("namn i lagret"), max_length=300, unique=True)
    status = models.CharField(_("läge"), max_length=10, choices=ScanStatus, default=ScanStatus.WAITING)
    held_at = models.DateTimeField(_("i karantän"), default=timezone.now)
    tries = models.PositiveIntegerField(_("försök utan svar"), default=0)
    tried_at = models.DateTimeField(_("senaste försök"), null=True, blank=True)
    fault = models.CharField(_("vad som gick fel"), max_length=300, blank=True)
    checked_at = models.DateTimeField(_("genomsökt"), null=True, blank=True)
    emptied_at = models.DateTimeField(_("innehållet borttaget"), null=True, blank=True)

    class Meta:
        verbose_name = _("fil i karantän")
        verbose_name_plural = _("filer i karantän")
        constraints = [
            models.CheckConstraint(
                condition=Q(status=ScanStatus.WAITING, checked_at__isnull=True)
                | Q(status__in=[ScanStatus.CLEAN, ScanStatus.INFECTED], checked_at__isnull=False)
                | Q(status=ScanStatus.DISPOSED),
                name="held_file_checked_has_time",
            ),
            models.CheckConstraint(
                condition=Q(emptied_at__isnull=True)
                | Q(status__in=[ScanStatus.INFECTED, ScanStatus.DISPOSED]),
                name="held_file_only_removed_emptied",
            ),
        ]
        indexes = [
            models.Index(
                fields=["held_at"], name="held_file_waiting", condition=Q(status=ScanStatus.WAITING)
            ),
            models.Index(
                fields=["checked_at"],
                name="held_file_to_empty",
                condition=Q(status__in=[ScanStatus.INFECTED, ScanStatus.DISPOSED], emptied_at__isnull=True),
            ),
        ]
        triggers = [
            # A verdict stands: what has been found infected is never let out.
            pgtrigger.FSM(
                name="verdict_stands",
                field="status",
                transitions=[
                    (ScanStatus.WAITING, ScanStatus.CLEAN),
                    (ScanStatus.WAITING, ScanStatus.INFECTED),
                    (ScanStatus.WAITING, ScanStatus.DISPOSED),
                    (ScanStatus.CLEAN, ScanStatus.DISPOSED),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_status_display()}"
