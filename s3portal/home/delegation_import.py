"""Taking in a delegation order from a file. Here, where both the format and the domain are in sight."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from decisions.rules import may_write_delegation
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.upsert import Outcome
from s3portal.exchange.services import Summary, import_file
from s3portal.exchange.tree import MAX_BYTES, BadFile, Problem

KINDS = ("committees", "delegation_orders")


class DelegationFileForm(forms.Form):
    show_optional = False
    file = forms.FileField(
        label=_("Fil"),
        help_text=_("YAML, som den beskrivs i docs/import.md: nämnder och delegationsordningar."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        error_messages={"required": _("Välj en fil."), "empty": _("Filen är tom.")},
    )
    dry_run = forms.BooleanField(label=_("Pröva bara, spara ingenting"), required=False)


@requires(may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_import(request: LoggedInRequest) -> HttpResponse:
    """All of the file or nothing; what is wrong is told with its line and field."""
    form = DelegationFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        dry_run = form.cleaned_data["dry_run"]
        # One byte more than fits is enough for the reader to refuse it.
        content = form.cleaned_data["file"].read(MAX_BYTES + 1)
        try:
            summary = import_file(content, actor=request.user, dry_run=dry_run, only=KINDS)
        except BadFile as bad:
            problems = bad.problems
        else:
            messages.success(request, _told(summary, dry_run=dry_run))
            return redirect("home:delegation_import" if dry_run else "decisions:delegation_list")
    status = 422 if problems or form.errors else 200
    context = {"form": form, "problems": problems}
    return render(request, "home/delegation_import.html", context, status=status)


def _told(summary: Summary, *, dry_run: bool) -> str:
    new, changed, same = (summary.total(one) for one in Outcome)
    counts = f"{new} nya, {changed} ändrade, {same} oförändrade"
    return f"Filen går att läsa in: {counts}. Inget är sparat." if dry_run else f"Inläst: {counts}."
