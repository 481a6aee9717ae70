"""Types for views."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from s3portal.accounts.models import User


class LoggedInRequest(HttpRequest):
    """A request to a view that asks for login: ``LoginRequiredMiddleware`` has let nobody else through."""

    user: "User"
