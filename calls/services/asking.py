"""Questions about calls: asked by anybody, answered by officers for all to read."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from calls.enums import CallPhase, InquiryAction, InquiryStatus
from calls.models import Call, Inquiry
from calls.rules import require_call_editor
from calls.services.editing import lock_call
from calls.services.publishing import note_change
from s3portal.accounts.models import User
from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import format_datetime
from s3portal.common.text import markdown_to_plain
from s3portal.outbox.services import enqueue_mail

#: (status, action) → the status after it. What is not here is refused.
ALLOWED: Final[dict[tuple[InquiryStatus, InquiryAction], InquiryStatus]] = {
    (InquiryStatus.WAITING, InquiryAction.ANSWER): InquiryStatus.ANSWERED,
    (InquiryStatus.WAITING, InquiryAction.DECLINE): InquiryStatus.DECLINED,
    (InquiryStatus.DECLINED, InquiryAction.ANSWER): InquiryStatus.ANSWERED,
    (InquiryStatus.ANSWERED, InquiryAction.CORRECT): InquiryStatus.ANSWERED,
}
#: Without the question's own words: they may be what is put right.
CORRECTED: Final = "Svaret på en av frågorna är rättat."


# --- Asking ---------------------------------------------------------------------------------------------
@transaction.atomic
def ask_about_call(
    *, call_id: int, question: str, name: str = "", email: str = "", now: datetime | None = None
) -> Inquiry:
    """Take a question about a coming or open call. The call's contacts are told, and the asker if there is an
    address. The same question pressed twice is one.

    The letters to the asker before the answer hold nothing that the asker wrote: the address may be somebody
    else's. Raises Refusal when the call is closed."""
    call = Call.objects.get(pk=call_id)
    if call.phase(now=now) == CallPhase.CLOSED:
        raise Refusal("Utlysningen är stängd, så det går inte längre att ställa frågor om den här.")
    same = call.inquiries.filter(
        status=InquiryStatus.WAITING, question=question, asker_name=name, asker_email=email
    )
    if (again := same.first()) is not None:
        return again
    inquiry = Inquiry.objects.create(
        call=call, question=question, asker_name=name, asker_email=email, asked_at=now or timezone.now()
    )
    record_event(actor=None, action="inquiry_asked", obj=inquiry, text=f"Fråga om {call}")
    _tell_contacts(inquiry)
    if email:
        enqueue_mail(
            kind="inquiry_received",
            key=f"inquiry_received:{inquiry.pk}",
            to_email=email,
            context={"call": call, "path": reverse("calls:call_detail", args=[call.slug])},
            obj=inquiry,
        )
    return inquiry


def _tell_contacts(inquiry: Inquiry) -> None:
    """Those to ask about the call, each address once; without any, the region's own address."""
    contacts = inquiry.call.contacts.exclude(email="").values_list("email", flat=True)
    addresses = {email.lower(): email for email in contacts} or {"": settings.REGION["contact_email"]}
    for number, email in enumerate(addresses.values()):
        enqueue_mail(
            kind="inquiry_waiting",
            key=f"inquiry_waiting:{inquiry.pk}:{number}",
            to_email=email,
            context={
                "inquiry": inquiry,
                "path": reverse("calls:officer_inquiry", args=[inquiry.call_id, inquiry.pk]),
            },
            obj=inquiry,
        )


# --- Answering ------------------------------------------------------------------------------------------
@transaction.atomic
def answer_inquiry(
    *,
    inquiry_id: int,
    actor: User,
    expected_version: int,
    published_question: str,
    answer: str,
    keep_traces: bool = False,
) -> Inquiry:
    """Publish the answer, or put a published one right, and send it to the asker whose address is kept.

    ``answer`` is restricted Markdown. Raises Conflict when somebody else has saved after
    ``expected_version``, and Refusal for leftovers of a template and, unless ``keep_traces``, for words that
    tell who asked."""
    require_call_editor(actor)
    inquiry = _locked(inquiry_id, expected_version)
    _require_publishable(published_question, answer)
    if not keep_traces:
        _require_no_traces(inquiry, published_question, answer)
    correcting = inquiry.status == InquiryStatus.ANSWERED
    action = InquiryAction.CORRECT if correcting else InquiryAction.ANSWER
    if correcting and (inquiry.published_question, inquiry.answer) == (published_question, answer):
        return inquiry
    typed = {"question": published_question, "answer": answer}
    before = {"question": inquiry.published_question, "answer": inquiry.answer}
    inquiry.status = _after(inquiry, action)
    inquiry.published_question, inquiry.answer, inquiry.decline_reason = published_question, answer, ""
    moment = timezone.now()
    if correcting:
        inquiry.corrected_at = moment
        note_change(call=inquiry.call, field="inquiry", text=CORRECTED)
    else:
        inquiry.answered_at, inquiry.answered_by = moment, actor
    _save(inquiry)
    record_event(
        actor=actor,
        action="inquiry_corrected" if correcting else "inquiry_answered",
        obj=inquiry,
        text=f"Svar om {inquiry.call}",
        # Which of the texts, and not what they said: a name that is corrected away must not stay in the log,
        # which is never cleared.
        data={"changed": [name for name, text in typed.items() if text != before[name]]},
    )
    _tell_asker(inquiry, kind="inquiry_answered", answer_text=markdown_to_plain(answer), corrected=correcting)
    return inquiry


@transaction.atomic
def decline_inquiry(*, inquiry_id: int, actor: User, expected_version: int, reason: str) -> Inquiry:
    """Say no to a question: nothing is published, and the asker whose address is kept is told ``reason``.

    Raises Conflict when somebody else has saved after ``expected_version``."""
    require_call_editor(actor)
    inquiry = _locked(inquiry_id, expected_version)
    inquiry.status = _after(inquiry, InquiryAction.DECLINE)
    inquiry.decline_reason = reason
    inquiry.answered_at, inquiry.answered_by = timezone.now(), actor
    _save(inquiry)
    record_event(
        actor=actor, action="inquiry_declined", obj=inquiry, text=f"Fråga om {inquiry.call} besvaras inte"
    )
    _tell_asker(inquiry, kind="inquiry_declined")
    return inquiry


def _locked(inquiry_id: int, expected_version: int) -> Inquiry:
    """The inquiry and its call, the call first as everywhere. Raises Conflict on an older version."""
    call_id = Inquiry.objects.values_list("call_id", flat=True).get(pk=inquiry_id)
    call = lock_call(call_id)
    inquiry = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry_id)
    inquiry.call = call
    if inquiry.version != expected_version:
        raise Conflict(_who_was_first(inquiry))
    return inquiry


_DONE: Final = {
    "inquiry_answered": "besvarade frågan",
    "inquiry_corrected": "rättade svaret",
    "inquiry_declined": "avböjde frågan",
}


def _who_was_first(inquiry: Inquiry) -> str:
    last = Event.objects.about(inquiry._meta.label_lower, inquiry.pk).filter(action__in=_DONE).first()
    if last is None:
        return "Frågan har ändrats medan du skrev."
    return f"{last.actor_label} {_DONE[last.action]} {format_datetime(last.at)}, medan du skrev."


def _after(inquiry: Inquiry, action: InquiryAction) -> InquiryStatus:
    after = ALLOWED.get((InquiryStatus(inquiry.status), action))
    if after is None:
        raise Refusal(f"Frågan har läget ”{inquiry.get_status_display()}”, så det går inte.")
    return after


def _require_publishable(published_question: str, answer: str) -> None:
    for field, text in (("published_question", published_question), ("answer", answer)):
        if leftovers := find_leftovers(text):
            raise Refusal(f"{leftovers[0].reason} ”{leftovers[0].text}”", field=field)


def _require_no_traces(inquiry: Inquiry, published_question: str, answer: str) -> None:
    for field, text in (("published_question", published_question), ("answer", answer)):
        if traces := inquiry.traces_in(text):
            found = ", ".join(f"”{trace}”" for trace in traces)
            raise Refusal(
                f"Texten innehåller {found}, som kan visa vem som har frågat. Ta bort det, eller kryssa i "
                "att texten ska stå så ändå.",
                field=field,
            )


def _save(inquiry: Inquiry) -> None:
    inquiry.version += 1
    inquiry.save(
        update_fields=[
            "status", "published_question", "answer", "decline_reason", "answered_at", "answered_by",
            "corrected_at", "version",
        ]
    )  # fmt: skip


def _tell_asker(inquiry: Inquiry, *, kind: str, **context: object) -> None:
    if inquiry.asker_email:
        path = reverse("calls:call_detail", args=[inquiry.call.slug])
        enqueue_mail(
            kind=kind,
            key=f"{kind}:{inquiry.pk}:{inquiry.version}",
            to_email=inquiry.asker_email,
            context={"inquiry": inquiry, "call": inquiry.call, "path": path, **context},
            obj=inquiry,
        )


# --- Forgetting -----------------------------------------------------------------------------------------
@transaction.atomic
def clear_askers(*, now: datetime | None = None) -> int:
    """Take away who asked, ``INQUIRY_ASKER_WEEKS`` weeks after the answer or after the call was concluded,
    whichever comes first; the questions and answers stay. How many were cleared. May be run at any time."""
    limit = (now or timezone.now()) - timedelta(weeks=settings.INQUIRY_ASKER_WEEKS)
    known = Inquiry.objects.exclude(asker_name="", asker_email="")
    due = known.filter(Q(answered_at__lte=limit) | Q(call__concluded_at__lte=limit))
    calls = list(Call.objects.filter(inquiries__in=due).distinct())
    cleared = 0
    for call in calls:
        count = Inquiry.objects.filter(pk__in=due.filter(call=call)).update(asker_name="", asker_email="")
        if count:
            record_event(
                actor=None, action="inquiry_askers_cleared", obj=call, text=f"{count} frågeställare borttagna"
            )
        cleared += count
    return cleared
