"""The kinds of reminder of decisions, in the words they have until an administrator changes them."""

from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.reminders import first_reminder
from decisions import due
from decisions.enums import DecisionStatus
from decisions.models import CommitteeMeeting, Decision
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.reminders import Reminder, ReminderKind, register


def _waiting_example() -> Reminder | None:
    proposed = Decision.objects.filter(status=DecisionStatus.PROPOSED, delegate__isnull=False)
    decision = proposed.select_related("case", "delegate__user").order_by("-proposed_at", "-pk").first()
    return first_reminder(due.wait_of(decision) if decision else None, due.signature_reminders)


def _unreported_example() -> Reminder | None:
    coming = CommitteeMeeting.objects.filter(starts_at__gt=timezone.now()).select_related("committee")
    meeting = coming.order_by("starts_at", "pk").first()
    return first_reminder(due.deadline_of(meeting) if meeting else None, due.unreported_reminders)


DECISION_WAITING: Final = ReminderKind(
    code="decision_waiting",
    label=_("Beslut väntar på underskrift: till den som ska skriva under"),
    group=MailGroup.WORK,
    offsets=("2d", "5d"),
    subject="Väntar på din underskrift: {diarienummer} {beslut}",
    body=(
        "Beslutet {beslut} ({diarienummer}) väntar på din underskrift sedan {skickat}. "
        "Handläggare är {handläggare}.\n\n[Läs och skriv under]({länk})"
    ),
    placeholders={
        "beslut": _("Beslutets rubrik"),
        "diarienummer": _("Ärendets nummer"),
        "handläggare": _("Handläggarens namn"),
        "skickat": _("Dagen det skickades för underskrift"),
        "länk": _("Beslutets sida"),
    },
    occasions=due.waiting_decisions,
    recipients=due.signature_reminders,
    example=_waiting_example,
    after=True,
)
DECISION_UNREPORTED: Final = ReminderKind(
    code="decision_unreported",
    label=_("Beslut som inte är anmälda till nämnden: till registratorer"),
    group=MailGroup.WORK,
    offsets=("7d", "1d"),
    subject="{antal} ska anmälas till nämnden senast {sista_dag}",
    body=(
        "{antal} är undertecknade men inte anmälda till {nämnd}, som sammanträder {sammanträde}. "
        "Anmäl senast {sista_dag}.\n\n{beslut}\n\n[Anmäl till sammanträdet]({länk})"
    ),
    placeholders={
        "antal": _("Hur många beslut"),
        "beslut": _("Besluten med diarienummer och rubrik"),
        "nämnd": _("Nämndens namn"),
        "sammanträde": _("Dagen för sammanträdet"),
        "sista_dag": _("Sista dag att anmäla"),
        "länk": _("Sammanträdets sida"),
    },
    occasions=due.agenda_deadlines,
    recipients=due.unreported_reminders,
    example=_unreported_example,
)
ALL: Final = (DECISION_WAITING, DECISION_UNREPORTED)


def register_all() -> None:
    for kind in ALL:
        register(kind)
