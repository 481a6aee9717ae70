"""Who may do what in the diary's inner pages. The public diary is for everyone."""

from django.contrib.auth.models import AnonymousUser

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.diary.models import Case


def may_see_cases(user: User | AnonymousUser) -> bool:
    """The region's own people who handle cases, with counterparts and files. Assessors and members do not."""
    return isinstance(user, User) and user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


def may_assign_case(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and user.has_role(Role.OFFICER, Role.REGISTRAR)


def may_see_trail(user: User | AnonymousUser) -> bool:
    """Who did what in a case is read by those who answer for the diary and the portal."""
    return isinstance(user, User) and user.has_role(Role.REGISTRAR, Role.ADMIN)


def may_register(user: User | AnonymousUser) -> bool:
    """Open cases and register records by hand, close cases and open them again."""
    return isinstance(user, User) and user.has_role(Role.OFFICER, Role.REGISTRAR)


def may_correct(user: User | AnonymousUser) -> bool:
    """Cancel what should not have been registered, and change what a case is called."""
    return isinstance(user, User) and user.has_role(Role.REGISTRAR)


def may_mark(user: User | AnonymousUser, case: Case) -> bool:
    """Set and lift secrecy marks in the case: the registrar, and the officer who has it. A case that nobody
    has is any officer's to mark: what is secret cannot wait for the case to be given to somebody."""
    if not isinstance(user, User):
        return False
    handles = user.has_role(Role.OFFICER) and case.officer_id in (None, user.pk)
    return handles or user.has_role(Role.REGISTRAR)
