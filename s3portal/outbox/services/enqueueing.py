"""Putting messages in the outbox."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.db import connection, models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from s3portal.common.files import FrozenFile, InlineFile, sha256_hex
from s3portal.outbox.models import Message, MessageAttachment

#: So many mails are written with one statement: a constant number of queries for each such batch.
BATCH: Final = 500


@dataclass(frozen=True)
class Mail:
    """One mail to write. ``templates/mail/<template or kind>`` (.subject.txt, .txt and .html) are its words.

    ``key`` makes asking twice harmless. Nothing is sent before ``not_before`` or after ``expires_at``.
    ``unsubscribe_url`` (an address or a path of the portal) takes one POST without a login (RFC 8058).
    ``about_at`` and ``facts`` are a reminder's: what must still hold when it leaves."""

    kind: str
    key: str
    to_email: str
    context: Mapping[str, Any]
    obj: models.Model | None = None
    attachments: Sequence[FrozenFile | InlineFile] = field(default=())
    not_before: datetime | None = None
    expires_at: datetime | None = None
    unsubscribe_url: str = ""
    template: str = ""
    about_at: datetime | None = None
    facts: str = ""


@transaction.atomic
def enqueue_mail(
    *,
    kind: str,
    key: str,
    to_email: str,
    context: Mapping[str, Any],
    obj: models.Model | None = None,
    attachments: Sequence[FrozenFile | InlineFile] = (),
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    unsubscribe_url: str = "",
) -> Message:
    """Write a mail to the outbox, in the caller's transaction; a worker sends it after commit.

    The arguments are those of ``Mail``. Asking again with the same ``key`` gives the first message back and
    sends nothing more.
    """
    mail = Mail(
        kind=kind,
        key=key,
        to_email=to_email,
        context=context,
        obj=obj,
        attachments=attachments,
        not_before=not_before,
        expires_at=expires_at,
        unsubscribe_url=unsubscribe_url,
    )
    message, created = Message.objects.get_or_create(key=key, defaults=_columns(mail))
    if created:
        MessageAttachment.objects.bulk_create(_attachments(message.pk, mail))
        deliver_after_commit(message)
    return message


@transaction.atomic
def enqueue_many(mails: Iterable[Mail]) -> int:
    """Write many mails; those whose key is there already are left out. Returns how many were written.

    Costs a constant number of queries for each ``BATCH`` of them, and one round of delivery after commit.
    """
    written = 0
    source = iter(mails)
    while batch := list(islice(source, BATCH)):
        written += _write(batch)
    if written:
        from s3portal.outbox.tasks import deliver_due  # the task imports this module

        transaction.on_commit(lambda: deliver_due.delay(), robust=True)  # noqa: PLW0108 - a named function, as below
    return written


def _write(mails: list[Mail]) -> int:
    wanted = {mail.key: mail for mail in reversed(mails)}
    known = Message.objects.filter(key__in=wanted).values_list("key", flat=True)
    for key in list(known):
        del wanted[key]
    if not wanted:
        return 0
    # In the order of the keys: two that write the same mails at once wait for each other in the same order.
    new = [wanted[key] for key in sorted(wanted)]
    # With numbers of our own, the rows that bear them afterwards are those that nobody else was first with.
    numbers = _take_numbers(len(new))
    Message.objects.bulk_create(
        (Message(pk=pk, key=mail.key, **_columns(mail)) for pk, mail in zip(numbers, new, strict=True)),
        ignore_conflicts=True,
    )
    ours = set(Message.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    MessageAttachment.objects.bulk_create(
        file for pk, mail in zip(numbers, new, strict=True) if pk in ours for file in _attachments(pk, mail)
    )
    return len(ours)


def _take_numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Message._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _columns(mail: Mail) -> dict[str, Any]:
    name = mail.template or mail.kind
    facts = {**mail.context, "region": settings.REGION, "base_url": settings.BASE_URL}
    unsubscribe = mail.unsubscribe_url
    return {
        "kind": mail.kind,
        "to_email": mail.to_email,
        "subject": " ".join(render_to_string(f"mail/{name}.subject.txt", facts).split())[:250],
        "text_body": render_to_string(f"mail/{name}.txt", facts).strip() + "\n",
        "html_body": render_to_string(f"mail/{name}.html", facts),
        "not_before": mail.not_before or timezone.now(),
        "expires_at": mail.expires_at,
        "about_at": mail.about_at,
        "facts": mail.facts,
        "unsubscribe_url": settings.BASE_URL + unsubscribe if unsubscribe.startswith("/") else unsubscribe,
        "object_type": "" if mail.obj is None else mail.obj._meta.label_lower,
        "object_id": None if mail.obj is None else mail.obj.pk,
    }


def _attachments(message_id: int, mail: Mail) -> Iterator[MessageAttachment]:
    for file in mail.attachments:
        row = MessageAttachment(message_id=message_id, filename=file.filename, content_type=file.content_type)
        if isinstance(file, InlineFile):
            row.content, row.sha256 = file.content, sha256_hex(file.content)
        else:
            row.storage_name, row.sha256 = file.storage_name, file.sha256
        yield row


def deliver_after_commit(message: Message) -> None:
    """Wake a worker once the row is there. Should the broker be away, the beat job finds the row instead."""
    from s3portal.outbox.tasks import deliver  # the task imports this module

    # A function with a name: Django logs it by its name when the broker is away.
    transaction.on_commit(lambda: deliver.delay(message.pk), robust=True)
