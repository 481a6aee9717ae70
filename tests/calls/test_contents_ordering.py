"""Order: 1 to n whatever is done and by however many, and no question before the one it hangs on."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.models import CallDocument, CallQuestion, Criterion, RequestedAttachment
from calls.services.contents.attachments import AttachmentData, delete_attachment, save_attachment
from calls.services.contents.ordering import Place, Step, move_row
from calls.services.contents.questions import QuestionData, delete_question, save_question
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories
from tests.applications.test_services_submitting import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return factories.make_call(status="draft")


def labels(call):
    return [question.label for question in call.questions.order_by("order")]


def add(call, officer, label, **fields):
    return save_question(
        actor=officer, call_id=call.pk, data=QuestionData(**({"label": label, "kind": "yes_no"} | fields))
    )


def move(call, officer, row, step, model=CallQuestion):
    return move_row(actor=officer, model=model, call_id=call.pk, row_id=row.pk, step=step)


# --- One step ---------------------------------------------------------------------------------------------
def test_a_row_moves_one_step_and_says_where_it_stands(draft, officer):
    first, second, third = [add(draft, officer, label) for label in ("A", "B", "C")]
    assert move(draft, officer, third, Step.UP) == Place(2, 3)
    assert labels(draft) == ["A", "C", "B"]
    assert move(draft, officer, first, Step.DOWN) == Place(2, 3)
    assert labels(draft) == ["C", "A", "B"]
    assert move(draft, officer, second, Step.DOWN) == Place(3, 3), "at the edge it stays"
    assert labels(draft) == ["C", "A", "B"]
    connection.check_constraints()


def test_a_move_is_noted_but_not_told_to_the_public(officer):
    call = factories.make_call()
    add(call, officer, "A")
    second = add(call, officer, "B")
    told = call.changes.count()
    move(call, officer, second, Step.UP)
    event = Event.objects.about("calls.call", call.pk).first()
    assert (event.action, event.text) == ("callquestion_moved", "Fråga i utlysningen: nu nummer 1 av 2: B")
    assert call.changes.count() == told


@pytest.mark.parametrize("model", [Criterion, RequestedAttachment, CallDocument])
def test_the_other_kinds_move_too(model, draft, officer):
    name = "name" if model is RequestedAttachment else "title"
    rows = [model.objects.create(call=draft, order=order, **{name: str(order)}) for order in (1, 2, 3)]
    assert move(draft, officer, rows[0], Step.DOWN, model) == Place(2, 3)
    assert [str(row) for row in model.objects.filter(call=draft)] == ["2", "1", "3"]


def test_a_row_of_another_call_or_one_that_is_gone_is_not_moved(draft, officer):
    elsewhere = add(factories.make_call(status="draft"), officer, "X")
    with pytest.raises(Conflict, match="borttaget av någon annan"):
        move(draft, officer, elsewhere, Step.UP)


def test_a_question_stays_after_the_one_it_hangs_on(draft, officer):
    parent = add(draft, officer, "Har ni sökt?")
    child = add(draft, officer, "När?", kind="short", shown_if=parent.pk, shown_if_answer="ja")
    for row, step in ((child, Step.UP), (parent, Step.DOWN)):
        with pytest.raises(Refusal) as refused:
            move(draft, officer, row, step)
        assert refused.value.message == (
            "Frågan ”När?” ställs beroende på svaret på ”Har ni sökt?” och måste komma efter den. Ändra "
            "villkoret om ordningen ska bli en annan."
        )
    assert labels(draft) == ["Har ni sökt?", "När?"]


@pytest.mark.parametrize(("model", "may"), [(CallQuestion, False), (Criterion, False),
                                            (RequestedAttachment, False), (CallDocument, True)])  # fmt: skip
def test_only_documents_move_after_the_first_application(model, may, officer, owner):
    call = factories.make_call()
    name = {CallQuestion: "label", RequestedAttachment: "name"}.get(model, "title")
    more = {"kind": "short"} if model is CallQuestion else {}
    rows = [model.objects.create(call=call, order=order, **{name: str(order)}, **more) for order in (1, 2)]
    call.first_received_at = call.opens_at
    call.save(update_fields=["first_received_at"])
    if may:
        assert move(call, officer, rows[1], Step.UP, model) == Place(1, 2)
    else:
        with pytest.raises(Refusal, match="fick sin första ansökan"):
            move(call, officer, rows[1], Step.UP, model)


def test_only_those_who_edit_calls_move_rows(draft, officer, owner, registrar):
    row = add(draft, officer, "A")
    for actor in (owner, registrar):
        with pytest.raises(Refusal, match="Bara handläggare"):
            move(draft, actor, row, Step.UP)


def two_at_the_first_place(call):
    for _ in range(2):
        factories.make_question(call=call, order=1)
    connection.check_constraints()


def test_the_database_holds_one_row_at_each_place(draft):
    with pytest.raises(IntegrityError, match="call_question_order_once"), transaction.atomic():
        two_at_the_first_place(draft)


# --- Anything in any order --------------------------------------------------------------------------------
STEPS = st.one_of(
    st.tuples(st.just("add"), st.none() | st.integers(0, 9)),
    st.tuples(st.sampled_from(["up", "down", "delete"]), st.integers(0, 9)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14))
def test_whatever_is_done_the_order_is_whole_and_conditions_come_first(steps, officer):
    call = factories.make_call(status="draft", areas=[])
    for what, number in steps:
        rows = list(call.questions.all())
        row = rows[number % len(rows)] if rows and number is not None else None
        with suppress(Refusal):
            if what == "add":
                hangs = {} if row is None else {"shown_if": row.pk, "shown_if_answer": "nej"}
                add(call, officer, f"Fråga {len(rows)}", **hangs)
            elif row is not None and what == "delete":
                delete_question(actor=officer, call_id=call.pk, row_id=row.pk)
            elif row is not None:
                move(call, officer, row, Step.UP if what == "up" else Step.DOWN)
        connection.check_constraints()
        after = list(call.questions.select_related("shown_if"))
        assert [one.order for one in after] == list(range(1, len(after) + 1))
        assert all(one.shown_if.order < one.order for one in after if one.shown_if)


# --- Two officers at once ---------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_officers_who_add_move_and_delete_at_once_leave_a_whole_order(officer, second_officer):
    call = factories.make_call(status="draft")
    rows = [
        save_attachment(actor=officer, call_id=call.pk, data=AttachmentData(f"Bilaga {number}"))
        for number in range(6)
    ]
    works = []
    for number, actor in enumerate((officer, second_officer) * 2):
        works += [
            lambda n=number, who=actor: save_attachment(
                actor=who, call_id=call.pk, data=AttachmentData(f"Ny {n}")
            ),
            lambda n=number, who=actor: move(call, who, rows[n], Step.DOWN, RequestedAttachment),
        ]
    works += [lambda: delete_attachment(actor=officer, call_id=call.pk, row_id=rows[5].pk)]
    results = at_once(works)
    assert [result for result in results if isinstance(result, Exception)] == []
    orders = list(call.requested_attachments.values_list("order", flat=True))
    assert orders == list(range(1, 10)), "six, and four more, and one less"
