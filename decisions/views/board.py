"""/anslagstavla/: the region's notice board, for everyone (KL 8:9–12)."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from decisions import board

PER_PAGE = 20


@login_not_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    past = request.GET.get("visa") == "tidigare"
    found = board.shown_past_notices(timezone.localdate()) if past else board.standing_notices()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = board.with_open_titles(page.object_list)
    context = {
        "page": page,
        "past": past,
        "tabs": [
            {"label": "Aktuella", "url": request.path, "count": None, "current": not past},
            {"label": "Tidigare", "url": f"{request.path}?visa=tidigare", "count": None, "current": past},
        ],
    }
    return render(request, "decisions/board_list.html", context)


@login_not_required
@require_safe
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    notice = board.public_notice(pk, today)
    if notice is None:
        raise Http404("Anslaget finns inte på anslagstavlan.")
    context = {
        "notice": notice,
        "runs": notice.is_standing and not notice.time.has_run_out(today),
        "published": hasattr(notice.decision, "publication"),
    }
    return render(request, "decisions/board_notice.html", context)
