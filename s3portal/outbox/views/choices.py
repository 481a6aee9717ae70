"""What an address wants: through the link in a mail, without a login, or under the own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from s3portal.accounts.http import LoggedInRequest
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.forms import ChoicesForm
from s3portal.outbox.links import LINK_HOLDS, Link, email_of, read_link
from s3portal.outbox.services.choosing import choose_mail, groups_for, mail_new_link, refused_groups

SAVED = "Dina val är sparade."


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    link = read_link(token)
    if link is None:
        raise Http404
    return _choose(request, link.email, "outbox/choices.html") if link.holds else _ended(request, link)


def _ended(request: HttpRequest, link: Link) -> HttpResponse:
    """The link is too old: a new one comes by mail, to the address that the old one was made for."""
    if request.method == "POST":
        mail_new_link(email=link.email)
        messages.success(request, "Vi har skickat en ny länk till adressen. Den kommer inom några minuter.")
        return redirect(request.path)
    context = {"days": LINK_HOLDS.days}
    return render(request, "outbox/choices_link_old.html", context, status=410)


@require_http_methods(["GET", "HEAD", "POST"])
def my_choices(request: LoggedInRequest) -> HttpResponse:
    return _choose(request, request.user.email, "outbox/my_choices.html")


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request: HttpRequest, token: str, group: str) -> HttpResponse:
    """RFC 8058: a mail program posts here, without cookies; the link itself is what shows the right, and it
    never ends. A person who follows it comes to a page with a button for the same, and nothing else."""
    email = email_of(token)
    if email is None or group not in MailGroup.values:
        raise Http404
    context = {"email": email, "group": MailGroup(group)}
    if request.method != "POST":
        return render(request, "outbox/one_click.html", context)
    choose_mail(email=email, wanted=(), among=[group])
    if "List-Unsubscribe" in request.POST:
        return HttpResponse("Avregistrerad.", content_type="text/plain; charset=utf-8")
    return render(request, "outbox/one_click.html", context | {"done": True})


def _choose(request: HttpRequest, email: str, template: str) -> HttpResponse:
    groups = groups_for(email)
    refused = refused_groups(email)
    initial = {"wanted": [group.value for group in groups if group not in refused]}
    form = ChoicesForm(request.POST or None, initial=initial, groups=groups)
    if request.method == "POST":
        # Nothing ticked is a choice too: an empty form is bound as well.
        form = ChoicesForm(request.POST, groups=groups)
        if form.is_valid():
            choose_mail(email=email, wanted=form.cleaned_data["wanted"], among=groups)
            messages.success(request, SAVED)
            return redirect(request.path)
    return render(request, template, {"form": form, "email": email}, status=422 if form.errors else 200)
