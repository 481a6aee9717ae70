from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageStatus(models.TextChoices):
    QUEUED = "queued", _("I kö")
    SENT = "sent", _("Skickat")
    FAILED = "failed", _("Misslyckat")
    CANCELLED = "cancelled", _("Avbrutet")


class MailGroup(models.TextChoices):
    """What a person can turn off: reminders and news. Official mail (receipts, decisions) is in no group."""

    CALLS = "calls", _("Påminnelser om ansökningar som inte är inskickade")
    NEWS = "news", _("Nya utlysningar och möten som du följer")
    MEETINGS = "meetings", _("Påminnelser om möten som du är anmäld till")
    WORK = "work", _("Påminnelser i arbetet: underskrifter och anmälan till nämnd")
