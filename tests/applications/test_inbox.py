"""The work list's filters, columns, views and files, and what is done with many rows at once."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from applications import queries, services
from applications.inbox_columns import USUAL, Column, NextDue, chosen
from applications.models import Application, CoHandler, InternalNote, Letter, SavedView
from applications.queries import Due, Flag, Selection
from s3portal.accounts.models import Membership
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_isodate
from s3portal.diary.models import Record
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_asked

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/ansokningar/"


@pytest.fixture
def sent(owner):
    return send(factories.make_application(user=owner, title="=Kluster i fjällen"), owner)


@pytest.fixture
def another(stranger):
    return send(factories.make_application(user=stranger, title="Skog och trä"), stranger)


def found(officer, **wanted):
    rows = queries.work_list(selection=Selection.OPEN, user=officer, wanted=wanted)
    return {application.pk for application in rows}


# --- Filters ----------------------------------------------------------------------------------------------
def test_dates_to_wait_for(officer, assessor, sent, another):
    today = timezone.localdate()
    declare(sent, officer)
    services.ask_for_supplement(
        application_id=sent.pk, actor=officer, text="Vilka?", due_on=today + timedelta(days=7)
    )
    assignment = another.assignments.create(
        assessor=assessor, assigned_by=officer, due_on=today - timedelta(days=1)
    )
    assert found(officer, frist=Due.WEEK) == {sent.pk}
    assert found(officer, frist=Due.OVERDUE) == {another.pk}
    another.assessments.create(assessor=assessor, status="submitted", submitted_at=timezone.now())
    assert found(officer, frist=Due.OVERDUE) == set()
    assignment.due_on = today
    assignment.save(update_fields=["due_on"])
    assert found(officer, frist=Due.WEEK) == {sent.pk}


def test_an_assessment_that_waits_is_due_whatever_the_others_have_done(
    officer, second_officer, assessor, sent
):
    """A draft is not handed in because somebody else's is; who has abstained is not waited for."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for person in (assessor, second_officer):
        sent.assignments.create(assessor=person, assigned_by=officer, due_on=yesterday)
    sent.assessments.create(assessor=second_officer, status="submitted", submitted_at=timezone.now())
    own = sent.assessments.create(assessor=assessor)
    assert found(officer, frist=Due.OVERDUE) == {sent.pk}
    own.status, own.submitted_at, own.abstain_reason = "abstained", timezone.now(), "Hinner inte."
    own.save()
    assert found(officer, frist=Due.OVERDUE) == set()


def test_the_next_date_and_what_it_waits_for(client_for, officer, assessor, sent, another):
    today = timezone.localdate()
    assert "–" in client_for(officer).get(LIST).content.decode()
    declare(sent, officer)
    services.ask_for_supplement(
        application_id=sent.pk, actor=officer, text="Vilka?", due_on=today + timedelta(days=3)
    )
    sent.assignments.create(assessor=assessor, assigned_by=officer, due_on=today + timedelta(days=5))
    another.assignments.create(assessor=assessor, assigned_by=officer, due_on=today - timedelta(days=1))
    cells = [one.split("</td>")[0] for one in _rows_in(client_for, officer, "frist")]
    assert "Försenad" in cells[0]
    assert "Bedömning" in cells[0]
    assert format_isodate(today + timedelta(days=3)) in cells[1], "the nearer of the two"
    assert "Svar från sökanden" in cells[1]
    assert "Försenad" in _rows_in(client_for, officer, "-frist")[1]
    sheet = client_for(officer).post(
        f"{LIST}fil/", {"form": "csv", "urvalet": "kolumner=frist&ordning=frist"}
    )
    rows = b"".join(sheet.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[1].endswith(f"{format_isodate(today - timedelta(days=1))} Bedömning")


def test_a_longer_file_asks_no_more_questions(client_for, officer, owner, sent, another):
    client = client_for(officer)
    columns = "&".join(f"kolumner={column.value}" for column in Column)

    def take():
        return b"".join(client.post(f"{LIST}fil/", {"form": "csv", "urvalet": columns}).streaming_content)

    short = count_asked(take)
    send(factories.make_application(user=owner), owner)
    assert count_asked(take) == short
    assert take().count(b"\r\n") == 4


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "Försenad"), (0, "I dag"), (1, "I morgon"), (2, ""), (400, "")]
)
def test_words_for_near_days(days, words):
    today = date(2026, 12, 31)
    assert NextDue(today + timedelta(days=days), "Bedömning").words(today=today) == words


def test_what_waits_for_nothing_is_last_both_ways(client_for, officer, assessor, sent, another):
    sent.assignments.create(assessor=assessor, assigned_by=officer, due_on=timezone.localdate())
    for order in ("frist", "-frist"):
        rows = queries.work_list(selection=Selection.OPEN, user=officer, wanted={"ordning": order})
        assert [one.pk for one in rows] == [sent.pk, another.pk]


def _rows_in(client_for, officer, order):
    page = client_for(officer).get(LIST, {"kolumner": "frist", "ordning": order}).content.decode()
    return page.split('data-label="Nästa frist"')[1:]


def test_what_sets_an_application_apart(officer, second_officer, owner, sent, another):
    assert [found(officer, flagga=flag) for flag in Flag] == [set(), set(), set(), set()]
    services.declare_impartiality(application_id=another.pk, actor=second_officer, ground="relative")
    InternalNote.objects.create(application=sent, author=officer, text="Ring dem.")
    Membership.objects.filter(organisation=another.organisation).update(confirmed_at=None)
    draft = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now())
    assert found(officer, flagga=Flag.RECUSED) == {another.pk}
    assert found(officer, flagga=Flag.UNCONFIRMED) == {another.pk}
    assert found(officer, flagga=Flag.NOTED) == {sent.pk}
    # The question has been tried, and no jäv was found.
    declare(another, officer)
    services.lift_recusal(
        application_id=another.pk, actor=officer, person=second_officer, text="De är inte släkt."
    )
    assert found(officer, flagga=Flag.RECUSED) == set()
    assert found(officer, flagga=Flag.CHANGED) == set()
    factories.make_declarations(application=draft, user=owner)
    send(draft, owner)
    assert found(officer, flagga=Flag.CHANGED) == {draft.pk}


def test_columns_are_chosen_and_kept_in_their_order():
    assert chosen([]) == chosen(["finns-inte"]) == USUAL
    assert chosen(["period", "kostnad"]) == (Column.COST, Column.PERIOD)


def test_the_page_shows_the_chosen_columns(client_for, officer, sent):
    text = client_for(officer).get(LIST, {"kolumner": [column.value for column in Column]}).content.decode()
    for column in Column:
        assert f">{column.label}<" in text
    assert f"{sent.starts_on} – {sent.ends_on}" in text


def test_the_page_asks_the_same_number_of_questions_at_1_and_3_rows(
    client_for, officer, owner, django_assert_max_num_queries
):
    client, counts = client_for(officer), []
    for rows in (1, 2):
        for _ in range(rows):
            send(factories.make_application(user=owner), owner)
            SavedView.objects.create(officer=officer, name=str(factories.next_number()))
        with django_assert_max_num_queries(25) as asked:
            client.get(LIST, {"kolumner": [column.value for column in Column]})
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- Files ------------------------------------------------------------------------------------------------
def test_the_list_as_csv_holds_what_is_filtered(client_for, registrar, sent, another):
    response = client_for(registrar).post(f"{LIST}fil/", {"form": "csv", "urvalet": f"q={sent.case}"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Diarienummer;Rubrik;Sökande;Organisationsnummer;Styrkeområde")
    assert len(lines) == 2
    assert str(sent.case) in lines[1]
    assert "'=Kluster i fjällen" in lines[1]
    event = Event.objects.get(action="applications_exported")
    assert (event.data["query"], "CSV" in event.text) == (f"q={str(sent.case).replace('/', '%2F')}", True)


def test_the_list_as_excel_has_kronor_as_numbers(client_for, officer, sent):
    chosen_columns = "&".join(f"kolumner={column.value}" for column in Column)
    response = client_for(officer).post(f"{LIST}fil/", {"form": "xlsx", "urvalet": chosen_columns})
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>300000</v>" in page
    assert "=Kluster i fjällen" in page
    assert "<f>" not in page


def test_who_may_not_take_the_list(client_for, owner, assessor, member):
    for person in (owner, assessor, member):
        assert client_for(person).post(f"{LIST}fil/", {"form": "csv"}).status_code == 403
    assert client_for(owner).get(f"{LIST}fil/").status_code in {403, 405}


# --- Saved views ------------------------------------------------------------------------------------------
def test_a_view_is_saved_used_and_removed(client_for, officer, second_officer, sent):
    client = client_for(officer)
    typed = {"name": "Mina nya", "urvalet": "urval=mina&status=submitted&page=3&q="}
    assert client.post(f"{LIST}vyer/", typed).headers["Location"] == f"{LIST}?urval=mina&status=submitted"
    client.post(f"{LIST}vyer/", typed | {"urvalet": "urval=mina"})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Mina nya", "urval=mina")
    assert 'href="?urval=mina"' in client.get(LIST).content.decode()
    client_for(second_officer).post(f"{LIST}vyer/{view.pk}/ta-bort/")
    assert SavedView.objects.exists()
    client.post(f"{LIST}vyer/{view.pk}/ta-bort/")
    assert not SavedView.objects.exists()


def test_a_nameless_view_or_too_many_are_refused(client_for, officer, registrar, monkeypatch):
    from applications.services import sharing

    client = client_for(officer)
    text = client.post(f"{LIST}vyer/", {"name": ""}, follow=True).content.decode()
    assert "Skriv vad vyn ska heta." in text
    monkeypatch.setattr(sharing, "MOST_VIEWS", 1)
    services.save_view(actor=officer, name="En", query="")
    text = client.post(f"{LIST}vyer/", {"name": "Två"}, follow=True).content.decode()
    assert "redan 1 sparade vyer" in text
    for wrong in (registrar, officer):
        with pytest.raises(Refusal):
            services.save_view(actor=wrong, name=" ", query="")


# --- Many at once -----------------------------------------------------------------------------------------
def test_many_are_given_to_one_officer(client_for, officer, second_officer, sent, another):
    client = client_for(officer)
    typed = {"valda": [sent.pk, another.pk, "x", ""], "officer": second_officer.pk, "urvalet": "q=x"}
    response = client.post(f"{LIST}valda/tilldela/", typed)
    assert response.headers["Location"] == f"{LIST}?q=x"
    assert {row.case.officer for row in Application.objects.select_related("case__officer")} == {
        second_officer
    }
    for wrong, words in (({"officer": ""}, "Välj en handläggare."), ({"valda": []}, "Kryssa i minst en")):
        assert words in client.post(f"{LIST}valda/tilldela/", typed | wrong, follow=True).content.decode()


def test_of_many_none_is_given_when_one_cannot_be(officer, second_officer, sent, another):
    services.declare_impartiality(application_id=another.pk, actor=second_officer, ground="party")
    with pytest.raises(Refusal, match=f"{another.case}: .*Ingen av de valda"):
        services.assign_many(application_ids=[sent.pk, another.pk], actor=officer, officer=second_officer)
    sent.case.refresh_from_db()
    assert sent.case.officer is None
    with pytest.raises(Refusal, match="högst 200"):
        services.assign_many(application_ids=range(201), actor=officer, officer=second_officer)


def test_a_case_one_has_jav_in_cannot_be_chosen(client_for, officer, sent, another):
    declare(sent, officer, ground="relative")
    page = client_for(officer).get(LIST).content.decode()
    assert f'name="valda" value="{another.pk}"' in page
    assert f'name="valda" value="{sent.pk}"' not in page


def test_no_officer_need_be_chosen_to_write(client_for, officer, sent):
    """The same form gives the cases to an officer: the browser must not ask for one before it sends."""
    page = client_for(officer).get(LIST).content.decode()
    form = page[page.index('id="valda"') :].split(">")[0]
    assert "novalidate" in form


def test_many_are_written_to_each_in_their_own_case(client_for, officer, owner, stranger, sent, another):
    client, address = client_for(officer), f"{LIST}valda/skriv/"
    for application in (sent, another):
        declare(application, officer)
    typed = {"valda": [sent.pk, another.pk], "urvalet": ""}
    page = client.post(address, typed).content.decode()
    assert str(sent.case) in page
    assert str(another.case) in page
    assert client.post(address, typed | {"skicka": "1", "subject": "", "text": "x"}).status_code == 422
    letter = {"skicka": "1", "subject": "Beslutet dröjer", "text": "Vi räknar med mars."}
    assert client.post(address, typed | letter).headers["Location"] == LIST
    assert Letter.objects.count() == 2
    mails = Message.objects.filter(kind="letter")
    assert {owner.email, stranger.email} <= set(mails.values_list("to_email", flat=True))
    assert not [mail for mail in mails.filter(to_email=owner.email) if str(another.case) in mail.text_body]
    assert "Kryssa i minst en" in client.post(address, {}, follow=True).content.decode()


def test_nobody_is_written_to_when_the_question_of_jav_is_open(client_for, officer, sent, another):
    declare(sent, officer)
    letter = {"skicka": "1", "subject": "Hej", "text": "Hej.", "valda": [sent.pk, another.pk]}
    answer = client_for(officer).post(f"{LIST}valda/skriv/", letter)
    assert (answer.status_code, "Inget meddelande är skickat" in answer.content.decode()) == (422, True)
    assert not Letter.objects.exists()
    for empty in ([], range(201)):
        with pytest.raises(Refusal):
            services.write_to_applicants(application_ids=empty, actor=officer, subject="a", text="b")


def test_of_many_each_is_taken_once_and_an_unknown_one_stops_all(client_for, officer, owner, sent):
    declare(sent, officer)
    draft = factories.make_application(user=owner)
    letter = {"skicka": "1", "subject": "Hej", "text": "Hej."}
    for wrong in (draft.pk, 10**16):
        answer = client_for(officer).post(f"{LIST}valda/skriv/", letter | {"valda": [sent.pk, wrong]})
        assert (answer.status_code, "finns inte längre" in answer.content.decode()) == (422, True)
        with pytest.raises(Refusal, match="Ingen av de valda är tilldelad"):
            services.assign_many(application_ids=[sent.pk, wrong], actor=officer, officer=officer)
    assert not Letter.objects.exists()
    twice = [sent.pk, sent.pk]
    assert services.write_to_applicants(application_ids=twice, actor=officer, subject="a", text="b") == 1
    assert Letter.objects.count() == 1


# --- Sharing and notes ------------------------------------------------------------------------------------
def test_a_case_is_shared(client_for, officer, second_officer, registrar, sent):
    client = client_for(officer)
    declare(sent, officer)
    address = f"{LIST}{sent.pk}/dela/"
    for _ in range(2):
        client.post(address, {"officer": second_officer.pk})
    assert CoHandler.objects.get().officer == second_officer
    assert "Delas med" in client.get(f"{LIST}{sent.pk}/").content.decode()
    shared = queries.selected(Selection.SHARED, second_officer)
    assert [row.pk for row in shared] == [sent.pk]
    assert "Välj en handläggare." in client.post(address, {}, follow=True).content.decode()
    for _ in range(2):
        client.post(f"{address}{second_officer.pk}/avsluta/")
    assert not CoHandler.objects.exists()
    assert Event.objects.filter(action__startswith="co_handler").count() == 2
    for wrong in (registrar, second_officer):
        if wrong is second_officer:
            services.declare_impartiality(application_id=sent.pk, actor=wrong, ground="party")
        with pytest.raises(Refusal):
            services.add_co_handler(application_id=sent.pk, actor=officer, officer=wrong)
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.add_co_handler(application_id=sent.pk, actor=registrar, officer=officer)


def test_notes_are_for_officers_and_no_part_of_the_record(
    client_for, officer, second_officer, owner, registrar, sent
):
    client = client_for(officer)
    declare(sent, officer)
    new = f"{LIST}{sent.pk}/anteckningar/ny/"
    assert client.get(new).status_code == 200
    assert client.post(new, {"text": " "}).status_code == 422
    records = Record.objects.count()
    for _press in range(2):
        client.post(new, {"text": "Ring ekonomen."})
    note = InternalNote.objects.get()
    assert "Ring ekonomen." in client.get(f"{LIST}{sent.pk}/").content.decode()
    assert "Ring ekonomen." not in client_for(registrar).get(f"{LIST}{sent.pk}/").content.decode()
    assert "Ring ekonomen." not in client_for(owner).get(f"/mina-ansokningar/{sent.pk}/").content.decode()
    assert not Event.objects.filter(text__contains="Ring").exists()
    assert Record.objects.count() == records
    page = f"{LIST}{sent.pk}/anteckningar/{note.pk}/"
    assert "Ring ekonomen." in client.get(page).content.decode()
    assert client.post(page, {"text": ""}).status_code == 422
    client.post(page, {"text": "Ringde."})
    note.refresh_from_db()
    assert (note.text, note.changed_at is not None) == ("Ringde.", True)
    declare(sent, second_officer)
    for address in (page, f"{page}ta-bort/"):
        assert client_for(second_officer).post(address, {"text": "x"}).status_code == 404
    with pytest.raises(Refusal, match="Bara den som skrev"):
        services.remove_note(note_id=note.pk, actor=second_officer)
    client.post(f"{page}ta-bort/")
    assert not InternalNote.objects.exists()


def test_nobody_notes_before_the_question_of_jav(officer, registrar, sent):
    for person, text in ((officer, "x"), (registrar, "x")):
        with pytest.raises(Refusal):
            services.write_note(application_id=sent.pk, actor=person, text=text)
    declare(sent, officer)
    with pytest.raises(Refusal, match="Skriv något"):
        services.write_note(application_id=sent.pk, actor=officer, text=" ")
    note = services.write_note(application_id=sent.pk, actor=officer, text="x")
    with pytest.raises(Refusal, match="Skriv något"):
        services.change_note(note_id=note.pk, actor=officer, text=" ")
    services.declare_impartiality(application_id=sent.pk, actor=officer, ground="party")
    with pytest.raises(Refusal, match="anmält jäv"):
        services.change_note(note_id=note.pk, actor=officer, text="y")
    officer.staff_roles.all().delete()
    del officer.roles
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.remove_note(note_id=note.pk, actor=officer)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda sent, officer: InternalNote(application=sent, author=officer, text=""), "note_has_text"),
        (lambda sent, officer: SavedView(officer=officer, name=""), "saved_view_has_name"),
        (lambda sent, officer: SavedView(officer=officer, name="En"), "saved_view_once"),
        (
            lambda sent, officer: CoHandler(application=sent, officer=officer, added_by=officer),
            "co_handler_once",
        ),
    ],
)
def test_the_database_holds(officer, sent, make, name):
    SavedView.objects.create(officer=officer, name="En")
    CoHandler.objects.create(application=sent, officer=officer, added_by=officer)
    with pytest.raises(Error, match=name), transaction.atomic():
        make(sent, officer).save()


# --- Letters ----------------------------------------------------------------------------------------------
def test_the_thread_from_both_sides(client_for, officer, owner, colleague, stranger, sent):
    theirs, ours = f"/mina-ansokningar/{sent.pk}/meddelanden/", f"{LIST}{sent.pk}/meddelanden/"
    declare(sent, officer)
    services.assign_officer(application_id=sent.pk, actor=officer, officer=officer)
    applicant, region = client_for(colleague), client_for(officer)
    assert "Inga meddelanden än" in applicant.get(theirs).content.decode()
    assert applicant.post(theirs, {"subject": "", "text": ""}).status_code == 422
    applicant.post(theirs, {"subject": "En fråga", "text": "När kommer beslutet?"})
    assert "När kommer beslutet?" in region.get(ours).content.decode()
    assert Message.objects.get(kind="letter").to_email == officer.email
    assert region.post(ours, {"subject": "Svar", "text": ""}).status_code == 422
    region.post(ours, {"subject": "Svar", "text": "I mars."})
    assert "I mars." in applicant.get(theirs).content.decode()
    directions = list(Record.objects.filter(letter__isnull=False).values_list("direction", "title"))
    assert directions == [
        ("incoming", "Meddelande från sökanden"),
        ("outgoing", "Meddelande till sökanden"),
    ]
    assert client_for(stranger).get(theirs).status_code == 404
    assert Event.objects.filter(action="application_opened", object_id=str(sent.pk)).exists()


def test_a_letter_sent_twice_is_one_record_and_one_mail(client_for, officer, owner, sent):
    declare(sent, officer)
    services.assign_officer(application_id=sent.pk, actor=officer, officer=officer)
    for person, name in ((officer, "officer_letters"), (owner, "letters")):
        address = reverse(f"applications:{name}", args=[sent.pk])
        before = Message.objects.filter(kind="letter").count()
        client = client_for(person)
        for _ in range(2):
            client.post(address, {"subject": "Fråga", "text": "Vilka är med?"}, follow=True)
        assert sent.letters.filter(author=person).count() == 1
        assert Message.objects.filter(kind="letter").count() > before
        client.post(address, {"subject": "Fråga", "text": "Och när?"})
        assert sent.letters.filter(author=person).count() == 2
    assert Message.objects.filter(kind="letter", to_email=officer.email).count() == 2


def test_the_same_words_another_day_are_another_letter(owner, sent, monkeypatch):
    words = {"application_id": sent.pk, "actor": owner, "subject": "Hej", "text": "Hur går det?"}
    first = services.write_to_region(**words)
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("applications.services.writing.timezone.now", lambda: later)
    assert services.write_to_region(**words) != first


def test_who_may_not_write(client_for, owner, organisation, registrar, officer, sent):
    signatory = factories.make_user()
    factories.make_membership(user=signatory, organisation=organisation, role="signatory", is_signatory=True)
    address = f"/mina-ansokningar/{sent.pk}/meddelanden/"
    reader = client_for(signatory)
    assert "Skriv ett meddelande" not in reader.get(address).content.decode()
    assert reader.post(address, {"subject": "a", "text": "b"}).status_code == 403
    draft = factories.make_application(user=owner)
    assert client_for(owner).get(f"/mina-ansokningar/{draft.pk}/meddelanden/").status_code == 404
    ours = reverse("applications:officer_letters", args=[sent.pk])
    assert client_for(registrar).get(ours).status_code == 200
    assert client_for(registrar).post(ours, {"subject": "a", "text": "b"}).status_code in {403, 404}
    for step, person in (
        (services.write_to_region, signatory),
        (services.write_to_applicant, registrar),
        (services.write_to_applicant, officer),
    ):
        with pytest.raises(Refusal):
            step(application_id=sent.pk, actor=person, subject="a", text="b")
    declare(sent, officer)
    for subject, text in (("", "b"), ("a", " ")):
        with pytest.raises(Refusal):
            services.write_to_applicant(application_id=sent.pk, actor=officer, subject=subject, text=text)


def test_an_application_without_an_officer_keeps_its_letter(owner, sent):
    services.write_to_region(application_id=sent.pk, actor=owner, subject="En fråga", text="Hej.")
    assert Letter.objects.get().from_region is False
    assert not Message.objects.filter(kind="letter").exists()


def test_a_letter_stands(owner, sent):
    services.write_to_region(application_id=sent.pk, actor=owner, subject="En fråga", text="Hej.")
    for step in (lambda: Letter.objects.update(text="Nej."), lambda: Letter.objects.all().delete()):
        with pytest.raises(Error, match="pgtrigger"), transaction.atomic():
            step()
