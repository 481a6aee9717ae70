"""What an application's project costs and who pays."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicationStatus, CostCategory, FinancingKind, FinancingSource
from applications.models.application import Application
from applications.models.attachment import Attachment
from applications.models.rows import ROW_KEY, DraftRow, Partner
from applications.triggers import TAKING_IN, FrozenWhenSent


class FrozenWithLine(pgtrigger.Trigger):
    """Refuse to add, change or remove an amount once the application of its line has been sent."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete

    def get_declare(self, model: Any) -> list[tuple[str, str]]:
        return [("parent_status", "TEXT"), ("parent_id", "BIGINT")]

    def get_func(self, model: Any) -> str:
        ask = """
            SELECT application.status, application.id INTO parent_status, parent_id
            FROM applications_budgetline AS line
            JOIN applications_application AS application ON application.id = line.application_id
            WHERE line.id = {row}.line_id;
            IF ({closed}) THEN
                RAISE EXCEPTION 'pgtrigger: % is frozen with its parent', TG_TABLE_NAME;
            END IF;
        """
        written = ", ".join(f"'{status}'" for status in ApplicationStatus.written())
        taking_in = TAKING_IN.format(status="parent_status", id="parent_id")
        closed = f"parent_status NOT IN ({written}) AND NOT ({taking_in})"
        return f"""
            IF (TG_OP <> 'INSERT') THEN {ask.format(row="OLD", closed=closed)} END IF;
            IF (TG_OP = 'DELETE') THEN RETURN OLD; END IF;
            {ask.format(row="NEW", closed=closed)}
            RETURN NEW;
        """


_FITS_LINE = """
    SELECT by_hours, hourly_rate INTO counted, rate FROM applications_budgetline WHERE id = NEW.line_id;
    IF (counted AND (NEW.hours IS NULL OR NEW.amount IS DISTINCT FROM NEW.hours::bigint * rate)) THEN
        RAISE EXCEPTION 'pgtrigger: the amount is not hours times the hourly rate';
    END IF;
    IF (NOT counted AND (NEW.hours IS NOT NULL OR NEW.amount IS NULL)) THEN
        RAISE EXCEPTION 'pgtrigger: the line is not counted in hours';
    END IF;
    RETURN NEW;
"""
# A line's rate or way of counting may not change below the amounts that were worked out from it.
_FITS_AMOUNTS = """
    IF EXISTS (
        SELECT 1 FROM applications_budgetamount AS cell
        WHERE cell.line_id = NEW.id
        AND (NEW.by_hours <> (cell.hours IS NOT NULL)
             OR (NEW.by_hours AND cell.amount IS DISTINCT FROM cell.hours::bigint * NEW.hourly_rate))
    ) THEN
        RAISE EXCEPTION 'pgtrigger: the amount is not hours times the hourly rate';
    END IF;
    RETURN NEW;
"""
_PARTNER_IS_OURS = """
    IF (NEW.partner_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM applications_partner
        WHERE id = NEW.partner_id AND application_id = NEW.application_id
    )) THEN
        RAISE EXCEPTION 'pgtrigger: the partner is of another application';
    END IF;
    RETURN NEW;
"""


_LETTER_IS_OURS = """
    IF (NEW.letter_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM applications_attachment
        WHERE id = NEW.letter_id AND application_id = NEW.application_id
    )) THEN
        RAISE EXCEPTION 'pgtrigger: the letter is of another application';
    END IF;
    RETURN NEW;
"""


class BudgetLine(DraftRow):
    """One thing that costs (or an income, which is deducted), by the applicant or a partner.

    A salary may be counted in hours (``by_hours``): then each year's amount is hours × ``hourly_rate``, in
    whole kronor. The amounts are in BudgetAmount."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="budget_lines")
    category = models.CharField(_("kostnadsslag"), max_length=20, choices=CostCategory)
    description = models.CharField(_("benämning"), max_length=200, blank=True)
    # The applicant's when null. A partner that is taken away leaves its costs to the applicant.
    partner = models.ForeignKey(
        Partner,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="budget_lines",
        verbose_name=_("samverkanspart"),
    )
    by_hours = models.BooleanField(_("räknas i timmar"), default=False)
    hourly_rate = models.PositiveIntegerField(_("kronor per timme"), null=True, blank=True)

    class Meta(DraftRow.Meta):
        verbose_name = _("budgetrad")
        verbose_name_plural = _("budgetrader")
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="budget_line_key_once"),
            models.CheckConstraint(condition=Q(key__regex=rf"^{ROW_KEY}$"), name="budget_line_key_form"),
            models.CheckConstraint(
                condition=Q(category__in=CostCategory.values), name="budget_line_category"
            ),
            models.CheckConstraint(
                condition=Q(by_hours=True, category=CostCategory.PERSONNEL)
                | Q(by_hours=False, hourly_rate__isnull=True),
                name="budget_line_hours_are_salaries",
            ),
        ]
        triggers = [
            FrozenWhenSent(name="budget_frozen"),
            pgtrigger.Trigger(
                name="line_fits_amounts",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_FITS_AMOUNTS,
            ),
            pgtrigger.Trigger(
                name="line_partner_is_ours",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_PARTNER_IS_OURS,
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.get_category_display())


class BudgetAmount(models.Model):
    """What a line costs in one calendar year, in whole kronor.

    ``amount`` is null only while the hours are typed and their rate is not."""

    line = models.ForeignKey(BudgetLine, on_delete=models.CASCADE, related_name="amounts")
    year = models.PositiveSmallIntegerField(_("år"))
    hours = models.PositiveIntegerField(_("timmar"), null=True, blank=True)
    amount = models.BigIntegerField(_("kronor"), null=True, blank=True)

    class Meta:
        verbose_name = _("budgetbelopp")
        verbose_name_plural = _("budgetbelopp")
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["line", "year"], name="budget_amount_once"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="budget_amount_not_negative"
            ),
        ]
        triggers = [
            FrozenWithLine(name="amounts_frozen"),
            pgtrigger.Trigger(
                name="amount_fits_line",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("counted", "BOOLEAN"), ("rate", "BIGINT")],
                func=_FITS_LINE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.year}: {self.amount}"


_MONEY = Q(kind__in=[FinancingKind.CASH, FinancingKind.OTHER_IN_KIND])


class Financing(DraftRow):
    """Medfinansiering from one financier: money, working time as hours × kronor per hour, or something else
    that is worth an amount.

    ``amount`` is whole kronor and, for working time, always hours × hourly rate. ``own``: the applicant's own
    money or time. ``confirmed``: promised in writing by someone else, in the file ``letter``."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="financing")
    financier = models.CharField(_("finansiär"), max_length=200)
    own = models.BooleanField(_("egna medel"), default=False)
    kind = models.CharField(_("slag"), max_length=20, choices=FinancingKind)
    source = models.CharField(
        _("källa"), max_length=12, choices=FinancingSource, default=FinancingSource.PRIVATE
    )
    hours = models.PositiveIntegerField(_("timmar"), null=True, blank=True)
    hourly_rate = models.PositiveIntegerField(_("kronor per timme"), null=True, blank=True)
    amount = models.BigIntegerField(_("kronor"), null=True, blank=True)
    confirmed = models.BooleanField(_("bekräftad skriftligt"), default=False)
    letter = models.ForeignKey(
        Attachment,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="financiers",
        verbose_name=_("brev"),
    )

    class Meta(DraftRow.Meta):
        verbose_name = _("medfinansiering")
        verbose_name_plural = _("medfinansiering")
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="financing_key_once"),
            models.CheckConstraint(condition=Q(key__regex=rf"^{ROW_KEY}$"), name="financing_key_form"),
            models.UniqueConstraint(
                fields=["application", "order"],
                name="financing_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(_MONEY, hours__isnull=True, hourly_rate__isnull=True)
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
            models.CheckConstraint(
                condition=Q(own=False) | Q(confirmed=False, letter__isnull=True),
                name="financing_own_is_not_confirmed",
            ),
        ]
        triggers = [
            FrozenWhenSent(name="financing_frozen"),
            pgtrigger.Trigger(
                name="letter_is_ours",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_LETTER_IS_OURS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.financier}: {self.amount}"
