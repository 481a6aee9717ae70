"""Subscribing by mail without an account: ask, confirm from the mail, change, end."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from calls.forms.following import EVERYTHING, SOME_AREAS, FollowForm, SubscribeForm
from calls.models import StrengthArea, Subscription
from calls.services.subscribing import (
    Wish,
    ask_to_subscribe,
    change_subscription,
    confirm_subscription,
    end_subscription,
    read_wish,
)
from s3portal.common.errors import Refusal
from s3portal.common.text import normalize_text
from s3portal.common.visitors import may_send


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    area = StrengthArea.objects.filter(slug=normalize_text(request.GET.get("omrade", ""))).first()
    initial = {"follow": SOME_AREAS, "areas": [area.pk]} if area else {}
    form = SubscribeForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            email = form.cleaned_data["email"]
            wish = Wish(email, form.everything, tuple(area.pk for area in form.chosen_areas))
            if may_send(request, form, action="visitor_subscribe", key=email):
                ask_to_subscribe(wish=wish)
                return redirect("calls:subscribe_sent")
            status = 429
    return render(request, "calls/subscribe.html", {"form": form}, status=status)


@login_not_required
@require_safe
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "calls/subscribe_sent.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscription_confirm(request: HttpRequest, signed: str) -> HttpResponse:
    """The link of the mail. Programs that look through mail open links, so it takes a button to begin."""
    wish = read_wish(signed)
    if wish is None or not (wish.everything or wish.areas()):
        return render(request, "calls/subscribe_link_old.html", status=404)
    if request.method == "POST":
        subscription = confirm_subscription(wish=wish)
        messages.success(request, "Prenumerationen har börjat.")
        return redirect(subscription.manage_path)
    return render(request, "calls/subscribe_confirm.html", {"wish": wish, "areas": wish.areas()})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, token: UUID) -> HttpResponse:
    """What is followed, for who has the link of the mails."""
    found = Subscription.objects.prefetch_related("areas").filter(token=token).first()
    if found is None:
        return _gone(request)
    followed = list(found.areas.all())
    initial = {"follow": EVERYTHING if found.everything else SOME_AREAS, "areas": followed}
    form = FollowForm(request.POST or None, initial=initial, followed=followed)
    if request.method == "POST" and form.is_valid():
        try:
            change_subscription(token=token, everything=form.everything, areas=form.chosen_areas)
        except Subscription.DoesNotExist:
            return _gone(request)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Ändringen är sparad.")
            return redirect(found.manage_path)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "subscription": found}
    return render(request, "calls/subscribe_manage.html", context, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "calls/subscribe_gone.html", status=404)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: UUID) -> HttpResponse:
    """One POST ends it, from the button or from the reader's mail program, which has no cookie and knows
    no CSRF token (RFC 8058). The secret in the address is what gives the right; ending twice is fine."""
    if request.method == "POST":
        end_subscription(token=token)
        return render(request, "calls/subscribe_ended.html")
    found = Subscription.objects.prefetch_related("areas").filter(token=token).first()
    if found is None:
        return _gone(request)
    return render(request, "calls/subscribe_end.html", {"subscription": found})
