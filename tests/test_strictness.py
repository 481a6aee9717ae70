"""What makes careless tests fail does fail them."""

import socket
from pathlib import Path

import pytest
from django.template import Template
from django.template.base import Origin
from django.template.engine import Engine
from django.utils import timezone

from tests.strictness import OWN_TEMPLATES, OutsideConnection, RefuseUndefined, UndefinedTemplateVariable


def render(text: str, where: Path) -> str:
    engine = Engine(string_if_invalid=RefuseUndefined())
    template = Template(text, origin=Origin(str(where)), engine=engine)
    from django.template import Context

    return template.render(Context({"known": "här"}))


def test_an_undefined_variable_in_our_templates_fails() -> None:
    with pytest.raises(UndefinedTemplateVariable, match=r"unknown is not defined in .*start\.html"):
        render("{% if known %}{{ unknown }}{% endif %}", OWN_TEMPLATES / "home" / "start.html")


def test_what_is_defined_or_only_asked_about_passes() -> None:
    text = "{{ known }}{% if unknown %}nej{% endif %}"
    assert render(text, OWN_TEMPLATES / "home" / "start.html") == "här"


def test_templates_of_others_are_let_be(tmp_path: Path) -> None:
    assert render("[{{ unknown }}]", tmp_path / "library.html") == "[]"


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 443), ("2001:db8::1", 80, 0, 0)])
def test_no_connection_leaves_the_machine(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(OutsideConnection, match=address[0]):
        outside.connect(address)
    with socket.socket(family) as outside, pytest.raises(OutsideConnection):
        outside.connect_ex(address)


def test_the_loopback_may_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()):
            pass
        with socket.socket() as again:
            assert again.connect_ex(server.getsockname()) == 0


@pytest.mark.django_db
def test_a_naive_moment_fails() -> None:
    from tests import factories

    user = factories.make_user()
    user.date_joined = timezone.now().replace(tzinfo=None)
    with pytest.raises(RuntimeWarning, match="received a naive datetime"):
        user.save(update_fields=["date_joined"])
