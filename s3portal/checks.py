"""Deploy checks: what may stand open on one's own machine must not reach production.

Run with ``manage.py check --deploy --database default --fail-level WARNING``.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.apps.config import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - as Django calls it
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pyhanko.sign.general import SigningError

from s3portal.audit.chain import stalled_since
from s3portal.common.context_processors import TRIAL_PASSWORD
from s3portal.common.pdf import Seal
from s3portal.common.pdf.keys import prove_key

_SEAL_HINT: Final = (
    "Ange SEAL_PKCS12 (sökväg) och SEAL_PASSWORD till regionens certifikat för e-stämpel, "
    "eller SEAL_PKCS11_… och SEAL_CERTIFICATE för en nyckel i en säkerhetsmodul."
)
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
    """The region's own key and certificate for seals are there, belong together and are valid today."""
    if not (settings.SEAL_PKCS12 or settings.SEAL_PKCS11_MODULE):
        return [Error("Certifikatet som stämplar besluten saknas.", hint=_SEAL_HINT, id="s3.E005")]
    try:
        signer = Seal.from_settings().signer
    except ImproperlyConfigured as problem:
        return [Error(str(problem), hint=_SEAL_HINT, id="s3.E006")]
    certificate: Any = signer.signing_cert
    if not certificate.not_valid_before <= timezone.now() <= certificate.not_valid_after:
        return [
            Error(
                "Certifikatet som stämplar besluten gäller inte i dag: "
                f"{certificate.not_valid_before:%Y-%m-%d}–{certificate.not_valid_after:%Y-%m-%d}.",
                hint=_SEAL_HINT,
                id="s3.E007",
            )
        ]
    try:
        prove_key(signer)
    except SigningError as problem:
        return [
            Error(f"Nyckeln som stämplar besluten fungerar inte: {problem}", hint=_SEAL_HINT, id="s3.E009")
        ]
    return []


@register(Tags.security, Tags.database, deploy=True)
def audit_chain(
    app_configs: Configs, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """New events get their places in the chain. Asks the database, so only with ``--database``."""
    since = stalled_since() if databases else None
    if since is None:
        return []
    return [
        Warning(
            f"Händelseloggens kedja har inte fyllts på sedan {timezone.localtime(since):%Y-%m-%d %H:%M}.",
            hint="Se efter att Celery beat och en arbetare går: de kör s3portal.audit.tasks.seal_events.",
            id="s3.W001",
        )
    ]


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
