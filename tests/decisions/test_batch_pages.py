"""The pages of a batch: beginning it, the list, the question of jäv for all, and the signatures."""

import pytest
from django.db import connection

from decisions.models import BatchItem, BatchStep, Decision, DecisionBatch
from decisions.services import batching
from decisions.services.commenting import set_resolved, start_thread
from decisions.services.proposing import propose_decision
from s3portal.audit.models import Event
from tests import factories
from tests.applications.judging import declare
from tests.applications.ranking import unlock
from tests.counting import count_queries
from tests.decisions.batches import (
    batch,
    call,
    decisions_of,
    declare_in_all,
    proposed_batch,
    ranking,
    sent,
    sign_all,
    take_all,
)
from tests.proving import password_page, prove

__all__ = ["batch", "call", "proposed_batch", "ranking", "sent"]
pytestmark = pytest.mark.django_db


def at(batch, rest=""):
    return f"/handlaggning/beslut/omgangar/{batch.pk}/{rest}"


def start_at(call):
    return f"/handlaggning/utlysningar/{call.pk}/beslut/"


def chosen(decisions):
    return {"valda": [f"{one.pk}-{one.version}" for one in decisions]}


# --- Begin ------------------------------------------------------------------------------------------------
def test_from_the_locked_ranking(client_for, officer, ranking, call, delegate):
    client = client_for(officer)
    ranked = client.get(f"/handlaggning/utlysningar/{call.pk}/rangordning/").content.decode()
    assert f'href="{start_at(call)}"' in ranked
    page = client.get(start_at(call)).content.decode()
    assert "2 bifall och 1 avslag" in page
    assert "Doris Direktör, regional utvecklingsdirektör (punkt 8.1)" in page
    made = client.post(start_at(call), {"grants_by": delegate.pk, "rejections_by": delegate.pk})
    batch = DecisionBatch.objects.get()
    assert made["location"] == at(batch)
    assert (batch.grants_by, batch.rejections_by, batch.made_by) == (delegate, delegate, officer)
    assert client.get(start_at(call))["location"] == at(batch)
    assert client.post(start_at(call))["location"] == at(batch)
    page = client.get(at(batch)).content.decode()
    assert "0 av 3 är klara." in page
    take_all()
    page = client.get(at(batch)).content.decode()
    assert "är klara" not in page
    assert "Skicka alla utkast för underskrift" in page


def test_an_open_ranking_is_locked_first(client_for, officer, ranking, call):
    unlock(ranking, officer)
    page = client_for(officer).get(start_at(call)).content.decode()
    assert "Rangordningen är inte låst" in page
    refused = client_for(officer).post(start_at(call))
    assert refused.status_code == 422
    assert not DecisionBatch.objects.exists()


def test_who_has_not_answered_on_jav_is_asked(client_for, second_officer, ranking, call):
    response = client_for(second_officer).post(start_at(call))
    batch = DecisionBatch.objects.get()
    assert response["location"] == at(batch, "jav/")
    assert not BatchStep.objects.exists()


def test_who_comes_in(client_for, batch, call, owner, officer, delegate_user, registrar, member, assessor):
    for person in (owner, registrar, member, assessor):
        client = client_for(person)
        for address in (
            start_at(call),
            at(batch),
            at(batch, "lage/"),
            at(batch, "jav/"),
            at(batch, "underskrift/"),
        ):
            assert client.get(address).status_code == 403, (person, address)
        for step in ("utkast/", "skicka/", "expediera/", "jav/", "underskrift/"):
            assert client.post(at(batch, step)).status_code == 403, (person, step)
    assert client_for(delegate_user).get(at(batch)).status_code == 200
    for step in ("utkast/", "skicka/", "expediera/"):
        assert client_for(delegate_user).post(at(batch, step)).status_code == 403
    assert client_for(delegate_user).post(start_at(call)).status_code == 302
    assert client_for(officer).get(at(batch, "underskrift/")).status_code == 403
    assert client_for(officer).get("/handlaggning/beslut/omgangar/0/").status_code == 404
    assert client_for(officer).get("/handlaggning/utlysningar/0/beslut/").status_code == 404


# --- The list ---------------------------------------------------------------------------------------------
def test_the_list_says_what_is_left_in_each_and_where(client_for, officer, batch, sent):
    first = decisions_of(batch)[0]
    Decision.objects.filter(pk=first.pk).update(reasons="")
    page = client_for(officer).get(at(batch)).content.decode()
    assert f'href="/handlaggning/beslut/{first.pk}/#id_reasons"' in page
    assert "Skäl för beslutet saknas" in page
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    page = client_for(officer).get(at(batch), {"visa": "fel"}).content.decode()
    assert "Skicka för underskrift gick inte:</b> Skäl för beslutet saknas" in page
    assert str(sent[0].case) in page
    assert str(sent[1].case) not in page


def test_what_has_been_done_by_hand_since_is_not_told_of_as_failed(
    client_for, officer, delegate_user, batch, sent
):
    declare_in_all(batch, delegate_user)
    first = decisions_of(batch)[0]
    Decision.objects.filter(pk=first.pk).update(reasons="")
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    assert "gick inte:" in client_for(officer).get(at(batch)).content.decode()
    Decision.objects.filter(pk=first.pk).update(reasons=first.reasons)
    latest = Decision.objects.get(pk=first.pk)
    propose_decision(decision_id=first.pk, actor=officer, expected_version=latest.version)
    page = client_for(officer).get(at(batch)).content.decode()
    assert "gick inte:" not in page
    assert "Gick inte" not in page
    signing = client_for(delegate_user).get(at(batch, "underskrift/")).content.decode()
    assert f"Skriv under {sent[0].case}" in signing
    assert "Förra försöket gick inte" not in signing


def test_who_has_jav_sees_nothing_of_that_one(client_for, second_officer, batch, sent):
    declare(sent[1], second_officer, ground="party")
    page = client_for(second_officer).get(at(batch)).content.decode()
    assert "Du har anmält jäv och tar ingen del i beslutet." in page
    assert sent[0].title in page
    assert sent[1].title not in page


def test_as_many_queries_for_three_as_for_one(client_for, officer, delegate_user, proposed_batch):
    batching.propose_drafts(batch_id=proposed_batch.pk, actor=officer)
    desk, signer = client_for(officer), client_for(delegate_user)
    pages = [
        lambda: desk.get(at(proposed_batch)),
        lambda: signer.get(at(proposed_batch, "underskrift/")),
    ]
    for page in pages:
        page()
    counts = [count_queries(page) for page in pages]
    hidden = list(BatchItem.objects.filter(place__gt=1).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM decisions_batchstep WHERE item_id = ANY(%s)", [hidden])
        cursor.execute("DELETE FROM decisions_batchitem WHERE id = ANY(%s)", [hidden])
        cursor.execute("SET session_replication_role = origin")
    assert [count_queries(page) for page in pages] == counts
    assert max(counts) < 45


def test_the_piece_that_asks_until_all_is_done(client_for, officer, batch):
    client = client_for(officer)
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    piece = client.get(at(batch, "lage/")).content.decode()
    assert "0 av 3 är klara." in piece
    assert f'hx-get="{at(batch, "lage/")}"' in piece
    take_all()
    piece = client.get(at(batch, "lage/")).content.decode()
    assert "Allt är klart." in piece
    assert "hx-get" not in piece


def test_sending_all_and_expediting_all(client_for, officer, delegate_user, batch):
    client = client_for(officer)
    declare_in_all(batch, delegate_user)
    said = client.post(at(batch, "skicka/"), follow=True).content.decode()
    assert "3 utkast kontrolleras och skickas för underskrift." in said
    take_all()
    assert "3 beslut väntar på underskrift." in client.get(at(batch)).content.decode()
    sign_all(batch, delegate_user)
    take_all()
    assert "Expediera 3 beslut" in client.get(at(batch)).content.decode()
    client.post(at(batch, "expediera/"))
    take_all()
    assert "Alla beslut är undertecknade och expedierade." in client.get(at(batch)).content.decode()
    again = client.post(at(batch, "expediera/"), follow=True).content.decode()
    assert "Inget beslut väntar på att expedieras." in again


def test_no_step_is_offered_while_one_is_taken(client_for, officer, delegate_user, batch):
    """Pressed again it would do nothing, and who has just signed is not told that a signature is missing."""
    declare_in_all(batch, delegate_user)
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    assert "Skicka alla utkast" not in client_for(officer).get(at(batch)).content.decode()
    take_all()
    sign_all(batch, delegate_user)
    for user in (officer, delegate_user):
        page = client_for(user).get(at(batch)).content.decode()
        assert "väntar på underskrift." not in page
        assert "Nästa steg" not in page
    take_all()
    assert "Expediera 3 beslut" in client_for(officer).get(at(batch)).content.decode()


def test_an_unlocked_ranking_is_told(client_for, officer, delegate_user, proposed_batch, ranking):
    unlock(ranking, officer)
    assert "Rangordningen är upplåst." in client_for(officer).get(at(proposed_batch)).content.decode()
    told = client_for(officer).post(at(proposed_batch, "skicka/"), follow=True).content.decode()
    assert "Rangordningen är upplåst. Lås den igen och skapa besluten på nytt." in told
    page = client_for(delegate_user).get(at(proposed_batch, "underskrift/")).content.decode()
    assert "Inget skrivs under förrän den är låst igen." in page
    assert "Skriv under valda" not in page


# --- Jäv --------------------------------------------------------------------------------------------------
@pytest.fixture
def asked(client_for, officer, delegate_user, batch):
    """The delegate before the question, with three that wait."""
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    return client_for(delegate_user, fresh=True)


def answers(sent, **others):
    typed = {f"ground-{one.pk}": "none" for one in sent} | {"all_seen": "on"}
    return typed | others


def test_the_question_comes_before_the_list(asked, batch, sent):
    for method in (asked.get, asked.post):
        assert method(at(batch, "underskrift/"))["location"] == at(batch, "jav/")
    page = asked.get(at(batch, "jav/")).content.decode()
    assert all(str(one.case) in page and one.organisation.name in page for one in sent)
    assert asked.post(at(batch, "jav/"), answers(sent))["location"] == at(batch, "underskrift/")
    assert asked.get(at(batch, "jav/"))["location"] == at(batch, "underskrift/")


def test_nothing_is_lost_when_something_is_missing(asked, batch, sent):
    typed = answers(sent, **{f"ground-{sent[1].pk}": "other"})
    del typed["all_seen"]
    response = asked.post(at(batch, "jav/"), typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert f"Beskriv vad som kan rubba förtroendet i {sent[1].case}." in page
    assert "Intyga att du har gått igenom hela listan." in page
    assert '<option value="other" selected>' in page
    assert asked.get(at(batch, "underskrift/"))["location"] == at(batch, "jav/")


def test_those_with_jav_are_taken_out_and_passed_on(asked, batch, sent, officer):
    typed = answers(sent, **{f"ground-{sent[1].pk}": "other", f"text-{sent[1].pk}": "Vi är grannar."})
    told = asked.post(at(batch, "jav/"), typed, follow=True).content.decode()
    assert "Du har anmält jäv i ett ärende, som är lämnat vidare. Dina svar är sparade." in told
    assert sent[1].title not in told
    assert "Skriv under valda" in told
    second = decisions_of(batch)[1]
    assert (second.status, second.delegate) == ("draft", None)
    assert "har anmält jäv" in second.returned_reason


# --- The signatures ---------------------------------------------------------------------------------------
def test_the_whole_text_of_each_is_there(client_for, delegate_user, proposed_batch, sent):
    page = client_for(delegate_user).get(at(proposed_batch, "underskrift/")).content.decode()
    for decision in decisions_of(proposed_batch):
        assert f'value="{decision.pk}-{decision.version}" checked' in page
        assert f'href="/handlaggning/beslut/{decision.pk}/skicka-tillbaka/"' in page
    assert page.count('<article class="dok"') == 3
    listed = client_for(delegate_user).get("/handlaggning/beslut/").content.decode()
    assert "Skriv under 3 beslut i en följd" in listed


def test_reading_what_is_marked_as_secret_is_noted(client_for, delegate_user, proposed_batch, sent):
    # A mark on a record, which leaves the columns of the case itself as they are.
    factories.mark_secret(sent[1].case, "content", record=sent[1].case.records.first())
    client_for(delegate_user).get(at(proposed_batch, "underskrift/"))
    event = Event.objects.get(action="protected_read")
    assert (event.actor_id, event.object_id) == (delegate_user.pk, sent[1].case_id)


def test_the_password_is_asked_for_once_and_nothing_is_lost(client_for, delegate_user, proposed_batch):
    client, two = client_for(delegate_user), decisions_of(proposed_batch)[:2]
    asked = client.post(at(proposed_batch, "underskrift/"), chosen(two))
    assert asked["location"].startswith("/konto/reauthenticate/?next=")
    assert not BatchStep.objects.filter(action="sign").exists()
    told = prove(client, asked, follow=True).content.decode()
    assert "Du har skrivit under 2 beslut. De får nu sitt sigill" in told
    take_all()
    assert [one.status for one in decisions_of(proposed_batch)] == ["signed", "signed", "proposed"]
    again = client.post(at(proposed_batch, "underskrift/"), chosen(decisions_of(proposed_batch)[2:]))
    assert again["location"] == at(proposed_batch)


def test_the_password_signs_what_its_own_page_asked_about(client_for, delegate_user, proposed_batch):
    client, (first, second, _third) = client_for(delegate_user), decisions_of(proposed_batch)
    earlier = client.post(at(proposed_batch, "underskrift/"), chosen([first]))
    page = password_page(client, earlier)
    later = client.post(at(proposed_batch, "underskrift/"), chosen([second]))
    told = prove(client, earlier, page=page, follow=True).content.decode()
    assert "Du har gjort ett annat val i en annan flik" in told
    # Who they are is proved, but what the other tab chose is not taken for granted there either.
    prove(client, later, follow=True)
    assert not BatchStep.objects.filter(action="sign").exists()
    client.post(at(proposed_batch, "underskrift/"), chosen([first]))
    take_all()
    assert [one.status for one in decisions_of(proposed_batch)] == ["signed", "proposed", "proposed"]


def test_a_password_without_the_mark_of_its_page_signs_nothing(client_for, delegate_user, proposed_batch):
    client = client_for(delegate_user)
    asked = client.post(at(proposed_batch, "underskrift/"), chosen(decisions_of(proposed_batch)))
    client.post(asked["location"], {"password": factories.PASSWORD})
    assert not BatchStep.objects.filter(action="sign").exists()


def test_an_empty_choice_and_a_changed_text(client_for, delegate_user, proposed_batch):
    client = client_for(delegate_user, fresh=True)
    empty = client.post(at(proposed_batch, "underskrift/"), {"valda": ["x", "1-", "99999999999-1"]})
    assert empty.status_code == 422
    page = empty.content.decode()
    assert "Välj minst ett beslut att skriva under." in page
    assert " checked>" not in page
    first = decisions_of(proposed_batch)[0]
    changed = client.post(at(proposed_batch, "underskrift/"), {"valda": f"{first.pk}-1"})
    assert changed.status_code == 409
    assert "har ändrats sedan du öppnade sidan" in changed.content.decode()


def test_what_stops_one_is_told_and_it_cannot_be_chosen(client_for, delegate, delegate_user, proposed_batch):
    factories.rewrite(delegate.clause, ceiling=300_000)
    page = client_for(delegate_user).get(at(proposed_batch, "underskrift/")).content.decode()
    first, second, _third = decisions_of(proposed_batch)
    assert "är för högt för punkt 8.1" in page
    assert f'value="{first.pk}-' not in page
    assert f'value="{second.pk}-' in page


def test_returning_one_leads_back_to_the_others(client_for, delegate_user, proposed_batch):
    second = decisions_of(proposed_batch)[1]
    response = client_for(delegate_user).post(
        f"/handlaggning/beslut/{second.pk}/skicka-tillbaka/",
        {"version": second.version, "reason": "Skriv villkoret om."},
    )
    assert response["location"] == at(proposed_batch, "underskrift/")
    page = client_for(delegate_user).get(at(proposed_batch)).content.decode()
    assert "Skickat tillbaka:</b> Skriv villkoret om." in page


def test_open_comments_are_told_of_beside_the_decision_they_are_in(
    client_for, officer, delegate_user, proposed_batch
):
    """As where one decision is signed: a notice with a link, and no stop."""
    second = decisions_of(proposed_batch)[1]
    client, address = client_for(delegate_user), at(proposed_batch, "underskrift/")
    assert "inte klar" not in client.get(address).content.decode()
    threads = [
        start_thread(decision_id=second.pk, actor=officer, anchor="del-title", text=text)
        for text in ("Är rubriken bra?", "Och kort?")
    ]
    page = client.get(address).content.decode()
    beside_first, beside_second = page.split(f"val-{second.pk}")[0], page.split(f"val-{second.pk}")[-1]
    assert "inte klar" not in beside_first
    assert "Att tänka på: </span>2 kommentarer är inte klara" in beside_second
    link = f'<a class="ds-link" href="/handlaggning/beslut/{second.pk}/kommentarer/">Läs'
    assert page.count(link) == 1
    # It can be signed all the same.
    assert f'value="{second.pk}-{second.version}" checked' in page
    for thread in threads:
        set_resolved(decision_id=second.pk, thread_id=thread.pk, actor=officer, resolved=True)
    assert "inte klar" not in client.get(address).content.decode()


def test_a_failed_signature_says_why_on_the_page(client_for, delegate_user, proposed_batch, call):
    type(call).objects.filter(pk=call.pk).update(frame=540_000)
    sign_all(proposed_batch, delegate_user)
    take_all()
    for address in (at(proposed_batch), at(proposed_batch, "underskrift/")):
        page = client_for(delegate_user).get(address).content.decode()
        assert "Utlysningens ram räcker inte" in page


def test_the_draft_leads_to_its_batch(client_for, officer, batch):
    first = decisions_of(batch)[0]
    page = client_for(officer).get(f"/handlaggning/beslut/{first.pk}/").content.decode()
    assert f'href="{at(batch)}"' in page


# --- What is marked as secret -----------------------------------------------------------------------------
def test_the_question_names_the_party_and_notes_it_and_who_has_jav_reads_nothing(
    client_for, delegate_user, batch, officer, sent
):
    """KL 6:28: who answers has to know whom it is about; the title is read in the case."""
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    first, second, _third = sent
    factories.mark_secret(first.case, "title")
    reads = Event.objects.filter(action="protected_read", actor_id=delegate_user.pk)
    client = client_for(delegate_user)
    page = client.get(at(batch, "jav/")).content.decode()
    assert str(first.organisation) in page
    assert first.title not in page
    assert second.title in page
    assert [event.object_id for event in reads] == [first.case_id]
    declare_in_all(batch, delegate_user)
    page = client.get(at(batch, "underskrift/")).content.decode()
    assert page.count("Läs beslutet") == 3
    # Declared in the application itself, which passes nothing on.
    declare(first, delegate_user, ground="other", text="Min syster.")
    count = reads.count()
    page = client.get(at(batch, "underskrift/")).content.decode()
    assert page.count("Läs beslutet") == 2
    assert first.title not in page
    assert str(first.case) not in page
    assert reads.count() == count
