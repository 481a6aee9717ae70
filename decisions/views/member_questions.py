"""/handlaggning/beslut/fragor/: what the nämnd's members have asked about decisions, and the answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from decisions import asked, rules
from decisions.member_forms import AnswerForm
from decisions.models import Decision, MemberQuestion
from decisions.models.question import LONGEST_ANSWER
from decisions.secrecy import concerning
from decisions.services.asking import answer_member
from decisions.veil import lay_veils
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary.marked import marked_among
from s3portal.diary.services import log_protected_read

PER_PAGE = 20
MINE, WAITING, ANSWERED = "dina", "vantar", "besvarade"


@requires(rules.may_see_member_questions)
@require_safe
def question_list(request: LoggedInRequest) -> HttpResponse:
    lists = {
        WAITING: ("Väntar på svar", asked.all_waiting()),
        ANSWERED: ("Besvarade", asked.all_answered()),
    }
    if rules.may_answer_members(request.user):
        lists = {MINE: ("Dina att svara på", asked.waiting_for(request.user)), **lists}
    wanted = request.GET.get("visa", "")
    current = wanted if wanted in lists else next(iter(lists))
    address = reverse("decisions:member_questions")
    tabs = [
        {"label": label, "url": f"{address}?visa={key}", "count": found.count(), "current": key == current}
        for key, (label, found) in lists.items()
    ]
    page = Paginator(lists[current][1], PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    lay_veils(question.decision for question in shown)
    context = {
        "tabs": tabs,
        "current": current,
        "page": page,
        "questions": shown,
        "marked": marked_among({question.decision.case_id for question in shown}),
    }
    return render(request, "decisions/member_questions.html", context)


@requires(rules.may_see_member_questions)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: LoggedInRequest, pk: int, question_pk: int) -> HttpResponse:
    """The question with its answers, for those who read the decision; an officer answers, or adds to it. That
    somebody has read of what is marked is noted, the one write of this GET."""
    decision = get_object_or_404(Decision.objects.visible_to(request.user).signed().with_parts(), pk=pk)
    questions = MemberQuestion.objects.with_answers().select_related("committee")
    question = get_object_or_404(questions, pk=question_pk, decision=decision)
    may_answer = rules.may_answer_members(request.user) and rules.may_take_part(request.user, decision)
    if request.method == "POST" and not may_answer:
        raise PermissionDenied
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = AnswerForm(typed, initial={"seen": len(question.answers.all())})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            answer_member(question_id=question_pk, actor=request.user, **form.cleaned_data)
        except Conflict as conflict:
            # The answer that came first is on the page; who sends again has read it.
            question = get_object_or_404(questions, pk=question_pk)
            data = request.POST.copy()
            data["seen"] = str(len(question.answers.all()))
            form, status = AnswerForm(data), 409
            form.add_error(None, conflict.message)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Svaret är skickat. Alla som sitter i nämnden kan läsa det.")
            return redirect("decisions:member_questions")
    is_marked = concerning(decision).exists()
    if is_marked:
        log_protected_read(actor=request.user, case=decision.case, what=f"beslut {decision.printed_number}")
    context = {
        "decision": decision,
        "question": question,
        "answers": [(answer, answer.text) for answer in question.answers.all()],
        "form": form,
        "may_answer": may_answer,
        "is_marked": is_marked,
        "longest": LONGEST_ANSWER,
        "officers": asked.officers_for([decision])[decision.pk],
    }
    return render(request, "decisions/member_answer.html", context, status=status)
