"""Who wrote what in a draft, and what stood there before."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.triggers import FrozenWhenSent


class DraftVersion(models.Model):
    """What one person changed on one page of the form, between ``started_at`` and ``saved_at``.

    A draft is the applicant's own (TF 2:13), and so is its history: nobody at the region reads it, sent or
    not. ``changes`` is a list of {"key", "label", "before", "after"} as readable text, from how
    a field stood before the first of these saves to how it stands after the last. ``before`` is the page's
    whole part as it stood before them (``parts.frozen``), so that it can be put back; empty in versions that
    are older than it.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="versions")
    step = models.CharField(_("steg"), max_length=20)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("från"), default=timezone.now)
    saved_at = models.DateTimeField(_("till"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"))
    changes = models.JSONField(_("ändringar"))
    before = models.JSONField(_("delen som den var"), default=dict, blank=True)

    class Meta:
        verbose_name = _("version av utkast")
        verbose_name_plural = _("versioner av utkast")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="draft_version_once"),
            models.CheckConstraint(
                condition=Q(saved_at__gte=F("started_at")), name="draft_version_times_in_order"
            ),
        ]
        triggers = [
            FrozenWhenSent(name="versions_frozen"),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.step}, version {self.version}"
