"""Entering projects into the project bank from a file."""

from collections.abc import Sequence

from django.db import transaction

from applications.models import Project
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.swedish import Period
from s3portal.common.upsert import Outcome, upsert


@transaction.atomic
def import_project(
    *,
    actor: User | None,
    slug: str,
    title: str,
    subtitle: str,
    owner: str,
    leader: str,
    partners: str,
    budget: int | None,
    period: Period | None,
    websites: Sequence[str],
    further_reading: str,
    background: str,
    aims: str,
    activities: str,
    expected_results: str,
    in_english: str,
    published: bool,
) -> tuple[Project, Outcome]:
    """A project by its address. ``budget`` in kronor; the long texts are restricted Markdown."""
    project, outcome = upsert(
        Project,
        key={"slug": slug},
        values={
            "title": title,
            "subtitle": subtitle,
            "owner": owner,
            "leader": leader,
            "partners": partners,
            "budget": budget,
            "starts_on": period.start if period else None,
            "ends_on": period.end if period else None,
            "websites": list(websites),
            "further_reading": further_reading,
            "background": background,
            "aims": aims,
            "activities": activities,
            "expected_results": expected_results,
            "in_english": in_english,
            "published": published,
        },
    )
    if outcome is not Outcome.UNCHANGED:
        record_event(actor=actor, action=f"project_{outcome.value}", obj=project, text=f"Projekt: {project}")
    return project, outcome
