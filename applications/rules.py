"""Who may do what with an application. Shared by views and templates."""

from applications.enums import ApplicationAction
from applications.impartiality import ASKED, declaration_of, is_recused
from applications.models import Application
from applications.transitions import allowed
from s3portal.accounts.enums import MembershipRole, Role
from s3portal.accounts.models import Membership, User
from s3portal.accounts.rules import may_sign_for, may_write_for, membership_of

READERS = (Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


# --- The applicant ----------------------------------------------------------------------------------------
def may_write(user: User, application: Application) -> bool:
    """Owners and editors of the organisation, while it is a draft."""
    return application.is_draft and may_write_for(user, application.organisation)


def may_submit(user: User, application: Application) -> bool:
    """A signatory of the organisation, while it is a draft."""
    return application.is_draft and may_sign_for(user, application.organisation)


def may_sign(user: User, application: Application) -> bool:
    """A signatory of the organisation."""
    return may_sign_for(user, application.organisation)


def may_attest(user: User, application: Application) -> bool:
    """Who writes without being a signatory sends by attesting that they may represent the organisation."""
    return (
        application.is_draft
        and may_write_for(user, application.organisation)
        and not may_sign_for(user, application.organisation)
    )


def may_withdraw(user: User, application: Application) -> bool:
    """Owners and signatories, while a decision is awaited."""
    if not allowed(application.status, ApplicationAction.WITHDRAW):
        return False
    membership = membership_of(user, application.organisation)
    return membership is not None and _speaks_for(membership)


def may_change(user: User, application: Application) -> bool:
    """Owners and editors, while what was sent can still be replaced by a new one."""
    return allowed(application.status, ApplicationAction.REPLACE) and may_write_for(
        user, application.organisation
    )


def is_supplemented(application: Application) -> bool:
    """A request for a supplement waits for its answer."""
    return allowed(application.status, ApplicationAction.ANSWER)


def may_answer(user: User, application: Application) -> bool:
    """Owners and editors, while a supplement is asked for. No signatory is needed to answer in words."""
    return is_supplemented(application) and may_write_for(user, application.organisation)


def _speaks_for(membership: Membership) -> bool:
    return membership.is_signatory or membership.role == MembershipRole.OWNER


# --- The region -------------------------------------------------------------------------------------------
def may_see_work_list(user: User) -> bool:
    """An assessor reaches the address too, and is led on to their own list."""
    return may_read_received(user) or user.has_role(Role.ASSESSOR)


def may_read_received(user: User) -> bool:
    """Any application that has been sent. Drafts are read by nobody at the region (TF 2:13)."""
    return user.has_role(*READERS)


def may_handle(user: User) -> bool:
    """Assign, assess and write decisions."""
    return user.has_role(Role.OFFICER)


def may_be_decided(application: Application) -> bool:
    """Whether a decision on it can be signed now: it has been assessed and not withdrawn."""
    return allowed(application.status, ApplicationAction.GRANT)


# --- Jäv and assessments ----------------------------------------------------------------------------------
def may_declare(user: User, application: Application) -> bool:
    """Answer the question of jäv: those who are asked, of what they may read or have answered before."""
    if not user.has_role(*ASKED):
        return False
    return (
        may_read_received(user)
        or is_assigned(user, application)
        or declaration_of(user, application) is not None
    )


def may_assess(user: User) -> bool:
    """Be given applications to assess."""
    return user.has_role(Role.ASSESSOR, Role.OFFICER)


def is_assigned(user: User, application: Application) -> bool:
    return application.assignments.of(user).exists()


def may_see_openings(user: User) -> bool:
    """Who has opened what: the registrar keeps an eye on it."""
    return user.has_role(Role.REGISTRAR, Role.ADMIN)


def may_take_part(user: User, application: Application) -> bool:
    """Handle, draft or sign in this case at all: not for who has declared jäv (KL 6:30, 7:4)."""
    return not is_recused(user, application)
