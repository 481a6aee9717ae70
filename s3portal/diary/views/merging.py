"""A case that was opened twice is merged with the other one, and taken apart again."""

from django.http import Http404, HttpResponse

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.diary import rules, services
from s3portal.diary.endings import matters_of
from s3portal.diary.keeping_forms import MergeForm, ReasonForm
from s3portal.diary.merging import merger_of
from s3portal.diary.models import Case
from s3portal.diary.views.keeping import Page, ask, asks_first, done, read_or_send, typed

MERGE = Page(
    "Sammanför med ett annat ärende",
    "Sammanför ärendena",
    "du sammanför ärendena",
    "Gör det när samma ärende har öppnats två gånger. Det här avslutas med en hänvisning till det som "
    "finns kvar. Båda numren och alla handlingar står kvar i diariet. Handlingarna visas också i det andra "
    "ärendet.",
)
UNDO = Page(
    "Upphäv sammanföringen",
    "Upphäv sammanföringen",
    "du upphäver sammanföringen",
    "Ärendet öppnas igen och står för sig självt. Att det har varit sammanfört finns kvar i historiken.",
)


@requires(rules.may_correct)
@read_or_send
@asks_first
def case_merge(request: LoggedInRequest, case: Case) -> HttpResponse:
    form = MergeForm(typed(request))

    def step() -> HttpResponse:
        into: Case = form.cleaned_data["other"]
        services.merge_case(
            actor=request.user, case_id=case.pk, into_id=into.pk, reason=form.cleaned_data["reason"]
        )
        return done(request, into, f"{case} är avslutat och sammanfört med {into}.")

    return ask(request, form, MERGE, step, case, matters=matters_of(case))


@requires(rules.may_correct)
@read_or_send
@asks_first
def case_unmerge(request: LoggedInRequest, case: Case) -> HttpResponse:
    merger = merger_of(case)
    if merger is None:
        raise Http404("Ärendet är inte sammanfört med något annat.")
    form = ReasonForm(typed(request))

    def step() -> HttpResponse:
        services.undo_merger(actor=request.user, merger_id=merger.pk, **form.cleaned_data)
        return done(request, case, f"{case} är öppet igen och står för sig självt.")

    return ask(request, form, UNDO, step, case, warning=f"{merger}.")
