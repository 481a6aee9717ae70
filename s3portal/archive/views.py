"""/handlaggning/arkiv/: packages for the archive are ordered, followed and fetched."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.archive import services
from s3portal.archive.forms import OrderForm
from s3portal.archive.models import ArchivePackage
from s3portal.archive.rules import may_archive
from s3portal.common.errors import Refusal
from s3portal.diary.guards import first_stop

PER_PAGE = 25


@requires(may_archive)
@require_http_methods(["GET", "HEAD", "POST"])
def packages(request: LoggedInRequest) -> HttpResponse:
    form = OrderForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        try:
            package = services.order_package(actor=request.user, **form.order())
        except Refusal as refusal:
            form.add_error("series" if refusal.field else None, refusal.message)
        else:
            messages.success(request, f"{package} är beställt. Det görs i bakgrunden.")
            return redirect("archive:packages")
    found = ArchivePackage.objects.select_related("case", "ordered_by")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "waited_for": any(one.is_waited_for for one in page)}
    return render(request, "archive/packages.html", context, status=422 if form.errors else 200)


@requires(may_archive)
@require_safe
def fetch(request: LoggedInRequest, pk: int) -> HttpResponse | FileResponse:
    """The package. That somebody has fetched it is noted: the one write of this GET."""
    package = get_object_or_404(ArchivePackage.objects.select_related("case"), pk=pk)
    if not package.is_made:
        raise Http404("Paketet finns inte att hämta.")
    place = "" if package.case is None else first_stop(request.user, package.case)
    if place:
        return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")
    try:
        stored = services.open_package(actor=request.user, package=package)
    except FileNotFoundError as gone:
        raise Http404("Paketet finns inte att hämta.") from gone
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("archive:packages")
    response = FileResponse(
        stored,
        as_attachment=True,
        filename=f"{package.name}.zip",
        content_type="application/zip",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
