"""The electronic seal (PAdES) on a rendered document."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, Signer
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
from s3portal.common.pdf.keys import DIGEST, Token, key_from_file, key_from_token
from s3portal.common.pdf.loops import outside_event_loop
from s3portal.common.pdf.trial_seal import ROOT_FILE, TRIAL_SEAL_PASSWORD, make_trial_seal

FIELD_NAME = "Sigill"
ARCHIVE_FIELD_NAME = "Arkivstämpel"
_ARCHIVE_DESCRIPTION = "Arkivstämpel: tidsstämpel för sigillet"
# Raised when the time stamp service or the certificates' issuers do not confirm what they should.
UNCONFIRMED = (TimestampRequestError, ValidationError, PathError)


class SealingFailed(Refusal):
    """The document could not be sealed; nothing was changed."""


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
        """With a key in a PKCS#12 file. Raises ``ImproperlyConfigured``; see ``key_from_file``."""
        return cls.made_with(key_from_file(path, password=password), tsa_url=tsa_url, roots=roots)

    @classmethod
    def made_with(cls, signer: Signer, *, tsa_url: str = "", roots: Sequence[Path] = ()) -> Seal:
        """B-LTA when both ``tsa_url`` and ``roots`` (the seal's and the service's) are given."""
        if not tsa_url:
            return cls(signer=signer)
        evidence = partial(_fetched_evidence, tuple(roots)) if roots else None
        return cls(signer=signer, timestamper=HTTPTimeStamper(tsa_url), evidence=evidence)

    @classmethod
    def from_settings(cls) -> Seal:
        """The seal that the settings SEAL_… say, with a key in a token or in a file; else the trial's own."""
        roots = tuple(Path(root) for root in settings.SEAL_ROOTS)
        if settings.SEAL_PKCS11_MODULE:
            return _cached_token(
                token_in_settings(), Path(settings.SEAL_CERTIFICATE), settings.SEAL_TSA_URL, roots
            )
        if settings.SEAL_PKCS12:
            return _cached(Path(settings.SEAL_PKCS12), settings.SEAL_PASSWORD, settings.SEAL_TSA_URL, roots)
        if settings.S3_TRIAL:
            return _cached(make_trial_seal(_trial_directory()), TRIAL_SEAL_PASSWORD, "", ())
        raise ImproperlyConfigured("SEAL_PKCS12 saknas: utan sigill kan inga beslut undertecknas.")


def token_in_settings() -> Token:
    return Token(
        module=Path(settings.SEAL_PKCS11_MODULE),
        label=settings.SEAL_PKCS11_TOKEN,
        key=settings.SEAL_PKCS11_KEY,
        pin=settings.SEAL_PKCS11_PIN,
    )


@lru_cache(maxsize=4)
def _cached(path: Path, password: str, tsa_url: str, roots: tuple[Path, ...]) -> Seal:
    # Opening the PKCS#12 file is slow on purpose (it stretches the password); once per process is enough.
    return Seal.load(path, password=password, tsa_url=tsa_url, roots=roots)


@lru_cache(maxsize=4)
def _cached_token(token: Token, certificate: Path, tsa_url: str, roots: tuple[Path, ...]) -> Seal:
    # One session for each process: a token has few of them.
    return Seal.made_with(key_from_token(token, certificate=certificate), tsa_url=tsa_url, roots=roots)


def _fetched_evidence(roots: tuple[Path, ...]) -> ValidationContext:
    """Asks the issuers whether the certificates are revoked; without an answer there is no seal."""
    return ValidationContext(trust_roots=load_roots(roots), allow_fetching=True, revocation_mode="require")


def _trial_directory() -> Path:
    return Path(settings.VAR_DIR) / "seal"


def seal_roots() -> tuple[Path, ...]:
    """The root certificates (PEM) that our own seals are tested against: SEAL_ROOTS, else the trial's."""
    if settings.SEAL_ROOTS:
        return tuple(Path(root) for root in settings.SEAL_ROOTS)
    if settings.S3_TRIAL and not (settings.SEAL_PKCS12 or settings.SEAL_PKCS11_MODULE):
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
    except (PdfError, SigningError, KeyError, *UNCONFIRMED) as error:
        # pyHanko wraps some of what went wrong with the certificate in an error of its own.
        if isinstance(error, UNCONFIRMED) or isinstance(error.__cause__, UNCONFIRMED):
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
        md_algorithm=DIGEST,
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
        DIGEST,
        validation_context=evidence(),
        dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
    )
    return bytes(stamped.getvalue())
