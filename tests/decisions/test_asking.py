"""A member asks a decision's officer: who may, what is stored, who is told, and what the database refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from decisions import asked, due_questions, reminders
from decisions.models import DecisionReport, MemberAnswer, MemberQuestion
from decisions.services import asking
from decisions.services.asking import answer_member, ask_about_decision
from decisions.services.masking import make_masked, mark_decision
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary.models import Case
from s3portal.diary.secrecy import Provision
from s3portal.outbox.models import Message
from s3portal.outbox.words import check_placeholders
from tests import factories
from tests.counting import count_asked

pytestmark = pytest.mark.django_db

TEXT = "Hur ska projektet följas upp?"


@pytest.fixture
def committee(member):
    return factories.make_committee(members=[member])


@pytest.fixture
def meeting(committee):
    return factories.make_committee_meeting(committee=committee)


@pytest.fixture
def put(meeting, officer, registrar):
    def put_on_list(**fields):
        decision = factories.make_signed_decision(user=officer, **fields)
        [report] = report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
        return report

    return put_on_list


@pytest.fixture
def report(put):
    return put()


@pytest.fixture
def question(report, member):
    return ask_about_decision(report_id=report.pk, actor=member, text=TEXT)


def give_to(case, officer):
    Case.objects.filter(pk=case.pk).update(officer=officer)


def told(kind="member_question"):
    return sorted(Message.objects.filter(kind=kind).values_list("to_email", flat=True))


# --- Asking -----------------------------------------------------------------------------------------------
def test_a_question_is_kept_and_logged_without_its_words(question, report, member, committee):
    assert (question.decision, question.committee, question.asked_by, question.text) == (
        report.decision, committee, member, TEXT,
    )  # fmt: skip
    event = Event.objects.get(action="member_question_asked")
    assert (event.actor_id, event.object_type, event.object_id) == (
        member.pk, "decisions.decision", report.decision_id,
    )  # fmt: skip
    assert event.data == {"question": question.pk, "committee": committee.pk}
    assert TEXT not in event.text


def test_the_mail_says_that_there_is_a_question_and_not_which(question, officer):
    mail = Message.objects.get(kind="member_question")
    assert mail.to_email == officer.email
    for part in (mail.subject, mail.text_body, mail.html_body):
        assert TEXT not in part
        assert question.decision.title not in part
    assert mail.subject == f"En ledamot har en fråga om beslut {question.decision.case}"
    assert f"/handlaggning/beslut/{question.decision_id}/fragor/{question.pk}/" in mail.text_body


def test_the_same_question_pressed_twice_is_one(question, report, member):
    assert ask_about_decision(report_id=report.pk, actor=member, text=TEXT) == question
    assert (MemberQuestion.objects.count(), told()) == (1, [question.decision.created_by.email])


@pytest.mark.parametrize(
    ("dates", "sits"), [((0, 0), True), ((-5, 0), True), ((1, None), False), ((-5, -1), False)]
)
def test_only_who_sits_in_the_namnd_today_asks(report, committee, dates, sits):
    first, last = dates
    other, today = factories.make_staff("committee_member"), timezone.localdate()
    committee.members.create(
        user=other,
        valid_from=today + timedelta(days=first),
        valid_to=None if last is None else today + timedelta(days=last),
    )
    if sits:
        assert ask_about_decision(report_id=report.pk, actor=other, text=TEXT).asked_by == other
        return
    with pytest.raises(Refusal, match="Bara de som sitter i nämnden"):
        ask_about_decision(report_id=report.pk, actor=other, text=TEXT)
    assert not MemberQuestion.objects.exists()


def test_a_cancelled_seat_a_closed_account_and_another_namnd_ask_nothing(report, committee, registrar):
    today = timezone.localdate()
    cancelled, gone, elsewhere = (factories.make_staff("committee_member") for _ in range(3))
    committee.members.create(
        user=cancelled, valid_from=today, cancelled_at=timezone.now(), cancelled_by=registrar,
        cancel_reason="Fel person",
    )  # fmt: skip
    committee.members.create(user=gone, valid_from=today)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    factories.make_committee(members=[elsewhere], name="regionstyrelsen")
    for person in (cancelled, gone, elsewhere, registrar):
        with pytest.raises(Refusal, match="Bara de som sitter i nämnden"):
            ask_about_decision(report_id=report.pk, actor=person, text=TEXT)


def test_who_has_declared_jav_in_the_case_asks_nothing_and_asks_again_when_it_is_lifted(
    report, member, officer
):
    report.decision.declarations.create(person=member, ground="party", declared_by=member)
    with pytest.raises(Refusal, match="Du har anmält jäv i ärendet"):
        ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    report.decision.declarations.create(person=member, ground="none", text="Prövat.", declared_by=officer)
    assert ask_about_decision(report_id=report.pk, actor=member, text=TEXT).text == TEXT


def test_what_is_not_masked_yet_is_not_asked_about(report, member, registrar):
    mark_decision(
        actor=registrar, decision_id=report.decision_id, parts=["reasons"], passages=[],
        provision=Provision.BUSINESS, reason="Affärsplaner.",
    )  # fmt: skip
    with pytest.raises(Refusal, match="Beslutet är inte maskat än"):
        ask_about_decision(report_id=report.pk, actor=member, text=TEXT)


def test_a_report_that_was_taken_off_the_list_is_told(report, member):
    gone = report.pk
    DecisionReport.objects.all().delete()
    with pytest.raises(Refusal, match="står inte på listan längre"):
        ask_about_decision(report_id=gone, actor=member, text=TEXT)


def test_no_text_and_too_much_are_refused_beside_the_field(report, member):
    for text, sentence in [
        (" \n", "Skriv din fråga."),
        ("x" * 2_001, "Texten är 1 tecken för lång. Korta den till högst 2\u00a0000 tecken."),
    ]:
        with pytest.raises(Refusal) as refused:
            ask_about_decision(report_id=report.pk, actor=member, text=text)
        assert (refused.value.message, refused.value.field) == (sentence, "text")
    assert ask_about_decision(report_id=report.pk, actor=member, text="x" * 2_000)


def test_only_so_many_wait_about_one_decision(report, put, member, officer):
    for number in range(3):
        ask_about_decision(report_id=report.pk, actor=member, text=f"Fråga {number}")
    with pytest.raises(Refusal, match="Du har 3 frågor om beslutet som väntar på svar"):
        ask_about_decision(report_id=report.pk, actor=member, text="En till")
    ask_about_decision(report_id=put().pk, actor=member, text="Om ett annat beslut")
    answer_member(question_id=MemberQuestion.objects.first().pk, actor=officer, text="Ja.", seen=0)
    ask_about_decision(report_id=report.pk, actor=member, text="En till")


def test_only_so_many_in_a_day(put, member, monkeypatch):
    monkeypatch.setattr(asking, "MOST_A_DAY", 2)
    reports = [put() for _ in range(3)]
    for report in reports[:2]:
        ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    with pytest.raises(Refusal, match="Du har ställt 2 frågor det senaste dygnet"):
        ask_about_decision(report_id=reports[2].pk, actor=member, text=TEXT)


# --- Whose it is to answer --------------------------------------------------------------------------------
def test_the_officer_of_the_case_today_is_asked(report, member, officer, second_officer):
    give_to(report.decision.case, second_officer)
    ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    assert told() == [second_officer.email]


@pytest.mark.parametrize("how", ["closed", "role", "recused"])
def test_when_the_officer_is_gone_who_wrote_it_is_asked(report, member, officer, second_officer, how):
    give_to(report.decision.case, second_officer)
    if how == "closed":
        second_officer.is_active = False
        second_officer.save(update_fields=["is_active"])
    elif how == "role":
        second_officer.staff_roles.all().delete()
    else:
        report.decision.declarations.create(person=second_officer, ground="party", declared_by=second_officer)
    ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    assert told() == [officer.email]


def test_when_nobody_of_them_is_left_every_officer_is_asked(report, member, officer, second_officer):
    third = factories.make_staff("officer")
    report.decision.declarations.create(person=officer, ground="party", declared_by=officer)
    ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    assert told() == sorted([second_officer.email, third.email])


def test_without_any_officer_the_region_itself_is_asked(report, member, officer, settings):
    officer.staff_roles.all().delete()
    ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    assert told() == [settings.REGION["contact_email"]]


def test_what_waits_follows_the_officer_of_the_day(question, officer, second_officer):
    case = question.decision.case
    give_to(case, officer)
    assert [list(asked.waiting_for(one)) for one in (officer, second_officer)] == [[question], []]
    give_to(case, second_officer)
    assert [list(asked.waiting_for(one)) for one in (officer, second_officer)] == [[], [question]]
    give_to(case, None)
    assert [list(asked.waiting_for(one)) for one in (officer, second_officer)] == [[question], []]
    question.decision.declarations.create(person=officer, ground="party", declared_by=officer)
    assert [list(asked.waiting_for(one)) for one in (officer, second_officer)] == [[], [question]]


def test_the_list_has_what_the_mail_told_of_also_when_the_cases_officer_has_declared_jav(
    report, member, officer, second_officer
):
    give_to(report.decision.case, second_officer)
    report.decision.declarations.create(person=second_officer, ground="party", declared_by=second_officer)
    question = ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    assert told() == [officer.email]
    assert [list(asked.waiting_for(one)) for one in (officer, second_officer)] == [[question], []]


# --- Answering --------------------------------------------------------------------------------------------
def test_the_answer_is_kept_logged_and_told_to_who_asked(question, member, officer):
    answer = answer_member(question_id=question.pk, actor=officer, text="Varje halvår.", seen=0)
    assert (answer.number, answer.answered_by, answer.text) == (1, officer, "Varje halvår.")
    assert not MemberQuestion.objects.waiting().exists()
    event = Event.objects.get(action="member_question_answered")
    assert (event.object_id, event.data) == (
        question.decision_id, {"question": question.pk, "answer": answer.pk},
    )  # fmt: skip
    mail = Message.objects.get(kind="member_question_answered")
    assert mail.to_email == member.email
    assert mail.subject == f"Svar på din fråga om beslut {question.decision.case}"
    assert "Varje halvår" not in mail.text_body + mail.html_body + mail.subject
    assert f"/namnd/fragor/{question.pk}/" in mail.text_body


def test_another_officer_may_answer_and_add_but_nobody_else(
    question, officer, second_officer, delegate_user, registrar, admin_user, member
):
    answer_member(question_id=question.pk, actor=second_officer, text="Varje halvår.", seen=0)
    added = answer_member(question_id=question.pk, actor=officer, text="Och i slutrapporten.", seen=1)
    assert added.number == 2
    assert Message.objects.filter(subject__startswith="Mer svar på din fråga").count() == 1
    for person in (delegate_user, registrar, admin_user, member):
        with pytest.raises(Refusal, match="Bara handläggare svarar"):
            answer_member(question_id=question.pk, actor=person, text="Nej.", seen=2)


def test_who_has_declared_jav_does_not_answer(question, officer):
    question.decision.declarations.create(person=officer, ground="party", declared_by=officer)
    with pytest.raises(Refusal, match="Du har anmält jäv i ärendet"):
        answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)


def test_who_has_not_read_what_another_has_answered_is_told(question, officer, second_officer):
    answer_member(question_id=question.pk, actor=second_officer, text="Ja.", seen=0)
    with pytest.raises(Conflict, match=f"{second_officer} har svarat medan du skrev"):
        answer_member(question_id=question.pk, actor=officer, text="Nej.", seen=0)
    assert [one.text for one in MemberAnswer.objects.all()] == ["Ja."]


def test_an_answer_without_what_is_secret(put, member, officer, registrar):
    report = put(reasons="Bolaget Qvarnen har en ny metod.")
    question = ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    mark_decision(
        actor=registrar, decision_id=report.decision_id, parts=[], passages=["Qvarnen"],
        provision=Provision.BUSINESS, reason="Affärsplaner.",
    )  # fmt: skip
    with pytest.raises(Refusal, match="”QVARNEN” är märkt som hemligt") as refused:
        answer_member(question_id=question.pk, actor=officer, text="Som QVARNEN gör.", seen=0)
    assert refused.value.field == "text"
    make_masked(decision_id=report.decision_id, actor=registrar)
    answer_member(question_id=question.pk, actor=officer, text="Som bolaget gör.", seen=0)


def test_an_answer_does_not_tell_a_secret_amount(question, officer, registrar):
    mark_decision(
        actor=registrar, decision_id=question.decision_id, parts=["amount"], passages=[],
        provision=Provision.BUSINESS, reason="Affärsplaner.",
    )  # fmt: skip
    for told_so in ("Beloppet är 150 tkr.", "Det gäller 0,15 miljoner kronor."):
        with pytest.raises(Refusal, match="är märkt som hemligt") as refused:
            answer_member(question_id=question.pk, actor=officer, text=told_so, seen=0)
        assert refused.value.field == "text"


def test_an_answer_to_who_has_left_is_kept_and_not_mailed(question, committee, member, officer):
    committee.members.update(valid_to=timezone.localdate() - timedelta(days=1))
    answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)
    assert told("member_question_answered") == []


@pytest.mark.parametrize(("text", "sentence"), [("  ", "Skriv ett svar."), ("x" * 5_001, "för lång")])
def test_an_answer_needs_words_and_not_too_many(question, officer, text, sentence):
    with pytest.raises(Refusal, match=sentence):
        answer_member(question_id=question.pk, actor=officer, text=text, seen=0)


# --- What the database holds ------------------------------------------------------------------------------
def test_neither_a_question_nor_an_answer_is_changed_or_deleted(question, officer):
    answer = answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)
    for row in (answer, question):
        rows = type(row).objects.filter(pk=row.pk)
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            rows.update(text="Nej.")
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_the_database_takes_only_what_a_member_asks_of_a_list(report, member, committee, officer):
    fields = {"decision": report.decision, "committee": committee, "asked_by": member, "text": TEXT}
    elsewhere = factories.make_committee(members=[member], name="regionstyrelsen")
    unreported = factories.make_signed_decision(user=officer)
    before = timezone.now() - timedelta(days=10_000)
    for wrong in (
        {"committee": elsewhere}, {"decision": unreported}, {"asked_by": officer}, {"asked_at": before},
        {"text": ""},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            MemberQuestion.objects.create(**(fields | wrong))
    assert MemberQuestion.objects.create(**fields)


def test_each_answer_has_a_number_of_its_own_and_words(question, officer):
    fields = {"question": question, "answered_by": officer, "text": "Ja.", "number": 1}
    MemberAnswer.objects.create(**fields)
    for wrong in ({}, {"number": 2, "text": ""}, {"number": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MemberAnswer.objects.create(**(fields | wrong))


# --- Reminders --------------------------------------------------------------------------------------------
def test_the_officer_of_today_is_reminded_until_somebody_answers(question, officer, second_officer):
    def reminded():
        found = due_questions.unanswered_questions(question.asked_at, question.asked_at)
        return [one.to_email for one in due_questions.question_reminders(found)]

    assert reminded() == [officer.email]
    give_to(question.decision.case, second_officer)
    assert reminded() == [second_officer.email]
    only = due_questions.question_reminders(
        due_questions.unanswered_questions(question.asked_at, question.asked_at), only={"a@example.org"}
    )
    assert list(only) == []
    answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)
    assert reminded() == []


def test_the_reminder_says_what_it_may_and_costs_the_same_for_many(question, put, member):
    kind = reminders.MEMBER_QUESTION
    check_placeholders(kind.subject, kind.placeholders, field="subject")
    check_placeholders(kind.body, kind.placeholders, field="body")
    example = kind.example()
    assert example is not None
    assert set(example.values) == set(kind.placeholders)
    assert TEXT not in str(example.values)

    def ask_all():
        now = timezone.now()
        found = due_questions.unanswered_questions(now - timedelta(days=1), now)
        return list(due_questions.question_reminders(found))

    one = count_asked(ask_all)
    for _ in range(3):
        ask_about_decision(report_id=put().pk, actor=member, text=TEXT)
    assert len(ask_all()) == 4
    assert count_asked(ask_all) == one
