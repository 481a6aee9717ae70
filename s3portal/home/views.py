"""Start pages, the site's own pages and the error pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse

from applications.impartiality import Recused, who_to_talk_to
from decisions.impartiality import DecisionRecused
from decisions.impartiality import who_to_talk_to as in_decision
from s3portal.accounts.enums import Role
from s3portal.accounts.http import LoggedInRequest
from s3portal.home.queries import landing
from s3portal.outbox.services import days_kept


def _error(request: HttpRequest, template: str, status: int) -> HttpResponse:
    return render(request, template, status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, "400.html", 400)


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, Recused):
        people = who_to_talk_to(exception.application)
        answer = reverse("applications:impartiality", args=[exception.application.pk])
        context = {"answer": answer, "people": people}
        return render(request, "applications/recused.html", context, status=403)
    if isinstance(exception, DecisionRecused):
        answer = reverse("decisions:impartiality", args=[exception.decision.pk])
        context = {"answer": answer, "people": in_decision(exception.decision)}
        return render(request, "applications/recused.html", context, status=403)
    return _error(request, "403.html", 403)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, "404.html", 404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing may be asked of the database or the session here: they may be what is broken."""
    page = loader.get_template("500.html").render({"region": settings.REGION})
    return HttpResponse(page, status=500)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(request, "403_csrf.html", 403)


@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "home/start.html", {"page": landing()})


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "home/accessibility.html")


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    kept = {
        "asker_weeks": settings.INQUIRY_ASKER_WEEKS,
        "requester_days": settings.REQUESTER_DAYS,
        "outbox_days": days_kept(),
        "meal_weeks": settings.MEAL_WISHES_WEEKS,
    }
    return render(request, "home/privacy.html", kept)


def after_login(request: LoggedInRequest) -> HttpResponse:
    """Everyone lands where their work is."""
    user = request.user
    if user.has_role(Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN):
        return redirect("home:staff_start")
    if user.has_role(Role.COMMITTEE_MEMBER):
        return redirect("decisions:committee_start")
    if user.has_role(Role.ASSESSOR):
        return redirect("applications:my_assessments")
    return redirect("applications:my_list")
