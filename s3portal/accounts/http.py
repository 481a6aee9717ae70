"""What views of the inner pages share: the type of their requests, and who is let in."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

if TYPE_CHECKING:
    from s3portal.accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])


class LoggedInRequest(HttpRequest):
    """A request to a view that asks for login: ``LoginRequiredMiddleware`` has let nobody else through."""

    user: "User"


def requires(rule: "Callable[[User], bool]") -> Callable[[View], View]:
    """403 for those whom ``rule`` does not let in, before anything is looked up or the method is asked."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: LoggedInRequest, *args: Any, **kwargs: Any) -> Any:
            if not rule(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(View, checked)

    return decorate
