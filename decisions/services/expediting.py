"""Sending a signed decision to those who shall have it (Utdrag till)."""

from collections.abc import Sequence

from django.db import transaction

from decisions.enums import DecisionAction
from decisions.models import Decision, DecisionDocument, Expedition, ExtractRecipient
from decisions.rules import sends_out
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import register_record
from s3portal.outbox.services import enqueue_mail

MAIL_KIND = "decision_extract"
#: The diary holds no more of a title or a counterpart.
_MOST = 300


def message_key(recipient: ExtractRecipient) -> str:
    """The outbox key of one recipient's extract: whoever presses again sends nothing more."""
    return f"decision-extract:{recipient.decision_id}:{recipient.pk}"


@transaction.atomic
def expedite_decision(*, decision_id: int, actor: User) -> Expedition:
    """Mail the sealed PDF to each extract recipient with an address and note it in the diary.

    Those without an address are left to other means. A decision that is already expedited is left as it is:
    its expedition is given back. Raises Refusal when the decision is not signed here or has no recipients.
    """
    decision = Decision.objects.select_for_update(of=("self",)).select_related("case").get(pk=decision_id)
    require(decision, DecisionAction.EXPEDITE)
    if not sends_out(actor):
        raise Refusal("Bara en handläggare kan expediera beslut.")
    if decision.signed_elsewhere:
        raise Refusal("Beslutet undertecknades utanför portalen och skickas inte ut härifrån.")
    done = Expedition.objects.filter(decision=decision).first()
    if done is not None:
        return done
    document = DecisionDocument.objects.select_related("file").filter(decision=decision).first()
    if document is None:
        raise Refusal("Beslutets pdf finns inte än. Försök igen om en stund.")
    recipients = list(decision.extract_recipients.order_by("order"))
    if not recipients:
        raise Refusal("Beslutet har ingen mottagare under Utdrag till, så det finns inget att skicka.")
    for recipient in recipients:
        if recipient.email:
            _send(decision, recipient, document)
    expedition = Expedition.objects.create(decision=decision, expedited_by=actor)
    _register(decision.case, recipients, actor)
    record_event(
        actor=actor,
        action="decision_expedited",
        obj=decision,
        text=f"Beslutet expedierat till {_names(recipients)}",
        data={
            "mailed": [recipient.pk for recipient in recipients if recipient.email],
            "other_means": [recipient.pk for recipient in recipients if not recipient.email],
        },
    )
    return expedition


def _send(decision: Decision, recipient: ExtractRecipient, document: DecisionDocument) -> None:
    file = document.file
    enqueue_mail(
        kind=MAIL_KIND,
        key=message_key(recipient),
        to_email=recipient.email,
        context={"decision": decision, "recipient": recipient, "number": str(decision.case)},
        obj=decision,
        attachments=[FrozenFile(file.filename, file.content_type, file.storage_name, file.sha256)],
    )


def _names(recipients: Sequence[ExtractRecipient]) -> str:
    return ", ".join(recipient.name for recipient in recipients)


def _register(case: Case, recipients: Sequence[ExtractRecipient], actor: User) -> None:
    # A record's title is public for ever, so it never names who is protected (OSL 5:2 st. 2).
    title = "Utdrag av beslut" if case.counterpart_protected else f"Utdrag till {_names(recipients)}"
    register_record(
        actor=actor,
        case=case,
        direction=Direction.OUTGOING,
        title=_shorten(title),
        counterpart=_shorten(_names(recipients)),
    )


def _shorten(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
