"""Who has opened what applicants sent: for the registrar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from applications.models import Application
from s3portal.accounts.models import User
from s3portal.audit.models import Event
from s3portal.common.swedish import STOCKHOLM
from s3portal.diary.models import Case

#: What an opening is called in the trail: of the application's own pages and files, and of a case's files.
OPENED: Final = ("application_opened", "file_opened")
APPLICATION: Final = Application._meta.label_lower
CASE: Final = Case._meta.label_lower


@dataclass(frozen=True)
class Opening:
    """``case``: None when the row it was about is gone."""

    event: Event
    case: Case | None
    application: Application | None


def openings(wanted: Mapping[str, Any]) -> QuerySet[Event]:
    """The latest first, of one case, one person, from a day to a day (both inclusive, Swedish calendar)."""
    found = Event.objects.filter(action__in=OPENED)
    case = wanted.get("case")
    if case is not None:
        applications = Application.objects.filter(case=case).values("pk")
        found = found.filter(
            Q(object_type=APPLICATION, object_id__in=applications) | Q(object_type=CASE, object_id=case.pk)
        )
    if wanted.get("person") is not None:
        found = found.filter(actor_id=wanted["person"].pk)
    if wanted.get("first") is not None:
        found = found.filter(at__gte=datetime.combine(wanted["first"], time.min, STOCKHOLM))
    if wanted.get("last") is not None:
        found = found.filter(at__lt=datetime.combine(wanted["last"] + timedelta(days=1), time.min, STOCKHOLM))
    return found.order_by("-at", "-pk")


def with_cases(events: Sequence[Event]) -> list[Opening]:
    """The events of a page with what they are about: two queries."""
    applications = Application.objects.select_related("case", "organisation").in_bulk(
        [event.object_id for event in events if event.object_type == APPLICATION]
    )
    cases = Case.objects.in_bulk([event.object_id for event in events if event.object_type == CASE])
    opened = []
    for event in events:
        application = applications.get(event.object_id) if event.object_type == APPLICATION else None
        case = cases.get(event.object_id) if event.object_type == CASE else None
        opened.append(Opening(event, case or (application.case if application else None), application))
    return opened


def people_who_open() -> QuerySet[User]:
    """The region's own people, by name."""
    return User.objects.filter(staff_roles__isnull=False).distinct().order_by("full_name", "pk")
