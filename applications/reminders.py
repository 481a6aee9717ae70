"""The kinds of reminder of applications, in the words they have until an administrator changes them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from applications import due, due_assessing
from applications.enums import ApplicationStatus
from applications.models import Application, Assignment, SupplementRequest
from calls.models import CallChange
from calls.queries.due import closing_calls, closing_of
from calls.reminders import first_reminder
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.reminders import Reminder, ReminderKind, register


def _draft_example() -> Reminder | None:
    drafts = Application.objects.filter(status=ApplicationStatus.DRAFT).select_related("call")
    draft = drafts.order_by("-created_at", "-pk").first()
    return first_reminder(closing_of(draft.call) if draft else None, due.draft_reminders)


def _move_example() -> Reminder | None:
    changes = CallChange.objects.filter(field="decision_planned").select_related("call")
    change = changes.order_by("-at", "-pk").first()
    return first_reminder(due.move_of(change) if change else None, due.move_reminders)


def _supplement_example() -> Reminder | None:
    requests = SupplementRequest.objects.select_related("application__case", "requested_by")
    request = requests.order_by("-requested_at", "-pk").first()
    return first_reminder(due.supplement_of(request) if request else None, due.supplement_reminders)


def _overdue_example() -> Reminder | None:
    requests = SupplementRequest.objects.select_related("application__case__officer", "requested_by")
    request = requests.order_by("-requested_at", "-pk").first()
    return first_reminder(due.overdue_of(request) if request else None, due.overdue_reminders)


def _assessment_example() -> Reminder | None:
    assignments = Assignment.objects.active().select_related(
        "application__case", "application__call", "assessor"
    )
    assignment = assignments.order_by("-assigned_at", "-pk").first()
    occasion = due_assessing.assessment_of(assignment) if assignment else None
    return first_reminder(occasion, due_assessing.assessment_reminders)


DRAFT_CLOSING: Final = ReminderKind(
    code="draft_closing",
    label=_("Utlysningen stänger snart: till dem som har ett utkast"),
    group=MailGroup.CALLS,
    offsets=("14d", "7d", "1d", "3h"),
    subject="Utkastet är inte inskickat: {utlysning} stänger {stänger}",
    body=(
        "Ni har ett utkast som inte är inskickat: {ansökan}.\n\n"
        "Utlysningen {utlysning} stänger {stänger}. Det som kommer senare kan inte tas emot. "
        "Det är firmatecknaren som skickar in.\n\n[Öppna utkastet]({länk})"
    ),
    placeholders={
        "utlysning": _("Utlysningens rubrik"),
        "öppnar": _("När utlysningen öppnar"),
        "stänger": _("När utlysningen stänger"),
        "ansökan": _("Projektets namn, eller flera"),
        "länk": _("Utkastet, eller listan när det är flera"),
    },
    occasions=closing_calls,
    recipients=due.draft_reminders,
    example=_draft_example,
    # Most calls close just before midnight, and three hours before that is within the quiet hours.
    urgent=True,
)
DECISION_MOVED: Final = ReminderKind(
    code="decision_moved",
    label=_("Planerat beslut är flyttat: till dem som har sökt"),
    group=None,
    offsets=("0m",),
    subject="Beslutet är flyttat: {utlysning}",
    body=(
        "{ändring}\n\nDet gäller er ansökan {ansökan}.\n\nNi behöver inte göra något.\n\n"
        "[Läs mer om utlysningen]({länk})"
    ),
    placeholders={
        "utlysning": _("Utlysningens rubrik"),
        "ändring": _("Vad som är ändrat, som det står på utlysningens sida"),
        "beslut": _("När beslutet är planerat nu"),
        "ansökan": _("Ansökan med diarienummer, eller flera"),
        "länk": _("Utlysningens sida"),
    },
    occasions=due.moved_decisions,
    recipients=due.move_reminders,
    example=_move_example,
    after=True,
)
SUPPLEMENT_DUE: Final = ReminderKind(
    code="supplement_due",
    label=_("Kompletteringen ska snart vara här: till den som har sökt"),
    group=None,
    offsets=("3d", "1d"),
    subject="{diarienummer}: svara på begäran om komplettering senast {sista_dag}",
    body=(
        "Vi väntar på er komplettering av {ansökan} ({diarienummer}). Svara senast {sista_dag}.\n\n"
        "{handläggare} skrev:\n\n{begäran}\n\n[Svara i portalen]({länk})"
    ),
    placeholders={
        "ansökan": _("Projektets namn"),
        "diarienummer": _("Ärendets nummer"),
        "sista_dag": _("Sista dag att svara"),
        "begäran": _("Vad som ska kompletteras"),
        "handläggare": _("Den som bad om kompletteringen"),
        "länk": _("Sidan där man svarar"),
    },
    occasions=due.due_supplements,
    recipients=due.supplement_reminders,
    example=_supplement_example,
)
SUPPLEMENT_OVERDUE: Final = ReminderKind(
    code="supplement_overdue",
    label=_("Kompletteringen har inte kommit: till handläggaren"),
    group=None,
    offsets=("0m",),
    subject="{diarienummer}: kompletteringen har inte kommit",
    body=(
        "Sökanden har inte svarat på begäran om komplettering av {ansökan} ({diarienummer}). Sista dagen var "
        "{sista_dag}.\n\nGe mer tid, eller notera att svaret har uteblivit och pröva ansökan som den är. "
        "Ett svar som kommer innan dess tas emot.\n\n[Öppna kompletteringen]({länk})"
    ),
    placeholders={
        "ansökan": _("Projektets namn"),
        "diarienummer": _("Ärendets nummer"),
        "sista_dag": _("Sista dagen att svara"),
        "länk": _("Handläggarens sida om kompletteringen"),
    },
    occasions=due.overdue_supplements,
    recipients=due.overdue_reminders,
    example=_overdue_example,
    after=True,
)
ASSESSMENT_DUE: Final = ReminderKind(
    code="assessment_due",
    label=_("Bedömningen ska snart vara lämnad: till bedömaren"),
    group=None,
    offsets=("3d", "1d"),
    subject="{diarienummer}: lämna din bedömning senast {sista_dag}",
    body=(
        "Din bedömning av ansökan {diarienummer} i utlysningen {utlysning} är inte lämnad. Lämna den senast "
        "{sista_dag}, eller avstå.\n\n[Öppna bedömningen]({länk})"
    ),
    placeholders={
        "utlysning": _("Utlysningens rubrik"),
        "diarienummer": _("Ärendets nummer"),
        "sista_dag": _("Sista dag att lämna bedömningen"),
        "länk": _("Sidan där man bedömer"),
    },
    occasions=due_assessing.due_assessments,
    recipients=due_assessing.assessment_reminders,
    example=_assessment_example,
)
ALL: Final = (DRAFT_CLOSING, DECISION_MOVED, SUPPLEMENT_DUE, SUPPLEMENT_OVERDUE, ASSESSMENT_DUE)


def register_all() -> None:
    for kind in ALL:
        register(kind)
