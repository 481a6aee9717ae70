from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageStatus(models.TextChoices):
    QUEUED = "queued", _("I kö")
    SENT = "sent", _("Skickat")
    FAILED = "failed", _("Misslyckat")
    CANCELLED = "cancelled", _("Avbrutet")


class CancelReason(models.TextChoices):
    """Why a message was stopped before it left."""

    BY_HAND = "by_hand", _("Avbrutet av handläggare")
    TOO_LATE = "too_late", _("För sent att skicka")
    CHANGED = "changed", _("Det som utskicket handlar om har ändrats")
    OPTED_OUT = "opted_out", _("Mottagaren har valt bort utskicken")
    LAPSED = "lapsed", _("Gäller inte längre för mottagaren")


class MailGroup(models.TextChoices):
    """What a person can turn off: reminders and news. Official mail (receipts, decisions) is in no group."""

    CALLS = "calls", _("Påminnelser om ansökningar som inte är inskickade")
    NEWS = "news", _("Nya utlysningar och möten som du följer")
    MEETINGS = "meetings", _("Påminnelser om möten som du är anmäld till")
    WORK = "work", _("Påminnelser i arbetet: underskrifter och anmälan till nämnd")
