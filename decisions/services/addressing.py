"""Who shall have a signed decision: those under Utdrag till in it, and those that are added afterwards."""

from django.db import transaction

from decisions.enums import AddresseeKind, DispatchWay
from decisions.expedition import kind_of, open_name, parcel_for, reading_places
from decisions.models import Addressee, Decision
from decisions.services.desk import Desk, hold_addressee, hold_decision, latest_of, require_open_text
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal


def make_addressees(decision: Decision) -> None:
    """A line for everyone under Utdrag till, when the decision is signed: those with an address get a mail,
    the others a letter. ``decision`` comes from ``with_parts``."""
    Addressee.objects.bulk_create(
        Addressee(
            decision=decision,
            extract=row,
            kind=kind_of(decision, row.name, row.email),
            name=row.name,
            email=row.email,
            way=DispatchWay.MAIL if row.email else DispatchWay.POST,
        )
        for row in decision.extract_recipients.all()
    )


@transaction.atomic
def add_addressee(
    *,
    decision_id: int,
    actor: User,
    name: str,
    kind: str,
    way: str,
    email: str = "",
    postal_address: str = "",
    text: str = "",
) -> Addressee:
    """Somebody more who shall have the decision. The decision itself says what it said. Raises Refusal for
    who may not, and for a way that is not open to the recipient; Conflict for one that is there already."""
    desk = hold_decision(decision_id, actor)
    same = desk.decision.addressees.filter(name__iexact=name, email__iexact=email)
    if same.exists():
        raise Conflict(f"{name} finns redan bland mottagarna.", field="name")
    addressee = Addressee(
        decision=desk.decision,
        name=name,
        kind=AddresseeKind(kind),
        way=DispatchWay(way),
        email=email,
        postal_address=postal_address,
        text=text,
        added_by=actor,
    )
    _require_possible(desk, addressee)
    addressee.save()
    record_event(
        actor=actor,
        action="addressee_added",
        obj=desk.decision,
        text=f"Mottagare tillagd: {open_name(addressee, desk.secrecy)}",
        data={"addressee": addressee.pk, "way": addressee.way},
    )
    return addressee


@transaction.atomic
def change_addressee(
    *,
    addressee_id: int,
    actor: User,
    expected_version: int,
    kind: str,
    way: str,
    email: str = "",
    postal_address: str = "",
    text: str = "",
) -> Addressee:
    """How and where to the next dispatch goes, and with which text. What has been sent keeps what it had.

    Raises Conflict when somebody has changed the same since the page was opened."""
    desk, addressee = hold_addressee(addressee_id, actor)
    if addressee.version != expected_version:
        raise Conflict("Någon annan har ändrat mottagaren efter att du öppnade sidan. Läs det som står nu.")
    addressee.kind, addressee.way = AddresseeKind(kind), DispatchWay(way)
    addressee.email, addressee.postal_address, addressee.text = email, postal_address, text
    addressee.version += 1
    _require_possible(desk, addressee)
    addressee.save(update_fields=["kind", "way", "email", "postal_address", "text", "version"])
    record_event(
        actor=actor,
        action="addressee_changed",
        obj=desk.decision,
        text=f"Mottagare ändrad: {open_name(addressee, desk.secrecy)}",
        data={"addressee": addressee.pk, "way": addressee.way},
    )
    return addressee


@transaction.atomic
def remove_addressee(*, addressee_id: int, actor: User) -> None:
    """Take away one that was added by mistake. Raises Refusal for who stands in the decision, and when
    something has been sent to them."""
    desk, addressee = hold_addressee(addressee_id, actor)
    if addressee.extract_id is not None:
        raise Refusal("Mottagaren står i det undertecknade beslutet och kan inte tas bort.")
    if latest_of(addressee) is not None:
        raise Refusal("Beslutet har skickats till mottagaren, som därför inte kan tas bort.")
    record_event(
        actor=actor,
        action="addressee_removed",
        obj=desk.decision,
        text=f"Mottagare borttagen: {open_name(addressee, desk.secrecy)}",
    )
    addressee.delete()


def _require_possible(desk: Desk, addressee: Addressee) -> None:
    """Only what no change of the marks would mend: that the way asks for an address or an account."""
    if DispatchWay(addressee.way).by_mail and not addressee.email:
        raise Refusal("Skriv en e-postadress, eller välj ett annat sätt.", field="email")
    require_open_text(desk.secrecy, addressee.text)
    if addressee.way == DispatchWay.LINK:
        places = reading_places(desk.decision, [addressee.email])
        parcel_for(addressee, desk.secrecy, places)
