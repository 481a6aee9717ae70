"""The organisation is locked before its people are changed: two owners who leave at once wait in line."""

from s3portal.accounts.models import Membership, Organisation, User
from s3portal.common.errors import Refusal
from s3portal.organisations.rules import may_manage

NOT_OWNER = "Bara en ägare kan göra det här."
GONE = "Personen är inte längre med i organisationen."


def locked(organisation_id: int) -> Organisation:
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)


def membership_in(organisation: Organisation, membership_id: int) -> Membership:
    """Raises Refusal when the person has left meanwhile."""
    found = organisation.memberships.select_related("user").filter(pk=membership_id).first()
    if found is None:
        raise Refusal(GONE)
    return found


def require_owner(organisation: Organisation, actor: User) -> Membership:
    """The actor's own membership. Raises Refusal when they do not own the organisation."""
    own = organisation.memberships.filter(user=actor).first()
    if own is None or not may_manage(own):
        raise Refusal(NOT_OWNER)
    return own


def require_another_owner(organisation: Organisation, leaving: Membership) -> None:
    """Raises Refusal when ``leaving`` is the last owner who can log in."""
    if leaving.is_owner and not organisation.memberships.owners().exclude(pk=leaving.pk).exists():
        raise Refusal("Organisationen måste ha en ägare. Överlåt ägarskapet till någon annan först.")
