"""Starting, saving and removing a draft. A draft is technical storage only (TF 2:13)."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from applications.budget import MOST_FINANCIERS, MOST_LINES
from applications.checks import PARTS, Step, steps_of
from applications.enums import ApplicationAction, ApplicationStatus
from applications.models import Application
from applications.parts import (
    AidPart,
    ApplicantPart,
    BudgetPart,
    Difference,
    FinancingPart,
    Part,
    PartnersPart,
    ProjectPart,
    QuestionsPart,
    differences,
    meet,
)
from applications.services.budgeting import write_budget, write_financing
from applications.services.door import TooLate, clock, require_door, require_open
from applications.services.history import note_version
from applications.services.storing import write_aid, write_partners, write_project, write_questions
from applications.transitions import require
from calls.models import Call
from s3portal.accounts.models import Organisation, User
from s3portal.accounts.rules import may_write_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal

__all__ = ["DraftConflict", "TooLate", "note_start", "save_draft", "start_application"]

#: Within this time a second press of the same button is the same wish.
TWICE: Final = timedelta(seconds=10)
TOO_MANY: Final = (
    "{what} rymmer högst {most} rader, och någon annan har lagt till rader medan du skrev. "
    "Läs in sidan på nytt och slå ihop eller ta bort rader."
)
MAY_NOT_WRITE = "Du får läsa organisationens ansökningar men inte ändra dem."

ENDED = "Kompletteringen är skickad eller avslutad. Det du skrev kan inte tas emot."


class DraftConflict(Conflict):
    """Somebody has changed the same fields since the page was opened. Nothing of this text was stored;
    ``differences`` are the fields that a person has to choose between."""

    def __init__(self, application: Application, found: list[Difference], *, actor: User) -> None:
        self.application = application
        self.differences = found
        self.saved_by = application.updated_by
        self.saved_at = application.updated_at
        who = "Du själv" if self.saved_by == actor else str(self.saved_by)
        super().__init__(f"{who} sparade en annan text {clock(self.saved_at)}, efter att du öppnade sidan.")


@transaction.atomic
def start_application(
    *, actor: User, call: Call, organisation: Organisation, arrived_at: datetime
) -> Application:
    """Make an empty draft with ``actor`` as contact person. Raises Refusal when the call is not open.

    One begun by the same person a moment ago and not yet written in is given back, so pressing twice makes
    one draft.
    """
    if not may_write_for(actor, organisation):
        raise Refusal(MAY_NOT_WRITE)
    require_open(call, organisation, arrived_at, what="Begäran")
    # One who presses twice waits here for themselves; others do not.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    begun = Application.objects.filter(
        created_by=actor,
        created_at__gte=timezone.now() - TWICE,
        call=call,
        organisation=organisation,
        version=1,
        status=ApplicationStatus.DRAFT,
    )
    if same := begun.order_by("-pk").first():
        return same
    application = Application.objects.create(
        call=call,
        organisation=organisation,
        contact_name=actor.full_name,
        contact_email=actor.email,
        contact_phone=actor.phone or organisation.phone,
        created_by=actor,
        updated_by=actor,
    )
    note_start(application, actor, text=f"Utkast till {call} för {organisation}")
    return application


def note_start(application: Application, actor: User, *, text: str) -> None:
    record_event(actor=actor, action="application_started", obj=application, text=text)


@transaction.atomic
def save_draft(
    *,
    application_id: int,
    actor: User,
    part: Part,
    seen: str,
    arrived_at: datetime,
    apart: bool = False,
) -> Application:
    """Store one part of the draft: all of it or nothing. ``apart``: as a version of its own in the history.

    ``seen`` is the mark (``parts.seen_mark``) of the page that was filled in. What only others have changed
    since then stays as they left it. Raises DraftConflict when somebody has changed the same field in
    another way, TooLate when the call has closed, Refusal otherwise. The version counts only when something
    changed, so saving the same text twice disturbs nobody.
    """
    application = (
        Application.objects.select_related("call__legal_basis", "organisation", "updated_by", "answering")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )
    if application.answering is not None and not application.is_supplement:
        raise Refusal(ENDED)
    require(application.status, ApplicationAction.SAVE)
    if not may_write_for(actor, application.organisation):
        raise Refusal(MAY_NOT_WRITE)
    require_door(application, arrived_at, what="Det du skrev")
    if application.is_supplement:
        require_step(application, next(step for step, kind in PARTS.items() if isinstance(part, kind)))
    stored = type(part).read(application)
    met = meet(seen, stored=stored, mine=part)
    if met.conflicts:
        raise DraftConflict(application, met.conflicts, actor=actor)
    _require_room(met.part)
    if not differences(stored, met.part):
        return application
    fields = _write(application, met.part, actor)
    application.version += 1
    application.updated_by = actor
    application.updated_at = timezone.now()
    application.save(update_fields=[*fields, "version", "updated_by", "updated_at"])
    note_version(application, before=stored, part=met.part, actor=actor, apart=apart)
    return application


def _require_room(part: Part) -> None:
    """Each of two people may have added rows that fit, which together do not: the page would cut them off."""
    if isinstance(part, BudgetPart) and len(part.lines) > MOST_LINES:
        raise Refusal(TOO_MANY.format(what="Budgeten", most=MOST_LINES))
    if isinstance(part, FinancingPart) and len(part.rows) > MOST_FINANCIERS:
        raise Refusal(TOO_MANY.format(what="Finansieringen", most=MOST_FINANCIERS))


def require_step(application: Application, step: Step) -> None:
    """Raises Refusal for a step that the request for a supplement does not open."""
    if step not in steps_of(application):
        raise Refusal(f"Steget {step.label} ingår inte i det ni ska komplettera och kan inte ändras.")


def _write(application: Application, part: Part, actor: User) -> list[str]:
    """Put the part into the row and its children; the names of the row's fields that changed."""
    if isinstance(part, ApplicantPart):
        return _assign(application, part, ["contact_name", "contact_email", "contact_phone"])
    if isinstance(part, PartnersPart):
        return write_partners(application, part)
    if isinstance(part, ProjectPart):
        return write_project(application, part)
    if isinstance(part, QuestionsPart):
        return write_questions(application, part)
    if isinstance(part, BudgetPart):
        write_budget(application, part)
        return []
    if isinstance(part, FinancingPart):
        return write_financing(application, part)
    if isinstance(part, AidPart):
        return write_aid(application, part, actor)
    raise TypeError(part)


def _assign(application: Application, part: Part, fields: list[str]) -> list[str]:
    for field in fields:
        setattr(application, field, getattr(part, field))
    return fields
