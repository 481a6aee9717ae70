"""Whether the mails that carry a decision may still leave, asked by the outbox just before each does: between
the press of the button and the mail somebody may have marked something in it as secret."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.db import connection

from decisions.enums import DispatchStepKind
from decisions.models import Decision, DecisionDocument, Dispatch
from decisions.secrecy import Secrecy, fresh_masked, secrecy_of
from s3portal.diary.marked import marked_among
from s3portal.diary.models import Case
from s3portal.outbox.models import Message
from s3portal.outbox.reminders import Told


def standing_dispatches(messages: Sequence[Message]) -> Told:
    """Those that carry nothing secret, and that nothing has been sent in place of.

    Their cases are held, in the lightest way that keeps out who marks, until the outbox has noted the batch.
    Never waited for: who marks a case may wait for what the outbox holds. A case that somebody else holds is
    asked about in the next round. Who marks in a case that it is merged with holds it too. A constant number
    of queries, and some more for each decision in whose case something is marked."""
    decisions = Decision.objects.in_bulk([one.object_id for one in messages if one.object_id is not None])
    held = _hold({decision.case_id for decision in decisions.values()})
    superseded = _superseded(messages)
    marked = marked_among(held)
    standing: set[int] = set()
    unknown: set[int] = set()
    by_decision: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        decision = decisions.get(message.object_id or 0)
        if decision is None or message.pk in superseded:
            continue
        if decision.case_id not in held:
            unknown.add(message.pk)
        elif decision.case_id not in marked:
            standing.add(message.pk)
        else:
            by_decision[decision.pk].append(message)
    for decision_id, found in by_decision.items():
        standing.update(_open_ones(decision_id, found))
    return Told(standing, unknown)


def _hold(cases: Collection[int]) -> set[int]:
    """Those of the cases that nobody else holds. They are ours until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {Case._meta.db_table} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE SKIP LOCKED",  # noqa: S608 - the table's name is our own
            [sorted(cases)],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _superseded(messages: Sequence[Message]) -> set[int]:
    """What has been sent again since, or undone."""
    found = Dispatch.objects.filter(message__in=[message.pk for message in messages])
    undone = found.filter(steps__kind=DispatchStepKind.UNDONE).values_list("message_id", flat=True)
    again = found.filter(next__isnull=False).values_list("message_id", flat=True)
    return {pk for pk in undone.union(again) if pk is not None}


def _open_ones(decision_id: int, messages: Sequence[Message]) -> Iterator[int]:
    """Of the mails of one decision, in whose case something is marked."""
    decision = Decision.objects.with_parts().get(pk=decision_id)
    secrecy = secrecy_of(decision)
    allowed = _files(decision, secrecy)
    for message in messages:
        carried = {file.storage_name for file in message.attachments.all()}
        if carried <= allowed and not secrecy.found_in(f"{message.subject}\n{message.text_body}"):
            yield message.pk


def _files(decision: Decision, secrecy: Secrecy) -> set[str]:
    """The names in the storage of what may be attached now: the whole while nothing in it is marked, else the
    masked version by the marks that stand."""
    if not secrecy.any:
        document = DecisionDocument.objects.select_related("file").get(decision=decision)
        return {document.file.storage_name}
    masked = fresh_masked(decision, secrecy)
    return set() if masked is None else {masked.file.storage_name}
