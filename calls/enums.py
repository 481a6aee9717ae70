from django.db import models
from django.utils.translation import gettext_lazy as _


class CallStatus(models.TextChoices):
    """Stored status. Coming, open and closed follow from the clock (``CallPhase``)."""

    DRAFT = "draft", _("Utkast")
    PUBLISHED = "published", _("Publicerad")
    CONCLUDED = "concluded", _("Avslutad")


class CallPhase(models.TextChoices):
    """What the public sees, from the clock in Europe/Stockholm."""

    COMING = "coming", _("Kommande")
    OPEN = "open", _("Öppen för ansökan")
    CLOSED = "closed", _("Stängd")

    @property
    def color(self) -> str:
        """Designsystemet's colour for the phase."""
        return {"open": "success", "coming": "info", "closed": "neutral"}[self.value]


class AppealRule(models.TextChoices):
    """How a decision on a legal basis may be appealed (domain.md §3)."""

    LEGALITY_REVIEW = "legality_review", _("Laglighetsprövning enligt kommunallagen 13 kap.")
    NOT_APPEALABLE = "not_appealable", _("Får inte överklagas")
    STOP_AND_RECOVERY_ONLY = "stop_and_recovery_only", _("Bara beslut om stoppad utbetalning och återkrav")


class MeetingKind(models.TextChoices):
    INFORMATION = "information", _("Informationsmöte")
    DIALOGUE = "dialogue", _("Dialogmöte")
    VISION = "vision", _("Vision och prioriteringar")
    MOBILISATION = "mobilisation", _("Mobilisering")
    OTHER = "other", _("Möte")


class RegistrationRule(models.TextChoices):
    NOT_NEEDED = "not_needed", _("Ingen anmälan")
    BY_MAIL = "by_mail", _("Anmälan med e-post")
    CLOSED = "closed", _("Anmälan är stängd")
