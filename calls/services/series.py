"""Series: one invitation with several slots, made and published together."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.text import slugify

from calls.enums import MeetingStatus
from calls.meeting_content import MeetingContent, publishing_problems
from calls.models import Meeting, MeetingSeries
from calls.rules import require_meeting_arranger
from calls.services.meetings import create_meeting, delete_locked, publish_locked
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.leftovers import find_leftovers


@transaction.atomic
def create_series(*, title: str, text: str, slots: Sequence[MeetingContent], actor: User) -> MeetingSeries:
    """An invitation and a draft of each of its meetings. Raises Refusal without a meeting."""
    require_meeting_arranger(actor)
    if not slots:
        raise Refusal("Fyll i minst ett möte.")
    series = MeetingSeries.objects.create(slug=_free_slug(title), title=title, text=text)
    record_event(
        actor=actor,
        action="series_created",
        obj=series,
        text=f"Mötesserie upplagd: {series}, {len(slots)} möten",
    )
    for slot in slots:
        create_meeting(content=replace(slot, series=series), actor=actor)
    return series


@transaction.atomic
def change_series(
    *, series_id: int, title: str, text: str, seen: tuple[str, str], actor: User
) -> MeetingSeries:
    """Write the invitation. ``seen`` is its title and text as the officer opened them: Conflict when somebody
    else has saved since. The address never changes, since it has been sent out."""
    require_meeting_arranger(actor)
    series = _locked(series_id)
    if (series.title, series.text) != seen:
        raise Conflict("Någon annan har ändrat inbjudan efter att du öppnade sidan.")
    if series.meetings.public().exists():
        _require_finished(title, text)
    series.title, series.text = title, text
    series.save(update_fields=["title", "text"])
    record_event(actor=actor, action="series_changed", obj=series, text=f"Mötesserie ändrad: {series}")
    return series


@transaction.atomic
def publish_series(*, series_id: int, actor: User) -> list[Meeting]:
    """Publish every draft in the series, or none. Raises Refusal with the first thing that is missing and
    where."""
    require_meeting_arranger(actor)
    series = _locked(series_id)
    _require_finished(series.title, series.text)
    drafts = list(
        Meeting.objects.select_for_update(of=("self",))
        .select_related("call", "area", "series")
        .filter(series=series, status=MeetingStatus.DRAFT)
        .order_by("pk")
    )
    if not drafts:
        raise Refusal("Det finns inga utkast att publicera i serien.")
    for meeting in drafts:
        problems = publishing_problems(meeting)
        if problems:
            raise Refusal(f"{meeting.title}: {problems[0].text}")
        publish_locked(meeting, actor=actor)
    return drafts


@transaction.atomic
def delete_series(*, series_id: int, actor: User) -> None:
    """Take away a series of drafts. Raises Refusal when a meeting in it has been published."""
    require_meeting_arranger(actor)
    # The meetings first, as those do who register.
    meetings = list(Meeting.objects.select_for_update(of=("self",)).filter(series=series_id).order_by("pk"))
    series = MeetingSeries.objects.select_for_update(of=("self",)).get(pk=series_id)
    if any(meeting.status != MeetingStatus.DRAFT for meeting in meetings) or series.registrations.exists():
        raise Refusal("Möten i serien är publicerade. Ställ in dem i stället.")
    for meeting in meetings:
        delete_locked(meeting, actor=actor)
    record_event(actor=actor, action="series_deleted", obj=series, text=f"Mötesserie borttagen: {series}")
    series.delete()


def _locked(series_id: int) -> MeetingSeries:
    """Locked against other officers. Not against a registration that refers to the series: who registers has
    locked its meetings already, and the two would wait for each other."""
    return MeetingSeries.objects.select_for_update(of=("self",), no_key=True).get(pk=series_id)


def _require_finished(title: str, text: str) -> None:
    for field, written in (("title", title), ("text", text)):
        for leftover in find_leftovers(written):
            raise Refusal(f"{leftover.reason} ”{leftover.text}”", field=field)


def _free_slug(title: str) -> str:
    """An address nobody has; the unique constraint catches two who make the same at once."""
    base = slugify(title)[:100].strip("-") or "motesserie"
    taken = set(MeetingSeries.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
