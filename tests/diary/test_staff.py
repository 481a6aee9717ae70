import pytest
from django.core.files.storage import default_storage

from s3portal.audit.models import Event
from s3portal.common.files import AlteredFile
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.models import Case
from s3portal.diary.services import register_record, store_record_file
from tests import factories
from tests.counting import count_queries

LIST = "/handlaggning/diarium/"


def names(response):
    return [case.pk for case in response.context["page"]]


@pytest.fixture
def case(db):
    return factories.make_case(title="Ansökan om stöd", counterpart="Peak Jämtland")


@pytest.fixture
def file(case):
    record = register_record(
        actor=None, case=case, direction=Direction.INCOMING, title="Ansökan", counterpart="Peak Jämtland"
    )
    return store_record_file(
        record=record, filename="ansökan.pdf", content_type="application/pdf", content=b"%PDF-1"
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
def test_who_reads_the_inner_diary(request, client_for, file, persona, status):
    case = file.record.case
    client = client_for(request.getfixturevalue(persona))
    for address in (LIST, f"{LIST}{case.pk}/", f"{LIST}{case.pk}/filer/{file.pk}/"):
        assert client.get(address).status_code == status, address


def test_nobody_reads_it_without_a_login(client, case, file):
    for address in (LIST, f"{LIST}{case.pk}/", f"{LIST}{case.pk}/filer/{file.pk}/"):
        assert client.get(address).headers["Location"].startswith("/konto/login/")


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("officer", 302),
        ("second_officer", 302),
        ("registrar", 302),
        ("delegate_user", 403),
        ("admin_user", 403),
        ("member", 403),
        ("assessor", 403),
        ("owner", 403),
        ("stranger", 403),
    ],
)
def test_who_gives_a_case_to_an_officer(request, client_for, case, persona, status):
    officer = factories.make_staff("officer")
    client = client_for(request.getfixturevalue(persona))
    assert client.post(f"{LIST}{case.pk}/tilldela/", {"officer": officer.pk}).status_code == status
    case.refresh_from_db()
    assert case.officer == (officer if status == 302 else None)


def test_a_case_is_given_to_an_officer_and_says_so(client_for, case, officer, registrar):
    response = client_for(registrar).post(f"{LIST}{case.pk}/tilldela/", {"officer": officer.pk}, follow=True)
    assert f"{case} har nu handläggaren Hanna Handläggare." in response.content.decode()
    assert Event.objects.get(action="case_assigned").actor_id == registrar.pk


@pytest.mark.parametrize("value", ["", "0", "x"])
def test_only_an_officer_can_be_chosen(client_for, case, registrar, value):
    response = client_for(registrar).post(f"{LIST}{case.pk}/tilldela/", {"officer": value})
    assert response.status_code == 422
    assert "Välj en" in response.content.decode()
    case.refresh_from_db()
    assert case.officer is None


def test_someone_who_is_no_officer_cannot_be_chosen(client_for, case, registrar, stranger):
    response = client_for(registrar).post(f"{LIST}{case.pk}/tilldela/", {"officer": stranger.pk})
    assert response.status_code == 422
    assert "Välj en av handläggarna i listan." in response.content.decode()


def test_a_cancelled_case_is_given_to_nobody(client_for, case, officer):
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.CANCELLED)
    client = client_for(officer)
    assert "Välj handläggare" not in client.get(f"{LIST}{case.pk}/").content.decode()
    response = client.post(f"{LIST}{case.pk}/tilldela/", {"officer": officer.pk}, follow=True)
    assert "Ärendet är makulerat och kan inte tilldelas någon." in response.content.decode()
    case.refresh_from_db()
    assert case.officer is None


def test_a_file_is_streamed_and_the_opening_noted(client_for, case, file, officer):
    response = client_for(officer).get(f"{LIST}{case.pk}/filer/{file.pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    event = Event.objects.get(action="file_opened")
    assert (event.actor_id, event.object_id, event.data["file"]) == (officer.pk, case.pk, file.pk)
    assert event.text == "Öppnade ansökan.pdf i handling 1"


def test_a_file_is_found_only_in_its_own_case(client_for, file, officer):
    other = factories.make_case()
    assert client_for(officer).get(f"{LIST}{other.pk}/filer/{file.pk}/").status_code == 404
    assert client_for(officer).get(f"{LIST}999999/").status_code == 404
    assert not Event.objects.filter(action="file_opened").exists()


def test_an_altered_file_is_shown_to_nobody(client_for, case, file, officer):
    default_storage.delete(file.storage_name)
    with default_storage.open(file.storage_name, "wb") as stored:
        stored.write(b"%PDF-2")
    with pytest.raises(AlteredFile):
        client_for(officer).get(f"{LIST}{case.pk}/filer/{file.pk}/")
    assert not Event.objects.filter(action="file_opened").exists()


def test_tabs_and_search(client_for, officer, case):
    mine = factories.make_case(officer=officer, title="Mitt ärende")
    closed = factories.make_case(officer=officer)
    Case.objects.filter(pk=closed.pk).update(status=CaseStatus.CLOSED)
    client = client_for(officer)
    assert names(client.get(LIST)) == [closed.pk, mine.pk, case.pk]
    assert names(client.get(LIST, {"urval": "mina"})) == [mine.pk]
    assert names(client.get(LIST, {"urval": "oppna"})) == [mine.pk, case.pk]
    assert names(client.get(LIST, {"urval": "utan"})) == [case.pk]
    assert names(client.get(LIST, {"urval": "okänt"})) == [closed.pk, mine.pk, case.pk]
    assert names(client.get(LIST, {"q": "mina ärenden"})) == [mine.pk]
    assert names(client.get(LIST, {"year": "1700"})) == []
    assert [tab["count"] for tab in client.get(LIST).context["tabs"]] == [1, None, 2, 1]


def test_a_search_stays_within_its_tab(client_for, officer, case):
    page = client_for(officer).get(LIST, {"urval": "utan", "q": "stöd"})
    assert names(page) == [case.pk]
    assert 'name="urval" value="utan"' in page.content.decode()


def test_the_list_asks_as_much_for_one_as_for_three(client_for, officer, second_officer, case):
    client = client_for(officer)
    one = count_queries(lambda: client.get(LIST))
    factories.make_case(officer=officer)
    factories.make_case(officer=second_officer)
    assert count_queries(lambda: client.get(LIST)) == one


def test_a_case_asks_as_much_for_one_record_as_for_three(client_for, officer, case, file):
    client = client_for(officer)
    one = count_queries(lambda: client.get(f"{LIST}{case.pk}/"))
    for number in range(2):
        record = register_record(
            actor=None, case=case, direction=Direction.DRAWN_UP, title=f"Anteckning {number}"
        )
        store_record_file(record=record, filename="a.txt", content_type="text/plain", content=b"a")
    assert count_queries(lambda: client.get(f"{LIST}{case.pk}/")) == one
