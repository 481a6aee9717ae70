"""A new draft with what stands in an application that is there: for another call, or to take its place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction

from applications.enums import ApplicationAction, ApplicationStatus, AttachmentKind
from applications.models import (
    Activity,
    Answer,
    Application,
    ApplicationArea,
    Attachment,
    BudgetAmount,
    BudgetLine,
    DeMinimisAid,
    Financing,
    Indicator,
    OtherAid,
    Partner,
    TradeSecret,
)
from applications.parts import question_key
from applications.services.door import require_open
from applications.services.drafting import MAY_NOT_WRITE, note_start
from applications.transitions import require
from calls.models import Call, CallQuestion
from s3portal.accounts.models import Organisation, User
from s3portal.accounts.rules import may_write_for
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.quarantine import read_states

#: What belongs to one application alone. Every other field goes along, new ones too.
ITS_OWN: Final = frozenset(
    {
        "id", "call", "organisation", "status", "version", "created_by", "created_at", "updated_by",
        "updated_at", "submitted_by", "submitted_at", "case", "record", "total_cost", "granted_amount",
        "replaces", "discarded_at", "unused_warned_at", "answering", "content_record",
    }
)  # fmt: skip
#: What another call sets anew: its own dates, and a consent that is given for each application.
OF_ONE_CALL: Final = frozenset({"starts_on", "ends_on", "publication_consent"})
#: The rows of a draft that go along, each with the way to its application; those that others point to come
#: before them.
CHILDREN: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (ApplicationArea, "application"),
    (Partner, "application"),
    (Activity, "application"),
    (Indicator, "application"),
    (BudgetLine, "application"),
    (BudgetAmount, "line__application"),
    (DeMinimisAid, "application"),
    (OtherAid, "application"),
    (Answer, "application"),
    (TradeSecret, "application"),
    (Attachment, "application"),
    (Financing, "application"),
)


@transaction.atomic
def copy_application(*, application_id: int, actor: User, call: Call, arrived_at: datetime) -> Application:
    """A draft to ``call`` with what stands in an earlier application of the same organisation.

    The period, the consent, areas that are not in the call and answers to questions that it does not put
    stay behind. Raises Refusal when the call is not open or the person may not write."""
    source = _source(application_id, actor)
    organisation = source.organisation
    require_open(call, organisation, arrived_at, what="Begäran")
    draft = draft_from(source, actor, call=call, leave=OF_ONE_CALL if call != source.call else frozenset())
    copy_children(source, draft)
    _leave_infected(draft)
    _fit_to(call, source, draft)
    note_start(draft, actor, text=f"Utkast till {call} för {organisation}, med text från {source}")
    return draft


@transaction.atomic
def begin_change(*, application_id: int, actor: User, arrived_at: datetime) -> Application:
    """A draft that takes the place of a sent (or withdrawn) application when it is sent itself.

    What was sent stands until then. The draft there is, is given back. Raises Refusal when the call has
    closed, or the application is being assessed or decided."""
    source = _source(application_id, actor)
    begun = source.replacements.exclude(status=ApplicationStatus.DISCARDED).first()
    require_replaceable(source, by=begun)
    require_open(source.call, source.organisation, arrived_at, what="Begäran")
    if begun is not None:
        return begun
    draft = draft_from(source, actor, call=source.call, leave=frozenset(), replaces=source)
    copy_children(source, draft)
    _leave_infected(draft)
    note_start(draft, actor, text=f"Utkast som ska ersätta {source.case}")
    return draft


def require_replaceable(application: Application, *, by: Application | None = None) -> None:
    """Raises Refusal for what is not sent, and Conflict once somebody has begun to assess it, or when it has
    been supplemented since the draft ``by`` was begun as a copy of it."""
    require(application.status, ApplicationAction.REPLACE)
    if by is not None and application.supplements.filter(answered_at__gt=by.created_at).exists():
        raise Conflict(
            "Ansökan har kompletterats sedan utkastet påbörjades, och utkastet saknar det. Ta bort utkastet "
            "och börja om."
        )
    if application.assessments.exists():
        raise Conflict("Bedömningen av ansökan har börjat. Tala med handläggaren om ni vill ändra något.")


# --- Parts ------------------------------------------------------------------------------------------------
def _source(application_id: int, actor: User) -> Application:
    # The case is read after the lock: who waited for the submission would see the row without one.
    source = (
        Application.objects.select_related("organisation", "call__legal_basis")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )
    if not may_write_for(actor, source.organisation):
        raise Refusal(MAY_NOT_WRITE)
    return source


def draft_from(
    source: Application, actor: User, *, call: Call, leave: frozenset[str], **fields: Any
) -> Application:
    taken = {
        field.name: getattr(source, field.name)
        for field in Application._meta.concrete_fields
        if field.name not in ITS_OWN | leave
    }
    organisation: Organisation = source.organisation
    return Application.objects.create(
        **taken, **fields, call=call, organisation=organisation, created_by=actor, updated_by=actor
    )


def copy_children(source: Application, draft: Application, *also: tuple[type[models.Model], str]) -> None:
    copied: dict[type[models.Model], dict[int, models.Model]] = {Application: {source.pk: draft}}
    for model, way in (*CHILDREN, *also):
        rows = list(model._default_manager.filter(**{way: source}).order_by("pk"))
        numbers = [row.pk for row in rows]
        for row in rows:
            _point_to_copies(row, copied)
            row.pk, row._state.adding = None, True
        made = model._default_manager.bulk_create(rows)
        copied[model] = dict(zip(numbers, made, strict=True))


def _point_to_copies(
    row: models.Model, copied: Mapping[type[models.Model], Mapping[int, models.Model]]
) -> None:
    """What the row points to within the application becomes the copy of it."""
    for field in row._meta.concrete_fields:
        copies = copied.get(field.related_model) if isinstance(field, models.ForeignKey) else None
        number = getattr(row, field.attname)
        if copies is not None and number is not None:
            setattr(row, field.name, copies[number])


def _leave_infected(draft: Application) -> None:
    """Of a file with a virus nothing is left to send."""
    rows = read_states(draft.attachments.all())
    draft.attachments.filter(pk__in=[file.pk for file in rows if file.is_infected]).delete()


def _fit_to(call: Call, source: Application, draft: Application) -> None:
    """Leave out what the call does not ask for."""
    if call == source.call:
        return
    ApplicationArea.objects.filter(application=draft).exclude(strengtharea__in=call.areas.all()).delete()
    # Files are asked for by each call; those that its own questions and wishes do not name are others here.
    draft.attachments.exclude(kind__in=AttachmentKind.free()).update(
        kind=AttachmentKind.OTHER, requested=None, question=None
    )
    _follow_questions(call, draft)


def _follow_questions(call: Call, draft: Application) -> None:
    """Answers, and the marks that they hold trade secrets, follow questions of the same words and kind."""
    put = {(question.label, question.kind): question for question in call.questions.all()}
    marks = {mark.field: mark for mark in draft.trade_secrets.all()}
    for answer in draft.answers.select_related("question"):
        question: CallQuestion | None = put.get((answer.question.label, answer.question.kind))
        mark = marks.get(question_key(answer.question))
        if question is None:
            answer.delete()
            if mark is not None:
                mark.delete()
            continue
        answer.question = question
        answer.save(update_fields=["question"])
        if mark is not None:
            mark.field = question_key(question)
            mark.save(update_fields=["field"])
