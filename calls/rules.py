"""Who may do what with calls and meetings. Reading the published ones needs no rule: everyone may."""

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User


def may_see_all_calls(user: User) -> bool:
    """The inner list, which holds drafts too (architecture: Roles)."""
    return user.has_role(Role.OFFICER, Role.ADMIN)


def may_edit_calls(user: User) -> bool:
    """Calls and what belongs to them: written, published and concluded by officers."""
    return user.has_role(Role.OFFICER, Role.ADMIN)


def may_arrange_meetings(user: User) -> bool:
    """Meetings, drafts too, and those who have registered for them (architecture: Roles)."""
    return user.has_role(Role.OFFICER, Role.ADMIN)
