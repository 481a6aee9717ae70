from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseStatus(models.TextChoices):
    OPEN = "open", _("Pågående")
    CLOSED = "closed", _("Avslutat")
    CANCELLED = "cancelled", _("Makulerat")


class Direction(models.TextChoices):
    """How a record came to be (OSL 5:2)."""

    INCOMING = "incoming", _("Inkommen")
    OUTGOING = "outgoing", _("Utgående")
    DRAWN_UP = "drawn_up", _("Upprättad")
