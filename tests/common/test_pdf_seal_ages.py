"""A seal outlives its certificate, and a new certificate changes nothing for what the old one sealed."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import time_machine
from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as django_settings

from s3portal.common.pdf import Seal, SealTrace, check_seal, seal_pdf, trace_seal
from tests.common.authority import Authority
from tests.common.pdf_samples import decision_pdf

#: The day on which the old certificate sealed, and how long it lived.
SEALED_ON = datetime(2021, 12, 22, 9, 30, tzinfo=UTC)
LIVED = 2 * 365
STAMPED_UNTIL = 15 * 365


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return decision_pdf()


def put_seal(pdf: bytes, seal: Seal) -> bytes:
    return seal_pdf(pdf, signer_name="Anna", reason="Beslut", location="Östersund", seal=seal)


class Old:
    """What was sealed in 2021, with a certificate that has run out since."""

    def __init__(self, directory: Path, pdf: bytes) -> None:
        with time_machine.travel(SEALED_ON, tick=False):
            self.issuer = Authority()
            path = self.issuer.seal_file(
                directory / "gammalt.p12", ec.generate_private_key(ec.SECP256R1()), days=LIVED
            )
            self.seal = Seal.load(path, password="hemligt")
            self.plain = put_seal(pdf, self.seal)
            stamped = Seal(self.seal.signer, timestamper=self.issuer.timestamper(days=STAMPED_UNTIL))
            self.stamped = put_seal(pdf, stamped)
            archived = Seal(
                self.seal.signer,
                timestamper=self.issuer.timestamper(days=STAMPED_UNTIL),
                evidence=self.issuer.evidence,
            )
            self.archived = put_seal(pdf, archived)
        self.root = self.issuer.root_file(directory / "gammal-rot.pem")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, pdf: bytes) -> Old:
    return Old(tmp_path_factory.mktemp("sigill"), pdf)


def test_without_a_time_stamp_nothing_in_the_file_tells_when_it_was_sealed(old: Old) -> None:
    report = check_seal(old.plain, roots=[old.root])
    assert (report.intact, report.trusted) == (True, False)


def test_what_we_have_kept_since_is_trusted_still(old: Old) -> None:
    report = check_seal(old.plain, roots=[old.root], kept_since=SEALED_ON + timedelta(minutes=1))
    assert (report.intact, report.trusted, report.signer) == (True, True, "Regionens sigill")


@pytest.mark.parametrize("days", [-3, LIVED + 1])
def test_kept_from_a_day_when_the_certificate_was_not_valid_proves_nothing(old: Old, days: int) -> None:
    report = check_seal(old.plain, roots=[old.root], kept_since=SEALED_ON + timedelta(days=days))
    assert not report.trusted


@pytest.mark.parametrize("kind", ["stamped", "archived"])
def test_a_time_stamp_proves_that_it_was_sealed_in_time(old: Old, kind: str) -> None:
    report = check_seal(getattr(old, kind), roots=[old.root])
    assert (report.intact, report.trusted, report.covers_whole_file) == (True, True, True)
    assert report.signed_at is not None
    assert abs(report.signed_at - SEALED_ON) < timedelta(minutes=1)


def test_the_service_too_must_be_trusted(old: Old, tmp_path: Path) -> None:
    other = Authority()
    with time_machine.travel(SEALED_ON, tick=False):
        stamper = Authority().timestamper(days=STAMPED_UNTIL)
        sealed = put_seal(decision_pdf(), Seal(old.seal.signer, timestamper=stamper))
    assert not check_seal(sealed, roots=[old.root, other.root_file(tmp_path / "annan.pem")]).trusted


def test_a_change_in_what_was_sealed_long_ago_is_found(old: Old) -> None:
    for sealed in (old.plain, old.stamped, old.archived):
        changed = sealed.replace(b"Designdrivna", b"Designdriven", 1)
        report = check_seal(changed, roots=[old.root], kept_since=SEALED_ON)
        assert (report.found, report.intact) == (True, False)


class TestRenewed:
    """A new certificate, from another issuer, in the same name; both roots are in SEAL_ROOTS."""

    @pytest.fixture
    def roots(self, old: Old, settings: Any, tmp_path: Path) -> list[Path]:
        new = Authority()
        key = ec.generate_private_key(ec.SECP256R1())
        settings.SEAL_PKCS12 = str(new.seal_file(tmp_path / "nytt.p12", key))
        settings.SEAL_PASSWORD, settings.SEAL_TSA_URL = "hemligt", ""
        return [old.root, new.root_file(tmp_path / "ny-rot.pem")]

    def test_old_and_new_are_trusted(self, pdf: bytes, old: Old, roots: list[Path]) -> None:
        new = put_seal(pdf, Seal.from_settings())
        assert check_seal(new, roots=roots).trusted
        assert check_seal(old.stamped, roots=roots).trusted
        assert check_seal(old.plain, roots=roots, kept_since=SEALED_ON).trusted

    def test_a_changed_file_with_the_old_seal_is_told_as_ours(self, old: Old, roots: list[Path]) -> None:
        changed = old.plain.replace(b"Designdrivna", b"Designdriven", 1)
        assert trace_seal(old.plain, roots=roots) is SealTrace.WHOLE
        assert trace_seal(changed, roots=roots) is SealTrace.CHANGED


# --- A service and a revocation list over the net ---------------------------------------------------------
class Net(ThreadingHTTPServer):
    """Answers as a time stamp service (POST) and as an issuer that gives out its revocation list (GET)."""

    issuer: Authority
    asked: list[str]


class Answers(BaseHTTPRequestHandler):
    server: Net

    def do_GET(self) -> None:
        self.answer("application/pkix-crl", self.server.issuer.revocations.dump())

    def do_POST(self) -> None:
        request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        response = self.server.issuer.timestamper().request_tsa_response(request)
        self.answer("application/timestamp-reply", response.dump())

    def answer(self, kind: str, content: bytes) -> None:
        self.server.asked.append(self.command)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def net() -> Iterator[Net]:
    server = Net(("127.0.0.1", 0), Answers)
    server.asked = []
    server.issuer = Authority(crl_url=f"http://127.0.0.1:{server.server_port}/revoked.crl")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_service_and_an_issuer_on_the_net_give_a_seal_for_the_archive(
    net: Net, pdf: bytes, tmp_path: Path, settings: Any
) -> None:
    settings.SEAL_PKCS12 = str(
        net.issuer.seal_file(tmp_path / "region.p12", ec.generate_private_key(ec.SECP256R1()))
    )
    settings.SEAL_PASSWORD = "hemligt"
    settings.SEAL_ROOTS = [str(net.issuer.root_file(tmp_path / "rot.pem"))]
    settings.SEAL_TSA_URL = f"http://127.0.0.1:{net.server_port}/tsa"
    sealed = put_seal(pdf, Seal.from_settings())
    assert {"GET", "POST"} <= set(net.asked)
    report = check_seal(sealed, roots=[Path(root) for root in django_settings.SEAL_ROOTS])
    assert (report.intact, report.trusted, report.covers_whole_file) == (True, True, True)
    assert b"/DSS" in sealed
