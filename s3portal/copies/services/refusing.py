"""A written decision not to give out a document, which can be appealed (OSL 6:7–8)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.pdf import Seal, seal_pdf
from s3portal.common.swedish import format_day
from s3portal.copies.authority import hold_authority
from s3portal.copies.enums import Step
from s3portal.copies.models import CopyRequest
from s3portal.copies.refusal import RefusalFacts, render_refusal
from s3portal.copies.rules import may_finish
from s3portal.copies.services.steps import finish, lock_request, register_answer, require_fit_to_read
from s3portal.diary.guards import require_let_in
from s3portal.diary.services import store_record_file


@transaction.atomic
def refuse_copy(
    *, actor: User, request_id: int, provision: str, reason: str, authority: str, message: str = ""
) -> CopyRequest:
    """Refuse the request, or what was masked of it, by a sealed decision that goes into the diary and to the
    requester. ``authority``: the key of what lets ``actor`` decide today; it is kept with the request as it
    was. That the person proved who they are just now is for the view.

    Raises Refusal for what is missing, ``RenderingFailed`` or ``SealingFailed`` when the decision cannot be
    made; then nothing is kept."""
    made = lock_request(actor, request_id, Step.REFUSE)
    for value, sentence, field in (
        (provision, "Välj den bestämmelse som uppgifterna är hemliga enligt.", "provision"),
        (reason, "Skriv skälen för beslutet.", "reason"),
    ):
        if not value.strip():
            raise Refusal(sentence, field=field)
    require_fit_to_read(made, reason=reason, message=message)
    held = hold_authority(actor, authority)
    if held is None:
        raise Refusal("Välj vilken punkt i delegationsordningen du beslutar enligt.", field="authority")
    now = timezone.now()
    facts = RefusalFacts(
        provision=provision.strip(), reason=reason.strip(), authority=held, decider=actor, at=now
    )
    pdf = seal_pdf(
        render_refusal(made, facts),
        signer_name=actor.full_name,
        reason=f"Beslut att inte lämna ut handling, {made.reference}",
        location=settings.REGION["name"],
        seal=Seal.from_settings(),
    )
    record = register_answer(made, actor, title="Beslut att inte lämna ut handling")
    file = store_record_file(
        record=record,
        filename=f"beslut-utlamnande-{made.reference}.pdf",
        content_type="application/pdf",
        content=pdf,
    )
    finish(
        made,
        actor,
        Step.REFUSE,
        provision=facts.provision,
        reason=facts.reason,
        message=message.strip(),
        decision=file,
        refused_at=now,
        refused_by=actor,
        authority={**held.snapshot, "label": held.label},
    )
    return made


@transaction.atomic
def finish_refusal(*, actor: User, request_id: int) -> CopyRequest:
    """Say that a refusal is final: nobody appealed in time, or the court has had its say. Until then what was
    asked for is not disposed of. The portal does not know when the requester got the decision, so a person
    says it. Raises Refusal for who is no registrar, for what is not refused, and before three weeks have
    passed; PermissionDenied for jäv."""
    made = CopyRequest.objects.select_for_update(of=("self",)).select_related("case").get(pk=request_id)
    if not may_finish(actor):
        raise Refusal("Bara en registrator säger att ett avslag har fått laga kraft.")
    require_let_in(actor, made.case)
    first = made.can_be_final_on
    if first is None:
        raise Refusal("Begäran är inte avslagen.")
    if made.final_at is not None:
        raise Refusal("Avslaget har redan fått laga kraft.")
    if timezone.localdate() < first:
        raise Refusal(f"Avslaget kan överklagas minst till och med {format_day(first - timedelta(days=1))}.")
    made.final_at, made.final_by = timezone.now(), actor
    made.save(update_fields=["final_at", "final_by"])
    record_event(
        actor=actor,
        action="copy_refusal_final",
        obj=made.case,
        text=f"Begäran {made.reference}: avslaget har fått laga kraft",
        data={"request": made.pk},
    )
    return made
