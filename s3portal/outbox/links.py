"""Addresses in mails that open without a login: whoever has the mail may choose for its address."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.core.signing import BadSignature, SignatureExpired, Signer, TimestampSigner
from django.urls import reverse

from s3portal.outbox.enums import MailGroup

#: A mail may be passed on or lie in an archive for years: its link to all choices does not.
LINK_HOLDS: Final = timedelta(days=90)
_timed = TimestampSigner(salt="s3portal.outbox.choices.timed")
#: For ending one group, which must work as long as the mail is there (RFC 8058), and gives nothing else away.
_signer = Signer(salt="s3portal.outbox.choices")


@dataclass(frozen=True)
class Link:
    """What a link to the choices says: for which address, and whether it still holds."""

    email: str
    holds: bool


def choices_path(email: str) -> str:
    """Where the owner of an address chooses what comes to it, for ``LINK_HOLDS`` from now."""
    return reverse("outbox:choices", kwargs={"token": _timed.sign_object(email.lower())})


def one_click_path(email: str, group: MailGroup) -> str:
    """Where a mail program's own button (RFC 8058) ends one group of mail. Holds for ever."""
    token = _signer.sign_object(email.lower())
    return reverse("outbox:one_click", kwargs={"token": token, "group": group.value})


def read_link(token: str) -> Link | None:
    """None when the link is not ours. Those from before links had an end count as ended."""
    try:
        return Link(str(_timed.unsign_object(token, max_age=LINK_HOLDS)), holds=True)
    except SignatureExpired:
        return Link(str(_timed.unsign_object(token)), holds=False)
    except (BadSignature, ValueError):
        email = email_of(token)
        return None if email is None else Link(email, holds=False)


def email_of(token: str) -> str | None:
    """The address that a link to end one group was made for; None when the link is not ours."""
    try:
        email = _signer.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    return email if isinstance(email, str) else None
