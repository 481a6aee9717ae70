"""Who gets a signed decision: those under Utdrag till, and those that somebody adds afterwards."""

import pytest

from decisions.enums import AddresseeKind
from decisions.expedition import default_text, kind_of
from decisions.models import Addressee, Decision
from decisions.services import addressing
from decisions.services.expediting import expedite_decision, send_to
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.models import Message
from tests import factories
from tests.decisions.test_expediting import archive, decision, signed, svid

__all__ = ["archive", "decision", "svid"]


def add(decision, officer, **fields):
    wanted = {"name": "Länsstyrelsen", "kind": "other", "way": "mail", "email": "lst@example.org"}
    return addressing.add_addressee(decision_id=decision.pk, actor=officer, **(wanted | fields))


def change(addressee, officer, **fields):
    wanted = {"kind": "other", "way": "mail", "email": "ny@example.org", "text": "Egen text.",
              "expected_version": addressee.version}  # fmt: skip
    return addressing.change_addressee(addressee_id=addressee.pk, actor=officer, **(wanted | fields))


def test_one_who_is_added_afterwards_gets_it_too(officer, decision):
    expedite_decision(decision_id=decision.pk, actor=officer)
    added = add(decision, officer, text="För er bedömning.")
    assert (added.added_by, added.extract) == (officer, None)
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert "För er bedömning." in Message.objects.get(to_email="lst@example.org").text_body
    assert Message.objects.count() == 2, "those who have it do not get it again"
    assert list(decision.extract_recipients.values_list("name", flat=True)) == ["SVID", "Landsarkivet"]
    assert Event.objects.filter(action="addressee_added", text="Mottagare tillagd: Länsstyrelsen").exists()


def test_the_same_recipient_is_added_once(officer, decision):
    add(decision, officer)
    with pytest.raises(Conflict, match="finns redan") as refused:
        add(decision, officer, name="LÄNSSTYRELSEN")
    assert refused.value.field == "name"


def test_a_mailed_one_needs_an_address_and_a_link_needs_an_account(officer, decision, svid):
    with pytest.raises(Refusal) as refused:
        add(decision, officer, email="")
    assert refused.value.field == "email"
    with pytest.raises(Refusal, match="inget konto") as refused:
        change(svid, officer, way="link")
    assert refused.value.field == "way"


def test_an_address_that_two_change_at_once_is_told(officer, second_officer, svid):
    change(svid, officer)
    with pytest.raises(Conflict, match="Någon annan har ändrat"):
        change(svid, second_officer, email="annan@example.org")
    svid.refresh_from_db()
    assert (svid.email, svid.text, svid.version) == ("ny@example.org", "Egen text.", 2)


def test_only_who_was_added_by_mistake_is_taken_away(officer, decision, svid):
    added = add(decision, officer)
    addressing.remove_addressee(addressee_id=added.pk, actor=officer)
    with pytest.raises(Refusal, match="står i det undertecknade beslutet"):
        addressing.remove_addressee(addressee_id=svid.pk, actor=officer)
    again = add(decision, officer)
    send_to(addressee_id=again.pk, actor=officer)
    with pytest.raises(Refusal, match="har skickats till mottagaren"):
        addressing.remove_addressee(addressee_id=again.pk, actor=officer)
    assert Addressee.objects.filter(decision=decision).count() == 3


def test_who_somebody_is(officer, settings):
    case = factories.make_case(counterpart="Tillväxtverket")
    decision = Decision.objects.with_parts().get(pk=signed(officer, case=case).pk)
    inside = f"eko@{settings.REGION['contact_email'].split('@')[1].upper()}"
    assert kind_of(decision, "TILLVÄXTVERKET", "") == AddresseeKind.PARTY
    assert kind_of(decision, "Ekonomi", inside) == AddresseeKind.INTERNAL
    assert kind_of(decision, "SVID", "svid@example.org") == AddresseeKind.OTHER
    texts = {default_text(decision, kind) for kind in AddresseeKind}
    assert len(texts) == 3, "each has words of their own"


def test_who_may_not_send_changes_nobody(registrar, delegate_user, decision, svid):
    for actor in (registrar, delegate_user):
        for step in (lambda actor=actor: add(decision, actor), lambda actor=actor: change(svid, actor)):
            with pytest.raises(Refusal, match="Bara en handläggare kan expediera beslut"):
                step()
    assert Addressee.objects.count() == 2
