"""A new archive time stamp on what was sealed before: nothing of it changes, and it is proved for longer."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from s3portal.common.pdf import Seal, SealingFailed, check_seal, seal_pdf, stamp_again, stamped_until
from s3portal.common.pdf.loops import outside_event_loop
from tests.common.authority import Authority
from tests.common.pdf_samples import decision_pdf
from tests.pdf_validation import findings

SEALED_ON = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    with time_machine.travel(SEALED_ON, tick=False):
        return Authority()


@pytest.fixture(scope="module")
def seal(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Seal]:
    """``seal(days)``: with a time stamp service whose certificate lives so long."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = authority.seal_file(tmp_path_factory.mktemp("sigill") / "sigill.p12", key, days=20)
    signer = Seal.load(path, password="hemligt").signer

    def lasting(days: int) -> Seal:
        return Seal(signer, timestamper=authority.timestamper(days=days), evidence=authority.evidence)

    return lasting


@pytest.fixture(scope="module")
def archived(seal: Callable[[int], Seal]) -> bytes:
    """Its stamp's certificate lives for 30 days."""
    with time_machine.travel(SEALED_ON, tick=False):
        return put_seal(seal(30))


def put_seal(seal: Seal) -> bytes:
    return seal_pdf(decision_pdf(), signer_name="Anna", reason="Beslut", location="Östersund", seal=seal)


def again(pdf: bytes, seal: Seal, *, hours: int = 2) -> bytes:
    with time_machine.travel(SEALED_ON + timedelta(hours=hours), tick=False):
        return stamp_again(pdf, seal=seal)


def test_how_long_a_stamp_lasts(archived: bytes, seal: Callable[[int], Seal]) -> None:
    until = stamped_until(archived)
    assert until is not None
    assert abs(until - SEALED_ON - 30 * DAY) < DAY
    with time_machine.travel(SEALED_ON, tick=False):
        assert stamped_until(put_seal(Seal(seal(30).signer))) is None


def test_a_new_stamp_lasts_longer_and_changes_nothing(
    archived: bytes, seal: Callable[[int], Seal], authority: Authority, tmp_path: Path
) -> None:
    renewed = again(archived, seal(3000))
    assert renewed.startswith(archived)
    until = stamped_until(renewed)
    assert until is not None
    assert abs(until - SEALED_ON - 3000 * DAY) < DAY
    root = authority.root_file(tmp_path / "rot.pem")
    # Long after the seal's own certificate, and that of the first stamp, have run out.
    with time_machine.travel(SEALED_ON + 1000 * DAY, tick=False):
        report = check_seal(renewed, roots=[root], kept_since=SEALED_ON)
    assert (report.intact, report.trusted, report.covers_whole_file) == (True, True, True)
    assert report.signed_by == "Anna"


def test_both_standards_hold_as_they_did(archived: bytes, seal: Callable[[int], Seal]) -> None:
    renewed = again(archived, seal(3000))
    for profile in ("pdfa-3a", "pdfua-1"):
        assert findings(renewed, profile=profile) == findings(archived, profile=profile)
    # The one remark: a seal under a stamp does not reach the file's last byte.
    assert [found.split(":")[0] for found in findings(archived, profile="pdfa-3a")] == [
        "PDFA3A-SIGNATURE-BYTERANGE-001"
    ]
    assert findings(archived, profile="pdfua-1") == []


def test_a_third_stands_on_the_second(
    archived: bytes, seal: Callable[[int], Seal], authority: Authority
) -> None:
    third = again(again(archived, seal(3000)), seal(6000), hours=3)
    reader = PdfFileReader(io.BytesIO(third))
    stamps = reader.embedded_timestamp_signatures
    assert [stamp.field_name for stamp in stamps] == ["Arkivstämpel", "Arkivstämpel 2", "Arkivstämpel 3"]
    held = {certificate.sha256 for certificate in _certificates(reader)}
    assert {stamp.signer_cert.sha256 for stamp in stamps} <= held
    with time_machine.travel(SEALED_ON + timedelta(hours=4), tick=False):
        for stamp in stamps:
            status = outside_event_loop(partial(validate_pdf_timestamp, stamp, authority.evidence()))
            assert (status.intact, status.valid, status.trusted) == (True, True, True), stamp.field_name


def _certificates(reader: PdfFileReader) -> list[Any]:
    return list(DocumentSecurityStore.read_dss(reader).load_certs())


def test_a_change_is_found_through_two_stamps(
    archived: bytes, seal: Callable[[int], Seal], authority: Authority, tmp_path: Path
) -> None:
    renewed = again(archived, seal(3000))
    changed = renewed.replace(b"Designdrivna", b"Designdriven", 1)
    assert changed != renewed
    report = check_seal(changed, roots=[authority.root_file(tmp_path / "rot.pem")], kept_since=SEALED_ON)
    assert (report.found, report.intact) == (True, False)


def test_what_cannot_be_confirmed_gets_no_stamp(archived: bytes, seal: Callable[[int], Seal]) -> None:
    with pytest.raises(SealingFailed, match="arkivstämpel"):
        again(archived, Seal(seal(30).signer))
    stranger = Seal(seal(30).signer, timestamper=seal(30).timestamper, evidence=Authority().evidence)
    with pytest.raises(SealingFailed):
        again(archived, stranger)
    with pytest.raises(SealingFailed):
        again(archived, seal(3000), hours=24 * 40)
    with time_machine.travel(SEALED_ON, tick=False):
        plain = put_seal(Seal(seal(30).signer))
    with pytest.raises(SealingFailed, match="ingen arkivstämpel"):
        again(plain, seal(3000))
