"""Following calls and meetings by e-mail, without an account."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.models.basis import StrengthArea


class Subscription(models.Model):
    """A confirmed address and what it follows: everything, or some strength areas.

    There is no row before the address is confirmed (the confirmation is a signed link), and none after
    unsubscribing. ``token`` is the secret in the links of the mails."""

    email = models.EmailField(_("e-post"))
    everything = models.BooleanField(_("allt"), default=False)
    areas = models.ManyToManyField(
        StrengthArea, related_name="subscriptions", blank=True, verbose_name=_("styrkeområden")
    )
    token = models.UUIDField(_("hemlig nyckel"), default=uuid.uuid4, unique=True, editable=False)
    confirmed_at = models.DateTimeField(_("bekräftad"), default=timezone.now)

    class Meta:
        verbose_name = _("prenumeration")
        verbose_name_plural = _("prenumerationer")
        ordering = ["-confirmed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="subscription_email_once"),
            models.CheckConstraint(condition=~Q(email=""), name="subscription_has_email"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def manage_path(self) -> str:
        """The page where what is followed is changed, for a mail's ``{{ base_url }}{{ path }}``."""
        return reverse("calls:subscription", args=[self.token])

    @property
    def unsubscribe_url(self) -> str:
        """The whole address where one POST ends the subscription (RFC 8058); a visit gets a button."""
        return settings.BASE_URL + reverse("calls:unsubscribe", args=[self.token])
