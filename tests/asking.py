"""Asks a view as somebody, past the middleware, and tells the answer as one letter."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.messages import constants
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.exceptions import PermissionDenied
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import URLPattern, reverse

#: What each letter means, for the head of a table.
LETTERS = """\
# p page or file, s sent on, r sent on with a refusal, j sent to the question of jäv, u to put right (422),
# l asked for the password again,
# c too late or somebody else was first (409), f not allowed (403), - not there (404), . not that way (405).
"""


class Told(BaseStorage):
    """Messages as a list, for a request that goes past the middleware."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: list[Any], response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []

    def refused(self) -> bool:
        return any(message.level >= constants.ERROR for message in self._queued_messages)


@contextmanager
def answers_alone() -> Iterator[None]:
    """The answer is asked for, not the page: those are looked at elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.shortcuts.loader.render_to_string", lambda *args, **kwargs: "")
        # As Django's own test client does: an answer that is closed would close the connection.
        request_finished.disconnect(close_old_connections)
        yield
        request_finished.connect(close_old_connections)


def answer(
    name: str, pattern: URLPattern, method: str, person: Any, arguments: dict[str, Any], typed: dict[str, Any]
) -> str:
    """``name`` with its namespace."""
    address = reverse(name, kwargs=arguments)
    request: Any = getattr(RequestFactory(), method)(address, typed if method == "post" else None)
    request.user, request.session, request.htmx = person, SessionStore(), False
    request._messages = told = Told(request)
    try:
        response = pattern.callback(request, **arguments, **pattern.default_args)
    except ReauthenticationRequired:
        return "l"
    except PermissionDenied:
        return "f"
    except Http404:
        return "-"
    return letter(response, refused=told.refused())


def letter(response: HttpResponseBase, *, refused: bool) -> str:
    response.close()
    if response.status_code == 302:
        if "/jav/" in response.headers["Location"]:
            return "j"
        return "r" if refused else "s"
    return {200: "p", 204: "p", 405: ".", 409: "c", 422: "u"}[response.status_code]
