"""Jäv in many of a batch's applications, answered in one form (KL 6:28–32, 7:4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from applications.enums import RecusalGround
from applications.impartiality import Access, access_of
from applications.models import Application
from applications.services import declare_impartiality
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


@dataclass(frozen=True)
class Answer:
    ground: RecusalGround
    text: str = ""


def declare_in_batch(*, batch_id: int, actor: User, answers: Mapping[int, Answer]) -> int:
    """Answer for oneself in each application (by id), in a transaction of its own: what has been declared
    stands, and bars at once, whatever becomes of the next. What is answered already is left as it is.

    Returns in how many jäv was declared. Raises Refusal for "something else" without saying what, before
    anything is written."""
    for pk, answer in answers.items():
        if answer.ground == RecusalGround.OTHER and not answer.text.strip():
            raise Refusal("Beskriv vad som kan rubba förtroendet.", field=f"text-{pk}")
    declared = 0
    in_batch = Application.objects.filter(pk__in=answers, batch_items__batch=batch_id)
    for application in in_batch.order_by("pk"):
        if access_of(actor, application) is not Access.ASK:
            continue
        answer = answers[application.pk]
        declare_impartiality(
            application_id=application.pk, actor=actor, ground=answer.ground, text=answer.text
        )
        declared += answer.ground != RecusalGround.NONE
    return declared
