from datetime import date

import pytest
from django.urls import reverse

from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.models import Case
from s3portal.diary.services import register_record, store_record_file
from tests import factories
from tests.counting import count_queries

LIST = "/diarium/"


def names(response):
    return [str(case) for case in response.context["page"]]


@pytest.mark.django_db
def test_everyone_can_search_the_diary(client):
    old = factories.make_case(title="Designdrivna innovationskluster", opened_on=date(2021, 5, 1))
    new = factories.make_case(
        title="Stärka samarbeten", counterpart="Tillväxtverket", opened_on=date(2024, 2, 1)
    )
    assert names(client.get(LIST)) == [str(new), str(old)]
    assert names(client.get(LIST, {"q": "samarbete"})) == [str(new)], "stemming"
    assert names(client.get(LIST, {"q": "tillväxtverket"})) == [str(new)]
    assert names(client.get(LIST, {"q": f"run {old.serial}-2021"})) == [str(old)]
    assert names(client.get(LIST, {"year": "2021"})) == [str(old)]
    assert names(client.get(LIST, {"status": "closed"})) == []
    page = client.get(LIST, {"q": "fiskodling"}).content.decode()
    assert "Inga ärenden svarar mot sökningen" in page


@pytest.mark.django_db
def test_an_empty_diary_says_so(client):
    assert "Diariet är tomt" in client.get(LIST).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [{"year": "1850"}, {"year": "abc"}, {"status": "hemlig"}, {"q": "a" * 201}, {"page": "x"}, {"q": "\x00"}],
)
def test_no_query_breaks_the_list(client, query):
    factories.make_case()
    assert client.get(LIST, query).status_code == 200


@pytest.mark.django_db
def test_a_filter_that_cannot_be_read_finds_nothing_and_says_why(client):
    factories.make_case()
    response = client.get(LIST, {"year": "1850"})
    assert names(response) == []
    assert "Välj ett giltigt alternativ" in response.content.decode()
    assert "Texten är 1 tecken för lång" in client.get(LIST, {"q": "a" * 201}).content.decode()


@pytest.mark.django_db
def test_the_list_is_paginated_and_asks_as_much_for_one_as_for_three(client):
    factories.make_case()
    one = count_queries(lambda: client.get(LIST))
    for _ in range(2):
        factories.make_case(counterpart="Någon")
    assert count_queries(lambda: client.get(LIST)) == one
    for _ in range(50):
        factories.make_case()
    first, second = client.get(LIST), client.get(LIST, {"page": "2"})
    assert len(names(first)) == 50
    assert len(names(second)) == 3
    assert "53 ärenden" in first.content.decode()


@pytest.fixture
def case(db, officer):
    case = factories.make_case(
        title="Ansökan om stöd", counterpart="Peak Jämtland", opened_on=date(2024, 3, 1), officer=officer
    )
    record = register_record(
        actor=None,
        case=case,
        direction=Direction.INCOMING,
        title="Ansökan om stöd",
        counterpart="Peak Jämtland",
    )
    store_record_file(
        record=record, filename="hemlig-plan.pdf", content_type="application/pdf", content=b"%PDF"
    )
    register_record(
        actor=None,
        case=case,
        direction=Direction.OUTGOING,
        title="Kvittens till Peak Jämtland",
        counterpart="Peak Jämtland",
    )
    return case


def test_a_case_shows_its_records_but_never_a_file(client, case):
    page = client.get(f"/diarium/{case.slug}/").content.decode()
    assert "1. Ansökan om stöd" in page
    assert "2. Kvittens till Peak Jämtland" in page
    assert "Från Peak Jämtland" in page
    assert "Till Peak Jämtland" in page
    assert "Hanna Handläggare" in page
    assert "hemlig-plan" not in page


def test_a_protected_party_is_neither_shown_nor_found(client, case):
    factories.mark_secret(case)
    Case.objects.filter(pk=case.pk).update(title="Ansökan från Peak Jämtland")
    page = client.get(f"/diarium/{case.slug}/").content.decode()
    assert "Peak Jämtland" not in page
    assert page.count("[Skyddat]") >= 4
    listed = client.get(LIST).content.decode()
    assert "Peak Jämtland" not in listed
    assert "[Skyddat]" in listed
    assert names(client.get(LIST, {"q": "Peak Jämtland"})) == []
    Case.objects.filter(pk=case.pk).update(title="Ansökan om stöd")
    assert names(client.get(LIST, {"q": "Peak Jämtland"})) == []
    assert names(client.get(LIST, {"q": "Ansökan"})) == [str(case)]


def test_a_protected_party_is_hidden_however_it_is_written(client, case):
    factories.mark_secret(case)
    Case.objects.filter(pk=case.pk).update(title="Stöd: PEAK JÄMTLANDS nod")
    page = client.get(f"/diarium/{case.slug}/").content.decode()
    assert "PEAK" not in page
    assert "Stöd: [Skyddat]S nod" in page
    assert names(client.get(LIST, {"q": "peak"})) == []
    assert names(client.get(LIST, {"q": str(case)})) == [str(case)]


def test_a_cancelled_case_stays_and_says_so(client, case):
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.CANCELLED)
    assert "Makulerat" in client.get(f"/diarium/{case.slug}/").content.decode()
    assert "Numret används inte igen" in client.get(f"/diarium/{case.slug}/").content.decode()
    assert "Makulerat" in client.get(LIST).content.decode()


def test_an_address_in_another_form_leads_to_the_right_one(client, case):
    response = client.get(f"/diarium/{case.slug.lower()}/")
    assert response.status_code == 301
    assert response.headers["Location"] == reverse("diary:public_detail", args=[case.slug])


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["RUN-1-1999", "664-2021", "nej", "RUN", "%00", "RUN-99999999999-2021"])
def test_an_address_of_no_case_is_not_found(client, slug):
    assert client.get(f"/diarium/{slug}/").status_code == 404


def test_a_case_without_records(client, db):
    case = factories.make_case()
    assert "Det finns inga handlingar i ärendet" in client.get(f"/diarium/{case.slug}/").content.decode()


def test_only_reading(client, case):
    assert client.post(LIST).status_code == 405
    assert client.post(f"/diarium/{case.slug}/").status_code == 405
