"""That the secrecy has been tried (OSL 5:5 is only a reminder: somebody must have thought of it)."""

from collections.abc import Iterator

from django.urls import reverse

from decisions.checks.check import Check, passed
from decisions.enums import SecrecyOutcome
from decisions.models import Decision
from decisions.models.considered import latest_review
from s3portal.common.swedish import format_day, in_stockholm


def considered(decision: Decision) -> Iterator[Check]:
    """One check. What counts is what somebody has said of the very text: what was written afterwards nobody
    has tried, and it may be what is secret."""
    review = latest_review(decision)
    if review is None:
        note = "Säg om något i beslutet är hemligt."
        yield _stop(decision, "Sekretessen är inte prövad", note, "Pröva")
        return
    who = f"{review.by}, {format_day(in_stockholm(review.at).date())}"
    if not review.is_of_this_text:
        note = f"Prövad av {who}."
        yield _stop(decision, "Texten är ändrad sedan sekretessen prövades", note, "Pröva igen")
    elif review.outcome == SecrecyOutcome.SOME:
        yield passed("secrecy", "Sekretess prövad: delar är hemliga", note=who)
    else:
        yield passed("secrecy", "Sekretess prövad: inget är hemligt", note=who)


def _stop(decision: Decision, label: str, note: str, action: str) -> Check:
    """A draft is tried where it is sent. What waits for its signature is tried on a page of its own."""
    page = "" if decision.is_draft else reverse("decisions:consider", args=[decision.pk])
    return Check(
        code="secrecy", ok=False, label=label, note=note, field="sekretess", action=action, page=page
    )
