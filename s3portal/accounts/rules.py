"""Who may do what for an organisation."""

from s3portal.accounts.models import Membership, Organisation, User


def membership_of(user: User, organisation: Organisation) -> Membership | None:
    """The person's membership, or None for strangers."""
    return Membership.objects.filter(user=user, organisation=organisation).first()


def may_write_for(user: User, organisation: Organisation) -> bool:
    """Owners and editors write drafts."""
    membership = membership_of(user, organisation)
    return membership is not None and membership.may_write


def may_sign_for(user: User, organisation: Organisation) -> bool:
    """Only a firmatecknare submits."""
    membership = membership_of(user, organisation)
    return membership is not None and membership.is_signatory
