"""What happens when somebody without the right session asks for an inner page."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

KEPT = "kept_typed_text"
MAX_KEPT_CHARACTERS = 400_000
LOGGED_OUT = "Du har blivit utloggad. Logga in igen, så finns det du skrev kvar."
LOGGED_OUT_TOO_LONG = (
    "Du har blivit utloggad, och texten är för lång för att sparas här. Gå tillbaka med webbläsarens "
    "bakåtknapp och kopiera den innan du loggar in igen."
)
OTHER_TAB = (
    "Du har gjort ett annat val i en annan flik sedan den här frågan ställdes. Ingenting är gjort. Välj igen."
)
NOT_DONE = "Du blev utloggad innan det du tryckte på blev gjort. Gör det igen."


def _page_of(request: HttpRequest) -> str:
    """The page of this portal that the request came from, or nothing."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


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
        fits = len(encoded) <= MAX_KEPT_CHARACTERS
        if fits:
            request.session[KEPT] = {"path": request.path, "data": encoded, "page": _page_of(request)}
        messages.warning(request, LOGGED_OUT if fits else LOGGED_OUT_TOO_LONG)
        return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")


def take_kept_text(request: HttpRequest, path: str = "") -> QueryDict | None:
    """What this person typed into this address before they were logged out, once; None if nothing. A HEAD
    shows no page, so it takes nothing.

    ``path`` is the address of a form that is shown here and sent elsewhere."""
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != (path or request.path) or request.method == "HEAD":
        return None
    del request.session[KEPT]
    return QueryDict(kept["data"])


class ButtonAddressMiddleware:
    """Somebody opens an address that only takes what a button sends.

    That is where the login leads who was logged out before they pressed it: they go back to the page with the
    button. Everybody else gets a page that says what to do, instead of an empty one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or request.headers.get("HX-Request"):
            return response
        kept = request.session.get(KEPT)
        if kept and kept["path"] == request.path and kept.get("page"):
            # The text stays for the page; its address goes, so that nobody is sent round in a ring.
            request.session[KEPT] = kept | {"page": ""}
            messages.warning(request, NOT_DONE)
            return HttpResponseRedirect(kept["page"])
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class PrivatePagesMiddleware:
    """What a logged-in person saw is not for the next one at the same computer.

    ``no-store`` would do it, but makes the browser forget what is typed in a form when somebody goes back to
    it. So the pages are kept by that browser alone, and logging out empties its cache.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # The cookie and not the person: when the database is away this must not fail too.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if request.method == "POST" and request.path == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


class SuspendedRequestMiddleware:
    """The password carries out what its own page asked about, and nothing else.

    django-allauth keeps one request in a session while it asks again who somebody is, and plays it when the
    password is right. In two tabs the later request takes the place of the former, and the former's page
    would sign what is chosen in the other. So each page carries the mark of the request that it was shown
    for. When another has come in its place, that one is dropped: nobody has confirmed it.
    """

    PAGES = frozenset({"account_reauthenticate", "mfa_reauthenticate"})
    FIELD = "avser"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if request.resolver_match is None or request.resolver_match.view_name not in self.PAGES:
            return
        mark = _mark_of(request.session.get(STATE_SESSION_KEY))
        if mark and request.method == "POST" and request.POST.get(self.FIELD) != mark:
            del request.session[STATE_SESSION_KEY]
            messages.warning(request, OTHER_TAB)
            mark = ""
        # For the page's form.
        request.suspended = mark  # type: ignore[attr-defined]


def _mark_of(suspended: dict[str, Any] | None) -> str:
    return "" if suspended is None else sha256(json.dumps(suspended, sort_keys=True).encode()).hexdigest()


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
