"""A certificate of our own making for the trial and the tests. It proves nothing to anyone outside."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

SEAL_FILE = "sigill.p12"
ROOT_FILE = "rot.pem"
TRIAL_SEAL_NAME = "S3-portalen provdrift, elektroniskt sigill"
TRIAL_SEAL_PASSWORD = "s3-portalen-provsigill"  # noqa: S105 - the trial's own, worth nothing elsewhere
_VALID_FOR = timedelta(days=3650)


def make_trial_seal(directory: Path) -> Path:
    """The trial's PKCS#12 file in ``directory``, made with its root (``rot.pem``) if it is not there.

    Web server and worker start at the same moment. Each writes a full set beside the directory and moves it
    into place in one step; the one that comes second throws its set away and uses the first one's.
    """
    seal = directory / SEAL_FILE
    if seal.exists():
        return seal
    directory.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        _write_set(workplace)
        try:
            workplace.rename(directory)
        except OSError:
            # Somebody was first, or the directory holds other files; only the former is fine.
            if not seal.exists():
                raise
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return seal


def _write_set(directory: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    root_name = _name("S3-portalen provdrift, rot")
    root = (
        _certificate(subject=root_name, issuer=root_name, key=root_key.public_key(), now=now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    certificate = (
        _certificate(subject=_name(TRIAL_SEAL_NAME), issuer=root_name, key=key.public_key(), now=now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    bundle = pkcs12.serialize_key_and_certificates(
        TRIAL_SEAL_NAME.encode(),
        key,
        certificate,
        [root],
        serialization.BestAvailableEncryption(TRIAL_SEAL_PASSWORD.encode()),
    )
    (directory / SEAL_FILE).write_bytes(bundle)
    (directory / SEAL_FILE).chmod(0o600)
    (directory / ROOT_FILE).write_bytes(root.public_bytes(serialization.Encoding.PEM))


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "S3-portalen provdrift"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    *, subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # A day back: the clocks of two machines seldom agree to the second.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID_FOR)
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
