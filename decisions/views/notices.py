"""The registrar's notice board: what is to be posted, what stands, and taking it down."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from decisions import board, final_queries, rules
from decisions.models import BoardNotice, CommitteeMeeting, Decision, NoticeProof
from decisions.notice_forms import PostForm, TakeDownForm
from decisions.services.notices import post_decision_notice, post_minutes_notice, take_down_notice
from s3portal.accounts.http import requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal

PER_PAGE = 50


@requires(rules.may_see_board)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    page = Paginator(board.past_notices(), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = board.with_open_titles(page.object_list)
    context = {
        "missing": board.to_post(today),
        "standing": board.with_open_titles(board.standing_notices()),
        "page": page,
        "warnings": final_queries.count_warnings(today),
        "today": today,
        "may_keep": rules.may_keep_board(cast(User, request.user)),
    }
    return render(request, "decisions/notice_overview.html", context)


@requires(rules.may_keep_board)
@require_http_methods(["GET", "HEAD", "POST"])
def post_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(
        CommitteeMeeting.objects.select_related("committee").filter(approved_on__isnull=False), pk=pk
    )

    def post(kept_at: str, posted_on: Any) -> BoardNotice:
        return post_minutes_notice(
            meeting_id=pk, kept_at=kept_at, posted_elsewhere_on=posted_on, actor=cast(User, request.user)
        )

    return _post(request, post, {"meeting": meeting, "what": "Protokollet"})


@requires(rules.may_keep_board)
@require_http_methods(["GET", "HEAD", "POST"])
def post_decision(request: HttpRequest, pk: int) -> HttpResponse:
    found = Decision.objects.visible_to(cast(User, request.user)).signed().select_related("case")
    decision = get_object_or_404(found, pk=pk)

    def post(kept_at: str, posted_on: Any) -> BoardNotice:
        return post_decision_notice(
            decision_id=pk, kept_at=kept_at, posted_elsewhere_on=posted_on, actor=cast(User, request.user)
        )

    return _post(request, post, {"decision": decision, "what": "Beslutet"})


def _post(
    request: HttpRequest, post: Callable[[str, Any], BoardNotice], context: dict[str, Any]
) -> HttpResponse:
    kept = request.POST if request.method == "POST" else take_kept_text(request)
    form = PostForm(kept, what=context["what"])
    if request.method == "POST" and form.is_valid():
        try:
            notice = post(form.cleaned_data["kept_at"], form.cleaned_data["posted_on"])
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Anslaget är uppsatt.")
            return redirect("decisions:notice_detail", pk=notice.pk)
    context |= {"form": form, "today": timezone.localdate()}
    return render(request, "decisions/notice_post.html", context, status=422 if form.errors else 200)


def _notice(pk: int) -> BoardNotice:
    return get_object_or_404(
        BoardNotice.objects.with_subject().select_related("posted_by", "taken_down_by"), pk=pk
    )


@requires(rules.may_see_board)
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    notice, today = _notice(pk), timezone.localdate()
    context = {
        "notice": notice,
        "runs": not notice.time.has_run_out(today),
        "proof": NoticeProof.objects.select_related("file").filter(notice=notice).first(),
        "may_keep": rules.may_keep_board(cast(User, request.user)),
    }
    return render(request, "decisions/notice_detail.html", context)


@requires(rules.may_keep_board)
@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    notice = _notice(pk)
    early = not notice.time.has_run_out(timezone.localdate())
    kept = request.POST if request.method == "POST" else take_kept_text(request)
    form = TakeDownForm(kept, notice=notice, early=early)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            taken = take_down_notice(
                notice_id=pk,
                early_reason=wanted.get("early_reason", ""),
                taken_down_on=wanted.get("taken_down_on"),
                actor=cast(User, request.user),
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            if taken.early:
                messages.warning(request, "Anslaget är nedtaget för tidigt. Sätt upp ett nytt.")
            else:
                messages.success(request, "Anslaget är nedtaget, och beviset är registrerat.")
            return redirect("decisions:notice_detail", pk=pk)
    context = {"notice": notice, "early": early, "form": form}
    return render(request, "decisions/notice_take_down.html", context, status=422 if form.errors else 200)


@requires(rules.may_see_board)
@require_safe
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    found = NoticeProof.objects.select_related("file").filter(notice_id=pk).first()
    if found is None:
        raise Http404("Beviset finns när anslaget är nedtaget.")
    return cast(HttpResponse, frozen_response(found.file))
