"""Addresses of one page with an autosaved form, for the tests of static/js/portal.js only."""

from urllib.parse import quote

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.template import RequestContext, Template
from django.urls import include, path

#: What the next autosave is answered with, set by the test.
answer: dict[str, object] = {}
received: list[str] = []

PAGE = """{% extends "layouts/applicant.html" %}{% load crispy_forms_tags %}
{% block title %}Utkast{% endblock %}
{% block content %}<div class="s3-wrap"><h1>Utkast</h1>{% include "components/saved.html" %}
<form method="post" data-autosave hx-post="/spara/" hx-trigger="change" hx-target="#yta" novalidate>
{% csrf_token %}{% include "components/error_summary.html" with form=form only %}{{ form|crispy }}
<button type="submit">Skicka</button></form><div id="yta">orörd</div>
</div>{% endblock %}"""


class Draft(forms.Form):
    title = forms.CharField(label="Rubrik")


@login_not_required
def draft(request):
    form = Draft(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect("/klar/")
    return HttpResponse(Template(PAGE).render(RequestContext(request, {"form": form})))


@login_not_required
def save(request):
    received.append(request.POST["title"])
    if answer.get("redirect"):
        return HttpResponseRedirect("/konto/login/?next=/utkast/")
    response = HttpResponse("utbytt", status=int(str(answer.get("status", 200))))
    if answer.get("words"):
        response["HX-S3-Message"] = quote(str(answer["words"]))
    return response


@login_not_required
def done(request):
    return HttpResponse("<!doctype html><html lang=sv><title>Klar</title><h1>Klar</h1>")


urlpatterns = [
    path("utkast/", draft),
    path("spara/", save),
    path("klar/", done),
    path("", include("s3portal.urls")),
]
