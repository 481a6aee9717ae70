"""Who may do what with an organisation and those who act for it."""

from s3portal.accounts.enums import Role
from s3portal.accounts.models import Membership, User


def may_manage(membership: Membership) -> bool:
    """Owners invite, change and remove people, and keep the organisation's particulars."""
    return membership.is_owner


def may_vouch(membership: Membership) -> bool:
    """Confirm that others belong to the organisation: only a signatory who is confirmed."""
    return membership.is_signatory and membership.is_confirmed


def may_confirm(user: User) -> bool:
    """The region's own people who confirm those who have added an organisation on their own word."""
    return user.has_role(Role.OFFICER)
