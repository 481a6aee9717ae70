"""/handlaggning/beslut/<beslut>/mottagare/: who gets a signed decision, how, and what happens on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from decisions import rules
from decisions.enums import DispatchWay
from decisions.expedition import mail_context, mail_kind, parcel_for, reading_places
from decisions.expedition_forms import AddresseeForm, NoteSentForm, ReturnedForm, SendAgainForm
from decisions.expedition_queries import Line, expedition_page, line_of
from decisions.models import Addressee, Decision
from decisions.models.decision_queryset import DecisionQuerySet
from decisions.secrecy import Secrecy, secrecy_of
from decisions.services import addressing, dispatch_steps, expediting
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.text import read_whole

NOTHING_SENT = "Inget har skickats till mottagaren."


@dataclass(frozen=True)
class _Place:
    """The decision and, but for somebody new, the recipient that a page is about."""

    decision: Decision
    secrecy: Secrecy
    line: Line | None = None

    @property
    def after(self) -> int | None:
        """What was sent last, as the page knows it."""
        latest = None if self.line is None else self.line.latest
        return None if latest is None else latest.dispatch.pk


def _sendable(request: LoggedInRequest) -> DecisionQuerySet:
    """Signed here; others have nobody to be sent to."""
    return Decision.objects.visible_to(request.user).signed().filter(signed_elsewhere=False)


def _decision(request: LoggedInRequest, pk: int) -> Decision:
    return get_object_or_404(_sendable(request).with_parts(), pk=pk)


def _place(request: LoggedInRequest, pk: int, addressee_pk: int) -> _Place:
    decision = _decision(request, pk)
    secrecy = secrecy_of(decision)
    line = line_of(expedition_page(decision, secrecy), addressee_pk)
    if line is None:
        raise Http404("Beslutet har ingen sådan mottagare.")
    return _Place(decision, secrecy, line)


def _addressee(request: LoggedInRequest, pk: int, addressee_pk: int) -> Addressee:
    """For a button, which asks for no more than whose it is."""
    return get_object_or_404(Addressee, pk=addressee_pk, decision__in=_sendable(request).filter(pk=pk))


def _known(place: _Place) -> Line:
    if place.line is None:
        raise ValueError("the page is about somebody who is there")
    return place.line


def _back(pk: int) -> HttpResponse:
    response = redirect("decisions:officer_detail", pk=pk)
    response.headers["Location"] += "#expediering"
    return response


def _typed(request: LoggedInRequest) -> Any:
    return request.POST if request.method == "POST" else take_kept_text(request)


def _number(request: LoggedInRequest, name: str) -> int | None:
    """What the page was opened with; None for none, and for what is no number."""
    return read_whole(request.POST.get(name, ""))


def _answer(
    request: LoggedInRequest,
    place: _Place,
    form: forms.Form,
    words: dict[str, str],
    service: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Take the step that the form is for, or show the form with what is wrong beside its fields."""
    if request.method == "POST" and form.is_valid():
        try:
            service(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, words["done"])
            return _back(place.decision.pk)
    context = {
        "decision": place.decision,
        "line": place.line,
        "after": place.after,
        "form": form,
        "secret": place.secrecy.any,
        **words,
    }
    if place.line is not None and isinstance(form, AddresseeForm | SendAgainForm):
        context["preview"] = _preview(place)
    return render(request, "decisions/expedition_form.html", context, status=422 if form.errors else 200)


def _preview(place: _Place) -> SafeString | str:
    """The mail as it would be now, with what is saved; "" when none can be sent."""
    line = _known(place)
    places = reading_places(place.decision, [line.addressee.email])
    try:
        parcel = parcel_for(line.addressee, place.secrecy, places)
    except Refusal:
        return ""
    if not parcel.way.by_mail:
        return ""
    context = mail_context(place.decision, place.secrecy, parcel, line.text)
    facts = context | {"region": settings.REGION, "base_url": settings.BASE_URL}
    return render_to_string(f"mail/{mail_kind(parcel)}.txt", facts)


# --- Who gets it, and how ---------------------------------------------------------------------------------
@requires(rules.sends_out)
@require_http_methods(["GET", "HEAD", "POST"])
def addressee_new(request: LoggedInRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    place = _Place(decision, secrecy_of(decision))
    words = {
        "heading": "Lägg till mottagare",
        "lead": "Det undertecknade beslutet ändras inte. Mottagaren får det när du skickar det.",
        "submit": "Lägg till",
        "done": "Mottagaren är tillagd. Beslutet skickas när du trycker på Skicka.",
    }
    return _answer(
        request, place, AddresseeForm(_typed(request), decision=decision), words,
        lambda wanted: addressing.add_addressee(decision_id=pk, actor=request.user, **wanted),
    )  # fmt: skip


@requires(rules.sends_out)
@require_http_methods(["GET", "HEAD", "POST"])
def addressee_edit(request: LoggedInRequest, pk: int, addressee_pk: int) -> HttpResponse:
    place = _place(request, pk, addressee_pk)
    addressee = _known(place).addressee
    form = AddresseeForm(_typed(request), decision=place.decision, addressee=addressee)
    words = {
        "heading": f"Ändra {addressee.name}",
        "lead": "Det som redan har skickats ändras inte.",
        "submit": "Spara",
        "done": "Mottagaren är ändrad.",
    }
    return _answer(
        request, place, form, words,
        lambda wanted: addressing.change_addressee(
            addressee_id=addressee_pk, actor=request.user,
            expected_version=_number(request, "version") or 0, **wanted,
        ),
    )  # fmt: skip


@requires(rules.sends_out)
@require_POST
def addressee_remove(request: LoggedInRequest, pk: int, addressee_pk: int) -> HttpResponse:
    _addressee(request, pk, addressee_pk)
    took(
        request,
        lambda: addressing.remove_addressee(addressee_id=addressee_pk, actor=request.user),
        "Mottagaren är borttagen.",
    )
    return _back(pk)


# --- Sending ----------------------------------------------------------------------------------------------
@requires(rules.sends_out)
@require_POST
def send(request: LoggedInRequest, pk: int, addressee_pk: int) -> HttpResponse:
    name = _addressee(request, pk, addressee_pk).name
    took(
        request,
        lambda: expediting.send_to(addressee_id=addressee_pk, actor=request.user),
        f"Beslutet är på väg till {name}.",
    )
    return _back(pk)


@requires(rules.sends_out)
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: LoggedInRequest, pk: int, addressee_pk: int) -> HttpResponse:
    place = _place(request, pk, addressee_pk)
    if place.after is None:
        raise Http404(NOTHING_SENT)
    addressee = _known(place).addressee
    words = {
        "heading": f"Skicka igen till {addressee.name}",
        "lead": "Det som skickades förut står kvar i historiken.",
        "submit": "Skicka igen",
        "done": f"Beslutet är på väg till {addressee.name}.",
    }
    return _answer(
        request, place, SendAgainForm(_typed(request), addressee=addressee), words,
        lambda wanted: expediting.send_again(
            addressee_id=addressee_pk, actor=request.user, after=_number(request, "after") or 0, **wanted
        ),
    )  # fmt: skip


@requires(rules.sends_out)
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: LoggedInRequest, pk: int, addressee_pk: int) -> HttpResponse:
    """Note a letter, or that it was handed over."""
    place = _place(request, pk, addressee_pk)
    line = _known(place)
    again = line.latest is not None and not line.is_free
    form = NoteSentForm(_typed(request), addressee=line.addressee, again=again)
    words = {
        "heading": f"Skickat för hand till {line.addressee.name}",
        "lead": "Anteckna när du har skickat brevet eller lämnat över beslutet.",
        **_what_to_print(place),
        "submit": "Anteckna",
        "done": "Det är antecknat och registrerat i diariet.",
    }
    return _answer(
        request, place, form, words,
        lambda wanted: expediting.note_sent(
            addressee_id=addressee_pk, actor=request.user, after=_number(request, "after"), **wanted
        ),
    )  # fmt: skip


def _what_to_print(place: _Place) -> dict[str, str]:
    """The version that goes in the envelope: another than the one for the party may be the masked one."""
    decision = place.decision
    try:
        parcel = parcel_for(_known(place).addressee, place.secrecy, {}, way=DispatchWay.POST)
    except Refusal as refusal:
        return {"print_stopped": refusal.message}
    if parcel.masked:
        return {
            "print_url": reverse("decisions:mask", args=[decision.pk]),
            "print_label": "Den maskade versionen",
        }
    return {"print_url": reverse("decisions:officer_pdf", args=[decision.pk]), "print_label": "Hela beslutet"}


# --- Afterwards -------------------------------------------------------------------------------------------
@requires(rules.sends_out)
@require_http_methods(["GET", "HEAD", "POST"])
def returned(request: LoggedInRequest, pk: int, addressee_pk: int) -> HttpResponse:
    place = _place(request, pk, addressee_pk)
    line = _known(place)
    if place.after is None:
        raise Http404(NOTHING_SENT)
    words = {
        "heading": f"Kom i retur från {line.addressee.name}",
        "lead": "Anteckna att brevet eller mejlet kom tillbaka. Sedan skickar du beslutet igen.",
        "submit": "Anteckna",
        "done": "Det är antecknat. Skicka beslutet igen till rätt adress.",
    }
    return _answer(
        request, place, ReturnedForm(_typed(request)), words,
        lambda wanted: dispatch_steps.note_returned(
            addressee_id=addressee_pk, after=_number(request, "after") or 0, actor=request.user, **wanted
        ),
    )  # fmt: skip


@requires(rules.sends_out)
@require_POST
def undo(request: LoggedInRequest, pk: int, addressee_pk: int) -> HttpResponse:
    if not _addressee(request, pk, addressee_pk).dispatches.exists():
        raise Http404(NOTHING_SENT)
    after = _number(request, "after") or 0
    took(
        request,
        lambda: dispatch_steps.undo_dispatch(addressee_id=addressee_pk, after=after, actor=request.user),
        "Det är ångrat.",
    )
    return _back(pk)
