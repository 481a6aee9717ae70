"""Deploy checks: what may stand open on one's own machine must not reach production.

Run with ``manage.py check --deploy --database default --fail-level WARNING``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import pkcs12
from django.apps.config import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils import timezone

from s3portal.common.context_processors import TRIAL_PASSWORD

DEMO_DOMAIN: Final = "@example.se"
TRIAL_SECRET: Final = "trial-only-not-a-secret"  # noqa: S105 - the settings' fallback, refused below

Configs = Sequence[AppConfig] | None


@register(Tags.security, deploy=True)
def trial_settings(app_configs: Configs, **kwargs: Any) -> list[CheckMessage]:
    """No setting of the trial is left on."""
    found: list[CheckMessage] = []
    if settings.S3_TRIAL:
        found.append(
            Error(
                "S3_TRIAL är på: portalen körs som provmiljö.",
                hint="Ange DATABASE_URL och REDIS_URL, och ta bort S3_TRIAL.",
                id="s3.E001",
            )
        )
    if settings.SECRET_KEY == TRIAL_SECRET:
        found.append(
            Error("SECRET_KEY är provmiljöns.", hint="Sätt en egen, lång och slumpad.", id="s3.E002")
        )
    if not settings.STAFF_SECOND_FACTOR:
        found.append(
            Error(
                "Medarbetare kan logga in utan andra faktor.",
                hint="Ta bort STAFF_SECOND_FACTOR.",
                id="s3.E003",
            )
        )
    if not settings.BASE_URL.startswith("https://"):
        found.append(
            Error(
                f"BASE_URL är {settings.BASE_URL}: länkarna i portalens brev leder fel.",
                hint="Ange portalens adress, med https.",
                id="s3.E004",
            )
        )
    return found


@register(Tags.security, deploy=True)
def seal_certificate(app_configs: Configs, **kwargs: Any) -> list[CheckMessage]:
    """The region's own certificate for seals is there, can be opened and is valid today."""
    hint = "Ange SEAL_PKCS12 (sökväg) och SEAL_PASSWORD till regionens certifikat för e-stämpel."
    if not settings.SEAL_PKCS12:
        return [Error("Certifikatet som stämplar besluten saknas.", hint=hint, id="s3.E005")]
    try:
        _key, certificate, _chain = pkcs12.load_key_and_certificates(
            Path(settings.SEAL_PKCS12).read_bytes(), settings.SEAL_PASSWORD.encode() or None
        )
    except (OSError, ValueError) as problem:
        return [
            Error(f"Certifikatet som stämplar besluten kan inte läsas: {problem}", hint=hint, id="s3.E006")
        ]
    if certificate is None:
        return [Error("Filen i SEAL_PKCS12 innehåller inget certifikat.", hint=hint, id="s3.E006")]
    if not certificate.not_valid_before_utc <= timezone.now() <= certificate.not_valid_after_utc:
        return [
            Error(
                "Certifikatet som stämplar besluten gäller inte i dag: "
                f"{certificate.not_valid_before_utc:%Y-%m-%d}–{certificate.not_valid_after_utc:%Y-%m-%d}.",
                hint=hint,
                id="s3.E007",
            )
        ]
    return []


@register(Tags.security, Tags.database, deploy=True)
def demo_accounts(
    app_configs: Configs, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Nobody can log in with the demo password. Asks the database, so only with ``--database``."""
    if not databases:
        return []
    users = get_user_model()._default_manager.filter(email__iendswith=DEMO_DOMAIN, is_active=True)
    return [
        Error(
            f"Demokontot {user.email} kan logga in med det lösenord som alla känner till.",
            hint="Ta bort eller inaktivera kontot.",
            id="s3.E008",
        )
        for user in users.order_by("email")
        if user.check_password(TRIAL_PASSWORD)
    ]
