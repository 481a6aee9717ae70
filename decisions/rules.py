"""Who may do what with decisions (architecture: Roles). Views and templates ask here, services ask again."""

from decisions.enums import DecisionAction
from decisions.impartiality import is_recused
from decisions.models import Decision
from decisions.transitions import allows
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User

# --- Drafting and signing ---------------------------------------------------------------------------------


#: Who reads every signed decision in full, as ``DecisionQuerySet.visible_to`` has it.
READS_SIGNED = (Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


def may_list_decisions(user: User) -> bool:
    """The inner list of decisions; what it holds follows from ``DecisionQuerySet.visible_to``."""
    return user.has_role(*READS_SIGNED)


def may_draft(user: User) -> bool:
    """Begin a decision."""
    return user.has_role(Role.OFFICER)


def may_take_part(user: User, decision: Decision) -> bool:
    """Not for who has declared jäv in the decision, or the application that it is on (KL 6:30, 7:4)."""
    return not is_recused(user, decision)


def may_edit_draft(user: User, decision: Decision) -> bool:
    return may_draft(user) and allows(decision.status, DecisionAction.SAVE)


def may_delete_draft(user: User, decision: Decision) -> bool:
    return may_draft(user) and allows(decision.status, DecisionAction.DELETE)


def may_change(user: User, decision: Decision) -> bool:
    """Write a new decision that corrects, amends or revokes a signed one."""
    return may_draft(user) and decision.is_signed


def may_read_material(user: User) -> bool:
    """A draft's comments and earlier versions: those who write and sign drafts, and nobody else (TF 2:12)."""
    return user.has_role(Role.OFFICER, Role.DELEGATE)


def may_comment(user: User, decision: Decision) -> bool:
    """Write beside the text, while it is not signed."""
    return may_read_material(user) and not decision.is_signed


def may_propose(user: User, decision: Decision) -> bool:
    return may_draft(user) and allows(decision.status, DecisionAction.PROPOSE)


def may_consider_secrecy(user: User, decision: Decision) -> bool:
    """Say whether something in it is secret: who writes and signs it, and of a signed one who publishes."""
    return publishes(user) if decision.is_signed else user.has_role(Role.OFFICER, Role.DELEGATE)


def may_return(user: User, decision: Decision) -> bool:
    """Any delegate: a proposal whose own delegate has left must not be stuck."""
    return user.has_role(Role.DELEGATE) and allows(decision.status, DecisionAction.RETURN)


def may_sign(user: User, decision: Decision) -> bool:
    """Reach the signing at all. Whether the clause, the day and the amount allow it is for ``checks``, which
    answers with sentences."""
    return user.has_role(Role.DELEGATE) and allows(decision.status, DecisionAction.SIGN)


def may_see_batches(user: User) -> bool:
    """The decisions of a locked ranking, for those who draft and sign them."""
    return user.has_role(Role.OFFICER, Role.DELEGATE)


def signs(user: User) -> bool:
    """Signs decisions at all."""
    return user.has_role(Role.DELEGATE)


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


def may_seat(user: User) -> bool:
    """Keep the nämnder and who sits in them."""
    return user.has_role(Role.REGISTRAR, Role.ADMIN)


def may_report(user: User) -> bool:
    """Put signed decisions on a meeting's list, or take them off it."""
    return user.has_role(Role.REGISTRAR)


def may_read_reported(user: User) -> bool:
    """The nämnd's own pages; which lists follows from the committees the member sits in."""
    return user.has_role(Role.COMMITTEE_MEMBER)


def may_see_member_questions(user: User) -> bool:
    """What the nämnd's members have asked about decisions. Members read it on the decision's own page."""
    return may_list_decisions(user)


def may_answer_members(user: User) -> bool:
    return user.has_role(Role.OFFICER)


def may_see_delegation(user: User) -> bool:
    return user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.COMMITTEE_MEMBER, Role.ADMIN)


def may_keep_phrases(user: User) -> bool:
    """The standard phrases that drafts are made from."""
    return user.has_role(Role.REGISTRAR, Role.ADMIN)


def may_write_delegation(user: User) -> bool:
    """Delegation orders, their clauses and who holds them."""
    return user.has_role(Role.REGISTRAR, Role.ADMIN)


# --- The notice board and appeals -------------------------------------------------------------------------


def may_see_board(user: User) -> bool:
    """The inner pages of the notice board, of appeals and of what is final."""
    return user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)


def may_keep_board(user: User) -> bool:
    """Post notices and take them down; enter who got a decision, and who has appealed."""
    return user.has_role(Role.REGISTRAR)
