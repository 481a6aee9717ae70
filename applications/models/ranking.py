"""The order in which a call's applications are proposed, and what each is proposed to get."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import Proposal, RankingStatus
from applications.models.application import Application
from applications.triggers import SumsAgreeWhenLocked
from calls.models import Call
from s3portal.common.triggers import ContentFixed, FrozenWithParent


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
    where the points alone would not have put it. Only what is proposed for a grant has an amount."""

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="rows")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="ranking_rows")
    position = models.PositiveIntegerField(_("plats"))
    proposal = models.CharField(_("förslag"), max_length=10, choices=Proposal, default=Proposal.REJECT)
    proposed_amount = models.BigIntegerField(_("föreslaget stöd i kronor"), default=0)
    reason = models.TextField(_("skäl för platsen"), blank=True)

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
        ]
        triggers = [
            FrozenWithParent(name="ranked_stand", parent_field="ranking", editable=[RankingStatus.OPEN]),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.application}"
