"""What every change of a meeting's list begins with: its row is locked, and the list is open."""

from decisions.models import CommitteeMeeting, MeetingAnnex
from s3portal.common.errors import Refusal


def lock_meeting(meeting_id: int) -> CommitteeMeeting:
    """The meeting with its nämnd, locked until the transaction ends."""
    return (
        CommitteeMeeting.objects.select_for_update(of=("self",))
        .select_related("committee")
        .get(pk=meeting_id)
    )


def is_confirmed(meeting: CommitteeMeeting) -> bool:
    """Whether the meeting's list is confirmed and nobody has opened it again."""
    return MeetingAnnex.objects.holding().filter(meeting=meeting).exists()


def require_no_minutes(meeting: CommitteeMeeting) -> None:
    """What the nämnd never had, or put off (bordlade), can be taken off its list until the minutes have said
    what was reported."""
    if meeting.has_minutes:
        raise Refusal(
            "Protokollets paragraf eller justeringsdag är införd, så listan kan inte ändras. Är något fel "
            "tar du först bort de uppgifterna."
        )


def require_list_closed(meeting: CommitteeMeeting) -> None:
    """A list that was confirmed and then opened is confirmed again before the minutes say what was reported,
    or no annex would tell it."""
    if meeting.annexes.exists() and not is_confirmed(meeting) and meeting.reports.exists():
        raise Refusal("Listan är öppnad och inte fastställd igen. Fastställ den innan du inför protokollet.")


def require_open_list(meeting: CommitteeMeeting) -> None:
    if meeting.is_called_off:
        raise Refusal("Sammanträdet är inställt. Välj ett annat.")
    if is_confirmed(meeting):
        raise Refusal(f"Listan till {meeting} är fastställd. Öppna den igen, eller välj nästa sammanträde.")
