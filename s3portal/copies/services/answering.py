"""A request is answered: the copies are given whole or masked, or it is closed without a trial."""

from collections.abc import Collection, Sequence
from typing import Final

from django.core.files import File
from django.db import transaction

from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.receiving import stored_uploads
from s3portal.copies.enums import Step
from s3portal.copies.models import CopyRequest
from s3portal.copies.queries import covering
from s3portal.copies.services.steps import (
    files_of,
    finish,
    give,
    lock_request,
    register_answer,
    require_fit_to_read,
)
from s3portal.diary.models import RecordFile
from s3portal.diary.services import take_files

#: Where masked files that are made for a request lie in the private storage.
FOLDER: Final = "diary/copies"
NOTHING_CHOSEN: Final = "Välj vilka filer som lämnas ut."


@transaction.atomic
def release_copy(
    *, actor: User, request_id: int, files: Collection[int], motive: str = "", message: str = ""
) -> CopyRequest:
    """Give the files (ids) whole. A mark is only a reminder, so what is marked may be given too; then
    ``motive`` says why it is not secret. Raises Refusal when that is missing or no file is chosen."""
    made = lock_request(actor, request_id, Step.RELEASE)
    chosen = files_of(made, files)
    if not chosen:
        raise Refusal(NOTHING_CHOSEN, field="chosen")
    _require_motive(made, chosen, motive)
    give(made, chosen)
    register_answer(made, actor, title="Kopior utlämnade")
    finish(made, actor, Step.RELEASE, reason=motive.strip(), message=message.strip())
    return made


def mask_copy(
    *,
    actor: User,
    request_id: int,
    files: Collection[int],
    provision: str,
    reason: str,
    motive: str = "",
    message: str = "",
    uploads: "Sequence[File[bytes]]" = (),
) -> CopyRequest:
    """Give some files (ids) as they are and ``uploads`` masked; something is held back by ``provision``.

    ``motive``: as in ``release_copy``, for those that are given as they are. The uploads become files of the
    record that tells of the answer. Raises Refusal when nothing is given, for a file that we do not take, and
    for what is missing."""
    with stored_uploads(uploads, folder=FOLDER) as stored, transaction.atomic():
        made = lock_request(actor, request_id, Step.MASK)
        chosen = files_of(made, files)
        if not chosen and not stored:
            raise Refusal(NOTHING_CHOSEN, field="chosen")
        _require_why(provision, reason)
        require_fit_to_read(made, reason=reason, message=message)
        _require_motive(made, chosen, motive)
        give(made, chosen)
        record = register_answer(made, actor, title="Kopior utlämnade med maskning")
        take_files(record, stored)
        give(made, record.files.all(), masked=True)
        finish(
            made,
            actor,
            Step.MASK,
            provision=provision.strip(),
            reason=reason.strip(),
            motive=motive.strip(),
            message=message.strip(),
        )
        return made


@transaction.atomic
def close_request(*, actor: User, request_id: int, message: str) -> CopyRequest:
    """End it without a trial: it was withdrawn, or is no request for a document. The requester is told why,
    and the diary that it is ended. Raises Refusal without a reason."""
    made = lock_request(actor, request_id, Step.CLOSE)
    if not message.strip():
        raise Refusal("Skriv varför begäran avslutas.", field="message")
    require_fit_to_read(made, message=message)
    register_answer(made, actor, title="Begäran avslutad utan prövning")
    finish(made, actor, Step.CLOSE, message=message.strip())
    return made


def _require_motive(made: CopyRequest, chosen: Collection[RecordFile], motive: str) -> None:
    marked = covering(made.case)
    if not motive.strip() and any(file.pk in marked for file in chosen):
        raise Refusal(
            "Något av det du valt är märkt som hemligt. Skriv varför det lämnas ut.", field="motive"
        )


def _require_why(provision: str, reason: str) -> None:
    if not provision.strip():
        raise Refusal("Välj den bestämmelse som uppgifterna är hemliga enligt.", field="provision")
    if not reason.strip():
        raise Refusal("Skriv varför uppgifterna är hemliga.", field="reason")
