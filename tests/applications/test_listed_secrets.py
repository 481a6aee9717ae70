"""Lists, files and mails tell nothing of an application that is marked as secret in its case."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from applications import due, services
from applications.models import Application, SupplementRequest
from s3portal.audit.models import Event
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare, scored_call
from tests.applications.ranking import change, lock
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/ansokningar/"
SECRET = "Qvanta"
ALL_COLUMNS = "kolumner=belopp&kolumner=kostnad&kolumner=utlysning"


@pytest.fixture
def sent(owner, officer):
    """In the officer's case, whose party has the secret as its name."""
    draft = factories.make_application(user=owner, title=f"{SECRET}lyft")
    type(draft.organisation).objects.filter(pk=draft.organisation_id).update(name=f"{SECRET} AB")
    sent = send(draft, owner)
    declare(sent, officer)
    type(sent.case).objects.filter(pk=sent.case_id).update(officer=officer)
    return Application.objects.get(pk=sent.pk)


def mark(application, part):
    more = {"passage": SECRET} if part == "passage" else {}
    factories.mark_secret(application.case, part, **more)


def read(response):
    """A page's rows, or a file of either form, with ordinary spaces."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = book.read("xl/worksheets/sheet1.xml")
    text = content.decode().replace("\u00a0", " ")
    return text.split("<tbody>")[-1].split("</tbody>")[0]


@pytest.fixture(params=["page", "csv", "xlsx"])
def take(request, client_for, officer, registrar):
    """``take()``: the list as the case's own officer gets it, and as another of the region does."""
    clients = [client_for(officer), client_for(registrar)]

    def one(client):
        if request.param == "page":
            return read(client.get(f"{LIST}?{ALL_COLUMNS}"))
        return read(client.post(f"{LIST}fil/", {"form": request.param, "urvalet": ALL_COLUMNS}))

    return lambda: [one(client) for client in clients]


def test_the_list_and_its_files_tell_what_is_open(sent, take):
    for told in take():
        assert f"{SECRET}lyft" in told
        assert f"{SECRET} AB" in told
        assert "[Skyddat]" not in told


@pytest.mark.parametrize("part", ["title", "counterpart", "passage", "case"])
def test_the_list_and_its_files_tell_nothing_that_is_marked(sent, take, part):
    mark(sent, part)
    for told in take():
        assert str(sent.case) in told
        assert "[Skyddat]" in told
        assert f"{SECRET} AB" not in told
        assert sent.organisation.org_number not in told
        assert "300 000" not in told
        assert "300000" not in told
        # The title is open where the mark is on another part of the case.
        assert (SECRET in told) == (part == "counterpart")


def test_a_saved_view_and_the_page_to_write_from_tell_nothing_either(client_for, officer, sent):
    mark(sent, "title")
    client = client_for(officer)
    client.post(f"{LIST}vyer/", {"name": "Mina", "urvalet": "urval=mina"})
    assert SECRET not in read(client.get(f"{LIST}?urval=mina"))
    page = read(client.post(f"{LIST}valda/skriv/", {"valda": sent.pk, "urvalet": ""}))
    assert f"{sent.case} [Skyddat], [Skyddat]" in page
    assert SECRET not in page


# --- A call's own lists -----------------------------------------------------------------------------------
@pytest.fixture
def ranked(sent, officer):
    ranking = services.start_ranking(call_id=sent.call_id, actor=officer)
    change(ranking, sent, officer, amount=250_000, conditions=f"{SECRET} redovisas.")
    return ranking


def ranking_pages(client, call_pk):
    """All tables of the page, and the files."""
    at = f"/handlaggning/utlysningar/{call_pk}/rangordning/"
    files = [read(client.get(f"{at}{form}/")) for form in ("csv", "xlsx")]
    page = client.get(at).content.decode().replace("\u00a0", " ")
    return [" ".join(part.split("</tbody>")[0] for part in page.split("<tbody>")[1:]), *files]


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("part", ["title", "counterpart", "passage", "case"])
def test_the_ranking_tells_nothing_that_is_marked(client_for, officer, registrar, sent, ranked, part, locked):
    if locked:
        lock(ranked, officer)
    for told in ranking_pages(client_for(registrar), sent.call_id):
        assert f"{SECRET} AB" in told
        assert "250 000" in told or "250000" in told
    mark(sent, part)
    for told in ranking_pages(client_for(registrar), sent.call_id):
        assert str(sent.case) in told
        assert "[Skyddat]" in told
        assert SECRET not in told
        for amount in ("300 000", "300000", "250 000", "250000"):
            assert amount not in told
    # Who ranks has to see the amount that is proposed, and nothing more.
    page = ranking_pages(client_for(officer), sent.call_id)[0]
    assert SECRET not in page
    assert ('value="250 000"' in page) != locked
    row = client_for(officer).get(
        f"/handlaggning/utlysningar/{sent.call_id}/rangordning/{ranked.rows.get().pk}/"
    )
    assert f"{SECRET} AB" not in row.content.decode()


def test_those_to_assess_are_listed_without_the_party(client_for, owner, officer, assessor):
    draft = factories.make_application(user=owner, call=scored_call())
    type(draft.organisation).objects.filter(pk=draft.organisation_id).update(name=f"{SECRET} AB")
    sent = Application.objects.get(pk=send(draft, owner).pk)
    declare(sent, officer)
    services.assign_assessors(
        application_ids=[sent.pk],
        actor=officer,
        assessors=[assessor],
        due_on=timezone.localdate() + timedelta(days=9),
    )
    pages = [
        (client_for(officer), f"/handlaggning/utlysningar/{sent.call_id}/bedomare/"),
        (client_for(officer), f"/handlaggning/ansokningar/{sent.pk}/bedomare/"),
        (client_for(assessor), "/handlaggning/bedomningar/"),
    ]
    for client, address in pages:
        assert f"{SECRET} AB" in client.get(address).content.decode(), address
    mark(sent, "counterpart")
    for client, address in pages:
        page = client.get(address).content.decode()
        assert f"{SECRET} AB" not in page, address
        assert "[Skyddat]" in page, address


def test_the_question_of_jav_names_the_party_to_who_answers_it_and_to_nobody_else(
    client_for, second_officer, sent
):
    """KL 6:28: who answers has to know whom it is about. That it was read is noted."""
    mark(sent, "counterpart")
    address = f"/handlaggning/ansokningar/{sent.pk}/jav/"
    reads = Event.objects.filter(action="protected_read", object_id=sent.case_id)
    assert f"{SECRET} AB" in client_for(second_officer).get(address).content.decode()
    assert [event.actor_id for event in reads] == [second_officer.pk]
    declare(sent, second_officer, ground="other", text="Min syster.")
    page = client_for(second_officer).get(address).content.decode()
    assert f"{SECRET} AB" not in page
    assert "[Skyddat]" in page
    assert reads.count() == 1


def test_the_page_costs_the_same_however_many_are_marked(client_for, officer, owner, sent):
    client = client_for(officer)
    mark(sent, "title")
    client.get(LIST)
    one = count_queries(lambda: client.get(LIST))
    for number in range(2):
        more = send(factories.make_application(user=owner, title=f"{SECRET} {number}"), owner)
        mark(more, "counterpart")
    client.get(LIST)
    assert count_queries(lambda: client.get(LIST)) == one


# --- Mails ------------------------------------------------------------------------------------------------
def told_since(last):
    found = Message.objects.filter(pk__gt=last).order_by("pk")
    return {(one.kind, one.to_email): f"{one.subject}\n{one.text_body}\n{one.html_body}" for one in found}


def test_no_mail_tells_what_is_marked(sent, officer, owner):
    for part in ("title", "counterpart", "passage"):
        mark(sent, part)
    last = Message.objects.latest("pk").pk
    today, words = timezone.localdate(), f"Berätta mer om {SECRET}."
    services.write_to_applicant(application_id=sent.pk, actor=officer, subject=words, text=words)
    services.write_to_region(application_id=sent.pk, actor=owner, subject=words, text=words)
    first = services.ask_for_supplement(
        application_id=sent.pk, actor=officer, text=words, due_on=today + timedelta(days=7)
    )
    services.give_more_time(
        application_id=sent.pk, actor=officer, due_on=today + timedelta(days=9), reason=words
    )
    services.stop_asking(application_id=sent.pk, actor=officer, reason=words)
    second = services.ask_for_supplement(
        application_id=sent.pk, actor=officer, text=words, due_on=today + timedelta(days=7)
    )
    assert second.pk != first.pk
    services.answer_supplement(
        application_id=sent.pk,
        supplement_id=second.pk,
        actor=owner,
        answer=words,
        arrived_at=timezone.now(),
    )
    services.withdraw_application(application_id=sent.pk, actor=owner, reason=words)
    found = told_since(last)
    kinds = {kind for kind, _email in found}
    assert kinds == {
        "letter",
        "supplement_requested",
        "supplement_postponed",
        "supplement_ended",
        "supplement_answered",
        "supplement_received",
        "application_withdrawn",
    }
    for mail in found.values():
        assert SECRET not in mail
        assert "[Skyddat]" in mail
        assert str(sent.case) in mail


def test_no_reminder_tells_what_is_marked(sent, officer):
    services.ask_for_supplement(
        application_id=sent.pk,
        actor=officer,
        text=f"Berätta mer om {SECRET}.",
        due_on=timezone.localdate() + timedelta(days=7),
    )

    def values():
        request = SupplementRequest.objects.select_related("application__case", "requested_by").get()
        reminders = [
            *due.supplement_reminders([due.supplement_of(request)]),
            *due.overdue_reminders([due.overdue_of(request)]),
        ]
        return [" ".join(map(str, one.values.values())) for one in reminders]

    assert all(SECRET in told for told in values())
    mark(sent, "passage")
    assert len(values()) > 1
    assert not any(SECRET in told for told in values())


def test_no_mail_is_written_from_a_bare_title_or_name():
    """The next mail about an application or a decision goes by the same rule."""
    bare = ("application.title", "application.organisation", "{{ application }}", "decision.title")
    for path in sorted((Path(settings.BASE_DIR) / "templates" / "mail").iterdir()):
        if path.name.startswith("draft_"):
            continue  # what is not sent has no case, and goes to those who write it
        found = [name for name in bare if name in path.read_text()]
        assert found == [], path.name
