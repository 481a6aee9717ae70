"""The electronic seal (PAdES) on a rendered document."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, Signer, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    SigDSSPlacementPreference,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from s3portal.common.errors import Refusal
from s3portal.common.pdf.certificates import load_roots
from s3portal.common.pdf.field import AppendingWriter, add_signature_field
from s3portal.common.pdf.loops import outside_event_loop
from s3portal.common.pdf.trial_seal import ROOT_FILE, TRIAL_SEAL_PASSWORD, make_trial_seal

FIELD_NAME = "Sigill"
ARCHIVE_FIELD_NAME = "Arkivstämpel"
_ARCHIVE_DESCRIPTION = "Arkivstämpel: tidsstämpel för sigillet"
_DIGEST = "sha256"
# Raised when the time stamp service or the certificates' issuers do not confirm what they should.
_UNCONFIRMED = (TimestampRequestError, ValidationError, PathError)


class SealingFailed(Refusal):
    """The document could not be sealed; nothing was changed."""


class _HeldKeySigner(Signer):
    """Keeps the opened key; pyHanko's own signer parses and proves it anew at each signature (0.1 s each)."""

    def __init__(self, key: RSAPrivateKey | EllipticCurvePrivateKey, **certificates: Any) -> None:
        super().__init__(**certificates)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != _DIGEST:
            raise SigningError(f"Only {_DIGEST} is used here, not {digest_algorithm}.")
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), SHA256())
        return self._key.sign(data, ECDSA(SHA256()))


@dataclass(frozen=True)
class Seal:
    """A certificate with its key, ready to seal with.

    The certificate alone gives PAdES B-B. With ``timestamper`` the time is proved by a time stamp service
    (B-T). With ``evidence`` too, all that is needed to test the seal when the certificate has expired lies in
    the file, under a time stamp of its own (B-LTA). ``evidence`` makes a new validation context each time.
    """

    signer: Signer
    timestamper: TimeStamper | None = None
    evidence: Callable[[], ValidationContext] | None = None

    @classmethod
    def load(cls, path: Path, *, password: str, tsa_url: str = "", roots: Sequence[Path] = ()) -> Seal:
        """B-LTA when both ``tsa_url`` and ``roots`` (the seal's and the service's) are given.

        Raises ``ImproperlyConfigured`` when the file is missing, broken or has another password.
        """
        secret = password.encode() or None
        try:
            bundle = path.read_bytes()
            key = pkcs12.load_key_and_certificates(bundle, secret)[0]
            certificates = SimpleSigner.load_pkcs12_data(bundle, other_certs=[], passphrase=secret)
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"Sigillets fil {path.name} går inte att läsa: {error}") from error
        if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
            raise ImproperlyConfigured(f"Sigillets nyckel i {path.name} ska vara RSA eller elliptisk kurva.")
        signer = _HeldKeySigner(
            key, signing_cert=certificates.signing_cert, cert_registry=certificates.cert_registry
        )
        if not tsa_url:
            return cls(signer=signer)
        evidence = partial(_fetched_evidence, tuple(roots)) if roots else None
        return cls(signer=signer, timestamper=HTTPTimeStamper(tsa_url), evidence=evidence)

    @classmethod
    def from_settings(cls) -> Seal:
        """The seal that SEAL_PKCS12, SEAL_PASSWORD, SEAL_TSA_URL and SEAL_ROOTS say; else the trial's own."""
        if settings.SEAL_PKCS12:
            roots = tuple(Path(root) for root in settings.SEAL_ROOTS)
            return _cached(Path(settings.SEAL_PKCS12), settings.SEAL_PASSWORD, settings.SEAL_TSA_URL, roots)
        if settings.S3_TRIAL:
            return _cached(make_trial_seal(_trial_directory()), TRIAL_SEAL_PASSWORD, "", ())
        raise ImproperlyConfigured("SEAL_PKCS12 saknas: utan sigill kan inga beslut undertecknas.")


@lru_cache(maxsize=4)
def _cached(path: Path, password: str, tsa_url: str, roots: tuple[Path, ...]) -> Seal:
    # Opening the PKCS#12 file is slow on purpose (it stretches the password); once per process is enough.
    return Seal.load(path, password=password, tsa_url=tsa_url, roots=roots)


def _fetched_evidence(roots: tuple[Path, ...]) -> ValidationContext:
    """Asks the issuers whether the certificates are revoked; without an answer there is no seal."""
    return ValidationContext(trust_roots=load_roots(roots), allow_fetching=True, revocation_mode="require")


def _trial_directory() -> Path:
    return Path(settings.VAR_DIR) / "seal"


def seal_roots() -> tuple[Path, ...]:
    """The root certificates (PEM) that our own seals are tested against: SEAL_ROOTS, else the trial's."""
    if settings.SEAL_ROOTS:
        return tuple(Path(root) for root in settings.SEAL_ROOTS)
    if settings.S3_TRIAL and not settings.SEAL_PKCS12:
        make_trial_seal(_trial_directory())
        return (_trial_directory() / ROOT_FILE,)
    return ()


def seal_pdf(pdf: bytes, *, signer_name: str, reason: str, location: str, seal: Seal) -> bytes:
    """The document with an invisible, certifying seal: any later change but a time stamp breaks it.

    ``signer_name`` is the person who decided; the certificate says which organisation vouches for it. The
    time is now, claimed by the seal and proved only by a time stamp service. Raises ``SealingFailed``.
    """
    metadata = _metadata(seal, signer_name=signer_name, reason=reason, location=location)
    try:
        return outside_event_loop(lambda: _sealed(pdf, metadata, seal))
    except (PdfError, SigningError, KeyError, *_UNCONFIRMED) as error:
        # pyHanko wraps some of what went wrong with the certificate in an error of its own.
        if isinstance(error, _UNCONFIRMED) or isinstance(error.__cause__, _UNCONFIRMED):
            raise SealingFailed(
                "Tidsstämpeln eller certifikatets giltighet gick inte att få bekräftad. "
                "Försök igen om en stund."
            ) from error
        raise SealingFailed("Dokumentet gick inte att försegla.") from error


def _sealed(pdf: bytes, metadata: PdfSignatureMetadata, seal: Seal) -> bytes:
    writer = AppendingWriter(io.BytesIO(pdf))
    if "/AcroForm" in writer.root:
        raise SealingFailed("Dokumentet är redan förseglat.")
    add_signature_field(writer, FIELD_NAME, description=f"Elektroniskt sigill: {metadata.name}")
    if seal.evidence is not None:
        # Both fields lie in the sealed revision, for no later one may touch the tag tree.
        add_signature_field(writer, ARCHIVE_FIELD_NAME, description=_ARCHIVE_DESCRIPTION)
    signer = PdfSigner(metadata, signer=seal.signer, timestamper=seal.timestamper)
    sealed = bytes(signer.sign_pdf(writer, existing_fields_only=True).getvalue())
    if seal.timestamper is None or seal.evidence is None:
        return sealed
    return _archive_stamped(sealed, seal.timestamper, seal.evidence)


def _metadata(seal: Seal, *, signer_name: str, reason: str, location: str) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm=_DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=signer_name,
        reason=reason,
        location=location,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=seal.evidence is not None,
        validation_context=seal.evidence() if seal.evidence else None,
        # In the sealed revision itself: pyHanko would write a later one in its own way (see AppendingWriter).
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )


def _archive_stamped(
    sealed: bytes, timestamper: TimeStamper, evidence: Callable[[], ValidationContext]
) -> bytes:
    """The sealed document with the time stamp service's own evidence and a time stamp over it all."""
    stamped = PdfTimeStamper(timestamper, field_name=ARCHIVE_FIELD_NAME).timestamp_pdf(
        AppendingWriter(io.BytesIO(sealed)),
        _DIGEST,
        validation_context=evidence(),
        dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
    )
    return bytes(stamped.getvalue())
