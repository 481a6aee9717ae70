"""A decision that has to do with a signed one: puts slips right, amends or revokes it, extends it, stops
payment under it or recovers what was paid. The signed one never changes (FL 36–37 §§)."""

from django.db import transaction
from django.utils import timezone

from applications.impartiality import require_declared
from decisions import wording
from decisions.enums import DecisionStatus, Relation
from decisions.kinds import WHY_NOT, fits, why_fallen
from decisions.models import BasisDocument, Decision, DelegationClause, ExtractRecipient
from decisions.offers import the_one
from decisions.phrase_queries import opening
from decisions.phrases import Source, missing
from decisions.rules import may_draft
from decisions.services.drafting import MAY_NOT_DRAFT, note_start, require_part, write_points
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.enums import CaseStatus


@transaction.atomic
def draft_change(*, decision_id: int, actor: User, relation: Relation) -> Decision:
    """A draft that does so with the signed decision, in its case and to those who got it. One that is under
    way is given back instead, so pressing twice makes one draft.

    Raises Refusal when it is not signed, when it or what it rests on is revoked, when ``relation`` does not
    fit what was decided, when its case is cancelled, for who may not draft, and for jäv that is declared or
    not asked about.
    """
    if not may_draft(actor):
        raise Refusal(MAY_NOT_DRAFT)
    Decision.objects.select_for_update(of=("self",)).get(pk=decision_id)
    earlier = Decision.objects.with_parts().get(pk=decision_id)
    if earlier.application is not None:
        require_declared(actor, earlier.application)
    require_part(earlier, actor)
    if not earlier.is_signed:
        raise Refusal("Beslutet är inte undertecknat. Ändra i utkastet i stället.")
    if not fits(relation, earlier):
        raise Refusal(WHY_NOT[relation])
    if earlier.case.status == CaseStatus.CANCELLED:
        raise Refusal(f"Ärende {earlier.case} är makulerat.")
    if why_not := why_fallen(relation, earlier):
        raise Refusal(why_not)
    under_way = earlier.changed_by.exclude(status=DecisionStatus.SIGNED).filter(relation=relation)
    begun = under_way.order_by("pk").first()
    return begun or _begin(earlier, actor, relation)


def _begin(earlier: Decision, actor: User, relation: Relation) -> Decision:
    figures = wording.figures_of_change(earlier, relation)
    source = Source(
        case_number=str(earlier.case),
        officer=actor.full_name,
        application=earlier.application,
        legal_basis=earlier.legal_basis,
        starts_on=figures.get("starts_on"),
        earlier=earlier,
    )
    begins = opening(relation.kind, source, relation=relation)
    draft = Decision(
        case=earlier.case,
        application=earlier.application,
        changes=earlier,
        relation=relation,
        kind=relation.kind,
        title=(begins.title or missing("rubrik"))[:300],
        unit=actor.unit,
        case_officer_name=actor.full_name,
        case_officer_phone=actor.phone,
        case_officer_email=actor.email,
        background=begins.background,
        legal_basis=earlier.legal_basis,
        **figures,
        created_by=actor,
        updated_by=actor,
    )
    _give_authority(draft)
    draft.save()
    write_points(draft, begins.points)
    BasisDocument.objects.create(decision=draft, order=1, title=wording.basis_of_change(earlier))
    ExtractRecipient.objects.bulk_create(
        ExtractRecipient(decision=draft, order=row.order, name=row.name, email=row.email)
        for row in earlier.extract_recipients.all()
    )
    record_event(
        actor=actor,
        action="decision_started",
        obj=draft,
        text=f"Beslutsutkast i {draft.case}: {draft.title}",
        data={"relation": relation.value, "changes": earlier.slug},
    )
    note_start(draft, actor)
    return draft


def _give_authority(draft: Decision) -> None:
    """The clause and the person, each only when there is one to choose."""
    today, kinds = timezone.localdate(), draft.kinds_to_hold()
    clauses = DelegationClause.objects.valid_on(today).filter(kinds__overlap=list(kinds))[:2]
    if len(clauses) == 1:
        draft.clause = clauses[0]
        draft.delegate = the_one(clauses[0].delegates.valid_on(today))
