from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from applications import services
from decisions.models import Decision
from decisions.services.expediting import expedite_decision
from s3portal.home.staff_queries import staff_start
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.sending import send
from tests.counting import count_queries

START = "/handlaggning/"


def boxes(user):
    return {todo.label: (todo.count, todo.text) for todo in staff_start(user).todos}


def propose(decision, officer):
    Decision.objects.filter(pk=decision.pk).update(
        status="proposed", proposed_by=officer, proposed_at=timezone.now()
    )


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("officer", 200),
        ("second_officer", 200),
        ("delegate_user", 200),
        ("registrar", 200),
        ("admin_user", 200),
        ("member", 403),
        ("assessor", 403),
        ("owner", 403),
        ("stranger", 403),
    ],
)
def test_who_has_a_start_page_here(request, client_for, persona, status):
    assert client_for(request.getfixturevalue(persona)).get(START).status_code == status


def test_without_a_login_one_is_asked_to_log_in(client):
    assert client.get(START).headers["Location"] == "/konto/login/?next=/handlaggning/"


@pytest.mark.parametrize(
    ("persona", "labels"),
    [
        (
            "officer",
            [
                "Dina öppna ansökningar",
                "Väntar på underskrift",
                "Ska expedieras",
                "Frågor från nämnden",
                "Frågor om utlysningar",
                "Ska anmälas till nämnden",
                "Misslyckade utskick",
            ],
        ),
        ("delegate_user", ["Väntar på din underskrift", "Ska anmälas till nämnden"]),
        (
            "registrar",
            [
                "Ska anmälas till nämnden",
                "Begäran om handlingar",
                "Anslag att sätta upp",
                "Beslut med varning",
                "Ärenden utan handläggare",
                "Misslyckade utskick",
            ],
        ),
        ("admin_user", ["Frågor om utlysningar", "Ska anmälas till nämnden", "Misslyckade utskick"]),
    ],
)
def test_each_role_has_its_own_boxes_and_each_leads_to_a_page(request, client_for, persona, labels):
    user = request.getfixturevalue(persona)
    start = staff_start(user)
    assert [todo.label for todo in start.todos] == labels
    assert {todo.count for todo in start.todos} == {0}
    client = client_for(user)
    for todo in start.todos:
        assert client.get(todo.url).status_code == 200, todo.url
    assert "Inget väntar på dig just nu" in client.get(START).content.decode()


def test_questions_that_wait_for_an_answer(officer, client_for):
    asked_at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    first = factories.make_inquiry(asked_at=asked_at)
    factories.make_inquiry(asked_at=asked_at + timedelta(days=1))
    assert boxes(officer)["Frågor om utlysningar"] == (2, "Äldst: 2 mars 2026")
    todo = next(todo for todo in staff_start(officer).todos if todo.label == "Frågor om utlysningar")
    page = client_for(officer).get(todo.url).content.decode()
    assert first.question in page


def test_what_waits_for_a_signature(officer, second_officer, delegate_user):
    mine = factories.make_delegate(user=delegate_user)
    other = factories.make_delegate(user=factories.make_staff("delegate"))
    proposals = [factories.make_decision(user=officer, delegate=delegate) for delegate in (mine, other)]
    for proposal in proposals:
        propose(proposal, officer)
    draft = factories.make_decision(user=officer)
    assert boxes(officer)["Väntar på underskrift"] == (2, "Hos den som får besluta")
    assert boxes(delegate_user)["Väntar på din underskrift"][0] == 1
    assert staff_start(delegate_user).decisions == [proposals[0]]
    assert staff_start(officer).decisions == [draft]
    assert staff_start(second_officer).decisions == []


def test_a_draft_is_shown_to_the_cases_officer_too(officer, second_officer):
    draft = factories.make_decision(user=officer, case=factories.make_case(officer=second_officer))
    assert staff_start(second_officer).decisions == [draft]


def test_what_is_to_be_sent_out_and_reported(officer, registrar):
    decision = factories.make_signed_decision(user=officer)
    factories.make_signed_decision(user=officer, signed_elsewhere=True, reportable=False)
    assert boxes(officer)["Ska expedieras"][0] == 1
    assert boxes(registrar)["Ska anmälas till nämnden"] == (1, "Inget sammanträde är inlagt")
    factories.make_committee_meeting(starts_at=timezone.now() - timedelta(days=1))
    soon = factories.make_committee_meeting(starts_at=timezone.now() + timedelta(days=3))
    factories.make_committee_meeting(starts_at=timezone.now() + timedelta(days=9))
    assert boxes(registrar)["Ska anmälas till nämnden"][1].startswith("Nästa sammanträde ")
    assert staff_start(registrar).meeting == soon
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert boxes(officer)["Ska expedieras"][0] == 0


def test_failed_messages_and_cases_of_nobody(officer, registrar):
    expedite_decision(decision_id=factories.make_signed_decision(user=officer).pk, actor=officer)
    Message.objects.update(status="failed")
    assert boxes(registrar)["Misslyckade utskick"] == (1, "Öppna för att skicka igen")
    assert boxes(registrar)["Ärenden utan handläggare"] == (1, "Fördela i diariet")


def test_the_officers_own_applications(officer, second_officer, owner, client_for):
    from applications.services import submit_application

    application = factories.make_application(user=owner)
    submit_application(application_id=application.pk, actor=owner, arrived_at=timezone.now())
    application.refresh_from_db()
    assert boxes(officer)["Dina öppna ansökningar"] == (0, "Inget väntar på dig")
    application.case.officer = officer
    application.case.save(update_fields=["officer"])
    assert boxes(officer)["Dina öppna ansökningar"] == (1, f"Äldst: {application.case}")
    assert [row.application for row in staff_start(officer).applications] == [application]
    assert staff_start(second_officer).applications == []
    assert application.title in client_for(officer).get(START).content.decode()


@pytest.mark.parametrize("persona", ["officer", "delegate_user", "registrar", "admin_user"])
def test_the_page_asks_as_much_for_one_as_for_three(request, client_for, officer, persona):
    client = client_for(request.getfixturevalue(persona))

    def add():
        factories.make_decision(user=officer)
        factories.make_signed_decision(user=officer)
        factories.make_committee_meeting()

    add()
    one = count_queries(lambda: client.get(START))
    add()
    add()
    assert count_queries(lambda: client.get(START)) == one


def failed(obj, **fields):
    number = Message.objects.count()
    values = {
        "key": f"failed:{number}",
        "kind": "application_received",
        "to_email": "borta@example.org",
        "subject": f"Kvitto {number}",
        "text_body": "x",
        "status": "failed",
        "last_error": "550 <Okänd> mottagare",
        "object_type": obj._meta.label_lower,
        "object_id": obj.pk,
    }
    return Message.objects.create(**(values | fields))


def test_what_did_not_arrive_in_an_officers_own_cases(
    client_for, owner, officer, second_officer, monkeypatch
):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)
    mine, other, nobodys = (send(factories.make_application(user=owner), owner) for _ in range(3))
    for application, who in ((mine, officer), (other, second_officer)):
        services.assign_officer(application_id=application.pk, actor=officer, officer=who)
    asked = services.ask_for_supplement(
        application_id=mine.pk, actor=officer, text="Mer", due_on=timezone.localdate()
    )
    written = factories.make_signed_decision(user=officer)
    Message.objects.all().delete()
    found = [failed(mine), failed(asked), failed(written)]
    for obj in (other, nobodys, officer):
        failed(obj)
    failed(mine, status="sent", sent_at=timezone.now())
    # The same number of another kind of thing is not the officer's.
    failed(mine, object_type="calls.meeting")
    assert [message.pk for message in staff_start(officer).failed] == [one.pk for one in reversed(found)]
    assert len(staff_start(second_officer).failed) == 1
    page = client_for(officer).get(START).content.decode()
    assert "Utskick i dina ärenden som inte har gått fram" in page
    assert f'href="/handlaggning/utskick/{found[0].pk}/"' in page
    assert "550 &lt;Okänd&gt; mottagare" in page


def test_the_registrar_has_no_list_of_the_officers_mail(registrar, officer):
    failed(factories.make_signed_decision(user=officer))
    assert staff_start(registrar).failed == []
