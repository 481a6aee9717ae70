"""Response headers of the whole portal, and what is too large to be received at all."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from s3portal.common.errors import Refusal
from s3portal.common.models import ScanStatus
from s3portal.common.quarantine import FileHeld
from s3portal.common.uploads import megabytes

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PermissionsPolicyMiddleware:
    """The portal never needs a camera, a place or a microphone; say so to the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class HeldFileMiddleware:
    """Tells whoever asks for a file in quarantine how it stands, wherever in the portal they ask."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FileHeld):
            return None
        waits = exception.status == ScanStatus.WAITING
        context = {"message": exception.message, "waits": waits}
        return render(request, "file_held.html", context, status=409 if waits else 410)


class HugeBodyMiddleware:
    """Turns away what says itself to be larger than the largest file, before a byte of it is read.

    Stands before everything that reads the body, the check of the form's token among them."""

    #: Room for the other fields of a form that carries a file.
    FIELDS = 1024 * 1024

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = settings.MAX_UPLOAD_BYTES
        if length.isascii() and length.isdigit() and int(length) > most + self.FIELDS:
            page = render_to_string("413.html", {"most": megabytes(most), "region": settings.REGION})
            return HttpResponse(page, status=413)
        return self.get_response(request)


class RefusalMiddleware:
    """Says a refusal that no view has told: somebody lost their role, or was second, between the page and the
    button. Views show what they expect beside its field; this is so that the rest is never a failure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        return render(request, "refused.html", {"refused": exception.message}, status=409)


class HeadWritesNothingMiddleware:
    """Answers a HEAD as the page is answered, and undoes what the page notes about who reads it: nobody has
    read anything (docs/adr/0002). Stands last, so that the session, which others write, is not undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        with transaction.atomic():
            response = self.get_response(request)
            transaction.set_rollback(True)
        return response
