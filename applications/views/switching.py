"""Who belongs to several organisations chooses which one to see. The choice is kept in the session."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from applications import queries
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.models import Organisation

CHOSEN = "organisation"


def chosen_organisation(
    request: LoggedInRequest, organisations: Sequence[Organisation]
) -> Organisation | None:
    """The one that was chosen, while the person belongs to it and to others too; else None, for all."""
    if len(organisations) < 2:
        return None
    number = request.session.get(CHOSEN)
    return next((one for one in organisations if one.pk == number), None)


@require_POST
def choose(request: LoggedInRequest) -> HttpResponse:
    """An organisation that is not one's own, or none, means all."""
    wanted = request.POST.get(CHOSEN, "")
    mine = {str(one.pk): one.pk for one in queries.organisations_of(request.user)}
    if wanted in mine:
        request.session[CHOSEN] = mine[wanted]
    else:
        request.session.pop(CHOSEN, None)
    return redirect("applications:my_list")
