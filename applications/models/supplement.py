"""What an officer misses in a sent application, and the answers."""

from datetime import datetime, time

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import SupplementEnd
from applications.models.application import Application
from applications.triggers import EndsWithItsStep
from s3portal.common.swedish import STOCKHOLM, in_stockholm
from s3portal.diary.models import Record


class SupplementRequestQuerySet(models.QuerySet["SupplementRequest"]):
    def unanswered(self) -> "SupplementRequestQuerySet":
        """Those that wait for an answer; of one application at most one."""
        return self.filter(answered_at__isnull=True, closed_at__isnull=True)


class SupplementRequest(models.Model):
    """A komplettering: what an officer misses in a sent application, and the applicant's answer.

    ``due_on`` is inclusive, to the end of the Swedish day. Both letters are records of the case.
    ``by_parts``: the applicant changes the steps in ``parts`` and sends them anew; otherwise the answer is in
    words only."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="supplements")
    text = models.TextField(_("det här behöver kompletteras"))
    by_parts = models.BooleanField(_("delar av ansökan öppnas"), default=False)
    due_on = models.DateField(_("svara senast"))
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("begärd"), default=timezone.now)
    answer = models.TextField(_("svar"), blank=True)
    answer_record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("besvarad"), null=True, blank=True)
    #: Why the words of the answer hold trade secrets; the changed parts carry their own marks.
    answer_secret_reason = models.CharField(_("affärshemligheter, varför"), max_length=500, blank=True)
    closed_at = models.DateTimeField(_("avslutad utan svar"), null=True, blank=True)
    closed_as = models.CharField(_("avslutad som"), max_length=12, choices=SupplementEnd, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_reason = models.TextField(_("skäl"), blank=True)
    closed_record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SupplementRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("komplettering")
        verbose_name_plural = _("kompletteringar")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                name="supplement_one_open",
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True, answered_by__isnull=True, answer_record__isnull=True, answer=""
                )
                | (
                    Q(
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                        answer_record__isnull=False,
                        closed_at__isnull=True,
                    )
                    & (~Q(answer="") | Q(by_parts=True))
                ),
                name="supplement_answer_whole",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="supplement_has_text"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_as="")
                | Q(closed_at__isnull=False, closed_as__in=SupplementEnd.values),
                name="supplement_closed_as_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="supplement_due",
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
            ),
        ]

        triggers = [EndsWithItsStep(name="supplement_ends_with_its_step")]

    def __str__(self) -> str:
        return f"{self.application}: {self.due_on}"

    @property
    def due_at(self) -> datetime:
        """The last second of the last day, on Swedish clocks."""
        return datetime.combine(self.due_on, time(23, 59, 59), STOCKHOLM)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.closed_at is None

    @property
    def came_late(self) -> bool:
        """Answered after its last day. A late answer is taken all the same."""
        return self.answered_at is not None and in_stockholm(self.answered_at).date() > self.due_on

    def is_overdue(self, *, now: datetime) -> bool:
        return self.is_open and in_stockholm(now).date() > self.due_on


class SupplementPart(models.Model):
    """One step of the form that a request opens, and what is missing there. ``step``: see ``checks.Step``."""

    request = models.ForeignKey(SupplementRequest, on_delete=models.PROTECT, related_name="parts")
    step = models.CharField(_("steg"), max_length=20)
    text = models.TextField(_("det här saknas"), blank=True)

    class Meta:
        verbose_name = _("del som öppnas")
        verbose_name_plural = _("delar som öppnas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "step"], name="supplement_part_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="supplement_part_stands", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.step}"
