"""Making the masked version of a decision: rendered once, sealed and frozen in the diary."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from decisions.masking import (
    maskable_parts,
    masked_full_text,
    masked_title,
    render_masked,
)
from decisions.models import Decision, DecisionDocument, MaskedDocument
from decisions.recipe import Recipe, tells_of_marked
from decisions.rules import publishes
from decisions.secrecy import Secrecy, fresh_masked, secrecy_of
from decisions.services.drafting import lock_decision
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.pdf import Seal, seal_pdf
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, SecrecyMark
from s3portal.diary.secrecy import Part
from s3portal.diary.services import Target, lock_matter, register_record, set_mark, store_record_file

READ_FIRST: Final = (
    "Beslutet berättar om ett tidigare beslut där något är märkt som hemligt. Läs förhandsvisningen på sidan "
    "Maskera och kryssa i att inget av det står kvar."
)


@transaction.atomic
def make_masked(*, decision_id: int, actor: User, preview_read: bool = False) -> MaskedDocument:
    """The masked version by the marks that stand now; one that is made by the same marks is given back.

    ``preview_read``: ``actor`` has read how it becomes, which is asked for where the decision tells of an
    earlier one in which something is marked. Raises Refusal without it, when nothing is marked or all of it
    is, and for who may not; ``RenderingFailed`` or ``SealingFailed`` when the file cannot be made, and then
    nothing is kept."""
    if not publishes(actor):
        raise Refusal("Bara en handläggare eller en registrator maskar beslut.")
    decision = lock_decision(decision_id)
    if not decision.is_signed:
        raise Refusal("Beslutet är inte undertecknat och kan inte maskas än.")
    # Nothing is marked or lifted while it is made.
    case = lock_matter(decision.case_id)
    secrecy = secrecy_of(decision)
    recipe = require_recipe(secrecy)
    done = fresh_masked(decision, secrecy)
    if done is not None:
        return done
    if not preview_read and tells_of_marked(decision, secrecy.marks):
        raise Refusal(READ_FIRST)
    return _make(decision, case, recipe, actor)


@transaction.atomic
def mark_decision(
    *, actor: User, decision_id: int, parts: Sequence[str], passages: Sequence[str], **by: Any
) -> list[SecrecyMark]:
    """Mark parts of a signed decision (keys of ``maskable_parts``) and passages in it as secret. ``by``: the
    provision, the reason and the last day, as ``set_mark`` takes them. All or nothing; raises Refusal."""
    decision = Decision.objects.with_parts().get(pk=decision_id)
    document = DecisionDocument.objects.select_related("file").filter(decision=decision).first()
    if not decision.is_signed or document is None:
        raise Refusal("Beslutets pdf finns inte än. Försök igen om en stund.")
    chosen = labels_of(decision, parts, passages)
    record_id = document.file.record_id
    targets = [
        Target(Part.FIELD, record_id=record_id, field=part, field_label=label)
        for part, label in chosen.items()
    ]
    targets += [Target(Part.PASSAGE, passage=passage) for passage in passages]
    return [set_mark(actor=actor, case_id=decision.case_id, target=target, **by) for target in targets]


def labels_of(decision: Decision, parts: Sequence[str], passages: Sequence[str]) -> dict[str, str]:
    """The chosen parts with what people read. Raises Refusal for a part that the decision has not, and when
    neither a part nor a passage is chosen."""
    labels = dict(maskable_parts(decision))
    if unknown := set(parts) - set(labels):
        raise Refusal(f"Beslutet har inte delen {', '.join(sorted(unknown))}.", field="parts")
    if not parts and not passages:
        raise Refusal("Välj en del av beslutet, eller skriv det som är hemligt.", field="parts")
    return {part: labels[part] for part in parts}


def require_recipe(secrecy: Secrecy) -> Recipe:
    """What is to be taken out. Raises Refusal when that is nothing, or everything."""
    if secrecy.recipe is None:
        raise Refusal("Inget i beslutet är märkt som hemligt, så det finns inget att maska.")
    if secrecy.whole is not None:
        raise Refusal(
            f"Märkt som hemligt: {secrecy.whole.what}. Då finns inget kvar att visa för allmänheten."
        )
    return secrecy.recipe


def _make(decision: Decision, case: Case, recipe: Recipe, actor: User) -> MaskedDocument:
    now = timezone.now()
    pdf = seal_pdf(
        render_masked(decision, recipe, made_at=now),
        signer_name=settings.REGION["name"],
        reason=f"Maskad version av beslut {decision.printed_number}",
        location=settings.REGION["name"],
        seal=Seal.from_settings(),
    )
    record = register_record(
        actor=actor,
        case=case,
        direction=Direction.DRAWN_UP,
        # Never the decision's own title, which may be what is secret.
        title=f"Maskad version av beslut {decision.printed_number}",
        dated_at=now,
    )
    file = store_record_file(
        record=record,
        filename=f"beslut-{decision.slug}-maskat.pdf",
        content_type="application/pdf",
        content=pdf,
    )
    made = MaskedDocument.objects.create(
        decision=decision,
        file=file,
        recipe=recipe.as_stored(),
        title=masked_title(decision, recipe),
        full_text=masked_full_text(decision, recipe),
        made_by=actor,
        created_at=now,
    )
    record_event(
        actor=actor,
        action="decision_masked",
        obj=decision,
        text=f"Maskad version gjord av beslut {decision.printed_number}",
        data={"sha256": file.sha256, "provisions": recipe.provisions},
    )
    return made
