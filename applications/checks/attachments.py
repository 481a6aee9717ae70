"""What files are missing."""

from collections.abc import Iterator

from applications.attachments import slots_of
from applications.checks.steps import Problem, Step
from applications.models import Application


def missing_in_attachments(application: Application) -> Iterator[Problem]:
    for slot in slots_of(application):
        if slot.missing:
            yield Problem(Step.ATTACHMENTS, f"id_{slot.key}-upload", f"Ladda upp ”{slot.label}”.")
