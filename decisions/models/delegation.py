"""Who may decide: delegation orders, their clauses and those who hold them (KL 6:37, 7:5)."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from decisions.enums import DecisionKind
from decisions.models.committee import Committee
from s3portal.common.swedish import format_kr


class DelegationOrder(models.Model):
    """A delegationsordning: a dated document of one mandate period. Both dates are inclusive.

    ``title`` is printed in every decision resting on it, exactly as it was adopted."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="delegation_orders")
    title = models.CharField(_("rubrik"), max_length=300)
    period = models.CharField(_("mandatperiod"), max_length=20)
    adopted = models.CharField(_("antagen"), max_length=200, blank=True)
    valid_from = models.DateField(_("gäller från"))
    valid_to = models.DateField(_("gäller till och med"))

    class Meta:
        verbose_name = _("delegationsordning")
        verbose_name_plural = _("delegationsordningar")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="delegation_order_dates_in_order"
            ),
            models.UniqueConstraint(fields=["committee", "valid_from"], name="delegation_order_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to


class DelegationClauseQuerySet(models.QuerySet["DelegationClause"]):
    def valid_on(self, day: date) -> "DelegationClauseQuerySet":
        return self.filter(order__valid_from__lte=day, order__valid_to__gte=day)


class DelegationClause(models.Model):
    """A punkt. ``ceiling`` in whole kronor is exclusive unless ``ceiling_included``: the region's order of
    2022–23 says "under 500 000 kronor" (domain.md §1). None means no ceiling."""

    order = models.ForeignKey(DelegationOrder, on_delete=models.PROTECT, related_name="clauses")
    number = models.CharField(_("punkt"), max_length=20)
    text = models.TextField(_("ärende"))
    kinds = ArrayField(
        models.CharField(max_length=20, choices=DecisionKind), verbose_name=_("slag av beslut")
    )
    ceiling = models.BigIntegerField(_("tak i kronor"), null=True, blank=True)
    ceiling_included = models.BooleanField(_("taket ingår"), default=False)
    reportable = models.BooleanField(_("anmäls till nämnden"), default=True)

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
        ]

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
            clause__order__valid_from__lte=day,
            clause__order__valid_to__gte=day,
        )


class Delegate(models.Model):
    """One person who holds one clause, by office, from–to (inclusive); ``acting`` is tillförordnad.

    A decision has one deciding signatory: a right is never held by several together (KL 7:5)."""

    clause = models.ForeignKey(DelegationClause, on_delete=models.PROTECT, related_name="delegates")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    office = models.CharField(_("befattning"), max_length=150)
    acting = models.BooleanField(_("tillförordnad"), default=False)
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

    def is_valid_on(self, day: date) -> bool:
        """Both the person's own dates and the order's (inclusive)."""
        own = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return own and self.clause.order.is_valid_on(day)
