"""What an address wants. No event is written: what private persons read is not kept for ever."""

from collections.abc import Collection

from django.db import transaction
from django.db.models.functions import Lower

from s3portal.accounts.models import User
from s3portal.outbox.enums import MailGroup, MessageStatus
from s3portal.outbox.models import Message, OptOut
from s3portal.outbox.reminders import KINDS


def groups_for(email: str) -> list[MailGroup]:
    """What can come to an address, and so be turned off; reminders in the work to those who work here."""
    user = User.objects.filter(email__iexact=email).first()
    groups = [MailGroup.CALLS] if user is not None else []
    groups += [MailGroup.NEWS, MailGroup.MEETINGS]
    return [*groups, MailGroup.WORK] if user is not None and user.works_for_region else groups


def refused_groups(email: str) -> frozenset[str]:
    rows = OptOut.objects.annotate(address=Lower("email")).filter(address=email.lower())
    return frozenset(rows.values_list("group", flat=True))


@transaction.atomic
def choose_mail(*, email: str, wanted: Collection[str], among: Collection[str]) -> None:
    """Of the groups ``among``, the address wants those in ``wanted`` and no other.

    What already waits to be sent of a refused group is stopped."""
    refused = [group for group in among if group not in wanted]
    OptOut.objects.annotate(address=Lower("email")).filter(
        address=email.lower(), group__in=[group for group in among if group in wanted]
    ).delete()
    OptOut.objects.bulk_create(
        (OptOut(email=email.lower(), group=group) for group in refused), ignore_conflicts=True
    )
    Message.objects.annotate(address=Lower("to_email")).filter(
        status=MessageStatus.QUEUED,
        address=email.lower(),
        kind__in=[kind.code for kind in KINDS.values() if kind.group in refused],
    ).update(status=MessageStatus.CANCELLED, last_error="Mottagaren har valt bort utskicken")
