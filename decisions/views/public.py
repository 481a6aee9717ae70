"""/beslut/: the published decisions, each as the document it is."""

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from decisions import queries
from decisions.changes import ties_of
from decisions.committee_forms import DecisionSearchForm
from decisions.finality import finality_of
from decisions.masking import public_html
from decisions.models import Decision
from decisions.views.pending import pdf_pending
from s3portal.common.downloads import frozen_response

PER_PAGE = 20


@login_not_required
@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    form = DecisionSearchForm(request.GET)
    found = Decision.objects.none()
    if form.is_valid():
        found = queries.published_decisions(text=form.cleaned_data["q"], year=form.cleaned_data["year"])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    filtered = any(request.GET.get(name) for name in form.fields)
    return render(request, "decisions/public_list.html", {"page": page, "form": form, "filtered": filtered})


def _published(slug: str) -> Decision:
    """The published decision of an address, in any case of letters. Others do not exist for the public."""
    decision = queries.published_by_slug(slug)
    if decision is None:
        raise Http404("Beslutet finns inte bland de publicerade.")
    return decision


@login_not_required
@require_safe
def decision_detail(request: HttpRequest, slug: str) -> HttpResponse:
    decision = _published(slug)
    if decision.slug != slug:
        return redirect("decisions:public_detail", slug=decision.slug, permanent=True)
    masked = decision.publication.masked
    context = {
        "decision": decision,
        "masked": masked,
        "article": public_html(decision, level=1),
        "ties": ties_of([decision.pk])[decision.pk],
        "document": masked or queries.document_of(decision),
        "report": queries.report_of(decision),
        "final": finality_of(decision, today=timezone.localdate()),
    }
    return render(request, "decisions/public_detail.html", context)


@login_not_required
@require_safe
def decision_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    decision = _published(slug)
    if decision.slug != slug:
        return redirect("decisions:public_pdf", slug=decision.slug, permanent=True)
    document = decision.publication.masked or queries.document_of(decision)
    if document is None:
        return pdf_pending(request, decision)
    return cast(HttpResponse, frozen_response(document.file))
