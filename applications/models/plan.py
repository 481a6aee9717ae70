"""What an application's project costs and who pays."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicationStatus, CostCategory, FinancingKind, FinancingSource
from applications.models.application import Application
from s3portal.common.triggers import FrozenWithParent


class BudgetLine(models.Model):
    """Cost (or income, which is deducted) of one category in one year, in whole kronor."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="budget_lines")
    category = models.CharField(_("kostnadsslag"), max_length=20, choices=CostCategory)
    year = models.PositiveSmallIntegerField(_("år"))
    amount = models.BigIntegerField(_("kronor"))

    class Meta:
        verbose_name = _("budgetrad")
        verbose_name_plural = _("budgetrader")
        ordering = ["category", "year"]
        constraints = [
            models.UniqueConstraint(fields=["application", "category", "year"], name="budget_line_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_line_not_negative"),
            models.CheckConstraint(
                condition=Q(category__in=CostCategory.values), name="budget_line_category"
            ),
        ]
        triggers = [
            FrozenWithParent(
                name="budget_frozen", parent_field="application", editable=[ApplicationStatus.DRAFT]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.year}: {self.amount}"


class Financing(models.Model):
    """Medfinansiering from one financier: money, or working time as hours × kronor per hour.

    ``amount`` is whole kronor and, for working time, always hours × hourly rate."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="financing")
    order = models.PositiveSmallIntegerField(_("ordning"))
    financier = models.CharField(_("finansiär"), max_length=200)
    kind = models.CharField(_("slag"), max_length=10, choices=FinancingKind)
    source = models.CharField(
        _("källa"), max_length=12, choices=FinancingSource, default=FinancingSource.PRIVATE
    )
    hours = models.PositiveIntegerField(_("timmar"), null=True, blank=True)
    hourly_rate = models.PositiveIntegerField(_("kronor per timme"), null=True, blank=True)
    amount = models.BigIntegerField(_("kronor"), null=True, blank=True)

    class Meta:
        verbose_name = _("medfinansiering")
        verbose_name_plural = _("medfinansiering")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "order"],
                name="financing_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(kind=FinancingKind.CASH, hours__isnull=True, hourly_rate__isnull=True)
                | Q(
                    kind=FinancingKind.IN_KIND,
                    hours__isnull=False,
                    hourly_rate__isnull=False,
                    amount__isnull=False,
                    amount=F("hours") * F("hourly_rate"),
                )
                | (
                    Q(kind=FinancingKind.IN_KIND, amount__isnull=True)
                    & (Q(hours__isnull=True) | Q(hourly_rate__isnull=True))
                ),
                name="financing_in_kind_is_hours_times_rate",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="financing_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(source__in=FinancingSource.values), name="financing_source_known"
            ),
        ]
        triggers = [
            FrozenWithParent(
                name="financing_frozen", parent_field="application", editable=[ApplicationStatus.DRAFT]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.financier}: {self.amount}"
