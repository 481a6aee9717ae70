"""A signed decision never changes: it is corrected, amended or revoked by a new one that points to it."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from decisions.appeal import appeal_text
from decisions.changes import ties_of
from decisions.checks import check_decision, failing
from decisions.document import decision_data, decision_html, decision_text, full_text
from decisions.enums import AppealRoute, DecisionKind, Relation
from decisions.finality import route_of
from decisions.kinds import kinds_for
from decisions.models import Decision, DecisionPoint, StandardPhrase
from decisions.services.changing import draft_change
from decisions.services.drafting import draft_from_application
from decisions.services.phrasing import change_phrase, data_of
from decisions.services.proposing import propose_decision
from decisions.services.signing import sign_decision
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen
from tests import factories
from tests.pdf_validation import assert_valid

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
WRITTEN = "I punkt 1 ska det stå Projektägaren AB i stället för Projektägaren."
TITLE = "Deltagande i projektet Klusterkraft"
REASONS = {
    "corrects": "Ett namn skrevs fel.",
    "amends": "Projektägaren har ombildats till aktiebolag.",
    "revokes": "Projektet genomförs inte, och regionen deltar därför inte i det.",
}
#: What may be done with any decision; the others are tried in ``test_kinds``.
ANY = (Relation.CORRECTS, Relation.AMENDS, Relation.REVOKES)


@pytest.fixture
def signed(officer, delegate):
    made = factories.make_signed_decision(
        user=officer, delegate=delegate, published=True, decided_on=date(2026, 2, 23)
    )
    return Decision.objects.with_parts().get(pk=made.pk)


def begin(signed, officer, relation):
    draft = draft_change(decision_id=signed.pk, actor=officer, relation=relation)
    DecisionPoint.objects.filter(decision=draft, text="").update(text=WRITTEN)
    factories.consider(draft)
    return Decision.objects.with_parts().get(pk=draft.pk)


def finish(draft, officer, signer):
    Decision.objects.filter(pk=draft.pk).update(reasons=REASONS[draft.relation])
    factories.consider(draft)
    proposed = propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
    return sign_decision(decision_id=draft.pk, actor=signer, expected_version=proposed.version)


def plan_lines(plan):
    """The tables, a row a line."""
    if plan is None:
        return []
    rows = [f"{row.name} | {row.amount} | {row.share}" for row in plan.rows]
    level = f"Kostnad {plan.total} | Bidrag {plan.granted} | Stödnivå {plan.share} | Tak {plan.cap}"
    return ["## Finansieringsplan och stödnivå", *rows, level]


def as_lines(decision):
    """The whole document, part by part as it is printed."""
    text = decision_text(decision)
    parts = [
        text.note,
        text.unit,
        text.officer_name,
        f"Tfn: {text.officer_phone}".strip(),
        f"E-post: {text.officer_email}",
        # Their labels stand in a column of their own.
        str(text.date),
        text.diary_number,
        f"# {text.title}",
        text.changes,
        "## Ärendebeskrivning",
        text.background,
        "## Beslutsunderlag",
        *text.basis_documents,
        "## Delegationsbestämmelse och delegation",
        text.delegation,
        "## Skäl för beslutet",
        text.reasons,
        "## Beslut",
        *(f"{number}. {point}" for number, point in enumerate(text.points, start=1)),
        *plan_lines(text.plan),
        f"{text.signatory_name}, {text.signatory_title}",
        *text.taking_part,
        *(["## Anmälan", text.report] if text.report else []),
        "## Utdrag till",
        *text.recipients,
        "## Hur man överklagar",
        *text.appeal,
    ]
    return "\n\n".join(part for part in parts if part).replace("\u00a0", " ") + "\n"


@pytest.mark.parametrize("relation", ANY)
def test_it_is_drafted_signed_printed_and_told_both_ways(client, signed, officer, delegate_user, relation):
    draft = begin(signed, officer, relation)
    assert draft_change(decision_id=signed.pk, actor=officer, relation=relation) == draft
    assert (draft.changes, draft.kind, kinds_for(draft)) == (signed, relation.kind, (relation.kind,))
    assert (draft.clause, draft.delegate) == (signed.clause, signed.delegate)
    with time_machine.travel("2026-11-27T10:00:00+01:00", tick=False):
        later = finish(draft, officer, delegate_user)
    later = Decision.objects.with_parts().get(pk=later.pk)
    golden = GOLDEN / f"{relation.value}.txt"
    case, name = str(later.case), later.signatory_name
    got = as_lines(later).replace(case, "DIARIENR").replace(later.case.slug, "DIARIENR-ADRESS")
    got = got.replace(name, "BESLUTSFATTARE")
    if os.environ.get("S3_WRITE_GOLDEN") == "1":
        golden.write_text(got, encoding="utf-8")
    assert got == golden.read_text(encoding="utf-8")
    if relation == Relation.CORRECTS:
        file = later.document.file
        assert_valid(read_frozen(file.storage_name, sha256=file.sha256))
    assert later.change_text in decision_html(later)
    assert later.change_text in full_text(later)
    assert decision_data(later)["changes"] == {
        "relation": relation.value, "slug": signed.slug, "title": TITLE, "decided_on": "2026-02-23",
    }  # fmt: skip
    (told,), (back,) = ties_of([signed.pk])[signed.pk], ties_of([later.pk])[later.pk]
    assert told.sentence == f"{relation.told} den 27 november 2026 genom beslut {later.printed_number}"
    assert (told.other, told.warns, told.is_public) == (later, True, False)
    assert (back.sentence, back.other, back.is_public) == (later.change_text, signed, True)
    assert told.sentence in client.get(f"/beslut/{signed.slug}/").content.decode()
    client.force_login(officer)
    assert told.sentence in client.get(f"/handlaggning/beslut/{signed.pk}/").content.decode()


@pytest.mark.parametrize("relation", ANY)
def test_the_registrars_wording_reaches_the_next_draft_and_no_signed_one(
    signed, officer, delegate_user, registrar, relation
):
    first = finish(begin(signed, officer, relation), officer, delegate_user)
    before = decision_text(Decision.objects.with_parts().get(pk=first.pk))
    kind = StandardPhrase.objects.for_kind(relation.kind, relation)
    for section, text in [
        ("title", "Nytt om {beslutsrubrik}"),
        ("background", "Den {beslutsdag} beslutade regionen:\n\n{beslutspunkter}"),
        ("point", "Det här gäller {beslut}."),
    ]:
        phrase = kind.filter(section=section).order_by("place").first()
        change_phrase(
            actor=registrar,
            phrase_id=phrase.pk,
            expected_revision=1,
            data=replace(data_of(phrase, phrase.versions.latest("number")), text=text),
        )
    # Of what is revoked nothing more is changed.
    again = factories.make_signed_decision(
        user=officer, delegate=signed.delegate, title=TITLE, decided_on=date(2026, 3, 2)
    )
    draft = begin(again, officer, relation)
    assert draft.title == f"Nytt om {TITLE}"
    assert draft.background.startswith("Den 2 mars 2026 beslutade regionen:\n\n1. Region Jämtland Härjedalen")
    assert draft.points.first().text == f"Det här gäller {TITLE} ({again.case})."
    assert decision_text(Decision.objects.with_parts().get(pk=first.pk)) == before


def test_the_second_decision_in_a_case_is_told_apart(signed, officer):
    second = factories.make_signed_decision(
        user=officer, delegate=signed.delegate, case=signed.case, title=TITLE, decided_on=date(2026, 3, 2)
    )
    for decision, number in [(signed, f"{signed.case}"), (second, f"{signed.case}, beslut 2")]:
        draft = begin(decision, officer, Relation.AMENDS)
        assert draft.points.first().text.endswith(f"{TITLE} ({number}).")
        assert draft.basis_documents.get().title.endswith(f"{TITLE} ({number})")
        assert f"beslut {number} den " in draft.change_text
        assert decision.slug not in f"{draft.background}{draft.change_text}"


def test_the_diary_names_the_changed_decision_by_its_number(signed, officer, delegate_user):
    """A mark that is set on its title later does not reach a copy of it."""
    later = finish(begin(signed, officer, Relation.CORRECTS), officer, delegate_user)
    assert later.document.file.record.title == f"Beslut: Rättar beslut {signed.printed_number}"


def test_what_is_revoked_is_not_changed_again(signed, officer, delegate_user):
    waiting = begin(signed, officer, Relation.AMENDS)
    finish(begin(signed, officer, Relation.REVOKES), officer, delegate_user)
    with pytest.raises(Refusal, match="redan upphävt"):
        draft_change(decision_id=signed.pk, actor=officer, relation=Relation.REVOKES)
    # Slips are put right all the same.
    assert begin(signed, officer, Relation.CORRECTS)
    codes = {check.code for check in failing(check_decision(waiting, on=timezone.localdate()))}
    assert codes == {"reasons", "changes"}


def test_no_ceiling_is_passed_by_changing(signed, officer, delegate):
    """What the changed decision cost, and what a point says in words, must both be held."""
    low = factories.make_clause(order=signed.clause.order, number="9.9", kinds=[signed.kind], ceiling=100)
    draft = begin(signed, officer, Relation.REVOKES)
    draft.clause = low
    assert "ceiling" in {check.code for check in failing(check_decision(draft, on=timezone.localdate()))}
    draft = begin(signed, officer, Relation.AMENDS)
    draft.points.filter(order=2).update(text="Beloppet höjs till 40 000 000 kronor.")
    draft = Decision.objects.with_parts().get(pk=draft.pk)
    draft.clause = signed.clause
    assert "ceiling" in {check.code for check in failing(check_decision(draft, on=timezone.localdate()))}


def test_an_unwritten_point_and_another_basis_stop_it(signed, officer):
    draft = draft_change(decision_id=signed.pk, actor=officer, relation=Relation.CORRECTS)
    Decision.objects.filter(pk=draft.pk).update(legal_basis=factories.make_legal_basis(code="annan"))
    draft = Decision.objects.with_parts().get(pk=draft.pk)
    codes = {check.code for check in failing(check_decision(draft, on=timezone.localdate()))}
    assert codes == {"reasons", "basis_same", "empty_point", "secrecy"}


def test_who_may_not_and_what_cannot_be_changed(signed, draft, officer, delegate_user):
    for decision, actor, words in [
        (signed, delegate_user, "inte skriva"),
        (draft, officer, "inte undertecknat"),
    ]:
        with pytest.raises(Refusal, match=words):
            draft_change(decision_id=decision.pk, actor=actor, relation=Relation.AMENDS)
    factories.rewrite(signed.case, status="cancelled")
    with pytest.raises(Refusal, match="makulerat"):
        draft_change(decision_id=signed.pk, actor=officer, relation=Relation.AMENDS)


def test_the_database_holds_it(signed, draft, officer):
    mine = begin(signed, officer, Relation.CORRECTS)
    other_case = factories.make_signed_decision(user=officer)
    for fields in [
        {"changes": draft},
        {"changes": mine},
        {"changes": other_case},
        {"changes": None},
        {"relation": "amends"},
        {"kind": "other"},
        {"changes": None, "relation": ""},
    ]:
        with pytest.raises(Error), transaction.atomic():
            Decision.objects.filter(pk=mine.pk).update(**fields)


@pytest.mark.parametrize("relation", ANY)
@pytest.mark.parametrize(
    ("rule", "kind", "start", "route"),
    [
        ("legality_review", "participation", "Den som är medlem i", AppealRoute.BOARD),
        ("not_appealable", "participation", "Beslutet får inte överklagas.", AppealRoute.NONE),
        ("stop_and_recovery_only", "participation", "Beslutet får inte överklagas. Enligt", AppealRoute.NONE),
        ("stop_and_recovery_only", "other", "", AppealRoute.NONE),
    ],
)
def test_its_appeal_follows_the_basis_and_the_decision_changed(
    officer, delegate, relation, rule, kind, start, route
):
    basis = factories.make_legal_basis(appeal_rule=rule)
    made = factories.make_signed_decision(user=officer, delegate=delegate, kind=kind, legal_basis=basis)
    draft = begin(made, officer, relation)
    text = appeal_text(draft)
    if rule == "stop_and_recovery_only" and relation != Relation.CORRECTS:
        # It may be to stop a payment, and the portal does not guess.
        start, route = "", AppealRoute.SERVICE
    assert text.startswith(start)
    assert bool(text) == bool(start)
    assert route_of(draft) == route


def test_the_buttons_begin_it(client, signed, officer, delegate_user):
    address = f"/handlaggning/beslut/{signed.pk}/nytt/"
    client.force_login(officer)
    assert "Upphäv beslutet</button>" in client.get(f"/handlaggning/beslut/{signed.pk}/").content.decode()
    assert client.post(address, {"relation": "x"}).url == f"/handlaggning/beslut/{signed.pk}/"
    answer = client.post(address, {"relation": "amends"}, follow=True)
    draft = Decision.objects.get(changes=signed)
    assert answer.redirect_chain == [(f"/handlaggning/beslut/{draft.pk}/", 302)]
    assert f"Ändring av beslut: {TITLE}" in answer.content.decode()
    client.force_login(delegate_user)
    assert client.post(address, {"relation": "amends"}).status_code == 403


def test_the_applicant_sees_it(client, application, owner, officer):
    fields = {"user": officer, "application": application, "case": application.case}
    first = factories.make_signed_decision(kind="other", published=True, **fields)
    later = factories.make_signed_decision(kind="correction", relation="corrects", changes=first, **fields)
    assert client.get(f"/beslut/{first.slug}/").status_code == 200
    client.force_login(owner)
    page = client.get(reverse("applications:my_detail", args=[application.pk])).content.decode()
    assert f"genom beslut {later.printed_number}." in page
    assert later.change_text in page
    # A change under way is no decision on the application itself.
    waiting = draft_change(decision_id=first.pk, actor=officer, relation=Relation.CORRECTS)
    for relation in (Relation.EXTENDS, Relation.STOPS, Relation.RECOVERS):
        with pytest.raises(Refusal, match="Bara"):
            draft_change(decision_id=first.pk, actor=officer, relation=relation)
    made = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.OTHER)
    assert made != waiting
