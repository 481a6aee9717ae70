"""What becomes of a signed decision, which itself never changes: its file, that it is sent and published."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.models.decision import Decision
from decisions.secrecy_triggers import PublishesOpen
from s3portal.diary.models import RecordFile


class DecisionDocument(models.Model):
    """The PDF of a signed decision: rendered once, frozen in the diary. ``sealed`` if it was signed here."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="document")
    file = models.OneToOneField(RecordFile, on_delete=models.PROTECT, related_name="+")
    sealed = models.BooleanField(_("förseglat"))
    created_at = models.DateTimeField(_("skapat"), default=timezone.now)

    class Meta:
        verbose_name = _("beslutsdokument")
        verbose_name_plural = _("beslutsdokument")
        triggers = [pgtrigger.Protect(name="document_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.decision} (pdf)"


class Expedition(models.Model):
    """That a signed decision has been sent to those who shall have it."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="expedition")
    expedited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expedited_at = models.DateTimeField(_("expedierat"), default=timezone.now)

    class Meta:
        verbose_name = _("expediering")
        verbose_name_plural = _("expedieringar")

    def __str__(self) -> str:
        return f"{self.decision}, {self.expedited_at:%Y-%m-%d}"


class Publication(models.Model):
    """That a signed decision is shown under /beslut/. Without the row it is off the web, nothing else.

    ``masked``: the version that the public reads, when something in the decision is secret."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="publication")
    masked = models.ForeignKey(
        "decisions.MaskedDocument", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("publicerat"), default=timezone.now)

    class Meta:
        verbose_name = _("publicering")
        verbose_name_plural = _("publiceringar")
        triggers = [PublishesOpen(name="publishes_open")]

    def __str__(self) -> str:
        return str(self.decision)
