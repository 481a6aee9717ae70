"""Following calls and meetings by mail: asked for by anybody, begun only by who reads the address's mail."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from calls.models import StrengthArea, Subscription
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.outbox.services import cancel_queued, enqueue_mail

LINK_HOLDS: Final = timedelta(days=7)
_SALT = "calls.subscription"


@dataclass(frozen=True)
class Wish:
    """What an address asks to follow: everything, or the areas with these keys."""

    email: str
    everything: bool
    area_ids: tuple[int, ...] = ()

    def areas(self) -> list[StrengthArea]:
        """The areas there are of those that were wished for."""
        return [] if self.everything else list(StrengthArea.objects.filter(pk__in=self.area_ids))


def sign_wish(wish: Wish) -> str:
    """The wish as a string that nobody else can make, for the link in the mail. Compact; holds seven days."""
    return signing.dumps([wish.email, wish.everything, list(wish.area_ids)], salt=_SALT, compress=True)


def read_wish(signed: str) -> Wish | None:
    """What ``sign_wish`` was given; None when the string is too old or somebody else's."""
    try:
        email, everything, area_ids = signing.loads(signed, salt=_SALT, max_age=LINK_HOLDS)
    except signing.BadSignature:
        return None
    return Wish(email, everything, tuple(area_ids))


@transaction.atomic
def ask_to_subscribe(*, wish: Wish) -> None:
    """Mail the address: a link that begins the subscription or, where there is one, a link to change it.

    Nothing is kept before the link is used, and the caller cannot tell which mail it was, so that nobody
    learns who subscribes. The same wish pressed twice within the hour sends one mail."""
    subscription = Subscription.objects.filter(email__iexact=wish.email).first()
    if subscription is not None:
        enqueue_mail(
            kind="subscription_exists",
            key=f"subscription_exists:{_fingerprint(subscription.token)}:{_this_hour()}",
            to_email=subscription.email,
            context={"path": subscription.manage_path},
            obj=subscription,
            unsubscribe_url=subscription.unsubscribe_url,
        )
        return
    enqueue_mail(
        kind="subscription_confirm",
        key=f"subscription_confirm:{_fingerprint(wish)}:{_this_hour()}",
        to_email=wish.email,
        context={
            "everything": wish.everything,
            "areas": wish.areas(),
            "path": reverse("calls:subscription_confirm", args=[sign_wish(wish)]),
        },
        expires_at=timezone.now() + LINK_HOLDS,
    )


def _fingerprint(value: object) -> str:
    """A short name of something secret or long, for a message's key."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:32]


def _this_hour() -> str:
    return f"{timezone.now():%Y-%m-%dT%H}"


@transaction.atomic
def confirm_subscription(*, wish: Wish) -> Subscription:
    """Begin the subscription that a mailed link asks for. One that is already there gets the wish as its own.

    Raises Refusal when none of the areas exists any longer."""
    _require_something(everything=wish.everything, areas=wish.areas())
    subscription, created = _get_or_create(wish.email)
    _follow(subscription, everything=wish.everything, areas=wish.areas())
    if created:
        record_event(actor=None, action="subscription_confirmed", obj=subscription)
        enqueue_mail(
            kind="subscription_confirmed",
            key=f"subscription_confirmed:{_fingerprint(subscription.token)}",
            to_email=subscription.email,
            context={"subscription": subscription, "path": subscription.manage_path},
            obj=subscription,
            unsubscribe_url=subscription.unsubscribe_url,
        )
    return subscription


def _get_or_create(email: str) -> tuple[Subscription, bool]:
    """By address in any case of letters. Two presses at once: the second finds what the first made."""
    found = Subscription.objects.select_for_update(of=("self",)).filter(email__iexact=email)
    if (subscription := found.first()) is not None:
        return subscription, False
    try:
        with transaction.atomic():
            return Subscription.objects.create(email=email), True
    except IntegrityError:
        return found.get(), False


@transaction.atomic
def change_subscription(*, token: UUID, everything: bool, areas: Sequence[StrengthArea]) -> Subscription:
    """Follow something else from now on. Raises Subscription.DoesNotExist when it has been ended."""
    _require_something(everything=everything, areas=areas)
    subscription = Subscription.objects.select_for_update(of=("self",)).get(token=token)
    _follow(subscription, everything=everything, areas=areas)
    record_event(actor=None, action="subscription_changed", obj=subscription)
    return subscription


@transaction.atomic
def end_subscription(*, token: UUID) -> bool:
    """Remove the subscription with its address. False when there was none any longer: ending twice is fine.

    The event tells that one was ended and not whose: the log is never cleared."""
    subscription = Subscription.objects.select_for_update(of=("self",)).filter(token=token).first()
    if subscription is None:
        return False
    record_event(actor=None, action="subscription_ended", obj=subscription)
    cancel_queued(obj=subscription, actor=None)
    subscription.delete()
    return True


def _require_something(*, everything: bool, areas: Sequence[StrengthArea]) -> None:
    if not everything and not areas:
        raise Refusal("Välj minst ett styrkeområde, eller allt.", field="areas")


def _follow(subscription: Subscription, *, everything: bool, areas: Sequence[StrengthArea]) -> None:
    subscription.everything = everything
    subscription.save(update_fields=["everything"])
    # Who follows everything follows the areas to come too; the choice of areas is no longer theirs.
    subscription.areas.set([] if everything else areas)
