"""An issuer of certificates, with a time stamp service and a revocation list, for the tests of the seal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

#: Days that a root lives.
YEARS = 20 * 365


class Authority:
    """A root with a seal, a time stamp service and a revocation list, all in memory."""

    def __init__(self, crl_url: str = "") -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.crl_url = crl_url
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self.issue(
            "Rot",
            self.key.public_key(),
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (usage(key_cert_sign=True, crl_sign=True), True),
            days=YEARS,
        )

        self.revocations = self.revocation_list()

    def issue(
        self, common_name: str, key: Any, *extensions: tuple[Any, bool], days: int = 30
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rot")]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=1))
            .not_valid_after(self.now + timedelta(days=days))
        )
        if self.crl_url:
            extensions = (*extensions, (crl_at(self.crl_url), False))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, hashes.SHA256())

    def seal_certificate(self, key: Any, *, days: int = 30) -> x509.Certificate:
        return self.issue(
            "Regionens sigill", key.public_key(), (usage(content_commitment=True), True), days=days
        )

    def seal_file(self, path: Path, key: Any, *, days: int = 30) -> Path:
        certificate = self.seal_certificate(key, days=days)
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"seal", key, certificate, [self.root], serialization.BestAvailableEncryption(b"hemligt")
            )
        )
        return path

    def timestamper(self, *, days: int = 30) -> DummyTimeStamper:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = self.issue(
            "Tidsstämpel",
            key.public_key(),
            (usage(digital_signature=True), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
            days=days,
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        registry = SimpleCertificateStore()
        registry.register(asn1(self.root))
        return DummyTimeStamper(
            asn1(certificate), load_private_key_from_pemder_data(pem, None), certs_to_embed=registry
        )

    def evidence(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=[asn1(self.root)],
            crls=[self.revocations],
            allow_fetching=False,
            revocation_mode="require",
        )

    def revocation_list(self) -> asn1_crl.CertificateList:
        revoked = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(self.now - timedelta(hours=1))
            .next_update(self.now + timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )
        return asn1_crl.CertificateList.load(revoked.public_bytes(serialization.Encoding.DER))

    def root_file(self, path: Path) -> Path:
        path.write_bytes(self.root.public_bytes(serialization.Encoding.PEM))
        return path


def crl_at(url: str) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return x509.CRLDistributionPoints([point])


def usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
