"""The deploy checks refuse what belongs to the trial."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from s3portal.checks import demo_accounts, seal_certificate, trial_settings
from s3portal.common.context_processors import TRIAL_PASSWORD
from tests import factories


def seal(path: Path, *, days: tuple[int, int] = (-1, 1), with_certificate: bool = True) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "E-stämpel")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now + timedelta(days=days[0]), now + timedelta(days=days[1])
    ).sign(key, hashes.SHA256())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"seal",
            key,
            certificate if with_certificate else None,
            None,
            serialization.BestAvailableEncryption(b"hemligt"),
        )
    )
    return str(path)


@pytest.fixture
def production(settings: Any, tmp_path: Path) -> Any:
    """Settings as they should be; each test breaks one."""
    settings.S3_TRIAL = False
    settings.SECRET_KEY = "long-and-random"
    settings.STAFF_SECOND_FACTOR = True
    settings.BASE_URL = "https://s3.example.se"
    settings.SEAL_PKCS12 = seal(tmp_path / "seal.p12")
    settings.SEAL_PASSWORD = "hemligt"
    return settings


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_production_settings_pass(production: Any) -> None:
    assert trial_settings(None) == []
    assert seal_certificate(None) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("S3_TRIAL", True, "s3.E001"),
        ("SECRET_KEY", "trial-only-not-a-secret", "s3.E002"),
        ("STAFF_SECOND_FACTOR", False, "s3.E003"),
        ("BASE_URL", "http://127.0.0.1:8000", "s3.E004"),
    ],
)
def test_each_trial_setting_is_refused(production: Any, name: str, value: object, expected: str) -> None:
    setattr(production, name, value)
    assert ids(trial_settings(None)) == [expected]


def test_the_secret_that_is_refused_is_the_one_the_settings_fall_back_to() -> None:
    from s3portal.checks import TRIAL_SECRET

    source = (Path(__file__).resolve().parents[1] / "s3portal" / "settings.py").read_text(encoding="utf-8")
    assert f'trial_value="{TRIAL_SECRET}"' in source


def test_a_missing_seal_is_refused(production: Any) -> None:
    production.SEAL_PKCS12 = ""
    assert ids(seal_certificate(None)) == ["s3.E005"]


def test_a_seal_that_cannot_be_read_is_refused(production: Any, tmp_path: Path) -> None:
    production.SEAL_PASSWORD = "fel"
    assert ids(seal_certificate(None)) == ["s3.E006"]
    production.SEAL_PKCS12 = str(tmp_path / "nowhere.p12")
    assert ids(seal_certificate(None)) == ["s3.E006"]
    (tmp_path / "text.p12").write_text("not a certificate")
    production.SEAL_PKCS12 = str(tmp_path / "text.p12")
    assert ids(seal_certificate(None)) == ["s3.E006"]


def test_a_seal_without_a_certificate_is_refused(production: Any, tmp_path: Path) -> None:
    production.SEAL_PKCS12 = seal(tmp_path / "key-only.p12", with_certificate=False)
    assert ids(seal_certificate(None)) == ["s3.E006"]


@pytest.mark.parametrize("days", [(-10, -1), (1, 10)])
def test_a_seal_outside_its_time_is_refused(production: Any, tmp_path: Path, days: tuple[int, int]) -> None:
    production.SEAL_PKCS12 = seal(tmp_path / "old.p12", days=days)
    assert ids(seal_certificate(None)) == ["s3.E007"]


@pytest.mark.django_db
def test_demo_accounts_are_refused_by_name() -> None:
    factories.make_user("sokande@example.se", password=TRIAL_PASSWORD)
    factories.make_user("admin@example.se", password="eget-och-långt-lösenord")
    factories.make_user("ledamot@example.se", password=TRIAL_PASSWORD, is_active=False)
    found = demo_accounts(None, databases=["default"])
    assert [(message.id, message.msg) for message in found] == [
        ("s3.E008", "Demokontot sokande@example.se kan logga in med det lösenord som alla känner till.")
    ]


def test_without_a_database_the_accounts_are_not_asked_for() -> None:
    assert demo_accounts(None) == []
