"""Letting people without an account send things, without letting programs send thousands."""

import logging

from allauth.core import ratelimit
from django.forms import Form
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
TOO_MANY = "Det har kommit för många på kort tid härifrån. Vänta en stund och skicka sedan igen."


def may_send(request: HttpRequest, form: Form, *, action: str, key: str | None = None) -> bool:
    """Count one sending of ``action`` (a name in ``ACCOUNT_RATE_LIMITS``) from this visitor's network
    address, and one for ``key`` where the rate is also by key. False, with the reason in the form, when it is
    one too many; answer then with 429 and what was typed.

    Where the counter is away, a person comes first: nothing is refused."""
    try:
        allowed = ratelimit.consume(request, action=action, key=key)
    except RedisError:
        logger.exception("a visitor was let through uncounted")
        return True
    if not allowed:
        form.add_error(None, TOO_MANY)
    return allowed
