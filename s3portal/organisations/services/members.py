"""Changing what people may do for an organisation. There is always somebody who owns it."""

from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from s3portal.accounts.enums import MembershipRole
from s3portal.accounts.models import Membership, Organisation, User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.organisations.rules import may_confirm, may_vouch
from s3portal.organisations.services.locking import (
    locked,
    membership_in,
    require_another_owner,
    require_owner,
)
from s3portal.outbox.services import enqueue_mail


@transaction.atomic
def change_member(
    *, organisation_id: int, membership_id: int, actor: User, role: str, is_signatory: bool
) -> Membership:
    """Give a person another role, or the right to sign. The last owner stays owner."""
    organisation = locked(organisation_id)
    require_owner(organisation, actor)
    membership = membership_in(organisation, membership_id)
    if role != MembershipRole.OWNER:
        require_another_owner(organisation, membership)
    if (membership.role, membership.is_signatory) == (role, is_signatory):
        return membership
    membership.role, membership.is_signatory = role, is_signatory
    membership.save(update_fields=["role", "is_signatory"])
    _note(
        organisation, actor, "member_changed", f"{membership.user} är {membership.get_role_display().lower()}"
    )
    return membership


@transaction.atomic
def remove_member(*, organisation_id: int, membership_id: int, actor: User) -> None:
    """End somebody's right to act for the organisation; they are told by mail."""
    organisation = locked(organisation_id)
    require_owner(organisation, actor)
    membership = membership_in(organisation, membership_id)
    require_another_owner(organisation, membership)
    _end(organisation, membership, actor, "member_removed", f"{membership.user} borttagen")
    _mail("member_removed", membership, actor)


@transaction.atomic
def leave_organisation(*, organisation_id: int, actor: User) -> None:
    """Stop acting for the organisation. Raises Refusal to its last owner."""
    organisation = locked(organisation_id)
    membership = organisation.memberships.select_related("user").filter(user=actor).first()
    if membership is None:
        raise Refusal("Du är redan borta ur organisationen.")
    require_another_owner(organisation, membership)
    _end(organisation, membership, actor, "member_left", f"{actor} lämnade organisationen")


@transaction.atomic
def hand_over_ownership(*, organisation_id: int, membership_id: int, actor: User) -> Membership:
    """Make another member the owner; who hands over goes on as editor and keeps the right to sign."""
    organisation = locked(organisation_id)
    own = require_owner(organisation, actor)
    heir = membership_in(organisation, membership_id)
    if heir.pk == own.pk:
        raise Refusal("Välj någon annan än dig själv.", field="member")
    if not heir.user.is_active:
        raise Refusal("Personen kan inte logga in längre. Välj någon annan.", field="member")
    heir.role, own.role = MembershipRole.OWNER, MembershipRole.EDITOR
    heir.save(update_fields=["role"])
    own.save(update_fields=["role"])
    _note(organisation, actor, "ownership_handed_over", f"{heir.user} äger {organisation} efter {actor}")
    _mail("ownership_received", heir, actor)
    return heir


@transaction.atomic
def confirm_member(*, organisation_id: int, membership_id: int, actor: User) -> Membership:
    """Vouch that a person belongs to the organisation: an officer, or a confirmed signatory of it.

    Nobody vouches for themselves. Raises Refusal to all others."""
    organisation = locked(organisation_id)
    membership = membership_in(organisation, membership_id)
    own = organisation.memberships.filter(user=actor).first()
    if membership.user_id == actor.pk or not (may_confirm(actor) or (own is not None and may_vouch(own))):
        raise Refusal("Bara en handläggare eller en bekräftad firmatecknare kan bekräfta någon annan.")
    if membership.is_confirmed:
        return membership
    membership.confirmed_at, membership.confirmed_by = timezone.now(), actor
    membership.save(update_fields=["confirmed_at", "confirmed_by"])
    _note(organisation, actor, "member_confirmed", f"{membership.user} bekräftad för {organisation}")
    _mail("member_confirmed", membership, actor)
    return membership


@transaction.atomic
def reject_member(*, organisation_id: int, membership_id: int, actor: User, reason: str) -> None:
    """An officer ends the membership of one who does not belong there; the person is told why.

    An organisation that nobody else is in, and that has applied for nothing, goes with them. Raises Refusal
    when it has: then somebody who belongs there must own it first."""
    organisation = locked(organisation_id)
    if not may_confirm(actor):
        raise Refusal("Bara en handläggare kan avvisa någon.")
    membership = membership_in(organisation, membership_id)
    if membership.is_confirmed:
        raise Refusal("Personen är bekräftad. En ägare i organisationen kan ta bort den som slutat.")
    _end(organisation, membership, actor, "member_rejected", f"{membership.user} avvisad: {reason}")
    _mail("member_rejected", membership, actor, reason=reason)
    remaining = organisation.memberships
    if not remaining.exists():
        try:
            organisation.delete()
        except ProtectedError as error:
            raise Refusal(
                "Organisationen har ansökningar. Låt någon som hör dit bli ägare innan du avvisar."
            ) from error
    elif not remaining.filter(role=MembershipRole.OWNER).exists():
        raise Refusal("Organisationen måste ha en ägare. Låt någon annan bli ägare innan du avvisar.")


# --- Parts ------------------------------------------------------------------------------------------------
def _end(organisation: Organisation, membership: Membership, actor: User, action: str, text: str) -> None:
    _note(organisation, actor, action, text)
    # The object keeps its key: mails about it are told apart by it.
    Membership.objects.filter(pk=membership.pk).delete()


def _note(organisation: Organisation, actor: User, action: str, text: str) -> None:
    record_event(actor=actor, action=action, obj=organisation, text=text)


def _mail(kind: str, membership: Membership, actor: User, **more: object) -> None:
    organisation = membership.organisation
    enqueue_mail(
        kind=kind,
        key=f"{kind}:{membership.pk}:{timezone.now().isoformat()}",
        to_email=membership.user.email,
        obj=organisation,
        context={
            "organisation": organisation,
            "actor": actor,
            "path": reverse("organisations:detail", args=[organisation.pk]),
            **more,
        },
    )
