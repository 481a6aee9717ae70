"""What an open page of the form asks every so often: who else is here?"""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from applications import rules
from applications.checks import Step
from applications.presence import note_here, others_here
from applications.views.loading import my_application
from s3portal.accounts.http import LoggedInRequest


@require_POST
def here(request: LoggedInRequest, pk: int, step: Step) -> HttpResponse:
    """Notes that the person is here. The answer is empty while nobody has come or gone, so that a screen
    reader does not say the same thing over and over."""
    application = my_application(request, pk)
    if not rules.may_write(request.user, application):
        raise PermissionDenied
    note_here(application, step, request.user)
    names = " och ".join(others_here(application, step, request.user))
    if names == request.POST.get("har", ""):
        return HttpResponse(status=204)
    return render(request, "applications/_presence.html", {"names": names})
