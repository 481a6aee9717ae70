"""Who follows what by mail."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from calls.models import StrengthArea, Subscription


def subscribers_of(areas: Iterable[StrengthArea]) -> "QuerySet[Subscription]":
    """Those who follow everything or any of ``areas``, each once. Without areas: those who follow everything.

    One query whatever the number of areas, so that it can be cut into batches by ``pk``."""
    followed = Subscription.areas.through.objects.filter(
        subscription_id=OuterRef("pk"), strengtharea_id__in=[area.pk for area in areas]
    )
    return Subscription.objects.filter(Q(everything=True) | Exists(followed)).order_by("pk")
