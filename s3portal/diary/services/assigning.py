"""Who has a case, and who has opened what in it."""

from django.db import transaction

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.enums import CaseStatus
from s3portal.diary.guards import require_assignable
from s3portal.diary.models import Case, RecordFile
from s3portal.diary.rules import may_assign_case


@transaction.atomic
def assign_case(*, actor: User, case: Case, officer: User) -> Case:
    """Give the case to an officer. Raises Refusal to who may not, for who is no officer, when the case is
    cancelled, or when somebody has jäv in it."""
    if not may_assign_case(actor):
        raise Refusal("Bara en handläggare eller en registrator kan fördela ärenden.")
    if not officer.has_role(Role.OFFICER) or not officer.is_active:
        raise Refusal("Välj en handläggare.", field="officer")
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if locked.status == CaseStatus.CANCELLED:
        raise Refusal("Ärendet är makulerat och kan inte tilldelas någon.")
    require_assignable(actor, locked, officer)
    locked.officer = officer
    locked.save(update_fields=["officer"])
    record_event(actor=actor, action="case_assigned", obj=locked, text=f"Ärendet tilldelat {officer}")
    return locked


@transaction.atomic
def unassign_case(*, actor: User, case: Case) -> Case:
    """Nobody has the case until it is assigned again."""
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    locked.officer = None
    locked.save(update_fields=["officer"])
    record_event(actor=actor, action="case_unassigned", obj=locked, text="Ärendet har ingen handläggare")
    return locked


def log_file_opened(*, actor: User, file: RecordFile) -> None:
    """Note who opened a file of a case. The one write that a GET of the diary makes (docs/adr/0002)."""
    record_event(
        actor=actor,
        action="file_opened",
        obj=file.record.case,
        text=f"Öppnade {file.filename} i handling {file.record.number}",
        data={"file": file.pk, "sha256": file.sha256},
    )
