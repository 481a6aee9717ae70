"""What the registrar does with a list that fills itself: fill it now, hold back, call the meeting off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from decisions import rules
from decisions.committee_forms import CallOffForm, HoldBackForm, StrikeForm
from decisions.models import CommitteeMeeting, DecisionReport
from decisions.services.calling_off import call_off_meeting
from decisions.services.filling import fill_next_list, hold_back
from decisions.views.delegation import stored, typed_in
from decisions.views.report_list import meeting_or_404
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.swedish import format_day


@requires(rules.may_report)
@require_POST
def fill(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What the beat does every few minutes, at once."""
    meeting = meeting_or_404(pk)
    number = fill_next_list(committee_id=meeting.committee_id)
    if number:
        messages.success(request, f"{number} beslut fördes upp på nästa öppna lista.")
    else:
        messages.info(request, "Det finns inget nytt att föra upp.")
    return redirect("decisions:committee_meeting_detail", pk=pk)


@requires(rules.may_report)
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: LoggedInRequest, pk: int, report_pk: int) -> HttpResponse:
    meeting = meeting_or_404(pk)
    report = get_object_or_404(
        DecisionReport.objects.select_related("decision__case"), pk=report_pk, meeting=meeting
    )
    form = (StrikeForm if meeting.has_begun else HoldBackForm)(typed_in(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and stored(
            form,
            lambda: hold_back(report_id=report_pk, reason=form.cleaned_data["reason"], actor=request.user),
        )
    ):
        taken = "är struket från listan" if meeting.has_begun else "hålls tillbaka"
        messages.success(request, f"{report.decision.case} {taken}.")
        return redirect("decisions:committee_meeting_detail", pk=pk)
    context = {
        "form": form,
        "meeting": meeting,
        "meeting_day": format_day(meeting.day),
        **_words_of_taking_off(meeting, report),
    }
    status = 422 if form.errors else 200
    return render(request, "decisions/registrar_meeting_reason.html", context, status=status)


def _words_of_taking_off(meeting: CommitteeMeeting, report: DecisionReport) -> dict[str, str]:
    named = f"{report.decision.case}: {report.decision.open_title}. "
    if meeting.has_begun:
        return {
            "heading": "Stryk beslutet från listan",
            "intro": f"{named}Stryk det om nämnden inte fick beslutet eller sköt upp det. Det förs upp på "
            "nästa lista, och tiden att överklaga räknas först från den.",
            "button": "Stryk",
        }
    return {
        "heading": "Håll tillbaka beslutet",
        "intro": f"{named}Beslutet tas bort från listan och förs upp på nästa lista när sammanträdet har "
        "börjat. Tiden att överklaga räknas först från den listan.",
        "button": "Håll tillbaka",
    }


@requires(rules.may_arrange_meetings)
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = meeting_or_404(pk)
    form, moved = CallOffForm(typed_in(request)), []
    if (
        request.method == "POST"
        and form.is_valid()
        and stored(
            form,
            lambda: moved.append(
                call_off_meeting(meeting_id=pk, reason=form.cleaned_data["reason"], actor=request.user)
            ),
        )
    ):
        told = f" {moved[0]} beslut flyttades till nästa lista." if moved[0] else ""
        messages.success(request, f"Sammanträdet är inställt.{told}")
        return redirect("decisions:committee_meeting_detail", pk=pk)
    context = {
        "form": form,
        "meeting": meeting,
        "meeting_day": format_day(meeting.day),
        "heading": "Ställ in sammanträdet",
        "intro": "Besluten på listan flyttas till nämndens nästa sammanträde. En fastställd lista öppnas, "
        "och bilagan står kvar i diariet. Det går inte att ångra.",
        "button": "Ställ in",
    }
    status = 422 if form.errors else 200
    return render(request, "decisions/registrar_meeting_reason.html", context, status=status)
