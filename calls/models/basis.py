"""What calls rest on: strategies with their strength areas, and the law as dated rows."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from calls.enums import AppealRule
from calls.triggers import KeptBySigned

#: What signed decisions read of their legal basis for as long as they stand (``triggers.KeptBySigned``).
_KEPT = ("appeal_rule", "code")


class Strategy(models.Model):
    """A regional strategy for smart specialisation and its programme years (inclusive)."""

    name = models.CharField(_("namn"), max_length=200, unique=True)
    first_year = models.PositiveSmallIntegerField(_("första år"))
    last_year = models.PositiveSmallIntegerField(_("sista år"))

    class Meta:
        verbose_name = _("strategi")
        verbose_name_plural = _("strategier")
        ordering = ["-first_year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")), name="strategy_years_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_year}–{self.last_year}"


class StrengthArea(models.Model):
    """A styrkeområde. ``color`` and ``icon`` name the design's palette and symbol."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="areas")
    slug = models.SlugField(_("adress"), unique=True)
    name = models.CharField(_("namn"), max_length=100)
    summary = models.CharField(_("sammanfattning"), max_length=300)
    text = models.TextField(_("text"), blank=True)
    color = models.CharField(_("färg"), max_length=20)
    icon = models.CharField(_("symbol"), max_length=30)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)

    class Meta:
        verbose_name = _("styrkeområde")
        verbose_name_plural = _("styrkeområden")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class LegalBasisQuerySet(models.QuerySet["LegalBasis"]):
    def valid_on(self, day: Any) -> "LegalBasisQuerySet":
        """Rows in force on ``day`` (both ends inclusive)."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class LegalBasis(models.Model):
    """What a grant rests on, as a dated row: the law changes, old cases do not.

    ``max_aid_percent`` is the highest share of the total cost the basis allows; None means no cap of its own.
    ``de_minimis_ceiling_eur`` is what a single undertaking may receive in three years, in whole euro; None
    means that the grant is no försumbart stöd. ``plain_words`` tells an applicant what the basis means.
    """

    code = models.SlugField(_("kod"))
    name = models.CharField(_("namn"), max_length=300)
    valid_from = models.DateField(_("gäller från"))
    valid_to = models.DateField(_("gäller till och med"), null=True, blank=True)
    appeal_rule = models.CharField(_("överklagande"), max_length=30, choices=AppealRule)
    max_aid_percent = models.DecimalField(
        _("högsta stödnivå i procent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    state_aid_allowed = models.BooleanField(_("får vara statligt stöd"), default=False)
    publication_consent_required = models.BooleanField(_("kräver samtycke till publicering"), default=False)
    apply_before_start = models.BooleanField(_("ansökan före start"), default=False)
    de_minimis_ceiling_eur = models.PositiveIntegerField(
        _("tak för försumbart stöd i euro"), null=True, blank=True
    )
    plain_words = models.TextField(_("med enkla ord"), blank=True)
    source = models.CharField(_("källa"), max_length=300, blank=True)

    objects = LegalBasisQuerySet.as_manager()

    class Meta:
        verbose_name = _("rättslig grund")
        verbose_name_plural = _("rättsliga grunder")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="legal_basis_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="legal_basis_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(max_aid_percent__isnull=True)
                | Q(max_aid_percent__gt=0, max_aid_percent__lte=100),
                name="legal_basis_percent",
            ),
            models.CheckConstraint(
                condition=Q(appeal_rule__in=AppealRule.values), name="legal_basis_appeal_known"
            ),
            models.CheckConstraint(
                condition=Q(de_minimis_ceiling_eur__isnull=True) | Q(de_minimis_ceiling_eur__gt=0),
                name="legal_basis_de_minimis_ceiling",
            ),
        ]
        triggers = [KeptBySigned(name="kept_by_signed")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Decisions that are signed keep what they rest on; the law's change is a row of its own. Asked here,
        so that the file, the support pages and whoever validates say it alike."""
        super().clean()
        stored = LegalBasis.objects.filter(pk=self.pk, decision__status="signed").distinct().first()
        changed = (
            [] if stored is None else [one for one in _KEPT if getattr(stored, one) != getattr(self, one)]
        )
        if changed:
            raise ValidationError(
                {
                    changed[0]: _(
                        "Undertecknade beslut vilar på den här raden. Sätt en sista dag på den och lägg in "
                        "en ny rad som gäller från dagen efter."
                    )
                }
            )
