"""Questions about calls: asked by anybody, answered once for all, and who asked is forgotten in time."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from calls import tasks
from calls.enums import InquiryAction, InquiryStatus
from calls.models import CallChange, Inquiry
from calls.services import asking
from calls.services.asking import ALLOWED, answer_inquiry, ask_about_call, clear_askers, decline_inquiry
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_datetime
from s3portal.outbox.models import Message
from tests import factories

WEEK, SECOND = timedelta(weeks=1), timedelta(seconds=1)
ANSWERED = timezone.make_aware(timezone.datetime(2026, 3, 2, 14, 5))


@pytest.fixture
def call(db):
    return factories.make_call(title="Kluster för hållbar omställning")


@pytest.fixture
def inquiry(call):
    return factories.make_inquiry(
        call=call,
        question="Jag heter Ulla Undrande. Får kommuner söka?",
        asker_name="Ulla Undrande",
        asker_email="ulla@example.org",
    )


def answer(inquiry, actor, **arguments):
    values = {
        "inquiry_id": inquiry.pk,
        "actor": actor,
        "expected_version": inquiry.version,
        "published_question": "Får kommuner söka?",
        "answer": "Ja, om de **samordnar** ett kluster.",
    }
    return answer_inquiry(**(values | arguments))


def decline(inquiry, actor, **arguments):
    values = {
        "inquiry_id": inquiry.pk,
        "actor": actor,
        "expected_version": inquiry.version,
        "reason": "Frågan gäller en annan utlysning.",
    }
    return decline_inquiry(**(values | arguments))


def mails():
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


# --- Asking -----------------------------------------------------------------------------------------------
def test_a_question_is_kept_and_told_to_the_contacts_and_the_asker(call):
    call.contacts.create(order=2, name="Utan adress", phone="063-14 75 00")
    call.contacts.create(order=3, email="Officer@example.org")
    inquiry = ask_about_call(
        call_id=call.pk, question="Får kommuner söka?", name="Ulla Undrande", email="ulla@example.org"
    )
    assert (inquiry.status, inquiry.published_question, inquiry.answered_at) == ("waiting", "", None)
    assert mails() == [
        ("inquiry_waiting", "Officer@example.org"),
        ("inquiry_received", "ulla@example.org"),
    ], "each address once"
    to_contact, to_asker = Message.objects.order_by("pk")
    assert "Får kommuner söka?" in to_contact.text_body
    assert f"/handlaggning/utlysningar/{call.pk}/fragor-och-svar/{inquiry.pk}/" in to_contact.text_body
    assert "Ulla" not in to_contact.text_body + to_contact.html_body
    assert "kommuner" not in to_asker.text_body + to_asker.html_body, "the address may be somebody else's"
    event = Event.objects.get()
    assert (event.action, event.actor_id) == ("inquiry_asked", None)
    assert "ulla" not in f"{event.text}{event.data}".lower(), "the log is never cleared"


def test_without_an_address_only_the_contacts_are_told(call):
    ask_about_call(call_id=call.pk, question="Får kommuner söka?")
    assert mails() == [("inquiry_waiting", "officer@example.org")]


def test_without_contacts_the_region_is_told(call, settings):
    call.contacts.all().delete()
    ask_about_call(call_id=call.pk, question="Får kommuner söka?")
    assert mails() == [("inquiry_waiting", settings.REGION["contact_email"])]


def test_the_same_question_pressed_twice_is_one(call):
    first, second = (ask_about_call(call_id=call.pk, question="Får kommuner söka?") for _ in range(2))
    assert first == second
    assert ask_about_call(call_id=call.pk, question="Får regioner söka?") != first
    assert len(mails()) == 2


@pytest.mark.parametrize(
    ("offset", "taken"),
    [(timedelta(days=-40), True), (timedelta(0), True), (timedelta(microseconds=1), False)],
)
def test_questions_are_taken_until_the_call_closes(call, offset, taken):
    now = call.closes_at + offset
    if taken:
        assert ask_about_call(call_id=call.pk, question="Får vi?", now=now).asked_at == now
    else:
        with pytest.raises(Refusal, match="stängd"):
            ask_about_call(call_id=call.pk, question="Får vi?", now=now)
        assert not Inquiry.objects.exists()


# --- The life of a question -------------------------------------------------------------------------------
STEPS = {InquiryAction.ANSWER: answer, InquiryAction.CORRECT: answer, InquiryAction.DECLINE: decline}


def in_status(inquiry, status, actor):
    if status == InquiryStatus.ANSWERED:
        return answer(inquiry, actor, answer="Nja.")
    return decline(inquiry, actor) if status == InquiryStatus.DECLINED else inquiry


@pytest.mark.parametrize("status", InquiryStatus)
@pytest.mark.parametrize("action", [InquiryAction.ANSWER, InquiryAction.DECLINE])
def test_every_step_from_every_status(inquiry, officer, status, action):
    found = in_status(inquiry, status, officer)
    step = {InquiryAction.ANSWER: answer, InquiryAction.DECLINE: decline}[action]
    real = (
        InquiryAction.CORRECT
        if (status, action) == (InquiryStatus.ANSWERED, InquiryAction.ANSWER)
        else action
    )
    if (status, real) in ALLOWED:
        assert step(found, officer).status == ALLOWED[status, real]
    else:
        with pytest.raises(Refusal, match="Frågan har läget"):
            step(found, officer)
        found.refresh_from_db()
        assert found.status == status


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "nonsense", "answered_at": timezone.now()}, "inquiry_status_known"),
        ({"status": "declined"}, "inquiry_answered_has_who_and_when"),
        ({"answered_at": timezone.now()}, "inquiry_answered_has_who_and_when"),
        ({"corrected_at": timezone.now()}, "inquiry_corrected_is_answered"),
    ],
)
def test_what_the_database_refuses(call, officer, fields, constraint):
    if fields.get("status") == "nonsense":
        fields = fields | {"answered_by": officer}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factories.make_inquiry(call=call, **fields)


def test_an_answered_question_has_both_texts(inquiry, officer):
    answer(inquiry, officer)
    for field in ("answer", "published_question"):
        with pytest.raises(IntegrityError, match="inquiry_answered_has_text"), transaction.atomic():
            Inquiry.objects.update(**{field: ""})


# --- Answering --------------------------------------------------------------------------------------------
def test_an_answer_is_published_and_sent_to_the_asker(inquiry, officer):
    answer(inquiry, officer)
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.published_question, inquiry.answered_by, inquiry.version) == (
        "answered",
        "Får kommuner söka?",
        officer,
        2,
    )
    assert inquiry.answered_at is not None
    assert inquiry.corrected_at is None
    assert inquiry.question == "Jag heter Ulla Undrande. Får kommuner söka?"
    message = Message.objects.get()
    assert (message.kind, message.to_email) == ("inquiry_answered", "ulla@example.org")
    assert message.subject == "Svar på frågan om Kluster för hållbar omställning"
    assert "Ja, om de samordnar ett kluster." in message.text_body
    assert "<strong>samordnar</strong>" in message.html_body
    assert not CallChange.objects.exists(), "a new answer changes nothing that was said"
    event = Event.objects.get()
    assert (event.action, event.actor_id) == ("inquiry_answered", officer.pk)


def test_nobody_is_told_without_an_address(call, officer):
    answer(factories.make_inquiry(call=call, asker_name="", asker_email=""), officer)
    assert mails() == []


@pytest.mark.parametrize(
    ("field", "text", "trace"),
    [
        ("published_question", "Jag heter Ulla Undrande. Får vi söka?", "”Ulla”, ”Undrande”"),
        ("published_question", "Skriv till ULLA@example.org. Får vi söka?", "”ulla@example.org”"),
        ("answer", "Hej Ulla! Ja.", "”Ulla”"),
    ],
)
def test_words_that_tell_who_asked_are_refused_unless_kept_knowingly(inquiry, officer, field, text, trace):
    with pytest.raises(Refusal) as refused:
        answer(inquiry, officer, **{field: text})
    assert refused.value.field == field
    assert trace in refused.value.message
    inquiry.refresh_from_db()
    assert inquiry.status == "waiting"
    answer(inquiry, officer, **{field: text}, keep_traces=True)
    inquiry.refresh_from_db()
    assert getattr(inquiry, field) == text


@pytest.mark.parametrize(
    ("name", "text", "traces"),
    [
        ("Ulla Undrande", "Ullared och undranden", []),
        ("Bo Ek", "Bo på ek", []),
        ("Eva Ek", "eva eva", ["Eva"]),
        ("", "vem som helst", []),
        ("A (B*", "A (B* och c", ["(B*"]),
        ("Per-Åke", "per-åke frågar", ["Per-Åke"]),
    ],
)
def test_traces_are_whole_words_of_three_letters_or_more(name, text, traces):
    assert Inquiry(asker_name=name).traces_in(text) == traces


@pytest.mark.parametrize("field", ["published_question", "answer"])
def test_leftovers_of_a_template_are_not_published(inquiry, officer, field):
    with pytest.raises(Refusal) as refused:
        answer(inquiry, officer, **{field: "Ja. Skriv svaret här"})
    assert refused.value.field == field


def test_a_correction_is_shown_as_changed_and_told(inquiry, officer, second_officer):
    first = answer(inquiry, officer)
    corrected = answer(first, second_officer, answer="Nej.")
    assert (corrected.status, corrected.answer, corrected.version) == ("answered", "Nej.", 3)
    assert (corrected.answered_by, corrected.answered_at) == (officer, first.answered_at)
    assert corrected.corrected_at is not None
    change = CallChange.objects.get()
    assert (change.call, change.field) == (inquiry.call, "inquiry")
    assert change.text == "Svaret på en av frågorna är rättat."
    assert [message.subject for message in Message.objects.order_by("pk")] == [
        "Svar på frågan om Kluster för hållbar omställning",
        "Rättat svar på frågan om Kluster för hållbar omställning",
    ]
    event = Event.objects.get(action="inquiry_corrected")
    assert event.data == {"changed": ["answer"]}


def test_saving_the_same_again_corrects_nothing(inquiry, officer):
    again = answer(answer(inquiry, officer), officer)
    assert (again.version, again.corrected_at) == (2, None)
    assert len(mails()) == 1


def test_a_name_that_is_corrected_away_is_nowhere_any_longer(inquiry, officer):
    """Not in the log, nor in the list of changes, which both stand for ever."""
    named = answer(inquiry, officer, published_question="Får Vera Ask söka?", keep_traces=True)
    named = answer(named, officer, published_question="Får Vera Ask söka?", answer="Nej.", keep_traces=True)
    answer(named, officer, published_question="Får jag söka?", answer="Nej.")
    said = [str(event.data) + event.text for event in Event.objects.all()]
    said += [change.text for change in CallChange.objects.all()]
    assert [words for words in said if "Vera" in words] == []
    assert Event.objects.filter(action="inquiry_corrected").latest("pk").data == {"changed": ["question"]}


def test_declining_tells_the_asker_why(inquiry, officer):
    decline(inquiry, officer)
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.answered_by, inquiry.answer) == ("declined", officer, "")
    message = Message.objects.get()
    assert (message.kind, message.to_email) == ("inquiry_declined", "ulla@example.org")
    assert "Frågan gäller en annan utlysning." in message.text_body


def test_who_answers_second_is_told_who_was_first(inquiry, officer, second_officer):
    with time_machine.travel(ANSWERED, tick=False):
        answer(inquiry, officer)
    for step in (answer, decline):
        with pytest.raises(Conflict) as refused:
            step(inquiry, second_officer)
        assert refused.value.message == (
            f"Hanna Handläggare besvarade frågan {format_datetime(ANSWERED)}, medan du skrev."
        )
    inquiry.refresh_from_db()
    assert inquiry.answered_by == officer


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_answers(monkeypatch):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda pk: None)
    inquiry = factories.make_inquiry()
    officers = [factories.make_staff("officer") for _ in range(4)]
    barrier, results = threading.Barrier(4), []

    def press(actor):
        barrier.wait()
        try:
            results.append(answer(inquiry, actor, answer=f"Svar av {actor.pk}"))
        except Conflict as conflict:
            results.append(conflict)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=[actor]) for actor in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [result for result in results if isinstance(result, Inquiry)]
    assert sum(isinstance(result, Conflict) for result in results) == 3
    inquiry.refresh_from_db()
    assert (inquiry.answer, inquiry.version) == (f"Svar av {won.answered_by.pk}", 2)
    assert Message.objects.count() == 1


# --- Forgetting -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("after", "cleared"), [(12 * WEEK - SECOND, 0), (12 * WEEK, 1), (52 * WEEK, 1), (SECOND, 0)]
)
def test_who_asked_is_forgotten_some_weeks_after_the_answer(inquiry, officer, after, cleared):
    with time_machine.travel(ANSWERED, tick=False):
        answer(inquiry, officer)
    assert clear_askers(now=ANSWERED + after) == cleared
    kept = Inquiry.objects.values().get()
    assert (kept["asker_name"], kept["asker_email"]) == (
        ("", "") if cleared else ("Ulla Undrande", "ulla@example.org")
    )
    untouched = {name: value for name, value in kept.items() if not name.startswith("asker_")}
    assert untouched["question"] == "Jag heter Ulla Undrande. Får kommuner söka?"
    assert (untouched["status"], untouched["answer"]) == ("answered", "Ja, om de **samordnar** ett kluster.")


@pytest.mark.parametrize(("after", "cleared"), [(12 * WEEK - SECOND, 0), (12 * WEEK, 1)])
def test_who_got_no_answer_is_forgotten_some_weeks_after_the_call_was_concluded(inquiry, after, cleared):
    call = inquiry.call
    call.status, call.concluded_at = "concluded", ANSWERED
    call.save(update_fields=["status", "concluded_at"])
    assert clear_askers(now=ANSWERED + after) == cleared
    inquiry.refresh_from_db()
    assert inquiry.asker_known is not bool(cleared)
    assert inquiry.status == "waiting"


def test_the_weeks_are_a_setting_and_the_task_may_run_twice(inquiry, officer, settings):
    settings.INQUIRY_ASKER_WEEKS = 1
    with time_machine.travel(timezone.now() - WEEK - SECOND, tick=False):
        answer(inquiry, officer)
    waiting = factories.make_inquiry()
    for _time in range(2):
        tasks.clear_askers()
    inquiry.refresh_from_db()
    waiting.refresh_from_db()
    assert (inquiry.asker_known, waiting.asker_known) == (False, True)
    event = Event.objects.get(action="inquiry_askers_cleared")
    assert (event.actor_id, event.object_id, event.text) == (
        None,
        inquiry.call_id,
        "1 frågeställare borttagna",
    )


def test_beat_runs_it_every_day(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["clear-askers"]
    assert entry["task"] == asking.clear_askers.__module__.replace("services.asking", "tasks.clear_askers")
