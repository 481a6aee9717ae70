"""The letter of a financier, uploaded where the financier stands."""

from datetime import datetime

from django.http import QueryDict

from applications import services
from applications.attachments import OTHERS
from applications.enums import AttachmentKind
from applications.forms import UPLOAD_LETTER, with_letter
from applications.forms.financing import FINANCIERS, UPLOAD
from applications.models import Application
from s3portal.accounts.http import LoggedInRequest
from s3portal.common.errors import Refusal


def with_uploaded_letter(
    request: LoggedInRequest, application: Application, data: QueryDict, arrived_at: datetime
) -> tuple[QueryDict, str, str]:
    """What was posted, with the file that was chosen in a row as its letter, when its button was pressed.

    Also the name of the row's field and what is wrong with the file, both empty when nothing is. The file
    becomes an attachment whatever else is wrong in the form, and stands chosen in it."""
    index = str(data.get(UPLOAD_LETTER, ""))
    if not (index.isascii() and index.isdigit()) or f"{FINANCIERS}-{index}-own" not in data:
        return data, "", ""
    try:
        letter = services.add_attachment(
            application_id=application.pk,
            actor=request.user,
            upload=request.FILES.get(f"{UPLOAD}-{index}"),
            slot=OTHERS,
            kind=AttachmentKind.FINANCING,
            arrived_at=arrived_at,
        )
    except Refusal as refusal:
        return data, f"{FINANCIERS}-{index}-letter", refusal.message
    return with_letter(data, int(index), letter.filename), "", ""
