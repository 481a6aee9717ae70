"""Work on decisions in the background. Nothing here decides: a signature is carried out only when a delegate
has just asked for it, on the text that they read (KL 6:38, docs/adr/0018)."""

import logging
from datetime import timedelta

from celery import shared_task

from decisions.annex import annexes_without_pdf, store_annex
from decisions.batch_queries import stalled_steps
from decisions.models import Decision
from decisions.services.batch_steps import carry_out
from decisions.services.clearing import clear_material
from decisions.services.filling import fill_lists
from decisions.services.rendering import render_missing_document
from decisions.services.seating import withdraw_roles
from s3portal.common.errors import Refusal

logger = logging.getLogger(__name__)
#: At most this many in one run, so that a run ends before the next begins.
BATCH = 50
#: So many are asked for again at a time: about what two workers take in a minute.
STEPS = 200
WAIT_BEFORE_RETRY = timedelta(minutes=1)


@shared_task
def render_meeting_annex(annex_id: int) -> None:
    """Make the sealed annex of a meeting's list, soon after it was confirmed."""
    store_annex(annex_id=annex_id)


@shared_task
def render_missing_annexes() -> None:
    """Ask again for annexes that did not come: a worker was killed, or the broker was away."""
    for annex_id in annexes_without_pdf(older_than=WAIT_BEFORE_RETRY, most=BATCH):
        render_meeting_annex.delay(annex_id)


@shared_task
def carry_out_step(step_id: int) -> None:
    """Take one step of a batch of decisions, soon after it was asked for."""
    carry_out(step_id=step_id)


@shared_task
def carry_out_stalled_steps() -> None:
    """Ask again for steps that did not come: a worker was killed, or the broker was away."""
    for step_id in stalled_steps(idle=WAIT_BEFORE_RETRY, most=STEPS):
        carry_out_step.delay(step_id)


@shared_task
def render_missing_documents() -> int:
    """Make the PDF of imported decisions that lack one; gives the number made. Harmless to run twice."""
    waiting = Decision.objects.signed().filter(signed_elsewhere=True, document__isnull=True).order_by("pk")
    made = 0
    for decision_id in waiting.values_list("pk", flat=True)[:BATCH]:
        try:
            made += render_missing_document(decision_id=decision_id)
        except Refusal:
            # One broken text must not keep the others waiting.
            logger.exception("The PDF of decision %s could not be made.", decision_id)
    return made


@shared_task
def end_member_roles() -> int:
    """Take the role of member from those who have left the nämnd. Harmless to run twice."""
    return withdraw_roles()


@shared_task
def fill_committee_lists() -> int:
    """Put what has been signed on the next list to each nämnd. Harmless to run twice."""
    return fill_lists()


@shared_task
def clear_draft_material() -> int:
    """Take away the working material of drafts that were signed some time ago. Harmless to run twice."""
    return clear_material()
