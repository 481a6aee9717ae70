"""/handlaggning/: where the region's own people land."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from s3portal.accounts.models import User
from s3portal.diary.rules import may_see_cases
from s3portal.home import staff_queries


@require_safe
def staff_start(request: HttpRequest) -> HttpResponse:
    if not may_see_cases(request.user):
        raise PermissionDenied
    user = cast(User, request.user)
    return render(request, "home/staff_start.html", {"start": staff_queries.staff_start(user)})
