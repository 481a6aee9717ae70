"""The steps of a case that people take: it is closed, opened again, cancelled, or called something else."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary.endings import matters_of
from s3portal.diary.enums import CaseStatus, CaseStepKind, Confirmation
from s3portal.diary.guards import require_let_in
from s3portal.diary.merging import merger_of, mergers_into
from s3portal.diary.models import Case, CaseStep
from s3portal.diary.rules import may_correct, may_register
from s3portal.diary.services.by_hand import MAY_NOT_CORRECT, MAY_NOT_REGISTER


@transaction.atomic
def close_case(*, actor: User, case_id: int, confirmed: Collection[str]) -> Case:
    """Close the case when nothing binding is left in it and the whole checklist is confirmed (values of
    ``Confirmation``). Raises Refusal otherwise."""
    case = _lock(actor, case_id)
    if not case.is_open:
        raise Refusal(f"Ärendet är redan {case.get_status_display().lower()}.")
    _require_nothing_left(case)
    if not set(Confirmation.values) <= set(confirmed):
        raise Refusal("Gå igenom hela listan innan ärendet avslutas.", field="confirmed")
    _move(
        case,
        actor,
        CaseStatus.CLOSED,
        CaseStepKind.CLOSED,
        confirmed=[str(one.label) for one in Confirmation],
    )
    return case


@transaction.atomic
def reopen_case(*, actor: User, case_id: int, reason: str) -> Case:
    """Raises Refusal unless the case is closed and a reason is given."""
    case = _lock(actor, case_id)
    if case.status != CaseStatus.CLOSED:
        raise Refusal("Bara ett avslutat ärende kan öppnas igen.")
    _require_not_merged(case)
    _require_reason(reason, "Skriv varför ärendet öppnas igen.")
    _move(case, actor, CaseStatus.OPEN, CaseStepKind.REOPENED, reason=reason)
    return case


@transaction.atomic
def cancel_case(*, actor: User, case_id: int, reason: str) -> Case:
    """Makulera a case that should not have been opened. Its number stays and is never used again.

    What has come in is never hidden by it: a case with records that are not cancelled is closed instead.
    There is no way back."""
    if not may_correct(actor):
        raise Refusal(MAY_NOT_CORRECT)
    case = _lock(actor, case_id)
    if not case.is_open:
        raise Refusal("Bara ett pågående ärende kan makuleras.")
    if others := mergers_into(case):
        raise Refusal(f"{others[0].merged} är sammanfört med ärendet. Upphäv sammanföringen först.")
    if case.records.standing().exists():
        raise Refusal(
            "Det finns handlingar i ärendet. Avsluta det i stället, eller makulera handlingarna först."
        )
    _require_nothing_left(case)
    _require_reason(reason, "Skriv varför ärendet makuleras.")
    _move(case, actor, CaseStatus.CANCELLED, CaseStepKind.CANCELLED, reason=reason)
    return case


@transaction.atomic
def change_case(
    *, actor: User, case_id: int, title: str, counterpart: str, reason: str, seen_changes: int
) -> Case:
    """Call the case something else, or correct its counterpart. What it was before stays in its steps.

    ``seen_changes``: how often it had been changed when the form was opened. Raises Conflict when somebody
    has changed it since, and Refusal for a counterpart that is protected: records may name it as it was, and
    the public diary hides only the name that the case has."""
    if not may_correct(actor):
        raise Refusal(MAY_NOT_CORRECT)
    case = _lock(actor, case_id)
    if case.steps.filter(kind=CaseStepKind.CHANGED).count() != seen_changes:
        raise Conflict(f"Någon annan har ändrat ärendet. Det heter nu ”{case.title}”. Läs och ändra igen.")
    if case.is_cancelled:
        raise Refusal("Ärendet är makulerat och ändras inte mer.")
    old = {"old_title": case.title, "old_counterpart": case.counterpart}
    new = {"new_title": title.strip(), "new_counterpart": counterpart.strip()}
    if not new["new_title"]:
        raise Refusal("Skriv vad ärendet gäller.", field="title")
    if [*old.values()] == [*new.values()]:
        raise Refusal("Inget är ändrat.")
    if case.counterpart_protected and case.counterpart != new["new_counterpart"]:
        raise Refusal("Motparten är skyddad och kan inte ändras här.", field="counterpart")
    _require_reason(reason, "Skriv varför ärendet ändras.")
    case.title, case.counterpart = new["new_title"], new["new_counterpart"]
    case.save(update_fields=["title", "counterpart"])
    _note(case, actor, CaseStepKind.CHANGED, reason=reason, **old, **new)
    return case


# --- Parts ------------------------------------------------------------------------------------------------
def _lock(actor: User, case_id: int) -> Case:
    """The case, locked, for somebody who may register and is not stopped by jäv."""
    if not may_register(actor):
        raise Refusal(MAY_NOT_REGISTER)
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    require_let_in(actor, case)
    return case


def _require_nothing_left(case: Case) -> None:
    left = next((matter for matter in matters_of(case) if matter.binding), None)
    if left is not None:
        raise Refusal(left.text)


def _require_not_merged(case: Case) -> None:
    merger = merger_of(case)
    if merger is not None:
        raise Refusal(f"Ärendet är sammanfört med {merger.into}. Upphäv sammanföringen för att öppna det.")


def _require_reason(reason: str, ask: str) -> None:
    if not reason.strip():
        raise Refusal(ask, field="reason")


def _move(case: Case, actor: User, status: CaseStatus, kind: CaseStepKind, **fields: Any) -> None:
    case.status = status
    case.save(update_fields=["status"])
    _note(case, actor, kind, **fields)


def _note(case: Case, actor: User, kind: CaseStepKind, **fields: Any) -> None:
    CaseStep.objects.create(case=case, kind=kind, by=actor, **fields)
    reason = fields.get("reason", "")
    record_event(
        actor=actor,
        action=f"case_{kind.value}",
        obj=case,
        text=f"Ärendet: {kind.label.lower()}{f'. {reason}' if reason else ''}",
        data={name: value for name, value in fields.items() if name != "reason"},
    )
