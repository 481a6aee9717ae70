"""Jäv in a decision: asked before it is proposed and signed, and passed on when there is some."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.utils import timezone

from applications.enums import RecusalGround
from applications.impartiality import Access
from applications.services import declare_impartiality
from decisions.checks import standing_of_many
from decisions.enums import DecisionKind
from decisions.impartiality import access_of
from decisions.models import Decision, DecisionDeclaration
from decisions.offers import offer_for
from decisions.services.drafting import draft_from_application, save_draft
from decisions.services.proposing import ChecksFailed, propose_decision
from decisions.services.recusing import declare_in_decision, lift_in_decision
from decisions.services.signing import hold_authority, sign_decision
from decisions.worklist import doors
from s3portal.accounts.models import StaffRole, User
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.diary.merging import CaseMerger
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare as declare_in_application
from tests.decisions.test_officer_views import posted

pytestmark = pytest.mark.django_db
ASK = r"^Svara först på frågan om jäv i ärendet\.$"
BARRED = r"^Du har anmält jäv i ärendet"


def declare(decision, actor, ground=RecusalGround.RELATIVE, text=""):
    return declare_in_decision(decision_id=decision.pk, actor=actor, ground=ground, text=text)


def fresh(decision):
    return Decision.objects.with_parts().get(pk=decision.pk)


def propose(decision, actor):
    now = fresh(decision)
    return propose_decision(decision_id=now.pk, actor=actor, expected_version=now.version)


def sign(decision, actor):
    now = fresh(decision)
    return sign_decision(decision_id=now.pk, actor=actor, expected_version=now.version)


@pytest.fixture
def unasked(officer, delegate):
    return factories.make_decision(user=officer, delegate=delegate, declared=False)


# --- Asked ------------------------------------------------------------------------------------------------
def test_asked_at_proposing_and_at_signing(unasked, officer, delegate_user):
    with pytest.raises(Refusal, match=ASK):
        propose(unasked, officer)
    declare(unasked, officer, RecusalGround.NONE)
    propose(unasked, officer)
    with pytest.raises(Refusal, match=ASK):
        sign(unasked, delegate_user)
    declare(unasked, delegate_user, RecusalGround.NONE)
    assert sign(unasked, delegate_user).is_signed
    with pytest.raises(Refusal, match="ställs inte här"):
        declare(unasked, delegate_user)


def test_the_chair_is_asked_before_she_signs_what_is_urgent(
    unasked, officer, delegate, delegate_user, client_for
):
    """KL 6:28, 6:39: she decides alone. Other members decide nothing, and are not asked."""
    factories.rewrite(delegate.clause, urgent=True)
    seats = delegate.clause.order.committee.members
    seats.create(user=delegate_user, office="chair", valid_from=timezone.localdate())
    StaffRole.objects.create(user=delegate_user, role="committee_member")
    declare(unasked, officer, RecusalGround.NONE)
    propose(unasked, officer)
    asked = client_for(delegate_user).get(f"/handlaggning/beslut/{unasked.pk}/underskrift/")
    assert asked.status_code == 302
    assert "/jav/" in asked.headers["Location"]
    with pytest.raises(Refusal, match=ASK):
        sign(unasked, delegate_user)
    declare(unasked, delegate_user, RecusalGround.PARTY)
    # Nobody else holds the clause: it goes back to the officer, and she reaches it no more.
    assert fresh(unasked).is_draft
    assert asked.client.get(f"/handlaggning/beslut/{unasked.pk}/underskrift/").status_code == 403


@pytest.mark.parametrize("persona", ["registrar", "member", "owner", "admin_user"])
def test_who_is_not_asked(request, unasked, persona):
    with pytest.raises(Refusal, match="ställs inte här"):
        declare(unasked, request.getfixturevalue(persona))


def test_what_is_refused(unasked, officer, second_officer):
    with pytest.raises(Refusal, match="Beskriv vad") as nothing_said:
        declare(unasked, officer, RecusalGround.OTHER, " ")
    assert nothing_said.value.field == "text"
    declare(unasked, officer)
    with pytest.raises(Refusal, match="Bara en annan handläggare"):
        declare(unasked, officer, RecusalGround.NONE)
    with pytest.raises(Refusal, match=BARRED):
        save_draft(decision_id=unasked.pk, actor=officer, expected_version=1, content=None)
    with pytest.raises(Refusal, match=BARRED):
        propose(unasked, officer)


def test_the_database_keeps_the_answers(unasked, officer, second_officer):
    answer = declare(unasked, officer, RecusalGround.NONE)
    rows = DecisionDeclaration.objects.filter(pk=answer.pk)
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        rows.update(ground="party")
    fields = {"decision": unasked, "person": officer}
    for bad in (
        {"ground": "other", "declared_by": officer},
        {"ground": "none", "declared_by": second_officer},
        {"ground": "ingen", "declared_by": officer},
    ):
        with pytest.raises(IntegrityError, match="decision_recusal"), transaction.atomic():
            DecisionDeclaration.objects.create(**fields, **bad)


# --- Passed on --------------------------------------------------------------------------------------------
def test_the_delegate_hands_it_back(proposed, officer, delegate_user, client_for):
    declare(proposed, delegate_user)
    back = fresh(proposed)
    assert (back.status, back.delegate, back.proposed_by, back.version) == ("draft", None, None, 3)
    assert back.returned_reason == (
        "Doris Direktör har anmält jäv. Välj en annan undertecknare och skicka beslutet igen."
    )
    mail = Message.objects.get(kind="decision_recused")
    assert (mail.to_email, mail.subject) == (officer.email, f"Jäv anmält: {back.case} {back.title}")
    assert "Välj en annan undertecknare" in mail.text_body
    assert Event.objects.filter(action="decision_passed_on", object_id=back.pk).count() == 1
    offer = offer_for(back, on=timezone.localdate())
    assert [seat.reasons for seat in offer.cannot] == [("Doris Direktör har anmält jäv i ärendet",)]
    assert offer.can == []
    shown = client_for(delegate_user).get(f"/handlaggning/beslut/{back.pk}/")
    assert shown.status_code == 403
    assert "Hanna Handläggare" in shown.content.decode()


def test_the_officer_hands_it_to_the_others(proposed, officer, second_officer, delegate_user):
    proposed.case.officer = officer
    proposed.case.save(update_fields=["officer"])
    declare(proposed, officer)
    back = fresh(proposed)
    assert (back.status, back.delegate.user, back.case.officer) == ("draft", delegate_user, None)
    assert back.returned_reason.startswith("Hanna Handläggare har anmält jäv. En annan handläggare")
    assert Message.objects.get(kind="decision_recused").to_email == second_officer.email
    factories.declare_none(back, second_officer)
    propose(back, second_officer)
    assert sign(back, delegate_user).is_signed


def test_a_bystander_stops_nothing(proposed, second_officer, delegate_user):
    declare(proposed, second_officer)
    assert fresh(proposed).status == "proposed"
    assert sign(proposed, delegate_user).is_signed


def test_a_draft_loses_its_signatory(draft, delegate_user):
    declare(draft, delegate_user)
    assert (fresh(draft).status, fresh(draft).delegate) == ("draft", None)


def test_in_an_application_it_is_passed_on_as_well(application, officer, delegate, delegate_user):
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.REJECTION)
    Decision.objects.filter(pk=draft.pk).update(
        status="proposed", proposed_by=officer, proposed_at=timezone.now(), reasons="Ryms inte."
    )
    declare_in_application(application, delegate_user, ground="supervision")
    back = fresh(draft)
    assert (back.status, back.delegate) == ("draft", None)
    assert Message.objects.get(kind="decision_recused").to_email == officer.email


def test_another_officer_may_find_no_jav(unasked, officer, second_officer, delegate_user):
    declare(unasked, officer)

    def lift(actor, person=officer, text="De är inte släkt."):
        return lift_in_decision(decision_id=unasked.pk, actor=actor, person=person, text=text)

    for actor, changes, sentence in (
        (delegate_user, {}, "inte skriva i dem"),
        (officer, {}, "Bara en annan"),
        (second_officer, {}, "Svara först"),
    ):
        with pytest.raises(Refusal, match=sentence):
            lift(actor, **changes)
    factories.declare_none(unasked, second_officer)
    for changes, sentence in (
        ({"person": delegate_user}, "har inte anmält jäv"),
        ({"text": " "}, "Skriv varför"),
    ):
        with pytest.raises(Refusal, match=sentence):
            lift(second_officer, **changes)
    lift(second_officer)
    with pytest.raises(Refusal, match=ASK):
        propose(unasked, officer)
    declare(unasked, officer, RecusalGround.NONE)
    propose(unasked, officer)


@pytest.fixture
def granting(application, officer, delegate, delegate_user):
    """A proposed decision on the application, whose delegate has said there that there is no jäv."""
    declare_in_application(application, officer, delegate_user)
    made = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.REJECTION)
    Decision.objects.filter(pk=made.pk).update(reasons="Ansökan ryms inte i ramen.")
    factories.consider(made)
    return propose(made, officer)


@pytest.fixture
def beside(granting, officer, delegate):
    """A decision of its own in the application's case."""
    return factories.make_decision(
        user=officer, delegate=delegate, case=granting.case, kind="other", amount_kind="none", amount=None
    )


def test_jav_in_a_decision_bars_from_the_one_on_the_application_too(
    granting, beside, application, officer, second_officer, delegate_user, client_for
):
    """KL 6:30, 7:4; docs/adr/0010: jäv belongs to the case."""
    declare(beside, delegate_user)
    assert access_of(delegate_user, granting) is Access.BARRED
    assert doors([granting], delegate_user) == {granting.pk: Access.BARRED}
    assert standing_of_many([granting])[granting.pk].barred == {delegate_user.pk}
    with pytest.raises(Refusal, match=BARRED):
        sign(granting, delegate_user)
    declare_in_application(application, second_officer)
    declare(beside, second_officer)
    with pytest.raises(Refusal, match=BARRED):
        draft_from_application(application_id=application.pk, actor=second_officer, kind=DecisionKind.OTHER)
    barred = client_for(delegate_user)
    page = f"/handlaggning/beslut/{granting.pk}/"
    assert barred.get(page).status_code == 403
    assert "Du har anmält jäv" in barred.get(f"{page}jav/").content.decode()
    # It is lifted from any decision of the matter, also when the one it was declared in is gone.
    beside.delete()
    tries = client_for(officer, fresh=True)
    assert "Pröva frågan igen" in tries.get(f"{page}jav/").content.decode()
    lift_in_decision(decision_id=granting.pk, actor=officer, person=delegate_user, text="De är inte släkt.")
    assert sign(granting, delegate_user).is_signed


def test_the_draft_leads_to_the_answers(draft, client_for, officer):
    page = f"/handlaggning/beslut/{draft.pk}/"
    assert (
        f'href="{page}jav/">Anmäl jäv eller se svaren</a>' in client_for(officer).get(page).content.decode()
    )


def test_jav_follows_a_merger(granting, officer, delegate, delegate_user, registrar):
    """Declared in the case that was merged, and lifted from the one that stays."""
    other = factories.make_decision(user=officer, delegate=delegate)
    declare(other, delegate_user)
    assert access_of(delegate_user, granting) is Access.OPEN
    factories.rewrite(other.case, status="closed")
    CaseMerger.objects.create(merged=other.case, into=granting.case, reason="Samma ärende.", by=registrar)
    assert access_of(delegate_user, granting) is Access.BARRED
    assert doors([granting], delegate_user) == {granting.pk: Access.BARRED}
    with pytest.raises(Refusal, match=BARRED):
        sign(granting, delegate_user)
    lifted = lift_in_decision(
        decision_id=granting.pk, actor=officer, person=delegate_user, text="De är inte släkt."
    )
    assert lifted.case == other.case
    assert sign(granting, delegate_user).is_signed


@pytest.mark.django_db(transaction=True)
def test_jav_in_an_application_against_the_signature(application, officer, delegate, delegate_user):
    """Two orders of locks would be a deadlock; whoever is first, nobody with jäv has signed after it."""
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.REJECTION)
    Decision.objects.filter(pk=draft.pk).update(reasons="Ansökan ryms inte i ramen.")
    factories.consider(draft)
    declare_in_application(application, delegate_user)
    proposed = propose(draft, officer)

    def attempt(work):
        try:
            work(User.objects.get(pk=delegate_user.pk))
        except Refusal as refusal:
            return refusal.message
        finally:
            connection.close()
        return "done"

    def recuse(person):
        declare_impartiality(application_id=application.pk, actor=person, ground=RecusalGround.PARTY, text="")

    def write(person):
        sign_decision(decision_id=proposed.pk, actor=person, expected_version=proposed.version)

    with ThreadPoolExecutor(2) as both:
        signed, declared = both.map(attempt, [write, recuse])
    assert declared == "done"
    assert fresh(draft).is_signed == (signed == "done")


@pytest.mark.django_db(transaction=True)
def test_jav_declared_beside_while_one_is_signed_stops_it(
    monkeypatch, proposed, officer, delegate, delegate_user
):
    """The signature has asked already. The case is held from before the checks, and they ask again."""
    beside = factories.make_decision(user=officer, delegate=delegate, case=proposed.case)
    asked, declared = threading.Event(), threading.Event()

    def hold(decision):
        asked.set()
        assert declared.wait(60)
        hold_authority(decision)

    monkeypatch.setattr("decisions.services.signing.hold_authority", hold)

    def write():
        try:
            sign(proposed, User.objects.get(pk=delegate_user.pk))
        except ChecksFailed as failed:
            return {check.code for check in failed.checks}
        finally:
            connection.close()
        return set()

    with ThreadPoolExecutor(1) as other:
        left = other.submit(write)
        assert asked.wait(60)
        declare(beside, delegate_user)
        declared.set()
        assert left.result() == {"delegate_barred"}
    assert not fresh(proposed).is_signed


# --- Pages ------------------------------------------------------------------------------------------------
def test_the_question_is_on_the_way(client_for, officer, delegate_user, unasked, registrar):
    client, page = client_for(officer), f"/handlaggning/beslut/{unasked.pk}/"
    sent = client.post(f"{page}skicka/", posted(fresh(unasked)))
    assert sent.headers["Location"].startswith(f"{page}jav/?next=")
    assert "Finns det något jäv?" in client.get(f"{page}jav/").content.decode()
    assert client.post(f"{page}jav/", {"ground": "other"}).status_code == 422
    answered = client.post(f"{page}jav/", {"ground": "none", "next": page})
    assert answered.headers["Location"] == page
    assert (
        client.post(f"{page}jav/", {"ground": "none", "next": "https://e.example/"}).headers["Location"]
        == page
    )
    assert client.post(f"{page}skicka/", posted(fresh(unasked))).headers["Location"] == page
    signer = client_for(delegate_user, fresh=True)
    for method in (signer.get, signer.post):
        assert method(f"{page}underskrift/").headers["Location"].startswith(f"{page}jav/?next=")
    barred = signer.post(f"{page}jav/", {"ground": "party"}, follow=True).content.decode()
    assert "Du har anmält jäv" in barred
    assert signer.post(f"{page}jav/", {"ground": "none"}).status_code == 422
    assert signer.get(f"{page}underskrift/").status_code == 403
    assert client_for(registrar).get(f"{page}jav/").status_code == 404
    assert signer.post(f"{page}jav/prova/", {"person": officer.pk, "text": "x"}).status_code == 403
    wrong = client.post(f"{page}jav/prova/", {"person": delegate_user.pk, "text": ""})
    assert wrong.status_code == 422
    client.post(f"{page}jav/prova/", {"person": delegate_user.pk, "text": "Det gällde ett annat projekt."})
    assert signer.get(f"{page}jav/").status_code == 200


def test_what_was_typed_about_jav_is_there_after_an_error_and_a_logout(
    client, client_for, officer, delegate_user, unasked
):
    page = f"/handlaggning/beslut/{unasked.pk}/jav/"
    declare(unasked, delegate_user)
    declare(unasked, officer, RecusalGround.NONE)
    long = "Det gällde ett annat projekt. " * 200
    wrong = client_for(officer).post(f"{page}prova/", {"person": delegate_user.pk, "text": long})
    shown = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'href="#lift_text"' in shown, "the summary leads to the field of the person it is about"
    assert shown.count('id="lift_text"') == 1
    assert long.strip() in shown

    def after_login(response):
        response = client.post(response["location"], {"login": officer.email, "password": factories.PASSWORD})
        return client.get(response["location"], follow=True).content.decode()

    typed = {"ground": "other", "text": "Vi är grannar.", "next": "/handlaggning/diarium/"}
    shown = after_login(client.post(page, typed))
    assert "Vi är grannar." in shown
    assert 'value="/handlaggning/diarium/"' in shown
    client.logout()
    sent = client.post(
        f"{page}prova/", {"person": delegate_user.pk, "text": "Annat projekt."},
        headers={"Referer": f"http://testserver{page}"},
    )  # fmt: skip
    assert "Annat projekt." in after_login(sent)


def test_the_title_is_told_to_who_answers_and_to_nobody_else(
    client_for, unasked, officer, second_officer, registrar
):
    """What is marked as secret; that it was read for the question is noted."""
    factories.mark_secret(unasked.case, "title")
    title, address = unasked.title, f"/handlaggning/beslut/{unasked.pk}/jav/"
    reads = Event.objects.filter(action="protected_read", object_id=unasked.case_id)
    assert title in client_for(officer).get(address).content.decode()
    assert [event.actor_id for event in reads] == [officer.pk]
    declare(unasked, officer)
    page = client_for(officer).get(address).content.decode()
    assert title not in page
    assert "[Skyddat]" in page
    assert reads.count() == 1
