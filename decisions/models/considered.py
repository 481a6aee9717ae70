"""That somebody has tried whether something in a decision is secret, before it is sent on."""

import hashlib
import json
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import SecrecyOutcome
from decisions.models.decision import Decision
from decisions.search_triggers import PartKeepsWords
from decisions.triggers import UNSIGNED
from s3portal.diary.secrecy import Provision


class SecrecyReview(models.Model):
    """The latest one counts. ``parts``: keys of ``masking.maskable_parts`` → their names, which become marks
    in the diary at the signature. ``text_mark`` tells which text was tried."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="secrecy_reviews")
    outcome = models.CharField(_("utfall"), max_length=10, choices=SecrecyOutcome)
    parts = models.JSONField(_("delar som är hemliga"), default=dict, blank=True)
    provision = models.CharField(_("bestämmelse"), max_length=10, choices=Provision, blank=True)
    provision_text = models.CharField(_("annan bestämmelse"), max_length=200, blank=True)
    reason = models.CharField(_("skäl"), max_length=500, blank=True)
    until = models.DateField(_("till och med"), null=True, blank=True)
    text_mark = models.CharField(_("den text som prövades"), max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)

    class Meta:
        verbose_name = _("sekretessprövning")
        verbose_name_plural = _("sekretessprövningar")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=SecrecyOutcome.NONE, parts={})
                | (Q(outcome=SecrecyOutcome.SOME) & ~Q(provision="") & ~Q(reason="")),
                name="secrecy_review_is_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="secrecy_review_stays", operation=pgtrigger.Update),
            PartKeepsWords(name="review_keeps_words"),
        ]

    def __str__(self) -> str:
        return f"{self.decision}: {self.get_outcome_display()}"

    @property
    def is_of_this_text(self) -> bool:
        return self.text_mark == text_mark_of(self.decision)


def text_mark_of(decision: Decision) -> str:
    """Another as soon as one of the parts that can be secret is changed. The officer's telephone, the clause
    and the text on appeal are printed too, but tell nothing of the matter. ``decision`` comes from
    ``with_parts``."""
    from decisions.plan import plan_of  # which reads the models

    plan = plan_of(decision)
    text: list[Any] = [
        decision.title,
        decision.background,
        decision.reasons,
        [point.text for point in decision.points.all()],
        [document.title for document in decision.basis_documents.all()],
        [recipient.name for recipient in decision.extract_recipients.all()],
        decision.presenter_text,
        decision.also_present,
        decision.amount,
        [str(decision.starts_on), str(decision.ends_on)],
    ]
    if plan is not None:
        text.append(plan.as_stored())
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()


def latest_review(decision: Decision) -> SecrecyReview | None:
    """Costs no query when the decision comes from ``with_parts``."""
    found = list(decision.secrecy_reviews.all())
    if not found:
        return None
    # The row reads the decision's own parts, and none that were fetched again.
    found[-1].decision = decision
    return found[-1]


def is_tried(decision: Decision) -> bool:
    """Whether somebody has said of this very text whether something in it is secret. Costs no query when the
    decision comes from ``with_parts``."""
    review = latest_review(decision)
    return review is not None and review.is_of_this_text


def is_untried(decision: Decision) -> bool:
    """Whether somebody may say at once that nothing is secret in it: nobody has said anything, or nothing was
    secret in another text. Costs no query when the decision comes from ``with_parts``."""
    review = latest_review(decision)
    return review is None or (review.outcome == SecrecyOutcome.NONE and not review.is_of_this_text)


def drafts_with_secrets() -> QuerySet[Any]:
    """The keys of the unsigned decisions where somebody has said that parts are secret, in one query to
    filter by. They have no marks in the diary until they are signed."""
    later = SecrecyReview.objects.filter(decision=OuterRef("decision"), pk__gt=OuterRef("pk"))
    said = SecrecyReview.objects.filter(outcome=SecrecyOutcome.SOME, decision__status__in=UNSIGNED)
    return said.filter(~Exists(later)).order_by().values("decision")
