"""Comments beside the text of a draft: written, answered, marked as done, changed and taken back.

Every step holds the decision's row, so two who write at once come one after the other and nothing is lost.
What is written is working material, so the log tells who did what and never the words (docs/adr/0024)."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from decisions.draft_parts import PartText, parts_of
from decisions.enums import EntryKind
from decisions.models import CommentThread, Decision, DraftComment
from decisions.rules import may_read_material
from decisions.services.drafting import lock_decision, require_part
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal

#: A draft with more of these is not helped by one more.
MOST_THREADS: Final = 200
MOST_ENTRIES: Final = 100
#: Within this time a second press of the same button is the same wish.
TWICE: Final = timedelta(seconds=10)
SIGNED: Final = "Beslutet är undertecknat. Kommentarerna går att läsa men inte att ändra."
GONE: Final = "Kommentaren finns inte kvar."
NOT_YOURS: Final = "Bara den som har skrivit kommentaren kan ändra den."
ANSWERED: Final = "Någon har svarat på kommentaren, så den går inte att ändra. Skriv ett svar i stället."


@transaction.atomic
def start_thread(*, decision_id: int, actor: User, anchor: str, text: str, quote: str = "") -> CommentThread:
    """A comment on the part called ``anchor`` (``PartText.anchor``), or on the words ``quote`` in it.

    Raises Refusal when the part is gone or does not hold the words, when the decision is signed, and for who
    does not read drafts or has declared jäv. The same again within a moment is the same comment."""
    decision = _hold(decision_id, actor)
    text, quote = _written(text), " ".join(quote.split())
    part = next((one for one in parts_of(decision) if one.anchor == anchor), None)
    if part is None:
        raise Refusal("Den delen finns inte kvar i utkastet. Kommentera en annan del.")
    if quote and not part.holds(quote):
        raise Refusal(
            "Orden finns inte i texten. Kopiera dem därifrån, eller lämna fältet tomt.", field="quote"
        )
    twice = _said_just_now(decision, part, actor, text, quote)
    if twice is not None:
        return twice
    if decision.threads.count() >= MOST_THREADS:
        raise Refusal(
            f"Ett utkast har plats för {MOST_THREADS} trådar med kommentarer. Svara i en som finns."
        )
    thread = decision.threads.create(
        part=part.part,
        point_key=part.key or None,
        quote=quote,
        part_mark=part.mark,
        version=decision.version,
    )
    thread.entries.create(author=actor, text=text)
    _note(thread, actor, "draft_comment_written", "Kommenterade")
    return thread


@transaction.atomic
def reply(*, decision_id: int, thread_id: int, actor: User, text: str) -> DraftComment:
    """Answer in a thread. One that has just been marked as done is opened again, so the answer is seen."""
    decision = _hold(decision_id, actor)
    thread, text = _thread(decision, thread_id), _written(text)
    last = thread.entries.filter(kind=EntryKind.COMMENT).last()
    if last is not None and _is_twice(last, actor, text):
        return last
    if not thread.is_open:
        _turn(thread, actor, resolved=False)
    _require_room(thread)
    entry = thread.entries.create(author=actor, text=text)
    _note(thread, actor, "draft_comment_answered", "Svarade på en kommentar")
    return entry


@transaction.atomic
def set_resolved(*, decision_id: int, thread_id: int, actor: User, resolved: bool) -> CommentThread:
    """Mark a thread as done, or open it again; the thread tells who and when. Twice is once."""
    decision = _hold(decision_id, actor)
    thread = _thread(decision, thread_id)
    if thread.is_open == resolved:
        _turn(thread, actor, resolved=resolved)
        action = "draft_comment_resolved" if resolved else "draft_comment_reopened"
        _note(thread, actor, action, "Markerade som klar" if resolved else "Öppnade igen")
    return thread


@transaction.atomic
def edit_comment(*, decision_id: int, comment_id: int, actor: User, text: str) -> DraftComment:
    """Change one's own words until somebody has answered them. Raises Conflict when somebody has."""
    decision = _hold(decision_id, actor)
    comment, text = _own_comment(decision, comment_id, actor), _written(text)
    if _later(comment):
        raise Conflict(ANSWERED)
    if comment.text != text:
        comment.text, comment.edited_at = text, timezone.now()
        comment.save(update_fields=["text", "edited_at"])
        _note(comment.thread, actor, "draft_comment_edited", "Ändrade en kommentar")
    return comment


@transaction.atomic
def withdraw_comment(*, decision_id: int, comment_id: int, actor: User) -> CommentThread | None:
    """Take one's own comment back. Where somebody has answered, its place stays without the words; else it is
    gone, and its thread too when nothing else was said there (None)."""
    decision = _hold(decision_id, actor)
    comment = _own_comment(decision, comment_id, actor)
    thread = comment.thread
    _note(thread, actor, "draft_comment_withdrawn", "Tog tillbaka en kommentar")
    if _later(comment):
        comment.text, comment.withdrawn_at = "", timezone.now()
        comment.save(update_fields=["text", "withdrawn_at"])
        return thread
    comment.delete()
    if not thread.entries.filter(kind=EntryKind.COMMENT, withdrawn_at=None).exists():
        thread.delete()
        return None
    return thread


# --- Held and refused -------------------------------------------------------------------------------------
def _hold(decision_id: int, actor: User) -> Decision:
    decision = lock_decision(decision_id)
    if not may_read_material(actor):
        raise Refusal("Bara de som skriver och undertecknar beslut kommenterar utkast.")
    require_part(decision, actor)
    if decision.is_signed:
        raise Refusal(SIGNED)
    return decision


def _written(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refusal("Skriv en kommentar.", field="text")
    return text


def _thread(decision: Decision, thread_id: int) -> CommentThread:
    thread = decision.threads.filter(pk=thread_id).first()
    if thread is None:
        raise Refusal(GONE)
    return thread


def _own_comment(decision: Decision, comment_id: int, actor: User) -> DraftComment:
    comment = (
        DraftComment.objects.select_related("thread")
        .filter(pk=comment_id, thread__decision=decision, kind=EntryKind.COMMENT, withdrawn_at=None)
        .first()
    )
    if comment is None:
        raise Refusal(GONE)
    if comment.author_id != actor.pk:
        raise Refusal(NOT_YOURS)
    return comment


def _later(comment: DraftComment) -> bool:
    later = DraftComment.objects.filter(thread=comment.thread_id, kind=EntryKind.COMMENT, pk__gt=comment.pk)
    return later.exists()


def _said_just_now(
    decision: Decision, part: PartText, actor: User, text: str, quote: str
) -> CommentThread | None:
    latest = decision.threads.filter(part=part.part, point_key=part.key or None, quote=quote).last()
    first = None if latest is None else latest.entries.first()
    return latest if first is not None and _is_twice(first, actor, text) else None


def _is_twice(comment: DraftComment, actor: User, text: str) -> bool:
    same = comment.author_id == actor.pk and comment.text == text
    return same and timezone.now() - comment.at <= TWICE


def _require_room(thread: CommentThread) -> None:
    if thread.entries.count() >= MOST_ENTRIES:
        raise Refusal(f"Tråden är full: {MOST_ENTRIES} inlägg. Börja en ny kommentar.")


def _turn(thread: CommentThread, actor: User, *, resolved: bool) -> None:
    _require_room(thread)
    thread.resolved_at, thread.resolved_by = (timezone.now(), actor) if resolved else (None, None)
    thread.save(update_fields=["resolved_at", "resolved_by"])
    thread.entries.create(author=actor, kind=EntryKind.RESOLVED if resolved else EntryKind.REOPENED)


def _note(thread: CommentThread, actor: User, action: str, what: str) -> None:
    record_event(
        actor=actor,
        action=action,
        obj=thread,
        text=f"{what} i utkastet i {thread.decision.case}",
        data={"decision": thread.decision_id, "part": thread.part},
    )
