"""Work on decisions in the background. Nothing here signs: that takes a human (KL 6:38)."""

import logging

from celery import shared_task

from decisions.models import Decision
from decisions.services.rendering import render_missing_document
from s3portal.common.errors import Refusal

logger = logging.getLogger(__name__)
#: At most this many in one run, so that a run ends before the next begins.
BATCH = 50


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
