"""Bringing a call's areas and contacts to what they shall be."""

from collections.abc import Sequence
from typing import Any

from calls.content import ContactData
from calls.models import Call, CallContact, StrengthArea
from s3portal.common.errors import Refusal
from s3portal.common.upsert import Outcome, upsert


def set_areas(call: Call, areas: Sequence[StrengthArea]) -> Outcome:
    if set(call.areas.values_list("pk", flat=True)) == {area.pk for area in areas}:
        return Outcome.UNCHANGED
    call.areas.set(areas)
    return Outcome.UPDATED


def set_contacts(call: Call, contacts: Sequence[ContactData]) -> Outcome:
    """Raises Refusal for a contact without name, e-mail and telephone."""
    if not all(contact.name or contact.email or contact.phone for contact in contacts):
        raise Refusal("Ange namn, e-post eller telefon för varje kontakt.", field="contacts")
    outcome = Outcome.UNCHANGED
    for order, contact in enumerate(contacts, start=1):
        values: dict[str, Any] = {"name": contact.name, "email": contact.email, "phone": contact.phone}
        _row, one = upsert(CallContact, key={"call": call, "order": order}, values=values)
        outcome |= one
    if call.contacts.filter(order__gt=len(contacts)).delete()[0]:
        outcome |= Outcome.UPDATED
    return outcome
