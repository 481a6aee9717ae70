"""That comments beside the text are still open."""

from collections.abc import Iterator

from django.urls import reverse

from decisions.checks.check import Check
from decisions.models import Decision


def commented(decision: Decision) -> Iterator[Check]:
    """A notice, and no stop. What a decision must hold and who may make it is said by law (FL 31–32 §§, KL 6
    and 7 ch.), and the delegate alone decides (KL 7:5): a colleague's question, perhaps by somebody who
    is away, must not keep them from it. But nobody signs without having been told of it."""
    count = sum(thread.is_open for thread in decision.threads.all())
    if count:
        yield Check(
            code="comments",
            ok=True,
            notice=True,
            label="1 kommentar är inte klar" if count == 1 else f"{count} kommentarer är inte klara",
            note="Det hindrar inte underskriften.",
            page=reverse("decisions:draft_comments", args=[decision.pk]),
            action="Läs",
        )
