"""/namnd/<sammanträde>/<anmälan>/: one decision on a member's list, and the way to the next."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import asked, queries
from decisions.changes import ties_of
from decisions.finality import finality_of
from decisions.member_forms import AskForm, ListForm, moment_in
from decisions.member_queries import Walk, choices_of, walk_from
from decisions.member_text import MemberText, member_text
from decisions.models import Decision, DecisionDocument, DecisionReport, MaskedDocument, MemberQuestion
from decisions.models.question import LONGEST_QUESTION
from decisions.services.asking import ask_about_decision, refuse_asking
from decisions.services.reading import mark_read, mark_unread, note_opened
from decisions.views.committee import committee_member
from decisions.views.pending import pdf_pending, withheld
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day


def _report(request: HttpRequest, pk: int, report_pk: int) -> DecisionReport:
    user = cast(User, request.user)
    reports = DecisionReport.objects.of_member(user).read_by(user).in_order()
    return get_object_or_404(
        reports.select_related("decision__case", "meeting__committee"), pk=report_pk, meeting_id=pk
    )


# --- Reading ----------------------------------------------------------------------------------------------
@committee_member
@require_safe
def report_detail(request: LoggedInRequest, pk: int, report_pk: int) -> HttpResponse:
    """The decision as members read it, with its questions. That it was opened is noted by ``note_opened``,
    the one write of this GET."""
    report = _report(request, pk, report_pk)
    decision = Decision.objects.with_parts().get(pk=report.decision_id)
    text = member_text(decision)
    form = ListForm(request.GET, choices=choices_of(report.meeting))
    moment = moment_in(request.GET)
    wanted = form.wanted(moment)
    walk = walk_from(report, request.user, wanted)
    # A decision outside what was asked for stands in the whole list, and so do those around it.
    way = form.way(moment, cut=walk.inside)
    context = {
        "report": report,
        "decision": decision,
        "meeting": report.meeting,
        "meeting_day": format_day(report.meeting.day),
        "text": text,
        "article": text.article(level=2) if text.is_open else "",
        "way": way,
        "list_address": reverse("decisions:committee_meeting", args=[pk])
        + (form.address() if walk.inside else ""),
        "walk": walk,
        "is_cut": walk.inside and (wanted.cuts or wanted.read is not None),
        **_around(walk, pk, way),
        "ties": ties_of([decision.pk])[decision.pk],
        "final": finality_of(decision, today=timezone.localdate()),
        **_questions(request.user, report, text),
    }
    if text.is_open:
        note_opened(report=report, reader=request.user)
    return render(request, "decisions/committee_report.html", context)


def _around(walk: Walk, meeting_pk: int, way: str) -> dict[str, str]:
    """The addresses of the decisions before and after, at the links that lead on from there."""
    keys = {"previous": walk.previous, "next": walk.next, "next_unread": walk.next_unread}
    return {name: "" if key is None else _on(meeting_pk, key, way) for name, key in keys.items()}


def _on(meeting_pk: int, report_pk: int, way: str) -> str:
    return f"{reverse('decisions:committee_report', args=[meeting_pk, report_pk])}{way}#bladdra"


def _questions(user: User, report: DecisionReport, text: MemberText) -> dict[str, object]:
    """What has been asked and answered, without the words that are secret. A member's own question is shown
    to her as she wrote it, so that nobody learns by asking which words are."""
    shown = [
        {
            "question": one,
            "text": one.text if one.asked_by_id == user.pk else text.hide(one.text),
            "answers": [(answer, text.hide(answer.text)) for answer in one.answers.all()],
        }
        for one in asked.about(text.decision, committee_id=report.meeting.committee_id)
    ]
    refusal = ""
    try:
        refuse_asking(text, user)
    except Refusal as refused:
        refusal = refused.message
    return {"questions": shown, "may_not_ask": refusal, "ask_form": AskForm(), "longest": LONGEST_QUESTION}


@committee_member
@require_safe
def report_pdf(request: HttpRequest, pk: int, report_pk: int) -> HttpResponse:
    """Opens the decision, or its masked version when something in it is secret. That it was opened is noted
    by ``note_opened``, the one write of this GET."""
    report = _report(request, pk, report_pk)
    text = member_text(Decision.objects.with_parts().get(pk=report.decision_id))
    document: DecisionDocument | MaskedDocument | None
    if not text.is_open:
        return withheld(
            request,
            pk,
            "Beslutet är inte maskat än",
            f"Något i {report.decision.case} är märkt som hemligt. När en handläggare eller registrator "
            "har gjort en maskad version kan du läsa beslutet här.",
        )
    document = text.masked or queries.document_of(report.decision)
    if document is None:
        return pdf_pending(request, report.decision)
    response = cast(HttpResponse, frozen_response(document.file))
    note_opened(report=report, reader=cast(User, request.user))
    return response


@committee_member
@require_POST
def report_mark(request: HttpRequest, pk: int, report_pk: int) -> HttpResponse:
    """Back to the list as it was cut: what cuts it is in this address too."""
    report = _report(request, pk, report_pk)
    user = cast(User, request.user)
    if request.POST.get("read") == "1":
        mark_read(report=report, reader=user)
        messages.success(request, f"{report.decision.case} är markerat som läst.")
    else:
        mark_unread(report=report, reader=user)
        messages.success(request, f"{report.decision.case} är markerat som oläst.")
    form = ListForm(request.GET, choices=choices_of(report.meeting))
    return redirect(f"{reverse('decisions:committee_meeting', args=[pk])}{form.address()}")


# --- Asking -----------------------------------------------------------------------------------------------
@committee_member
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: LoggedInRequest, pk: int, report_pk: int) -> HttpResponse:
    """The form by itself: where what was typed is shown again when it was not sent."""
    report = _report(request, pk, report_pk)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = AskForm(typed)
    if request.method == "POST" and form.is_valid():
        try:
            ask_about_decision(report_id=report.pk, actor=request.user, text=form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Frågan är skickad. Du får ett mejl när den har fått svar.")
            return _to_questions(request, report)
    context = {
        "report": report,
        "meeting": report.meeting,
        "meeting_day": format_day(report.meeting.day),
        "ask_form": form,
        "longest": LONGEST_QUESTION,
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/committee_ask.html", context, status=status)


def _to_questions(request: HttpRequest, report: DecisionReport) -> HttpResponse:
    """Back to the decision, on the same way through the list."""
    address = reverse("decisions:committee_report", args=[report.meeting_id, report.pk])
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(f"{address}{query}#fragor")


@committee_member
@require_safe
def question(request: LoggedInRequest, question_pk: int) -> HttpResponse:
    """Where a mail leads: to the decision on the list that it is on today."""
    found = MemberQuestion.objects.of_member(request.user).select_related("decision__report")
    report = get_object_or_404(found, pk=question_pk).decision.report
    address = reverse("decisions:committee_report", args=[report.meeting_id, report.pk])
    return redirect(f"{address}#fraga-{question_pk}")
