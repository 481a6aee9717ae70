"""Who has a page of a draft open right now. Kept in the cache alone: it is forgotten after a minute."""

from typing import Final

from django.core.cache import cache

from applications.models import Application
from s3portal.accounts.models import User

#: Seconds that somebody counts as being there after their page was last heard from.
HERE_FOR: Final = 60


def note_here(application: Application, step: str, user: User) -> None:
    cache.set(_key(application.pk, step, user.pk), 1, HERE_FOR)


def others_here(application: Application, step: str, user: User) -> list[str]:
    """The names of the colleagues who have the page open, in order."""
    colleagues = User.objects.filter(memberships__organisation=application.organisation_id)
    people = {_key(application.pk, step, one.pk): str(one) for one in colleagues.exclude(pk=user.pk)}
    return sorted(people[key] for key in cache.get_many(people))


def _key(application_id: int, step: str, user_id: int) -> str:
    return f"draft-presence:{application_id}:{step}:{user_id}"
