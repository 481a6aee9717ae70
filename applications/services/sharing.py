"""Sharing a case, keeping notes about it, and saving one's own views of the work list."""

from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.impartiality import require_declared
from applications.models import Application, CoHandler, InternalNote, SavedView
from applications.rules import may_handle, may_take_part
from applications.services.handling import MAY_NOT_HANDLE, NOT_AN_OFFICER, assign_officer, lock_received
from applications.services.several import with_each
from applications.services.writing import PRESSED_TWICE
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal

MOST_VIEWS: Final = 20
NOT_YOURS: Final = "Bara den som skrev anteckningen kan ändra eller ta bort den."


@transaction.atomic
def assign_many(*, application_ids: Sequence[int], actor: User, officer: User) -> int:
    """Give several cases to one officer, all or none. Returns how many.

    Raises Refusal with the number of the case that stands in the way."""
    return with_each(
        application_ids,
        lambda pk: assign_officer(application_id=pk, actor=actor, officer=officer),
        undone="Ingen av de valda är tilldelad.",
    )


@transaction.atomic
def add_co_handler(*, application_id: int, actor: User, officer: User) -> CoHandler:
    """Let another officer share the case. Raises Refusal for who is none or has declared jäv."""
    application = _received(application_id, actor)
    if not officer.has_role(Role.OFFICER) or not officer.is_active:
        raise Refusal(NOT_AN_OFFICER, field="officer")
    if not may_take_part(officer, application):
        raise Refusal(f"{officer} har anmält jäv i ärendet.", field="officer")
    shared, created = CoHandler.objects.get_or_create(
        application=application, officer=officer, defaults={"added_by": actor}
    )
    if created:
        record_event(
            actor=actor, action="co_handler_added", obj=application, text=f"Medhandläggare: {officer}"
        )
    return shared


@transaction.atomic
def remove_co_handler(*, application_id: int, actor: User, officer: User) -> None:
    """Who does not share the case is left as they are. Raises Refusal for who is no officer."""
    application = _received(application_id, actor)
    removed, _per_model = CoHandler.objects.filter(application=application, officer=officer).delete()
    if removed:
        record_event(
            actor=actor,
            action="co_handler_removed",
            obj=application,
            text=f"Inte längre medhandläggare: {officer}",
        )


# --- Notes ------------------------------------------------------------------------------------------------
@transaction.atomic
def write_note(*, application_id: int, actor: User, text: str) -> InternalNote:
    """Keep a note of one's own; the same words again at once are the same button pressed twice.

    Who has not answered the question of jäv, or has declared it, may not."""
    application = _received(application_id, actor)
    require_declared(actor, application)
    if not text.strip():
        raise Refusal("Skriv något.", field="text")
    last = application.notes.filter(author=actor).order_by("-pk").first()
    if last is not None and last.text == text and timezone.now() - last.written_at < PRESSED_TWICE:
        return last
    note = InternalNote.objects.create(application=application, author=actor, text=text)
    record_event(actor=actor, action="note_written", obj=application, text="Intern anteckning skriven")
    return note


@transaction.atomic
def change_note(*, note_id: int, actor: User, text: str) -> InternalNote:
    """Put one's own note right. Raises Refusal as ``write_note``, and for another's."""
    note = _own_note(note_id, actor)
    if not text.strip():
        raise Refusal("Skriv något.", field="text")
    note.text, note.changed_at = text, timezone.now()
    note.save(update_fields=["text", "changed_at"])
    record_event(actor=actor, action="note_changed", obj=note.application, text="Intern anteckning ändrad")
    return note


@transaction.atomic
def remove_note(*, note_id: int, actor: User) -> None:
    """Throw one's own note away. Raises Refusal as ``change_note``."""
    note = _own_note(note_id, actor)
    record_event(actor=actor, action="note_removed", obj=note.application, text="Intern anteckning borttagen")
    note.delete()


def _own_note(note_id: int, actor: User) -> InternalNote:
    note = InternalNote.objects.select_related("application").select_for_update(of=("self",)).get(pk=note_id)
    if note.author_id != actor.pk:
        raise Refusal(NOT_YOURS)
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    require_declared(actor, note.application)
    return note


# --- Saved views ------------------------------------------------------------------------------------------
@transaction.atomic
def save_view(*, actor: User, name: str, query: str) -> SavedView:
    """Keep the list as it is filtered now under a name of one's own. The same name anew replaces it."""
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    if not name.strip():
        raise Refusal("Ge vyn ett namn.", field="name")
    others = SavedView.objects.filter(officer=actor).exclude(name=name)
    if others.count() >= MOST_VIEWS:
        raise Refusal(f"Du har redan {MOST_VIEWS} sparade vyer. Ta bort någon först.", field="name")
    try:
        with transaction.atomic():
            return SavedView.objects.update_or_create(officer=actor, name=name, defaults={"query": query})[0]
    except IntegrityError as error:
        raise Refusal("Vyn kunde inte sparas. Försök igen.", field="name") from error


@transaction.atomic
def remove_view(*, view_id: int, actor: User) -> None:
    """Of one's own views; another's stays. No event: it is nobody else's business how a list is filtered."""
    SavedView.objects.filter(pk=view_id, officer=actor).delete()


def _received(application_id: int, actor: User) -> Application:
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    return lock_received(application_id)
