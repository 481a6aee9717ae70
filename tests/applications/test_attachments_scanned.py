"""Files of an application in quarantine: what the applicant and the officer see, and what is sent."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.attachments import counted
from applications.checks import submission_problems
from applications.documents import read_sent, sent_file
from applications.models import Attachment
from s3portal.audit.models import Event
from s3portal.common import quarantine
from s3portal.common.errors import Refusal
from s3portal.common.models import HeldFile
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.fake_clamd import EICAR
from tests.small_files import PDF

pytestmark = pytest.mark.django_db
VIRUS = PDF + EICAR
WAITS, REMOVED = "Genomsöks efter virus", "innehöll skadlig kod"


@pytest.fixture(autouse=True)
def scanner(clamd, settings):
    settings.CLAMD_URL = clamd().url


@pytest.fixture
def call(db):
    found = factories.make_call()
    found.requested_attachments.create(order=1, name="Årsredovisning")
    return found


@pytest.fixture
def draft(owner, call):
    return factories.make_application(user=owner, call=call)


@pytest.fixture
def scan_all(django_capture_on_commit_callbacks):
    def scan():
        with django_capture_on_commit_callbacks(execute=True):
            for held in HeldFile.objects.order_by("pk"):
                quarantine.scan(held_id=held.pk)

    return scan


def requested(draft):
    return f"bilaga-{draft.call.requested_attachments.get().pk}"


def add(draft, user, slot="", content=PDF, name="intyg.pdf", **fields):
    return services.add_attachment(
        application_id=draft.pk,
        actor=user,
        slot=slot or requested(draft),
        upload=SimpleUploadedFile(name, content),
        arrived_at=timezone.now(),
        **fields,
    )


def page(draft, name="step_attachments", *more):
    return reverse(f"applications:{name}", args=[draft.pk, *more])


def mails():
    return [(one.kind, one.to_email) for one in Message.objects.order_by("pk") if "infected" in one.kind]


# --- The draft --------------------------------------------------------------------------------------------
def test_the_page_shows_what_waits_and_asks_until_it_is_done(client_for, draft, owner, scan_all):
    client, key = client_for(owner), requested(draft)
    client.post(page(draft), {"till": key, f"{key}-upload": SimpleUploadedFile("a.pdf", PDF)})
    file = Attachment.objects.get()
    text = client.get(page(draft)).content.decode()
    assert WAITS in text
    state = page(draft, "attachments_scanned") + f"?vantar={file.pk}"
    assert f'hx-get="{state}"' in text
    assert client.get(state).status_code == 204
    assert client.get(page(draft, "attachment", file.pk)).status_code == 409
    scan_all()
    answer = client.get(state).content.decode()
    assert "hx-get" not in answer
    assert "Alla filer är genomsökta." in answer
    assert page(draft, "attachment", file.pk) in answer
    assert b"".join(client.get(page(draft, "attachment", file.pk)).streaming_content) == PDF
    assert WAITS not in client.get(page(draft)).content.decode()


def test_an_open_page_does_not_ask_for_ever(client_for, draft, owner):
    file = add(draft, owner)
    Attachment.objects.update(uploaded_at=timezone.now() - timedelta(minutes=11))
    state = client_for(owner).get(page(draft, "attachments_scanned") + f"?vantar={file.pk}")
    assert "Det dröjer." in state.content.decode()
    assert "hx-get" not in state.content.decode()


def test_the_state_is_the_organisations_own(client_for, draft, stranger, officer):
    for person in (stranger, officer):
        assert client_for(person).get(page(draft, "attachments_scanned")).status_code == 404


def test_a_file_with_a_virus_counts_for_nothing(client_for, draft, owner, colleague, scan_all, settings):
    proof = add(draft, colleague, "ovriga", VIRUS, "fullmakt.pdf", kind="authority")
    file = add(draft, owner, content=VIRUS)
    assert submission_problems(draft) == []  # while it waits it counts
    scan_all()
    assert [one.message for one in submission_problems(draft)] == ["Ladda upp ”Årsredovisning”."]
    assert list(counted(draft)) == []
    assert mails() == [
        ("draft_attachment_infected", proof.uploaded_by.email),
        ("draft_attachment_infected", owner.email),
    ]
    # The officer reads the events of what is sent later: what never was sent is not named there.
    told = Event.objects.filter(action="attachment_infected")
    assert {event.text for event in told} == {"Skadlig kod i en fil i utkastet. Innehållet är borttaget."}
    letter = Message.objects.get(to_email=owner.email, kind="draft_attachment_infected")
    assert file.filename in letter.text_body
    assert "Ladda upp en ren fil" in letter.text_body
    assert "Ladda upp en ren fil" in letter.html_body
    text = client_for(owner).get(page(draft)).content.decode()
    assert (REMOVED in text, "Saknas" in text) == (True, True)
    assert client_for(owner).get(page(draft, "attachment", file.pk)).status_code == 410
    assert REMOVED in client_for(owner).get(page(draft, "review")).content.decode()
    again = add(draft, owner, content=VIRUS)
    assert again.pk != file.pk  # what was removed is no file to give back
    services.remove_attachment(
        application_id=draft.pk, attachment_id=again.pk, actor=owner, arrived_at=timezone.now()
    )
    settings.CLAMD_URL = ""
    add(draft, owner)
    with pytest.raises(Refusal, match="fullmakten"):
        send(draft, colleague, authority_attested=True)
    sent = send(draft, owner)
    assert [one["filename"] for one in read_sent(sent_file(sent))["attachments"]] == ["intyg (2).pdf"]


def test_nobody_is_told_of_a_draft_that_is_removed(draft, owner, scan_all):
    add(draft, owner, content=VIRUS)
    services.discard_draft(application_id=draft.pk, actor=owner)
    scan_all()
    assert mails() == []


# --- What is sent -----------------------------------------------------------------------------------------
def test_who_sends_while_a_file_waits_is_in_time_and_the_officer_gets_it_when_clean(
    client_for, draft, owner, officer, scan_all
):
    add(draft, owner)
    client = client_for(owner)
    assert "skicka in ansökan ändå" in client.get(page(draft, "review")).content.decode()
    sent = send(draft, owner)
    file = sent.record.files.get(filename="intyg.pdf")
    for name in ("receipt", "my_detail"):
        assert "har kommit in i tid" in client.get(page(sent, name)).content.decode()
    with zipfile.ZipFile(BytesIO(b"".join(client.get(page(sent, "everything")).streaming_content))) as packed:
        assert "genomsöks" in packed.read("handling-1/intyg.pdf.txt").decode()
    declare(sent, officer)
    handling = client_for(officer)
    case, opened = page(sent, "officer_detail"), page(sent, "officer_file", file.pk)
    assert WAITS in handling.get(case).content.decode()
    answer = handling.get(opened)
    assert (answer.status_code, WAITS.lower() in answer.content.decode().lower()) == (409, True)
    diary = reverse("diary:staff_file", args=[sent.case_id, file.pk])
    assert handling.get(diary).status_code == 409
    assert not Event.objects.filter(action="file_opened").exists()
    scan_all()
    assert WAITS not in handling.get(case).content.decode()
    assert b"".join(handling.get(opened).streaming_content) == PDF
    assert mails() == []


def test_a_virus_in_what_was_sent_is_told_to_the_applicant_and_the_officer(
    client_for, draft, owner, officer, scan_all
):
    type(draft).objects.update(contact_email="Kontakt@example.org")
    add(draft, owner, content=VIRUS)
    sent = send(draft, owner)
    sent.case.officer = officer
    sent.case.save(update_fields=["officer"])
    scan_all()
    assert mails() == [
        ("attachment_infected", owner.email),
        ("attachment_infected", "kontakt@example.org"),
        ("attachment_infected_officer", officer.email),
    ]
    assert (
        "filen ingår inte i den"
        in Message.objects.get(kind="attachment_infected", to_email=owner.email).text_body
    )
    told = Message.objects.get(kind="attachment_infected_officer")
    assert str(sent.case) in told.subject
    assert "Begär en komplettering" in told.text_body
    declare(sent, officer)
    file = sent.record.files.get(filename="intyg.pdf")
    text = client_for(officer).get(page(sent, "officer_detail")).content.decode()
    assert "Borttagen, innehöll skadlig kod" in text
    assert "Skadlig kod i intyg.pdf" in text
    assert client_for(officer).get(page(sent, "officer_file", file.pk)).status_code == 410
    assert "ingår inte i ansökan" in client_for(owner).get(page(sent, "my_detail")).content.decode()
    with zipfile.ZipFile(
        BytesIO(b"".join(client_for(owner).get(page(sent, "everything")).streaming_content))
    ) as packed:
        assert REMOVED in packed.read("handling-1/intyg.pdf.txt").decode()
    change = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now())
    assert not change.attachments.exists()


def test_without_an_officer_those_to_ask_about_the_call_are_told(draft, owner, scan_all):
    draft.call.contacts.all().delete()
    draft.call.contacts.create(order=1, name="Hanna", email="Hanna@example.org")
    add(draft, owner, content=VIRUS)
    send(draft, owner)
    scan_all()
    assert mails()[-1] == ("attachment_infected_officer", "hanna@example.org")


def test_the_diary_shows_how_it_stands(client_for, draft, owner, officer):
    add(draft, owner)
    sent = send(draft, owner)
    text = client_for(officer).get(reverse("diary:staff_detail", args=[sent.case_id])).content.decode()
    assert WAITS in text
