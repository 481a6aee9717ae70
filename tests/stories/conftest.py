"""The trial's own people and data, for stories told in a real browser."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def demo(transactional_db: None) -> None:
    """The portal as ``make run`` shows it the first time."""
    from django.core.management import call_command

    from s3portal.trial.demo import load_demo
    from s3portal.trial.management.commands.trial import DATA_DIRECTORY

    for path in sorted(DATA_DIRECTORY.glob("*.yaml")):
        call_command("import_portal", str(path), verbosity=0)
    load_demo()


@pytest.fixture
def come_in(new_page: "Callable[[], Page]", live_server: Any) -> "Callable[[str], Page]":
    """``come_in("handlaggare")`` is that demo account, logged in at a computer of their own."""
    from s3portal.common.context_processors import TRIAL_PASSWORD

    def through_the_login_page(name: str) -> "Page":
        page = new_page()
        page.goto(f"{live_server.url}/konto/login/")
        page.get_by_label("E-postadress").fill(f"{name}@example.se")
        page.get_by_label("Lösenord").fill(TRIAL_PASSWORD)
        page.get_by_role("button", name="Logga in", exact=True).click()
        page.wait_for_url(lambda url: "/konto/login/" not in url)
        return page

    return through_the_login_page


@pytest.fixture(autouse=True)
def _database_connections_closed() -> Iterator[None]:
    yield
    from django.db import connections

    connections.close_all()
