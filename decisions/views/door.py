"""The door to a decision on an application: until it is signed, it is as closed as the application itself."""

from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase

from applications.views.door import View, stop
from decisions.enums import DecisionStatus
from decisions.models import Decision
from s3portal.accounts.http import LoggedInRequest


def asks_first(view: View) -> View:
    """For views of one decision (``pk``): those who draft and sign answer the question of jäv in its
    application before they read a word, or are shown out when they have declared it. Those whom the decision
    is not there for are left to the view's own refusal."""

    @wraps(view)
    def checked(request: LoggedInRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        unsigned = Decision.objects.visible_to(request.user).exclude(status=DecisionStatus.SIGNED)
        decision = (
            unsigned.filter(pk=pk).select_related("application__case").only("application__case").first()
        )
        if decision is not None and decision.application is not None:
            stopped = stop(request, decision.application)
            if stopped is not None:
                return stopped
        return view(request, pk, *args, **kwargs)

    return checked
