"""A case that was opened twice: one of the two is closed with a reference to the other."""

from django.db import transaction

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.endings import matters_of
from s3portal.diary.enums import CaseStatus, CaseStepKind
from s3portal.diary.followers import tell_merged
from s3portal.diary.guards import require_let_in
from s3portal.diary.merging import CaseMerger, CaseMergerEnd, mergers_into
from s3portal.diary.models import Case, CaseStep
from s3portal.diary.rules import may_correct
from s3portal.diary.services.by_hand import MAY_NOT_CORRECT


@transaction.atomic
def merge_case(*, actor: User, case_id: int, into_id: int, reason: str) -> CaseMerger:
    """Close the case ``case_id`` with a reference to ``into_id``, which is the same matter and stays open.

    No record moves and no number changes: what has been sent out names them. Raises Refusal for who is no
    registrar, for cases that are not both open or one of which is merged already, and while something
    binding is left in the case: an application is decided or withdrawn first, since each case holds its own.
    """
    if not may_correct(actor):
        raise Refusal(MAY_NOT_CORRECT)
    if case_id == into_id:
        raise Refusal("Ett ärende kan inte sammanföras med sig självt.", field="other")
    case, into = _locked(actor, case_id, into_id)
    if not case.is_open:
        raise Refusal(f"Ärendet är {case.get_status_display().lower()} och kan inte sammanföras.")
    if not into.is_open:
        status = into.get_status_display().lower()
        raise Refusal(f"{into} är {status}. Det ärende som ska finnas kvar måste vara öppet.", field="other")
    if others := mergers_into(case):
        raise Refusal(f"{others[0].merged} är sammanfört med det här ärendet. Behåll det här i stället.")
    left = next((matter for matter in matters_of(case) if matter.binding), None)
    if left is not None:
        raise Refusal(left.text)
    if not reason.strip():
        raise Refusal("Skriv varför ärendena är samma ärende.", field="reason")
    case.status = CaseStatus.CLOSED
    case.save(update_fields=["status"])
    merger = CaseMerger.objects.create(merged=case, into=into, reason=reason, by=actor)
    CaseStep.objects.create(case=case, kind=CaseStepKind.MERGED, by=actor, reason=f"{reason} ({into})"[:500])
    _note(actor, merger, "case_merged", f"{merger}. {reason}")
    tell_merged(actor, merger)
    return merger


@transaction.atomic
def undo_merger(*, actor: User, merger_id: int, reason: str) -> CaseMerger:
    """The two were not the same matter: the case is opened again and stands by itself.

    Raises Refusal for who is no registrar and when it is undone already."""
    if not may_correct(actor):
        raise Refusal(MAY_NOT_CORRECT)
    merger = CaseMerger.objects.select_related("merged", "into").get(pk=merger_id)
    case, _into = _locked(actor, merger.merged_id, merger.into_id)
    if CaseMergerEnd.objects.filter(merger=merger).exists():
        raise Refusal("Sammanföringen är redan upphävd.")
    if not reason.strip():
        raise Refusal("Skriv varför sammanföringen upphävs.", field="reason")
    CaseMergerEnd.objects.create(merger=merger, reason=reason, by=actor)
    case.status = CaseStatus.OPEN
    case.save(update_fields=["status"])
    CaseStep.objects.create(case=case, kind=CaseStepKind.UNMERGED, by=actor, reason=reason)
    _note(actor, merger, "case_merger_undone", f"{merger}: upphävt. {reason}")
    return merger


def _locked(actor: User, first: int, second: int) -> tuple[Case, Case]:
    """Both cases, locked in the order of their keys so that two who merge never wait for each other."""
    locked = Case.objects.select_for_update(of=("self",)).filter(pk__in=[first, second]).order_by("pk")
    cases = {case.pk: case for case in locked}
    for case in cases.values():
        require_let_in(actor, case)
    return cases[first], cases[second]


def _note(actor: User, merger: CaseMerger, action: str, text: str) -> None:
    """In the log of both."""
    for case in (merger.merged, merger.into):
        record_event(actor=actor, action=action, obj=case, text=text, data={"merger": merger.pk})
