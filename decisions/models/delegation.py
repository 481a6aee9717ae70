"""Who may decide: delegation orders, their clauses and those who hold them (KL 6:37, 7:5)."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from decisions.enums import DecisionKind, OrderStatus
from decisions.models.committee import Committee
from decisions.triggers import DelegateStands, OneOrderAtATime, OneStepOnly
from s3portal.common.swedish import format_kr
from s3portal.common.triggers import ContentFixed, FrozenWithParent

EDITABLE = [OrderStatus.DRAFT]


class DelegationOrderQuerySet(models.QuerySet["DelegationOrder"]):
    def adopted(self) -> "DelegationOrderQuerySet":
        return self.filter(status=OrderStatus.ADOPTED)

    def overlapping(self, first: date, last: date) -> "DelegationOrderQuerySet":
        """Those that are in force on some day from ``first`` to ``last`` (both inclusive)."""
        return self.filter(valid_from__lte=last, valid_to__gte=first)


class DelegationOrder(models.Model):
    """A delegationsordning: a dated document of one mandate period. Both dates are inclusive.

    ``title`` is printed in every decision resting on it, exactly as it was adopted. A draft is changed freely
    and gives nobody a right; from the adoption on, its clauses stand and the only date that may move is the
    last, when the nämnd replaces it. ``version`` counts the changes of a draft."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="delegation_orders")
    title = models.CharField(_("rubrik"), max_length=300)
    period = models.CharField(_("mandatperiod"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus, default=OrderStatus.DRAFT)
    #: The minutes' own words: "§ 5", or more in what was entered from a file.
    adopted = models.CharField(_("antagen"), max_length=200, blank=True)
    adopted_on = models.DateField(_("antagen den"), null=True, blank=True)
    valid_from = models.DateField(_("gäller från"))
    valid_to = models.DateField(_("gäller till och med"))
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = DelegationOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegationsordning")
        verbose_name_plural = _("delegationsordningar")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="delegation_order_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OrderStatus.values), name="delegation_order_status_known"
            ),
            models.UniqueConstraint(
                fields=["committee", "valid_from"],
                condition=Q(status=OrderStatus.ADOPTED),
                name="delegation_order_once",
            ),
        ]
        triggers = [
            OneOrderAtATime(name="one_order_at_a_time"),
            ContentFixed(name="adopted_order_stands", editable=EDITABLE, free=["valid_to"]),
            pgtrigger.Protect(
                name="adopted_order_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="adopted"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.status == OrderStatus.DRAFT

    def is_valid_on(self, day: date) -> bool:
        """In force: adopted, and the day is one of its own (both ends inclusive)."""
        return not self.is_draft and self.valid_from <= day <= self.valid_to


class DelegationClauseQuerySet(models.QuerySet["DelegationClause"]):
    def valid_on(self, day: date) -> "DelegationClauseQuerySet":
        return self.filter(
            order__status=OrderStatus.ADOPTED, order__valid_from__lte=day, order__valid_to__gte=day
        )


class DelegationClause(models.Model):
    """A punkt. ``ceiling`` in whole kronor is exclusive unless ``ceiling_included``: the region's order of
    2022–23 says "under 500 000 kronor". None means no ceiling. ``own_budget``: only for what
    is paid from the delegate's own budget. ``sub_delegation``: the nämnd lets a förvaltningschef who holds it
    give it to another employee (KL 7:6). ``urgent``: the chair, or another member whom the nämnd has named,
    decides alone in what cannot wait (KL 6:39), which is always reported at the next meeting (6:40)."""

    order = models.ForeignKey(DelegationOrder, on_delete=models.PROTECT, related_name="clauses")
    number = models.CharField(_("punkt"), max_length=20)
    text = models.TextField(_("ärende"))
    kinds = ArrayField(
        models.CharField(max_length=20, choices=DecisionKind), verbose_name=_("slag av beslut")
    )
    ceiling = models.BigIntegerField(_("tak i kronor"), null=True, blank=True)
    ceiling_included = models.BooleanField(_("taket ingår"), default=False)
    own_budget = models.BooleanField(_("bara inom egen budget"), default=False)
    sub_delegation = models.BooleanField(_("får vidaredelegeras av förvaltningschef"), default=False)
    reportable = models.BooleanField(_("anmäls till nämnden"), default=True)
    urgent = models.BooleanField(_("brådskande ärenden (6 kap. 39 § kommunallagen)"), default=False)

    objects = DelegationClauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegationspunkt")
        verbose_name_plural = _("delegationspunkter")
        ordering = ["order_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="delegation_clause_once"),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(ceiling__gt=0), name="clause_ceiling"
            ),
            models.CheckConstraint(
                condition=Q(urgent=False) | Q(reportable=True, sub_delegation=False),
                name="clause_urgent_is_reported",
                violation_error_message=_(
                    "Brådskande beslut (6 kap. 39 § kommunallagen) ska anmälas och kan inte ges vidare."
                ),
            ),
        ]
        triggers = [FrozenWithParent(name="clause_frozen", parent_field="order", editable=EDITABLE)]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"

    @property
    def ceiling_text(self) -> str:
        """The ceiling as the order words it: "under 500 000 kr" or, when it is included, "högst …"."""
        if self.ceiling is None:
            return "Inget tak"
        return f"{'Högst' if self.ceiling_included else 'Under'} {format_kr(self.ceiling)}"

    @property
    def kind_names(self) -> str:
        """The kinds of decision, in a row: "Bifall till ansökan, avslag på ansökan"."""
        names = ", ".join(str(DecisionKind(kind).label).lower() for kind in self.kinds)
        return f"{names[:1].upper()}{names[1:]}"

    def covers_amount(self, amount: int) -> bool:
        """Whether ``amount`` (kronor) stays under the ceiling."""
        if self.ceiling is None:
            return True
        return amount <= self.ceiling if self.ceiling_included else amount < self.ceiling


class DelegateQuerySet(models.QuerySet["Delegate"]):
    def valid_on(self, day: date) -> "DelegateQuerySet":
        """Those who hold their clause on the day (both ends inclusive) in an order that is in force."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            valid_from__lte=day,
            clause__order__status=OrderStatus.ADOPTED,
            clause__order__valid_from__lte=day,
            clause__order__valid_to__gte=day,
        )


class Delegate(models.Model):
    """One person who holds one clause, by office, from–to (inclusive); ``acting`` is tillförordnad.

    A decision has one deciding signatory: a right is never held by several together (KL 7:5). ``is_head``: a
    förvaltningschef. ``delegated_by``: the förvaltningschef who gave it on, one step and no more (KL 7:6);
    what was given stands until it is ended, also when that person leaves. ``budget`` names the own budget
    that a clause may be limited to."""

    clause = models.ForeignKey(DelegationClause, on_delete=models.PROTECT, related_name="delegates")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    office = models.CharField(_("befattning"), max_length=150)
    acting = models.BooleanField(_("tillförordnad"), default=False)
    is_head = models.BooleanField(_("förvaltningschef"), default=False)
    budget = models.CharField(_("egen budget"), max_length=200, blank=True)
    delegated_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sub_delegates",
        verbose_name=_("vidaredelegerad av"),
    )
    valid_from = models.DateField(_("från"))
    valid_to = models.DateField(_("till och med"), null=True, blank=True)

    objects = DelegateQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegat")
        verbose_name_plural = _("delegater")
        ordering = ["clause_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="delegate_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(acting=False) | Q(valid_to__isnull=False), name="delegate_acting_has_last_day"
            ),
            models.UniqueConstraint(fields=["clause", "user", "valid_from"], name="delegate_once"),
        ]
        triggers = [OneStepOnly(name="one_step_only"), DelegateStands(name="delegate_stands")]

    def __str__(self) -> str:
        return f"{self.user}, {self.signing_title}"

    @property
    def signing_title(self) -> str:
        """The title under the signature: "Regional utvecklingsdirektör", or with "Tf." when acting."""
        office = self.office
        if self.acting:
            return f"Tf. {office[:1].lower()}{office[1:]}"
        return office[:1].upper() + office[1:]

    @property
    def title_in_text(self) -> str:
        """The title in running text: "tf. regional utvecklingsdirektör"."""
        title = self.signing_title
        return f"{title[:1].lower()}{title[1:]}"

    @property
    def note_in_decision(self) -> str:
        """What a decision says beside the punkt: who gave it on, and the own budget it stays within."""
        parts = []
        if self.delegated_by is not None:
            chief = self.delegated_by
            parts.append(f"Vidaredelegerad av {chief.title_in_text} {chief.user}")
        if self.clause.own_budget and self.budget:
            parts.append(f"Inom egen budget: {self.budget}")
        return ". ".join(parts)

    def is_valid_on(self, day: date) -> bool:
        """Both the person's own dates and the order's (inclusive)."""
        own = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return own and self.clause.order.is_valid_on(day)
