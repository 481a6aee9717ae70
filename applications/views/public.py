"""/projekt/: the project bank."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from applications import queries
from applications.forms import ProjectSearchForm
from applications.models import Project

PER_PAGE = 20


@login_not_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    form = ProjectSearchForm(request.GET or None)
    text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    page = Paginator(queries.published_projects(text), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "applications/project_list.html", {"page": page, "form": form, "text": text})


@login_not_required
@require_safe
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    project = get_object_or_404(Project.objects.published().defer("search"), slug=slug)
    sites = [Site.of(address) for address in project.websites]
    return render(request, "applications/project_detail.html", {"project": project, "sites": sites})


@dataclass(frozen=True)
class Site:
    """A website as written, with an address to follow only when it is http or https."""

    text: str
    url: str

    @classmethod
    def of(cls, written: object) -> "Site":
        text = str(written).strip()
        scheme, separator, rest = text.partition("://")
        if separator:
            return cls(rest.rstrip("/") or text, text if scheme.lower() in {"http", "https"} else "")
        # "www.smice.nu" and "facebook.com/besmice" are how people write addresses.
        plain = "." in text and ":" not in text and not any(sign.isspace() for sign in text)
        return cls(text, f"https://{text}" if plain else "")
