"""The signature. A human who has just proved who they are signs every decision (KL 6:38). A task calls
``sign_decision`` only to carry out what such a person has asked for in a batch (docs/adr/0018)."""

from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.services import (
    change_grant,
    dismiss_application,
    grant_application,
    reject_application,
    reopen_application,
)
from decisions.appeal import appeal_text
from decisions.checks import check_decision, failing
from decisions.document import full_text, render_decision
from decisions.enums import DecisionAction, DecisionKind, DecisionStatus
from decisions.impartiality import require_declared
from decisions.kinds import new_grant, reopens
from decisions.models import Decision, DecisionDocument, Delegate
from decisions.plan import current_plan
from decisions.rules import may_sign
from decisions.services.addressing import make_addressees
from decisions.services.considering import mark_reviewed
from decisions.services.drafting import lock_decision, require_version
from decisions.services.proposing import ChecksFailed
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.pdf import Seal, seal_pdf
from s3portal.diary.enums import Direction
from s3portal.diary.merging import merged_with
from s3portal.diary.models import Case
from s3portal.diary.services import register_record, store_record_file
from s3portal.outbox.services import enqueue_mail

#: What the signature takes a snapshot of.
_SNAPSHOT = (
    "status",
    "version",
    "slug",
    "decided_on",
    "signed_at",
    "signed_by",
    "signatory_name",
    "signatory_title",
    "order_title",
    "clause_number",
    "clause_text",
    "clause_ceiling",
    "clause_ceiling_included",
    "delegation_note",
    "committee_name",
    "reportable",
    "appeal_text",
    "financing_plan",
    "full_text",
)


@transaction.atomic
def sign_decision(*, decision_id: int, actor: User, expected_version: int, tell: bool = True) -> Decision:
    """Sign: check again, take the snapshot, render once, seal, and freeze the file in the diary.

    ``expected_version`` is that of the text the delegate read. All or nothing: a fault in the rendering or
    the sealing leaves the decision unsigned. Raises ChecksFailed, Conflict, ``RenderingFailed``,
    ``SealingFailed`` or Refusal. That the person proved who they are just now is for the view. Without
    ``tell`` the officer is not mailed: one mail tells of a whole batch.
    """
    decision = lock_decision(decision_id)
    require(decision, DecisionAction.SIGN)
    if not may_sign(actor, decision):
        raise Refusal("Bara en delegat kan skriva under beslut.")
    require_version(decision, expected_version)
    # Always in this order (decision, application, case), which is that of the other services too.
    _lock_application(decision)
    # KL 6:30, 7:4: asked before the signature, and nobody with jäv signs.
    require_declared(actor, decision)
    hold_authority(decision)
    # Held before the checks: what they add up in the case (``kinds.amount_to_hold``) is all that is signed in
    # it, so two that together pass a ceiling are not signed at once.
    case = _hold_matter(decision)
    now = timezone.now()
    today = timezone.localdate(now)
    left = failing(check_decision(decision, on=today, signer=actor))
    if left:
        raise ChecksFailed(left, what="skrivas under")
    _take_snapshot(decision, actor, today)
    decision.signed_at = now
    pdf = seal_pdf(
        render_decision(decision, preview=False),
        signer_name=decision.signatory_name,
        reason=f"Delegationsbeslut {case}, punkt {decision.clause_number}",
        location=settings.REGION["name"],
        seal=Seal.from_settings(),
    )
    _freeze_document(decision, case, actor, pdf)
    mark_reviewed(decision)
    # Last of all: from this statement on the database refuses every change.
    decision.save(update_fields=_SNAPSHOT)
    make_addressees(decision)
    _decide_application(decision, actor)
    record_event(
        actor=actor,
        action="decision_signed",
        obj=decision,
        text=f"{decision.signatory_name}, {decision.signatory_title}, skrev under {case}: {decision.title}",
        data={"slug": decision.slug, "clause": decision.clause_number, "order": decision.order_title},
    )
    if tell:
        _tell_officer(decision)
    return decision


def hold_authority(decision: Decision) -> None:
    """Keep the delegate, the order and the delegate's seats in the nämnd as they are until the transaction
    ends, and read them as they are.

    Shared: those who sign under one order do not wait for each other, only for who ends it, a delegate or a
    seat."""
    if decision.delegate_id is None:
        return
    hold_delegate(decision.delegate_id)
    found = Delegate.objects.select_related("user", "clause__order__committee", "delegated_by__user").get(
        pk=decision.delegate_id
    )
    decision.delegate = found
    if decision.clause_id == found.clause_id:
        decision.clause = found.clause


def hold_delegate(delegate_id: int) -> None:
    """The rows of ``hold_authority``, shared until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM decisions_delegate d"
            " JOIN decisions_delegationclause c ON c.id = d.clause_id"
            " JOIN decisions_delegationorder o ON o.id = c.order_id"
            " WHERE d.id = %s FOR SHARE OF d, o",
            [delegate_id],
        )
        # What is urgent is decided by who sits there (KL 6:39).
        cursor.execute(
            "SELECT 1 FROM decisions_committeemember m"
            " JOIN decisions_delegate d ON d.user_id = m.user_id"
            " JOIN decisions_delegationclause c ON c.id = d.clause_id AND c.urgent"
            " JOIN decisions_delegationorder o ON o.id = c.order_id AND o.committee_id = m.committee_id"
            " WHERE d.id = %s FOR SHARE OF m",
            [delegate_id],
        )


def _lock_application(decision: Decision) -> None:
    """With its latest status: it may have been withdrawn a moment ago."""
    if decision.application_id is not None:
        decision.application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("call__legal_basis", "organisation")
            .get(pk=decision.application_id)
        )


def _hold_matter(decision: Decision) -> Case:
    """The decision's case, locked with those it is merged with, in the order of their keys."""
    matter = merged_with([decision.case_id])[decision.case_id]
    cases = Case.objects.select_for_update(of=("self",)).filter(pk__in=matter).order_by("pk")
    return {case.pk: case for case in cases}[decision.case_id]


def _take_snapshot(decision: Decision, actor: User, today: date) -> None:
    """What the decision rested on, as it was on the day (KL 13:8). The checks have seen that all is there."""
    clause, delegate = decision.clause, decision.delegate
    if clause is None or delegate is None:
        raise ValueError("the checks let a decision without clause or delegate pass")
    decision.appeal_text = appeal_text(decision)
    plan = current_plan(decision)
    decision.financing_plan = None if plan is None else plan.as_stored()
    decision.slug = free_slug(decision.case)
    decision.decided_on = today
    decision.signed_by = actor
    decision.signatory_name = actor.full_name
    decision.signatory_title = delegate.signing_title
    decision.order_title = clause.order.title
    decision.clause_number = clause.number
    decision.clause_text = clause.text
    decision.clause_ceiling = clause.ceiling
    decision.clause_ceiling_included = clause.ceiling_included
    decision.delegation_note = delegate.note_in_decision
    decision.committee_name = clause.order.committee.name
    decision.reportable = clause.reportable
    decision.status = DecisionStatus.SIGNED
    decision.version += 1
    decision.full_text = full_text(decision)


def free_slug(case: Case) -> str:
    """RUN-138-2024, and RUN-138-2024-2 for the second decision in the case. The case's row must be locked."""
    taken = set(Decision.objects.filter(case=case, slug__isnull=False).values_list("slug", flat=True))
    if case.slug not in taken:
        return case.slug
    number = 2
    while f"{case.slug}-{number}" in taken:
        number += 1
    return f"{case.slug}-{number}"


def _freeze_document(decision: Decision, case: Case, actor: User, pdf: bytes) -> None:
    record = register_record(
        actor=actor,
        case=case,
        direction=Direction.DRAWN_UP,
        title=decision.record_title,
        dated_at=decision.signed_at,
    )
    file = store_record_file(
        record=record, filename=f"beslut-{decision.slug}.pdf", content_type="application/pdf", content=pdf
    )
    DecisionDocument.objects.create(decision=decision, file=file, sealed=True)


def _decide_application(decision: Decision, actor: User) -> None:
    if decision.application_id is None:
        return
    name, pk = f"Beslut {decision.printed_number}", decision.application_id
    if decision.kind == DecisionKind.GRANT and decision.amount is not None:
        grant_application(application_id=pk, actor=actor, amount=decision.amount, decision=name)
    elif decision.kind == DecisionKind.REJECTION:
        reject_application(application_id=pk, actor=actor, decision=name)
    elif decision.kind == DecisionKind.DISMISSAL:
        dismiss_application(application_id=pk, actor=actor, decision=name)
    elif reopens(decision):
        reopen_application(application_id=pk, actor=actor, reason=name)
    elif (amount := new_grant(decision)) is not None:
        change_grant(application_id=pk, actor=actor, amount=amount, decision=name)


def _tell_officer(decision: Decision) -> None:
    enqueue_mail(
        kind="decision_signed",
        key=f"decision_signed:{decision.pk}",
        to_email=decision.case_officer_email,
        context={"decision": decision, "path": reverse("decisions:officer_detail", args=[decision.pk])},
        obj=decision,
    )
