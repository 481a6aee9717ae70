"""Questions, criteria, attachments and milestones: what goes together, what is told, and who was first."""

from datetime import date, time

import pytest
from django.db import Error, transaction

from calls.enums import MilestoneKind, QuestionKind
from calls.models import CallQuestion, Milestone, RequestedAttachment
from calls.services.contents.attachments import AttachmentData, delete_attachment, save_attachment
from calls.services.contents.criteria import (
    CriterionContent,
    delete_criterion,
    save_criterion,
    set_weights,
    weights_problem,
)
from calls.services.contents.milestones import MilestoneData, delete_milestone, save_milestone
from calls.services.contents.opening import fingerprint
from calls.services.contents.questions import QuestionData, delete_question, save_question
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories

pytestmark = pytest.mark.django_db
COLOURS = ("Rött", "Grönt", "Blått")


@pytest.fixture
def draft():
    return factories.make_call(status="draft")


def ask(call, actor, row=None, **fields):
    """Add or change a question; changes are seen as they stand."""
    data = QuestionData(**({"label": "Fråga", "kind": QuestionKind.SHORT} | fields))
    seen = {} if row is None else {"row_id": row.pk, "seen": fingerprint(CallQuestion.objects.get(pk=row.pk))}
    return save_question(actor=actor, call_id=call.pk, data=data, **seen)


def judge(call, actor, row=None, **fields):
    data = CriterionContent(**({"title": "Samverkan", "text": "Hur?"} | fields))
    seen = {} if row is None else {"row_id": row.pk, "seen": fingerprint(row)}
    return save_criterion(actor=actor, call_id=call.pk, data=data, **seen)


def told(call):
    """What the public reads, oldest first."""
    return list(call.changes.order_by("pk").values_list("field", "text"))


def receive(call):
    call.first_received_at = call.opens_at
    call.save(update_fields=["first_received_at"])


# --- Questions --------------------------------------------------------------------------------------------
def test_a_question_holds_what_was_given_and_is_told(officer):
    call = factories.make_call()
    question = ask(call, officer, label="Färg?", kind="choice", help_text="Välj en.", choices=COLOURS)
    stored = CallQuestion.objects.get(pk=question.pk)
    assert (stored.label, stored.kind, stored.choices, stored.order) == ("Färg?", "choice", list(COLOURS), 1)
    ask(call, officer, question, label="Vilken färg?", kind="choice", choices=COLOURS)
    ask(call, officer, question, label="Vilken färg?", kind="choice", choices=COLOURS[:2])
    delete_question(actor=officer, call_id=call.pk, row_id=question.pk)
    sentences = [
        "Frågan ”Färg?” är tillagd.",
        "Frågan ”Färg?” lyder nu ”Vilken färg?”.",
        "Frågan ”Vilken färg?” är ändrad.",
        "Frågan ”Vilken färg?” är borttagen.",
    ]
    assert told(call) == [("questions", sentence) for sentence in sentences]
    events = Event.objects.about("calls.call", call.pk).order_by("pk")
    assert list(events.values_list("text", flat=True)) == sentences
    assert {event.actor_id for event in events} == {officer.pk}


def test_a_draft_changes_unseen(draft, officer):
    ask(draft, officer)
    assert told(draft) == []
    assert Event.objects.about("calls.call", draft.pk).count() == 1


@pytest.mark.parametrize(("fields", "field", "sentence"), [
    ({"kind": "choice", "choices": ("Ett",)}, "choices", "Skriv minst två val, ett på varje rad."),
    ({"kind": "choice", "choices": ("Ett", "ett")}, "choices", "Valet ”ett” står två gånger."),
    ({"kind": "choice", "choices": ("a" * 151, "b")}, "choices",
     f"Valet som börjar ”{'a' * 40}…” är längre än 150 tecken."),
    ({"kind": "choice", "choices": tuple(str(n) for n in range(51))}, "choices", "Skriv högst 50 val."),
    ({"kind": "date", "choices": COLOURS}, "choices",
     "Bara frågor av slaget Val ur en lista har val. Ta bort dem."),
    ({"kind": "amount", "max_length": 5}, "max_length",
     "Bara textfrågor har ett högsta antal tecken. Lämna fältet tomt."),
    ({"max_length": 0}, "max_length", "Ange ett tal från 1 till 20\u00a0000."),
    ({"max_length": 20_001}, "max_length", "Ange ett tal från 1 till 20\u00a0000."),
    ({"shown_if_answer": "ja"}, "condition", "Välj vilken fråga svaret hör till."),
    ({"shown_if": 10**9, "shown_if_answer": "ja"}, "condition",
     "Villkoret måste gälla en fråga som kommer tidigare."),
])  # fmt: skip
def test_what_does_not_go_together_is_refused_in_words(fields, field, sentence, draft, officer):
    with pytest.raises(Refusal) as refused:
        ask(draft, officer, **fields)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert not draft.questions.exists()


def test_a_condition_names_an_earlier_question_and_one_of_its_answers(draft, officer):
    colour = ask(draft, officer, label="Färg?", kind="choice", choices=COLOURS)
    why = ask(draft, officer, label="Varför?", shown_if=colour.pk, shown_if_answer="Rött")
    assert (why.shown_if, why.shown_if_answer) == (colour, "Rött")
    with pytest.raises(Refusal, match="har inte längre det svaret"):
        ask(draft, officer, why, shown_if=colour.pk, shown_if_answer="Gult")
    with pytest.raises(Refusal, match="har inte längre det svaret"):
        ask(draft, officer, shown_if=why.pk, shown_if_answer="ja")
    for later in (why, colour):
        with pytest.raises(Refusal, match="en fråga som kommer tidigare"):
            ask(draft, officer, colour, kind="yes_no", shown_if=later.pk, shown_if_answer="ja")


def test_what_others_hang_on_is_not_taken_away(draft, officer):
    colour = ask(draft, officer, label="Färg?", kind="choice", choices=COLOURS)
    why = ask(draft, officer, label="Varför?", shown_if=colour.pk, shown_if_answer="Rött")
    for fields, field in (
        ({"kind": "choice", "choices": COLOURS[1:]}, "choices"),
        ({"kind": "date"}, "kind"),
    ):
        with pytest.raises(Refusal) as refused:
            ask(draft, officer, colour, **fields)
        assert (refused.value.field, refused.value.message) == (
            field,
            "Frågan ”Varför?” ställs vid svaret ”Rött”, som då försvinner. Ändra den frågans villkor först.",
        )
    with pytest.raises(Refusal, match=r"Frågan ”Varför\?” ställs beroende på"):
        delete_question(actor=officer, call_id=draft.pk, row_id=colour.pk)
    delete_question(actor=officer, call_id=draft.pk, row_id=why.pk)
    delete_question(actor=officer, call_id=draft.pk, row_id=colour.pk)
    assert not draft.questions.exists()


def test_who_saves_over_anothers_text_is_told_who_and_when(draft, officer, second_officer):
    question = ask(draft, officer)
    seen = fingerprint(question)
    ask(draft, second_officer, question, label="Annan lydelse")
    with pytest.raises(Conflict, match=r"^Anders Andersson sparade här den .* kl\. .*, efter att du öppnade"):
        save_question(actor=officer, call_id=draft.pk, row_id=question.pk, seen=seen,
                      data=QuestionData(label="Min lydelse", kind=QuestionKind.SHORT))  # fmt: skip
    assert draft.questions.get().label == "Annan lydelse"


def test_what_somebody_else_has_taken_away_cannot_be_saved(draft, officer):
    question = ask(draft, officer)
    delete_question(actor=officer, call_id=draft.pk, row_id=question.pk)
    for work in (
        lambda: delete_question(actor=officer, call_id=draft.pk, row_id=question.pk),
        lambda: save_question(actor=officer, call_id=draft.pk, row_id=question.pk, seen="x",
                              data=QuestionData(label="A", kind=QuestionKind.SHORT)),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="är borttaget av någon annan"):
            work()


# --- What stands still ------------------------------------------------------------------------------------
WORKS = {
    "question": ask,
    "criterion": judge,
    "weights": lambda call, who: set_weights(actor=who, call_id=call.pk, weights={}, seen={}),
    "attachment": lambda call, who: save_attachment(actor=who, call_id=call.pk, data=AttachmentData("Karta")),
    "milestone": lambda call, who: save_milestone(
        actor=who, call_id=call.pk, data=MilestoneData(MilestoneKind.PAYMENT, "Utbetalning", "Varje kvartal.")
    ),
}


@pytest.mark.parametrize("name", WORKS)
def test_after_the_first_application_only_milestones_change(name, officer):
    call = factories.make_call()
    receive(call)
    if name == "milestone":
        WORKS[name](call, officer)
        assert told(call) == [("milestones", "Hållpunkten ”Utbetalning” är tillagd.")]
    else:
        with pytest.raises(Refusal, match="Utlysningen fick sin första ansökan"):
            WORKS[name](call, officer)
        assert told(call) == []


@pytest.mark.parametrize("name", [name for name in WORKS if name != "milestone"])
def test_a_concluded_call_stands_still(name, officer):
    call = factories.make_call(status="concluded")
    with pytest.raises(Refusal, match="är avslutad"):
        WORKS[name](call, officer)


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("who", ["owner", "registrar", "delegate_user", "assessor", "member"])
def test_others_change_nothing(name, who, draft, request):
    with pytest.raises(Refusal, match="Bara handläggare får ändra i en utlysning"):
        WORKS[name](draft, request.getfixturevalue(who))


def test_the_database_refuses_when_a_service_forgets(officer):
    call = factories.make_call()
    receive(call)
    with pytest.raises(Error, match="is fixed once an application has come in"), transaction.atomic():
        RequestedAttachment.objects.create(call=call, order=1, name="Karta")


def test_leftovers_are_refused_when_they_would_be_public_at_once(draft, officer):
    ask(draft, officer, label="Skriv frågan här")
    with pytest.raises(Refusal) as refused:
        ask(factories.make_call(), officer, label="Skriv frågan här")
    assert (refused.value.field, refused.value.message) == (
        "label", "”Skriv frågan här” står kvar. En uppmaning ur mallen står kvar.",
    )  # fmt: skip


# --- Criteria ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("weights", "sentence"), [
    ([], ""),
    ([None, None], ""),
    ([40, 60], ""),
    ([40, 40], "Vikterna är 80\u00a0%, de ska bli 100\u00a0%."),
    ([60, 60], "Vikterna är 120\u00a0%, de ska bli 100\u00a0%."),
    ([100, None], "1 av 2 kriterier saknar vikt. Ange en vikt för alla eller för inget."),
])  # fmt: skip
def test_weights_are_for_all_or_none_and_make_a_hundred(weights, sentence):
    assert weights_problem(weights) == sentence


@pytest.mark.parametrize(("fields", "field"), [
    ({"weight": 0}, "weight"), ({"weight": 101}, "weight"), ({"max_score": 1}, "max_score"),
    ({"max_score": 11}, "max_score"),
])  # fmt: skip
def test_weights_and_scales_have_limits(fields, field, draft, officer):
    with pytest.raises(Refusal) as refused:
        judge(draft, officer, **fields)
    assert refused.value.field == field


def test_a_drafts_weights_may_make_anything_on_the_way(draft, officer):
    first = judge(draft, officer, title="A", weight=30)
    judge(draft, officer, title="B", weight=30)
    judge(draft, officer, first, title="A", weight=None)
    assert list(draft.criteria.values_list("title", "weight")) == [("A", None), ("B", 30)]
    delete_criterion(actor=officer, call_id=draft.pk, row_id=first.pk)
    assert list(draft.criteria.values_list("order", "title")) == [(1, "B")]


def test_a_published_calls_weights_are_whole_after_each_change(officer):
    call = factories.make_call()
    first, second = (factories.make_criterion(call=call, title=title, weight=50) for title in "AB")
    for work in (
        lambda: judge(call, officer, title="C", weight=10),
        lambda: judge(call, officer, first, title="A", weight=40),
        lambda: delete_criterion(actor=officer, call_id=call.pk, row_id=first.pk),
        lambda: set_weights(actor=officer, call_id=call.pk, weights={first.pk: 40, second.pk: 40},
                            seen={first.pk: 50, second.pk: 50}),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="Utlysningen är publicerad, så vikterna måste stämma hela tiden"):
            work()
    judge(call, officer, first, title="A", weight=50, max_score=10)
    changed = set_weights(actor=officer, call_id=call.pk, weights={first.pk: 30, second.pk: 70},
                          seen={first.pk: 50, second.pk: 50})  # fmt: skip
    assert changed == 2
    assert told(call) == [
        ("criteria", "Kriteriet ”A” är ändrat."),
        ("criteria", "Vikten för kriteriet ”A” är ändrad från 50\u00a0% till 30\u00a0%."),
        ("criteria", "Vikten för kriteriet ”B” är ändrad från 50\u00a0% till 70\u00a0%."),
    ]


def test_weights_are_set_only_as_they_were_seen(draft, officer):
    first = factories.make_criterion(call=draft, weight=None)
    for seen in ({}, {first.pk: 20}, {first.pk: None, first.pk + 1: None}):
        with pytest.raises(Conflict, match="Någon annan har ändrat kriterierna eller vikterna"):
            set_weights(actor=officer, call_id=draft.pk, weights={first.pk: 100}, seen=seen)
    assert draft.criteria.get().weight is None
    assert set_weights(actor=officer, call_id=draft.pk, weights={first.pk: 100}, seen={first.pk: None}) == 1
    with pytest.raises(Refusal, match="från 1 till 100"):
        set_weights(actor=officer, call_id=draft.pk, weights={first.pk: 0}, seen={first.pk: 100})


# --- Attachments ------------------------------------------------------------------------------------------
def test_attachments_are_asked_for_changed_and_let_go(officer):
    call = factories.make_call()
    file = save_attachment(actor=officer, call_id=call.pk, data=AttachmentData("Årsredovisning"))
    with pytest.raises(Refusal, match="begär redan en bilaga med det namnet"):
        save_attachment(actor=officer, call_id=call.pk, data=AttachmentData("ÅRSREDOVISNING"))
    for name, required in (("Årsredovisning", False), ("Bokslut", False)):
        seen = fingerprint(RequestedAttachment.objects.get(pk=file.pk))
        save_attachment(actor=officer, call_id=call.pk, row_id=file.pk, seen=seen,
                        data=AttachmentData(name, required=required))  # fmt: skip
    delete_attachment(actor=officer, call_id=call.pk, row_id=file.pk)
    assert [text for _field, text in told(call)] == [
        "Bilagan ”Årsredovisning” begärs.",
        "Bilagan ”Årsredovisning” är ändrad.",
        "Bilagan ”Årsredovisning” heter nu ”Bokslut”.",
        "Bilagan ”Bokslut” begärs inte längre.",
    ]


# --- Milestones -------------------------------------------------------------------------------------------
def point(call, actor, row=None, **fields):
    data = MilestoneData(**({"kind": MilestoneKind.PAYMENT, "title": "Utbetalning"} | fields))
    seen = {} if row is None else {"row_id": row.pk, "seen": fingerprint(Milestone.objects.get(pk=row.pk))}
    return save_milestone(actor=actor, call_id=call.pk, data=data, **seen)


def test_a_milestone_is_told_with_its_time_before_and_after(officer):
    call = factories.make_call()
    row = point(call, officer, day=date(2026, 12, 15), clock=time(9))
    point(call, officer, row, day=date(2027, 1, 17), whole_month=True)
    assert Milestone.objects.get().day == date(2027, 1, 1)
    point(call, officer, row, text="När allt är klart.")
    point(call, officer, row, text="När allt är klart.", title="Första utbetalningen")
    point(call, officer, row, text="Senare.", title="Första utbetalningen")
    delete_milestone(actor=officer, call_id=call.pk, row_id=row.pk)
    assert [text for _field, text in told(call)] == [
        "Hållpunkten ”Utbetalning” är tillagd: 15 december 2026 kl. 09.00.",
        "Hållpunkten ”Utbetalning” är flyttad från 15 december 2026 kl. 09.00 till januari 2027.",
        "Hållpunkten ”Utbetalning” är flyttad från januari 2027 till inget bestämt datum.",
        "Hållpunkten ”Utbetalning” heter nu ”Första utbetalningen”.",
        "Hållpunkten ”Första utbetalningen” är ändrad.",
        "Hållpunkten ”Första utbetalningen” är borttagen.",
    ]


@pytest.mark.parametrize(("fields", "field", "words"), [
    ({}, "when", "Ange när"),
    ({"clock": time(9), "text": "x"}, "when", "Ange en dag för klockslaget"),
    ({"day": date(2026, 12, 1), "clock": time(9), "whole_month": True}, "clock", "behöver en dag"),
    ({"day": date(1026, 12, 1)}, "when", "Ange ett år mellan 2000 och 2100"),
    ({"day": date(2027, 3, 28), "clock": time(2, 30)}, "clock", "Klockslaget finns inte den natten"),
])  # fmt: skip
def test_a_time_that_is_not_whole_is_refused(fields, field, words, draft, officer):
    with pytest.raises(Refusal, match=words) as refused:
        point(draft, officer, **fields)
    assert refused.value.field == field
    assert not Milestone.objects.exists()


def test_long_names_fit_in_the_sentence(officer):
    call = factories.make_call()
    question = ask(call, officer, label="A" * 300)
    ask(call, officer, question, label="B" * 300)
    assert told(call)[1][1] == f"Frågan ”{'A' * 119}…” lyder nu ”{'B' * 119}…”."
