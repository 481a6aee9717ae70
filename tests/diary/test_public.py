from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse

from s3portal.common.swedish.clock import moment_on
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.merging import CaseMerger
from s3portal.diary.models import Case, RecordCancellation
from s3portal.diary.services import lift_mark, register_record, store_record_file
from tests import factories
from tests.counting import count_queries

LIST = "/diarium/"


def names(response):
    return [str(row["case"]) for row in response.context["rows"]]


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


# --- By the titles of records, and by days ----------------------------------------------------------------
def add_record(case, title, *, on=date(2024, 3, 5), counterpart=""):
    return register_record(
        actor=None, case=case, direction=Direction.INCOMING, title=title, counterpart=counterpart,
        dated_at=moment_on(on, time(9)),
    )  # fmt: skip


def found(client, **query):
    return [str(row["case"]) for row in client.get(LIST, query).context["rows"]]


def told(client, **query):
    return [
        (told["record"].number, told["title"])
        for row in client.get(LIST, query).context["rows"]
        for told in row["records"]
    ]


def test_a_case_is_found_by_the_title_of_a_record(client, case):
    add_record(case, "Remissvar om renbete", counterpart="Samebyn")
    other = factories.make_case(title="Renbetesplan", opened_on=date(2024, 2, 1))
    assert found(client, q="renbete") == [str(other), str(case)]
    assert told(client, q="remissvaret renbete") == [(3, "Remissvar om renbete")]
    page = client.get(LIST, {"q": "remissvar"}).content.decode()
    assert "Handling 3: Remissvar om renbete, 2024-03-05" in page
    # Who has written to the region may be a private person.
    assert found(client, q="samebyn") == []
    assert told(client, q="peak jämtland") == [(2, "Kvittens till Peak Jämtland")]


def test_a_cancelled_record_says_so_and_no_more_than_three_are_shown(client, case, registrar):
    records = [add_record(case, f"Yttrande {number}") for number in range(5)]
    RecordCancellation.objects.create(record=records[0], reason="Fel.", by=registrar)
    assert [title for _number, title in told(client, q="yttrande")] == [
        "Yttrande 0", "Yttrande 1", "Yttrande 2",
    ]  # fmt: skip
    assert "Yttrande 0, 2024-03-05 (makulerad)" in client.get(LIST, {"q": "yttrande"}).content.decode()


@pytest.mark.parametrize(
    ("part", "on_record"),
    [
        ("case", False), ("title", False), ("counterpart", False), ("passage", False), ("record", True),
        ("record_title", True), ("record_party", True), ("content", True),
    ],
)  # fmt: skip
def test_no_record_is_found_in_a_case_where_something_is_marked(client, case, registrar, part, on_record):
    secret = add_record(case, "Ritning av kvantmotorn")
    add_record(case, "Kvittens: Ritning av kvantmotorn")
    assert found(client, q="kvantmotor") == [str(case)]
    more = {"record": secret} if on_record else {}
    more |= {"passage": "kvantmotorn"} if part == "passage" else {}
    mark = factories.mark_secret(case, part, **more)
    for text in ("kvantmotor", "ritning kvantmotorn", "ritning -finnsinte"):
        assert found(client, q=text) == [], text
    assert found(client, q="ritning", fran="2024-03-05", till="2024-03-05") == []
    # By its number the case is found, and no record is told of.
    assert found(client, q=str(case)) == [str(case)]
    assert told(client, q=str(case)) == []
    lift_mark(actor=registrar, mark_id=mark.pk, reason="Prövat.")
    assert found(client, q="kvantmotor") == [str(case)]


def test_no_record_is_found_when_something_is_marked_in_the_other_number_of_the_matter(
    client, case, registrar
):
    add_record(case, "Ritning av kvantmotorn")
    other = factories.make_case(title="Samma sak", opened_on=date(2024, 4, 1))
    Case.objects.filter(pk=other.pk).update(status=CaseStatus.CLOSED)
    CaseMerger.objects.create(merged=other, into=case, reason="Samma.", by=registrar)
    assert found(client, q="kvantmotor") == [str(case)]
    factories.mark_secret(other, "title")
    assert found(client, q="kvantmotor") == []


def test_days_are_when_the_case_was_registered_or_when_the_record_with_the_words_came(client, case):
    add_record(case, "Remissvar om renbete", on=date(2024, 3, 5))
    add_record(case, "Remissvar om älgar", on=date(2024, 6, 1))
    later = factories.make_case(title="Renbete", opened_on=date(2024, 6, 30))
    assert found(client, fran="2024-03-01", till="2024-03-01") == [str(case)]
    assert found(client, fran="2024-03-02", till="2024-06-29") == []
    assert found(client, fran="2024-03-02") == [str(later)]
    assert found(client, till="2024-03-01") == [str(case)]
    assert found(client, q="renbete", fran="2024-03-05", till="2024-06-30") == [str(later), str(case)]
    assert found(client, q="renbete", fran="2024-03-06") == [str(later)]
    assert found(client, q="renbete", till="2024-03-05") == [str(case)]
    assert found(client, q="renbete", till="2024-03-04") == []
    assert told(client, q="remissvar", fran="2024-06-01", till="2024-06-01") == [(4, "Remissvar om älgar")]
    assert found(client, q=str(case), fran="2024-03-02") == []


def test_a_day_on_the_records_ends_at_midnight_in_sweden(client, case):
    record = add_record(case, "Remissvar")
    for moment, day in (
        (datetime(2024, 3, 5, 22, 59, tzinfo=UTC), "2024-03-05"),
        (datetime(2024, 3, 5, 23, 0, tzinfo=UTC), "2024-03-06"),
    ):
        # Records never change, so it is another one each time.
        record = register_record(
            actor=None, case=case, direction=Direction.INCOMING, title=f"Älgar {day}", dated_at=moment
        )
        assert told(client, q="älgar", fran=day, till=day) == [(record.number, f"Älgar {day}")]


def test_an_impossible_period_is_told_and_nothing_typed_is_lost(client, case):
    query = {"q": "stöd", "fran": "2024-05-02", "till": "2024-05-01"}
    response = client.get(LIST, query)
    page = response.content.decode()
    assert response.context["rows"] == []
    assert "Till och med ligger före från och med." in page
    assert "Ingen sökning är gjord" in page
    assert "Inga ärenden svarar mot sökningen" not in page
    for value in query.values():
        assert f'value="{value}"' in page
    page = client.get(LIST, {"fran": "igår"}).content.decode()
    assert "Skriv datumet som 2024-03-01 eller 1 mars 2024." in page
    assert 'value="igår"' in page


def test_a_search_asks_as_much_for_one_as_for_many(client, db):
    def more(count: int) -> None:
        for _ in range(count):
            case = factories.make_case(title="Led", counterpart="Någon")
            for _ in range(count):
                add_record(case, "Led")

    query = {"q": "led", "fran": "2020-01-01"}
    more(1)
    few = count_queries(lambda: client.get(LIST, query))
    more(3)
    assert len(found(client, **query)) == 4
    assert count_queries(lambda: client.get(LIST, query)) == few
    assert few <= 8


def test_what_very_many_answer_to_is_counted_no_further_than_anybody_reads(client, db, monkeypatch):
    monkeypatch.setattr("s3portal.diary.views.public.MOST_COUNTED", 2)
    for _ in range(2):
        factories.make_case(title="Led")
    assert "2 ärenden" in client.get(LIST, {"q": "led"}).content.decode()
    newest = factories.make_case(title="Bro")
    add_record(newest, "Led")
    response = client.get(LIST, {"q": "led"})
    assert "Fler än 2 ärenden svarar mot sökningen." in response.content.decode()
    assert len(found(client, q="led")) == 2
    assert found(client, q="led")[0] == str(newest)
    # Without a text all can be read to the end.
    assert len(found(client)) == 3
