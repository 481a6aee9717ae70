"""Who assesses which application, and the points they give."""

from datetime import datetime, time

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import AssessmentStatus, AssignmentEnd
from applications.models.application import Application
from applications.triggers import ScoreOnScale, WholeWhenSubmitted
from calls.models import Criterion
from s3portal.accounts.models import User
from s3portal.common.swedish import STOCKHOLM
from s3portal.common.triggers import ContentFixed, FrozenWithParent


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def active(self) -> "AssignmentQuerySet":
        return self.filter(ended_at__isnull=True)

    def of(self, user: User) -> "AssignmentQuerySet":
        """What this person has to assess now."""
        return self.active().filter(assessor=user)

    def waiting(self) -> "AssignmentQuerySet":
        """Those whose assessor has neither handed in nor abstained."""
        done = Assessment.objects.filter(
            application=OuterRef("application"),
            assessor=OuterRef("assessor"),
            status__in=AssessmentStatus.own_is_in(),
        )
        return self.active().exclude(Exists(done))


class Assignment(models.Model):
    """An application given to an assessor, to be assessed at the latest on ``due_on`` (inclusive).

    Who is assessor only sees nothing that is marked as a trade secret unless ``allow_trade_secrets``."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assignments")
    assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    due_on = models.DateField(_("bedöm senast"))
    allow_trade_secrets = models.BooleanField(_("får se affärshemligheter"), default=False)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(_("tilldelad"), default=timezone.now)
    ended_at = models.DateTimeField(_("upphörd"), null=True, blank=True)
    end = models.CharField(_("varför"), max_length=10, choices=AssignmentEnd, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("uppdrag att bedöma")
        verbose_name_plural = _("uppdrag att bedöma")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "assessor"],
                name="assignment_once",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="")
                | Q(ended_at__isnull=False, end__in=AssignmentEnd.values),
                name="assignment_end_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["assessor", "due_on"], name="assignment_mine", condition=Q(ended_at__isnull=True)
            ),
            models.Index(fields=["due_on"], name="assignment_due", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.assessor}"

    @property
    def due_at(self) -> datetime:
        """The last second of the last day, on Swedish clocks."""
        return datetime.combine(self.due_on, time(23, 59, 59), STOCKHOLM)

    @property
    def is_active(self) -> bool:
        return self.ended_at is None


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def counted(self) -> "AssessmentQuerySet":
        """Those that the ranking goes by: handed in, and not by somebody with jäv."""
        return self.filter(status=AssessmentStatus.SUBMITTED)

    def with_scores(self) -> "AssessmentQuerySet":
        return self.select_related("assessor").prefetch_related("scores__criterion")


class Assessment(models.Model):
    """What one assessor finds of one application. Once handed in it stands, until an officer opens it again
    with a reason. ``version`` counts the saves: who saves on an older one is told so."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assessments")
    assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=AssessmentStatus, default=AssessmentStatus.DRAFT
    )
    comment = models.TextField(_("sammanfattande kommentar"), blank=True)
    abstain_reason = models.TextField(_("varför du avstår"), blank=True)
    submitted_at = models.DateTimeField(_("lämnad"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    updated_at = models.DateTimeField(_("sparad"), default=timezone.now)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("bedömning")
        verbose_name_plural = _("bedömningar")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "assessor"], name="assessment_once"),
            models.CheckConstraint(
                condition=Q(status__in=AssessmentStatus.values), name="assessment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=AssessmentStatus.DRAFT, submitted_at__isnull=True)
                | Q(status=AssessmentStatus.RECUSED)
                | Q(
                    status__in=[AssessmentStatus.SUBMITTED, AssessmentStatus.ABSTAINED],
                    submitted_at__isnull=False,
                ),
                name="assessment_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=AssessmentStatus.ABSTAINED) | ~Q(abstain_reason=""),
                name="assessment_abstained_says_why",
            ),
        ]
        triggers = [
            ContentFixed(
                name="assessment_stands",
                editable=[AssessmentStatus.DRAFT],
                free=["status", "submitted_at", "abstain_reason", "version", "updated_at"],
            ),
            WholeWhenSubmitted(name="assessment_whole"),
            pgtrigger.Protect(name="assessment_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.assessor}, {self.get_status_display()}"

    @property
    def is_draft(self) -> bool:
        return self.status == AssessmentStatus.DRAFT


class Score(models.Model):
    """Points on one criterion, 1 to its ``max_score``. A draft may lack points and rationale."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="scores")
    points = models.PositiveSmallIntegerField(_("poäng"), null=True, blank=True)
    rationale = models.TextField(_("motivering"), blank=True)

    class Meta:
        verbose_name = _("poäng")
        verbose_name_plural = _("poäng")
        ordering = ["criterion__order"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=1), name="score_from_one"
            ),
        ]
        triggers = [
            FrozenWithParent(
                name="scores_stand", parent_field="assessment", editable=[AssessmentStatus.DRAFT]
            ),
            ScoreOnScale(name="score_on_scale"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points or '–'}"
