"""Who holds a clause and until when: acting ones, one step of giving on, and what has been stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.utils import timezone

from decisions.models import Decision, Delegate
from decisions.services.holding import HolderData, add_delegate, end_delegate, remove_delegate
from decisions.services.signing import sign_decision
from s3portal.accounts.models import User
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories

pytestmark = pytest.mark.django_db


def day(number):
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def clause(db):
    return factories.make_clause(number="8.2", sub_delegation=True)


@pytest.fixture
def head(clause, delegate_user):
    return factories.make_delegate(user=delegate_user, clause=clause, is_head=True)


@pytest.fixture
def other(db):
    return factories.make_staff("delegate", full_name="Ola Annan")


def add(clause, actor, user, **fields):
    values = {"office": "enhetschef", "valid_from": day(0)}
    return add_delegate(actor=actor, clause_id=clause.pk, data=HolderData(user=user, **(values | fields)))


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"valid_from": day(-366)}, "valid_from", "Ange en dag då den gäller"),
        ({"valid_from": day(366)}, "valid_from", "Ange en dag då den gäller"),
        ({"valid_to": day(366)}, "valid_to", "Ordningen gäller till och med"),
        ({"valid_to": day(-1)}, "valid_to", "Slutdatumet ligger före startdatumet"),
        ({"acting": True}, "valid_to", "Ange den sista dagen som tillförordnad"),
    ],
)
def test_days_that_are_refused(clause, registrar, other, fields, field, sentence):
    with pytest.raises(Refusal, match=sentence) as refused:
        add(clause, registrar, other, **fields)
    assert refused.value.field == field


def test_people_who_are_refused(clause, registrar, officer, other, head):
    for user, sentence in (
        (officer, "har inte rollen delegat"),
        (factories.make_staff("delegate", full_name="Karl Slutat", is_active=False), "arbetar inte kvar"),
        (head.user, "har redan punkten från"),
    ):
        with pytest.raises(Refusal, match=sentence) as refused:
            add(clause, registrar, user)
        assert refused.value.field == "user"
    with pytest.raises(Refusal, match="Bara en registrator"):
        add(clause, officer, other)


def test_one_after_another_is_right(clause, registrar, other):
    first = add(clause, registrar, other, valid_to=day(5))
    with pytest.raises(Refusal, match="har redan punkten"):
        add(clause, registrar, other, valid_from=day(5))
    add(clause, registrar, other, valid_from=day(6))
    with pytest.raises(Refusal, match="har redan punkten"):
        end_delegate(actor=registrar, delegate_id=first.pk, last_day=day(6))
    assert Event.objects.filter(action="delegate_added").count() == 2


# --- One step (KL 7:6) ------------------------------------------------------------------------------------
def test_a_head_gives_on_one_step(clause, registrar, head, other):
    given = add(clause, registrar, other, delegated_by=head)
    assert given.is_valid_on(day(0))
    third = factories.make_staff("delegate")
    assert "vidaredelegerad av Doris Direktör" in Event.objects.latest("pk").text
    with pytest.raises(Refusal, match="kan inte ges vidare"):
        add(clause, registrar, third, delegated_by=given)


def test_the_head_sees_what_was_decided_by_those_she_gave_it_to(
    clause, registrar, officer, head, other, client_for, settings
):
    given = add(clause, registrar, other, delegated_by=head)
    theirs = factories.make_signed_decision(user=officer, delegate=given, document=False)
    factories.make_signed_decision(user=officer, delegate=head, document=False)
    address = "/handlaggning/beslut/?visa=vidaredelegerade"
    page = client_for(head.user).get(address)
    assert [one.pk for one in page.context["page"]] == [theirs.pk]
    assert "Vidaredelegerade" in page.content.decode()
    for person in (other, officer):
        assert "Vidaredelegerade" not in client_for(person).get(address).content.decode()
    settings.SUBDELEGATED_TO_CHIEF = False
    assert "Vidaredelegerade" not in client_for(head.user).get(address).content.decode()


def test_who_may_not_give_on(clause, registrar, head, other):
    third = factories.make_staff("delegate")
    closed = factories.make_clause(order=clause.order, sub_delegation=False)
    no_head = add(clause, registrar, other)
    past = factories.make_delegate(
        user=third, clause=clause, is_head=True, valid_from=day(-9), valid_to=day(-1)
    )
    fourth = factories.make_staff("delegate")
    for where, chief, user, sentence in (
        (closed, head, fourth, "Nämnden har inte tillåtit"),
        (clause, no_head, fourth, "Bara en förvaltningschef"),
        (clause, past, fourth, "är inte förvaltningschef den dagen"),
        (
            factories.make_clause(sub_delegation=True),
            head,
            fourth,
            "Välj en förvaltningschef som har punkten",
        ),
    ):
        with pytest.raises(Refusal, match=sentence):
            add(where, registrar, user, delegated_by=chief)
    end_delegate(actor=registrar, delegate_id=head.pk, last_day=day(1))
    with pytest.raises(Refusal, match="har redan punkten"):
        add(clause, registrar, head.user, valid_from=day(1), delegated_by=head)


def test_the_database_knows_the_one_step(clause, head, other):
    given = factories.make_delegate(user=other, clause=clause, delegated_by=head)
    third = factories.make_staff("delegate")
    closed = factories.make_clause(order=clause.order, sub_delegation=False)
    chief = factories.make_delegate(user=head.user, clause=closed, is_head=True)
    for where, by in ((clause, given), (clause, chief), (closed, chief)):
        with pytest.raises(IntegrityError, match="delegated further"), transaction.atomic():
            factories.make_delegate(user=third, clause=where, delegated_by=by)


# --- The last day -----------------------------------------------------------------------------------------
def test_the_last_day_can_be_moved_until_it_is_over(clause, registrar, head, officer):
    for last in (day(9), day(3), day(20)):
        assert end_delegate(actor=registrar, delegate_id=head.pk, last_day=last).valid_to == last
    for last, sentence in ((day(-301), "eller en senare dag"), (day(366), "Ordningen gäller till och med")):
        with pytest.raises(Refusal, match=sentence):
            end_delegate(actor=registrar, delegate_id=head.pk, last_day=last)
    factories.make_signed_decision(user=officer, clause=clause, delegate=head)
    with pytest.raises(Refusal, match="har fattat beslut"):
        end_delegate(actor=registrar, delegate_id=head.pk, last_day=day(-1))
    end_delegate(actor=registrar, delegate_id=head.pk, last_day=day(0))
    past = factories.make_delegate(user=officer, clause=clause, valid_to=day(-1))
    with pytest.raises(Refusal, match="Tiden är över"):
        end_delegate(actor=registrar, delegate_id=past.pk, last_day=day(5))


def test_only_a_mistake_is_taken_away(clause, registrar, head, other):
    with pytest.raises(Refusal, match="är delegat redan"):
        remove_delegate(actor=registrar, delegate_id=head.pk)
    coming = add(clause, registrar, other, valid_from=day(5))
    factories.make_decision(user=registrar, delegate=coming)
    with pytest.raises(Refusal, match="står som undertecknare"):
        remove_delegate(actor=registrar, delegate_id=coming.pk)
    Decision.objects.update(delegate=None)
    remove_delegate(actor=registrar, delegate_id=coming.pk)
    with pytest.raises(Conflict, match="redan borttagen"):
        remove_delegate(actor=registrar, delegate_id=coming.pk)


def test_the_database_keeps_who_held_what(head, officer):
    for change in (
        lambda: Delegate.objects.filter(pk=head.pk).delete(),
        lambda: Delegate.objects.filter(pk=head.pk).update(office="kung"),
        lambda: Delegate.objects.filter(pk=head.pk).update(user=officer),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            change()
    assert Delegate.objects.filter(pk=head.pk).update(valid_to=day(1)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_end_and_the_signature_wait_for_each_other(proposed, delegate, delegate_user, registrar):
    """Whoever is first, nothing is signed after the last day."""
    yesterday = day(-1)

    def end():
        try:
            end_delegate(actor=registrar, delegate_id=delegate.pk, last_day=yesterday)
        except Refusal:
            return "signed first"
        finally:
            connection.close()
        return "ended"

    def sign():
        actor = User.objects.get(pk=delegate_user.pk)
        try:
            sign_decision(decision_id=proposed.pk, actor=actor, expected_version=proposed.version)
        except Refusal:
            return "refused"
        finally:
            connection.close()
        return "signed"

    with ThreadPoolExecutor(2) as both:
        signing, ending = both.submit(sign), both.submit(end)
        assert {signing.result(), ending.result()} in ({"signed", "signed first"}, {"ended", "refused"})


# --- Pages ------------------------------------------------------------------------------------------------
def test_a_registrar_keeps_the_holders(client_for, registrar, officer, clause, head, other):
    client, page = client_for(registrar), f"/handlaggning/delegation/{clause.order_id}/"
    new = f"{page}punkter/{clause.pk}/delegat/"
    assert client_for(officer).get(new).status_code == 403
    form = {"user": other.pk, "office": "enhetschef", "valid_from": day(3).isoformat()}
    wrong = client.post(new, form | {"acting": "on"})
    assert wrong.status_code == 422
    assert "Ange den sista dagen som tillförordnad." in wrong.content.decode()
    assert client.post(new, form | {"delegated_by": head.pk}).headers["Location"] == page
    given = Delegate.objects.get(user=other)
    shown = client.get(page).content.decode()
    assert "Vidaredelegerat av Doris Direktör" in shown
    last = f"{page}delegater/{given.pk}/sista-dag/"
    assert client.post(last, {"last_day": day(2).isoformat()}).status_code == 422
    assert client.post(last, {"last_day": day(9).isoformat()}).headers["Location"] == page
    given.refresh_from_db()
    assert given.valid_to == day(9)
    client.post(f"{page}delegater/{given.pk}/ta-bort/")
    assert not Delegate.objects.filter(pk=given.pk).exists()
