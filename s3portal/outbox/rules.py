"""Who may see and handle what goes out."""

from django.contrib.auth.models import AnonymousUser

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


def may_see_outbox(user: User | AnonymousUser) -> bool:
    """The region's own people who answer for what is sent; a message may hold a whole decision."""
    return isinstance(user, User) and user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


def may_set_reminders(user: User | AnonymousUser) -> bool:
    """Only administrators decide in which words the region reminds."""
    return isinstance(user, User) and user.has_role(Role.ADMIN)


# --- What services begin with -----------------------------------------------------------------------------
def require_outbox_staff(actor: User) -> None:
    """Raises Refusal."""
    if not may_see_outbox(actor):
        raise Refusal("Bara regionens medarbetare får skicka om och avbryta utskick.")


def require_administrator(actor: User) -> None:
    """Raises Refusal."""
    if not may_set_reminders(actor):
        raise Refusal("Bara en administratör får ändra påminnelserna.")
