"""Whose text is it? Somebody else may have logged in since the page was opened, in the same browser.

Each page of the form carries who opened it ("skribent"). What they wrote is not saved in another's name.
"""

from django.http import QueryDict

from applications.models import Application
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal

WRITER = "skribent"
#: The database's whole numbers have fewer.
MOST_DIGITS = 18


def other_writer(request: LoggedInRequest, data: QueryDict, application: Application | None = None) -> str:
    """Who opened the page that ``data`` comes from: a name among the colleagues of ``application``, else "en
    annan person". Nothing when that is who is logged in."""
    number = data.get(WRITER, "")
    if not number or number == str(request.user.pk):
        return ""
    found = None
    if application is not None and number.isascii() and number.isdigit() and len(number) < MOST_DIGITS:
        colleagues = User.objects.filter(memberships__organisation=application.organisation_id)
        found = colleagues.filter(pk=int(number)).first()
    return str(found or "en annan person")


def written_by_another(request: LoggedInRequest, application: Application | None = None) -> Refusal | None:
    """Why the text is not saved, as a refusal to show beside it."""
    writer = other_writer(request, request.POST, application)
    if not writer:
        return None
    return Refusal(
        f"Du är inloggad som {request.user}, men texten skrevs av {writer}. Den sparas inte i ditt namn. "
        "Den som skrev texten kan logga in och spara den."
    )


def kept_words(request: LoggedInRequest, kept: QueryDict, application: Application) -> str:
    """What to say above a text that was kept when the session ended."""
    writer = other_writer(request, kept, application)
    if not writer:
        return "Här är det du skrev innan du loggades ut. Det är inte sparat än."
    return (
        f"Det här skrev {writer} innan inloggningen gick ut. Det är inte sparat än. "
        "Om du sparar det, sparas det i ditt namn."
    )
