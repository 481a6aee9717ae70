"""Telling those who have registered: their invitation, and what changes with the meeting."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone

from calls.enums import Place
from calls.ics import Invitations, Method
from calls.models import Meeting, Participation, Registration
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.files import InlineFile
from s3portal.outbox.services import Mail, enqueue_mail, enqueue_many

#: How many registered are read at a time while all of them are written to.
CHUNK: Final = 500


def invitation(participation: Participation, *, method: Method = Method.REQUEST) -> InlineFile:
    """The calendar file of one person for one meeting."""
    registration = participation.registration
    return Invitations(participation.meeting, method=method).file_for(
        name=registration.name, email=registration.email, with_link=participation.gets_link
    )


# --- One person -------------------------------------------------------------------------------------------
def send_registered(registration: Registration, participations: Sequence[Participation]) -> None:
    """The confirmation: one mail with an invitation for each meeting, but not for what is only waited for."""
    _send(
        registration,
        kind="meeting_registered",
        participations=participations,
        attachments=[invitation(each) for each in participations if each.place != Place.WAITING],
    )


def send_changed(
    registration: Registration,
    participations: Sequence[Participation],
    *,
    invited: Sequence[Participation],
    left: Sequence[Participation],
    gave_up: Sequence[Participation] = (),
) -> None:
    """What holds after a change. ``invited``: new or changed; ``left``: no longer taken part in;
    ``gave_up``: no longer waited for, and never in anybody's calendar."""
    _send(
        registration,
        kind="meeting_changed" if participations else "meeting_unregistered",
        participations=participations or [*left, *gave_up],
        attachments=[
            *(invitation(each) for each in invited if each.place != Place.WAITING),
            *(invitation(each, method=Method.CANCEL) for each in left),
        ],
    )


def send_link_again(registration: Registration, participations: Sequence[Participation]) -> None:
    """Somebody registered an address that is registered already: its owner gets the way to change it. At
    most once an hour, so that nobody's mailbox is filled by others."""
    enqueue_mail(
        kind="meeting_registered_before",
        key=f"meeting_registered_before:{registration.pk}:{timezone.now():%Y-%m-%dT%H}",
        to_email=registration.email,
        context=_facts(registration, participations),
        obj=registration,
    )


def _send(
    registration: Registration,
    *,
    kind: str,
    participations: Sequence[Participation],
    attachments: Sequence[InlineFile],
) -> None:
    enqueue_mail(
        kind=kind,
        # Every change has a moment of its own: updated_at.
        key=f"{kind}:{registration.pk}:{registration.updated_at:%Y%m%dT%H%M%S.%f}",
        to_email=registration.email,
        context={**_facts(registration, participations), "files": len(attachments)},
        obj=registration,
        attachments=attachments,
    )


def _facts(registration: Registration, participations: Sequence[Participation]) -> Mapping[str, Any]:
    return {
        "registration": registration,
        "event": registration.event,
        "participations": participations,
        #: They have no place anywhere yet.
        "only_queued": all(each.place == Place.WAITING for each in participations),
        "path": registration.change_path,
    }


# --- Everybody who has registered -------------------------------------------------------------------------
def tell_moved(*, meeting: Meeting, actor: User | None, note: str = "") -> int:
    """The meeting's time, place or ways to take part have changed: a mail with a new invitation to each who
    is registered. ``meeting.sequence`` has been raised. Gives the number of mails."""
    return _tell_all(meeting, kind="meeting_moved", method=Method.REQUEST, actor=actor, note=note)


def tell_cancelled(*, meeting: Meeting, actor: User | None) -> int:
    """The meeting will not be held: a mail that takes it out of the calendar, to each who is registered."""
    return _tell_all(
        meeting, kind="meeting_cancelled", method=Method.CANCEL, actor=actor, note=meeting.cancel_reason
    )


def _tell_all(meeting: Meeting, *, kind: str, method: Method, actor: User | None, note: str) -> int:
    rows = meeting.participations.active().select_related("registration__series", "registration__meeting")
    invitations = Invitations(meeting, method=method)

    participations = rows.order_by("pk").iterator(chunk_size=CHUNK)
    count = enqueue_many(
        _mail(each, meeting=meeting, kind=kind, note=note, invitations=invitations) for each in participations
    )
    if count:
        text = f"{count} anmälda får mejl om mötet {meeting}"
        record_event(actor=actor, action=f"{kind}_told", obj=meeting, text=text)
    return count


def _mail(
    participation: Participation, *, meeting: Meeting, kind: str, note: str, invitations: Invitations
) -> Mail:
    participation.meeting = meeting
    registration = participation.registration
    waits = participation.place == Place.WAITING
    file = invitations.file_for(
        name=registration.name, email=registration.email, with_link=participation.gets_link
    )
    return Mail(
        kind=kind,
        key=f"{kind}:{meeting.pk}:{meeting.sequence}:{registration.pk}",
        to_email=registration.email,
        context={
            "registration": registration,
            "participation": participation,
            "meeting": meeting,
            "note": note,
            "path": registration.change_path,
        },
        obj=meeting,
        attachments=[] if waits else [file],
    )
