"""The kinds of reminder of calls and meetings, in the words they have until an administrator changes them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from calls.enums import CallStatus
from calls.models import Call, Meeting
from calls.queries import due
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.reminders import (
    Occasion,
    Recipients,
    Reminder,
    ReminderKind,
    register,
    register_standing,
)

_CALL: Final = {
    "utlysning": _("Utlysningens rubrik"),
    "öppnar": _("När utlysningen öppnar"),
    "stänger": _("När utlysningen stänger"),
    "länk": _("Utlysningens sida"),
}
_REGISTERED: Final = {
    "möte": _("Mötets rubrik"),
    "när": _("Dag och klockslag"),
    "deltagande": _("Om personen deltar i lokalen eller via länk"),
    "länk_till_mötet": _("Länken till mötet, för den som deltar via länk"),
    "anslutning": _("Telefonnummer och konferens-id, för den som deltar via länk"),
    "länk_till_anmälan": _("Sidan där personen ändrar eller avbokar"),
}


def first_reminder(occasion: Occasion | None, recipients: Recipients) -> Reminder | None:
    """A real case for a preview: the first mail about the occasion."""
    return None if occasion is None else next(iter(recipients([occasion])), None)


def _closing_example() -> Reminder | None:
    calls = Call.objects.filter(status=CallStatus.PUBLISHED).order_by("-closes_at", "-pk")
    call = calls.first()
    return first_reminder(due.closing_of(call) if call else None, due.call_subscriber_reminders)


def _published_example() -> Reminder | None:
    call = Call.objects.filter(status=CallStatus.PUBLISHED).order_by("-published_at", "-pk").first()
    return first_reminder(due.publication_of(call) if call else None, due.call_subscriber_reminders)


def _news_example() -> Reminder | None:
    return first_reminder(due.latest_meeting_news(), due.meeting_news_reminders)


def _coming_example() -> Reminder | None:
    meeting = _with_participants()
    return first_reminder(due.meeting_of(meeting) if meeting else None, due.registered_reminders)


def _starts_example() -> Reminder | None:
    meeting = _with_participants()
    return first_reminder(due.start_of(meeting) if meeting else None, due.link_reminders)


def _with_participants() -> Meeting | None:
    meetings = Meeting.objects.public().held_or_coming().filter(participations__cancelled_at__isnull=True)
    return meetings.filter(participations__isnull=False).order_by("-starts_at", "-pk").first()


CALL_CLOSING_SUBSCRIBER: Final = ReminderKind(
    code=due.CLOSING_KIND,
    label=_("Utlysningen stänger snart: till prenumeranter"),
    group=MailGroup.NEWS,
    offsets=("14d",),
    subject="{utlysning} stänger {stänger}",
    body="Utlysningen {utlysning} är öppen till och med {stänger}.\n\n[Läs mer och ansök]({länk})",
    placeholders=_CALL,
    occasions=due.closing_calls,
    recipients=due.closing_subscriber_reminders,
    example=_closing_example,
    # Who has a draft too is told of the draft.
    order=1,
)
CALL_PUBLISHED: Final = ReminderKind(
    code="call_published",
    label=_("Ny utlysning: till prenumeranter"),
    group=MailGroup.NEWS,
    offsets=("0m",),
    subject="Ny utlysning: {utlysning}",
    body=(
        "Utlysningen {utlysning} är publicerad. Den är öppen för ansökan från {öppnar} till {stänger}.\n\n"
        "[Läs utlysningen]({länk})"
    ),
    placeholders=_CALL,
    occasions=due.published_calls,
    recipients=due.call_subscriber_reminders,
    example=_published_example,
    after=True,
)
MEETING_PUBLISHED: Final = ReminderKind(
    code="meeting_published",
    label=_("Nytt möte eller ny mötesserie: till prenumeranter"),
    group=MailGroup.NEWS,
    offsets=("0m",),
    subject="Nytt möte: {möte}",
    body="Välkommen till {möte}.\n\nNär: {när}\n\n[Läs mer och anmäl dig]({länk})",
    placeholders={
        "möte": _("Mötets eller mötesseriens rubrik"),
        "när": _("Dag och klockslag, för en serie varje möte"),
        "länk": _("Sidan om mötet eller serien"),
    },
    occasions=due.published_meetings,
    recipients=due.meeting_news_reminders,
    example=_news_example,
    after=True,
)
MEETING_COMING: Final = ReminderKind(
    code="meeting_coming",
    label=_("Mötet närmar sig: till anmälda"),
    group=MailGroup.MEETINGS,
    offsets=("7d", "1d"),
    subject="{möte}: {när}",
    body=(
        "Du är anmäld till {möte}.\n\nNär: {när}\n\n{deltagande}\n\n{länk_till_mötet}\n\n{anslutning}\n\n"
        "Kan du inte komma? [Ändra eller avboka din anmälan]({länk_till_anmälan})"
    ),
    placeholders=_REGISTERED,
    occasions=due.coming_meetings,
    recipients=due.registered_reminders,
    example=_coming_example,
)
MEETING_STARTS: Final = ReminderKind(
    code="meeting_starts",
    label=_("Mötet börjar strax: till dem som deltar via länk"),
    group=MailGroup.MEETINGS,
    offsets=("15m",),
    subject="Strax börjar {möte}",
    body="{möte} börjar strax ({när}).\n\nAnslut här: {länk_till_mötet}\n\n{anslutning}",
    placeholders=_REGISTERED,
    occasions=due.starting_meetings,
    recipients=due.link_reminders,
    example=_starts_example,
    urgent=True,
)
ALL: Final = (CALL_CLOSING_SUBSCRIBER, CALL_PUBLISHED, MEETING_PUBLISHED, MEETING_COMING, MEETING_STARTS)


def register_all() -> None:
    for kind in ALL:
        register(kind)
    register_standing("meeting_seat_offer", due.standing_offers)
