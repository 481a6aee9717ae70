"""What an address wants. No event is written: what private persons read is not kept for ever."""

import hashlib
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.outbox import links
from s3portal.outbox.enums import CancelReason, MailGroup
from s3portal.outbox.models import Message, OptOut
from s3portal.outbox.reminders import KINDS
from s3portal.outbox.services.enqueueing import enqueue_mail
from s3portal.outbox.services.stopping import stop


def groups_for(email: str) -> list[MailGroup]:
    """What can come to an address, and so be turned off; reminders in the work to those who work here."""
    user = User.objects.filter(email__iexact=email).first()
    groups = [MailGroup.CALLS] if user is not None else []
    groups += [MailGroup.NEWS, MailGroup.MEETINGS]
    return [*groups, MailGroup.WORK] if user is not None and user.works_for_region else groups


def refused_groups(email: str) -> frozenset[str]:
    rows = OptOut.objects.annotate(address=Lower("email")).filter(address=email.lower())
    return frozenset(rows.values_list("group", flat=True))


def opted_out(group: MailGroup | None, emails: Iterable[str]) -> set[str]:
    """Which of these addresses (in small letters) do not want the group. What is official comes to all."""
    if group is None:
        return set()
    rows = OptOut.objects.filter(group=group).annotate(address=Lower("email"))
    return set(rows.filter(address__in=list(emails)).values_list("address", flat=True))


@transaction.atomic
def choose_mail(*, email: str, wanted: Collection[str], among: Collection[str]) -> None:
    """Of the groups ``among``, the address wants those in ``wanted`` and no other.

    What already waits to be sent of a refused group is stopped; who wants it again gets what is due then."""
    refused = [group for group in among if group not in wanted]
    OptOut.objects.annotate(address=Lower("email")).filter(
        address=email.lower(), group__in=[group for group in among if group in wanted]
    ).delete()
    OptOut.objects.bulk_create(
        (OptOut(email=email.lower(), group=group) for group in refused), ignore_conflicts=True
    )
    waiting = Message.objects.annotate(address=Lower("to_email")).filter(
        address=email.lower(), kind__in=[kind.code for kind in KINDS.values() if kind.group in refused]
    )
    stop(waiting, CancelReason.OPTED_OUT)


def mail_new_link(*, email: str) -> None:
    """To the address itself, so that nobody gains by an old link but its owner. One mail an hour at most."""
    address = hashlib.sha256(email.lower().encode()).hexdigest()[:32]
    enqueue_mail(
        kind="mail_choices_link",
        key=f"mail_choices_link:{address}:{timezone.now():%Y-%m-%dT%H}",
        to_email=email,
        context={"path": links.choices_path(email), "days": links.LINK_HOLDS.days},
        expires_at=timezone.now() + links.LINK_HOLDS,
    )
