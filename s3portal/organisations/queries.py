"""Organisations, those who act for them, and those who have been asked to."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.db.models.functions import Lower

from s3portal.accounts.models import Membership, Organisation, User
from s3portal.organisations.models import Invitation


def has_address(user: User, email: str) -> bool:
    """Whether the person has shown that they read the mail of this address."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists())


def invitations_to(user: User, *, now: datetime) -> QuerySet[Invitation]:
    """What the person has been asked and may still answer."""
    mine = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    addresses = [email.lower() for email in mine]
    return (
        Invitation.objects.holding(now=now)
        .alias(address=Lower("email"))
        .filter(address__in=addresses)
        .select_related("organisation", "invited_by")
        .order_by("-invited_at", "-pk")
    )


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    return organisation.memberships.select_related("user", "confirmed_by").order_by("user__full_name", "pk")


def unconfirmed_members(text: str = "") -> QuerySet[Membership]:
    """Those whom nobody has vouched for, the longest waiting first; ``text`` in name or number."""
    found = Membership.objects.filter(confirmed_at__isnull=True)
    if text:
        found = found.filter(organisation__name__icontains=text) | found.filter(
            organisation__org_number__startswith=text
        )
    return found.select_related("user", "organisation").order_by("created_at", "pk")
