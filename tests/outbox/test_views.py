import pytest

from s3portal.outbox.models import Message, MessageAttachment
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/utskick/"


def make_message(number=1, **fields):
    return Message.objects.create(
        **(
            {
                "key": f"k{number}",
                "kind": "test",
                "to_email": "eva@example.org",
                "subject": f"Kvittens {number}",
                "text_body": "Hej",
            }
            | fields
        )
    )


@pytest.mark.parametrize("role", ["officer", "delegate", "registrar", "admin"])
def test_staff_see_what_goes_out(client_for, role):
    make_message()
    assert "Kvittens 1" in client_for(factories.make_staff(role)).get(LIST).content.decode()


@pytest.mark.parametrize("role", ["committee_member", "assessor", None])
def test_others_do_not(client_for, role):
    user = factories.make_staff(role) if role else factories.make_user()
    message = make_message()
    client = client_for(user)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{message.pk}/").status_code == 403
    assert client.post(f"{LIST}{message.pk}/avbryt/").status_code == 403
    message.refresh_from_db()
    assert message.status == "queued"


def test_nobody_is_asked_to_log_in(client):
    assert client.get(LIST).headers["Location"] == f"/konto/login/?next={LIST}"


def test_the_list_is_cut_by_status(client_for, officer):
    make_message(1)
    make_message(2, status="failed", last_error="550 Nej")
    page = client_for(officer).get(f"{LIST}?status=failed").content.decode()
    assert "Kvittens 2" in page
    assert "550 Nej" in page
    assert "Kvittens 1" not in page
    assert "Kvittens 1" in client_for(officer).get(f"{LIST}?status=drop%20table").content.decode()


def test_an_empty_list_says_so(client_for, officer):
    assert "Här finns inga utskick" in client_for(officer).get(LIST).content.decode()


def test_the_list_asks_the_same_number_of_questions_at_1_and_3_rows(
    client_for, officer, django_assert_max_num_queries
):
    client = client_for(officer)
    counts = []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            make_message(number)
        with django_assert_max_num_queries(20) as asked:
            client.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_message_is_shown_with_its_text_escaped_and_its_files(client_for, officer):
    message = make_message(text_body="Hej <script>")
    MessageAttachment.objects.create(
        message=message,
        filename="beslut.pdf",
        content_type="application/pdf",
        storage_name="x",
        sha256="a" * 64,
    )
    page = client_for(officer).get(f"{LIST}{message.pk}/").content.decode()
    assert "Hej &lt;script&gt;" in page
    assert "beslut.pdf" in page
    assert client_for(officer).get(f"{LIST}{message.pk + 1}/").status_code == 404


def test_cancel_and_resend(client_for, officer):
    message = make_message()
    client = client_for(officer)
    assert client.get(f"{LIST}{message.pk}/avbryt/").status_code == 405
    assert (
        "Utskicket är avbrutet." in client.post(f"{LIST}{message.pk}/avbryt/", follow=True).content.decode()
    )
    again = client.post(f"{LIST}{message.pk}/avbryt/", follow=True).content.decode()
    assert "Utskicket väntar inte längre och kan inte avbrytas." in again
    page = client.post(f"{LIST}{message.pk}/skicka-igen/", follow=True).content.decode()
    assert "Utskicket ligger i kön igen." in page
    assert client.post(f"{LIST}{message.pk + 1}/skicka-igen/").status_code == 404
