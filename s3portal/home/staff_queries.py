"""What waits for one of the region's own people: boxes to act on and the nearest things themselves."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from applications.enums import ApplicationStatus
from applications.impartiality import Access
from applications.listed import Listed, listed_of
from applications.models import Application, SupplementRequest
from calls.queries.inquiries import waiting_inquiries
from calls.rules import may_edit_calls
from decisions.asked import waiting_for
from decisions.board import count_to_post
from decisions.enums import DecisionStatus
from decisions.expedition_queries import to_expedite
from decisions.final_queries import count_warnings
from decisions.models import CommitteeMeeting, Decision
from decisions.models.decision import LONG_TEXTS
from decisions.queries import count_unreported, next_meeting
from decisions.veil import lay_veils
from decisions.worklist import doors
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.swedish import format_day, in_stockholm
from s3portal.copies.queries import counts, oldest_waiting
from s3portal.diary.queries import count_unassigned
from s3portal.organisations.queries import unconfirmed_members
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.queries import count_failed, messages_in

NEAREST = 6


@dataclass(frozen=True)
class Todo:
    """One box: how many, of what, and where to deal with them."""

    count: int
    label: str
    text: str
    url: str


@dataclass(frozen=True)
class StaffStart:
    todos: list[Todo]
    decisions: list[Decision]
    #: Decision id → why what is proposed is not told to the person; see ``worklist.doors``.
    closed: dict[int, Access]
    applications: list[Listed]
    meeting: CommitteeMeeting | None
    #: Receipts, decisions and the like in this officer's own cases that reached nobody.
    failed: list[Message]

    @property
    def unasked(self) -> list[int]:
        """Where the person has not answered the question of jäv."""
        return [pk for pk, access in self.closed.items() if access is Access.ASK]


def staff_start(user: User) -> StaffStart:
    """The start page of an officer, delegate, registrar or administrator: a fixed number of questions to the
    database for each role, whatever there is."""
    meeting = next_meeting()
    todos: list[Todo] = []
    if user.has_role(Role.OFFICER):
        todos += _officer_todos(user)
        todos.append(_asked(user))
        if waiting := unconfirmed_members().count():
            todos.append(_to_confirm(waiting))
    if may_edit_calls(user):
        todos.append(_to_answer())
    if user.has_role(Role.DELEGATE):
        todos.append(_to_sign(user))
    todos.append(_to_report(meeting))
    if user.has_role(Role.REGISTRAR):
        todos += [_requested(), _to_post(), _stuck(), _unassigned()]
    if user.has_role(Role.OFFICER, Role.REGISTRAR, Role.ADMIN):
        todos.append(_failed())
    decisions = list(_decisions_for(user)[:NEAREST])
    lay_veils(decisions)
    return StaffStart(
        todos=todos,
        decisions=decisions,
        closed=doors(decisions, user),
        applications=_nearest_of(user) if user.has_role(Role.OFFICER) else [],
        meeting=meeting,
        failed=list(_failed_in_cases_of(user)[:NEAREST]) if user.has_role(Role.OFFICER) else [],
    )


def _failed_in_cases_of(user: User) -> QuerySet[Message]:
    """Messages that failed, about what this officer answers for; the latest first. Of a decision in a case
    without an officer, who wrote it answers."""
    applications = Application.objects.filter(case__officer=user)
    supplements = SupplementRequest.objects.filter(application__case__officer=user)
    decisions = Decision.objects.filter(
        Q(case__officer=user) | Q(case__officer__isnull=True, created_by=user)
    )
    mine = Q(pk__in=[])
    for found in (applications, supplements, decisions):
        mine |= Q(object_type=found.model._meta.label_lower, object_id__in=found.values("pk"))
    return messages_in(MessageStatus.FAILED).filter(mine)


def _applications_of(user: User) -> QuerySet[Application]:
    """Received and not yet decided, in cases this officer has; the oldest first."""
    return (
        Application.objects.received()
        .filter(status__in=ApplicationStatus.open(), case__officer=user)
        .select_related("case", "organisation")
        .order_by("submitted_at", "pk")
    )


def _nearest_of(user: User) -> list[Listed]:
    return list(listed_of(_applications_of(user)[:NEAREST]).values())


def _decisions_for(user: User) -> QuerySet[Decision]:
    """Drafts and proposals that wait for this person; the longest untouched first."""
    waiting = Q(pk__in=[])
    if user.has_role(Role.OFFICER):
        waiting |= Q(status=DecisionStatus.DRAFT) & (Q(created_by=user) | Q(case__officer=user))
    if user.has_role(Role.DELEGATE):
        waiting |= Q(status=DecisionStatus.PROPOSED, delegate__user=user)
    found = Decision.objects.visible_to(user).filter(waiting).select_related("case")
    return found.defer(*LONG_TEXTS).order_by("updated_at", "pk")


def _officer_todos(user: User) -> list[Todo]:
    mine = _applications_of(user)
    first = mine.first()
    proposed = Decision.objects.filter(status=DecisionStatus.PROPOSED).count()
    unsent = Decision.objects.filter(to_expedite()).count()
    decisions = reverse("decisions:officer_list")
    return [
        Todo(
            mine.count(),
            "Dina öppna ansökningar",
            f"Äldst: {first.case}" if first else "Inget väntar på dig",
            f"{reverse('applications:officer_list')}?urval=mina",
        ),
        Todo(proposed, "Väntar på underskrift", "Hos den som får besluta", f"{decisions}?visa=underskrift"),
        Todo(unsent, "Ska expedieras", "Någon har inte fått beslutet", f"{decisions}?visa=expediera"),
    ]


def _to_answer() -> Todo:
    waiting = waiting_inquiries()
    first = waiting.first()
    text = f"Äldst: {format_day(in_stockholm(first.asked_at).date())}" if first else "Ingen väntar på svar"
    url = reverse("calls:officer_inquiries", args=[first.call_id]) if first else reverse("calls:officer_list")
    return Todo(waiting.count(), "Frågor om utlysningar", text, url)


def _asked(user: User) -> Todo:
    waiting = waiting_for(user)
    first = waiting.first()
    text = f"Äldst: {format_day(in_stockholm(first.asked_at).date())}" if first else "Ingen väntar på dig"
    return Todo(waiting.count(), "Frågor från nämnden", text, reverse("decisions:member_questions"))


def _to_sign(user: User) -> Todo:
    proposals = Decision.objects.filter(status=DecisionStatus.PROPOSED, delegate__user=user).count()
    return Todo(
        proposals,
        "Väntar på din underskrift",
        "Beslut att läsa och skriva under",
        f"{reverse('decisions:officer_list')}?visa=vantar",
    )


def _to_report(meeting: CommitteeMeeting | None) -> Todo:
    text = f"Nästa sammanträde {format_day(meeting.day)}" if meeting else "Inget sammanträde är inlagt"
    url = (
        reverse("decisions:committee_meeting_detail", args=[meeting.pk])
        if meeting
        else reverse("decisions:committee_meeting_list")
    )
    return Todo(count_unreported(), "Ska anmälas till nämnden", text, url)


def _to_post() -> Todo:
    text = "Senast den andra dagen efter justeringen"
    return Todo(count_to_post(), "Anslag att sätta upp", text, reverse("decisions:notice_overview"))


def _stuck() -> Todo:
    text = "Får aldrig laga kraft som det är nu"
    return Todo(
        count_warnings(timezone.localdate()), "Beslut med varning", text, reverse("decisions:final_list")
    )


def _requested() -> Todo:
    first = oldest_waiting()
    days = 0 if first is None else first.days_open()
    text = f"Äldst: {days} dag{'' if days == 1 else 'ar'}" if first else "Ingen väntar på svar"
    return Todo(counts().to_do, "Begäran om handlingar", text, reverse("copies:staff_list"))


def _unassigned() -> Todo:
    url = f"{reverse('diary:staff_list')}?urval=utan"
    return Todo(count_unassigned(), "Ärenden utan handläggare", "Fördela i diariet", url)


def _to_confirm(waiting: int) -> Todo:
    url = reverse("organisations:officer_unconfirmed")
    return Todo(waiting, "Personer att bekräfta", "De har lagt till en organisation på eget ord", url)


def _failed() -> Todo:
    failed = count_failed()
    text = "Öppna för att skicka igen" if failed else "Allt har gått fram eller väntar"
    return Todo(failed, "Misslyckade utskick", text, f"{reverse('outbox:message_list')}?status=failed")
