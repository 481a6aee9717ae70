"""Who got a decision when (FL 44 §), and who has appealed against it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import AppealOutcome, AppealStatus
from decisions.models.decision import Decision


class PartyReceipt(models.Model):
    """The day one party got the decision, as the registrar has seen it proved. Starts the clock where a
    decision is appealed under förvaltningslagen. ``appeal_until`` (inclusive) follows from the day."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="receipts")
    party = models.CharField(_("part"), max_length=200)
    received_on = models.DateField(_("fick del av beslutet"))
    proved_by = models.CharField(_("hur det är visat"), max_length=200)
    appeal_until = models.DateField(_("sista dag att överklaga"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(_("registrerat"), default=timezone.now)

    class Meta:
        verbose_name = _("delgivning")
        verbose_name_plural = _("delgivningar")
        ordering = ["received_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "party"], name="receipt_once"),
            models.CheckConstraint(
                condition=Q(appeal_until__gte=F("received_on")), name="receipt_time_in_order"
            ),
        ]
        # A wrong one is taken away, which the audit trail tells, and entered anew.
        triggers = [pgtrigger.Protect(name="receipt_as_entered", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.party}, {self.received_on}"


class Appeal(models.Model):
    """An överklagande of a signed decision. Whether it came in time follows from the decision's clock.

    ``received_on``: the day it first came to the region or to the court; either is enough (KL 13:6, FL 45 §).
    ``outcome_final_on``: the day the court's ruling itself became final.
    ``party``: who it is of those that each have a time of their own (FL 44 §), named as in the receipts.
    Whoever has written for the party is ``appellant``. Empty for anybody else.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    received_on = models.DateField(_("kom in"))
    received_at_court = models.BooleanField(_("kom in till domstolen"), default=False)
    appellant = models.CharField(_("vem som överklagar"), max_length=200)
    party = models.CharField(_("part"), max_length=200, blank=True)
    #: Left out of what the public diary shows (OSL 5:2 st. 2).
    appellant_protected = models.BooleanField(_("visa inte namnet i det offentliga diariet"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=AppealStatus, default=AppealStatus.RECEIVED)
    handed_over_on = models.DateField(_("överlämnat"), null=True, blank=True)
    court = models.CharField(_("domstol"), max_length=150, blank=True)
    court_case_number = models.CharField(_("målnummer"), max_length=50, blank=True)
    outcome = models.CharField(_("utgång"), max_length=20, choices=AppealOutcome, blank=True)
    outcome_on = models.DateField(_("avgjort"), null=True, blank=True)
    outcome_final_on = models.DateField(_("avgörandet fick laga kraft"), null=True, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(_("registrerat"), default=timezone.now)

    class Meta:
        verbose_name = _("överklagande")
        verbose_name_plural = _("överklaganden")
        ordering = ["received_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=AppealStatus.values), name="appeal_status_known"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=AppealOutcome.values), name="appeal_outcome_known"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status=AppealStatus.RECEIVED, court="", handed_over_on__isnull=True)
                    & Q(outcome="", outcome_on__isnull=True, outcome_final_on__isnull=True)
                )
                | (
                    Q(status=AppealStatus.AT_COURT, outcome="", outcome_on__isnull=True)
                    & Q(outcome_final_on__isnull=True)
                    & ~Q(court="")
                )
                | (
                    Q(status=AppealStatus.DECIDED, outcome_on__isnull=False, outcome_final_on__isnull=True)
                    & ~Q(outcome="")
                )
                | (
                    Q(status=AppealStatus.CLOSED, outcome_on__isnull=False, outcome_final_on__isnull=False)
                    & ~Q(outcome="")
                ),
                name="appeal_whole",
            ),
            models.CheckConstraint(
                condition=(Q(handed_over_on__isnull=True) | Q(handed_over_on__gte=F("received_on")))
                & (Q(outcome_on__isnull=True) | Q(outcome_on__gte=F("received_on")))
                & (Q(outcome_final_on__isnull=True) | Q(outcome_final_on__gte=F("outcome_on"))),
                name="appeal_dates_in_order",
            ),
        ]
        indexes = [models.Index(fields=["status", "-received_on", "-id"], name="appeal_list")]
        triggers = [
            pgtrigger.Protect(name="appeal_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="appeal_as_received",
                fields=[
                    "decision",
                    "received_on",
                    "received_at_court",
                    "appellant",
                    "party",
                    "registered_by",
                ],
            ),
            pgtrigger.Protect(
                name="appeal_closed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="closed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appellant}, {self.received_on}"

    @property
    def whose_time(self) -> str:
        """Whose own time to appeal it is held to, in small letters. One that was registered before the party
        was chosen is held to that of the party that the appellant is called like."""
        return (self.party or self.appellant).lower()

    @property
    def is_closed(self) -> bool:
        return self.status == AppealStatus.CLOSED

    @property
    def at_court(self) -> str:
        """As in "Förvaltningsrätten i Härnösand, mål nr 1234-24"; what is known of it."""
        if not self.court:
            return ""
        return f"{self.court}, mål nr {self.court_case_number}" if self.court_case_number else self.court
