"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from celery import shared_task

from calls.services import asking, registering, seats


@shared_task
def clear_askers() -> None:
    """Take away who asked about calls, some weeks after the answer."""
    asking.clear_askers()


@shared_task
def lapse_offers() -> None:
    """Offer seats that nobody answered for to the next in the queue."""
    seats.lapse_due_offers()


@shared_task
def clear_meal_wishes() -> None:
    """Take away what people wanted to eat, some weeks after the last meeting."""
    registering.clear_meal_wishes()
