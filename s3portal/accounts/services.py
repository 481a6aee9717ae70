"""What happens with organisations and their members."""

from django.db import IntegrityError, transaction

from s3portal.accounts.enums import MembershipRole
from s3portal.accounts.models import Membership, Organisation, User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import OrgNumber

TAKEN = "Organisationen finns redan i portalen. Be någon som redan är med där att lägga till dig."


@transaction.atomic
def create_organisation(
    *,
    actor: User,
    org_number: OrgNumber,
    name: str,
    postal_address: str = "",
    email: str = "",
    phone: str = "",
    is_signatory: bool = False,
) -> Organisation:
    """Add an organisation with ``actor`` as its owner.

    One organisation per number: nobody ties themselves to an organisation that is already here. Raises
    Refusal when the number is taken, also when somebody else was first by a moment.
    """
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                name=name,
                org_number=str(org_number),
                postal_address=postal_address,
                email=email,
                phone=phone,
            )
    except IntegrityError as error:
        raise Refusal(TAKEN, field="org_number") from error
    Membership.objects.create(
        organisation=organisation, user=actor, role=MembershipRole.OWNER, is_signatory=is_signatory
    )
    record_event(
        actor=actor,
        action="organisation_created",
        obj=organisation,
        text=f"{organisation} ({org_number}) tillagd",
        data={"declared_signatory": is_signatory},
    )
    return organisation
