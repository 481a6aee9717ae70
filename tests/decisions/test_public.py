from datetime import date

import pytest

from decisions.services.reporting import report_decisions
from tests import factories
from tests.counting import count_queries

LIST = "/beslut/"
TEXT = (
    "Stiftelsen Svensk industridesign har sökt stöd till ett projekt. Primär målgrupp är innovationskluster."
)


def names(response):
    return [decision.slug for decision in response.context["page"]]


@pytest.fixture
def decision(officer):
    return factories.make_signed_decision(
        user=officer,
        published=True,
        title="Deltagande i projekt: Designdrivna Innovationskluster",
        background=TEXT,
        decided_on=date(2022, 3, 10),
        case=factories.make_case(opened_on=date(2021, 11, 29)),
    )


def test_only_published_decisions_are_listed(client, officer, decision):
    later = factories.make_signed_decision(user=officer, published=True, decided_on=date(2024, 2, 23))
    hidden = factories.make_signed_decision(user=officer)
    factories.make_decision(user=officer)
    assert names(client.get(LIST)) == [later.slug, decision.slug]
    assert client.get(f"{LIST}{hidden.slug}/").status_code == 404
    assert client.get(f"{LIST}{hidden.slug}/pdf/").status_code == 404
    page = client.get(LIST).content.decode()
    assert "2 beslut" in page
    assert "150\u00a0000\u00a0kr i arbetad tid" in page
    assert "2022-03-10" in page


@pytest.mark.parametrize(
    "typed",
    [
        "projektet",
        "innovationsklustren",
        "designdriven",
        '"svensk industridesign"',
        "projekt -fiske",
        "SVENSK",
    ],
)
def test_search_knows_swedish(client, officer, decision, typed):
    factories.make_signed_decision(
        user=officer, published=True, title="Medel till leder", background="Skidor."
    )
    assert names(client.get(LIST, {"q": typed})) == [decision.slug]


@pytest.mark.parametrize(
    "form", ["RUN/{}/2021", "run {}-2021", "run-{}-2021", "{}/2021", "{}/21", "Dnr RUN {}/2021"]
)
def test_a_diary_number_finds_it_however_it_is_typed(client, officer, decision, form):
    factories.make_signed_decision(user=officer, published=True)
    assert names(client.get(LIST, {"q": form.format(decision.case.serial)})) == [decision.slug]


def test_a_number_does_not_find_what_is_hidden(client, officer):
    hidden = factories.make_signed_decision(user=officer)
    response = client.get(LIST, {"q": str(hidden.case)})
    assert names(response) == []
    assert "Inga beslut svarar mot sökningen" in response.content.decode()


def test_the_year_is_that_of_the_decision(client, officer, decision):
    new_year = factories.make_signed_decision(user=officer, published=True, decided_on=date(2024, 1, 1))
    last_day = factories.make_signed_decision(user=officer, published=True, decided_on=date(2023, 12, 31))
    assert names(client.get(LIST, {"year": "2022"})) == [decision.slug]
    assert names(client.get(LIST, {"year": "2023"})) == [last_day.slug]
    assert names(client.get(LIST, {"year": "2024"})) == [new_year.slug]
    years = [value for value, _ in client.get(LIST).context["form"].fields["year"].choices]
    assert years == ["", "2024", "2023", "2022"]


@pytest.mark.parametrize(
    "query",
    [
        {"year": "2021"},
        {"year": "x"},
        {"q": "x" * 201},
        {"q": "\x00"},
        {"q": "& | ! ( :*"},
        {"page": "-1"},
        {"q": "%"},
    ],
)
def test_no_query_breaks_the_list(client, decision, query):
    assert client.get(LIST, query).status_code == 200


def test_an_unreadable_filter_finds_nothing_and_says_why(client, decision):
    response = client.get(LIST, {"year": "1066"})
    assert names(response) == []
    assert "Välj ett giltigt alternativ" in response.content.decode()


@pytest.mark.django_db
def test_an_empty_list_says_so(client):
    assert "Inga beslut är publicerade än" in client.get(LIST).content.decode()


def test_the_list_asks_as_much_for_one_as_for_three_and_has_pages(client, officer, decision):
    one = count_queries(lambda: client.get(LIST))
    for _ in range(2):
        factories.make_signed_decision(user=officer, published=True, document=False)
    assert count_queries(lambda: client.get(LIST)) == one
    for _ in range(18):
        factories.make_signed_decision(user=officer, published=True, document=False)
    assert [len(names(client.get(LIST, {"page": page}))) for page in ("1", "2")] == [20, 1]


def test_the_decision_is_shown_as_the_document_it_is(client, decision):
    page = client.get(f"{LIST}{decision.slug}/").content.decode()
    assert '<h1 class="dok-titel">Deltagande i projekt: Designdrivna Innovationskluster</h1>' in page
    for heading in ("Ärendebeskrivning", "Beslutsunderlag", "Beslut", "Anmälan", "Utdrag till"):
        assert f'<h2 class="dok-rubrik">{heading}</h2>' in page
    assert "Doris Direktör" in page
    assert "10 mars 2022" in page
    assert decision.document.file.sha256 in page
    assert "förseglad med Region Jämtland Härjedalens elektroniska stämpel" in page
    assert f'href="/beslut/{decision.slug}/pdf/"' in page
    assert f'href="/diarium/{decision.case.slug}/"' in page
    assert "undertecknat utanför portalen" not in page


def test_what_was_signed_elsewhere_says_so(client, officer):
    decision = factories.make_signed_decision(user=officer, published=True, signed_elsewhere=True)
    page = client.get(f"{LIST}{decision.slug}/").content.decode()
    assert "Regional utvecklingsdirektör, undertecknat utanför portalen" in page
    assert "Pdf:en är en avskrift i vår mall och är därför inte förseglad." in page
    assert "elektroniska stämpel" not in page


def test_a_reported_decision_says_when(client, decision, registrar):
    meeting = factories.make_committee_meeting(report_paragraph="§ 60")
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    page = client.get(f"{LIST}{decision.slug}/").content.decode()
    assert "Anmält till nämnden" in page
    assert "§ 60" in page


def test_what_was_typed_is_never_markup(client, officer):
    decision = factories.make_signed_decision(
        user=officer,
        published=True,
        title="<script>alert(1)</script> {{ 7*7 }}",
        background="<b>x</b> {{ 7*7 }}",
    )
    for address in (LIST, f"{LIST}{decision.slug}/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page


def test_the_pdf_is_the_frozen_one(client, decision):
    response = client.get(f"{LIST}{decision.slug}/pdf/")
    assert b"".join(response.streaming_content) == f"%PDF-1.7 {decision.slug}".encode()
    assert response.headers["Content-Type"] == "application/pdf"
    assert f"beslut-{decision.slug}.pdf" in response.headers["Content-Disposition"]


def test_while_the_pdf_is_made(client, officer):
    decision = factories.make_signed_decision(
        user=officer, published=True, signed_elsewhere=True, document=False
    )
    assert (
        "Pdf:en skapas. Ladda om sidan om en stund." in client.get(f"{LIST}{decision.slug}/").content.decode()
    )
    response = client.get(f"{LIST}{decision.slug}/pdf/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert "Pdf:en till beslutet är inte klar än." in response.content.decode()


def test_an_address_in_small_letters_leads_to_the_right_one(client, officer):
    case = factories.make_case()
    for _ in range(2):
        decision = factories.make_signed_decision(user=officer, published=True, case=case)
    assert decision.slug == f"{case.slug}-2"
    for end in ("", "pdf/"):
        response = client.get(f"{LIST}{decision.slug.lower()}/{end}")
        assert (response.status_code, response.headers["Location"]) == (301, f"{LIST}{decision.slug}/{end}")
    assert client.get(f"{LIST}run-1-1999/").status_code == 404


def test_only_reading(client, decision):
    for address in (LIST, f"{LIST}{decision.slug}/", f"{LIST}{decision.slug}/pdf/"):
        assert client.post(address).status_code == 405


def test_those_who_are_logged_in_see_the_same(client_for, officer, owner, decision):
    for user in (officer, owner):
        assert client_for(user).get(f"{LIST}{decision.slug}/").status_code == 200
