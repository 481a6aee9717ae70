"""/handlaggning/sok/: who finds what, and what is not found."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from applications.models import Application
from decisions.models import Decision
from s3portal.common.search import word_pattern
from s3portal.diary.services import register_by_hand
from s3portal.home.search.hits import excerpt, marked_words
from s3portal.home.search.queries import Kind, Wanted, found
from s3portal.home.search.typed import read_typed
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries

SEARCH = "/handlaggning/sok/"


def ask(text, user, kind, **filters) -> list[Any]:
    answer = found(kind, Wanted(read_typed(text), **filters), user)
    return answer.load(answer.keys(100))


def tabs(response) -> dict[str, str]:
    return {tab["label"]: str(tab["count"]) for tab in response.context["tabs"]}


@pytest.fixture
def application(owner, officer):
    draft = factories.make_application(
        user=owner,
        title="Testbädd för skidspår",
        summary="Vi prövar konstsnö av havrebryggd.",
    )
    return send(draft, owner)


# --- The door ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("officer", 200),
        ("delegate_user", 200),
        ("registrar", 200),
        ("admin_user", 200),
        ("member", 403),
        ("assessor", 403),
        ("owner", 403),
        ("stranger", 403),
    ],
)
def test_who_searches(request, client_for, persona, status):
    client = client_for(request.getfixturevalue(persona))
    assert client.get(SEARCH).status_code == status
    assert client.get(SEARCH, {"q": "kluster"}).status_code == status


def test_the_box_is_on_every_inner_page_and_nowhere_else(client_for, officer, assessor):
    assert "Sök i handläggningen" in client_for(officer).get("/handlaggning/").content.decode()
    assert "Sök i handläggningen" in client_for(officer).get("/handlaggning/diarium/").content.decode()
    assert "Sök i handläggningen" not in client_for(officer).get("/utlysningar/").content.decode()
    assert "Sök i handläggningen" not in client_for(officer).get(SEARCH).content.decode()
    mine = client_for(assessor).get("/handlaggning/mina-bedomningar/", follow=True).content.decode()
    assert "Sök i handläggningen" not in mine


# --- Numbers ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["{p}/{s}/{y}", "{p} {s}-{y}", "{s}/{y}", "dnr {p}/{s}/{y}", "{p} {y}/{s}"])
def test_a_diary_number_leads_straight_to_the_case(client_for, registrar, form):
    case = factories.make_case()
    text = form.format(p=case.prefix.lower(), s=case.serial, y=case.year)
    response = client_for(registrar).get(SEARCH, {"q": text})
    assert response.headers["Location"] == f"/handlaggning/diarium/{case.pk}/"


def test_a_number_of_two_series_is_a_list_and_so_is_a_tab_that_is_asked_for(client_for, registrar):
    case, other = factories.make_case(prefix="RUN"), factories.make_case(prefix="HSN")
    text = f"{case.serial}/{case.year}"
    assert other.serial == case.serial
    response = client_for(registrar).get(SEARCH, {"q": text})
    assert tabs(response)["Ärenden"] == "2"
    response = client_for(registrar).get(SEARCH, {"q": str(case), "flik": "handlingar"})
    assert response.status_code == 200


def test_a_number_that_no_case_has_is_looked_for_as_words(client_for, officer):
    case = factories.make_case(title="Strategi 2021-2027")
    response = client_for(officer).get(SEARCH, {"q": "Strategi 2021-2027"})
    assert [hit.url for hit in response.context["hits"]] == [f"/handlaggning/diarium/{case.pk}/"]


# --- Each sort of thing -----------------------------------------------------------------------------------
def test_one_search_finds_all_sorts(client_for, officer, application):
    declare(application, officer)
    decision = factories.make_signed_decision(
        user=officer, case=application.case, title="Stöd till skidspår", background="Skidspåret ligger högt."
    )
    factories.make_organisation(name="Skidspårens vänner")
    response = client_for(officer).get(SEARCH, {"q": "skidspår"})
    assert tabs(response) == {
        "Ärenden": "1", "Handlingar": "1", "Ansökningar": "1", "Beslut": "1", "Organisationer": "1",
    }  # fmt: skip
    assert response.context["current"] is Kind.CASES
    (hit,) = client_for(officer).get(SEARCH, {"q": "skidspår", "flik": "beslut"}).context["hits"]
    assert hit.title == "Stöd till <mark>skidspår</mark>"
    assert hit.excerpt == "<mark>Skidspåret</mark> ligger högt."
    assert hit.url == f"/handlaggning/beslut/{decision.pk}/"


def test_the_first_tab_with_something_is_shown(client_for, officer):
    factories.make_organisation(name="Ensamma vargars förening")
    response = client_for(officer).get(SEARCH, {"q": "vargar"})
    assert response.context["current"] is Kind.ORGANISATIONS


def test_a_record_is_found_by_its_title_and_its_sender(registrar):
    case = factories.make_case()
    record = register_by_hand(
        actor=registrar,
        case_id=case.pk,
        direction="incoming",
        title="Yttrande om renbete",
        counterpart="Samebyn",
        dated_on=date(2026, 11, 2),
    )
    for text in ("renbete", "yttranden", "samebyn", "renbete november 2026", "renbete 2026", "2026-11-02"):
        assert ask(text, registrar, Kind.RECORDS) == [record], text
    for text in ("renbete 2025", "2026-11-03", "150 000 kr", "punkt 8.2"):
        assert ask(text, registrar, Kind.RECORDS) == [], text


def test_an_application_is_found_by_organisation_amount_and_days(registrar, application):
    organisation = application.organisation
    day = timezone.localdate(application.submitted_at)
    for text in (organisation.org_number, organisation.org_number.replace("-", ""), organisation.name,
                 "300 000 kr", "300000", "200 000–400 000 kr", "minst 300 000 kr", f"{day}", f"{day.year}",
                 f"{application.starts_on} – {application.ends_on}", f"skidspår {day}"):  # fmt: skip
        assert ask(text, registrar, Kind.APPLICATIONS) == [application], text
    for text in ("232100-0214", "299 999 kr", "högst 299 999 kr", "1999", "skidspår 1999", "punkt 8.2"):
        assert ask(text, registrar, Kind.APPLICATIONS) == [], text
    assert ask(organisation.org_number, registrar, Kind.CASES) == [application.case]


def test_a_decision_is_found_by_clause_amount_and_period(officer, registrar):
    decision = factories.make_signed_decision(
        user=officer, clause_number="8.2", amount=150_000, decided_on=date(2024, 2, 23),
        starts_on=date(2024, 3, 1), ends_on=date(2024, 11, 30),
    )  # fmt: skip
    for text in (
        "punkt 8.2",
        "150 000 kr",
        "2024-02-23",
        "februari 2024",
        "2024-03-01–2024-11-30",
        "punkt 8.2 2024",
    ):
        assert ask(text, registrar, Kind.DECISIONS) == [decision], text
    for text in (
        "punkt 8.20",
        "punkt 8",
        "150 001 kr",
        "mars 2024",
        "2024-03-01–2024-11-29",
        "punkt 8.2 2023",
    ):
        assert ask(text, registrar, Kind.DECISIONS) == [], text


def test_days_and_officer_narrow_what_is_found(officer, second_officer):
    old = factories.make_case(title="Led", officer=officer, opened_on=date(2024, 5, 1))
    new = factories.make_case(title="Led", officer=second_officer, opened_on=date(2025, 5, 1))
    assert ask("led", officer, Kind.CASES) == [new, old]
    assert ask("led", officer, Kind.CASES, since=date(2024, 5, 2)) == [new]
    assert ask("led", officer, Kind.CASES, until=date(2024, 5, 1)) == [old]
    assert ask("led", officer, Kind.CASES, officer=second_officer) == [new]


# --- What the role may see --------------------------------------------------------------------------------
def test_a_draft_of_an_applicant_is_found_by_nobody(owner, officer, registrar):
    factories.make_application(user=owner, title="Hemlig planritning")
    for person in (officer, registrar):
        for kind in Kind:
            assert ask("planritning", person, kind) == []


def test_a_draft_of_a_decision_is_found_by_those_who_write_and_sign(officer, registrar, delegate_user):
    draft = factories.make_decision(user=officer, title="Bidrag till fjällripan")
    assert ask("fjällripan", officer, Kind.DECISIONS) == [draft]
    assert ask("fjällripan", delegate_user, Kind.DECISIONS) == [draft]
    assert ask("fjällripan", registrar, Kind.DECISIONS) == []


def test_what_the_applicant_has_written_answers_when_jav_is_answered(
    client_for, officer, registrar, application
):
    assert ask("havrebryggd", officer, Kind.APPLICATIONS) == []
    assert ask("skidspår", officer, Kind.APPLICATIONS) == [application]
    # To register is no handling: the registrar is not asked.
    assert ask("havrebryggd", registrar, Kind.APPLICATIONS) == [application]
    query = {"q": "skidspår konstsnö", "flik": "ansokningar"}
    assert client_for(officer).get(SEARCH, query).context["hits"] == []
    declare(application, officer)
    (hit,) = client_for(officer).get(SEARCH, query).context["hits"]
    assert hit.excerpt == "Vi prövar <mark>konstsnö</mark> av havrebryggd."


def test_the_text_is_not_quoted_before_jav_is_answered(client_for, officer, application):
    (hit,) = client_for(officer).get(SEARCH, {"q": "skidspår", "flik": "ansokningar"}).context["hits"]
    assert hit.excerpt == ""


def test_who_has_jav_finds_neither_application_nor_decision(officer, second_officer, application):
    decision = factories.make_signed_decision(user=officer, case=application.case, title="Stöd till skidspår")
    other = factories.make_decision(user=officer, title="Skidspårens framtid")
    declare(application, second_officer, ground="party")
    other.declarations.create(person=second_officer, ground="party", declared_by=second_officer)
    assert ask("skidspår", second_officer, Kind.APPLICATIONS) == []
    assert ask("skidspår", second_officer, Kind.DECISIONS) == []
    assert ask("300 000 kr", second_officer, Kind.APPLICATIONS) == []
    assert {one.pk for one in ask("skidspår", officer, Kind.DECISIONS)} == {decision.pk, other.pk}
    # That there is a case is in the public diary.
    assert ask("skidspår", second_officer, Kind.CASES) == [application.case]


def test_jav_declared_in_a_draft_that_is_removed_bars_from_its_case_only(officer, second_officer):
    draft = factories.make_decision(user=officer, title="Skidspårens framtid")
    draft.declarations.create(person=second_officer, ground="party", declared_by=second_officer)
    beside = factories.make_signed_decision(user=officer, case=draft.case, title="Skidspårens drift")
    elsewhere = factories.make_signed_decision(user=officer, title="Skidspår i Åre")
    Decision.objects.filter(pk=draft.pk).delete()
    assert ask("skidspår", second_officer, Kind.DECISIONS) == [elsewhere]
    assert {one.pk for one in ask("skidspår", officer, Kind.DECISIONS)} == {beside.pk, elsewhere.pk}


def test_jav_that_is_lifted_lets_one_find_it_again(officer, second_officer, application):
    declare(application, second_officer, ground="other", text="Vi är grannar.")
    application.declarations.create(
        person=second_officer, ground="none", text="Ingen granne.", declared_by=officer
    )
    assert ask("skidspår", second_officer, Kind.APPLICATIONS) == [application]
    # Somebody else's word does not open the content.
    assert ask("havrebryggd", second_officer, Kind.APPLICATIONS) == []


# --- Secrecy ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["case", "title", "counterpart"])
def test_what_is_marked_is_found_by_number_only_and_not_shown(
    client_for, officer, registrar, application, part
):
    declare(application, officer)
    factories.make_signed_decision(user=officer, case=application.case, title="Stöd till skidspår")
    factories.mark_secret(application.case, part)
    name = application.organisation.name
    for text in ("havrebryggd", *(["skidspår"] if part != "counterpart" else [name])):
        for kind in (Kind.CASES, Kind.RECORDS, Kind.APPLICATIONS, Kind.DECISIONS):
            assert ask(text, registrar, kind) == [], (text, kind)
    for kind in (Kind.RECORDS, Kind.APPLICATIONS, Kind.DECISIONS):
        query = {"q": str(application.case), "flik": kind.value}
        response = client_for(officer).get(SEARCH, query)
        (hit,) = response.context["hits"][:1]
        # A decision's line names no counterpart.
        if (kind, part) != (Kind.DECISIONS, "counterpart"):
            assert "[Skyddat]" in f"{hit.title} {hit.facts}"
        secret = name if part == "counterpart" else "skidspår"
        assert secret not in f"{hit.title} {hit.facts} {hit.excerpt}".lower()


@pytest.mark.parametrize(
    ("part", "on_record"),
    [
        ("case", False),
        ("title", False),
        ("counterpart", False),
        ("passage", False),
        ("record", True),
        ("record_party", True),
    ],
)
def test_a_protected_party_is_not_found_by_its_number(registrar, officer, application, part, on_record):
    case, number = application.case, application.organisation.org_number
    factories.make_signed_decision(user=officer, case=case, application=application)
    kinds = (Kind.CASES, Kind.APPLICATIONS, Kind.DECISIONS)
    assert [len(ask(number, registrar, kind)) for kind in kinds] == [1, 1, 1]
    place = {"record": case.records.first()} if on_record else {}
    place |= {"passage": "Peak"} if part == "passage" else {}
    factories.mark_secret(case, part, **place)
    assert [ask(number, registrar, kind) for kind in kinds] == [[], [], []]


def test_a_decision_where_something_is_marked_is_not_found_by_its_amount_or_period(registrar, officer):
    decision = factories.make_signed_decision(
        user=officer, amount=150_000, starts_on=date(2024, 3, 1), ends_on=date(2024, 11, 30),
        decided_on=date(2024, 2, 23),
    )  # fmt: skip
    record = decision.document.file.record
    factories.mark_secret(
        decision.case, "field", record=record, field="amount", field_label="Beloppet, överallt"
    )
    assert ask("150 000 kr", registrar, Kind.DECISIONS) == []
    assert ask("2024-03-01–2024-11-30", registrar, Kind.DECISIONS) == []
    # When it was made is in the public diary.
    assert ask("februari 2024", registrar, Kind.DECISIONS) == [decision]


def test_what_is_proposed_about_an_application_is_found_when_jav_is_answered(
    officer, delegate_user, application
):
    draft = factories.make_decision(
        user=officer, case=application.case, application=application, title="Avslag på skidspår"
    )
    for person in (officer, delegate_user):
        for text in ("avslag", str(application.case), application.organisation.org_number):
            assert ask(text, person, Kind.DECISIONS) == [], text
        declare(application, person)
        assert ask("avslag", person, Kind.DECISIONS) == [draft]


def test_what_is_typed_is_never_markup():
    pattern = word_pattern("<script> & amp")
    assert marked_words('<script>alert("&")</script>', pattern) == (
        "&lt;<mark>script</mark>&gt;alert(&quot;&amp;&quot;)&lt;/<mark>script</mark>&gt;"
    )
    assert excerpt(["a <b>script</b>"], pattern, unless="") == "a &lt;b&gt;<mark>script</mark>&lt;/b&gt;"


def test_an_excerpt_is_whole_words_around_the_first_that_the_title_does_not_hold():
    text = "fjäll " * 60 + "skidspår " + "myr " * 90
    shown = excerpt([text], word_pattern("skidspår"), unless="Titel")
    assert shown.startswith("… fjäll ")
    assert shown.endswith(" myr …")
    assert "<mark>skidspår</mark>" in shown
    assert len(shown) < 270
    assert excerpt([text], word_pattern("skidspår"), unless="Om skidspår") == ""


# --- The page ---------------------------------------------------------------------------------------------
def test_bad_filters_are_told_and_nothing_typed_is_lost(client_for, officer):
    query = {"q": "led", "fran": "2024-05-02", "till": "igår", "handlaggare": "x"}
    response = client_for(officer).get(SEARCH, query)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Skriv datumet som 2024-03-01 eller 1 mars 2024." in page
    assert 'value="led"' in page
    assert 'value="igår"' in page
    response = client_for(officer).get(SEARCH, {"q": "led", "fran": "2024-05-02", "till": "2024-05-01"})
    assert "Till och med ligger före från och med." in response.content.decode()


@pytest.mark.parametrize("page", ["2", "x", "-1", "999"])
def test_pages_go_on_with_the_same_question(client_for, officer, page):
    for _ in range(30):
        factories.make_case(title="Led")
    response = client_for(officer).get(SEARCH, {"q": "led", "page": page})
    assert response.status_code == 200
    assert "Visar " in response.content.decode()
    assert "?q=led&amp;page=2" in client_for(officer).get(SEARCH, {"q": "led"}).content.decode()


@pytest.mark.parametrize("kind", list(Kind))
def test_the_number_of_queries_does_not_grow(client_for, officer, owner, kind):
    def more(count: int) -> None:
        for _ in range(count):
            application = send(
                factories.make_application(user=owner, title="Led", call=factories.make_call()), owner
            )
            declare(application, officer)
            factories.make_signed_decision(
                user=officer, case=application.case, title="Led", application=application
            )
            factories.make_organisation(name="Led")

    client = client_for(officer)
    more(1)
    few = count_queries(lambda: client.get(SEARCH, {"q": "led", "flik": kind.value}))
    more(3)
    assert len(client.get(SEARCH, {"q": "led", "flik": kind.value}).context["hits"]) >= 4
    assert count_queries(lambda: client.get(SEARCH, {"q": "led", "flik": kind.value})) == few
    assert few <= 25


def test_an_application_that_another_has_replaced_is_not_found(registrar, application):
    assert ask("skidspår", registrar, Kind.APPLICATIONS) == [application]
    Application.objects.filter(pk=application.pk).update(status="replaced")
    assert ask("skidspår", registrar, Kind.APPLICATIONS) == []
