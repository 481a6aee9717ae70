"""A door that is open for one applicant after the call has closed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from s3portal.accounts.models import Organisation


class DoorOpening(models.Model):
    """An officer lets one organisation write and send to a call that has closed, for a stated reason.

    ``open_until`` is inclusive to the second. It goes by organisation, since no officer sees a draft."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="door_openings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="door_openings")
    reason = models.TextField(_("skäl"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("öppnad"), default=timezone.now)
    open_until = models.DateTimeField(_("öppen till"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("stängd i förtid"), null=True, blank=True)

    class Meta:
        verbose_name = _("öppnad dörr")
        verbose_name_plural = _("öppnade dörrar")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="door_has_reason"),
            models.CheckConstraint(
                condition=Q(open_until__gt=F("opened_at")), name="door_opens_before_closing"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="door_closed_has_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["call", "organisation"], name="door_one_open", condition=Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.call}"
