"""/mina-ansokningar/<ansökan>/beslut/<beslut>/: the applicant's own decision, in full, behind the login."""

from typing import cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications.views.loading import my_application
from decisions.changes import ties_of
from decisions.document import decision_html
from decisions.expedition_queries import sent_to_parties
from decisions.finality import finality_of
from decisions.models import Decision, DecisionDocument
from decisions.queries import document_of
from decisions.services.dispatch_steps import note_opened
from s3portal.accounts.http import LoggedInRequest
from s3portal.common.downloads import frozen_response


def _sent_decision(request: LoggedInRequest, pk: int, decision_pk: int) -> Decision:
    """On an application of the person's organisation, and sent out: until then the region may still be about
    to tell everybody at the same time. Strangers get 404.

    The party reads all of it, whatever is secret to others (OSL 10:3 st. 2)."""
    application = my_application(request, pk)
    found = Decision.objects.signed().filter(application=application, expedition__isnull=False)
    decision = found.with_parts().filter(pk=decision_pk).first()
    if decision is None:
        raise Http404("Beslutet finns inte, eller har inte skickats till er än.")
    return decision


@require_safe
def decision_detail(request: LoggedInRequest, pk: int, decision_pk: int) -> HttpResponse:
    decision = _sent_decision(request, pk, decision_pk)
    context = {
        "application": decision.application,
        "decision": decision,
        "article": decision_html(decision, level=1),
        "document": document_of(decision),
        "sent": sent_to_parties([decision.pk])[decision.pk],
        "receipts": [one for one in decision.receipts.all() if _is_own(decision, one.party)],
        "ties": ties_of([decision.pk])[decision.pk],
        "final": finality_of(decision, today=timezone.localdate()),
    }
    _note_opened(request, decision)
    return render(request, "decisions/party_decision.html", context)


@require_safe
def decision_pdf(request: LoggedInRequest, pk: int, decision_pk: int) -> HttpResponse:
    decision = _sent_decision(request, pk, decision_pk)
    # Nothing is sent out without it.
    document = DecisionDocument.objects.select_related("file").get(decision=decision)
    _note_opened(request, decision)
    return cast(HttpResponse, frozen_response(document.file))


def _note_opened(request: LoggedInRequest, decision: Decision) -> None:
    if request.method == "GET":
        note_opened(decision=decision, user=request.user)


def _is_own(decision: Decision, party: str) -> bool:
    """Another party's day is theirs."""
    own = "" if decision.application is None else decision.application.organisation.name
    return party.casefold() == own.casefold()
