"""What all answers to a request have in common: the locks, the rules, the records and the letter."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile
from s3portal.common.leftovers import find_leftovers
from s3portal.common.quarantine import read_states
from s3portal.copies.enums import RequestStatus, Step
from s3portal.copies.models import CopyRequest, ReleasedFile
from s3portal.copies.queries import matter_ids, standing_marks
from s3portal.copies.rules import may_take
from s3portal.copies.services.asking import register_request
from s3portal.copies.transitions import ALLOWED
from s3portal.diary.enums import Direction
from s3portal.diary.guards import require_let_in
from s3portal.diary.merging import same_matter
from s3portal.diary.models import Record, RecordFile
from s3portal.diary.secrecy import pattern_of
from s3portal.diary.services import lock_matter, register_record
from s3portal.outbox.services import enqueue_mail

#: What is larger in all is fetched from the page and not sent.
MOST_BYTES_BY_MAIL: Final = 10 * 1024 * 1024


def lock_request(actor: User, request_id: int, step: Step) -> CopyRequest:
    """The request with its case, both locked with the rest of the matter, for a step that may be taken. Needs
    a transaction.

    Raises Refusal for who may not and when it is answered already, PermissionDenied for jäv."""
    case_id = CopyRequest.objects.values_list("case_id", flat=True).get(pk=request_id)
    case = lock_matter(case_id)
    made = CopyRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    made.case = case
    if not may_take(actor, case, step):
        raise Refusal(
            "Ett avslag beslutas av den som har en punkt i delegationsordningen för det."
            if step == Step.REFUSE
            else "Bara en registrator eller ärendets handläggare svarar på en begäran."
        )
    for one in same_matter(case):
        require_let_in(actor, one)
    if (RequestStatus(made.status), step) not in ALLOWED:
        raise Refusal(f"Begäran är redan besvarad: {made.get_status_display().lower()}.")
    return made


def require_fit_to_read(made: CopyRequest, **texts: str) -> None:
    """What the requester is to read, by its field. Raises Refusal for a leftover of a template, and for words
    that are marked as secret in the matter, the name of a protected party among them."""
    passages = [mark.passage for mark in standing_marks(made.case)]
    secret = pattern_of(passages + [word for case in same_matter(made.case) for word in case.secret_words])
    for field, text in texts.items():
        for leftover in find_leftovers(text):
            raise Refusal(f"”{leftover.text}” står kvar. {leftover.reason}", field=field)
        found = None if secret is None else secret.search(text)
        if found is not None:
            raise Refusal(
                f"”{found[0]}” är märkt som hemligt, och det här läses av den som frågar. Ta bort det.",
                field=field,
            )


def files_of(made: CopyRequest, file_ids: Iterable[int]) -> list[RecordFile]:
    """The chosen files of the matter. Raises Refusal for one of another, or one that is not scanned."""
    wanted = set(file_ids)
    of_matter = RecordFile.objects.filter(record__case__in=matter_ids(made.case))
    found = list(of_matter.filter(pk__in=wanted).select_related("record__case"))
    if len(found) != len(wanted):
        raise Refusal("Välj bland filerna i ärendet.", field="chosen")
    for file in read_states(found):
        if file.is_waiting:
            raise Refusal(f"{file.filename} genomsöks fortfarande efter virus.", field="chosen")
        if file.is_infected:
            raise Refusal(f"{file.filename} innehöll skadlig kod och finns inte kvar.", field="chosen")
        if file.is_disposed:
            raise Refusal(f"{file.filename} är gallrad och finns inte kvar.", field="chosen")
    return found


def register_answer(made: CopyRequest, actor: User, *, title: str) -> Record:
    """The answer becomes a record in the case. So does a request that came before they were registered at
    once. Never who asked: that would be public."""
    if made.registered is None and made.is_waiting:
        made.registered = register_request(made)
        made.save(update_fields=["registered"])
    return register_record(
        actor=actor,
        case=made.case,
        direction=Direction.OUTGOING,
        title=f"{title}, referens {made.reference}",
        dated_at=timezone.now(),
    )


def finish(made: CopyRequest, actor: User, step: Step, **fields: Any) -> None:
    """The status after the step, with who first answered and when, in the log and to the requester."""
    made.status = ALLOWED[RequestStatus(made.status), step]
    if made.answered_at is None:
        made.answered_at, made.answered_by = timezone.now(), actor
    for name, value in fields.items():
        setattr(made, name, value)
    made.save(update_fields=["status", "answered_at", "answered_by", *fields])
    record_event(
        actor=actor,
        action="copy_answered",
        obj=made.case,
        text=f"Begäran {made.reference}: {made.get_status_display().lower()}",
        data={"request": made.pk, "files": list(made.released.values_list("file_id", flat=True))},
    )
    if made.email:
        _send_answer(made, step)


def give(made: CopyRequest, files: Iterable[RecordFile], *, masked: bool = False) -> None:
    known = set(made.released.values_list("file_id", flat=True))
    ReleasedFile.objects.bulk_create(
        ReleasedFile(request=made, file=file, masked=masked) for file in files if file.pk not in known
    )


def _send_answer(made: CopyRequest, step: Step) -> None:
    files = [one.file for one in made.released.select_related("file")]
    if made.decision is not None:
        files.append(made.decision)
    small = sum(file.size for file in files) <= MOST_BYTES_BY_MAIL
    with transaction.atomic():
        enqueue_mail(
            kind="copy_request_answered",
            key=f"copy_request_answered:{made.pk}:{step.value}",
            to_email=made.email,
            context={
                "request": made,
                "status": made.status,
                "attached": small and bool(files),
                "path": reverse("copies:follow", args=[made.token]),
            },
            obj=made,
            attachments=[
                FrozenFile(file.filename, file.content_type, file.storage_name, file.sha256) for file in files
            ]
            if small
            else [],
        )
