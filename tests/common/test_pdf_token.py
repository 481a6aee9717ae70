"""A seal whose key never leaves a security module: SoftHSM, a real PKCS#11 module in software."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.exceptions import ImproperlyConfigured

from s3portal.checks import seal_certificate
from s3portal.common.pdf import Seal, SealingFailed, check_seal, seal_pdf, sealing
from s3portal.common.pdf.keys import Token, TokenSigner, key_from_token
from tests.common.authority import Authority
from tests.common.pdf_samples import decision_pdf
from tests.pdf_validation import assert_valid

MODULES = (
    os.environ.get("SOFTHSM2_MODULE", ""),
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
MODULE = next((Path(path) for path in MODULES if path and Path(path).is_file()), None)
LABEL, PIN = "Regionens sigill", "493817"

# On a machine where SoftHSM cannot be installed. Where nothing may be skipped (CI) its absence is a failure,
# told by .ci/system-libs before the tests begin.
pytestmark = pytest.mark.skipif(
    MODULE is None and os.environ.get("S3_REQUIRE_BROWSER") != "1", reason="SoftHSM saknas"
)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    """A token with an RSA key and an elliptic one in it."""
    directory = tmp_path_factory.mktemp("hsm")
    (directory / "tokens").mkdir()
    (directory / "softhsm2.conf").write_text(f"directories.tokendir = {directory}/tokens\n")
    assert MODULE is not None
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(directory / "softhsm2.conf")
    softhsm("--init-token", "--free", "--label", LABEL, "--so-pin", "11112222", "--pin", PIN)
    yield Token(module=MODULE, label=LABEL, key="rsa", pin=PIN)
    os.environ.pop("SOFTHSM2_CONF")
    if before:
        os.environ["SOFTHSM2_CONF"] = before


def softhsm(*arguments: str) -> None:
    program = shutil.which("softhsm2-util")
    assert program
    subprocess.run([program, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


KEYS = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
}


@pytest.fixture(scope="module")
def certificates(token: Token, authority: Authority, tmp_path_factory: Any) -> dict[str, Path]:
    """The certificate of each key, with its issuer's."""
    directory = tmp_path_factory.mktemp("certifikat")
    found = {}
    for number, (name, make) in enumerate(KEYS.items(), start=1):
        key = make()
        file = directory / f"{name}.key"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        softhsm("--import", str(file), "--token", LABEL, "--label", name, "--id", f"0{number}", "--pin", PIN)
        found[name] = chain(directory / f"{name}.pem", authority.seal_certificate(key), authority.root)
    return found


def chain(path: Path, *certificates: x509.Certificate) -> Path:
    path.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates))
    return path


def put_seal(seal: Seal) -> bytes:
    return seal_pdf(decision_pdf(), signer_name="Anna", reason="Beslut", location="Östersund", seal=seal)


def sealed_with(token: Token, certificate: Path) -> Seal:
    return Seal.made_with(key_from_token(token, certificate=certificate))


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test says the PIN itself: it counts for as long as the process has a session open."""
    made: list[TokenSigner] = []
    real = TokenSigner.__init__

    def noted(self: TokenSigner, *arguments: Any, **named: Any) -> None:
        made.append(self)
        real(self, *arguments, **named)

    monkeypatch.setattr(TokenSigner, "__init__", noted)
    sealing._cached_token.cache_clear()
    yield
    for signer in made:
        signer.close()


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_the_token_seals(
    token: Token, certificates: dict[str, Path], authority: Authority, tmp_path: Path, kind: str
) -> None:
    sealed = put_seal(sealed_with(replace(token, key=kind), certificates[kind]))
    assert_valid(sealed)
    report = check_seal(sealed, roots=[authority.root_file(tmp_path / "rot.pem")])
    assert (report.intact, report.trusted, report.signer) == (True, True, "Regionens sigill")


def test_a_session_that_was_lost_is_opened_anew(token: Token, certificates: dict[str, Path]) -> None:
    signer = key_from_token(token, certificate=certificates["rsa"])
    seal = Seal.made_with(signer)
    put_seal(seal)
    opened: Any = signer
    opened._opened.pkcs11_session.close()  # as when the module is restarted
    assert check_seal(put_seal(seal), roots=[]).intact


@pytest.mark.parametrize(
    "wrong", [{"pin": "000000"}, {"label": "Annan"}, {"key": "ingen"}, {"module": Path("/x.so")}]
)
def test_without_the_token_there_is_no_seal(
    token: Token, certificates: dict[str, Path], wrong: dict[str, Any]
) -> None:
    with pytest.raises(SealingFailed, match=r"^Dokumentet gick inte att försegla\.$"):
        put_seal(sealed_with(replace(token, **wrong), certificates["rsa"]))


def test_another_keys_certificate_is_not_sealed_with(
    token: Token, authority: Authority, tmp_path: Path
) -> None:
    other = chain(tmp_path / "annat.pem", authority.seal_certificate(KEYS["rsa"]()), authority.root)
    with pytest.raises(SealingFailed):
        put_seal(sealed_with(token, other))


class TestSettings:
    @pytest.fixture(autouse=True)
    def _settings(self, settings: Any, token: Token, certificates: dict[str, Path]) -> None:
        settings.SEAL_PKCS12 = ""
        settings.SEAL_PKCS11_MODULE, settings.SEAL_PKCS11_TOKEN = str(token.module), token.label
        settings.SEAL_PKCS11_KEY, settings.SEAL_PKCS11_PIN = token.key, token.pin
        settings.SEAL_CERTIFICATE = str(certificates["rsa"])

    def test_the_key_is_the_tokens(self, authority: Authority, tmp_path: Path) -> None:
        assert Seal.from_settings() is Seal.from_settings()
        assert check_seal(
            put_seal(Seal.from_settings()), roots=[authority.root_file(tmp_path / "r.pem")]
        ).trusted

    def test_the_check_is_content(self) -> None:
        assert seal_certificate(None) == []

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("SEAL_CERTIFICATE", "", "s3.E006"),
            ("SEAL_CERTIFICATE", "/finns/inte.pem", "s3.E006"),
            ("SEAL_PKCS11_MODULE", "/finns/inte.so", "s3.E009"),
            ("SEAL_PKCS11_PIN", "000000", "s3.E009"),
            ("SEAL_PKCS11_KEY", "ingen", "s3.E009"),
        ],
    )
    def test_what_is_wrong_is_told_before_start(
        self, settings: Any, name: str, value: str, problem: str
    ) -> None:
        setattr(settings, name, value)
        assert [found.id for found in seal_certificate(None)] == [problem]

    def test_an_unreadable_certificate(self, settings: Any, tmp_path: Path) -> None:
        settings.SEAL_CERTIFICATE = str(tmp_path / "tomt.pem")
        (tmp_path / "tomt.pem").write_text("inte ett certifikat")
        with pytest.raises(ImproperlyConfigured, match=r"^Sigillets certifikat tomt\.pem går inte"):
            Seal.from_settings()
