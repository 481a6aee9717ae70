"""Keys that seals are made with: one that is read from a file, and one that never leaves its token."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_der_x509_certificate
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder
from pyhanko.sign import Signer, SimpleSigner
from pyhanko.sign.general import SigningError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from s3portal.common.pdf.loops import outside_event_loop

if TYPE_CHECKING:
    from pyhanko.sign.pkcs11 import PKCS11Signer

DIGEST: Final = "sha256"


class HeldKeySigner(Signer):
    """Keeps the opened key; pyHanko's own signer parses and proves it anew at each signature (0.1 s each)."""

    def __init__(self, key: RSAPrivateKey | EllipticCurvePrivateKey, **certificates: Any) -> None:
        super().__init__(**certificates)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != DIGEST:
            raise SigningError(f"Only {DIGEST} is used here, not {digest_algorithm}.")
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), SHA256())
        return self._key.sign(data, ECDSA(SHA256()))


def key_from_file(path: Path, *, password: str) -> Signer:
    """From PKCS#12. Raises ``ImproperlyConfigured`` when it is missing, broken or has another password."""
    secret = password.encode() or None
    try:
        bundle = path.read_bytes()
        key, certificate, _chain = pkcs12.load_key_and_certificates(bundle, secret)
        if certificate is None:
            raise ValueError("det finns inget certifikat i den.")
        certificates = SimpleSigner.load_pkcs12_data(bundle, other_certs=[], passphrase=secret)
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"Sigillets fil {path.name} går inte att läsa: {error}") from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ImproperlyConfigured(f"Sigillets nyckel i {path.name} ska vara RSA eller elliptisk kurva.")
    return HeldKeySigner(
        key, signing_cert=certificates.signing_cert, cert_registry=certificates.cert_registry
    )


@dataclass(frozen=True)
class Token:
    """A key in a hardware security module or on a card, reached over PKCS#11."""

    module: Path
    """The manufacturer's library."""
    label: str
    """The token's name."""
    key: str
    """The key's name on the token."""
    pin: str


class TokenSigner(Signer):
    """Asks the token for each signature. The session is opened with the first, and anew when it was lost.

    The certificates come from a file: so the seal's holder is known also where the token is out of reach.
    """

    def __init__(self, token: Token, **certificates: Any) -> None:
        super().__init__(**certificates)
        self._token = token
        self._opened: PKCS11Signer | None = None
        # A session does one thing at a time, and a web server has several threads.
        self._one_at_a_time = Lock()

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        known = self._opened is not None
        try:
            signature = await self._asked(data, digest_algorithm, dry_run)
        except SigningError:
            if not known:
                raise
            signature = await self._asked(data, digest_algorithm, dry_run)
        if not dry_run:
            _check_signature(self, signature, data)
        return signature

    async def _asked(self, data: bytes, digest_algorithm: str, dry_run: bool) -> bytes:
        with self._one_at_a_time:
            try:
                return await self._device().async_sign_raw(data, digest_algorithm, dry_run)
            except Exception as error:
                # Each manufacturer has its own errors for a module that was restarted or taken out.
                self.close()
                raise SigningError(f"The token {self._token.label} does not sign: {error!r}") from error

    def close(self) -> None:
        """End the session; the next signature opens another."""
        if self._opened is not None:
            with suppress(Exception):
                self._opened.pkcs11_session.close()
        self._opened = None

    def _device(self) -> PKCS11Signer:
        if self._opened is None:
            self._opened = _open(self._token, self)
        return self._opened


def _open(token: Token, signer: Signer) -> PKCS11Signer:
    # Loaded only here: the library is there on Linux only, and asks for the manufacturer's own.
    from pkcs11.exceptions import UserAlreadyLoggedIn
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    where: dict[str, Any] = {
        "lib_location": str(token.module),
        "token_criteria": TokenCriteria(label=token.label),
    }
    try:
        session = open_pkcs11_session(**where, user_pin=token.pin)
    except UserAlreadyLoggedIn:
        # Another session of this process has said the PIN.
        session = open_pkcs11_session(**where)
    certificate: Any = signer.signing_cert
    # Many tokens have no mechanism that both digests and signs with an elliptic key.
    elliptic = certificate.public_key.algorithm == "ec"
    return PKCS11Signer(session, signing_cert=certificate, key_label=token.key, use_raw_mechanism=elliptic)


def _check_signature(signer: Signer, signature: bytes, data: bytes) -> None:
    """A key that is not the certificate's would give a document that nobody can trust. ``SigningError``."""
    certificate: Any = signer.signing_cert
    key = load_der_x509_certificate(certificate.dump()).public_key()
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, data, PKCS1v15(), SHA256())
        elif isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, data, ECDSA(SHA256()))
        else:
            raise SigningError("The certificate's key should be RSA or an elliptic curve.")
    except InvalidSignature as error:
        raise SigningError("The key is not the certificate's.") from error


def prove_key(signer: Signer) -> None:
    """Signs something with the key and tests it with the certificate. Raises ``SigningError``."""
    data = b"S3-portalen"
    signature = outside_event_loop(lambda: asyncio.run(signer.async_sign_raw(data, DIGEST)))
    _check_signature(signer, signature, data)


def key_from_token(token: Token, *, certificate: Path) -> Signer:
    """``certificate``: PEM with the seal's certificate first and its issuers after it.

    Raises ``ImproperlyConfigured`` when that cannot be read. The token itself is asked at the first seal.
    """
    try:
        own, *issuers = load_certs_from_pemder([str(certificate)])
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"Sigillets certifikat {certificate.name} går inte att läsa: {error}"
        ) from error
    store: Any = SimpleCertificateStore
    registry = store.from_certs([own, *issuers])
    return TokenSigner(token, signing_cert=own, cert_registry=registry)
