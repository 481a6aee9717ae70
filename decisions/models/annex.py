"""The list to the nämnd as the registrar confirmed it: from then on nothing is put on it or taken off."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.documents import PDF_TYPE
from decisions.models.committee import CommitteeMeeting
from s3portal.diary.models import Record, RecordFile


class AnnexQuerySet(models.QuerySet["MeetingAnnex"]):
    def holding(self) -> "AnnexQuerySet":
        """Not opened again: at most one of each meeting."""
        return self.filter(reopened_at__isnull=True)

    def with_made(self) -> "AnnexQuerySet":
        """With ``made``: whether the PDF is in the record."""
        pdf = RecordFile.objects.filter(record_id=OuterRef("record_id"), content_type=PDF_TYPE)
        return self.annotate(made=Exists(pdf))


class MeetingAnnex(models.Model):
    """One confirming of a list. ``content`` is what the annex says (``decisions.annex``); ``record``
    holds the same data as a file, and the sealed PDF beside it. One that is opened again stands as it was,
    with who did that and why; the next is a row of its own."""

    meeting = models.ForeignKey(CommitteeMeeting, on_delete=models.PROTECT, related_name="annexes")
    number = models.PositiveIntegerField(_("nummer"))
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("fastställd"), default=timezone.now)
    content = models.JSONField(_("innehållet"))
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="meeting_annex")
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reopened_at = models.DateTimeField(_("öppnad igen"), null=True, blank=True)
    reopen_reason = models.TextField(_("varför den öppnades igen"), blank=True)

    #: Only on rows of ``with_made``.
    made: bool

    objects: Any = AnnexQuerySet.as_manager()

    class Meta:
        verbose_name = _("bilaga till sammanträde")
        verbose_name_plural = _("bilagor till sammanträden")
        ordering = ["meeting_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="annex_number_once"),
            models.UniqueConstraint(
                fields=["meeting"], name="annex_one_holds", condition=Q(reopened_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True, reopen_reason="")
                | (Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopen_reason="")),
                name="annex_reopened_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="annex_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="annex_as_confirmed",
                fields=["meeting", "number", "confirmed_by", "confirmed_at", "content", "record"],
            ),
            pgtrigger.Protect(
                name="annex_reopened_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reopened_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Bilaga {self.number}: {self.meeting}"

    @property
    def holds(self) -> bool:
        return self.reopened_at is None
