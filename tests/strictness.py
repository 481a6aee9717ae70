"""What makes a careless test fail: an undefined template variable, a connection out of the machine."""

import ipaddress
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.template.base import Node

OWN_TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


class UndefinedTemplateVariable(Exception):
    pass


class RefuseUndefined(str):
    """Django's ``string_if_invalid``: refuses when the template is one of ours.

    Templates of Django and of libraries lean on undefined variables being empty, and are let be.
    """

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: Any) -> str:
        origin = _template_being_rendered(sys._getframe(1))
        if origin is not None and OWN_TEMPLATES in Path(origin).parents:
            raise UndefinedTemplateVariable(f"{variable!s} is not defined in {origin}")
        return ""

    def __bool__(self) -> bool:
        return True


def _template_being_rendered(frame: FrameType | None) -> str | None:
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin.name)
        frame = frame.f_back
    return None


class OutsideConnection(Exception):
    pass


def keep_inside(monkeypatch: Any) -> None:
    """No connection leaves the machine: only unix sockets and the loopback may be reached."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(address: Any) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise OutsideConnection(f"a test tried to reach {address[0]}:{address[1]}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)


def _is_loopback(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
