"""Who may do what with calls and meetings. Reading the published ones needs no rule: everyone may."""

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


def may_see_all_calls(user: User) -> bool:
    """The inner list, which holds drafts too (architecture: Roles)."""
    return user.has_role(Role.OFFICER, Role.ADMIN)


def may_edit_calls(user: User) -> bool:
    """Calls and what belongs to them: written, published and concluded by officers."""
    return user.has_role(Role.OFFICER, Role.ADMIN)


def may_arrange_meetings(user: User) -> bool:
    """Meetings, drafts too, and those who have registered for them (architecture: Roles)."""
    return user.has_role(Role.OFFICER, Role.ADMIN)


# --- What services begin with -----------------------------------------------------------------------------
def require_call_editor(actor: User | None) -> None:
    """Raises Refusal. ``actor`` is None when the portal itself acts, as when a file is entered."""
    if actor is not None and not may_edit_calls(actor):
        raise Refusal("Bara handläggare får ändra i en utlysning.")


def require_meeting_arranger(actor: User | None) -> None:
    """Raises Refusal. ``actor`` is None when the portal itself acts, or a visitor with their own link."""
    if actor is not None and not may_arrange_meetings(actor):
        raise Refusal("Bara handläggare får ordna möten.")
