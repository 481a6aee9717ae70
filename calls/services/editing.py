"""Writing a call: what officers type becomes rows, and what is already public changes only in the open."""

from dataclasses import replace

from django.db import transaction
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.text import slugify

from calls import promises
from calls.changes import Change, changes_between
from calls.consistency import require_basis, require_in_order, require_one_strategy
from calls.content import COLUMNS, CallContent, content_of
from calls.enums import CallAction, CallStatus
from calls.models import Call
from calls.rules import require_call_editor
from calls.services.parts import set_areas, set_contacts
from calls.services.publishing import note_change
from calls.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_datetime, format_day, in_stockholm
from s3portal.common.upsert import validate
from s3portal.outbox.services import cancel_queued

LONGEST_SLUG = 120


class CallConflict(Conflict):
    """Somebody saved the call after the page was opened. Nothing of this was stored.

    ``changes``: what would differ between the stored and the typed, as sentences."""

    def __init__(self, call: Call, changes: list[Change]) -> None:
        self.call, self.changes = call, changes
        last = Event.objects.about(call._meta.label_lower, call.pk).first()
        who = "Någon annan" if last is None else last.actor_label
        moment = in_stockholm(timezone.now() if last is None else last.at)
        super().__init__(
            f"{who} ändrade utlysningen den {format_day(moment.date())} kl. {moment:%H.%M.%S}, efter att du "
            "öppnade sidan."
        )


def lock_call(pk: int) -> Call:
    """The call, locked until the end of the transaction. Every service that changes a call or what belongs to
    it begins here, so that two of them never work on the same call at once. Raises Call.DoesNotExist."""
    return Call.objects.select_for_update(of=("self",)).get(pk=pk)


def require_unreceived(call: Call) -> None:
    """Raises Refusal once an application has come in: all who apply to one call answer the same questions and
    are judged by the same criteria."""
    if call.first_received_at is not None:
        raise Refusal(
            f"Utlysningen fick sin första ansökan {format_datetime(call.first_received_at)}. Därefter går "
            "frågorna, bilagorna och kriterierna inte att ändra, eftersom alla ska söka på samma villkor."
        )


def require_version(call: Call, expected: int, content: CallContent) -> None:
    """Raises CallConflict when the page was opened before the latest save."""
    if call.version != expected:
        raise CallConflict(call, changes_between(content_of(call), content))


@transaction.atomic
def create_call(*, actor: User | None, content: CallContent) -> Call:
    """A new draft. Raises Refusal for what does not agree, and for an address that is taken."""
    require_call_editor(actor)
    _require_agreement(content)
    call = Call(slug=_slug(content), **{name: getattr(content, name) for name in COLUMNS})
    _set_planned(call, content)
    validate(call, exclude=["summary", "text"])
    call.save(force_insert=True)
    set_areas(call, content.areas)
    set_contacts(call, content.contacts)
    record_event(actor=actor, action="call_created", obj=call, text=f"Utlysning upprättad: {call}")
    return call


@transaction.atomic
def save_call(*, call_id: int, actor: User | None, expected_version: int, content: CallContent) -> Call:
    """Store what was typed on a draft or a published call; on the latter the public is told what changed.

    Raises CallConflict when somebody was first, and Refusal for what does not agree, for a concluded call,
    and for what would hurt somebody who has begun an application (``promises``)."""
    require_call_editor(actor)
    call = lock_call(call_id)
    require(call.status, CallAction.SAVE)
    require_version(call, expected_version, content)
    before = content_of(call)
    after = _with_slug(call, content)
    _require_agreement(after)
    if call.status == CallStatus.PUBLISHED:
        promises.require_kept(call, before, after, now=timezone.now())
    changes = changes_between(before, after)
    if changes:
        _store(call, after)
        _tell(call, changes, actor=actor)
    return call


def _store(call: Call, content: CallContent) -> None:
    for name in COLUMNS:
        setattr(call, name, getattr(content, name))
    call.slug = content.slug
    _set_planned(call, content)
    call.version += 1
    validate(call, exclude=["summary", "text"])
    call.save(update_fields=[*COLUMNS, "slug", "decision_timing", "decision_on", "version"])
    set_areas(call, content.areas)
    set_contacts(call, content.contacts)


def _tell(call: Call, changes: list[Change], *, actor: User | None) -> None:
    for change in changes:
        if change.public:
            note_change(call=call, field=change.field, text=change.text)
    if call.status == CallStatus.PUBLISHED and any(change.field == "closes_at" for change in changes):
        # What waits in the outbox speaks of the old deadline; the next round makes the reminders anew.
        cancel_queued(obj=call, actor=actor)
    record_event(
        actor=actor,
        action="call_updated",
        obj=call,
        text=f"Utlysning ändrad: {call}",
        data={"changes": [change.text for change in changes], "fields": [change.field for change in changes]},
    )


@transaction.atomic
def delete_draft(*, call_id: int, actor: User | None) -> str:
    """Remove a draft with all that belongs to it; its title is given back. Raises Refusal when it has been
    published, and when meetings are about it."""
    require_call_editor(actor)
    call = lock_call(call_id)
    require_deletable(call)
    record_event(
        actor=actor, action="call_deleted", obj=call, text=f"Utkast till utlysning borttaget: {call}"
    )
    # A condition points at another question, which would hold on to it.
    call.questions.update(shown_if=None, shown_if_answer="")
    title = call.title
    call.delete()
    return title


def require_deletable(call: Call) -> None:
    """Raises Refusal for a call that has been published, and for one that meetings are about."""
    require(call.status, CallAction.DELETE)
    if call.meetings.exists():
        raise Refusal("Det finns möten om utlysningen. Ta bort dem eller koppla loss dem först.")


def _require_agreement(content: CallContent) -> None:
    require_in_order(
        opens_at=content.opens_at,
        closes_at=content.closes_at,
        min_amount=content.min_amount,
        max_amount=content.max_amount,
        earliest_start=content.earliest_start,
        latest_end=content.latest_end,
    )
    require_basis(content.legal_basis, opens_at=content.opens_at, max_aid_percent=content.max_aid_percent)
    require_one_strategy(content.areas)


def _set_planned(call: Call, content: CallContent) -> None:
    call.decision_timing, call.decision_on = content.planned.timing, content.planned.on


# --- The address --------------------------------------------------------------------------------------
def _with_slug(call: Call, content: CallContent) -> CallContent:
    """The content with the address that holds: a published one stands, since people have linked to it."""
    if call.status != CallStatus.DRAFT:
        return replace(content, slug=call.slug)
    return replace(content, slug=_slug(content, call=call))


def _slug(content: CallContent, *, call: Call | None = None) -> str:
    """The typed address, or a free one made from the title. Raises Refusal for one that is taken."""
    if content.slug:
        if not _is_free(content.slug, call):
            raise Refusal("En annan utlysning har den adressen. Välj en annan.", field="slug")
        return content.slug
    return free_slug(content.title, call=call)


def free_slug(title: str, *, call: Call | None = None) -> str:
    """An address from the words of ``title``, numbered when it is taken: "innovationskluster-2"."""
    base = slugify(title)[: LONGEST_SLUG - 5].strip("-") or "utlysning"
    number, slug = 1, base
    while not _is_free(slug, call):
        number += 1
        slug = f"{base}-{number}"
    return slug


def _is_free(slug: str, call: Call | None) -> bool:
    others = Call.objects.filter(slug=slug)
    if call is not None:
        others = others.exclude(pk=call.pk)
    if others.exists():
        return False
    # Nor may it hide a page of the portal's own beside the calls.
    return resolve(reverse("calls:call_detail", args=[slug])).url_name == "call_detail"
