"""Somebody says whether something in a decision is secret, before it is sent on or published."""

from datetime import date

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from decisions.checks import check_decision
from decisions.checks.considered import considered
from decisions.enums import DecisionKind
from decisions.masking import maskable_parts
from decisions.models import Decision, SecrecyReview
from decisions.models.considered import latest_review
from decisions.secrecy import concerning
from decisions.services.batching import propose_drafts
from decisions.services.considering import nothing_secret, parts_secret
from decisions.services.drafting import draft_from_application
from decisions.services.proposing import ChecksFailed, propose_decision
from decisions.services.publishing import publish_decision
from decisions.services.signing import sign_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.diary.models import SecrecyMark
from s3portal.diary.secrecy import Provision
from tests import factories
from tests.applications.judging import declare
from tests.decisions.batches import batch, call, decisions_of, ranking, sent, steps_of, take_all
from tests.decisions.test_forms import posted

__all__ = ["batch", "call", "ranking", "sent"]
pytestmark = pytest.mark.django_db
BY = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."}


@pytest.fixture
def untried(officer, delegate):
    made = factories.make_decision(user=officer, delegate=delegate, considered=False)
    return Decision.objects.with_parts().get(pk=made.pk)


def fresh(decision):
    return Decision.objects.with_parts().get(pk=decision.pk)


def check(decision):
    [found] = [
        one for one in check_decision(fresh(decision), on=timezone.localdate()) if one.code == "secrecy"
    ]
    return found.ok, found.label


def propose(decision, officer):
    return propose_decision(decision_id=decision.pk, actor=officer, expected_version=fresh(decision).version)


def test_a_draft_that_nobody_has_tried_is_not_sent(untried, officer):
    with pytest.raises(ChecksFailed) as stopped:
        propose(untried, officer)
    [left] = stopped.value.checks
    assert (left.label, left.url, left.action) == ("Sekretessen är inte prövad", "#sekretess", "Pröva")
    nothing_secret(decision_id=untried.pk, actor=officer)
    assert propose(untried, officer).status == "proposed"
    event = Event.objects.get(action="secrecy_considered")
    assert (event.actor_id, event.text) == (officer.pk, "Sekretess prövad: inget är hemligt")


def test_a_later_change_is_told_and_stops_nothing_where_nothing_was_secret(untried, officer):
    nothing_secret(decision_id=untried.pk, actor=officer)
    Decision.objects.filter(pk=untried.pk).update(reasons="Andra skäl.")
    assert check(untried) == (True, "Sekretess prövad: inget är hemligt")
    [found] = [
        one for one in check_decision(fresh(untried), on=timezone.localdate()) if one.code == "secrecy"
    ]
    assert found.note.endswith("Texten är ändrad sedan dess.")


def test_the_financing_plan_is_a_part_of_the_text(officer, application):
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert ("plan", "Finansieringsplan och stödnivå") in maskable_parts(fresh(draft))
    nothing_secret(decision_id=draft.pk, actor=officer)
    assert latest_review(fresh(draft)).is_of_this_text
    # The cap in the tables is the stricter of two.
    type(draft.legal_basis).objects.filter(pk=draft.legal_basis_id).update(max_aid_percent=40)
    assert not latest_review(fresh(draft)).is_of_this_text


def test_the_plan_is_marked_before_the_signature_and_masked_after_it(officer, delegate_user, application):
    factories.make_delegate(user=delegate_user, clause=factories.make_clause(number="8.1", kinds=["grant"]))
    declare(application, delegate_user)
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    Decision.objects.filter(pk=draft.pk).update(reasons="Projektet stärker den regionala strategin.")
    parts_secret(decision_id=draft.pk, actor=officer, parts=["plan"], passages=[], **BY)
    proposed = propose(draft, officer)
    sign_decision(decision_id=draft.pk, actor=delegate_user, expected_version=proposed.version)
    assert [mark.field for mark in concerning(fresh(draft))] == ["plan"]
    masked = publish_decision(decision_id=draft.pk, actor=officer).masked
    assert masked.recipe["parts"]["plan"] == "OSL 30:27"


def test_secret_parts_are_those_of_the_very_text(untried, officer):
    parts_secret(decision_id=untried.pk, actor=officer, parts=["point-2"], passages=[], **BY)
    assert check(untried) == (True, "Sekretess prövad: delar är hemliga")
    untried.points.filter(order=1).delete()
    assert check(untried) == (False, "Texten är ändrad sedan sekretessen prövades")


def test_parts_become_marks_at_the_signature_and_passages_at_once(untried, officer, delegate_user):
    parts_secret(decision_id=untried.pk, actor=officer, parts=["reasons"], passages=["Klusterkraft"], **BY)
    assert [mark.part for mark in SecrecyMark.objects.all()] == ["passage"]
    proposed = propose(untried, officer)
    sign_decision(decision_id=untried.pk, actor=delegate_user, expected_version=proposed.version)
    marks = list(concerning(untried))
    assert [(mark.part, mark.field, mark.marked_by) for mark in marks] == [
        ("passage", "", officer),
        ("field", "reasons", officer),
    ]
    assert marks[1].record == untried.document.file.record
    masked = publish_decision(decision_id=untried.pk, actor=officer).masked
    assert masked.recipe["parts"] == {"reasons": "OSL 30:27"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"parts": [], "passages": []}, "parts"),
        ({"parts": ["point-9"]}, "parts"),
        ({"reason": " "}, "reason"),
        ({"provision": Provision.OTHER}, "provision_text"),
        ({"until": date(2060, 1, 1)}, "until"),
        ({"until": date(2020, 1, 1)}, "until"),
    ],
)
def test_what_is_missing_is_told_beside_its_field(untried, officer, fields, field):
    given = {"parts": ["reasons"], "passages": [], **BY} | fields
    with pytest.raises(Refusal) as refused:
        parts_secret(decision_id=untried.pk, actor=officer, **given)
    assert refused.value.field == field
    assert not SecrecyReview.objects.exists()


@pytest.mark.parametrize(
    ("persona", "may"),
    [
        ("officer", True),
        ("delegate_user", True),
        ("registrar", False),
        ("admin_user", False),
        ("member", False),
    ],
)
def test_who_says_it_of_a_draft(request, untried, persona, may):
    person = request.getfixturevalue(persona)
    if may:
        assert nothing_secret(decision_id=untried.pk, actor=person).by == person
        return
    with pytest.raises(Refusal, match="prövar sekretessen"):
        nothing_secret(decision_id=untried.pk, actor=person)


def test_not_who_has_jav(untried, second_officer):
    untried.declarations.create(
        person=second_officer, ground="other", text="Min syster.", declared_by=second_officer
    )
    with pytest.raises(Refusal, match="jäv"):
        nothing_secret(decision_id=untried.pk, actor=second_officer)


def test_of_what_was_signed_before_it_is_said_at_the_publishing(officer, registrar, client_for):
    made = factories.make_signed_decision(user=officer, considered=False)
    client, address = client_for(registrar), f"/handlaggning/beslut/{made.pk}/"
    assert "Jag har prövat sekretessen" in client.get(address).content.decode()
    page = client.post(f"{address}publicera/", follow=True).content.decode()
    assert "Säg först om något i beslutet är hemligt." in page
    page = client.post(f"{address}publicera/", {"provad": "1"}, follow=True).content.decode()
    assert "Beslutet visas nu för allmänheten." in page
    assert made.secrecy_reviews.get().by == registrar
    assert "Sekretessen prövades" in page


def test_a_signed_one_is_marked_and_not_said_of(officer):
    made = factories.make_signed_decision(user=officer)
    with pytest.raises(Refusal, match="på sidan Maskera"):
        parts_secret(decision_id=made.pk, actor=officer, parts=["reasons"], passages=[], **BY)


def test_what_was_said_never_changes(untried, officer):
    review = nothing_secret(decision_id=untried.pk, actor=officer)
    with pytest.raises(InternalError, match="secrecy_review_stays"), transaction.atomic():
        SecrecyReview.objects.filter(pk=review.pk).update(text_mark="x")
    with pytest.raises(IntegrityError, match="secrecy_review_is_whole"), transaction.atomic():
        SecrecyReview.objects.create(decision=untried, outcome="some", by=officer, text_mark="x")
    untried.delete()
    assert not SecrecyReview.objects.exists()


def test_the_check_costs_no_query(untried, officer, django_assert_num_queries):
    nothing_secret(decision_id=untried.pk, actor=officer)
    decision = fresh(untried)
    with django_assert_num_queries(0):
        assert [one.ok for one in considered(decision)] == [True]


# --- All of a batch ---------------------------------------------------------------------------------------
def test_it_is_said_of_all_drafts_in_a_batch_but_those_with_jav(batch, officer, second_officer, sent):
    SecrecyReview.objects.all().delete()
    drafts = decisions_of(batch)
    parts_secret(decision_id=drafts[0].pk, actor=officer, parts=["reasons"], passages=[], **BY)
    propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    assert [reason for _state, reason in steps_of(batch, "propose")] == [
        "",
        *["Sekretessen är inte prövad"] * 2,
    ]
    declare(sent[1], second_officer, ground="party")
    declare(sent[2], second_officer)
    propose_drafts(batch_id=batch.pk, actor=second_officer, nothing_is_secret=True)
    take_all()
    outcomes = [
        [(one.outcome, one.by) for one in draft.secrecy_reviews.all()] for draft in decisions_of(batch)
    ]
    assert outcomes == [[("some", officer)], [], [("none", second_officer)]]


def test_nothing_is_said_at_once_where_the_applicant_has_marked_trade_secrets(batch, officer, sent):
    SecrecyReview.objects.all().delete()
    with pgtrigger.ignore("applications.TradeSecret:trade_secrets_frozen"):
        sent[0].trade_secrets.create(field="summary", reason="Vår metod.")
    propose_drafts(batch_id=batch.pk, actor=officer, nothing_is_secret=True)
    take_all()
    assert [draft.secrecy_reviews.count() for draft in decisions_of(batch)] == [0, 1, 1]
    assert [reason for _state, reason in steps_of(batch, "propose")] == ["Sekretessen är inte prövad", "", ""]


def test_the_yes_of_a_batch_renews_what_was_said_of_another_text(batch, officer):
    first, second, _third = decisions_of(batch)
    parts_secret(decision_id=second.pk, actor=officer, parts=["reasons"], passages=[], **BY)
    Decision.objects.filter(pk__in=[first.pk, second.pk]).update(background="Ett annat ärende.")
    propose_drafts(batch_id=batch.pk, actor=officer, nothing_is_secret=True)
    take_all()
    changed = "Texten är ändrad sedan sekretessen prövades"
    assert [reason for _state, reason in steps_of(batch, "propose")] == ["", changed, ""]
    assert [draft.secrecy_reviews.count() for draft in decisions_of(batch)] == [2, 2, 1]


# --- The pages --------------------------------------------------------------------------------------------
def test_the_draft_is_saved_by_the_same_press(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/"
    page = client.get(address).content.decode()
    assert 'id="sekretess"' in page
    typed = posted(untried, reasons="Nya skäl.")
    response = client.post(f"{address}sekretess/spara/", typed | {"sekretess": "none"})
    assert response.headers["Location"] == f"{address}#sekretess"
    assert fresh(untried).reasons == "Nya skäl."
    assert latest_review(fresh(untried)).is_of_this_text
    typed = posted(fresh(untried), reasons="Andra skäl.")
    response = client.post(f"{address}sekretess/spara/", typed | {"sekretess": "some"})
    assert response.headers["Location"] == f"{address}sekretess/"
    assert fresh(untried).reasons == "Andra skäl."


def test_the_page_where_it_is_said_what_is_secret(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/sekretess/"
    assert "Beslutspunkt 2" in client.get(address).content.decode()
    empty = client.post(address, {"passages": "Hemligt", "reason": "Planer"})
    assert empty.status_code == 422
    assert "Välj den bestämmelse" in empty.content.decode()
    assert "Hemligt</textarea>" in empty.content.decode()
    done = client.post(address, {"parts": ["point-2"], "provision": "30:27", "reason": "Planer"})
    assert done.headers["Location"] == f"/handlaggning/beslut/{untried.pk}/"
    assert check(untried) == (True, "Sekretess prövad: delar är hemliga")
    client.post(address, {"inget": "1"})
    assert check(untried) == (True, "Sekretess prövad: inget är hemligt")


def test_the_pages_tell_what_the_applicant_has_marked(client_for, officer, delegate_user, application):
    draft = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    hint = "Sökanden har märkt 1 uppgifter och 0 bilagor i ansökan som affärshemligheter."
    pages = [f"/handlaggning/beslut/{draft.pk}/", f"/handlaggning/beslut/{draft.pk}/sekretess/"]
    client = client_for(officer)
    for page in pages:
        assert hint not in client.get(page).content.decode()
    with pgtrigger.ignore("applications.TradeSecret:trade_secrets_frozen"):
        application.trade_secrets.create(field="summary", reason="Vår metod.")
    for page in pages:
        assert hint in client.get(page).content.decode()
    # Who only reads the draft has a page of another kind.
    declare(application, delegate_user)
    assert hint in client_for(delegate_user).get(pages[0]).content.decode()


@pytest.mark.parametrize(
    ("persona", "status"),
    [("officer", 200), ("delegate_user", 200), ("registrar", 404), ("admin_user", 404), ("member", 404)],
)
def test_who_opens_the_page(request, client_for, untried, persona, status):
    client = client_for(request.getfixturevalue(persona))
    assert client.get(f"/handlaggning/beslut/{untried.pk}/sekretess/").status_code == status


def test_a_signed_one_leads_to_the_page_where_it_is_masked(client_for, officer):
    made = factories.make_signed_decision(user=officer)
    response = client_for(officer).get(f"/handlaggning/beslut/{made.pk}/sekretess/")
    assert response.headers["Location"] == f"/handlaggning/beslut/{made.pk}/maskera/"
