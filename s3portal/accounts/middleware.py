"""What happens when somebody without the right session asks for an inner page."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

KEPT = "kept_typed_text"
MAX_KEPT_CHARACTERS = 400_000


class KeepTypedTextMiddleware:
    """A session that ended while somebody wrote must not cost them what they wrote.

    A POST from a person who is no longer logged in is put into the new, anonymous session and the person is
    sent to log in; the page they then come back to asks for it with ``take_kept_text`` and shows it again.
    It is only ever shown on the address it was sent to, to somebody who may see that page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if (
            request.user.is_authenticated
            or request.method != "POST"
            or not getattr(view, "login_required", True)
        ):
            return None
        if getattr(request, "htmx", None) or request.headers.get("HX-Request"):
            # The page's script tells the writer that nothing was saved; the text is still in the page.
            return HttpResponse(status=401)
        typed = request.POST.copy()
        typed.pop("csrfmiddlewaretoken", None)
        encoded = typed.urlencode()
        if len(encoded) <= MAX_KEPT_CHARACTERS:
            request.session[KEPT] = {"path": request.path, "data": encoded}
        messages.warning(
            request,
            "Du har blivit utloggad. Logga in igen, så finns det du skrev kvar.",
        )
        return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")


def take_kept_text(request: HttpRequest) -> QueryDict | None:
    """What this person typed into this address before they were logged out, once; None if nothing."""
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[KEPT]
    return QueryDict(kept["data"])


class StaffSecondFactorMiddleware:
    """The region's own people reach the inner pages only when they have set up a second factor."""

    OPEN = ("/konto/", "/static/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            settings.STAFF_SECOND_FACTOR
            and user.is_authenticated
            and not request.path.startswith(self.OPEN)
            and user.works_for_region
            and not is_mfa_enabled(user)
        ):
            messages.warning(
                request, "Lägg till en andra faktor innan du fortsätter. Det krävs för medarbetare."
            )
            return redirect("mfa_index")
        return self.get_response(request)
