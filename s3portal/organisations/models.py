"""Invitations to act for an organisation."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.accounts.enums import MembershipRole
from s3portal.accounts.models import Organisation
from s3portal.organisations.enums import InvitationOutcome

_WAITING = Q(outcome=InvitationOutcome.WAITING)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        """Not answered and not taken back; they may be too old."""
        return self.filter(_WAITING)

    def holding(self, *, now: datetime) -> "InvitationQuerySet":
        """Those that can still be answered at ``now``."""
        return self.filter(_WAITING, expires_at__gt=now)


class Invitation(models.Model):
    """One address asked to act for one organisation.

    The address in the mail holds no secret: only who is logged in with the invited address may answer.
    """

    token = models.UUIDField(_("adress"), default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-postadress"))
    role = models.CharField(_("roll"), max_length=20, choices=MembershipRole)
    is_signatory = models.BooleanField(_("får teckna firma"), default=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("inbjuden"), default=timezone.now)
    expires_at = models.DateTimeField(_("gäller till"))
    outcome = models.CharField(
        _("utfall"), max_length=10, choices=InvitationOutcome, default=InvitationOutcome.WAITING
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("besvarad"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbjudan")
        verbose_name_plural = _("inbjudningar")
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation", Lower("email"), name="invitation_one_waiting", condition=_WAITING
            ),
            models.CheckConstraint(condition=Q(role__in=MembershipRole.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=~Q(role=MembershipRole.SIGNATORY) | Q(is_signatory=True),
                name="invitation_signatory_signs",
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome=InvitationOutcome.WAITING, answered_at__isnull=True, answered_by__isnull=True
                )
                | (
                    Q(
                        outcome__in=[
                            InvitationOutcome.ACCEPTED,
                            InvitationOutcome.DECLINED,
                            InvitationOutcome.REVOKED,
                        ],
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                    )
                ),
                name="invitation_answered_has_who_and_when",
            ),
        ]
        indexes = [models.Index(Lower("email"), name="invitation_waiting_for", condition=_WAITING)]

    def __str__(self) -> str:
        return f"{self.email}, {self.organisation}"

    @property
    def is_waiting(self) -> bool:
        return self.outcome == InvitationOutcome.WAITING

    def has_expired(self, *, now: datetime) -> bool:
        return self.is_waiting and self.expires_at <= now
