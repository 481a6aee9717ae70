"""The standard phrases that drafts are made from: kept by registrars and administrators."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import rules
from decisions.enums import DecisionKind, PhraseSection
from decisions.models import StandardPhrase
from decisions.phrase_forms import ExampleForm, NewPhraseForm, PhraseForm
from decisions.phrase_queries import bases_of, basis_names, phrases_by_kind, source_in_case, wordings
from decisions.phrases import EXAMPLE, PLACEHOLDERS, fill, values_of
from decisions.services import phrasing
from decisions.views.delegation import typed_in
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Conflict, Refusal

PER_PAGE = 20


@requires(rules.may_keep_phrases)
@require_safe
def phrase_list(request: LoggedInRequest) -> HttpResponse:
    return render(request, "decisions/phrase_list.html", {"kinds": phrases_by_kind()})


@requires(rules.may_keep_phrases)
@require_safe
def phrase_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    phrase = get_object_or_404(StandardPhrase.objects.select_related("retired_by"), pk=pk)
    form, values, number = ExampleForm(request.GET), EXAMPLE, ""
    if form.is_valid() and form.cleaned_data["diarienummer"]:
        try:
            source = source_in_case(form.cleaned_data["diarienummer"], request.user)
        except Refusal as refusal:
            form.add_error("diarienummer", refusal.message)
        else:
            values, number = values_of(source), source.case_number
    found = wordings(phrase)
    context = {
        "phrase": phrase,
        "bases": bases_of(phrase, basis_names()),
        "form": form,
        "number": number,
        "text": found[0].version.text,
        "preview": fill(found[0].version.text, values),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "decisions/phrase_detail.html", context)


def _form_page(
    request: LoggedInRequest, form: PhraseForm, *, phrase: StandardPhrase | None, preview: str = ""
) -> HttpResponse:
    context = {"form": form, "phrase": phrase, "preview": preview, "placeholders": PLACEHOLDERS}
    status = 422 if form.errors else 200
    return render(request, "decisions/phrase_form.html", context, status=status)


def _sent(request: LoggedInRequest, form: PhraseForm, step: Callable[[], Any]) -> bool:
    """Whether it was stored; a refusal is put beside its field."""
    if request.method != "POST" or not form.is_valid() or "visa" in request.POST:
        return False
    try:
        step()
    except Refusal as refusal:
        if isinstance(refusal, Conflict):
            form.show_latest()
        form.add_error(refusal.field, refusal.message)
        return False
    return True


def _preview(request: LoggedInRequest, form: PhraseForm) -> str:
    """What is typed, filled with the example, for who asks to see it before it is stored."""
    asked = "visa" in request.POST and form.is_valid()
    return fill(form.cleaned_data["text"], EXAMPLE) if asked else ""


@requires(rules.may_keep_phrases)
@require_http_methods(["GET", "HEAD", "POST"])
def phrase_new(request: LoggedInRequest) -> HttpResponse:
    form, made = NewPhraseForm(typed_in(request)), []

    def create() -> None:
        kind, section = DecisionKind(form.cleaned_data["kind"]), PhraseSection(form.cleaned_data["section"])
        made.append(
            phrasing.create_phrase(actor=request.user, kind=kind, section=section, data=form.data_typed())
        )

    if _sent(request, form, create):
        messages.success(request, "Frasen är inlagd.")
        return redirect("decisions:phrase_detail", pk=made[0].pk)
    return _form_page(request, form, phrase=None, preview=_preview(request, form))


@requires(rules.may_keep_phrases)
@require_http_methods(["GET", "HEAD", "POST"])
def phrase_edit(request: LoggedInRequest, pk: int) -> HttpResponse:
    phrase = get_object_or_404(StandardPhrase, pk=pk)
    form = PhraseForm(typed_in(request), phrase=phrase)
    if _sent(
        request,
        form,
        lambda: phrasing.change_phrase(
            actor=request.user,
            phrase_id=pk,
            expected_revision=form.seen_revision(),
            data=form.data_typed(),
        ),
    ):
        messages.success(request, "Frasen är sparad. Utkast och beslut som finns behåller sin text.")
        return redirect("decisions:phrase_detail", pk=pk)
    return _form_page(request, form, phrase=phrase, preview=_preview(request, form))


@requires(rules.may_keep_phrases)
@require_POST
def phrase_retire(request: LoggedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(StandardPhrase, pk=pk)
    phrasing.retire_phrase(actor=request.user, phrase_id=pk)
    messages.success(request, "Frasen är tagen ur bruk.")
    return redirect("decisions:phrase_detail", pk=pk)


@requires(rules.may_keep_phrases)
@require_POST
def phrase_bring_back(request: LoggedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(StandardPhrase, pk=pk)
    phrasing.bring_back_phrase(actor=request.user, phrase_id=pk)
    messages.success(request, "Frasen är i bruk igen.")
    return redirect("decisions:phrase_detail", pk=pk)
