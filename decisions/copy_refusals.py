"""Refusals of requests for copies (OSL 6:3): by which clauses somebody may refuse, and which refusals the
nämnd is to hear of.

They are appealed to kammarrätten and their time runs from when the requester got them, so they are no
decisions here. By which clause they are made is the same question. KL 7:8 asks that a decision that is not
reported is noted in minutes of its own only where chapter 13 holds, which it does not for these; but what the
nämnd wants to hear of, it hears of by the clause (domain: KL 6:40)."""

from datetime import date

from django.utils import timezone

from decisions.enums import DecisionKind
from decisions.models import CommitteeMeeting, Delegate
from s3portal.accounts.models import User
from s3portal.copies.authority import Authority, Source
from s3portal.copies.models import CopyRequest


def _held_by(user: User, on: date) -> list[Authority]:
    """Clauses for other decisions than those on grants; what cannot wait for the nämnd is not among them."""
    found = Delegate.objects.valid_on(on).filter(
        user=user, clause__kinds__contains=[DecisionKind.OTHER], clause__urgent=False
    )
    found = found.select_related("clause__order__committee", "delegated_by__user", "user")
    return [_authority(delegate) for delegate in found.order_by("clause__number", "pk")]


def _authority(delegate: Delegate) -> Authority:
    clause, order = delegate.clause, delegate.clause.order
    note = delegate.note_in_decision
    return Authority(
        key=str(delegate.pk),
        label=f"{order.title}, punkt {clause.number}" + (f". {note}" if note else ""),
        text=clause.text,
        title=delegate.signing_title,
        snapshot={
            "delegate": delegate.pk,
            "decider": delegate.user.full_name,
            "title": delegate.signing_title,
            "order": order.title,
            "clause": clause.number,
            "clause_text": clause.text,
            "note": note,
            "committee": order.committee.name,
            "committee_id": order.committee_id,
            "reportable": clause.reportable,
        },
    )


def _hold(key: str) -> None:
    from decisions.services.signing import hold_delegate  # not before somebody refuses: it brings the PDF

    hold_delegate(int(key))


SOURCE = Source(held_by=_held_by, hold=_hold)


def refusals_to_report(meeting: CommitteeMeeting) -> list[CopyRequest]:
    """Refusals on the nämnd's delegation since its meeting before this one, by clauses that are reported; the
    oldest first. Two queries."""
    earlier = CommitteeMeeting.objects.standing().filter(
        committee=meeting.committee_id, starts_at__lt=meeting.starts_at
    )
    last = earlier.order_by("-starts_at").values_list("starts_at", flat=True).first()
    found = CopyRequest.objects.filter(
        authority__committee_id=meeting.committee_id,
        authority__reportable=True,
        refused_at__lte=min(meeting.starts_at, timezone.now()),
    )
    if last is not None:
        found = found.filter(refused_at__gt=last)
    return list(found.select_related("case").order_by("refused_at", "pk"))
