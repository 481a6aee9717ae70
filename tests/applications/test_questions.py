"""The call's own questions: read, kept, asked for, and sent with the rest."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applications.checks import Problem, Step, steps_of, submission_problems
from applications.forms import QuestionsForm
from applications.models import Answer, Application
from applications.parts import QuestionsPart, seen_mark
from applications.questions import answer_text, asked, format_number, misfit, parse_number
from applications.services import submit_application
from applications.snapshot import content_of
from calls.models import CallQuestion
from s3portal.common.errors import Refusal
from tests import factories
from tests.applications.judging import declare

AUTOSAVE = {"HX-Request": "true", "HX-Target": "autosparat"}


@pytest.fixture
def call(db):
    return factories.make_call()


@pytest.fixture
def draft(owner, call):
    return factories.make_application(user=owner, call=call)


@pytest.fixture
def other_aid(call):
    return factories.make_question(call=call, label="Söker ni annat stöd?", kind="yes_no")


@pytest.fixture
def from_whom(call, other_aid):
    return factories.make_question(
        call=call, label="Från vem?", kind="short", shown_if=other_aid, shown_if_answer="ja"
    )


def step_url(application):
    return reverse("applications:step_questions", args=[application.pk])


def answers(application):
    return {answer.question.label: answer.value for answer in application.answers.select_related("question")}


def stored(application):
    return QuestionsPart.read(Application.objects.get(pk=application.pk))


# --- Numbers ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "number", "written"),
    [
        ("12", "12", "12"),
        ("1 200", "1200", "1\u00a0200"),
        ("12,50", "12.5", "12,5"),
        ("-3", "-3", "\u22123"),
        ("\u22123,5", "-3.5", "\u22123,5"),
        ("0", "0", "0"),
        ("100", "100", "100"),
    ],
)
def test_a_number_is_read_and_written(typed, number, written):
    assert f"{parse_number(typed):f}" == number
    assert format_number(Decimal(number)) == written


@pytest.mark.parametrize("typed", ["", "tolv", "1.5", "1 20", "12,", "1e5", "٣"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(Refusal, match="Skriv ett tal"):
        parse_number(typed)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=3))
def test_every_number_comes_back_as_it_was(number):
    assert parse_number(format_number(number)) == number


# --- Which are asked --------------------------------------------------------------------------------------
def test_a_question_that_hangs_on_another_is_put_when_the_answer_is_given(other_aid, from_whom):
    questions = [other_aid, from_whom]
    assert asked(questions, {}) == [other_aid]
    assert asked(questions, {other_aid.pk: "nej"}) == [other_aid]
    assert asked(questions, {other_aid.pk: "ja"}) == questions


def test_a_chain_breaks_at_its_first_link(call, other_aid, from_whom):
    third = factories.make_question(call=call, kind="short", shown_if=from_whom, shown_if_answer="Vinnova")
    answers = {other_aid.pk: "nej", from_whom.pk: "Vinnova"}
    assert asked([other_aid, from_whom, third], answers) == [other_aid]


# --- The form ---------------------------------------------------------------------------------------------
KINDS = {
    "short": ("Ett  ord", "Ett  ord"),
    "long": ("Flera\r\nrader", "Flera\nrader"),
    "number": ("1 200,50", "1200.5"),
    "amount": ("150 000 kr", "150000"),
    "date": ("1 mars 2027", "2027-03-01"),
    "yes_no": ("ja", "ja"),
    "choice": ("Röd", "Röd"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_stored_in_its_one_way_and_comes_back(kind, call):
    typed, value = KINDS[kind]
    question = factories.make_question(
        call=call, kind=kind, choices=["Röd", "Blå"] if kind == "choice" else []
    )
    name = f"q-{question.pk}"
    form = QuestionsForm({name: typed}, part=QuestionsPart((question,), ()))
    assert form.is_valid(), form.errors
    part = form.part()
    assert part.answers == ((question.pk, value),)
    assert misfit(question, value) == ""
    again = QuestionsForm({name: str(QuestionsForm(part=part)[name].value())}, part=part)
    assert again.is_valid(), again.errors
    assert again.part() == part


@pytest.mark.parametrize(
    ("kind", "typed", "message"),
    [
        ("number", "många", "Skriv ett tal med siffror, till exempel 12 eller 12,5."),
        ("date", "snart", "Skriv datumet som 2024-03-01 eller 1 mars 2024."),
        ("yes_no", "kanske", "Välj ett av svaren i listan."),
        ("short", "x" * 301, "Texten är 1 tecken för lång. Korta den till högst 300 tecken."),
    ],
)
def test_what_cannot_be_read_is_told_beside_the_field(kind, typed, message, call):
    question = factories.make_question(call=call, kind=kind)
    form = QuestionsForm({f"q-{question.pk}": typed}, part=QuestionsPart((question,), ()))
    assert form.errors == {f"q-{question.pk}": [message]}


def test_what_officers_and_applicants_type_is_no_markup(call):
    question = factories.make_question(
        call=call, kind="choice", choices=["A", "B"], help_text="<b>Läs</b> först."
    )
    part = QuestionsPart((question,), ((question.pk, "<script>"),))
    help_text = str(QuestionsForm(part=part).fields[f"q-{question.pk}"].help_text)
    assert "<b>" not in help_text
    assert "<script>" not in help_text
    assert "Välj ett av svaren som finns nu." in help_text


# --- The page ---------------------------------------------------------------------------------------------
def test_the_step_is_there_only_when_the_call_has_questions(client_for, owner, draft):
    assert Step.QUESTIONS not in steps_of(draft)
    assert client_for(owner).get(step_url(draft)).status_code == 404
    factories.make_question(call=draft.call, label="Varför ni?")
    response = client_for(owner).get(step_url(draft))
    assert "Varför ni?" in response.content.decode()
    project = client_for(owner).get(reverse("applications:step_project", args=[draft.pk])).content.decode()
    assert "Spara och fortsätt till Utlysningens frågor" in project


def test_answers_are_saved_and_read_again(client_for, owner, draft, other_aid, from_whom):
    client = client_for(owner)
    response = client.post(
        step_url(draft),
        {
            f"q-{other_aid.pk}": "ja",
            f"q-{from_whom.pk}": "Vinnova",
            "version": seen_mark(draft, stored(draft)),
            "fortsatt": "1",
        },
    )
    assert response.headers["Location"] == reverse("applications:step_budget", args=[draft.pk])
    assert answers(draft) == {"Söker ni annat stöd?": "ja", "Från vem?": "Vinnova"}
    assert 'value="Vinnova"' in client.get(step_url(draft)).content.decode()


def test_a_colleague_who_was_first_is_shown_and_nothing_is_lost(
    client_for, owner, colleague, draft, other_aid, from_whom
):
    opened = seen_mark(draft, stored(draft))
    mine = {f"q-{other_aid.pk}": "ja", f"q-{from_whom.pk}": "Vinnova", "version": opened}
    theirs = {f"q-{other_aid.pk}": "nej", f"q-{from_whom.pk}": "", "version": opened}
    client_for(colleague).post(step_url(draft), theirs, headers=AUTOSAVE)
    response = client_for(owner).post(step_url(draft), mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Söker ni annat stöd?" in page
    assert "Vinnova" in page
    assert answers(draft) == {"Söker ni annat stöd?": "nej"}


def test_a_wrong_answer_saves_nothing_and_stays_on_the_page(client_for, owner, draft):
    question = factories.make_question(call=draft.call, kind="number", label="Hur många?")
    response = client_for(owner).post(
        step_url(draft), {f"q-{question.pk}": "många", "version": seen_mark(draft, stored(draft))}
    )
    assert response.status_code == 422
    assert 'value="många"' in response.content.decode()
    assert answers(draft) == {}


# --- Sending ----------------------------------------------------------------------------------------------
def test_a_question_that_must_be_answered_stops_the_sending(draft, other_aid, from_whom):
    optional = factories.make_question(call=draft.call, label="Något mer?", required=False)
    assert optional.required is False
    draft = Application.objects.get(pk=draft.pk)
    assert submission_problems(draft) == [
        Problem(Step.QUESTIONS, f"div_id_q-{other_aid.pk}", "Svara på frågan ”Söker ni annat stöd?”.")
    ]
    Answer.objects.create(application=draft, question=other_aid, value="ja")
    assert submission_problems(Application.objects.get(pk=draft.pk)) == [
        Problem(Step.QUESTIONS, f"div_id_q-{from_whom.pk}", "Svara på frågan ”Från vem?”.")
    ]
    Answer.objects.filter(question=other_aid).update(value="nej")
    assert submission_problems(Application.objects.get(pk=draft.pk)) == []


def test_an_answer_that_its_question_no_longer_takes_is_told(draft):
    question = factories.make_question(
        call=draft.call, kind="choice", label="Färg", choices=["Röd", "Blå"], required=False
    )
    Answer.objects.create(application=draft, question=question, value="Grön")
    assert [problem.message for problem in submission_problems(Application.objects.get(pk=draft.pk))] == [
        "”Färg”: Välj ett av svaren som finns nu."
    ]


def test_what_is_sent_holds_the_questions_that_were_put(owner, draft, other_aid, from_whom):
    amount = factories.make_question(call=draft.call, kind="amount", label="Hur mycket?")
    Answer.objects.create(application=draft, question=other_aid, value="nej")
    Answer.objects.create(application=draft, question=from_whom, value="Vinnova")
    Answer.objects.create(application=draft, question=amount, value="150000")
    sent = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
    content = content_of(sent)
    assert content["answers"] == [
        {
            "question": "Söker ni annat stöd?",
            "kind": "yes_no",
            "value": "nej",
            "text": "Nej",
            "trade_secret": "",
        },
        {
            "question": "Hur mycket?",
            "kind": "amount",
            "value": "150000",
            "text": "150\u00a0000\u00a0kr",
            "trade_secret": "",
        },
    ]
    file = sent.record.files.get(content_type="application/json")
    from s3portal.common.files import read_frozen

    frozen = json.loads(read_frozen(file.storage_name, sha256=file.sha256))
    assert frozen["answers"] == content["answers"]
    with pytest.raises(Error, match="frozen"), transaction.atomic():
        Answer.objects.filter(application=sent).update(value="")


def test_the_answers_are_on_the_officers_page(client_for, owner, officer, draft, other_aid):
    Answer.objects.create(application=draft, question=other_aid, value="ja")
    sent = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
    declare(sent, officer)
    page = client_for(officer).get(reverse("applications:officer_detail", args=[sent.pk])).content.decode()
    assert "Söker ni annat stöd?" in page


def test_a_question_of_kind_file_is_answered_among_the_attachments(client_for, owner, draft):
    factories.make_question(call=draft.call, kind="file", label="Avtal", required=False)
    assert steps_of(draft) == [step for step in Step if step is not Step.QUESTIONS]
    page = client_for(owner).get(reverse("applications:step_attachments", args=[draft.pk]))
    assert "Avtal" in page.content.decode()


def test_one_answer_for_each_question(draft, other_aid):
    Answer.objects.create(application=draft, question=other_aid, value="ja")
    with pytest.raises(Error, match="answer_once"), transaction.atomic():
        Answer.objects.create(application=draft, question=other_aid, value="nej")


def test_answers_as_people_write_them():
    assert answer_text(CallQuestion(kind="date"), "2027-03-01") == date(2027, 3, 1).isoformat()
    assert answer_text(CallQuestion(kind="yes_no"), "ja") == "Ja"
    assert answer_text(CallQuestion(kind="amount"), "") == ""
    assert answer_text(CallQuestion(kind="amount"), "obegripligt") == "obegripligt"


# --- In the browser ---------------------------------------------------------------------------------------
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_follower_shows_when_its_answer_is_given(
    live_server, page, log_in, axe, owner, other_aid, from_whom
):
    draft = factories.make_application(user=owner, call=other_aid.call)
    log_in(page, live_server, owner)
    page.goto(live_server.url + step_url(draft))
    follower = page.locator(f"#id_q-{from_whom.pk}")
    assert not follower.is_visible()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_label("Ja", exact=True).check()
    assert follower.is_visible()
    axe(page)
    with page.expect_response(lambda response: response.request.method == "POST"):
        follower.fill("Vinnova")
    page.locator("#sparat[data-state=sparat]").wait_for()
    assert answers(draft) == {"Söker ni annat stöd?": "ja", "Från vem?": "Vinnova"}
    page.get_by_label("Nej", exact=True).check()
    assert not follower.is_visible()
