"""Somebody says whether something in a decision is secret, before it is sent on or published."""

import re
from datetime import date

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from decisions.checks import check_decision
from decisions.checks.considered import considered
from decisions.enums import DecisionKind, SecrecyOutcome
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


def propose(decision, officer, **said):
    return propose_decision(
        decision_id=decision.pk, actor=officer, expected_version=fresh(decision).version, **said
    )


def test_a_draft_that_nobody_has_tried_is_not_sent(untried, officer):
    with pytest.raises(ChecksFailed) as stopped:
        propose(untried, officer)
    [left] = stopped.value.checks
    assert (left.label, left.url, left.action) == ("Sekretessen är inte prövad", "#sekretess", "Pröva")
    nothing_secret(decision_id=untried.pk, actor=officer)
    assert propose(untried, officer).status == "proposed"
    event = Event.objects.get(action="secrecy_considered")
    assert (event.actor_id, event.text) == (officer.pk, "Sekretess prövad: inget är hemligt")


CHANGED = "Texten är ändrad sedan sekretessen prövades"


@pytest.mark.parametrize(
    "change",
    [
        lambda draft: Decision.objects.filter(pk=draft.pk).update(reasons="Region deltar i Klusterkraft."),
        lambda draft: Decision.objects.filter(pk=draft.pk).update(amount=149_999),
        lambda draft: draft.points.filter(order=2).update(text="Finansiering sker inom ram."),
        lambda draft: draft.basis_documents.create(order=2, title="Affärsplan"),
        lambda draft: draft.extract_recipients.update(name="Någon annan"),
    ],
)
def test_what_was_said_of_another_text_does_not_count(untried, officer, change):
    nothing_secret(decision_id=untried.pk, actor=officer)
    assert check(untried) == (True, "Sekretess prövad: inget är hemligt")
    change(untried)
    assert check(untried) == (False, CHANGED)
    with pytest.raises(ChecksFailed) as stopped:
        propose(untried, officer)
    left = next(one for one in stopped.value.checks if one.code == "secrecy")
    assert (left.url, left.action) == ("#sekretess", "Pröva igen")
    assert left.note.startswith("Prövad av ")


def test_words_that_are_secret_are_those_of_the_very_text_too(untried, officer):
    parts_secret(decision_id=untried.pk, actor=officer, parts=[], passages=["Klusterkraft"], **BY)
    assert check(untried) == (True, "Sekretess prövad: delar är hemliga")
    Decision.objects.filter(pk=untried.pk).update(reasons="Mer om affärsplanen.")
    assert check(untried) == (False, CHANGED)


def test_who_sends_says_it_in_the_same_step(untried, officer):
    sent = propose(untried, officer, secrecy=SecrecyOutcome.NONE)
    assert sent.status == "proposed"
    review = untried.secrecy_reviews.get()
    assert (review.outcome, review.by, latest_review(fresh(untried)).is_of_this_text) == (
        "none",
        officer,
        True,
    )
    assert list(Event.objects.filter(action__startswith="secrecy").values_list("action", flat=True)) == [
        "secrecy_considered"
    ]


def test_nothing_is_said_when_the_draft_is_not_sent(untried, officer):
    untried.extract_recipients.all().delete()
    with pytest.raises(ChecksFailed) as stopped:
        propose(untried, officer, secrecy=SecrecyOutcome.NONE)
    assert [one.code for one in stopped.value.checks] == ["recipients"]
    assert not SecrecyReview.objects.exists()


def test_what_is_said_of_this_text_already_stands(untried, officer, second_officer):
    parts_secret(decision_id=untried.pk, actor=second_officer, parts=["reasons"], passages=[], **BY)
    propose(untried, officer, secrecy=SecrecyOutcome.NONE)
    assert untried.secrecy_reviews.get().by == second_officer


def test_the_same_is_still_secret(untried, officer, second_officer, delegate_user):
    parts_secret(
        decision_id=untried.pk, actor=second_officer, parts=["reasons", "background"], passages=[], **BY
    )
    Decision.objects.filter(pk=untried.pk).update(reasons="Andra skäl.")
    sent = propose(untried, officer, secrecy=SecrecyOutcome.SOME)
    first, again = fresh(untried).secrecy_reviews.all()
    same = ("outcome", "parts", "provision", "provision_text", "reason", "until")
    assert [getattr(again, name) for name in same] == [getattr(first, name) for name in same]
    assert again.by == officer
    sign_decision(decision_id=untried.pk, actor=delegate_user, expected_version=sent.version)
    assert {mark.field for mark in concerning(fresh(untried))} == {"reasons", "background"}


def test_a_point_that_was_secret_is_chosen_anew(untried, officer):
    """It goes by its place: moved, the mark would fall on another text."""
    parts_secret(decision_id=untried.pk, actor=officer, parts=["point-2"], passages=[], **BY)
    first, second = untried.points.order_by("order")
    texts = second.text, first.text
    for point, text in zip((first, second), texts, strict=True):
        point.text = text
        point.save(update_fields=["text"])
    with pytest.raises(ChecksFailed) as stopped:
        propose(untried, officer, secrecy=SecrecyOutcome.SOME)
    assert CHANGED in [one.label for one in stopped.value.checks]


def test_the_same_cannot_be_said_when_a_part_of_it_is_gone(untried, officer):
    with pytest.raises(ChecksFailed):
        propose(untried, officer, secrecy=SecrecyOutcome.SOME)
    parts_secret(decision_id=untried.pk, actor=officer, parts=["point-2"], passages=[], **BY)
    untried.points.filter(order=1).delete()
    with pytest.raises(ChecksFailed) as stopped:
        propose(untried, officer, secrecy=SecrecyOutcome.SOME)
    assert CHANGED in [one.label for one in stopped.value.checks]


def test_a_text_that_is_another_when_it_is_signed_stops_there(untried, officer, delegate_user):
    """As when the call pays less of the costs than before: the plan of a grant follows it until then."""
    sent = propose(untried, officer, secrecy=SecrecyOutcome.NONE)
    Decision.objects.filter(pk=untried.pk).update(background="Ett annat ärende.")
    with pytest.raises(ChecksFailed) as stopped:
        sign_decision(decision_id=untried.pk, actor=delegate_user, expected_version=sent.version)
    [left] = stopped.value.checks
    assert (left.label, left.url) == (CHANGED, f"/handlaggning/beslut/{untried.pk}/sekretess/")
    nothing_secret(decision_id=untried.pk, actor=delegate_user)
    sign_decision(decision_id=untried.pk, actor=delegate_user, expected_version=sent.version)


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
TICK = "Jag har prövat sekretessen: inget i beslutet är hemligt"


def test_the_draft_is_saved_before_it_is_said_what_is_secret(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/"
    assert 'id="sekretess"' in client.get(address).content.decode()
    response = client.post(f"{address}sekretess/spara/", posted(untried, reasons="Andra skäl."))
    assert response.headers["Location"] == f"{address}sekretess/"
    assert fresh(untried).reasons == "Andra skäl."


def test_a_tick_beside_the_button_says_it_of_the_text_that_is_sent(client_for, officer, untried):
    """Typed, ticked and sent with one press."""
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/"
    page = client.get(address).content.decode()
    assert TICK in page
    assert "Pröva sekretessen och skicka" in page
    typed = posted(untried, reasons="Projektet följer strategin.")
    sent = client.post(f"{address}skicka/", typed | {"provad": "on"})
    assert sent.status_code == 302
    stored = fresh(untried)
    assert (stored.status, stored.reasons) == ("proposed", "Projektet följer strategin.")
    assert latest_review(stored).is_of_this_text


def test_without_the_tick_the_text_is_saved_and_not_sent(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/"
    stopped = client.post(f"{address}skicka/", posted(untried, reasons="Projektet följer strategin."))
    page = stopped.content.decode()
    assert stopped.status_code == 422
    assert '<a class="ds-link" href="#sekretess">Sekretessen är inte prövad</a>' in page
    assert '<p class="ds-validation-message">Säg om något i beslutet är hemligt.</p>' in page
    assert fresh(untried).reasons == "Projektet följer strategin."
    assert not SecrecyReview.objects.exists()


def test_the_tick_stays_when_something_else_stops_the_draft(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/"
    stopped = client.post(f"{address}skicka/", posted(untried, title="") | {"provad": "on"})
    assert stopped.status_code == 422
    assert ticked(stopped)
    untried.extract_recipients.all().delete()
    stopped = client.post(f"{address}skicka/", posted(fresh(untried)) | {"provad": "on"})
    assert stopped.status_code == 422
    assert ticked(stopped)
    assert "Sekretessen är inte prövad</a>" not in stopped.content.decode()


def ticked(response):
    [box] = re.findall(r"<input[^>]*name=\"provad\"[^>]*>", response.content.decode())
    return " checked" in box


def test_the_tick_stays_through_an_automatic_save_and_is_not_asked_for_twice(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/"
    typed = posted(untried, reasons="Projektet följer strategin.")
    assert ticked(client.post(address, typed | {"provad": "on"}, headers={"HX-Request": "true"}))
    assert not ticked(client.post(address, posted(fresh(untried)), headers={"HX-Request": "true"}))
    nothing_secret(decision_id=untried.pk, actor=officer)
    page = client.get(address).content.decode()
    assert 'name="provad"' not in page
    assert "Klart att skicka" in page
    # Another text is tried anew.
    Decision.objects.filter(pk=untried.pk).update(background="Ett annat ärende.")
    assert TICK in client.get(address).content.decode()


def test_where_something_was_secret_the_officer_says_whether_the_same_still_is(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/"
    parts_secret(decision_id=untried.pk, actor=officer, parts=["reasons"], passages=[], **BY)
    typed = posted(fresh(untried), background="Ett annat ärende.")
    page = client.post(f"{address}skicka/", typed).content.decode()
    assert "Samma som förut är hemligt, inget mer: Skäl för beslutet" in page
    assert TICK not in page
    assert client.post(f"{address}skicka/", typed | {"provad": "on"}).status_code == 422
    assert client.post(f"{address}skicka/", typed | {"provad": "some"}).status_code == 302
    assert [one.parts for one in fresh(untried).secrecy_reviews.all()] == [
        {"reasons": "Skäl för beslutet"}
    ] * 2


def test_who_signs_tries_a_changed_text_and_comes_back_to_the_signature(
    client_for, officer, delegate_user, untried
):
    propose(untried, officer, secrecy=SecrecyOutcome.NONE)
    Decision.objects.filter(pk=untried.pk).update(background="Ett annat ärende.")
    client, address = client_for(delegate_user), f"/handlaggning/beslut/{untried.pk}/"
    page = client.get(f"{address}underskrift/").content.decode()
    assert f'<a class="ds-link" href="{address}sekretess/">Pröva igen' in page
    assert "Pröva sekretessen först." in page
    assert "Texten är ändrad sedan dess." in client.get(f"{address}sekretess/").content.decode()
    done = client.post(f"{address}sekretess/", {"inget": "1", "version": fresh(untried).version})
    assert done.headers["Location"] == f"{address}underskrift/"
    assert (
        "Skicka tillbaka det till handläggaren." not in client.get(f"{address}underskrift/").content.decode()
    )


def test_the_page_where_it_is_said_what_is_secret(client_for, officer, untried):
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/sekretess/"
    assert "Beslutspunkt 2" in client.get(address).content.decode()
    read = {"version": untried.version}
    empty = client.post(address, {"passages": "Hemligt", "reason": "Planer"} | read)
    assert empty.status_code == 422
    assert "Välj den bestämmelse" in empty.content.decode()
    assert "Hemligt</textarea>" in empty.content.decode()
    done = client.post(address, {"parts": ["point-2"], "provision": "30:27", "reason": "Planer"} | read)
    assert done.headers["Location"] == f"/handlaggning/beslut/{untried.pk}/"
    assert check(untried) == (True, "Sekretess prövad: delar är hemliga")
    client.post(address, {"inget": "1"} | read)
    assert check(untried) == (True, "Sekretess prövad: inget är hemligt")


def test_what_is_said_is_of_the_text_that_was_read(client_for, officer, second_officer, untried):
    """Somebody else writes in the draft while one says whether something in it is secret."""
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/sekretess/"
    client_for(second_officer).post(f"/handlaggning/beslut/{untried.pk}/", posted(untried, title="Annat"))
    changed, read = "Utkastet har ändrats sedan du öppnade sidan.", {"version": untried.version}
    assert changed in client.post(address, {"inget": "1"} | read, follow=True).content.decode()
    said = {"parts": ["reasons"], "provision": "30:27", "reason": "Affärsplaner"}
    refused = client.post(address, said | read)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert changed in page
    assert 'value="Affärsplaner"' in page or "Affärsplaner</textarea>" in page
    assert not SecrecyReview.objects.exists()
    # The page is of the new text now, shows it and says so.
    new = fresh(untried).version
    assert "Så lyder utkastet nu" in page
    assert page.index("Inget är sparat: utkastet har ändrats") < page.index("Annat</h")
    assert page.count(f'name="version" value="{new}"') == 2
    assert client.post(address, said | {"version": new}).status_code == 302


def test_a_changed_text_is_shown_though_something_else_is_to_be_put_right(
    client_for, officer, second_officer, untried
):
    """Else the next press would be of a text that nobody has read."""
    client, address = client_for(officer), f"/handlaggning/beslut/{untried.pk}/sekretess/"
    page = client.get(address).content.decode()
    assert "Så lyder utkastet nu" not in page
    read = {"version": untried.version}
    incomplete = {"parts": ["reasons"], "reason": "Affärsplaner"}
    unchanged = client.post(address, incomplete | read).content.decode()
    assert "Välj den bestämmelse" in unchanged
    assert "Så lyder utkastet nu" not in unchanged
    assert unchanged.count(f'name="version" value="{untried.version}"') == 2
    client_for(second_officer).post(f"/handlaggning/beslut/{untried.pk}/", posted(untried, title="Annat"))
    page = client.post(address, incomplete | read).content.decode()
    assert "Välj den bestämmelse" in page
    assert "Utkastet har ändrats sedan du öppnade sidan." in page
    assert page.index("Så lyder utkastet nu") < page.index("Annat</h")
    assert page.count(f'name="version" value="{fresh(untried).version}"') == 2
    assert not SecrecyReview.objects.exists()


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
