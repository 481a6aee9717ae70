"""The kinds of reminder of decisions, in the words they have until an administrator changes them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from calls.reminders import first_reminder
from decisions import due, due_comments, due_lists, due_notices, due_questions
from decisions.board import decisions_to_post, meetings_to_post
from decisions.enums import DecisionStatus, EntryKind
from decisions.models import CommitteeMeeting, Decision, DraftComment, MeetingAnnex
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.reminders import Reminder, ReminderKind, register


def _waiting_example() -> Reminder | None:
    proposed = Decision.objects.filter(status=DecisionStatus.PROPOSED, delegate__isnull=False)
    decision = proposed.select_related("case", "delegate__user").order_by("-proposed_at", "-pk").first()
    return first_reminder(due.wait_of(decision) if decision else None, due.signature_reminders)


def _unreported_example() -> Reminder | None:
    coming = CommitteeMeeting.objects.coming().select_related("committee")
    meeting = coming.order_by("starts_at", "pk").first()
    return first_reminder(due.deadline_of(meeting) if meeting else None, due.unreported_reminders)


def _ready_example() -> Reminder | None:
    annexes = MeetingAnnex.objects.select_related("meeting__committee").order_by("-pk")
    annex = annexes.first()
    return first_reminder(due_lists.ready_of(annex) if annex else None, due_lists.ready_reminders)


def _notice_example() -> Reminder | None:
    subject = meetings_to_post().first() or decisions_to_post().first()
    occasion = due_notices.notice_of(subject) if subject else None
    return first_reminder(occasion, due_notices.notice_reminders)


def _question_example() -> Reminder | None:
    question = due_questions.first_waiting()
    occasion = due_questions.question_of(question) if question else None
    return first_reminder(occasion, due_questions.question_reminders)


def _commented_example() -> Reminder | None:
    written = DraftComment.objects.filter(kind=EntryKind.COMMENT, withdrawn_at=None)
    latest = written.select_related("thread__decision__case").order_by("-pk").first()
    occasion = due_comments.comment_of(latest) if latest else None
    return first_reminder(occasion, due_comments.comment_reminders)


DECISION_WAITING: Final = ReminderKind(
    code="decision_waiting",
    label=_("Beslut väntar på underskrift: till den som ska skriva under"),
    group=MailGroup.WORK,
    offsets=("2d", "5d"),
    subject="Väntar på din underskrift: {beslut}",
    body=(
        "{antal} väntar på din underskrift sedan {skickat}: {lista}. Handläggare är {handläggare}.\n\n"
        "[Läs och skriv under]({länk})"
    ),
    placeholders={
        "antal": _("Hur många beslut"),
        "beslut": _("Diarienummer och rubrik när det är ett beslut, annars hur många de är"),
        "lista": _("Besluten med diarienummer och rubrik"),
        "handläggare": _("Handläggarnas namn"),
        "skickat": _("Dagen de skickades för underskrift"),
        "länk": _("Beslutets sida, eller listan när de är flera"),
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
NOTICE_MISSING: Final = ReminderKind(
    code="notice_missing",
    label=_("Anslag som inte är uppsatta: till registratorer"),
    group=MailGroup.WORK,
    offsets=("1d", "2d", "5d"),
    subject="Sätt upp anslaget om {anslag}, senast {sista_dag}",
    body=(
        "Anslaget om {anslag} sitter inte uppe. Protokollet justerades eller beslutet fattades {dag}, så det "
        "ska sitta uppe senast {sista_dag}. Innan dess börjar tiden att överklaga inte löpa.\n\n"
        "[Sätt upp anslaget]({länk})"
    ),
    placeholders={
        "anslag": _("Vad anslaget handlar om"),
        "dag": _("Dagen då protokollet justerades eller beslutet fattades"),
        "sista_dag": _("Sista dag att sätta upp anslaget"),
        "länk": _("Sidan där anslaget sätts upp"),
    },
    occasions=due_notices.missing_notices,
    recipients=due_notices.notice_reminders,
    example=_notice_example,
    after=True,
)
LIST_READY: Final = ReminderKind(
    code="report_list_ready",
    label=_("Listan till sammanträdet är klar: till dem som sitter i nämnden"),
    group=MailGroup.WORK,
    offsets=("15m",),
    subject="Anmälda beslut till sammanträdet {sammanträde}",
    body=(
        "Listan över anmälda delegationsbeslut till {nämnd} är fastställd. {antal} anmäls till sammanträdet "
        "{sammanträde}.\n\n[Läs besluten]({länk})"
    ),
    placeholders={
        "antal": _("Hur många beslut"),
        "nämnd": _("Nämndens namn"),
        "sammanträde": _("Dagen för sammanträdet"),
        "länk": _("Listans sida"),
    },
    occasions=due_lists.ready_lists,
    recipients=due_lists.ready_reminders,
    example=_ready_example,
    after=True,
)
MEMBER_QUESTION: Final = ReminderKind(
    code="member_question_waiting",
    label=_("Frågor från nämnden som väntar på svar: till handläggaren"),
    group=MailGroup.WORK,
    offsets=("2d", "5d"),
    subject="En fråga från nämnden om beslut {diarienummer} väntar på svar",
    body=(
        "Någon som sitter i nämnden frågade om beslut {diarienummer} den {ställd}. Ingen har svarat än.\n\n"
        "[Läs och svara]({länk})"
    ),
    placeholders={
        "diarienummer": _("Ärendets nummer"),
        "ställd": _("Dagen då frågan ställdes"),
        "länk": _("Sidan där frågan besvaras"),
    },
    occasions=due_questions.unanswered_questions,
    recipients=due_questions.question_reminders,
    example=_question_example,
    after=True,
)
DRAFT_COMMENTED: Final = ReminderKind(
    code="draft_commented",
    label=_("Nya kommentarer i ett beslutsutkast: till dem som skriver och undertecknar det"),
    group=MailGroup.WORK,
    # Counted from the latest comment: what is said in one go comes in one mail.
    offsets=("10m",),
    subject="{antal} i utkastet i {diarienummer}",
    body="{av} har skrivit {antal} i beslutsutkastet i {diarienummer}.\n\n[Läs och svara]({länk})",
    placeholders={
        "antal": _("Hur många nya kommentarer"),
        "av": _("Vilka som har skrivit dem"),
        "diarienummer": _("Ärendets nummer"),
        "länk": _("Sidan med text och kommentarer"),
    },
    occasions=due_comments.commented_drafts,
    recipients=due_comments.comment_reminders,
    example=_commented_example,
    after=True,
)
ALL: Final = (
    DECISION_WAITING,
    DECISION_UNREPORTED,
    NOTICE_MISSING,
    LIST_READY,
    MEMBER_QUESTION,
    DRAFT_COMMENTED,
)


def register_all() -> None:
    for kind in ALL:
        register(kind)
