import io
import zipfile

import pytest
from django.urls import reverse

from applications import services
from applications.models import Application
from s3portal.common.files import sha256_hex
from tests import factories
from tests.applications.judging import go_through
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"applications:{name}", args=args)


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def test_a_sent_application_is_changed_and_sent_again(client_for, owner, draft):
    client = client_for(owner)
    sent = send(draft, owner)
    assert "Ändra och skicka in på nytt" in client.get(page("my_detail", sent.pk)).content.decode()
    answer = client.post(page("change", sent.pk))
    new = Application.objects.get(replaces=sent)
    assert answer.headers["Location"] == page("step_applicant", new.pk)
    assert "Fortsätt ändringen" in client.get(page("my_detail", sent.pk)).content.decode()
    assert "ersätter den ni skickade in tidigare" in client.get(page("review", new.pk)).content.decode()
    factories.make_declarations(application=new, user=owner)
    send(new, owner)
    old_page = client.get(page("my_detail", sent.pk)).content.decode()
    assert "Ni har skickat in en ny" in old_page
    assert "Ändra och skicka in på nytt" not in old_page
    assert "Tidigare inskickat" in client.get(page("my_detail", new.pk)).content.decode()
    assert client.get(page("my_list")).content.decode().count(str(sent.case)) == 1


def test_who_may_not_change(client_for, owner, stranger, organisation, officer, draft):
    sent = send(draft, owner)
    reader = factories.make_user()
    factories.make_membership(user=reader, organisation=organisation, role="signatory", is_signatory=True)
    assert client_for(stranger).post(page("change", sent.pk)).status_code == 404
    assert client_for(reader).post(page("change", sent.pk)).status_code == 403
    go_through(sent, officer)
    answer = client_for(owner).post(page("change", sent.pk), follow=True)
    assert "kan inte bytas mot en ny" in answer.content.decode()


def test_a_draft_is_removed_and_brought_back(client_for, owner, stranger, organisation, draft):
    client = client_for(owner)
    assert "Här finns inga borttagna utkast" in client.get(page("removed")).content.decode()
    assert client.post(page("delete", draft.pk)).headers["Location"] == page("removed")
    assert client.get(page("my_detail", draft.pk)).status_code == 404
    assert str(draft) not in client.get(page("my_list")).content.decode()
    assert str(draft) in client.get(page("removed")).content.decode()
    reader = factories.make_user()
    factories.make_membership(user=reader, organisation=organisation, role="signatory", is_signatory=True)
    assert client_for(stranger).post(page("restore", draft.pk)).status_code == 404
    assert client_for(reader).post(page("restore", draft.pk)).status_code == 403
    assert client.post(page("restore", draft.pk)).status_code == 302
    assert client.post(page("restore", draft.pk)).status_code == 404
    assert client.get(page("step_project", draft.pk)).status_code == 200


def test_bringing_back_beside_a_newer_change_is_refused_in_words(client_for, owner, draft):
    client = client_for(owner)
    sent = send(draft, owner)
    client.post(page("change", sent.pk))
    first = Application.objects.get(replaces=sent)
    client.post(page("delete", first.pk))
    client.post(page("change", sent.pk))
    answer = client.post(page("restore", first.pk), follow=True)
    assert "påbörjat en ny ändring" in answer.content.decode()


def test_a_new_application_begins_with_an_earlier_one(client_for, owner, stranger, draft):
    client, call = client_for(owner), factories.make_call()
    start = page("start", call.slug)
    assert str(draft) in client.get(start).content.decode()
    foreign = factories.make_application(user=stranger)
    typed = {"organisation": draft.organisation_id}
    assert client.post(start, typed | {"source": foreign.pk}).status_code == 422
    assert client.post(start, typed | {"source": draft.pk}).status_code == 302
    copy = Application.objects.get(call=call)
    assert (copy.title, copy.organisation) == (draft.title, draft.organisation)


def test_the_earlier_one_must_be_of_the_chosen_organisation(client_for, owner, draft):
    call, other = factories.make_call(), factories.make_organisation()
    factories.make_membership(user=owner, organisation=other)
    answer = client_for(owner).post(page("start", call.slug), {"organisation": other.pk, "source": draft.pk})
    assert (answer.status_code, "hör till" in answer.content.decode()) == (422, True)


def unpacked(response):
    assert response.headers["Cache-Control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_everything_in_one_file(client_for, owner, stranger, draft):
    client = client_for(owner)
    attachment = factories.make_attachment(application=draft)
    with unpacked(client.get(page("everything", draft.pk))) as archive:
        assert archive.namelist() == ["utkast.txt", "utkast.json", f"bilagor/{attachment.filename}"]
        assert sha256_hex(archive.read(archive.namelist()[2])) == attachment.sha256
        assert draft.title in archive.read("utkast.txt").decode()
    sent = send(draft, owner)
    services.write_to_region(application_id=sent.pk, actor=owner, subject="En fråga", text="När?")
    response = client.get(page("everything", sent.pk))
    assert f"ansokan-{sent.case.slug}.zip" in response.headers["Content-Disposition"]
    with unpacked(response) as archive:
        assert f"handling-1/ansokan-{sent.case.slug}.json" in archive.namelist()
        assert "När?" in archive.read(f"handling-2/meddelande-{sent.case.slug}-2.txt").decode()
    assert client_for(stranger).get(page("everything", sent.pk)).status_code == 404


def test_the_list_of_removed_asks_the_same_number_of_questions_at_1_and_3(
    client_for, owner, django_assert_max_num_queries
):
    client, counts = client_for(owner), []
    for rows in (1, 2):
        for _ in range(rows):
            services.discard_draft(application_id=factories.make_application(user=owner).pk, actor=owner)
        with django_assert_max_num_queries(20) as asked:
            client.get(page("removed"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
