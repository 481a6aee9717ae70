import asyncio
import dataclasses
import io
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.general import SigningError
from pypdf import PdfReader

from s3portal.common.pdf import (
    TRIAL_SEAL_PASSWORD,
    Seal,
    SealingFailed,
    SealReport,
    check_seal,
    make_trial_seal,
    render_pdf,
    seal_pdf,
    seal_roots,
)
from s3portal.common.pdf.trial_seal import ROOT_FILE, TRIAL_SEAL_NAME
from tests.common.authority import Authority
from tests.common.pdf_samples import CREATED_AT, decision_pdf
from tests.pdf_validation import assert_valid, findings

SIGNER = "Anna Halvarsson, tf. regional utvecklingsdirektör"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return decision_pdf()


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a trial seal."""
    return make_trial_seal(tmp_path_factory.mktemp("var") / "seal").parent


@pytest.fixture(scope="module")
def seal(trial: Path) -> Seal:
    return Seal.load(make_trial_seal(trial), password=TRIAL_SEAL_PASSWORD)


@pytest.fixture(scope="module")
def roots(trial: Path) -> tuple[Path, ...]:
    return (trial / ROOT_FILE,)


@pytest.fixture(scope="module")
def sealed(pdf: bytes, seal: Seal) -> bytes:
    return put_seal(pdf, seal)


def put_seal(pdf: bytes, seal: Seal) -> bytes:
    return seal_pdf(pdf, signer_name=SIGNER, reason="Beslut RUN/664/2021", location="Östersund", seal=seal)


def run_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: a browser test before this one leaves a loop running in the main thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class TestSealedFile:
    def test_follows_both_standards(self, sealed: bytes) -> None:
        assert_valid(sealed)

    def test_is_the_rendered_file_with_the_seal_after_it(self, pdf: bytes, sealed: bytes) -> None:
        assert sealed.startswith(pdf)
        # The metadata are those that were rendered: no second packet follows.
        assert sealed.count(b"<?xpacket begin") == 1
        assert b"pdfuaid:part" not in sealed[len(pdf) :]

    def test_pyhankos_own_rewriting_would_break_it(self, pdf: bytes, seal: Seal, monkeypatch: Any) -> None:
        """Why AppendingWriter exists: if this passes without it, it can go."""
        from s3portal.common.pdf import sealing

        monkeypatch.setattr(sealing, "AppendingWriter", IncrementalPdfFileWriter)
        assert findings(put_seal(pdf, seal), profile="pdfa-3a") or findings(
            put_seal(pdf, seal), profile="pdfua-1"
        )

    def test_field_is_invisible_and_readable_to_assistive_technology(self, sealed: bytes) -> None:
        reader = PdfReader(io.BytesIO(sealed))
        catalog: Any = reader.trailer["/Root"]
        (field,) = [reference.get_object() for reference in catalog["/AcroForm"]["/Fields"]]
        assert field["/T"] == "Sigill"
        assert field["/TU"] == f"Elektroniskt sigill: {SIGNER}"
        assert [float(side) for side in field["/Rect"]] == [0, 0, 0, 0]
        # Print, and neither Invisible, Hidden nor NoView.
        assert field["/F"] & 4
        assert not field["/F"] & (1 | 2 | 32)
        numbers = catalog["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        parents = dict(zip(numbers[0::2], numbers[1::2], strict=True))
        element = parents[field["/StructParent"]].get_object()
        assert element["/S"] == "/Form"
        assert element["/Alt"] == field["/TU"]
        assert element["/K"]["/Obj"] == field

    def test_says_who_why_and_where(self, sealed: bytes) -> None:
        catalog: Any = PdfReader(io.BytesIO(sealed)).trailer["/Root"]
        signature = catalog["/AcroForm"]["/Fields"][0].get_object()["/V"]
        assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
        assert signature["/Name"] == SIGNER
        assert signature["/Reason"] == "Beslut RUN/664/2021"
        assert signature["/Location"] == "Östersund"
        # A certifying seal that allows no changes.
        assert catalog["/Perms"]["/DocMDP"] == signature
        assert signature["/Reference"][0]["/TransformParams"]["/P"] == 1

    def test_is_not_sealed_twice(self, sealed: bytes, seal: Seal) -> None:
        with pytest.raises(SealingFailed, match=r"^Dokumentet är redan förseglat\.$"):
            put_seal(sealed, seal)

    @pytest.mark.parametrize("rubbish", [b"", b"%PDF-1.7\n", b"hej", bytes(1000)])
    def test_rubbish_is_not_sealed(self, rubbish: bytes, seal: Seal) -> None:
        with pytest.raises(SealingFailed, match=r"^Dokumentet gick inte att försegla\.$"):
            put_seal(rubbish, seal)

    def test_an_untagged_file_is_not_sealed(self, seal: Seal) -> None:
        import weasyprint

        untagged = weasyprint.HTML(string="<p>x").write_pdf(pdf_identifier=True)
        with pytest.raises(SealingFailed, match=r"^Dokumentet gick inte att försegla\.$"):
            put_seal(untagged, seal)

    def test_a_page_without_links(self, seal: Seal, roots: tuple[Path, ...]) -> None:
        html = '<html lang="sv"><title>T</title><body><h1>R</h1></body></html>'
        sealed = put_seal(render_pdf(html=html, title="T", created_at=CREATED_AT), seal)
        assert_valid(sealed)
        assert check_seal(sealed, roots=roots).intact

    def test_only_one_digest_is_used(self, seal: Seal) -> None:
        with pytest.raises(SigningError, match="sha512"):
            run_loop(seal.signer.async_sign_raw(b"", "sha512"))

    def test_works_where_an_event_loop_is_running(
        self, pdf: bytes, seal: Seal, roots: tuple[Path, ...]
    ) -> None:
        async def inside() -> SealReport:
            return check_seal(put_seal(pdf, seal), roots=roots)

        report = run_loop(inside())
        assert report.intact
        assert report.trusted


class TestCheckSeal:
    def test_intact_and_trusted(self, sealed: bytes, roots: tuple[Path, ...]) -> None:
        report = check_seal(sealed, roots=roots)
        assert report.signed_at is not None
        assert abs(datetime.now(UTC) - report.signed_at) < timedelta(minutes=10)
        assert dataclasses.replace(report, signed_at=None) == SealReport(
            found=True,
            intact=True,
            trusted=True,
            covers_whole_file=True,
            signer=TRIAL_SEAL_NAME,
            signed_by=SIGNER,
        )

    def test_another_root_does_not_trust_it(self, sealed: bytes, tmp_path: Path) -> None:
        other = make_trial_seal(tmp_path / "other").parent / ROOT_FILE
        report = check_seal(sealed, roots=[other])
        assert report.intact
        assert not report.trusted

    def test_no_root_trusts_nothing(self, sealed: bytes) -> None:
        report = check_seal(sealed, roots=[])
        assert report.intact
        assert not report.trusted

    def test_every_changed_byte_is_found(self, sealed: bytes, roots: tuple[Path, ...]) -> None:
        start, end = signature_span(sealed)
        step = len(sealed) // 40
        for position in [
            *range(0, start, step),
            start - 1,
            end,
            *range(end, len(sealed), step),
            len(sealed) - 1,
        ]:
            changed = bytearray(sealed)
            changed[position] ^= 0x01
            report = check_seal(bytes(changed), roots=roots)
            assert not (report.intact and report.trusted), position

    def test_a_changed_letter_in_the_text(self, sealed: bytes, roots: tuple[Path, ...]) -> None:
        assert sealed.count(b"<?xpacket begin") == 1
        changed = sealed.replace(b"Designdrivna", b"Designdriven", 1)
        assert changed != sealed
        report = check_seal(changed, roots=roots)
        assert report.found
        assert not report.intact

    def test_something_added_after_the_seal(self, sealed: bytes, roots: tuple[Path, ...]) -> None:
        writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
        writer.root["/Lang"] = type(writer.root["/Lang"])("en")
        writer.update_root()
        output = io.BytesIO()
        writer.write(output)
        report = check_seal(output.getvalue(), roots=roots)
        assert report.found
        assert not report.intact
        assert not report.covers_whole_file

    def test_cut_short(self, sealed: bytes, roots: tuple[Path, ...]) -> None:
        for length in (0, 10, len(sealed) // 2, len(sealed) - 200):
            report = check_seal(sealed[:length], roots=roots)
            assert not report.intact

    @pytest.mark.parametrize("rubbish", [b"", b"hej", b"%PDF-1.7", bytes(5000), b"%PDF-1.7\n%%EOF"])
    def test_rubbish_has_no_seal(self, rubbish: bytes, roots: tuple[Path, ...]) -> None:
        assert check_seal(rubbish, roots=roots) == SealReport(found=False)

    def test_an_unsealed_document_has_no_seal(self, pdf: bytes, roots: tuple[Path, ...]) -> None:
        assert check_seal(pdf, roots=roots) == SealReport(found=False)


def signature_span(sealed: bytes) -> tuple[int, int]:
    """Where the seal itself lies, the only bytes that it does not cover."""
    match = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) \d+", sealed)
    assert match is not None
    return int(match[1]), int(match[2])


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def region_seal(authority: Authority, tmp_path: Path) -> Seal:
    """With an elliptic key, as the newer certificates have; the trial's is RSA."""
    path = authority.seal_file(tmp_path / "region.p12", ec.generate_private_key(ec.SECP256R1()))
    return Seal.load(path, password="hemligt")


class TestTimeStamps:
    def test_the_services_time_is_the_seals(
        self, pdf: bytes, authority: Authority, region_seal: Seal, tmp_path: Path
    ) -> None:
        seal = dataclasses.replace(region_seal, timestamper=authority.timestamper())
        sealed = put_seal(pdf, seal)
        assert_valid(sealed)
        report = check_seal(sealed, roots=[authority.root_file(tmp_path / "rot.pem")])
        assert (report.intact, report.trusted, report.covers_whole_file) == (True, True, True)
        assert report.signer == "Regionens sigill"
        assert report.signed_at is not None

    def test_evidence_for_the_archive_lies_in_the_file(
        self, pdf: bytes, authority: Authority, region_seal: Seal, tmp_path: Path
    ) -> None:
        seal = dataclasses.replace(
            region_seal, timestamper=authority.timestamper(), evidence=authority.evidence
        )
        sealed = put_seal(pdf, seal)
        report = check_seal(sealed, roots=[authority.root_file(tmp_path / "rot.pem")])
        assert (report.intact, report.trusted, report.covers_whole_file) == (True, True, True)
        catalog: Any = PdfReader(io.BytesIO(sealed)).trailer["/Root"]
        dss = catalog["/DSS"]
        assert len(dss["/CRLs"]) == 1
        names = [field.get_object()["/T"] for field in catalog["/AcroForm"]["/Fields"]]
        assert names == ["Sigill", "Arkivstämpel"]
        stamp = catalog["/AcroForm"]["/Fields"][1].get_object()["/V"]
        assert stamp["/SubFilter"] == "/ETSI.RFC3161"

        assert_valid(sealed, profiles=["pdfua-1"])
        # The checker wants every signature to cover the last byte; the one under an archive stamp cannot.
        rules = {finding.partition(":")[0] for finding in findings(sealed, profile="pdfa-3a")}
        # Evidence ends in a random byte. When that is a line end, the checker takes it for the keyword's.
        streams = [stream.get_object().get_data() for kind in ("/CRLs", "/Certs") for stream in dss[kind]]
        if any(stream.endswith((b"\r", b"\n")) for stream in streams):
            rules.discard("PDFA3A-STREAM-LENGTH-001")
        assert rules == {"PDFA3A-SIGNATURE-BYTERANGE-001"}

    def test_a_change_under_the_archive_stamp_is_found(
        self, pdf: bytes, authority: Authority, region_seal: Seal, tmp_path: Path
    ) -> None:
        seal = dataclasses.replace(
            region_seal, timestamper=authority.timestamper(), evidence=authority.evidence
        )
        changed = put_seal(pdf, seal).replace(b"Designdrivna", b"Designdriven", 1)
        assert not check_seal(changed, roots=[authority.root_file(tmp_path / "rot.pem")]).intact

    def test_a_silent_service_stops_the_seal(self, pdf: bytes, authority: Authority, tmp_path: Path) -> None:
        path = authority.seal_file(tmp_path / "r.p12", ec.generate_private_key(ec.SECP256R1()))
        seal = Seal.load(path, password="hemligt", tsa_url="http://127.0.0.1:9/tsa")
        with pytest.raises(SealingFailed) as refused:
            put_seal(pdf, seal)
        assert str(refused.value) == (
            "Tidsstämpeln eller certifikatets giltighet gick inte att få bekräftad. Försök igen om en stund."
        )

    def test_without_word_on_revocation_there_is_no_seal(
        self, pdf: bytes, authority: Authority, region_seal: Seal, tmp_path: Path
    ) -> None:
        path = authority.seal_file(tmp_path / "r.p12", ec.generate_private_key(ec.SECP256R1()))
        loaded = Seal.load(
            path,
            password="hemligt",
            tsa_url="http://127.0.0.1:9/tsa",
            roots=[authority.root_file(tmp_path / "rot.pem")],
        )
        seal = dataclasses.replace(loaded, timestamper=authority.timestamper())
        with pytest.raises(SealingFailed, match="giltighet gick inte att få bekräftad"):
            put_seal(pdf, seal)


class TestLoading:
    def test_wrong_password(self, trial: Path) -> None:
        with pytest.raises(ImproperlyConfigured, match=r"^Sigillets fil sigill\.p12 går inte att läsa: "):
            Seal.load(make_trial_seal(trial), password="fel")

    def test_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(ImproperlyConfigured, match=r"^Sigillets fil saknas\.p12 går inte att läsa: "):
            Seal.load(tmp_path / "saknas.p12", password="")

    def test_a_kind_of_key_that_few_readers_know(self, authority: Authority, tmp_path: Path) -> None:
        path = authority.seal_file(tmp_path / "ed.p12", ed25519.Ed25519PrivateKey.generate())
        with pytest.raises(ImproperlyConfigured, match="ska vara RSA eller elliptisk kurva"):
            Seal.load(path, password="hemligt")


class TestFromSettings:
    @pytest.fixture(autouse=True)
    def _settings(self, settings: Any, tmp_path: Path) -> Iterator[None]:
        settings.VAR_DIR = tmp_path
        settings.S3_TRIAL = True
        settings.SEAL_PKCS12 = settings.SEAL_PASSWORD = settings.SEAL_TSA_URL = ""
        settings.SEAL_ROOTS = []
        return

    def test_the_trial_makes_its_own(self, pdf: bytes) -> None:
        report = check_seal(put_seal(pdf, Seal.from_settings()), roots=seal_roots())
        assert (report.intact, report.trusted, report.signer) == (True, True, TRIAL_SEAL_NAME)

    def test_is_opened_once_per_process(self) -> None:
        assert Seal.from_settings() is Seal.from_settings()

    def test_production_has_one_or_says_so(self, settings: Any) -> None:
        settings.S3_TRIAL = False
        with pytest.raises(ImproperlyConfigured, match="SEAL_PKCS12 saknas"):
            Seal.from_settings()
        assert seal_roots() == ()

    def test_the_regions_own(self, settings: Any, authority: Authority, tmp_path: Path, pdf: bytes) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        settings.SEAL_PKCS12 = str(authority.seal_file(tmp_path / "region.p12", key))
        settings.SEAL_PASSWORD = "hemligt"
        settings.SEAL_ROOTS = [str(authority.root_file(tmp_path / "rot.pem"))]
        seal = Seal.from_settings()
        # Without a time stamp service there is nothing to keep evidence for.
        assert (seal.timestamper, seal.evidence) == (None, None)
        report = check_seal(put_seal(pdf, seal), roots=seal_roots())
        assert (report.intact, report.trusted, report.signer) == (True, True, "Regionens sigill")

    def test_with_a_time_stamp_service(self, settings: Any, authority: Authority, tmp_path: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        settings.SEAL_PKCS12 = str(authority.seal_file(tmp_path / "region.p12", key))
        settings.SEAL_PASSWORD = "hemligt"
        settings.SEAL_TSA_URL = "https://tsa.example.se/"
        assert Seal.from_settings().timestamper is not None
        assert Seal.from_settings().evidence is None
        settings.SEAL_ROOTS = [str(authority.root_file(tmp_path / "rot.pem"))]
        assert Seal.from_settings().evidence is not None
