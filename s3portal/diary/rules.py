"""Who may do what in the diary's inner pages. The public diary is for everyone."""

from django.contrib.auth.models import AnonymousUser

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User


def may_see_cases(user: User | AnonymousUser) -> bool:
    """The region's own people who handle cases, with counterparts and files. Assessors and members do not."""
    return isinstance(user, User) and user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


def may_assign_case(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and user.has_role(Role.OFFICER, Role.REGISTRAR)
