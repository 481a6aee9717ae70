"""Work for Celery: each task may be run twice without harm."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task
def clear_ended_sessions() -> None:
    """Remove the sessions that have ended, with what was typed into pages as they did."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
