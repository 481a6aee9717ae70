"""/beslut/verifiera/: what anybody is told of a file, or of a number and its hash."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from decisions.models import DecisionDocument
from decisions.services.masking import make_masked, mark_decision
from decisions.services.signing import sign_decision
from decisions.verify_forms import MOST_BYTES
from decisions.verifying import Finding, Signing, judge_file, judge_number
from s3portal.audit.models import Event
from s3portal.common.files import read_frozen, sha256_hex
from s3portal.common.pdf import TRIAL_SEAL_PASSWORD, Seal, make_trial_seal, render_pdf, seal_pdf, tracing
from s3portal.common.swedish import format_day, format_isodate, format_time
from s3portal.diary.secrecy import Provision
from tests import factories

pytestmark = pytest.mark.django_db
BY = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."}
PAGE = "/beslut/verifiera/"


@pytest.fixture
def secret(proposed, delegate_user) -> DecisionDocument:
    """Signed and sealed, and not published."""
    sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    return DecisionDocument.objects.select_related("decision__case", "file").get(decision=proposed)


def bytes_of(document: DecisionDocument) -> bytes:
    return read_frozen(document.file.storage_name, sha256=document.file.sha256)


def show(client, content, name="beslut.pdf"):
    return client.post(PAGE, {"upload": SimpleUploadedFile(name, content, "application/pdf")})


def ask(client, number, sha256):
    return client.post(PAGE, {"number": number, "sha256": sha256})


def finding(response):
    assert response.status_code == 200
    return response.context["verdict"].finding


def test_who_has_the_file_learns_that_it_is_unchanged_and_who_signed_it(client, secret):
    stored = sum(1 for _ in default_storage.listdir("")[0])
    events = Event.objects.count()
    response = show(client, bytes_of(secret))
    page, decision = response.content.decode(), secret.decision
    assert finding(response) is Finding.UNCHANGED
    assert "Beslutet är oförändrat" in page
    for told in (
        str(decision.case),
        decision.signatory_name,
        "Undertecknat",
        response.context["verdict"].seal.signer,
    ):
        assert told in page
    assert response.context["verdict"].seal.trusted
    # It is not published, and nothing leads to a page that would be.
    assert f"/beslut/{decision.slug}/" not in page
    assert sum(1 for _ in default_storage.listdir("")[0]) == stored
    assert Event.objects.count() == events


def test_a_seal_whose_certificate_cannot_be_confirmed_is_still_our_file(client, secret, settings, tmp_path):
    other = make_trial_seal(tmp_path / "other").parent
    settings.SEAL_ROOTS = [str(next(other.glob("*.pem")))]
    response = show(client, bytes_of(secret))
    assert finding(response) is Finding.UNCHANGED
    assert "Certifikatet går inte att bekräfta i dag" in response.content.decode()


def test_a_changed_file_is_told_as_changed_and_says_nothing_of_the_decision(client, secret):
    content = bytearray(bytes_of(secret))
    content[len(content) // 3] ^= 1
    response = show(client, bytes(content))
    assert finding(response) is Finding.CHANGED
    page = response.content.decode()
    assert "Filen har ändrats" in page
    assert secret.decision.signatory_name not in page
    assert str(secret.decision.case) not in page


def test_what_stands_after_the_seal_is_told(client, secret):
    response = show(client, bytes_of(secret) + b"\n1 0 obj\n<<>>\nendobj\n")
    assert finding(response) is Finding.ADDED
    assert "Något är tillagt i filen" in response.content.decode()


def sealed_elsewhere(seal: Seal) -> bytes:
    pdf = render_pdf(
        html='<html lang="sv"><title>T</title><body><h1>R</h1></body></html>',
        title="T",
        created_at=timezone.now(),
    )
    return seal_pdf(pdf, signer_name="Anna", reason="Prov", location="Östersund", seal=seal)


def test_another_document_with_our_seal_is_no_decision(client, db):
    response = show(client, sealed_elsewhere(Seal.from_settings()))
    assert finding(response) is Finding.SEALED
    assert "inget av besluten i portalen" in response.content.decode()


def test_a_seal_of_somebody_else_is_not_ours(client, db, tmp_path, settings, monkeypatch):
    directory = make_trial_seal(tmp_path / "other")
    theirs = sealed_elsewhere(Seal.load(directory, password=TRIAL_SEAL_PASSWORD))
    # The same name, made by themselves: it does not lead to our root.
    assert finding(show(client, theirs)) is Finding.UNKNOWN
    # The same issuer as ours, and another name.
    settings.SEAL_ROOTS = [str(next(directory.parent.glob("*.pem")))]
    assert finding(show(client, theirs)) is Finding.SEALED
    theirs_subject = Seal.load(directory, password=TRIAL_SEAL_PASSWORD).signer.signing_cert.subject
    assert theirs_subject == Seal.from_settings().signer.signing_cert.subject
    monkeypatch.setattr(tracing, "_own_holder", lambda: None)
    assert finding(show(client, theirs)) is Finding.UNKNOWN


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        # Ranges outside the file, backwards, with a seal that is too long, none at all, or no certificate.
        b"%PDF-1.7\n/ByteRange [0 10 20 999999999]",
        b"%PDF-1.7\n/ByteRange [0 30 20 1]",
        b"%PDF-1.7\n/ByteRange [0 1 900000 1]",
        b"%PDF-1.7\n/ByteRange [0 9 12 4] abcdefgh",
        b"%PDF-1.7<00>/ByteRange [0 8 12 4]",
        b"%PDF-1.7<zz>/ByteRange [0 8 12 4]",
        # Many that mean nothing.
        b"%PDF-1.7" + b"<00>/ByteRange [0 8 12 4]" * 2000,
    ],
)
def test_a_file_from_anybody_never_breaks_the_page(client, content):
    assert finding(show(client, content)) is Finding.UNKNOWN


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hej", "Filen är ingen pdf"),
        (b"", "Filen är tom"),
        (b"%PDF-" + b"0" * MOST_BYTES, "Den får vara högst"),
    ],
)
def test_what_is_no_file_to_verify_is_told_beside_the_field(client, content, told):
    response = show(client, content)
    assert response.status_code == 422
    assert told in str(response.context["files"].errors["upload"])


def test_no_file_at_all(client):
    response = client.post(PAGE, {})
    assert response.status_code == 422
    assert "Välj en pdf-fil" in response.content.decode()


def test_who_has_the_number_and_hash_learns_who_signed_and_when(client, secret):
    """The hash is known to who has had the file."""
    decision = secret.decision
    for number in (str(decision.case), f"{decision.case.serial}-{decision.case.year}", decision.slug):
        response = ask(client, number, secret.file.sha256)
        assert finding(response) is Finding.UNCHANGED
        page = response.content.decode()
        assert f"<dd>{decision.case}</dd>" in page
        assert f"{decision.signatory_name} <small>{decision.signatory_title}</small>" in page
        assert f"{format_isodate(decision.decided_on)} {format_time(decision.signed_at)}" in page
        assert "märkt som hemlig" not in page
        assert decision.title not in page
        assert f"/beslut/{decision.slug}/" not in page


def marked(document, registrar, **mark):
    """The answer to the number and the hash once that is secret."""
    values = {"parts": [], "passages": []} | mark
    mark_decision(actor=registrar, decision_id=document.decision_id, **values, **BY)
    return judge_number(document.decision.slug, document.file.sha256)


def test_a_name_that_is_secret_is_told_only_of_the_file(client, secret, registrar):
    decision = secret.decision
    marked(secret, registrar, passages=[decision.signatory_name])
    page = ask(client, decision.slug, secret.file.sha256).content.decode()
    assert decision.signatory_name not in page
    assert "[Skyddat]" in page
    assert "Har du filen kan du kontrollera den i stället." in page
    assert format_time(decision.signed_at) in page
    held = show(client, bytes_of(secret)).content.decode()
    assert decision.signatory_name in held
    assert "Har du filen" not in held


def test_a_day_that_is_secret_takes_the_moment_with_it(client, secret, registrar):
    decision = secret.decision
    verdict = marked(secret, registrar, passages=[format_day(decision.decided_on)])
    assert (verdict.signing.day, verdict.signing.moment, verdict.signing.protected) == (None, None, True)
    assert verdict.signing.name == decision.signatory_name
    page = ask(client, decision.slug, secret.file.sha256).content.decode()
    assert format_isodate(decision.decided_on) not in page
    assert judge_file(bytes_of(secret)).signing.day == decision.decided_on


def test_of_a_decision_that_is_secret_as_a_whole_only_the_day_of_the_diary_is_told(secret, registrar):
    factories.mark_secret(secret.decision.case, "case")
    told = judge_number(secret.decision.slug, secret.file.sha256).signing
    assert told == Signing("[Skyddat]", "", secret.decision.decided_on, None, protected=True)
    assert judge_file(bytes_of(secret)).signing.name == secret.decision.signatory_name


def test_the_masked_version_tells_who_and_when_and_heeds_what_was_marked_later(secret, registrar):
    decision = secret.decision
    marked(secret, registrar, parts=["reasons"])
    masked = make_masked(decision_id=decision.pk, actor=registrar)
    told = judge_number(decision.slug, masked.file.sha256)
    assert told.masked
    assert (told.signing.name, told.signing.moment) == (decision.signatory_name, decision.signed_at)
    marked(secret, registrar, passages=[decision.signatory_name])
    assert judge_number(decision.slug, masked.file.sha256).signing.name == "[Skyddat]"
    # The file says it, to who has it.
    kept = read_frozen(masked.file.storage_name, sha256=masked.file.sha256)
    assert judge_file(kept).signing.name == decision.signatory_name


def test_a_published_decision_is_told_with_its_name_and_page(client, officer):
    decision = factories.make_signed_decision(user=officer, published=True, signed_elsewhere=True)
    digest = decision.document.file.sha256
    # As programs write it: upper case, in groups.
    typed = " ".join(digest.upper()[place : place + 8] for place in range(0, 64, 8))
    page = ask(client, str(decision.case), typed).content.decode()
    assert decision.signatory_name in page
    assert f'href="/beslut/{decision.slug}/"' in page
    assert "avskrift" in page
    held = show(client, bytes_of(decision.document))
    assert finding(held) is Finding.UNCHANGED
    assert held.context["verdict"].seal is None


def test_the_second_decision_in_a_case_has_its_own_hash(client, officer):
    first = factories.make_signed_decision(user=officer)
    second = factories.make_signed_decision(user=officer, case=first.case)
    assert finding(ask(client, second.slug, second.document.file.sha256)) is Finding.UNCHANGED
    assert finding(ask(client, second.slug, first.document.file.sha256)) is Finding.UNKNOWN


def test_whether_a_decision_exists_is_not_told_without_its_hash(client, secret):
    """The answer is the same for a number that exists and for one that does not."""
    wrong = "0" * 64
    there = ask(client, str(secret.decision.case), wrong)
    nowhere = ask(client, "RUN/99999/2020", wrong)
    other_number = ask(client, "RUN/99999/2020", secret.file.sha256)
    no_number = ask(client, "inget nummer", secret.file.sha256)
    for response in (there, nowhere, other_number, no_number):
        assert finding(response) is Finding.UNKNOWN
        assert secret.decision.signatory_name not in response.content.decode()

    def answer(response):
        return response.content.decode().partition('id="svar"')[2].partition("</section>")[0]

    assert answer(there) == answer(nowhere) == answer(other_number) != ""


def test_a_number_that_is_there_takes_no_longer_to_deny(client, secret):
    """Who guesses asks the database the same questions whether the decision exists or not."""
    asked = []
    for number in (str(secret.decision.case), secret.decision.slug, "RUN/99999/2020", "inget nummer"):
        with CaptureQueriesContext(connection) as queries:
            judge_number(number, "0" * 64)
        asked.append([query["sql"] for query in queries])
    assert len(asked[0]) > 0
    assert all(one == asked[0] for one in asked)


def test_other_files_of_the_diary_are_not_compared(client, secret):
    """Else anybody could try what others have sent to the region."""
    from s3portal.diary.enums import Direction
    from s3portal.diary.services import register_record, store_record_file

    record = register_record(
        actor=None, case=secret.decision.case, direction=Direction.INCOMING, title="Ansökan"
    )
    content = b"%PDF-1.7 en annans hemlighet"
    store_record_file(record=record, filename="a.pdf", content_type="application/pdf", content=content)
    assert finding(show(client, content)) is Finding.UNKNOWN
    assert finding(ask(client, str(secret.decision.case), sha256_hex(content))) is Finding.UNKNOWN


@pytest.mark.parametrize("typed", ["abc", "g" * 64, "a" * 63, "a" * 65])
def test_a_hash_that_cannot_be_read_is_told_beside_its_field(client, typed):
    response = ask(client, "RUN/1/2024", typed)
    assert response.status_code == 422
    assert "Kontrollsumman ska vara 64 tecken" in response.content.decode()
    assert typed in response.content.decode()


def test_too_many_in_an_hour_are_turned_away(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"visitor_verify": "1/h/ip"}
    assert ask(client, "RUN/1/2024", "a" * 64).status_code == 200
    refused = ask(client, "RUN/1/2024", "a" * 64)
    assert refused.status_code == 429
    assert refused.context["verdict"] is None


def test_the_page_is_found_from_the_decisions(client, officer):
    decision = factories.make_signed_decision(user=officer, published=True)
    assert client.get(PAGE).status_code == 200
    for address in ("/beslut/", f"/beslut/{decision.slug}/"):
        assert PAGE in client.get(address).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_visitor_drops_a_file_and_reads_the_answer(page, axe, live_server, officer):
    decision = factories.make_signed_decision(user=officer, published=True, signed_elsewhere=True)
    page.goto(f"{live_server.url}{PAGE}")
    axe(page)
    file = {"name": "beslut.pdf", "mimeType": "application/pdf", "buffer": bytes_of(decision.document)}
    page.get_by_label("Pdf-fil").set_input_files(file)
    page.get_by_role("button", name="Kontrollera filen").click()
    page.get_by_role("heading", name="Beslutet är oförändrat").wait_for()
    assert page.title().startswith("Svar: Beslutet är oförändrat")
    axe(page)
    page.get_by_label("Pdf-fil").set_input_files(file | {"buffer": b"%PDF-1.7 en annan"})
    page.get_by_role("button", name="Kontrollera filen").click()
    page.get_by_role("heading", name="Filen är inget beslut som vi känner igen").wait_for()
    axe(page)
    page.get_by_label("Kontrollsumma, SHA-256").fill("abc")
    page.get_by_role("button", name="Kontrollera numret").click()
    page.get_by_text("Kontrollsumman ska vara 64 tecken").first.wait_for()
    axe(page)
