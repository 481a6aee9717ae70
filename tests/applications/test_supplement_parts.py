"""Komplettering by parts: what opens, what is kept apart until it is sent, and what becomes of it then."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from applications import masking, services
from applications.changes import changes_between
from applications.checks import Step, submission_problems
from applications.documents import read_sent, sent_file, sent_versions, store_application_pdf
from applications.enums import AssessmentStatus
from applications.models import Application, Assignment, SupplementRequest
from applications.parts import BudgetPart, FinancingPart, ProjectPart, seen_mark
from applications.services.discarding import purge_discarded
from applications.supplements import changes_of, shown_supplements
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary.models import Record, RecordFile
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import assign, declare, go_through, hand_in
from tests.applications.sending import send
from tests.applications.test_services_submitting import at_once

pytestmark = pytest.mark.django_db
MONEY = {Step.BUDGET: "Timkostnaden är för låg.", Step.FINANCING: ""}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda *ids: None)


@pytest.fixture
def sent(owner, officer):
    draft = factories.make_application(user=owner, title="Fjällkluster")
    factories.make_criterion(call=draft.call)
    application = send(draft, owner)
    Message.objects.all().delete()
    return application


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def ask(application, officer, parts=None, **more):
    values = {"text": "Räkna om.", "due_on": in_days(14), "parts": MONEY if parts is None else parts}
    return services.ask_for_supplement(application_id=application.pk, actor=officer, **(values | more))


def write(copy, user, part):
    stored = type(part).read(copy)
    return services.save_draft(
        application_id=copy.pk,
        actor=user,
        part=part,
        seen=seen_mark(copy, stored),
        arrived_at=timezone.now(),
    )


def copy_of(request):
    return Application.objects.select_related("call", "answering").get(answering=request)


def raise_costs(request, user, *, by=100_000):
    """The salaries, and as much more in cash from the first financier."""
    copy = copy_of(request)
    budget = BudgetPart.read(copy)
    line = budget.lines[0]
    (year, amount), *rest = line.cells
    write(copy, user, replace(budget, lines=(replace(line, cells=((year, amount + by), *rest)),)))
    copy = copy_of(request)
    financing = FinancingPart.read(copy)
    first, *others = financing.rows
    write(copy, user, replace(financing, rows=(replace(first, amount=first.amount + by), *others)))


def send_it(application, user, request, **more):
    values = {
        "application_id": application.pk,
        "supplement_id": request.pk,
        "actor": user,
        "arrived_at": timezone.now(),
    }
    return services.send_supplement(**(values | more))


def live(application):
    return Application.objects.get(pk=application.pk)


def costs(application):
    return sum(amount for line in BudgetPart.read(application).lines for _year, amount in line.cells)


# --- What is kept apart -----------------------------------------------------------------------------------
def test_what_is_not_sent_is_seen_by_nobody(sent, owner, officer):
    """Officers read what was sent, and everything that reads rows reads those of what was sent."""
    before = read_sent(sent_file(sent))
    request = ask(sent, officer)
    raise_costs(request, owner)
    assert read_sent(sent_file(live(sent))) == before
    assert (costs(live(sent)), live(sent).total_cost) == (600_000, 600_000)
    assert costs(copy_of(request)) == 700_000
    assert list(Application.objects.received()) == [live(sent)]
    assert list(Application.objects.standing()) == [live(sent)], "nor in a list of one's own"
    assert copy_of(request).case is None
    words = request.record.files.get()
    assert "Timkostnaden är för låg." in words.storage_name or words.size
    assert Message.objects.filter(kind="supplement_requested").get().text_body.count("- Budget: Timkostnaden")


def test_only_the_steps_that_were_opened_are_written(sent, owner, officer):
    request = ask(sent, officer)
    copy = copy_of(request)
    with pytest.raises(Refusal, match="Steget Projektet ingår inte"):
        write(copy, owner, replace(ProjectPart.read(copy), title="Ett annat"))
    with pytest.raises(Refusal, match="Steget Bilagor ingår inte"):
        services.remove_attachment(
            application_id=copy.pk, attachment_id=1, actor=owner, arrived_at=timezone.now()
        )
    with pytest.raises(Refusal, match="Ansökan är inskickad"):
        services.discard_draft(application_id=copy.pk, actor=owner)
    with pytest.raises(Refusal, match="redan inskickad"):
        services.submit_application(application_id=copy.pk, actor=owner, arrived_at=timezone.now())


def test_it_is_written_after_the_call_has_closed(sent, owner, officer):
    with time_machine.travel(timezone.now() + timedelta(days=3650), tick=False):
        request = ask(sent, officer)
        raise_costs(request, owner)
        assert costs(copy_of(request)) == 700_000


def test_a_step_that_the_form_does_not_have(sent, officer):
    with pytest.raises(Refusal) as refused:
        ask(sent, officer, {Step.QUESTIONS: ""})
    assert refused.value.field == "parts"


# --- Sending ----------------------------------------------------------------------------------------------
def test_what_is_sent_is_what_stands(sent, owner, officer, assessor):
    assignments = assign(sent, officer, assessor)
    declare(sent, officer, assessor)
    scored = hand_in(sent, assessor, *[1] * sent.call.criteria.count())
    before = read_sent(sent_file(sent))
    request = ask(sent, officer)
    raise_costs(request, owner)
    version = copy_of(request).version
    Message.objects.all().delete()
    answered = send_it(sent, owner, request, reviewed_version=version, answer="Lönerna är omräknade.")
    now = live(sent)
    assert (now.status, now.total_cost, costs(now), now.version) == ("submitted", 700_000, 700_000, version)
    assert now.record == sent.record, "the application keeps its own"
    record = answered.answer_record
    assert (record.number, record.title, now.content_record) == (3, "Komplettering", record)
    content = read_sent(sent_file(now))
    assert content["totals"]["total_cost"] == 700_000
    assert content["submission"] == before["submission"]
    told = content["supplement"]
    assert (told["by"], told["steps"], told["record_number"]) == (str(owner), ["Budget", "Finansiering"], 3)
    assert [one.step for one in changes_of(now, answered)] == [Step.BUDGET, Step.FINANCING]
    # Assignments, scores and the history stay; who has scored is told.
    assert Assignment.objects.active().get() == assignments[0]
    scored.refresh_from_db()
    assert scored.status == AssessmentStatus.SUBMITTED
    assert scored.submitted_at < now.content_changed_at
    assert now.versions.count() == 2
    kinds = set(Message.objects.values_list("kind", "to_email"))
    assert kinds == {
        ("assessed_changed", assessor.email),
        ("supplement_answered", officer.email),
        ("supplement_received", owner.email),
    }
    assert record.files.get().sha256 in Message.objects.get(kind="supplement_received").text_body


def test_each_record_gets_its_pdf(sent, owner, officer):
    request = ask(sent, officer)
    raise_costs(request, owner)
    send_it(sent, owner, request)
    made = store_application_pdf(application_id=sent.pk)
    assert made.filename.startswith("komplettering-")
    for file in sent_versions(sent):
        assert file.record.files.filter(content_type="application/pdf").count() == 1
    assert store_application_pdf(application_id=sent.pk) is None


def test_a_second_supplement_is_compared_with_the_first(sent, owner, officer):
    first = ask(sent, officer)
    raise_costs(first, owner)
    first = send_it(sent, owner, first)
    second = ask(sent, officer)
    raise_costs(second, owner, by=50_000)
    second = send_it(sent, owner, second)
    assert live(sent).total_cost == 750_000
    shown = [change for one in changes_of(live(sent), second) for change in one.changes]
    totals = next(change for change in shown if change.label == "Totala kostnader")
    assert (totals.before, totals.after) == ("700\xa0000\xa0kr", "750\xa0000\xa0kr")
    assert [file.record.number for file in sent_versions(live(sent))] == [1, 3, 5]


def test_nothing_changed_and_nothing_said_is_no_answer(sent, owner, officer):
    request = ask(sent, officer)
    with pytest.raises(Refusal, match="Inget är ändrat"):
        send_it(sent, owner, request)
    assert send_it(sent, owner, request, answer="Allt stämmer redan.").answered_at


def test_what_the_change_breaks_in_a_closed_step_stops_it(sent, owner, officer):
    request = ask(sent, officer, {Step.BUDGET: ""})
    copy = copy_of(request)
    assert submission_problems(copy) == []
    budget = BudgetPart.read(copy)
    line = budget.lines[0]
    (year, amount), *rest = line.cells
    write(copy, owner, replace(budget, lines=(replace(line, cells=((year, amount + 1), *rest)),)))
    with pytest.raises(services.NotComplete):
        send_it(sent, owner, request)


def test_who_is_no_signatory_attests(sent, owner, officer, colleague):
    request = ask(sent, officer)
    raise_costs(request, colleague)
    with pytest.raises(Refusal, match="Kryssa i att du får företräda"):
        send_it(sent, colleague, request)
    with pytest.raises(Refusal, match="be handläggaren att öppna Bilagor"):
        send_it(sent, colleague, request, authority_attested=True)
    with pytest.raises(Refusal, match="Bara en firmatecknare"):
        send_it(sent, officer, request)


def test_somebody_wrote_after_the_review(sent, owner, officer):
    request = ask(sent, officer)
    version = copy_of(request).version
    raise_costs(request, owner)
    with pytest.raises(services.ReviewedOlder):
        send_it(sent, owner, request, reviewed_version=version)


def test_late_is_taken_and_told(sent, owner, officer):
    request = ask(sent, officer)
    raise_costs(request, owner)
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        answered = send_it(sent, owner, request)
        assert "efter sista dagen" in answered.answer_record.title
        assert read_sent(sent_file(live(sent)))["supplement"]["late"]


# --- Ending -----------------------------------------------------------------------------------------------
def test_unanswered_after_the_last_day_and_not_before(sent, owner, officer):
    request = ask(sent, officer)
    raise_costs(request, owner)
    copy = copy_of(request)
    with pytest.raises(Refusal, match="har inte passerat"):
        services.judge_unanswered(application_id=sent.pk, actor=officer, reason="Inget svar.")
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        ended = services.judge_unanswered(application_id=sent.pk, actor=officer, reason="Inget svar.")
        assert (ended.closed_as, ended.closed_record.direction) == ("unanswered", "drawn_up")
        assert live(sent).status == "submitted"
        with pytest.raises(Conflict, match="tar inte längre emot svar"):
            send_it(sent, owner, request)
        with pytest.raises(Refusal, match="skickad eller avslutad"):
            write(copy, owner, replace(BudgetPart.read(copy), lines=()))
        with pytest.raises(Refusal, match="går att hämta"):
            services.restore_draft(application_id=copy.pk, actor=owner)
        go_through(sent, officer)
    assert costs(live(sent)) == 600_000, "the application is tried as it stands"
    assert purge_discarded(now=timezone.now() + timedelta(days=60)) == 1
    assert not Application.objects.filter(pk=copy.pk).exists()


def test_who_withdraws_lays_the_answer_aside(sent, owner, officer):
    request = ask(sent, officer)
    services.withdraw_application(application_id=sent.pk, actor=owner, reason="Nej.")
    request.refresh_from_db()
    assert request.closed_as == "withdrawn"
    assert Application.objects.get(answering=request).status == "discarded"


# --- Every state and step ---------------------------------------------------------------------------------
STEPS = {
    "ask": lambda a, owner, officer, r: ask(a, officer, {}),
    "more": lambda a, owner, officer, r: services.give_more_time(
        application_id=a.pk, actor=officer, due_on=in_days(40), reason="Sommar."
    ),
    "stop": lambda a, owner, officer, r: services.stop_asking(
        application_id=a.pk, actor=officer, reason="Löst."
    ),
    "unanswered": lambda a, owner, officer, r: services.judge_unanswered(
        application_id=a.pk, actor=officer, reason="Tyst."
    ),
    "answer": lambda a, owner, officer, r: services.answer_supplement(
        application_id=a.pk, supplement_id=r, actor=owner, answer="Ja.", arrived_at=timezone.now()
    ),
    "send": lambda a, owner, officer, r: services.send_supplement(
        application_id=a.pk, supplement_id=r, actor=owner, answer="Ja.", arrived_at=timezone.now()
    ),
}
MAY = {
    "sent": {"ask"},
    "words": {"more", "stop", "answer"},
    "words overdue": {"more", "stop", "unanswered", "answer"},
    "parts": {"more", "stop", "send"},
    "parts overdue": {"more", "stop", "unanswered", "send"},
    "answered": {"ask"},
    "closed": {"ask"},
    "assessed": set(),
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", MAY)
def test_every_state_and_step(state, sent, owner, officer):
    now, number = timezone.now(), 0
    if state not in ("sent", "assessed", "withdrawn"):
        number = ask(sent, officer, {} if "words" in state or state == "answered" else MONEY).pk
    if state == "answered":
        STEPS["answer"](sent, owner, officer, number)
    elif state == "closed":
        STEPS["stop"](sent, owner, officer, number)
    elif state == "assessed":
        go_through(sent, officer)
    elif state == "withdrawn":
        services.withdraw_application(application_id=sent.pk, actor=owner, reason="Nej.")
    with time_machine.travel(now + timedelta(days=20 if "overdue" in state else 0), tick=False):
        taken = set()
        for name, step in STEPS.items():
            mark = transaction.savepoint()
            try:
                step(live(sent), owner, officer, number)
            except Refusal:
                pass
            else:
                taken.add(name)
            transaction.savepoint_rollback(mark)
    assert taken == MAY[state]


# --- At once, and the database's own rules ----------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_signatories_who_send_at_once(sent, owner, officer):
    second = factories.make_user("second@example.org")
    factories.make_membership(
        user=second, organisation=sent.organisation, role="signatory", is_signatory=True
    )
    request = ask(sent, officer)
    raise_costs(request, owner)
    results = at_once([lambda user=user: send_it(sent, user, request) for user in (owner, second)])
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "SupplementRequest"]
    assert Record.objects.filter(case=sent.case).count() == 3
    assert costs(live(sent)) == 700_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ["stop", "unanswered"])
def test_sending_against_the_officer_who_ends_it(sent, owner, officer, ending):
    """One of the two happens, whole: either all is taken in, or nothing of it."""
    request = ask(sent, officer)
    raise_costs(request, owner)
    SupplementRequest.objects.filter(pk=request.pk).update(due_on=in_days(-1))
    results = at_once(
        [
            lambda: send_it(sent, owner, request),
            lambda: STEPS[ending](sent, owner, officer, request.pk),
        ]
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    request.refresh_from_db()
    taken = request.answered_at is not None
    assert taken is (request.closed_at is None)
    assert live(sent).total_cost == costs(live(sent)) == (700_000 if taken else 600_000)
    assert live(sent).status == "submitted"


@pytest.mark.django_db(transaction=True)
def test_more_time_against_judged_unanswered(sent, owner, officer, second_officer):
    request = ask(sent, officer)
    SupplementRequest.objects.filter(pk=request.pk).update(due_on=in_days(-1))
    results = at_once(
        [lambda name=name: STEPS[name](sent, owner, officer, 0) for name in ("more", "unanswered")]
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    request.refresh_from_db()
    assert (request.closed_at is None) is (request.due_on == in_days(40))


@pytest.mark.django_db(transaction=True)
def test_the_database_lets_nothing_else_change_what_was_sent(sent, owner, officer):
    request = ask(sent, officer)
    with pytest.raises(Exception, match="is fixed"), transaction.atomic():
        Application.objects.filter(pk=sent.pk).update(title="En annan")
    with pytest.raises(Exception, match="is frozen"), transaction.atomic():
        sent.budget_lines.all().delete()
    # Answered without a step taken: the moment in which content may be taken in does not last.
    ended = {"closed_at": timezone.now(), "closed_as": "taken_back"}
    with pytest.raises(Exception, match="waits for nothing"):
        SupplementRequest.objects.filter(pk=request.pk).update(**ended)
    assert live(sent).title == "Fjällkluster"
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        request.parts.update(text="Något annat")


# --- Trade secrets ----------------------------------------------------------------------------------------
def test_an_external_assessor_sees_what_changed_without_the_secrets(sent, owner, officer):
    request = ask(sent, officer, {Step.PROJECT: ""})
    copy = copy_of(request)
    project = ProjectPart.read(copy)
    write(
        copy,
        owner,
        replace(project, aims="Ett hemligt recept.", risks="Få.", secrets=(("aims", "Receptet."),)),
    )
    send_it(sent, owner, request, answer="Se receptet.", secret_reason="Receptet.")
    (shown,) = shown_supplements(live(sent), hide_secrets=True)
    assert shown.text_hidden
    assert shown.answer_hidden
    texts = {change.label: (change.before, change.after) for one in shown.changes for change in one.changes}
    assert texts["Risker"][1] == "Få."
    assert "Syfte och mål" not in texts, "masked on both sides"
    assert "recept" not in str(texts).lower()
    (whole,) = shown_supplements(live(sent), hide_secrets=False)
    assert "Ett hemligt recept." in str(whole.changes)
    assert masking.has_secrets(read_sent(sent_file(live(sent))))


def test_an_answer_that_is_marked_hides_the_files_that_hold_it(sent, owner, officer):
    """The words of the answer alone, with no mark in the application."""
    request = ask(sent, officer, {Step.PROJECT: ""})
    send_it(sent, owner, request, answer="Receptet är salt.", secret_reason="Recept.")
    content = read_sent(sent_file(live(sent)))
    files = list(RecordFile.objects.filter(record=live(sent).standing_record_id))
    assert files
    assert masking.files_shown(content, files, allow_trade_secrets=False) == []
    assert masking.files_shown(content, files, allow_trade_secrets=True) == files
    assert "salt" not in str(masking.masked(content))
    (shown,) = shown_supplements(live(sent), hide_secrets=True)
    assert (shown.text_hidden, shown.answer_hidden) == (True, True)


def test_what_a_later_supplement_marks_is_hidden_in_the_earlier_too(sent, owner, officer):
    first = ask(sent, officer, {Step.PROJECT: ""})
    write(copy_of(first), owner, replace(ProjectPart.read(copy_of(first)), aims="Receptet är salt."))
    send_it(sent, owner, first)
    second = ask(sent, officer, {Step.PROJECT: ""})
    project = ProjectPart.read(copy_of(second))
    write(copy_of(second), owner, replace(project, risks="Få.", secrets=(("aims", "Receptet."),)))
    send_it(sent, owner, second)
    shown = shown_supplements(live(sent), hide_secrets=True)
    assert len(shown) == 2
    assert "salt" not in str([one.changes for one in shown])
    assert "salt" in str([one.changes for one in shown_supplements(live(sent), hide_secrets=False)])


def test_a_draft_that_lacks_the_supplement_takes_nobodys_place(sent, owner, officer):
    draft = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now())
    factories.make_declarations(application=draft, user=owner)
    request = ask(sent, officer)
    raise_costs(request, owner)
    send_it(sent, owner, request)
    for again in (
        lambda: services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now()),
        lambda: send(draft, owner),
    ):
        with pytest.raises(Conflict, match="har kompletterats sedan utkastet påbörjades"):
            again()
    services.discard_draft(application_id=draft.pk, actor=owner)
    fresh = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now())
    assert costs(fresh) == 700_000


def test_a_new_name_of_the_organisation_is_no_change_of_closed_parts(sent, owner, officer):
    request = ask(sent, officer, {Step.PROJECT: ""})
    sent.organisation.name = "Nytt namn ekonomisk förening"
    sent.organisation.save(update_fields=["name"])
    write(copy_of(request), owner, replace(ProjectPart.read(copy_of(request)), risks="Få."))
    send_it(sent, owner, request)
    request.refresh_from_db()
    assert [one.step for one in changes_of(live(sent), request)] == [Step.PROJECT]
    assert "Nytt namn" not in str(read_sent(sent_file(live(sent))))


# --- The comparison itself --------------------------------------------------------------------------------
def content(**more):
    empty = {"totals": {}, "budget": {}, "project": {}, "organisation": {}, "contact": {}}
    return empty | more


def found(before, after):
    return [
        (one.step, change.label, change.kind)
        for one in changes_between(before, after)
        for change in one.changes
    ]


def test_rows_are_met_by_what_they_are_about():
    line = {"label": "Personal", "description": "Ledare", "partner": "A", "amounts": {"2027": 1}, "total": 1}
    other, third = line | {"description": "Kock"}, line | {"description": "Gäst"}
    before = content(budget={"lines": [line, other]})
    after = content(budget={"lines": [other, line | {"total": 2}, third]})
    assert found(before, after) == [
        (Step.BUDGET, "Budgetrad: Ledare", "Ändrad"),
        (Step.BUDGET, "Budgetrad: Gäst", "Tillagd"),
    ]
    assert found(after, before)[-1] == (Step.BUDGET, "Budgetrad: Gäst", "Borttagen")
    assert found(before, before) == []


def test_every_table_and_field_is_compared():
    after = content(
        organisation={"name": "Peak"},
        partners=[{"name": "Åvki", "receives_aid": True}],
        project={
            "title": "T",
            "activity_rows": [{"what": "Möte"}],
            "indicators": [{"name": "Antal"}],
            "trade_secrets": {"aims": "Recept"},
        },
        answers=[{"question": "Varför?", "text": "Därför"}],
        financing=[{"financier": "SVID", "confirmed": True, "value": 5}],
        state_aid={
            "has_other_aid": True,
            "other_aid": [{"giver": "Tillväxtverket", "amount": 1}],
            "de_minimis": {"has_earlier": True, "earlier": [{"giver": "Region", "amount": 2}]},
            "declarations": [{"text": "Sant", "by": "Olga"}],
        },
        attachments=[{"filename": "a.pdf", "sha256": "ab"}],
    )
    labels = [label for _step, label, _kind in found(content(), after)]
    assert labels == [
        "Organisation",
        "Samverkanspart: Åvki",
        "Projektets namn",
        "Syfte och mål, affärshemlighet",
        "Aktivitet: Möte",
        "Indikator: Antal",
        "Varför?",
        "Finansiering: SVID",
        "Annat stöd för samma kostnader",
        "Tidigare försumbart stöd",
        "Intygat",
        "Försumbart stöd: Region",
        "Annat stöd: Tillväxtverket",
        "Fil: a.pdf",
    ]


def test_old_and_new_text_each_carry_their_own_words():
    (one,) = changes_between(
        content(project={"aims": "Ett stort mål"}), content(project={"aims": "Ett litet mål"})
    )
    (change,) = one.changes
    assert "".join(piece.text for piece in change.pieces_before) == "Ett stort mål"
    assert "".join(piece.text for piece in change.pieces_after) == "Ett litet mål"
    (one,) = changes_between(content(contact={"name": "Olga Å"}), content(contact={"name": "Karin Ny"}))
    assert one.changes[0].pieces_before == [("removed", "Olga Å")], "no word is the same"
