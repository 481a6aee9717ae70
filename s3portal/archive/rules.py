"""Who takes packages out for the archive."""

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User


def may_archive(user: User) -> bool:
    """The registrar: a package holds all there is in a case, what is secret too."""
    return user.has_role(Role.REGISTRAR)
