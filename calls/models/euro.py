"""What a euro costs, as dated rows: aid is counted in euro at the rate of the day it was given."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EuroRate(models.Model):
    """Kronor for one euro, from ``valid_from`` until the day before the next row."""

    valid_from = models.DateField(_("gäller från"), unique=True)
    sek_per_euro = models.DecimalField(
        _("kronor per euro"),
        max_digits=8,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("0.0001"))],
    )
    source = models.CharField(_("källa"), max_length=300)

    class Meta:
        verbose_name = _("eurokurs")
        verbose_name_plural = _("eurokurser")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(sek_per_euro__gt=0), name="euro_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.sek_per_euro}"
