"""Refusals of requests for copies (OSL 6:3): by which clauses somebody may refuse, and which refusals the
nämnd is to hear of.

They are appealed to kammarrätten and their time runs from when the requester got them, so they are no
decisions here. By which clause they are made is the same question. KL 7:8 asks that a decision that is not
reported is noted in minutes of its own only where chapter 13 holds, which it does not for these; but what the
nämnd wants to hear of, it hears of by the clause (domain: KL 6:40)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from decisions.enums import DecisionKind
from decisions.models import CommitteeMeeting, Delegate, MeetingAnnex
from decisions.models.annex import AnnexQuerySet
from s3portal.accounts.models import User
from s3portal.copies.authority import Authority, Source
from s3portal.copies.models import CopyRequest, CopyRequestQuerySet

#: What an annex calls its refusals (``annex.annex_content``). Those that were made before have none.
_TOLD: Final = "refusals"
#: One may be under way while a list is confirmed, with an earlier time on it than the annex has.
_LONGEST_SIGNING: Final = timedelta(hours=1)


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


# --- What the nämnd is told -------------------------------------------------------------------------------
@dataclass(frozen=True)
class RefusedCopy:
    """One refusal on a meeting's list. It names no document: what was asked for may be secret."""

    request_id: int
    refused_on: date
    diary_number: str
    reference: str
    decider: str
    decider_title: str
    clause: str

    @property
    def matter(self) -> str:
        return f"Avslag på begäran om handling, referens {self.reference}"


def refusals_to_report(meeting: CommitteeMeeting) -> list[RefusedCopy]:
    """Refusals on the nämnd's delegation by clauses that are reported, which no meeting before this one was
    told of; the oldest first. Where the list was confirmed, those that its annex tells. At most four
    queries."""
    annex = _annex_of(meeting)
    found = CopyRequest.objects.filter(
        authority__committee_id=meeting.committee_id, authority__reportable=True
    )
    if annex is not None and _TOLD in annex.content:
        found = found.filter(pk__in=_told(annex))
    else:
        found = _since_the_last(found, meeting)
        end = meeting.starts_at if annex is None else annex.confirmed_at
        found = found.filter(refused_at__lte=min(end, timezone.now()))
    return [_line(made) for made in found.select_related("case").order_by("refused_at", "pk")]


def _since_the_last(found: CopyRequestQuerySet, meeting: CommitteeMeeting) -> CopyRequestQuerySet:
    earlier = CommitteeMeeting.objects.standing().filter(
        committee=meeting.committee_id, starts_at__lt=meeting.starts_at
    )
    last = earlier.order_by("-starts_at").first()
    if last is None:
        return found
    annex = _annex_of(last)
    if annex is None:
        return found.filter(refused_at__gt=last.starts_at)
    return found.filter(refused_at__gt=annex.confirmed_at - _LONGEST_SIGNING).exclude(pk__in=_told(annex))


def _annex_of(meeting: CommitteeMeeting) -> MeetingAnnex | None:
    """What the nämnd had at the meeting, if it has begun: one that was opened again and struck from after it
    tells of no new refusals. One that was opened before it and not confirmed again was not what the nämnd
    had: it had the open list, which goes by the days. Before the meeting, what is confirmed now."""
    annexes: AnnexQuerySet = MeetingAnnex.objects.filter(meeting=meeting)
    if not meeting.has_begun:
        return annexes.holding().first()
    had = annexes.filter(confirmed_at__lte=meeting.starts_at).exclude(reopened_at__lte=meeting.starts_at)
    return had.order_by("-number").first()


def _told(annex: MeetingAnnex) -> list[int]:
    return [row["request"] for row in annex.content.get(_TOLD, [])]


def _line(made: CopyRequest) -> RefusedCopy:
    if made.refused_at is None or made.authority is None:
        raise ValueError("a refusal on delegation has its day and its clause")
    return RefusedCopy(
        request_id=made.pk,
        refused_on=timezone.localdate(made.refused_at),
        diary_number=str(made.case),
        reference=made.reference,
        decider=made.authority["decider"],
        decider_title=made.authority["title"],
        clause=made.authority["clause"],
    )
