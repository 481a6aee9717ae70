"""The door to what an applicant sent: nobody who is asked comes in before the question of jäv is answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from applications.impartiality import Access, Recused, access_of
from applications.models import Application
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.models import User

View = Callable[..., HttpResponseBase]


def asks_first(rule: Callable[[User], bool]) -> Callable[[View], View]:
    """For views of one received application (``pk``). Those whom ``rule`` does not let in are left to the
    view's own refusal; the others answer first, or are shown out when they have declared jäv."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: LoggedInRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if rule(request.user):
                application = Application.objects.received().only("pk", "case").filter(pk=pk).first()
                if application is not None:
                    stopped = stop(request, application)
                    if stopped is not None:
                        return stopped
            return view(request, pk, *args, **kwargs)

        return checked

    return decorate


def stop(request: LoggedInRequest, application: Application) -> HttpResponseBase | None:
    """The way to the question; None for who may go on. Raises Recused, which the 403 page explains."""
    access = access_of(request.user, application)
    if access is Access.BARRED:
        raise Recused(application)
    if access is Access.ASK:
        question = reverse("applications:impartiality", args=[application.pk])
        if request.method == "POST":
            return redirect(question)
        return redirect(f"{question}?{urlencode({'next': request.get_full_path()})}")
    return None
