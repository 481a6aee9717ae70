"""What the officer has judged of the conditions for a grant: one that is not met is a reason to reject."""

from collections.abc import Iterator
from typing import Final

from django.urls import reverse

from applications.checks.eligibility import LABELS
from applications.enums import EligibilityJudgement
from applications.models import Application
from decisions.checks.check import Check
from decisions.models import Decision

#: Judged of the amount applied for. The decision's own amount is tried in their place, since a grant of less
#: may be what mends it.
_OF_AMOUNT: Final = frozenset({"share", "frame"})


def eligibility(decision: Decision) -> Iterator[Check]:
    """A failed check for each condition that is judged as not met, with the link to the judgement."""
    application = decision.application
    if application is None:
        return
    for judged in application.eligibility.all():
        if judged.judgement != EligibilityJudgement.NOT_OK or judged.item in _OF_AMOUNT:
            continue
        if judged.item == "amounts" and _within_call(decision.amount or 0, application):
            continue
        yield Check(
            code="eligibility",
            ok=False,
            label=f"Ett villkor är inte uppfyllt: {LABELS.get(judged.item, judged.item)}",
            note=judged.reason,
            page=f"{reverse('applications:eligibility', args=[application.pk])}#{judged.item}",
            action="Läs bedömningen",
        )


def _within_call(amount: int, application: Application) -> bool:
    """Kronor, against the least and the most that the call gives."""
    call = application.call
    least, most = call.min_amount or 0, call.max_amount
    return least <= amount and (most is None or amount <= most)
