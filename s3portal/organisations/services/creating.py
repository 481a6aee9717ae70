"""Adding an organisation and keeping its particulars."""

from typing import Final

from django.db import IntegrityError, transaction

from s3portal.accounts.enums import LegalForm, MembershipRole
from s3portal.accounts.models import Membership, Organisation, User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import OrgNumber
from s3portal.organisations.services.locking import locked, require_owner

TAKEN = (
    "Organisationen finns redan i portalen. Be någon som redan är med där att bjuda in dig. "
    "Känner ni inte till vem det är, kontakta oss."
)


#: So many may somebody have whom nobody has vouched for: a number that is taken is closed to its owner.
MOST_UNCONFIRMED: Final = 5


@transaction.atomic
def create_organisation(
    *,
    actor: User,
    org_number: OrgNumber,
    name: str,
    legal_form: str = "",
    postal_address: str = "",
    email: str = "",
    phone: str = "",
    is_signatory: bool = False,
) -> Organisation:
    """Add an organisation with ``actor`` as its owner, who is not confirmed until somebody else vouches.

    One organisation per number: nobody ties themselves to an organisation that is already here. Raises
    Refusal when the number is taken, also when somebody else was first by a moment, and to who has
    ``MOST_UNCONFIRMED`` that wait to be confirmed. An empty ``legal_form`` becomes the one that the number
    tells, when it tells one only.
    """
    _require_few_unconfirmed(actor)
    suggested = LegalForm.suggested(org_number.digits)
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                name=name,
                org_number=str(org_number),
                legal_form=legal_form or (suggested[0] if len(suggested) == 1 else ""),
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


def _require_few_unconfirmed(actor: User) -> None:
    waiting = Membership.objects.filter(user=actor, role=MembershipRole.OWNER, confirmed_at__isnull=True)
    if waiting.count() >= MOST_UNCONFIRMED:
        raise Refusal(
            f"Du har redan lagt till {MOST_UNCONFIRMED} organisationer som ingen har bekräftat än. Vänta "
            "tills en handläggare har bekräftat någon av dem."
        )


@transaction.atomic
def change_details(
    *,
    organisation_id: int,
    actor: User,
    name: str,
    legal_form: str,
    postal_address: str,
    email: str,
    phone: str,
) -> Organisation:
    """Change everything but the number. What has been sent keeps the particulars it was sent with."""
    organisation = locked(organisation_id)
    require_owner(organisation, actor)
    wanted = {
        "name": name,
        "legal_form": legal_form,
        "postal_address": postal_address,
        "email": email,
        "phone": phone,
    }
    changed = [field for field, value in wanted.items() if getattr(organisation, field) != value]
    if not changed:
        return organisation
    for field in changed:
        setattr(organisation, field, wanted[field])
    organisation.save(update_fields=changed)
    record_event(
        actor=actor,
        action="organisation_changed",
        obj=organisation,
        text=f"Uppgifter ändrade för {organisation}",
        data={"fields": changed},
    )
    return organisation
