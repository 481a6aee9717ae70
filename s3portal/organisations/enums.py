from django.db import models
from django.utils.translation import gettext_lazy as _


class InvitationOutcome(models.TextChoices):
    """What came of an invitation. That one is too old follows from the clock."""

    WAITING = "waiting", _("Väntar på svar")
    ACCEPTED = "accepted", _("Tackade ja")
    DECLINED = "declined", _("Tackade nej")
    REVOKED = "revoked", _("Återkallad")
