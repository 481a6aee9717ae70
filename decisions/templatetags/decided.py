"""What pages of the layers below show of decisions: the template asks, so nothing below imports this app."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils import timezone

from applications.models import Application
from decisions.changes import Tie, ties_of
from decisions.expedition_queries import sent_to_parties
from decisions.final_queries import with_finality
from decisions.finality import Finality, finality_of
from decisions.models import Decision, DecisionReport
from decisions.models.decision import LONG_TEXTS

register = template.Library()


@dataclass(frozen=True)
class Decided:
    """One signed decision, how far it is from laga kraft, and where it was reported. ``sent``: how and when
    it was sent to the applicant, who reads it in full from then on."""

    decision: Decision
    final: Finality
    report: DecisionReport | None
    is_published: bool
    is_expedited: bool
    sent: list[str]
    ties: list[Tie]


@register.simple_tag
def decisions_on(application: Application) -> list[Decided]:
    """The signed decisions on the application, the latest first."""
    today = timezone.localdate()
    signed: Any = Decision.objects.signed().filter(application=application).defer(*LONG_TEXTS)
    found = (
        with_finality(signed)
        .select_related("case", "publication", "expedition")
        .order_by("-decided_on", "-pk")
    )
    decisions = list(found)
    ids = [decision.pk for decision in decisions]
    ties, sent = ties_of(ids), sent_to_parties(ids)
    return [
        Decided(
            decision,
            finality_of(decision, today=today),
            getattr(decision, "report", None),
            hasattr(decision, "publication"),
            hasattr(decision, "expedition"),
            sent[decision.pk],
            ties[decision.pk],
        )
        for decision in decisions
    ]
