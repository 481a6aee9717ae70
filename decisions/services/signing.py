"""The signature. A human who is logged in signs every decision (KL 6:38); no task calls this module's
``sign_decision``."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.impartiality import require_declared
from applications.models import Application
from applications.services import grant_application, reject_application
from decisions.appeal import appeal_text
from decisions.checks import check_decision, failing
from decisions.document import full_text, render_decision
from decisions.enums import DecisionAction, DecisionKind, DecisionStatus
from decisions.models import Decision, DecisionDocument
from decisions.rules import may_sign
from decisions.services.drafting import lock_decision
from decisions.services.proposing import ChecksFailed, require_version
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.pdf import Seal, seal_pdf
from s3portal.diary.enums import Direction
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
    "committee_name",
    "reportable",
    "appeal_text",
    "full_text",
)


@transaction.atomic
def sign_decision(*, decision_id: int, actor: User, expected_version: int) -> Decision:
    """Sign: check again, take the snapshot, render once, seal, and freeze the file in the diary.

    ``expected_version`` is that of the text the delegate read. All or nothing: a fault in the rendering or
    the sealing leaves the decision unsigned. Raises ChecksFailed, Conflict, ``RenderingFailed``,
    ``SealingFailed`` or Refusal. That the person proved who they are just now is for the view.
    """
    decision = lock_decision(decision_id)
    require(decision, DecisionAction.SIGN)
    if not may_sign(actor, decision):
        raise Refusal("Bara en delegat kan skriva under beslut.")
    require_version(decision, expected_version)
    # Always in this order (decision, application, case), which is that of the other services too.
    _lock_application(decision)
    if decision.application is not None:
        # KL 6:30, 7:4: asked before the signature, and nobody with jäv signs.
        require_declared(actor, decision.application)
    case = Case.objects.select_for_update(of=("self",)).get(pk=decision.case_id)
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
    # Last of all: from this statement on the database refuses every change.
    decision.save(update_fields=_SNAPSHOT)
    _decide_application(decision, actor)
    record_event(
        actor=actor,
        action="decision_signed",
        obj=decision,
        text=f"{decision.signatory_name}, {decision.signatory_title}, skrev under {case}: {decision.title}",
        data={"slug": decision.slug, "clause": decision.clause_number, "order": decision.order_title},
    )
    _tell_officer(decision)
    return decision


def _lock_application(decision: Decision) -> None:
    """With its latest status: it may have been withdrawn a moment ago."""
    if decision.application_id is not None:
        decision.application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("call__legal_basis", "organisation")
            .get(pk=decision.application_id)
        )


def _take_snapshot(decision: Decision, actor: User, today: date) -> None:
    """What the decision rested on, as it was on the day (KL 13:8). The checks have seen that all is there."""
    clause, delegate = decision.clause, decision.delegate
    if clause is None or delegate is None:
        raise ValueError("the checks let a decision without clause or delegate pass")
    decision.appeal_text = appeal_text(decision)
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
        title=f"Beslut: {decision.title}"[:300],
        dated_at=decision.signed_at,
    )
    file = store_record_file(
        record=record, filename=f"beslut-{decision.slug}.pdf", content_type="application/pdf", content=pdf
    )
    DecisionDocument.objects.create(decision=decision, file=file, sealed=True)


def _decide_application(decision: Decision, actor: User) -> None:
    if decision.application_id is None:
        return
    name = f"Beslut {decision.slug}"
    if decision.kind == DecisionKind.GRANT and decision.amount is not None:
        grant_application(
            application_id=decision.application_id, actor=actor, amount=decision.amount, decision=name
        )
    elif decision.kind == DecisionKind.REJECTION:
        reject_application(application_id=decision.application_id, actor=actor, decision=name)


def _tell_officer(decision: Decision) -> None:
    enqueue_mail(
        kind="decision_signed",
        key=f"decision_signed:{decision.pk}",
        to_email=decision.case_officer_email,
        context={"decision": decision, "path": reverse("decisions:officer_detail", args=[decision.pk])},
        obj=decision,
    )
