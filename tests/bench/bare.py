"""The yardstick for pages: Django's own handler, without middleware, and a view that has its answer ready."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

_answer = b""


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_answer)


urlpatterns = [path("", view)]


class _Request(WSGIRequest):
    urlconf = __name__


def bare_handler() -> WSGIHandler:
    with override_settings(MIDDLEWARE=[]):
        handler = WSGIHandler()
    handler.request_class = _Request
    return handler


def answer_with(content: bytes) -> None:
    global _answer  # noqa: PLW0603 - what the view answers next
    _answer = content


def caller(handler: WSGIHandler, address: str, session: str = "") -> Callable[[], bytes]:
    """A function that sends one GET through WSGI, as a web server would, and returns the answer's bytes."""
    route, _, query = address.partition("?")
    said: list[str] = []

    def start_response(status: str, headers: list[Any], exc_info: Any = None) -> Callable[[bytes], None]:
        said.append(status)
        return lambda data: None

    def call() -> bytes:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": route,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_COOKIE": f"sessionid={session}" if session else "",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(),
        }
        said.clear()
        response = handler(environ, start_response)
        content = b"".join(response)
        response.close()
        if said != ["200 OK"]:
            raise RuntimeError(f"{address} answered {said}")
        return content

    return call
