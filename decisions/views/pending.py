"""The answer while a decision's PDF is being made."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from decisions.models import Decision

SECONDS = 60


def pdf_pending(request: HttpRequest, decision: Decision) -> HttpResponse:
    """503 with the time to try again: what is imported gets its PDF from a worker a little later."""
    response = render(request, "decisions/public_pdf_pending.html", {"decision": decision}, status=503)
    response.headers["Retry-After"] = str(SECONDS)
    return response
