"""How django-allauth behaves here."""

import logging
import smtplib
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from s3portal.accounts.models import User

logger = logging.getLogger(__name__)
#: Of an address, as the database holds it.
MOST_SIGNS: Final = 254
NOT_SENT = "Brevet gick inte att skicka just nu. Försök igen om en stund."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are e-mail addresses with a name; addresses are kept in lower case."""

    def clean_email(self, email: str) -> str:
        """Raises ValidationError for what the columns do not hold: allauth's own forms take 320 signs."""
        if len(email) > MOST_SIGNS:
            raise ValidationError(f"E-postadressen får ha högst {MOST_SIGNS} tecken.")
        return super().clean_email(email).lower()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.full_name = form.cleaned_data.get("full_name", "")
        return super().save_user(request, user, form, commit=commit)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters about the account go at once and not through the outbox, where staff would see their links.

        A mail server that is away costs the person a new try, never an error page.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException):
            logger.exception("an account mail was not sent")
            if self.request is not None:
                messages.error(self.request, NOT_SENT)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """There are no user names."""
