"""The financing plan and the aid level in a grant: the tables, what is frozen, and what is hidden of them."""

import io

import pypdf
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import Financing
from applications.services import submit_application
from decisions.checks import check_decision, failing
from decisions.document import decision_data, decision_html, decision_text
from decisions.enums import DecisionKind
from decisions.masking import maskable_parts, masked_data, masked_html
from decisions.models import Decision
from decisions.plan import NOT_YET, plan_of
from decisions.recipe import recipe_of
from decisions.secrecy import concerning
from decisions.services.drafting import draft_from_application
from decisions.services.masking import mark_decision
from decisions.services.proposing import propose_decision
from decisions.services.signing import sign_decision
from s3portal.common.files import read_frozen
from s3portal.diary.secrecy import Provision
from tests import factories
from tests.applications.judging import declare, go_through
from tests.pdf_validation import assert_valid

pytestmark = pytest.mark.django_db
BY = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."}
STANDS = "[Skyddat, OSL 30:27]"


def parts(pk):
    return Decision.objects.with_parts().get(pk=pk)


@pytest.fixture
def draft(owner, officer, delegate_user):
    """A draft to grant all of the 300 000 kr that are applied for, of 600 000 kr."""
    clause = factories.make_clause(number="8.1", kinds=["grant", "rejection"])
    factories.make_delegate(user=delegate_user, clause=clause)
    written = factories.make_application(user=owner, title="Klusterkraft")
    Financing.objects.filter(application=written, kind="cash").update(financier="Östersunds kommun")
    sent = submit_application(application_id=written.pk, actor=owner, arrived_at=timezone.now())
    application = go_through(sent, officer)
    declare(application, delegate_user)
    made = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    Decision.objects.filter(pk=made.pk).update(reasons="Projektet stärker den regionala strategin.")
    factories.consider(parts(made.pk))
    return parts(made.pk)


@pytest.fixture
def signed(draft, officer, delegate_user):
    proposed = propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
    made = sign_decision(decision_id=draft.pk, actor=delegate_user, expected_version=proposed.version)
    return parts(made.pk)


def rows(plan):
    return [
        (row.financier, row.kind, row.source, row.kronor, row.share.replace("\u00a0", " "))
        for row in plan.rows
    ]


def at(draft, amount):
    Decision.objects.filter(pk=draft.pk).update(amount=amount)
    return parts(draft.pk)


# --- The tables -------------------------------------------------------------------------------------------
def test_every_financier_has_a_row_and_a_share(draft):
    plan = plan_of(draft)
    assert rows(plan)[0] == (
        "Region Jämtland Härjedalen, bidrag enligt beslutet", "Kontant", "Regional", 300_000, "50 %",
    )  # fmt: skip
    assert ("Östersunds kommun", 200_000, "33,33 %") in [(one[0], one[3], one[4]) for one in rows(plan)]
    assert sum(row.kronor for row in plan.rows) == plan.total_kronor == 600_000
    assert (plan.share, plan.cap) == ("50\u00a0%", "50\u00a0%")


def test_the_applicants_own_is_called_own(draft):
    for financing in draft.application.financing.all():
        financing.own = True
    assert [row.financier for row in plan_of(draft).rows[1:]] == [
        "Östersunds kommun, egna medel", "Företagen, egna medel",
    ]  # fmt: skip


def test_the_states_money_and_the_eus_are_named_so(draft):
    draft.legal_basis.appeal_rule = "not_appealable"
    assert (
        plan_of(draft).rows[0].name == "Region Jämtland Härjedalen, bidrag enligt beslutet (kontant, statlig)"
    )
    draft.application.financing.all()[0].source = "eu"
    assert plan_of(draft).rows[1].name == "Östersunds kommun (kontant, EU)"


def test_a_lower_grant_leaves_a_row_to_be_financed(draft):
    plan = plan_of(at(draft, 240_000))
    assert rows(plan)[-1] == (NOT_YET, "", "", 60_000, "10 %")
    assert sum(row.kronor for row in plan.rows) == 600_000
    assert plan.share == "40\u00a0%"


def test_a_higher_grant_leaves_none(draft):
    assert NOT_YET not in [row.financier for row in plan_of(at(draft, 360_000)).rows]


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": None},
        {"amount_kind": "in_kind"},
        {"kind": DecisionKind.REJECTION, "amount_kind": "none", "amount": None},
    ],
)
def test_only_a_grant_of_money_has_a_plan(draft, fields):
    Decision.objects.filter(pk=draft.pk).update(**fields)
    assert plan_of(parts(draft.pk)) is None


def test_an_application_without_costs_has_none(draft):
    draft.application.total_cost = None
    assert plan_of(draft) is None


def test_the_draft_page_shows_headed_tables(draft):
    page = decision_html(draft)
    assert page.count("<caption>") == 2
    assert '<th scope="row">Östersunds kommun (kontant, privat)</th>' in page
    assert '<td class="dok-tal">200\u00a0000</td><td class="dok-tal">33,33\u00a0%</td>' in page
    assert "Bidrag, högst, kronor" in page


def test_what_stands_in_the_plan_may_stand_in_a_point(draft):
    draft.points.create(order=9, text="Östersunds kommun bidrar med 200 000 kronor.")
    factories.consider(parts(draft.pk))
    assert failing(check_decision(parts(draft.pk), on=timezone.localdate())) == []
    draft.points.create(order=10, text="Östersunds kommun bidrar med 210 000 kronor.")
    factories.consider(parts(draft.pk))
    found = failing(check_decision(parts(draft.pk), on=timezone.localdate()))
    assert [check.code for check in found] == ["amounts_agree"]


# --- What is frozen ---------------------------------------------------------------------------------------
def test_the_signature_freezes_it(signed, draft, settings):
    before = plan_of(draft)
    assert plan_of(signed) == decision_text(signed).plan == before
    settings.REGION = settings.REGION | {"name": "Region Mittland"}
    assert plan_of(draft) != before
    assert plan_of(parts(signed.pk)) == before


def test_the_file_holds_the_tables_and_follows_both_standards(signed):
    file = signed.document.file
    pdf = read_frozen(file.storage_name, sha256=file.sha256)
    assert_valid(pdf)
    text = " ".join(
        " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split()
    ).replace("\u00a0", " ")
    assert "Finansieringsplan och stödnivå" in text
    assert "Östersunds kommun (kontant, privat) 200 000 33,33 %" in text
    assert "Högsta tillåtna stödnivå 50 %" in text


def test_the_data_have_it(signed):
    plan = decision_data(signed)["financing_plan"]
    assert (plan["total_kronor"], plan["granted_kronor"]) == (600_000, 300_000)
    assert plan["rows"][0]["kronor"] == 300_000


def test_the_database_keeps_it_to_signed_grants(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=draft.pk).update(financing_plan={"rows": []})


# --- What is hidden ---------------------------------------------------------------------------------------
def masked(signed, registrar, *, chosen=(), passages=()):
    mark_decision(decision_id=signed.pk, actor=registrar, parts=list(chosen), passages=list(passages), **BY)
    recipe = recipe_of(signed, concerning(signed))
    return masked_html(signed, recipe), masked_data(signed, recipe)


def test_the_plan_can_be_hidden_whole(signed, registrar):
    assert "plan" in [key for key, _label in maskable_parts(signed)]
    page, data = masked(signed, registrar, chosen=["plan"])
    assert f"<p>{STANDS}</p>" in page
    assert "Östersunds kommun" not in page
    assert data["financing_plan"] is None


def test_a_hidden_amount_takes_the_plan_with_it_and_the_share_that_it_can_be_worked_out_from(
    signed, registrar
):
    assert "50\u00a0%" in signed.points.first().text.replace(" %", "\u00a0%")
    page, data = masked(signed, registrar, chosen=["amount"])
    assert "<caption>" not in page
    assert data["financing_plan"] is None
    assert "50\u00a0%" not in page
    assert f"{STANDS} av" in page


@pytest.mark.parametrize("passage", ["200 000", "högst 300 000 kronor", "50 procent", "33,33 %"])
def test_so_does_a_passage_with_an_amount_of_it(signed, registrar, passage):
    page, data = masked(signed, registrar, passages=[passage])
    assert "<caption>" not in page
    assert data["financing_plan"] is None


def test_a_hidden_name_is_hidden_in_it(signed, registrar):
    page, data = masked(signed, registrar, passages=["Östersunds kommun"])
    assert "Östersunds kommun" not in page + str(data)
    assert f'<th scope="row">{STANDS} (kontant, privat)</th>' in page
    assert data["financing_plan"]["rows"][1]["financier"] == STANDS
