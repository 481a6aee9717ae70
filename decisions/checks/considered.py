"""That the secrecy has been tried (OSL 5:5 is only a reminder: somebody must have thought of it)."""

from collections.abc import Iterator

from decisions.checks.check import Check, failed_check, passed
from decisions.enums import SecrecyOutcome
from decisions.models import Decision
from decisions.models.considered import latest_review
from s3portal.common.swedish import format_day, in_stockholm


def considered(decision: Decision) -> Iterator[Check]:
    """One check. Where parts are secret they are those of the very text; where nothing is, a later change is
    told and stops nothing."""
    review = latest_review(decision)
    if review is None:
        label = "Sekretessen är inte prövad"
        yield failed_check("secrecy", label, note="Säg om något i beslutet är hemligt.", field="sekretess",
                           action="Pröva")  # fmt: skip
        return
    same, day = review.is_of_this_text, format_day(in_stockholm(review.at).date())
    who = f"{review.by}, {day}"
    if review.outcome == SecrecyOutcome.SOME and review.parts and not same:
        label = "Texten är ändrad sedan sekretessen prövades"
        yield failed_check("secrecy", label, note=f"Prövad av {who}.", field="sekretess", action="Pröva igen")
    elif review.outcome == SecrecyOutcome.SOME:
        yield passed("secrecy", "Sekretess prövad: delar är hemliga", note=who)
    else:
        note = who if same else f"{who}. Texten är ändrad sedan dess."
        yield passed("secrecy", "Sekretess prövad: inget är hemligt", note=note)
