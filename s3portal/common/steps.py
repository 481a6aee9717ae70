"""One step of the domain, taken from a page: what came of it is told as a message."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest

from s3portal.common.errors import Refusal

Result = TypeVar("Result")


def took(request: HttpRequest, step: Callable[[], Result], done: str | Callable[[Result], str]) -> bool:
    """Whether ``step`` was taken. ``done`` is what is told then, or makes it from what the step gave; a
    Refusal is told in its own words.

    For a button without a form of its own: where something was typed the refusal belongs beside the field."""
    try:
        result = step()
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, done if isinstance(done, str) else done(result))
    return True
