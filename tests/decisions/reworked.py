"""A proposal that has been read, returned, rewritten and sent again."""

from dataclasses import replace
from typing import Any

from decisions.content import content_of
from decisions.models import Decision
from decisions.services.commenting import reply, set_resolved, start_thread, withdraw_comment
from decisions.services.drafting import save_draft
from decisions.services.proposing import propose_decision, return_decision
from decisions.services.versioning import note_draft_read
from tests import factories


def make_reworked(*, officer: Any, delegate: Any, words: str = "Ny", **fields: Any) -> Decision:
    """Its texts, points, amount and recipients have changed since its delegate read it."""

    def latest() -> Decision:
        return Decision.objects.with_parts().get(pk=decision.pk)

    decision = factories.make_decision(user=officer, delegate=delegate, **fields)
    sent = propose_decision(decision_id=decision.pk, actor=officer, expected_version=decision.version)
    note_draft_read(decision=sent, reader=delegate.user)
    comment(decision, officer=officer, delegate=delegate.user, words=words)
    return_decision(
        decision_id=decision.pk, actor=delegate.user, expected_version=sent.version, reason=f"Skriv {words}."
    )
    content = content_of(latest())
    saved = save_draft(
        decision_id=decision.pk,
        actor=officer,
        expected_version=latest().version,
        content=replace(
            content,
            title=f"{content.title} {words}",
            reasons=f"Projektet stärker {words}.",
            points=(*content.points[::-1], f"{words}."),
            point_keys=(*content.point_keys[::-1], ""),
            recipients=(*content.recipients, replace(content.recipients[0], name=words)),
        ),
    )
    factories.consider(saved)
    propose_decision(decision_id=decision.pk, actor=officer, expected_version=saved.version)
    start_thread(decision_id=decision.pk, actor=officer, anchor="del-title", text=f"Är {words} bra?")
    note_draft_read(decision=latest(), reader=delegate.user)
    return latest()


def comment(decision: Decision, *, officer: Any, delegate: Any, words: str) -> None:
    """A thread that waits, on words that will change; one that is done; and one with a comment taken
    back."""
    threads = [
        start_thread(
            decision_id=decision.pk, actor=delegate, anchor=anchor, text=f"Varför {words}?", quote=quote
        )
        for anchor, quote in (
            ("del-reasons", "bidrar till den regionala utvecklingsstrategin."),
            ("del-background", ""),
            ("del-amount", ""),
        )
    ]
    for thread in threads:
        reply(decision_id=decision.pk, thread_id=thread.pk, actor=officer, text=f"Så här: {words}.")
    set_resolved(decision_id=decision.pk, thread_id=threads[1].pk, actor=officer, resolved=True)
    first = threads[2].entries.earliest("pk")
    withdraw_comment(decision_id=decision.pk, comment_id=first.pk, actor=delegate)
