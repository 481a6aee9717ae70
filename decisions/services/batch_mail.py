"""One mail tells of all that was sent or signed together, when the last of it is settled."""

from collections import Counter

from django.urls import reverse

from decisions.enums import BatchAction, StepState
from decisions.models import BatchStep, DecisionBatch
from decisions.models.batch import BatchStepQuerySet
from s3portal.accounts.models import User
from s3portal.outbox.services import enqueue_mail


def tell_when_all_are_settled(step: BatchStep) -> None:
    """In the transaction that settles ``step``. The batch's row is held from here to the commit: of two that
    settle the last two, the later sees the earlier. It is last in the order of locks, after the decision that
    the step is about: whoever holds the batch locks no decision."""
    batches = DecisionBatch.objects.select_related("lock__ranking__call").defer("lock__content")
    batch = batches.select_for_update(of=("self",), no_key=True).get(pk=step.item.batch_id)
    together = BatchStep.objects.filter(
        item__batch=batch, action=step.action, actor=step.actor, asked_at=step.asked_at
    )
    if together.waiting().exists():
        return
    if step.action == BatchAction.PROPOSE:
        _tell_delegates(batch, step, together)
    else:
        _tell_officers(batch, step, together)


def _tell_delegates(batch: DecisionBatch, step: BatchStep, together: BatchStepQuerySet) -> None:
    sent = together.filter(state=StepState.DONE, item__decision__delegate__isnull=False)
    counts = Counter(sent.values_list("item__decision__delegate__user", flat=True))
    for user in User.objects.filter(pk__in=counts).order_by("pk"):
        path = reverse("decisions:batch_sign", args=[batch.pk])
        _mail("decision_batch_proposed", batch, step, to=user.email, path=path, count=counts[user.pk])


def _tell_officers(batch: DecisionBatch, step: BatchStep, together: BatchStepQuerySet) -> None:
    signed = together.filter(state=StepState.DONE)
    counts = Counter(signed.values_list("item__decision__case_officer_email", flat=True))
    for email in sorted(counts):
        path = reverse("decisions:batch", args=[batch.pk])
        _mail("decision_batch_signed", batch, step, to=email, path=path, count=counts[email])


def _mail(kind: str, batch: DecisionBatch, step: BatchStep, *, to: str, path: str, count: int) -> None:
    enqueue_mail(
        kind=kind,
        key=f"{kind}:{batch.pk}:{step.asked_at.timestamp()}:{step.actor_id}:{to}",
        to_email=to,
        context={
            "actor": step.actor,
            "call": batch.lock.ranking.call,
            "count": count,
            "path": path,
        },
        obj=batch,
    )
