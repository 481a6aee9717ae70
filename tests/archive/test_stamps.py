"""Archive time stamps that run out are renewed: as copies beside the files, which stay what they were."""

import zipfile
from datetime import timedelta
from tempfile import TemporaryFile

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from decisions.models import DecisionDocument
from decisions.services.proposing import propose_decision
from decisions.services.signing import sign_decision
from decisions.verifying import Finding, judge_file, judge_number
from s3portal.archive import tasks
from s3portal.archive.contents import write_package
from s3portal.archive.models import ArchiveStamp, SealedFile
from s3portal.archive.services import order_package
from s3portal.archive.stamps import Renewal, renew_stamps
from s3portal.audit.models import Event
from s3portal.common import stored
from s3portal.common.files import read_frozen
from s3portal.common.pdf import Seal, check_seal, seal_roots, stamped_until
from s3portal.diary.models import RecordFile
from s3portal.diary.services import register_record, store_record_file
from tests import factories
from tests.common.authority import Authority
from tests.small_files import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return Authority()


@pytest.fixture
def seal(authority, tmp_path, settings, monkeypatch):
    """``seal(days)``: with a time stamp service whose certificate lives so long; the settings name them."""
    path = authority.seal_file(tmp_path / "sigill.p12", ec.generate_private_key(ec.SECP256R1()))
    settings.SEAL_TSA_URL = "http://tsa.example"
    settings.SEAL_ROOTS = [str(authority.root_file(tmp_path / "rot.pem"))]
    signer = Seal.load(path, password="hemligt").signer

    def lasting(days):
        made = Seal(signer, timestamper=authority.timestamper(days=days), evidence=authority.evidence)
        monkeypatch.setattr(Seal, "from_settings", classmethod(lambda cls: made))
        return made

    return lasting


@pytest.fixture
def document(seal, officer, delegate_user):
    """Of a decision whose archive time stamp runs out in 30 days."""
    seal(30)
    draft = factories.make_decision(user=officer, delegate=factories.make_delegate(user=delegate_user))
    proposed = propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
    sign_decision(decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version)
    return DecisionDocument.objects.select_related("decision__case", "file__record").get(decision=proposed)


def content(kept):
    return read_frozen(kept.storage_name, sha256=kept.sha256)


def test_one_that_runs_out_gets_a_new_stamp_and_the_file_stays(document, seal):
    before = (document.file.sha256, content(document.file))
    assert renew_stamps(seal=seal(3000)) == Renewal(looked_at=1, renewed=1)
    file = RecordFile.objects.get(pk=document.file_id)
    assert (file.sha256, content(file)) == before
    stamp = ArchiveStamp.objects.get()
    assert (stamp.file, stamp.number) == (file, 2)
    assert content(stamp).startswith(before[1])
    assert stamp.valid_until == stamped_until(content(stamp)) == SealedFile.objects.get().stamped_until
    assert str(stamp) == f"beslut-{document.decision.slug}-arkivstampel-2.pdf"
    report = check_seal(content(stamp), roots=seal_roots(), kept_since=document.created_at)
    assert (report.intact, report.trusted) == (True, True)
    event = Event.objects.get(action="archive_stamp_renewed")
    assert event.text == f"Ny arkivstämpel på {file.filename} i handling {file.record.number}"


def test_again_and_again_changes_nothing_until_it_runs_out(document, seal, settings):
    renew_stamps(seal=seal(3000))
    assert renew_stamps(seal=seal(6000)) == Renewal()
    settings.SEAL_RENEW_DAYS = 4000
    assert renew_stamps(seal=seal(6000)) == Renewal(renewed=1)
    second, third = ArchiveStamp.objects.order_by("number")
    assert (second.number, third.number) == (2, 3)
    assert content(third).startswith(content(second))


def test_what_lasts_long_and_what_has_no_stamp_is_looked_at_once(seal, officer, document, settings):
    settings.SEAL_RENEW_DAYS = 29
    plain = register_record(actor=None, case=document.decision.case, direction="drawn_up", title="Bevis")
    store_record_file(record=plain, filename="a.pdf", content_type="application/pdf", content=PDF)
    sent = register_record(actor=None, case=document.decision.case, direction="incoming", title="Brev")
    store_record_file(record=sent, filename="b.pdf", content_type="application/pdf", content=PDF)
    answer = register_record(actor=officer, case=document.decision.case, direction="outgoing", title="Beslut")
    for name in ("beslut-utlamnande-A1.pdf", "c.pdf"):
        store_record_file(record=answer, filename=name, content_type="application/pdf", content=PDF)
    assert renew_stamps(seal=seal(3000)) == Renewal(looked_at=3)
    assert {(one.file.filename, one.stamped_until is None) for one in SealedFile.objects.all()} == {
        (document.file.filename, False),
        ("a.pdf", True),
        ("beslut-utlamnande-A1.pdf", True),
    }
    assert renew_stamps(seal=seal(3000)) == Renewal()


def test_a_service_that_would_not_prove_it_for_longer_is_not_asked_for_one_a_month(document, seal):
    assert renew_stamps(seal=seal(20)) == Renewal(looked_at=1, failed=1)
    assert not ArchiveStamp.objects.exists()


def test_one_that_cannot_be_renewed_does_not_stop_the_others(document, seal, officer, caplog):
    renew_stamps(seal=seal(20))
    record = register_record(actor=None, case=document.decision.case, direction="drawn_up", title="Bilaga")
    other = store_record_file(
        record=record, filename="x.pdf", content_type="application/pdf", content=content(document.file)
    )
    default_storage.delete(document.file.storage_name)
    assert renew_stamps(seal=seal(3000)) == Renewal(looked_at=1, renewed=1, failed=1)
    assert ArchiveStamp.objects.get().file == other
    assert "was not renewed" in caplog.text


def test_a_file_that_cannot_be_read_is_looked_at_again(document, seal, caplog):
    record = register_record(actor=None, case=document.decision.case, direction="drawn_up", title="Trasig")
    store_record_file(record=record, filename="t.pdf", content_type="application/pdf", content=b"%PDF-1.7")
    assert renew_stamps(seal=seal(3000)) == Renewal(looked_at=1, renewed=1)
    assert "could not be read" in caplog.text
    assert not SealedFile.objects.filter(file__filename="t.pdf").exists()


def test_both_are_known_when_they_are_shown(client, document, seal):
    renew_stamps(seal=seal(3000))
    stamp, decision = ArchiveStamp.objects.get(), document.decision
    original, renewed = judge_file(content(document.file)), judge_file(content(stamp))
    for verdict in (original, renewed, judge_number(decision.slug, stamp.sha256)):
        assert (verdict.finding, verdict.document) == (Finding.UNCHANGED, document)
        assert verdict.signing.name == decision.signatory_name
    assert (original.stamp, renewed.stamp) == (None, stamp)
    assert (renewed.seal.intact, renewed.seal.trusted) == (True, True)
    page = client.post("/beslut/verifiera/", {"number": decision.slug, "sha256": stamp.sha256})
    assert "Filen har fått en ny arkivstämpel" in page.content.decode()
    assert judge_number("RUN/99999/2020", stamp.sha256).finding is Finding.UNKNOWN


def test_a_package_holds_the_file_and_its_newest_stamp(document, seal, settings, registrar):
    renew_stamps(seal=seal(3000))
    settings.SEAL_RENEW_DAYS = 4000
    renew_stamps(seal=seal(6000))
    package = order_package(actor=registrar, case=document.decision.case)
    with TemporaryFile() as target:
        write_package(package, target, told=lambda _count: None)
        with zipfile.ZipFile(target) as packed:
            held = {name.rpartition("/")[2]: name for name in packed.namelist()}
            newest = packed.read(held[f"beslut-{document.decision.slug}-arkivstampel-3.pdf"])
            original = packed.read(held[f"beslut-{document.decision.slug}.pdf"])
    assert original == content(document.file)
    assert newest.startswith(original)
    assert f"beslut-{document.decision.slug}-arkivstampel-2.pdf" not in held


def test_the_sweep_leaves_the_stamps(document, seal):
    renew_stamps(seal=seal(3000))
    assert stored.clear_unreferenced(now=timezone.now() + timedelta(days=3)) == 0
    assert default_storage.exists(ArchiveStamp.objects.get().storage_name)


def test_the_database_keeps_them(document, seal):
    renew_stamps(seal=seal(3000))
    stamp = ArchiveStamp.objects.get()
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        ArchiveStamp.objects.update(size=1)
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        ArchiveStamp.objects.filter(pk=stamp.pk).delete()
    good = {
        "file": stamp.file, "number": 3, "storage_name": "x", "size": 1, "sha256": "0" * 64,
        "stamped_at": stamp.stamped_at, "valid_until": stamp.valid_until,
    }  # fmt: skip
    for constraint, bad in {
        "archive_stamp_numbered": {"number": 2},
        "archive_stamp_after_the_seals_own": {"number": 1},
        "archive_stamp_hash_form": {"sha256": "X" * 64},
        "archive_stamp_valid_when_made": {"valid_until": stamp.stamped_at},
    }.items():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ArchiveStamp.objects.create(**(good | bad))


# --- Who starts it ----------------------------------------------------------------------------------------
def test_the_task_does_nothing_without_a_service(document, seal, settings):
    seal(3000)
    settings.SEAL_ROOTS = []
    tasks.renew_archive_stamps()
    assert not SealedFile.objects.exists()


def test_the_task_renews_where_there_is_one(document, seal):
    seal(3000)
    tasks.renew_archive_stamps()
    assert ArchiveStamp.objects.count() == 1


def test_the_command_tells_what_it_did(document, seal, capsys):
    seal(3000)
    call_command("renew_timestamps")
    assert capsys.readouterr().out == "1 filer lästa för första gången, 1 arkivstämplar förnyade.\n"


def test_the_command_fails_when_something_is_left(document, seal, settings):
    seal(20)
    with pytest.raises(CommandError, match="1 arkivstämplar gick inte att förnya"):
        call_command("renew_timestamps")
    settings.SEAL_TSA_URL = ""
    with pytest.raises(CommandError, match="SEAL_TSA_URL"):
        call_command("renew_timestamps")
