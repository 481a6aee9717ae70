"""Addresses in mails that open without a login: whoever has the mail may choose for its address."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from s3portal.outbox.enums import MailGroup

_signer = Signer(salt="s3portal.outbox.choices")


def choices_path(email: str) -> str:
    """Where the owner of an address chooses what comes to it. The same for all its mails."""
    return reverse("outbox:choices", kwargs={"token": _signer.sign_object(email.lower())})


def one_click_path(email: str, group: MailGroup) -> str:
    """Where a mail program's own button (RFC 8058) ends one group of mail."""
    token = _signer.sign_object(email.lower())
    return reverse("outbox:one_click", kwargs={"token": token, "group": group.value})


def email_of(token: str) -> str | None:
    """The address that a link was made for; None when the link is not ours."""
    try:
        email = _signer.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return email if isinstance(email, str) else None
