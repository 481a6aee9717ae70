"""Short ways for tests to bring an application further along, through the services."""

from typing import Any

from django.utils import timezone

from applications import services
from applications.models import Application
from s3portal.accounts.models import User
from tests.applications.judging import go_through


def send(application: Application, user: User, **arguments: Any) -> Application:
    """Submitted now by ``user``; read anew."""
    services.submit_application(
        **({"application_id": application.pk, "actor": user, "arrived_at": timezone.now()} | arguments)
    )
    return Application.objects.get(pk=application.pk)


def assessed(application: Application, user: User, officer: User) -> Application:
    """Submitted by ``user`` and gone through by ``officer``."""
    send(application, user)
    go_through(application, officer)
    return Application.objects.get(pk=application.pk)
