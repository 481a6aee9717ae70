"""Asking people by mail to act for an organisation, and their answers."""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from s3portal.accounts.models import Membership, Organisation, User
from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.organisations.enums import InvitationOutcome
from s3portal.organisations.models import Invitation
from s3portal.organisations.queries import has_address
from s3portal.organisations.rules import may_manage
from s3portal.organisations.services.locking import locked, require_owner
from s3portal.outbox.services import cancel_queued, enqueue_mail

HOLDS: Final = timedelta(days=30)
#: More than this at once is no invitation of colleagues.
MOST_WAITING: Final = 50
#: So many mails leave for an organisation in a day, new ones and those sent again: the portal is no way to
#: write to strangers.
MOST_A_DAY: Final = 50
_MAILED: Final = ("member_invited", "invitation_renewed")
ANSWERED = "Inbjudan är redan besvarad eller återkallad."


@transaction.atomic
def invite_member(
    *, organisation_id: int, actor: User, email: str, role: str, is_signatory: bool
) -> Invitation:
    """Ask ``email`` to act for the organisation; the invitation holds for 30 days.

    Raises Refusal when the person is there already, or has an invitation that still holds.
    """
    organisation = locked(organisation_id)
    require_owner(organisation, actor)
    if organisation.memberships.filter(user__email__iexact=email).exists():
        raise Refusal("Personen är redan med i organisationen.", field="email")
    _require_not_too_many(organisation)
    now = timezone.now()
    waiting = organisation.invitations.waiting()
    if waiting.holding(now=now).count() >= MOST_WAITING:
        raise Refusal(f"Ni har {MOST_WAITING} inbjudningar som väntar på svar. Återkalla några först.")
    # One that nobody answered in time makes room for the new one.
    waiting.filter(email__iexact=email, expires_at__lte=now).update(
        outcome=InvitationOutcome.REVOKED, answered_at=now, answered_by=actor
    )
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=email.lower(),
                role=role,
                is_signatory=is_signatory,
                invited_by=actor,
                invited_at=now,
                expires_at=now + HOLDS,
            )
    except IntegrityError as error:
        raise Refusal("Personen är redan inbjuden. Skicka inbjudan igen i listan.", field="email") from error
    _note(invitation, actor, "member_invited", f"{email} inbjuden till {organisation}")
    _mail(invitation)
    return invitation


@transaction.atomic
def renew_invitation(*, invitation_id: int, actor: User) -> Invitation:
    """Send the invitation once more, in the name of ``actor``; it holds for 30 days from now."""
    invitation = _waiting(invitation_id)
    require_owner(invitation.organisation, actor)
    _require_not_too_many(invitation.organisation)
    invitation.invited_by, invitation.expires_at = actor, timezone.now() + HOLDS
    invitation.save(update_fields=["invited_by", "expires_at"])
    cancel_queued(obj=invitation, kinds=["member_invited"], actor=actor)
    _note(invitation, actor, "invitation_renewed", f"Inbjudan till {invitation.email} skickad igen")
    _mail(invitation)
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation_id: int, actor: User) -> Invitation:
    """Take the invitation back; the link in the mail says so."""
    invitation = _waiting(invitation_id)
    require_owner(invitation.organisation, actor)
    _answer(invitation, actor, InvitationOutcome.REVOKED)
    cancel_queued(obj=invitation, actor=actor)
    _note(invitation, actor, "invitation_revoked", f"Inbjudan till {invitation.email} återkallad")
    return invitation


@transaction.atomic
def accept_invitation(*, invitation_id: int, actor: User) -> Membership:
    """Become a member as invited. Who was invited by a confirmed person is confirmed.

    Raises Refusal when the invitation is for another address, too old, answered or taken back, and when who
    invited may no longer do so: nobody comes back by an invitation they left behind.
    """
    invitation = _waiting(invitation_id)
    _require_mine(invitation, actor)
    organisation = invitation.organisation
    inviter = organisation.memberships.filter(user=invitation.invited_by).first()
    if inviter is None or not may_manage(inviter):
        raise Refusal(
            f"{invitation.invited_by} sköter inte längre organisationen. Be någon annan där att skicka "
            "inbjudan igen."
        )
    vouched = inviter.is_confirmed
    now = timezone.now()
    membership, created = Membership.objects.get_or_create(
        organisation=organisation,
        user=actor,
        defaults={
            "role": invitation.role,
            "is_signatory": invitation.is_signatory,
            "confirmed_at": now if vouched else None,
            "confirmed_by": invitation.invited_by if vouched else None,
        },
    )
    _answer(invitation, actor, InvitationOutcome.ACCEPTED)
    _note(invitation, actor, "invitation_accepted", f"{actor} är med i {organisation}")
    if created:
        _mail_answer(invitation, "member_joined", actor)
    return membership


@transaction.atomic
def decline_invitation(*, invitation_id: int, actor: User) -> Invitation:
    """Say no. Who invited is told."""
    invitation = _waiting(invitation_id)
    _require_mine(invitation, actor)
    _answer(invitation, actor, InvitationOutcome.DECLINED)
    _note(invitation, actor, "invitation_declined", f"{invitation.email} tackade nej")
    _mail_answer(invitation, "member_declined", actor)
    return invitation


# --- Parts ------------------------------------------------------------------------------------------------
def _waiting(invitation_id: int) -> Invitation:
    """Organisation first, then the invitation, as everywhere. Raises Refusal when it has been answered."""
    organisation_id = Invitation.objects.values_list("organisation_id", flat=True).get(pk=invitation_id)
    organisation: Organisation = locked(organisation_id)
    invitation = Invitation.objects.select_related("invited_by").get(pk=invitation_id)
    invitation.organisation = organisation
    if not invitation.is_waiting:
        raise Refusal(ANSWERED)
    return invitation


def _require_not_too_many(organisation: Organisation) -> None:
    since = timezone.now() - timedelta(days=1)
    events = Event.objects.about(organisation._meta.label_lower, organisation.pk)
    if events.filter(action__in=_MAILED, at__gt=since).count() >= MOST_A_DAY:
        raise Refusal(f"Ni har skickat {MOST_A_DAY} inbjudningar det senaste dygnet. Fortsätt i morgon.")


def _require_mine(invitation: Invitation, actor: User) -> None:
    if not has_address(actor, invitation.email):
        raise Refusal("Inbjudan gäller en annan e-postadress än den du är inloggad med.")
    if invitation.has_expired(now=timezone.now()):
        raise Refusal("Inbjudan har gått ut. Be den som bjöd in dig att skicka en ny.")


def _answer(invitation: Invitation, actor: User, outcome: InvitationOutcome) -> None:
    invitation.outcome, invitation.answered_by, invitation.answered_at = outcome, actor, timezone.now()
    invitation.save(update_fields=["outcome", "answered_by", "answered_at"])


def _note(invitation: Invitation, actor: User, action: str, text: str) -> None:
    record_event(
        actor=actor,
        action=action,
        obj=invitation.organisation,
        text=text,
        data={"role": invitation.role, "is_signatory": invitation.is_signatory},
    )


def _mail(invitation: Invitation) -> None:
    path = reverse("organisations:invitation", args=[invitation.token])
    enqueue_mail(
        kind="member_invited",
        key=f"member_invited:{invitation.pk}:{invitation.expires_at.isoformat()}",
        to_email=invitation.email,
        obj=invitation,
        context={"invitation": invitation, "path": path},
        expires_at=invitation.expires_at,
    )


def _mail_answer(invitation: Invitation, kind: str, actor: User) -> None:
    path = reverse("organisations:detail", args=[invitation.organisation_id])
    enqueue_mail(
        kind=kind,
        key=f"{kind}:{invitation.pk}",
        to_email=invitation.invited_by.email,
        obj=invitation,
        context={"invitation": invitation, "actor": actor, "path": path},
    )
