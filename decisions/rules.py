"""Who may do what with decisions (architecture: Roles). Views and templates ask here, services ask again."""

from applications.impartiality import is_recused
from decisions.enums import DecisionAction
from decisions.models import Decision
from decisions.transitions import allows
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User

# --- Drafting and signing ---------------------------------------------------------------------------------


def may_list_decisions(user: User) -> bool:
    """The inner list of decisions; what it holds follows from ``DecisionQuerySet.visible_to``."""
    return user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


def may_draft(user: User) -> bool:
    """Begin a decision."""
    return user.has_role(Role.OFFICER)


def may_take_part(user: User, decision: Decision) -> bool:
    """Not for who has declared jäv in the application that the decision is on (KL 6:30, 7:4)."""
    return decision.application is None or not is_recused(user, decision.application)


def may_edit_draft(user: User, decision: Decision) -> bool:
    return may_draft(user) and allows(decision.status, DecisionAction.SAVE)


def may_delete_draft(user: User, decision: Decision) -> bool:
    return may_draft(user) and allows(decision.status, DecisionAction.DELETE)


def may_propose(user: User, decision: Decision) -> bool:
    return may_draft(user) and allows(decision.status, DecisionAction.PROPOSE)


def may_return(user: User, decision: Decision) -> bool:
    """Any delegate: a proposal whose own delegate has left must not be stuck."""
    return user.has_role(Role.DELEGATE) and allows(decision.status, DecisionAction.RETURN)


def may_sign(user: User, decision: Decision) -> bool:
    """Reach the signing at all. Whether the clause, the day and the amount allow it is for ``checks``, which
    answers with sentences."""
    return user.has_role(Role.DELEGATE) and allows(decision.status, DecisionAction.SIGN)


# --- After the signature ----------------------------------------------------------------------------------


def sends_out(user: User) -> bool:
    """Expedites decisions at all."""
    return user.has_role(Role.OFFICER)


def publishes(user: User) -> bool:
    """Publishes decisions at all."""
    return user.has_role(Role.OFFICER, Role.REGISTRAR)


def may_expedite(user: User, decision: Decision) -> bool:
    """Send out the extracts. What was signed elsewhere was sent from there."""
    return (
        sends_out(user) and allows(decision.status, DecisionAction.EXPEDITE) and not decision.signed_elsewhere
    )


def may_publish(user: User, decision: Decision) -> bool:
    """Show the decision under /beslut/, or take it away."""
    return publishes(user) and allows(decision.status, DecisionAction.PUBLISH)


def may_see_meetings(user: User) -> bool:
    """The inner pages on the nämnd's meetings. Members have pages of their own."""
    return user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


def may_arrange_meetings(user: User) -> bool:
    return user.has_role(Role.REGISTRAR, Role.ADMIN)


def may_report(user: User) -> bool:
    """Put signed decisions on a meeting's list, or take them off it."""
    return user.has_role(Role.REGISTRAR)


def may_read_reported(user: User) -> bool:
    """The nämnd's own pages; which lists follows from the committees the member sits in."""
    return user.has_role(Role.COMMITTEE_MEMBER)


def may_see_delegation(user: User) -> bool:
    return user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.COMMITTEE_MEMBER, Role.ADMIN)
