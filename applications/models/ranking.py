"""The order in which a call's applications are proposed, and what each is proposed to get."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import Proposal, RankingStatus
from applications.models.application import Application
from applications.triggers import FrozenSumsAgree, LockStands, SumsAgreeWhenLocked
from calls.models import Call
from s3portal.common.triggers import ContentFixed, FrozenWithParent
from s3portal.diary.models import Case, Record


class Ranking(models.Model):
    """One to a call. Open, it is worked on by several officers: ``version`` counts the changes, and who
    changes an older one is told so. Locked, it is the basis of the decisions and stands. Kronor."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="ranking")
    status = models.CharField(_("status"), max_length=10, choices=RankingStatus, default=RankingStatus.OPEN)
    version = models.PositiveIntegerField(_("version"), default=1)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("påbörjad"), default=timezone.now)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    locked_at = models.DateTimeField(_("låst"), null=True, blank=True)
    #: Its own case in the diary, opened when it is first locked: it is about many applications.
    case = models.OneToOneField(
        Case,
        on_delete=models.PROTECT,
        related_name="ranking",
        null=True,
        blank=True,
        verbose_name=_("ärende"),
    )
    #: What was left of the frame, and what was proposed of it, when it was locked.
    locked_left = models.BigIntegerField(_("kvar av ramen"), null=True, blank=True)
    locked_total = models.BigIntegerField(_("föreslaget"), null=True, blank=True)
    unlock_reason = models.TextField(_("varför den låstes upp senast"), blank=True)

    class Meta:
        verbose_name = _("rangordning")
        verbose_name_plural = _("rangordningar")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RankingStatus.values), name="ranking_status_known"),
            models.CheckConstraint(
                condition=Q(
                    status=RankingStatus.OPEN,
                    locked_by__isnull=True,
                    locked_at__isnull=True,
                    locked_left__isnull=True,
                    locked_total__isnull=True,
                )
                | Q(
                    status=RankingStatus.LOCKED,
                    locked_by__isnull=False,
                    locked_at__isnull=False,
                    locked_left__isnull=False,
                    locked_total__isnull=False,
                ),
                name="ranking_locked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(locked_total__isnull=True) | Q(locked_total__lte=F("locked_left")),
                name="ranking_within_the_frame",
            ),
        ]
        triggers = [
            ContentFixed(
                name="ranking_stands",
                editable=[RankingStatus.OPEN],
                free=[
                    "status",
                    "version",
                    "locked_by",
                    "locked_at",
                    "locked_left",
                    "locked_total",
                    "unlock_reason",
                ],
            ),
            SumsAgreeWhenLocked(name="ranking_sums"),
            pgtrigger.Protect(name="ranking_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Rangordning av {self.call}"

    @property
    def is_open(self) -> bool:
        return self.status == RankingStatus.OPEN


class RankingRow(models.Model):
    """One application's place, from 1 without gaps, and what is proposed for it. ``reason``: why it stands
    where the points alone would not have put it. Only what is proposed for a grant has an amount
    and perhaps special conditions."""

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="rows")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="ranking_rows")
    position = models.PositiveIntegerField(_("plats"))
    proposal = models.CharField(_("förslag"), max_length=10, choices=Proposal, default=Proposal.REJECT)
    proposed_amount = models.BigIntegerField(_("föreslaget stöd i kronor"), default=0)
    reason = models.TextField(_("skäl för platsen"), blank=True)
    conditions = models.TextField(_("särskilda villkor"), blank=True)

    class Meta:
        verbose_name = _("plats i rangordningen")
        verbose_name_plural = _("platser i rangordningen")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["ranking", "position"], name="ranking_place_once", deferrable=Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["ranking", "application"], name="ranking_application_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="ranking_from_one"),
            models.CheckConstraint(
                condition=Q(proposal=Proposal.GRANT, proposed_amount__gt=0)
                | Q(proposal__in=[Proposal.RESERVE, Proposal.REJECT], proposed_amount=0),
                name="ranking_amount_when_granted",
            ),
            models.CheckConstraint(
                condition=Q(proposal=Proposal.GRANT) | Q(conditions=""),
                name="ranking_conditions_when_granted",
            ),
        ]
        triggers = [
            FrozenWithParent(name="ranked_stand", parent_field="ranking", editable=[RankingStatus.OPEN]),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.application}"


class RankingLockQuerySet(models.QuerySet["RankingLock"]):
    def holding(self) -> "RankingLockQuerySet":
        """Not unlocked: at most one of each ranking."""
        return self.filter(unlocked_at__isnull=True)


class RankingLock(models.Model):
    """One locking of a ranking, with all it rested on as it was then (``applications.ranking.frozen``).

    It stands as it is also when the ranking is unlocked, with who did that and why; the next locking is a
    row of its own. ``record`` holds the same data as a file, and the appendix beside it. Kronor."""

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="locks")
    number = models.PositiveIntegerField(_("låsning"))
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField(_("låst"))
    frame = models.BigIntegerField(_("ram"))
    frame_left = models.BigIntegerField(_("kvar av ramen"))
    total = models.BigIntegerField(_("föreslaget"))
    content = models.JSONField(_("underlaget"))
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="ranking_lock")
    unlocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    unlocked_at = models.DateTimeField(_("upplåst"), null=True, blank=True)
    unlock_reason = models.TextField(_("varför den låstes upp"), blank=True)

    objects = RankingLockQuerySet.as_manager()

    class Meta:
        verbose_name = _("låsning av en rangordning")
        verbose_name_plural = _("låsningar av rangordningar")
        ordering = ["ranking_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["ranking", "number"], name="ranking_lock_number_once"),
            models.UniqueConstraint(
                fields=["ranking"], name="ranking_lock_one_holds", condition=Q(unlocked_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(total__gte=0, total__lte=F("frame_left"), frame_left__lte=F("frame")),
                name="ranking_lock_within_the_frame",
            ),
            models.CheckConstraint(
                condition=Q(unlocked_at__isnull=True, unlocked_by__isnull=True, unlock_reason="")
                | (Q(unlocked_at__isnull=False, unlocked_by__isnull=False) & ~Q(unlock_reason="")),
                name="ranking_lock_unlocked_says_why",
            ),
        ]
        triggers = [
            LockStands(name="ranking_lock_stands"),
            FrozenSumsAgree(name="ranking_lock_sums"),
            pgtrigger.Protect(name="ranking_lock_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.ranking}, låsning {self.number}"

    @property
    def holds(self) -> bool:
        return self.unlocked_at is None
