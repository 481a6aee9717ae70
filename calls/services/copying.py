"""Beginning a new call from an old one."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from calls.content import COLUMNS
from calls.enums import CallStatus, DecisionTiming
from calls.models import Call, CallQuestion, LegalBasis
from calls.rules import require_call_editor
from calls.services.editing import free_slug
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.swedish import STOCKHOLM, in_stockholm

#: A copy opens a month ahead until somebody says otherwise.
OPENS_AHEAD: Final = timedelta(days=30)
_ROWS: Final = {
    "contacts": ("order", "name", "email", "phone"),
    "criteria": ("order", "title", "text", "weight", "max_score"),
    "requested_attachments": ("order", "name", "help_text", "required"),
    # Their days were the old call's.
    "milestones": ("kind", "title", "text"),
}


@transaction.atomic
def copy_call(*, call_id: int, actor: User) -> Call:
    """A draft with all that the call says, asks for and judges by, at an address of its own.

    It opens in a month, for as long as the original; the planned decision and the period are left to be
    written. The legal basis is the row of the same code that holds when it opens, if there is one."""
    require_call_editor(actor)
    # Locked, so that its documents are not deleted, and their bytes swept, before the copy refers to them.
    original = Call.objects.select_for_update(of=("self",)).select_related("legal_basis").get(pk=call_id)
    copy = _row(original)
    copy.save(force_insert=True)
    copy.areas.set(original.areas.all())
    for name, columns in _ROWS.items():
        for row in getattr(original, name).all():
            getattr(copy, name).create(**{column: getattr(row, column) for column in columns})
    _copy_questions(original, copy)
    _copy_documents(original, copy, actor=actor)
    record_event(
        actor=actor,
        action="call_created",
        obj=copy,
        text=f"Utlysning upprättad som kopia av {original}",
        data={"copied_from": original.pk},
    )
    return copy


def _row(original: Call) -> Call:
    values: dict[str, Any] = {name: getattr(original, name) for name in COLUMNS}
    values["title"] = f"{original.title} (kopia)"[:200]
    values["opens_at"], values["closes_at"] = _moments(original)
    values["earliest_start"] = values["latest_end"] = None
    values["legal_basis"] = _basis(original, values["opens_at"])
    values["internal_notes"] = ""
    return Call(
        **values,
        slug=free_slug(original.title),
        status=CallStatus.DRAFT,
        decision_timing=DecisionTiming.UNSET,
    )


def _moments(original: Call) -> tuple[datetime, datetime]:
    """From eight on a day in a month, for as many days and till the same minute as the original."""
    opened, closed = in_stockholm(original.opens_at), in_stockholm(original.closes_at)
    first = timezone.localdate() + OPENS_AHEAD
    last = first + (closed.date() - opened.date())
    # The small hours may be skipped or repeated by summer time.
    clock = closed.time() if closed.hour >= 4 else time(23, 59, 59)
    return datetime.combine(first, time(8), STOCKHOLM), datetime.combine(
        max(last, first + timedelta(days=1)), clock, STOCKHOLM
    )


def _basis(original: Call, opens_at: datetime) -> LegalBasis:
    day = in_stockholm(opens_at).date()
    found = LegalBasis.objects.filter(code=original.legal_basis.code).valid_on(day).first()
    return found or original.legal_basis


def _copy_questions(original: Call, copy: Call) -> None:
    """In order, so that the earlier question of a condition is there when the later one points at it."""
    made: dict[int, CallQuestion] = {}
    for question in original.questions.order_by("order"):
        made[question.pk] = copy.questions.create(
            order=question.order,
            label=question.label,
            help_text=question.help_text,
            kind=question.kind,
            required=question.required,
            max_length=question.max_length,
            choices=question.choices,
            shown_if=made[question.shown_if_id] if question.shown_if_id else None,
            shown_if_answer=question.shown_if_answer,
        )


def _copy_documents(original: Call, copy: Call, *, actor: User) -> None:
    """The newest version of each, as the copy's first; the bytes are the same and stored once."""
    documents = original.documents.filter(withdrawn_at__isnull=True).prefetch_related("versions")
    for order, document in enumerate(documents, start=1):
        made = copy.documents.create(order=order, title=document.title)
        newest = max(document.versions.all(), key=lambda version: version.number, default=None)
        if newest is not None:
            made.versions.create(
                number=1,
                filename=newest.filename,
                content_type=newest.content_type,
                storage_name=newest.storage_name,
                sha256=newest.sha256,
                size=newest.size,
                uploaded_by=actor,
            )
