"""Letting people without an account send things, without letting programs send thousands."""

import logging
from typing import Any, Final

from allauth.core import ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
TOO_MANY: Final = "Det har kommit för många på kort tid härifrån. Vänta en stund och skicka sedan igen."
#: The field of ``components/trap.html``: people never see it, programs that fill in everything do.
TRAP: Final = "lamna_tomt"
LOOKS_LIKE_A_PROGRAM: Final = (
    "Det såg ut som att ett program fyllde i formuläret. Läs igenom och skicka en gång till."
)


class VisitorForm(forms.Form):
    """A form with a trap. It is no field, so a person whose browser filled it in finds it empty the next time
    and loses nothing."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.data.get(TRAP):
            raise ValidationError(LOOKS_LIKE_A_PROGRAM, code="trap")
        return cleaned


def may_send(request: HttpRequest, form: forms.Form, *, action: str, key: str | None = None) -> bool:
    """Count one sending of ``action`` (a name in ``ACCOUNT_RATE_LIMITS``) from this visitor's network
    address, and one for ``key`` where the rate is also by key. False, with the reason in the form, when it is
    one too many; answer then with 429 and what was typed.

    Where the counter is away, a person comes first: nothing is refused."""
    try:
        allowed = bool(ratelimit.consume(request, action=action, key=key))
    except RedisError:
        logger.exception("a visitor was let through uncounted")
        return True
    if not allowed:
        form.add_error(None, TOO_MANY)
    return allowed
