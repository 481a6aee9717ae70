"""A clock in a form, as Swedes write it."""

import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from s3portal.common.errors import Refusal
from s3portal.common.forms import _ParsedField

_TYPED = re.compile(r"(?:kl(?:ockan|\.)?\s*)?([0-9]{1,2})(?:\s*[.:]\s*([0-9]{2})(?:[.:]00)?)?", re.IGNORECASE)


def parse_clock(text: str) -> time:
    """ "23.59", "23:59", "kl. 9.00" or "9". Raises Refusal."""
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise Refusal("Skriv klockslaget som 9.00 eller 23.59.")
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour == 24 and minute == 0:
        raise Refusal("Skriv 23.59 för sista minuten på dagen, eller 0.00 för den första.")
    if hour > 23 or minute > 59:
        raise Refusal("Klockslaget finns inte. Skriv det som 9.00 eller 23.59.")
    return time(hour, minute)


class ClockField(_ParsedField):
    """A clock to the minute, as ``time``. Typed, since a picker asks some for am and pm."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 6})
    default_error_messages = {"required": _("Ange ett klockslag, till exempel 23.59.")}

    def parse(self, text: str) -> time:
        return parse_clock(text)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H.%M}" if isinstance(value, time) else value
