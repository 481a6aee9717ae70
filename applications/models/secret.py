"""What the applicant says is a trade secret."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.triggers import FrozenWhenSent


class TradeSecret(models.Model):
    """The applicant's mark that a field holds affärshemligheter, and why.

    A reminder and no decision: whether something is secret (OSL 30:27) is tried anew at each request.
    ``field`` is the key of the field in its part (``parts.FieldText.key``)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="trade_secrets")
    field = models.CharField(_("fält"), max_length=60)
    reason = models.TextField(_("vad och varför"))

    class Meta:
        verbose_name = _("affärshemlighet")
        verbose_name_plural = _("affärshemligheter")
        ordering = ["field"]
        constraints = [
            models.UniqueConstraint(fields=["application", "field"], name="trade_secret_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="trade_secret_has_reason"),
        ]
        triggers = [
            FrozenWhenSent(name="trade_secrets_frozen"),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.field}"
