"""What happens to organisations and those who act for them."""

from s3portal.organisations.services.creating import change_details, create_organisation
from s3portal.organisations.services.inviting import (
    accept_invitation,
    decline_invitation,
    invite_member,
    renew_invitation,
    revoke_invitation,
)
from s3portal.organisations.services.members import (
    change_member,
    confirm_member,
    hand_over_ownership,
    leave_organisation,
    reject_member,
    remove_member,
)

__all__ = [
    "accept_invitation",
    "change_details",
    "change_member",
    "confirm_member",
    "create_organisation",
    "decline_invitation",
    "hand_over_ownership",
    "invite_member",
    "leave_organisation",
    "reject_member",
    "remove_member",
    "renew_invitation",
    "revoke_invitation",
]
