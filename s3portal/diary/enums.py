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


class CaseStepKind(models.TextChoices):
    """What somebody has done with a case by hand, beside registering in it."""

    OPENED = "opened", _("Öppnat för hand")
    CHANGED = "changed", _("Ändrat")
    CLOSED = "closed", _("Avslutat")
    REOPENED = "reopened", _("Öppnat igen")
    CANCELLED = "cancelled", _("Makulerat")
    MERGED = "merged", _("Sammanfört med ett annat ärende")
    UNMERGED = "unmerged", _("Sammanföringen upphävd")

    @classmethod
    def with_reason(cls) -> "tuple[CaseStepKind, ...]":
        """Those that are not taken without saying why."""
        return (cls.CHANGED, cls.REOPENED, cls.CANCELLED, cls.MERGED, cls.UNMERGED)


class Confirmation(models.TextChoices):
    """What only a person can know before a case is closed: its checklist."""

    REGISTERED = "registered", _("Alla handlingar som hör till ärendet är registrerade")
    CLEARED = "cleared", _("Utkast, dubbletter och arbetsmaterial är rensade")
    TOLD = "told", _("De som ska få besked har fått det")
