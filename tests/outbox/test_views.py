from pathlib import Path

import pytest
from django.utils import timezone

from s3portal.audit.models import Event
from s3portal.outbox.kinds import label_of
from s3portal.outbox.models import Message, MessageAttachment
from s3portal.outbox.reminders import KINDS
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
            make_message(number, kind=f"test{number}")
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


def test_the_search_finds_by_address_subject_and_kind(client_for, officer):
    make_message(1, to_email="Eva@example.org", subject="Mottagen ansökan 7")
    make_message(2, to_email="bo@example.org", subject="Beslut om projektet", kind="decision_signed")
    client = client_for(officer)

    def found(query):
        page = client.get(f"{LIST}?{query}").content.decode()
        return ["Mottagen ansökan 7" in page, "Beslut om projektet" in page]

    assert found("q=eva@ex") == [True, False]
    assert found("q=BO@EXAMPLE.ORG") == [False, True]
    assert found("q=ansökningar") == [True, False]
    assert found("q=projekt") == [False, True]
    assert found("q=%25") == [False, False]
    assert found("kind=decision_signed") == [False, True]
    assert found("kind=finns-inte") == [False, False]
    assert found("q=eva@ex&kind=decision_signed") == [False, False]
    # The kind is called by its name.
    assert "<td>Beslut underskrivet</td>" in client.get(LIST).content.decode()


def test_the_tabs_keep_the_search_and_count_within_it(client_for, officer):
    make_message(1, to_email="eva@example.org", status="failed")
    make_message(2, to_email="bo@example.org", status="failed")
    page = client_for(officer).get(f"{LIST}?q=eva@").content.decode()
    assert "?q=eva%40&amp;status=failed" in page
    assert '<span class="s3-count">1</span>' in page


def test_long_lists_are_counted_no_further_than_they_are_shown(client_for, officer, monkeypatch):
    monkeypatch.setattr("s3portal.outbox.views.messages.MOST_LISTED", 3)
    for number in range(5):
        make_message(number)
    page = client_for(officer).get(LIST).content.decode()
    assert page.count('<th scope="row">') == 3
    assert "Här visas de senaste 3 utskicken." in page
    assert '<span class="s3-count">5</span>' in page


def test_all_failed_of_a_selection_are_sent_again_after_a_question(client_for, officer):
    make_message(1, status="failed", to_email="eva@example.org")
    make_message(2, status="failed", to_email="eva@example.org", expires_at=timezone.now())
    make_message(3, status="failed", to_email="bo@example.org")
    make_message(4, status="cancelled", cancelled_because="by_hand", to_email="eva@example.org")
    client = client_for(officer)
    address = f"{LIST}skicka-igen/?q=eva%40"
    assert address in client.get(f"{LIST}?q=eva@&status=failed").content.decode()
    assert "Skicka 1 utskick igen" in client.get(address).content.decode()
    assert Message.objects.filter(status="queued").count() == 0
    page = client.post(address, follow=True).content.decode()
    assert "1 utskick ligger i kön igen." in page
    assert list(Message.objects.filter(status="queued").values_list("key", flat=True)) == ["k1"]
    assert Event.objects.filter(action="message_resent").count() == 1
    assert "Det finns inget misslyckat utskick" in client.get(address).content.decode()


@pytest.mark.parametrize("role", ["committee_member", "assessor"])
def test_others_send_nothing_again(client_for, role):
    make_message(1, status="failed")
    client = client_for(factories.make_staff(role))
    assert client.post(f"{LIST}skicka-igen/").status_code == 403
    assert Message.objects.get().status == "failed"


def test_every_mail_has_a_name():
    templates = (Path(__file__).resolve().parents[2] / "templates" / "mail").glob("*.subject.txt")
    kinds = {path.name.removesuffix(".subject.txt") for path in templates} - {"reminder"}
    assert {kind for kind in kinds if label_of(kind) == kind} == set()
    assert len(kinds) > 5


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_kind_of_reminder_can_be_asked_about_some_addresses(code):
    """As it is before one leaves; one that could not would wait for ever."""
    assert list(KINDS[code].recipients([], only={"eva@example.org"})) == []
