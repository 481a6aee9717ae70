"""A new draft from what stands in an application: for another call, or in place of a sent one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import Error, connection, transaction
from django.utils import timezone

from applications import services
from applications.documents import read_sent, sent_file
from applications.models import Application, ImpartialityDeclaration
from applications.parts import question_key
from applications.services.copying import CHILDREN, ITS_OWN
from applications.snapshot import content_of
from s3portal.common.errors import Refusal
from s3portal.diary.models import Case, Record
from tests import factories
from tests.applications.sending import assessed, send

db = pytest.mark.django_db
#: Rows that belong to one application alone, and why.
STAY_BEHIND = {
    "Declaration": "given anew for each application, by name",
    "DraftVersion": "the history is of its own draft",
    "SupplementRequest": "asked about what was sent",
    "SupplementPart": "of a request",
    "ImpartialityDeclaration": "kept by the service when one takes another's place",
    "Assignment": "what is assessed is not replaced",
    "Assessment": "what is assessed is not replaced",
    "EligibilityCheck": "gone through again",
    "CoHandler": "kept by the service when one takes another's place",
    "InternalNote": "read by the case",
    "Letter": "read by the case",
    "RankingRow": "ranked when nothing is replaced any longer",
}


def test_every_row_of_a_draft_goes_along_or_is_said_to_stay():
    rows = {
        model.__name__
        for model in apps.get_app_config("applications").get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Application and model is not Application
    }
    copied = {model.__name__ for model, _way in CHILDREN}
    assert rows <= copied | set(STAY_BEHIND)
    assert not copied & set(STAY_BEHIND)


def test_what_is_its_own_are_fields_there_are():
    assert {field.name for field in Application._meta.concrete_fields} >= ITS_OWN


@pytest.fixture
def whole(owner):
    """A draft with something of everything."""
    application = factories.make_application(user=owner)
    factories.make_partner(application=application)
    factories.make_activity(application=application)
    factories.make_indicator(application=application)
    question = factories.make_question(call=application.call, label="Varför?", kind="short")
    application.answers.create(question=question, value="Därför.")
    application.de_minimis_aid.create(order=1, giver="Almi", amount=50_000)
    application.trade_secrets.create(field="summary", reason="Ny metod.")
    factories.make_attachment(application=application, filename="intyg.pdf")
    return application


def change(application, user, **arguments):
    """A draft in its place, with what is declared anew."""
    draft = services.begin_change(
        **({"application_id": application.pk, "actor": user, "arrived_at": timezone.now()} | arguments)
    )
    factories.make_declarations(application=draft, user=user)
    return draft


def copy(application, user, call):
    return services.copy_application(
        application_id=application.pk, actor=user, call=call, arrived_at=timezone.now()
    )


@db
def test_a_copy_within_the_call_says_the_same(whole, owner, colleague):
    draft = copy(whole, colleague, whole.call)
    again = Application.objects.get(pk=draft.pk)
    copied, original = content_of(again), content_of(Application.objects.get(pk=whole.pk))
    assert original["state_aid"].pop("declarations")
    assert copied["state_aid"].pop("declarations") == [], "declared anew for each application"
    assert copied == original
    assert (again.created_by, again.version, again.replaces) == (colleague, 1, None)
    assert again.trade_secrets.get().reason == "Ny metod."
    assert again.attachments.get().storage_name == whole.attachments.get().storage_name
    assert again.partners.get().pk != whole.partners.get().pk


@db
def test_what_does_not_fit_another_call_stays_behind(whole, owner):
    call = factories.make_call()
    factories.make_question(call=call, label="Varför?", kind="short")
    factories.make_question(call=call, label="Hur?", kind="short")
    how = factories.make_question(call=whole.call, label="Hur?", kind="long")
    whole.answers.create(question=how, value="Så.")
    why = whole.answers.get(value="Därför.").question
    for field in (why, how):
        whole.trade_secrets.create(field=question_key(field), reason=f"Om {field.label}")
    draft = copy(whole, owner, call)
    assert (draft.call, draft.starts_on, draft.ends_on, draft.publication_consent) == (
        call,
        None,
        None,
        False,
    )
    assert draft.title == whole.title
    assert not draft.areas.exists()
    answer = draft.answers.get()
    assert (answer.question.call, answer.value) == (call, "Därför.")
    marks = dict(draft.trade_secrets.values_list("field", "reason"))
    assert marks == {"summary": "Ny metod.", question_key(answer.question): "Om Varför?"}


@db
def test_strangers_copy_nothing_and_nothing_goes_to_a_closed_call(whole, owner, stranger):
    with pytest.raises(Refusal, match="men inte ändra"):
        copy(whole, stranger, whole.call)
    now = timezone.now()
    closed = factories.make_call(opens_at=now - timedelta(days=2), closes_at=now - timedelta(seconds=2))
    with pytest.raises(services.TooLate):
        copy(whole, owner, closed)
    assert Application.objects.count() == 1


# --- In place of a sent one -------------------------------------------------------------------------------
@db
def test_second_thoughts_keep_the_case_and_the_last_one_counts(whole, owner, colleague, officer):
    first = send(whole, owner)
    ImpartialityDeclaration.objects.create(
        application=first, person=officer, ground="relative", declared_by=officer
    )
    first.co_handlers.create(officer=officer, added_by=officer)
    draft = change(first, colleague)
    assert change(first, owner) == draft, "the one begun is gone on with"
    assert Application.objects.get(pk=first.pk).status == "submitted", "what was sent stands till then"
    Application.objects.filter(pk=draft.pk).update(title="Bättre namn")
    second = send(draft, owner)
    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "submitted")
    assert second.case == first.case
    assert Case.objects.count() == 1
    assert [record.number for record in Record.objects.order_by("number")] == [1, 2]
    assert read_sent(sent_file(first))["project"]["title"] != "Bättre namn"
    assert read_sent(sent_file(second))["project"]["title"] == "Bättre namn"
    assert second.declarations.get().ground == "relative"
    assert second.co_handlers.get().officer == officer
    assert list(Application.objects.open()) == [second]
    third = send(change(second, owner), owner)
    assert Application.objects.filter(case=third.case).count() == 3


@db
def test_a_withdrawn_one_is_sent_again_in_its_case(whole, owner):
    first = send(whole, owner)
    services.withdraw_application(application_id=first.pk, actor=owner, reason="Vi ångrade oss.")
    second = send(change(first, owner), owner)
    assert (second.case, Application.objects.get(pk=first.pk).status) == (first.case, "replaced")


@db
def test_what_is_assessed_is_not_replaced(whole, owner, officer, assessor):
    draft = change(send(whole, owner), owner)
    other = factories.make_application(user=owner)
    done = assessed(other, owner, officer)
    with pytest.raises(Refusal, match="Tala med handläggaren"):
        change(done, owner)
    first = Application.objects.get(pk=whole.pk)
    first.assessments.create(assessor=assessor)
    with pytest.raises(Refusal, match="Bedömningen av ansökan har börjat"):
        send(draft, owner)
    assert Application.objects.get(pk=draft.pk).status == "draft"
    assert Record.objects.filter(case=first.case).count() == 1


@db
def test_after_closing_nothing_is_replaced(whole, owner):
    first = send(whole, owner)
    draft = change(first, owner)
    late = first.call.closes_at + timedelta(seconds=1)
    with pytest.raises(services.TooLate):
        send(draft, owner, arrived_at=late)
    with pytest.raises(services.TooLate):
        change(first, owner, arrived_at=late)


@db
def test_a_removed_change_makes_room_and_does_not_come_back_beside_another(whole, owner):
    first = send(whole, owner)
    draft = change(first, owner)
    services.discard_draft(application_id=draft.pk, actor=owner)
    assert change(first, owner) != draft
    with pytest.raises(Refusal, match="påbörjat en ny ändring"):
        services.restore_draft(application_id=draft.pk, actor=owner)


@db
def test_the_database_lets_one_count_in_a_case_and_one_take_its_place(whole, owner):
    first = send(whole, owner)
    draft = change(first, owner)
    with pytest.raises(Error, match="application_replaced_once"), transaction.atomic():
        Application.objects.create(
            call=first.call,
            organisation=first.organisation,
            created_by=owner,
            updated_by=owner,
            replaces=first,
        )
    send(draft, owner)
    with pytest.raises(Error, match="application_one_counts_in_a_case"), transaction.atomic():
        Application.objects.filter(pk=first.pk).update(status="submitted")


@pytest.mark.django_db(transaction=True)
def test_sending_the_new_one_against_withdrawing_the_old(whole, owner, colleague):
    """Whoever is first, one application counts and it is the new one, or the withdrawn stays withdrawn."""
    first = send(whole, owner)
    draft = change(first, owner)

    def attempt(step):
        try:
            step()
        except Refusal as refusal:
            return refusal.message
        finally:
            connection.close()
        return "done"

    steps = [
        lambda: send(draft, owner),
        lambda: services.withdraw_application(application_id=first.pk, actor=owner, reason="Nej."),
        lambda: send(draft, owner),
    ]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(attempt, steps))
    statuses = dict(Application.objects.values_list("pk", "status"))
    assert statuses == {first.pk: "replaced", draft.pk: "submitted"}
    assert [answers[0], answers[2]].count("done") == 1
