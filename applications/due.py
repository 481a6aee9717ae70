"""What is due of the applications, and who shall have a mail of it. Questions only: nothing is written.

What gives occasions takes ``first`` and ``last`` of their moments, both inclusive. What gives reminders costs
a constant number of queries, however many occasions and people there are; with ``only``, the mails to those
addresses (in small letters)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from applications.enums import ApplicationStatus
from applications.models import Application, SupplementRequest
from applications.parts import NOT_LISTED
from calls.models import Call, CallChange
from calls.queries.due import call_values, whole_address
from s3portal.accounts.models import Membership
from s3portal.common.swedish import format_day, in_stockholm
from s3portal.outbox.reminders import Occasion, Reminder, addressed


# --- Drafts of calls that close ---------------------------------------------------------------------------
def draft_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To those who may write for the organisations with a draft: one mail for each call and person, with all
    their drafts. Not to those who have left, nor to accounts that are closed.

    An organisation that has sent one application is still reminded of another draft: it may want both, and a
    missed deadline costs more than a mail that can be turned off."""
    calls = {occasion.obj.pk: occasion for occasion in occasions}
    drafts: dict[tuple[int, int], list[Application]] = defaultdict(list)
    for draft in (
        Application.objects.filter(call__in=calls, status=ApplicationStatus.DRAFT)
        .only("call_id", "organisation_id", "title", "created_at")
        .order_by("created_at", "pk")
    ):
        drafts[draft.call_id, draft.organisation_id].append(draft)
    mine: dict[tuple[int, str], list[tuple[Application, datetime]]] = defaultdict(list)
    memberships = list(_writers({organisation for _call_id, organisation in drafts}, only))
    for membership in memberships:
        for call_id in calls:
            for draft in drafts.get((call_id, membership.organisation_id), ()):
                since = max(draft.created_at, membership.created_at)
                mine[call_id, membership.user.email].append((draft, since))
    for (call_id, email), found in mine.items():
        yield Reminder(
            occasion=calls[call_id],
            to_email=email,
            values=_draft_values(calls[call_id], [draft for draft, _since in found]),
            since=min(since for _draft, since in found),
        )


def _writers(organisations: Iterable[int], only: Collection[str] | None) -> Iterable[Membership]:
    memberships = Membership.objects.filter(organisation__in=organisations).writers()
    return addressed(memberships, "user__email", only).select_related("user").order_by("pk")


def _draft_values(occasion: Occasion, drafts: Sequence[Application]) -> dict[str, str]:
    if not isinstance(occasion.obj, Call):
        raise TypeError(f"{occasion.obj!r} is no call")
    if len(drafts) == 1:
        link = whole_address("applications:my_detail", drafts[0].pk)
    else:
        link = whole_address("applications:my_list")
    titles = "; ".join(str(draft) for draft in drafts)
    return call_values(occasion.obj) | {"ansökan": titles, "länk": link}


# --- A planned decision that has been moved ---------------------------------------------------------------
def moved_decisions(first: datetime, last: datetime) -> list[Occasion]:
    """Changes of when a call's decision is planned, each once."""
    changes = CallChange.objects.filter(field="decision_planned", at__range=(first, last))
    return [move_of(change) for change in changes.select_related("call").order_by("at", "pk")]


def move_of(change: CallChange) -> Occasion:
    return Occasion(obj=change, at=change.at, topic=f"decision_moved:{change.pk}")


def move_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To those who had applied when it was changed and wait for the decision: the contact person and all who
    may write. One mail for each change and address."""
    changes = {occasion.obj.pk: occasion for occasion in occasions}
    about: dict[int, list[CallChange]] = defaultdict(list)
    for occasion in occasions:
        if isinstance(occasion.obj, CallChange):
            about[occasion.obj.call_id].append(occasion.obj)
    waiting = list(
        Application.objects.open()
        .filter(call__in=about)
        .select_related("case")
        .defer(*NOT_LISTED, "case__search")
        .order_by("submitted_at", "pk")
    )
    people = _receivers(waiting, only)
    mine: dict[tuple[int, str], list[Application]] = defaultdict(list)
    for application in waiting:
        for change in about[application.call_id]:
            if application.submitted_at is not None and application.submitted_at <= change.at:
                for email in people[application.pk]:
                    mine[change.pk, email].append(application)
    for (change_id, email), found in mine.items():
        yield Reminder(changes[change_id], email, _move_values(changes[change_id], found))


def _move_values(occasion: Occasion, waiting: Sequence[Application]) -> dict[str, str]:
    change = occasion.obj
    if not isinstance(change, CallChange):
        raise TypeError(f"{change!r} is no change")
    return {
        "utlysning": change.call.title,
        "ändring": change.text,
        "beslut": change.call.decision_planned or "inte bestämt",
        "ansökan": "; ".join(f"{one.open_title} ({one.case})" for one in waiting),
        "länk": whole_address("calls:call_detail", change.call.slug),
    }


def _receivers(applications: Sequence[Application], only: Collection[str] | None) -> dict[int, list[str]]:
    """Of each application the contact person and those who may write, once to each address. One query."""
    writers: dict[int, list[str]] = defaultdict(list)
    for membership in _writers({application.organisation_id for application in applications}, only):
        writers[membership.organisation_id].append(membership.user.email)
    return {
        application.pk: list(
            dict.fromkeys(
                email.lower()
                for email in (application.contact_email, *writers[application.organisation_id])
                if email and (only is None or email.lower() in only)
            )
        )
        for application in applications
    }


# --- Supplements ------------------------------------------------------------------------------------------
def due_supplements(first: datetime, last: datetime) -> list[Occasion]:
    """Requests without an answer whose last day ends then."""
    day = timedelta(days=1)
    days = (in_stockholm(first).date() - day, in_stockholm(last).date() + day)
    requests = (
        SupplementRequest.objects.unanswered()
        .filter(due_on__range=days, application__status=ApplicationStatus.SUPPLEMENT)
        .select_related("application__case__officer", "requested_by")
        .defer(*(f"application__{name}" for name in NOT_LISTED))
        .order_by("due_on", "pk")
    )
    return [supplement_of(request) for request in requests if first <= request.due_at <= last]


def supplement_of(request: SupplementRequest) -> Occasion:
    return Occasion(obj=request, at=request.due_at, topic=f"supplement_due:{request.pk}")


def overdue_supplements(first: datetime, last: datetime) -> list[Occasion]:
    """Requests without an answer whose last day has just ended. After more time it is an occasion anew."""
    return [overdue_of(one.obj) for one in due_supplements(first, last)]


def overdue_of(request: Any) -> Occasion:
    return Occasion(obj=request, at=request.due_at, topic=f"supplement_overdue:{request.pk}:{request.due_on}")


def overdue_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To the officer of the case, else to who asked."""
    requests = [(one, one.obj) for one in occasions if isinstance(one.obj, SupplementRequest)]
    for occasion, request in requests:
        case = request.application.case
        officer = case.officer if case is not None and case.officer is not None else request.requested_by
        if only is not None and officer.email.lower() not in only:
            continue
        values = {
            "ansökan": request.application.open_title,
            "diarienummer": str(case),
            "sista_dag": format_day(request.due_on),
            "länk": whole_address("applications:officer_supplement", request.application_id),
        }
        yield Reminder(occasion, officer.email, values)


def supplement_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To the contact person and all who may answer. Not of what was before the request or its latest day."""
    requests = [(one, one.obj) for one in occasions if isinstance(one.obj, SupplementRequest)]
    people = _receivers([request.application for _occasion, request in requests], only)
    for occasion, request in requests:
        case = request.application.case
        values = {
            "ansökan": request.application.open_title,
            "diarienummer": str(case),
            "sista_dag": format_day(request.due_on),
            "begäran": request.text if case is None else case.hide_words(request.text),
            "handläggare": str(request.requested_by),
            "länk": whole_address("applications:supplement", request.application_id),
        }
        for email in people[request.application_id]:
            # Asking and giving more time are what changes the application while it is supplemented.
            yield Reminder(occasion, email, values, since=request.application.updated_at)
