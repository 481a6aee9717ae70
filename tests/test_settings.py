"""Production's settings stop the start with the name of what is missing."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import RequestFactory

from s3portal.accounts.adapter import AccountAdapter
from tests.conftest import DECIDED_HERE, ROOT

WHOLE = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "long-and-random",
    "S3_TRIAL": "False",
    "DJANGO_SETTINGS_MODULE": "s3portal.settings",
}


def start(**changed: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {*DECIDED_HERE, *WHOLE}}
    command = (
        "from django.conf import settings as s; "
        "print(s.S3_TRIAL, s.STAFF_SECOND_FACTOR, s.SECURE_SSL_REDIRECT, s.ALLAUTH_TRUSTED_PROXY_COUNT)"
    )
    return subprocess.run(
        [sys.executable, "-c", command],
        env=clean | WHOLE | changed,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_whole_settings_start() -> None:
    started = start()
    assert started.stdout.split() == ["False", "True", "True", "1"], started.stderr


def test_login_attempts_are_counted_by_the_address_that_the_proxy_saw(settings: Any) -> None:
    request = RequestFactory().post("/konto/login/", headers={"x-forwarded-for": "192.0.2.66, 198.51.100.7"})
    for proxies, address in ((0, "127.0.0.1"), (1, "198.51.100.7")):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        assert AccountAdapter().get_client_ip(request) == address


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"])
def test_what_is_missing_is_named(name: str) -> None:
    started = start(**{name: ""})
    assert started.returncode == 1
    assert f"ImproperlyConfigured: Miljövariabeln {name} saknas. Se .env.example." in started.stderr


def test_another_database_is_refused() -> None:
    assert "DATABASE_URL ska peka på PostgreSQL." in start(DATABASE_URL="sqlite:///db").stderr
