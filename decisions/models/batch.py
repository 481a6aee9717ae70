"""A locked ranking's decisions, made in one sitting. Each is still a decision of its own."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import Proposal
from applications.models import Application, RankingLock
from decisions.enums import BatchAction, DecisionKind, StepState
from decisions.models.decision import Decision
from decisions.models.delegation import Delegate

#: Why nothing is done in a batch that no longer ``holds``.
UNLOCKED = "Rangordningen är upplåst. Lås den igen och skapa besluten på nytt."


class DecisionBatch(models.Model):
    """What one locking of a ranking leads to; a locking has one at most.

    ``grants_by`` and ``rejections_by`` are who the drafts are made out to; without them each draft gets the
    only one there is, as a draft on its own does."""

    lock = models.OneToOneField(
        RankingLock, on_delete=models.PROTECT, related_name="decision_batch", verbose_name=_("rangordning")
    )
    grants_by = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("undertecknare av bifall"),
    )  # fmt: skip
    rejections_by = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("undertecknare av avslag"),
    )  # fmt: skip
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("skapad"), default=timezone.now)

    class Meta:
        verbose_name = _("beslutsomgång")
        verbose_name_plural = _("beslutsomgångar")
        triggers = [pgtrigger.Protect(name="batch_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Beslut om {self.lock.ranking.call}"

    @property
    def holds(self) -> bool:
        """Its ranking has not been unlocked since."""
        return self.lock.holds


class BatchItem(models.Model):
    """One application of the ranking as it was locked (``amount`` in whole kronor), and its decision when
    the draft has been made. A draft that is removed leaves the place empty."""

    batch = models.ForeignKey(DecisionBatch, on_delete=models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="batch_items")
    place = models.PositiveIntegerField(_("plats"))
    proposal = models.CharField(_("förslag"), max_length=10, choices=Proposal)
    amount = models.BigIntegerField(_("föreslaget stöd i kronor"))
    decision = models.OneToOneField(
        Decision, on_delete=models.SET_NULL, null=True, blank=True, related_name="batch_item"
    )

    class Meta:
        verbose_name = _("beslut i en omgång")
        verbose_name_plural = _("beslut i en omgång")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "application"], name="batch_application_once"),
            models.UniqueConstraint(fields=["batch", "place"], name="batch_place_once"),
            models.CheckConstraint(
                condition=Q(proposal=Proposal.GRANT, amount__gt=0)
                | Q(proposal__in=[Proposal.RESERVE, Proposal.REJECT], amount=0),
                name="batch_amount_when_granted",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="batch_item_stands", fields=["batch", "application", "place", "proposal", "amount"]
            ),
            pgtrigger.Protect(name="batch_item_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.place}. {self.application}"

    @property
    def kind(self) -> DecisionKind:
        """What the ranking leads to: who is on the reserve list and gets a decision is rejected."""
        return DecisionKind.GRANT if self.proposal == Proposal.GRANT else DecisionKind.REJECTION


class BatchStepQuerySet(models.QuerySet["BatchStep"]):
    def waiting(self) -> "BatchStepQuerySet":
        return self.filter(state=StepState.WAITING)


class BatchStep(models.Model):
    """What somebody has asked for in one decision, and what came of it. A signature (KL 6:38) is asked for
    by the delegate, who has just proved who they are: the worker carries out what this row says of this
    person, this decision and this ``version`` of its text, and signs nothing of its own.

    ``attempts`` counts those that began, so that what kills its worker is given up at last. A step that is
    settled stands; the next time is a row of its own."""

    item = models.ForeignKey(BatchItem, on_delete=models.PROTECT, related_name="steps")
    action = models.CharField(_("steg"), max_length=10, choices=BatchAction)
    state = models.CharField(_("läge"), max_length=10, choices=StepState, default=StepState.WAITING)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(_("textens version"), null=True, blank=True)
    asked_at = models.DateTimeField(_("begärt"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    settled_at = models.DateTimeField(_("avgjort"), null=True, blank=True)
    reason = models.TextField(_("varför det inte gick"), blank=True)

    objects = BatchStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("steg i en beslutsomgång")
        verbose_name_plural = _("steg i en beslutsomgång")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], name="batch_step_one_at_a_time", condition=Q(state=StepState.WAITING)
            ),
            models.CheckConstraint(
                condition=Q(action__in=BatchAction.values), name="batch_step_action_known"
            ),
            models.CheckConstraint(
                condition=Q(state=StepState.WAITING, settled_at__isnull=True, reason="")
                | Q(state=StepState.DONE, settled_at__isnull=False, reason="")
                | (Q(state=StepState.FAILED, settled_at__isnull=False) & ~Q(reason="")),
                name="batch_step_settled_says_why",
            ),
            models.CheckConstraint(
                condition=Q(action__in=[BatchAction.DRAFT, BatchAction.EXPEDITE], version__isnull=True)
                | Q(action__in=[BatchAction.PROPOSE, BatchAction.SIGN], version__isnull=False),
                name="batch_step_text_that_was_read",
            ),
        ]
        indexes = [
            models.Index(fields=["item", "-id"], name="batch_step_latest"),
            models.Index(fields=["asked_at"], name="batch_step_waiting", condition=Q(state="waiting")),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="batch_step_stands", fields=["item", "action", "actor", "version", "asked_at"]
            ),
            pgtrigger.Protect(
                name="batch_step_settled",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="waiting"),
            ),
            pgtrigger.Protect(name="batch_step_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_action_display()}, {self.get_state_display()}"
