"""The answers while there is nothing to read: the PDF is being made, or what is secret is not masked yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from decisions.models import Decision

SECONDS = 60


def pdf_pending(request: HttpRequest, decision: Decision) -> HttpResponse:
    """503 with the time to try again: what is imported gets its PDF from a worker a little later."""
    response = render(request, "decisions/public_pdf_pending.html", {"decision": decision}, status=503)
    response.headers["Retry-After"] = str(SECONDS)
    return response


def withheld(request: HttpRequest, meeting_pk: int, heading: str, text: str) -> HttpResponse:
    """403 to a member who may read it once what is secret has been taken out."""
    context = {"meeting_pk": meeting_pk, "heading": heading, "text": text}
    return render(request, "decisions/committee_not_masked.html", context, status=403)
