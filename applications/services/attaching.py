"""Files of a draft: added, marked and removed. What has been sent stands."""

import re
from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from applications.attachments import MOST_FILES, OTHERS, slots_of
from applications.checks import Step, steps_of
from applications.enums import ApplicationAction, AttachmentKind
from applications.models import Application, Attachment
from applications.services.door import require_door
from applications.services.drafting import MAY_NOT_WRITE, require_step
from applications.transitions import require
from s3portal.accounts.models import User
from s3portal.accounts.rules import may_write_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile
from s3portal.common.receiving import stored_upload

GONE = "Filen finns inte längre."


def add_attachment(
    *,
    application_id: int,
    actor: User,
    upload: "File[bytes] | None",
    slot: str,
    kind: str = AttachmentKind.OTHER,
    trade_secret_reason: str = "",
    arrived_at: datetime,
) -> Attachment:
    """Take a file into the draft. ``slot`` is a key of ``attachments.Slot``; ``kind`` goes with "ovriga".

    The file is judged by its content before anything is stored, and is in quarantine until it has been
    scanned for viruses, when a scanner is configured. Two files of one name both stay: the later gets a
    number. The same file sent once more to the same place, as when the first answer was lost on the way, is
    the one that is there. Raises Refusal for a file we do not take, TooLate when the call has closed."""
    if upload is None:
        raise Refusal("Välj en fil att ladda upp.", field="upload")
    try:
        with transaction.atomic(), stored_upload(upload, folder="applications", scan_later=True) as stored:
            assert stored is not None  # noqa: S101 - there was an upload
            application = _locked(application_id, actor, arrived_at, kind=kind)
            place = _free_place(application, slot, kind, stored[0])
            return _store(application, actor, stored, place | {"trade_secret_reason": trade_secret_reason})
    except _SameFile as same:
        return same.attachment


@transaction.atomic
def mark_attachment(
    *, application_id: int, attachment_id: int, actor: User, trade_secret_reason: str, arrived_at: datetime
) -> Attachment:
    """Say why a file holds trade secrets; an empty reason takes the mark away (OSL 30:27)."""
    application = _locked(application_id, actor, arrived_at)
    attachment = _of(application, attachment_id)
    if attachment.trade_secret_reason != trade_secret_reason:
        attachment.trade_secret_reason = trade_secret_reason
        attachment.save(update_fields=["trade_secret_reason"])
        _touch(application, actor, "attachment_marked", "Fil märkt i utkastet")
    return attachment


@transaction.atomic
def remove_attachment(*, application_id: int, attachment_id: int, actor: User, arrived_at: datetime) -> str:
    """Take a file out of the draft; its name is returned. The bytes are swept by night, unless another row
    refers to them."""
    application = _locked(application_id, actor, arrived_at)
    attachment = _of(application, attachment_id)
    attachment.delete()
    _touch(application, actor, "attachment_removed", "Fil borttagen ur utkastet")
    return attachment.filename


# --- Parts ------------------------------------------------------------------------------------------------
class _SameFile(Exception):
    """It is there already: what has just been stored is undone."""

    def __init__(self, attachment: Attachment) -> None:
        self.attachment = attachment


def _free_place(application: Application, slot: str, kind: str, file: FrozenFile) -> dict[str, object]:
    """Where the file goes. Raises Refusal when there is no room for it, _SameFile when it is there."""
    if all(one.key != slot for one in slots_of(application)):
        raise Refusal("Bilagan efterfrågas inte längre. Läs in sidan igen.", field="upload")
    place = _place(slot, kind)
    stem, _, ending = file.filename.rpartition(".")
    numbered = re.compile(rf"{re.escape(stem)}( \(\d+\))?\.{ending}")
    for same in application.attachments.filter(**place, sha256=file.sha256):
        if numbered.fullmatch(same.filename) and not same.is_infected:
            raise _SameFile(same)
    if application.attachments.count() >= MOST_FILES:
        raise Refusal(f"En ansökan kan ha högst {MOST_FILES} filer.", field="upload")
    return place


def _store(
    application: Application, actor: User, stored: tuple[FrozenFile, int], fields: dict[str, object]
) -> Attachment:
    file, size = stored
    attachment = Attachment.objects.create(
        application=application,
        filename=_free_name(application, file),
        content_type=file.content_type,
        storage_name=file.storage_name,
        size=size,
        sha256=file.sha256,
        uploaded_by=actor,
        **fields,
    )
    _touch(application, actor, "attachment_added", "Fil tillagd i utkastet")
    return attachment


def _locked(application_id: int, actor: User, arrived_at: datetime, *, kind: str = "") -> Application:
    """Of a supplement the step must be open: that of the files, or for a financier's letter its own."""
    application = (
        Application.objects.select_related("call__legal_basis", "organisation", "answering")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )
    require(application.status, ApplicationAction.SAVE)
    if not may_write_for(actor, application.organisation):
        raise Refusal(MAY_NOT_WRITE)
    require_door(application, arrived_at, what="Filen")
    if application.is_supplement:
        is_letter = kind == AttachmentKind.FINANCING and Step.FINANCING in steps_of(application)
        require_step(application, Step.FINANCING if is_letter else Step.ATTACHMENTS)
    return application


def _of(application: Application, attachment_id: int) -> Attachment:
    found = application.attachments.filter(pk=attachment_id).first()
    if found is None:
        raise Refusal(GONE)
    return found


def _place(slot: str, kind: str) -> dict[str, object]:
    name, _, number = slot.partition("-")
    if slot == OTHERS:
        return {"kind": kind if kind in AttachmentKind.free() else AttachmentKind.OTHER}
    if name == "bilaga":
        return {"kind": AttachmentKind.REQUESTED, "requested_id": int(number)}
    return {"kind": AttachmentKind.ANSWER, "question_id": int(number)}


def _free_name(application: Application, file: FrozenFile) -> str:
    """The file's name, or with a number when the draft has one of that name."""
    taken = set(application.attachments.values_list("filename", flat=True))
    stem, _, ending = file.filename.rpartition(".")
    number, name = 1, file.filename
    while name in taken:
        number += 1
        name = f"{stem} ({number}).{ending}"
    return name


def _touch(application: Application, actor: User, action: str, text: str) -> None:
    """Whoever has the review page open is told that the draft is another now."""
    application.version += 1
    application.updated_by, application.updated_at = actor, timezone.now()
    application.save(update_fields=["version", "updated_by", "updated_at"])
    record_event(actor=actor, action=action, obj=application, text=text)
