"""The letter in which a financier has promised its part: chosen, uploaded in place, sent and asked for."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from applications import masking, services
from applications.checks import submission_problems
from applications.documents import read_sent, render_application, sent_file
from applications.models import Attachment, Financing
from applications.parts import FinancingPart
from s3portal.common import quarantine
from s3portal.common.models import HeldFile
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.fake_clamd import EICAR
from tests.small_files import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    made = factories.make_application(user=owner)
    made.financing.update(confirmed=True)
    return made


@pytest.fixture
def letter(draft):
    return factories.make_attachment(application=draft, kind="financing", filename="Brev från banken.pdf")


@pytest.fixture
def chosen(draft, letter):
    draft.financing.update(letter=letter)
    return draft


def page(draft):
    return reverse("applications:step_financing", args=[draft.pk])


def posted(client, draft, **changes):
    """What the page posts as it stands, with changes to the first row."""
    form = client.get(page(draft)).context["form"]
    values = {field.html_name: field.value() for field in form}
    data = {name: "" if value in (None, False) else value for name, value in values.items()}
    data["version"] = client.get(page(draft)).context["seen"]
    return data | {f"fin-0-{name}": value for name, value in changes.items()}


def row(draft):
    return FinancingPart.read(draft).rows[0]


def require_letters(draft):
    type(draft.call).objects.filter(pk=draft.call_id).update(letters_required=True)
    draft.refresh_from_db()


def test_an_attached_file_is_chosen_and_stays_through_saves(client_for, owner, draft, letter):
    client = client_for(owner)
    assert client.post(page(draft), posted(client, draft, letter=letter.filename)).status_code == 302
    assert row(draft).letter == "Brev från banken.pdf"
    client.post(page(draft), posted(client, draft, financier="Banken i Östersund"))
    assert (row(draft).financier, row(draft).letter) == ("Banken i Östersund", "Brev från banken.pdf")
    assert "Brev från banken.pdf" in [change["after"] for change in draft.versions.first().changes]
    text = client.get(reverse("applications:draft_text", args=[draft.pk])).content.decode()
    assert "bekräftad skriftligt, brev: Brev från banken.pdf" in text


def test_a_letter_is_uploaded_where_the_financier_stands(client_for, owner, draft):
    Financing.objects.update(confirmed=False)
    client = client_for(owner)
    data = posted(client, draft, financier="Banken") | {"ladda_upp": "0"}
    answer = client.post(page(draft), data | {"brev-0": SimpleUploadedFile("brev.pdf", PDF)})
    assert answer.status_code == 302
    file = Attachment.objects.get()
    assert (file.kind, file.filename, row(draft).letter) == ("financing", "brev.pdf", "brev.pdf")
    assert (row(draft).confirmed, row(draft).financier) == (True, "Banken")


@pytest.mark.parametrize(("content", "words"), [(b"MZ", "Filtypen kan inte tas emot"), (None, "Välj en fil")])
def test_a_letter_that_is_not_taken_is_told_in_the_row_and_nothing_typed_is_lost(
    client_for, owner, draft, content, words
):
    client = client_for(owner)
    files = {} if content is None else {"brev-0": SimpleUploadedFile("brev.pdf", content)}
    data = posted(client, draft, financier="Nyskrivet") | {"ladda_upp": "0"} | files
    answer = client.post(page(draft), data)
    text = answer.content.decode()
    assert (answer.status_code, words in text, "Nyskrivet" in text) == (422, True, True)
    assert 'href="#id_fin-0-letter"' in text
    assert not Attachment.objects.exists()


def test_a_file_arrives_though_another_field_is_wrong(client_for, owner, draft):
    client = client_for(owner)
    data = posted(client, draft, amount="tolv") | {"ladda_upp": "0"}
    answer = client.post(page(draft), data | {"brev-0": SimpleUploadedFile("brev.pdf", PDF)})
    assert answer.status_code == 422
    assert '<option value="brev.pdf" selected>' in answer.content.decode()
    assert Attachment.objects.get().filename == "brev.pdf"


@pytest.mark.parametrize("index", ["99", "x", ""])
def test_a_button_of_no_row_does_nothing(client_for, owner, draft, index):
    client = client_for(owner)
    assert client.post(page(draft), posted(client, draft) | {"ladda_upp": index}).status_code == 302
    assert not Attachment.objects.exists()


def test_a_file_that_is_gone_is_no_choice_and_no_letter(client_for, owner, chosen, letter):
    client = client_for(owner)
    wrong = client.post(page(chosen), posted(client, chosen, letter="annan.pdf"))
    assert "Filen finns inte längre" in wrong.content.decode()
    services.remove_attachment(
        application_id=chosen.pk, attachment_id=letter.pk, actor=owner, arrived_at=timezone.now()
    )
    assert (row(chosen).letter, row(chosen).confirmed) == ("", True)


def test_the_call_demands_the_letter_or_only_reminds(client_for, owner, draft, letter, settings, clamd):
    settings.CLAMD_URL = clamd().url
    client = client_for(owner)
    assert submission_problems(draft) == []
    assert "Bekräftat utan brev" in client.get(page(draft)).content.decode()
    require_letters(draft)
    problem = submission_problems(draft)[0]
    assert problem.field == f"id_fin-{row_index(draft)}-letter"
    assert problem.message.startswith("Välj eller ladda upp brevet där ")
    assert "Bekräftat utan brev" not in client.get(page(draft)).content.decode()
    draft.financing.update(letter=letter)
    assert submission_problems(draft) == []
    # A letter with a virus is none.
    HeldFile.objects.create(name=letter.storage_name)
    with quarantine.default_storage.open(letter.storage_name, "wb") as stored:
        stored.write(PDF + EICAR)
    quarantine.scan(held_id=HeldFile.objects.get().pk)
    assert len(submission_problems(draft)) == draft.financing.filter(confirmed=True).count()
    assert "(borttagen, skadlig kod)" in client.get(page(draft)).content.decode()
    draft.financing.update(confirmed=False)
    assert submission_problems(draft) == []


def row_index(draft):
    return next(place for place, one in enumerate(FinancingPart.read(draft).rows) if one.confirmed)


def test_what_was_sent_names_the_letter(client_for, owner, officer, chosen, letter):
    sent = send(chosen, owner)
    content = read_sent(sent_file(sent))
    assert content["financing"][0]["letter"] == letter.filename
    declare(sent, officer)
    shown = client_for(officer).get(reverse("applications:officer_detail", args=[sent.pk])).content.decode()
    assert "bekräftad skriftligt (brev: Brev från banken.pdf)" in shown
    assert render_application(content, data=json.dumps(content).encode()).startswith(b"%PDF")
    secret = content | {"attachments": [content["attachments"][0] | {"trade_secret_reason": "Villkoren."}]}
    assert letter.filename not in json.dumps(masking.masked(secret)["financing"], ensure_ascii=False)


def test_a_copy_points_to_its_own_file(owner, chosen, letter):
    sent = send(chosen, owner)
    change = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now())
    copied = change.financing.first().letter
    assert (copied.application, copied.filename) == (change, letter.filename)
    assert copied.pk != letter.pk


def test_the_database_holds_whose_letter_it_is(owner, draft, letter):
    other = factories.make_attachment(application=factories.make_application(user=owner))
    with pytest.raises(Error, match="another application"), transaction.atomic():
        draft.financing.update(letter=other)
    with pytest.raises(Error, match="financing_own"), transaction.atomic():
        draft.financing.update(own=True, confirmed=False, letter=letter)
