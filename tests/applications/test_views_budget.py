"""The pages of costs and financing: their buttons without script, the live sums, the hourly cost."""

import pytest

from applications.models import Application
from applications.parts import BudgetPart, FinancingPart
from tests import factories
from tests.applications.test_views_drafting import budget, financing, text, url
from tests.counting import count_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


@pytest.fixture
def year(draft):
    return draft.starts_on.year


# --- The buttons of the budget ----------------------------------------------------------------------------
def test_add_a_line_without_script(client_for, draft, owner):
    client = client_for(owner)
    response = client.post(url("step_budget", draft), budget(draft, lagg_till="rad"))
    assert response.headers["Location"] == url("step_budget", draft) + "?ny=rad#rader"
    page = client.get(url("step_budget", draft) + "?ny=rad").content.decode()
    assert 'id="id_line-1-category"' in page
    assert 'id="id_line-2-category"' not in page


def test_in_the_open_page_a_row_keeps_its_new_category_while_it_is_empty(client_for, owner):
    draft = factories.make_application(user=owner, empty=True)
    posted = {"version": "", "line-0-category": "income", "line-1-category": "travel"}
    client = client_for(owner)
    response = client.post(url("step_budget", draft) + "?byt_slag=1", posted, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert response.status_code == 200
    assert '<option value="income" selected>' in page
    assert 'id="id_line-2-category"' not in page
    assert BudgetPart.read(draft).lines == ()


def test_lines_are_moved_and_removed_without_script(client_for, draft, owner):
    factories.make_budget_line(application=draft, category="travel", description="Tåg")
    client = client_for(owner)
    response = client.post(url("step_budget", draft), budget(draft, flytta_upp="1"))
    assert response.headers["Location"] == url("step_budget", draft) + "#rader"
    assert [row.category for row in BudgetPart.read(draft).lines] == ["travel", "personnel"]
    client.post(url("step_budget", draft), budget(draft, ta_bort="0"))
    assert [row.category for row in BudgetPart.read(draft).lines] == ["personnel"]


def test_paste_without_script(client_for, draft, owner, year):
    posted = budget(draft, klistra="Tåg\t5\nBuss\t1 500", klistra_in="1")
    response = client_for(owner).post(url("step_budget", draft), posted)
    assert response.headers["Location"] == url("step_budget", draft) + "#rader"
    assert [row.description for row in BudgetPart.read(draft).lines] == ["", "Tåg", "Buss"]


def test_a_block_that_does_not_fit_is_shown_again(client_for, draft, owner):
    posted = budget(draft, klistra="Tåg\t1\t2\t3\t4", klistra_in="1")
    response = client_for(owner).post(url("step_budget", draft), posted)
    assert response.status_code == 422
    assert "Tåg\t1\t2\t3\t4</textarea>" in response.content.decode()
    assert "Det du klistrade in har 5 kolumner" in text(response)
    assert len(BudgetPart.read(draft).lines) == 1


def test_a_cell_that_cannot_be_read_is_told_and_nothing_is_saved(client_for, draft, owner, year):
    posted = budget(draft, **{f"line__0__{year}": "1e9", "line__0__description": "Ny"})
    response = client_for(owner).post(url("step_budget", draft), posted)
    page = response.content.decode()
    assert response.status_code == 422
    assert f'href="#id_line-0-{year}"' in page
    assert f"Rad 1, {year}: Skriv beloppet i kronor" in text(response)
    assert 'value="1e9"' in page
    assert 'value="Ny"' in page
    assert BudgetPart.read(Application.objects.get(pk=draft.pk)).lines[0].description == ""


def test_the_budget_shows_partners_and_their_share(client_for, draft, owner, year):
    page = text(client_for(owner).get(url("step_budget", draft)))
    assert "Fördelat på dem som deltar" not in page
    partner = factories.make_partner(application=draft, name="Åvki")
    factories.make_budget_line(application=draft, category="travel", amounts={year: 7_000}, partner=partner)
    client = client_for(owner)
    found = text(client.get(url("step_budget", draft)))
    assert "Fördelat på dem som deltar" in found
    assert "Åvki 7 000 0 7 000" in found
    posted = budget(draft, line__0__partner=partner.key)
    assert client.post(url("step_budget", draft), posted).status_code == 302
    assert [row.partner for row in BudgetPart.read(draft).lines] == [partner.key] * 2


def test_a_line_in_hours_has_a_rate_and_shows_what_it_is_worth(client_for, draft, owner, year):
    factories.make_budget_line(application=draft, by_hours=True, hourly_rate=300, amounts={year: 100})
    page = client_for(owner).get(url("step_budget", draft)).content.decode()
    assert 'id="id_line-1-rate"' in page
    assert "= 30\xa0000\xa0kr" in page
    assert 'id="id_line-0-rate"' not in page


def test_the_number_of_queries_does_not_follow_the_rows(client_for, draft, owner, year):
    client = client_for(owner)
    factories.make_budget_line(
        application=draft, partner=factories.make_partner(application=draft), year=year
    )
    client.get(url("step_budget", draft))
    before = count_queries(lambda: client.get(url("step_budget", draft)))
    for _ in range(3):
        partner = factories.make_partner(application=draft)
        factories.make_budget_line(application=draft, partner=partner, year=year)
    assert count_queries(lambda: client.get(url("step_budget", draft))) == before


# --- The buttons of the financing -------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["in_kind", "egna", "other_in_kind"])
def test_add_a_financier_without_script(client_for, draft, owner, kind):
    client = client_for(owner)
    response = client.post(url("step_financing", draft), financing(draft, lagg_till=kind))
    assert response.headers["Location"] == url("step_financing", draft) + f"?ny={kind}#finansiering"
    page = client.get(url("step_financing", draft) + f"?ny={kind}").content.decode()
    assert 'id="id_fin-2-kind"' in page
    assert ('id="id_fin-2-hours"' in page) == (kind == "in_kind")
    assert ('id="id_fin-2-financier"' in page) == (kind != "egna")
    assert 'id="id_fin-3-kind"' not in page


def test_add_a_financier_while_something_is_wrong(client_for, draft, owner):
    posted = financing(draft, lagg_till="cash", applied_amount="x")
    response = client_for(owner).post(url("step_financing", draft), posted)
    assert response.status_code == 422
    assert 'id="id_fin-2-amount"' in response.content.decode()


def test_remove_a_financier_without_script(client_for, draft, owner):
    response = client_for(owner).post(url("step_financing", draft), financing(draft, ta_bort="0"))
    assert response.headers["Location"] == url("step_financing", draft) + "#finansiering"
    assert [row.financier for row in draft.financing.all()] == ["Företagen"]


def test_change_the_kind_of_a_financier(client_for, draft, owner):
    client = client_for(owner)
    posted = financing(draft, fin__0__kind="in_kind", fin__0__confirmed="on")
    response = client.post(url("step_financing", draft) + "?byt_slag=1", posted)
    assert response.headers["Location"] == url("step_financing", draft) + "#finansiering"
    page = client.get(url("step_financing", draft)).content.decode()
    assert 'id="id_fin-0-hours"' in page
    assert FinancingPart.read(draft).rows[0].confirmed


# --- Live -------------------------------------------------------------------------------------------------
def test_live_sums_of_the_budget(client_for, draft, owner, stranger, year):
    """The pieces follow what is typed; nothing is stored."""
    client = client_for(owner)
    posted = budget(draft, **{f"line__0__{year}": "390 000"})
    response = client.post(url("budget_sums", draft), posted)
    page, found = response.content.decode(), text(response)
    assert f'<output id="totalt-{year}">390\xa0000</output>' in page
    assert '<output id="totalt">690\xa0000</output>' in page
    assert '<output id="rad-0" hx-swap-oob="true">690\xa0000</output>' in page
    assert "Det saknas 90 000 kr." in found
    assert BudgetPart.read(draft).lines[0].cells[0][1] == 300_000
    assert client.get(url("budget_sums", draft)).status_code == 405
    assert client_for(stranger).post(url("budget_sums", draft), posted).status_code == 404


def test_live_sums_with_overhead_and_its_base(client_for, owner):
    draft = factories.make_application(user=owner, call=factories.make_call(overhead_percent=15))
    client = client_for(owner)
    response = client.post(url("budget_sums", draft), budget(draft))
    assert '<output id="indirekt">90\xa0000</output>' in response.content.decode()
    assert "Schablon, 15 % av personal 600 000 kr" in text(response)
    empty = factories.make_application(user=owner, empty=True)
    assert "totalt" not in client.post(url("budget_sums", empty), {}).content.decode()


def test_live_sums_of_the_financing(client_for, draft, owner, stranger):
    client = client_for(owner)
    posted = financing(draft, applied_amount="300 001", fin__1__hours="2 000")
    response = client.post(url("financing_sums", draft), posted)
    found = text(response)
    assert '<output id="varde-1" hx-swap-oob="true">800\xa0000</output>' in response.content.decode()
    assert "Över gränsen" in found
    assert "mer än 50 % av högst 50 %" in found
    assert "Stödet är 1 kr för högt. Sök högst 300 000 kr." in found
    assert "Ta upp den arbetade tiden bland personalkostnaderna" in found
    assert f'href="{url("step_budget", draft)}#id_line-0-' in response.content.decode(), "on the other page"
    assert 'href="#id_applied_amount"' in response.content.decode()
    assert FinancingPart.read(draft).applied_amount == 300_000
    assert client.get(url("financing_sums", draft)).status_code == 405
    assert client_for(stranger).post(url("financing_sums", draft), posted).status_code == 404


def test_the_public_share_is_shown(client_for, draft, owner):
    draft.financing.filter(kind="cash").update(source="municipal")
    found = text(client_for(owner).get(url("step_financing", draft)))
    assert "Offentlig andel av finansieringen 83,3 %" in found


# --- The hourly cost of a salary --------------------------------------------------------------------------
def test_the_hourly_cost_with_and_without_script(client_for, draft, owner, stranger):
    client = client_for(owner)
    for address in (url("step_budget", draft), url("hourly", draft)):
        found = text(client.get(address, {"manadslon": "45 000"}))
        assert "314 kr per timme" in found, address
        assert "(45 000 kr × 12 / 1 720, avrundat till närmaste hela krona)" in found.replace("&nbsp;", " ")
        assert "Skriv beloppet i kronor med bara siffror" in text(client.get(address, {"manadslon": "x"}))
        assert "per timme (" not in text(client.get(address, {"manadslon": ""}))
    assert client_for(stranger).get(url("hourly", draft)).status_code == 404
