from datetime import date, timedelta

import pytest
from django.utils import timezone

from calls.enums import QuestionKind
from calls.models import Call, CallChange, CallQuestion
from calls.readiness import call_checks, missing
from calls.services.contents.ordering import Step, move_row
from calls.services.contents.questions import QuestionData, save_question
from calls.services.publishing import NotReady, conclude_call, note_change, publish_call
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Call:
    """All that a call needs."""
    return factories.make_call(status="draft", decision_timing="running")


def labels(call: Call) -> list[str]:
    return [check.label for check in missing(call_checks(Call.objects.get(pk=call.pk)))]


def test_a_ready_draft_becomes_public(draft, officer):
    before = timezone.now()
    call = publish_call(call_id=draft.pk, actor=officer, expected_revision=1)
    assert (call.status, call.version) == ("published", 2)
    assert before <= call.published_at <= timezone.now()
    assert list(Call.objects.public()) == [call]
    event = Event.objects.get()
    assert (event.action, event.actor_label) == ("call_published", str(officer))
    assert not CallChange.objects.exists()


def test_it_is_published_once(draft, officer):
    publish_call(call_id=draft.pk, actor=officer, expected_revision=1)
    with pytest.raises(Refusal, match="redan publicerad"):
        publish_call(call_id=draft.pk, actor=officer, expected_revision=2)


def test_what_nobody_has_read_is_not_published(draft, officer):
    Call.objects.filter(pk=draft.pk).update(version=2)
    with pytest.raises(Conflict, match="har ändrats sedan du öppnade sidan"):
        publish_call(call_id=draft.pk, actor=officer, expected_revision=1)
    assert Call.objects.get().status == "draft"


def test_a_question_or_an_order_that_nobody_has_read_is_not_published(draft, officer):
    data = QuestionData(label="Vilka är med?", kind=QuestionKind.LONG)
    first = save_question(actor=officer, call_id=draft.pk, data=data)
    save_question(actor=officer, call_id=draft.pk, data=data)
    read = Call.objects.get().revision
    move_row(actor=officer, model=CallQuestion, call_id=draft.pk, row_id=first.pk, step=Step.DOWN)
    for seen in (1, read):
        with pytest.raises(Conflict, match="har ändrats sedan du öppnade sidan"):
            publish_call(call_id=draft.pk, actor=officer, expected_revision=seen)
    # At the edge it stays, and there is nothing new to read.
    move_row(actor=officer, model=CallQuestion, call_id=draft.pk, row_id=first.pk, step=Step.DOWN)
    publish_call(call_id=draft.pk, actor=officer, expected_revision=read + 1)


def test_the_step_page_carries_what_was_read(client, draft, officer):
    Call.objects.filter(pk=draft.pk).update(version=3, contents_version=4)
    client.force_login(officer)
    page = client.get(f"/handlaggning/utlysningar/{draft.pk}/publicera/").content.decode()
    assert 'name="version" value="7"' in page


def test_the_fixture_lacks_nothing(draft):
    assert labels(draft) == []


EMPTY = {
    "summary": "Ingressen saknas",
    "text": "Texten saknas",
    "who_may_apply": "Det står inte vem som kan söka",
}


@pytest.mark.parametrize("field", EMPTY)
def test_an_empty_text_is_missing(draft, officer, field):
    Call.objects.filter(pk=draft.pk).update(**{field: " \n"})
    assert labels(draft) == [EMPTY[field]]
    with pytest.raises(NotReady) as refused:
        publish_call(call_id=draft.pk, actor=officer, expected_revision=1)
    assert [check.label for check in refused.value.checks] == [EMPTY[field]]
    [check] = refused.value.checks
    assert check.url == f"/handlaggning/utlysningar/{draft.pk}/redigera/#id_{field}"


@pytest.mark.parametrize("field", ["title", "headline", "summary", "text", "who_may_apply"])
def test_a_leftover_of_a_template_stops_it(draft, field):
    Call.objects.filter(pk=draft.pk).update(**{field: "Skriv texten här"})
    assert labels(draft) == ["”Skriv texten här” står kvar"]


def test_a_leftover_in_what_belongs_to_it_stops_it_too(draft):
    factories.make_question(call=draft, label="[Ange fråga]")
    [check] = missing(call_checks(draft))
    assert (check.label, check.url) == (
        "”[Ange fråga]” står kvar",
        f"/handlaggning/utlysningar/{draft.pk}/fragor/",
    )


def test_a_passed_deadline_a_missing_area_decision_and_contact_stop_it(draft):
    now = timezone.now()
    Call.objects.filter(pk=draft.pk).update(
        opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1), decision_timing="unset"
    )
    draft.areas.clear()
    draft.contacts.update(email="", phone="")
    assert labels(draft) == [
        "Sista ansökningsdag har redan passerat",
        "Det står inte när beslut är planerat",
        "Inget styrkeområde är valt",
        "Det finns ingen kontakt med e-post eller telefon",
    ]


def test_the_basis_holds_from_opening_to_closing(draft):
    closes = timezone.localdate(draft.closes_at)
    draft.legal_basis.valid_to = closes - timedelta(days=1)
    draft.legal_basis.save(update_fields=["valid_to"])
    assert labels(draft) == ["Den rättsliga grunden upphör innan utlysningen stänger"]
    draft.legal_basis.valid_to = closes
    draft.legal_basis.save(update_fields=["valid_to"])
    assert labels(draft) == []
    draft.legal_basis.valid_to = timezone.localdate(draft.opens_at) - timedelta(days=1)
    draft.legal_basis.valid_from = date(2020, 1, 1)
    draft.legal_basis.save(update_fields=["valid_to", "valid_from"])
    assert labels(draft) == ["Den rättsliga grunden passar inte"]


@pytest.mark.parametrize(
    ("weights", "agree"),
    [([], True), ([None, None], True), ([40, 60], True), ([40, 50], False), ([100, None], False)],
)
def test_weights_are_a_hundred_together_or_none(draft, weights, agree):
    for weight in weights:
        factories.make_criterion(call=draft, weight=weight)
    assert labels(draft) == ([] if agree else ["Kriteriernas vikter stämmer inte"])


def test_a_closed_call_is_concluded(officer):
    now = timezone.now()
    call = factories.make_call(opens_at=now - timedelta(days=9), closes_at=now - timedelta(seconds=1))
    concluded = conclude_call(call_id=call.pk, actor=officer, expected_revision=1)
    assert (concluded.status, concluded.version) == ("concluded", 2)
    assert concluded.concluded_at is not None
    assert Event.objects.get().action == "call_concluded"
    with pytest.raises(Refusal, match="redan avslutad"):
        conclude_call(call_id=call.pk, actor=officer, expected_revision=2)


def test_an_open_call_is_not_concluded(officer):
    call = factories.make_call()
    with pytest.raises(Refusal, match="först när sista ansökningsdag har passerat"):
        conclude_call(call_id=call.pk, actor=officer, expected_revision=1)
    with pytest.raises(Conflict):
        conclude_call(call_id=call.pk, actor=officer, expected_revision=0)


@pytest.mark.parametrize(("status", "told"), [("draft", 0), ("published", 1), ("concluded", 0)])
def test_only_changes_in_a_published_call_are_told(status, told):
    call = factories.make_call(status="draft" if status == "draft" else "published")
    call.status = status
    note_change(call=call, field="documents", text="Dokumentet ”Anvisning” har en ny version.")
    assert [(c.field, c.text) for c in CallChange.objects.all()] == told * [
        ("documents", "Dokumentet ”Anvisning” har en ny version.")
    ]
