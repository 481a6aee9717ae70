"""The project bank."""

from django.db.models import QuerySet

from applications.models import Project


def published_projects(text: str) -> QuerySet[Project]:
    projects = Project.objects.published()
    if text:
        projects = projects.search(text)
    return projects.order_by("-starts_on", "title", "pk").defer("search")
