"""/handlaggning/sok/: who finds what, and what is not found."""

import io
import zipfile
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from applications.models import Application
from decisions.models import Decision
from s3portal.audit.models import Event
from s3portal.common.search import word_pattern
from s3portal.diary.services import merge_case, register_by_hand
from s3portal.home.search.files import COLUMNS
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


@pytest.fixture
def draft(officer, delegate_user) -> Decision:
    delegate = factories.make_delegate(user=delegate_user, clause=factories.make_clause(number="9.4"))
    draft = factories.make_decision(
        user=officer, delegate=delegate, title="Bidrag", background="Fjällripan räknas.",
        reasons="Underlaget är **vetenskapligt**.", amount=187_500, starts_on=date(2027, 2, 1),
        ends_on=date(2027, 11, 30), case=factories.make_case(counterpart="Ripforskarna"),
    )  # fmt: skip
    draft.points.create(order=3, text="Rapporten lämnas på isländska.")
    draft.basis_documents.create(order=2, title="Inventering av kalfjället")
    draft.extract_recipients.create(order=2, name="Astrid Ripkvist")
    return draft


@pytest.mark.parametrize(
    "text",
    [
        "fjällripor", "vetenskapligt", "isländska", "kalfjället inventering", "isländska fjällripan",
        "Ripforskarna", "Ripkvist", "Hanna Handläggare isländska", "punkt 9.4", "187 500 kr",
        "2027-02-01–2027-11-30",
    ],
)  # fmt: skip
def test_a_draft_is_found_by_all_that_stands_in_it_by_those_who_may_open_it(
    draft, officer, second_officer, delegate_user, registrar, admin_user, text
):
    for person in (officer, second_officer, delegate_user):
        assert ask(text, person, Kind.DECISIONS) == [draft], person
    for person in (registrar, admin_user):
        assert ask(text, person, Kind.DECISIONS) == [], person


def test_a_draft_says_that_it_is_one_and_where_the_words_stand(client_for, draft, officer):
    query = {"q": "isländska", "flik": "beslut"}
    response = client_for(officer).get(SEARCH, query)
    (hit,) = response.context["hits"]
    assert (hit.tag, hit.excerpt) == ("Utkast", "Rapporten lämnas på <mark>isländska</mark>.")
    assert ">Utkast</span>" in response.content.decode().replace("</svg>", ">")
    Decision.objects.filter(pk=draft.pk).update(
        status="proposed", proposed_by=officer, proposed_at=timezone.now()
    )
    (hit,) = client_for(officer).get(SEARCH, query).context["hits"]
    assert (hit.tag, "För underskrift" in hit.facts) == ("Utkast", True)
    # What stands in the case's number is found by it.
    (hit,) = client_for(officer).get(SEARCH, {"q": str(draft.case), "flik": "beslut"}).context["hits"]
    assert hit.tag == "Utkast"


def test_a_signed_decision_is_no_draft(client_for, officer):
    factories.make_signed_decision(user=officer, title="Bidrag till fjällripan")
    (hit,) = client_for(officer).get(SEARCH, {"q": "fjällripan", "flik": "beslut"}).context["hits"]
    assert hit.tag == ""


def test_what_is_said_to_be_secret_in_a_draft_is_neither_found_nor_quoted(client_for, draft, officer):
    said = {"by": officer, "text_mark": "x"}
    draft.secrecy_reviews.create(
        outcome="some", parts={"reasons": "Skäl"}, provision="30:27", reason="Affärsplaner.", **said
    )
    for text in ("fjällripan", "Ripkvist", "Ripforskarna", "187 500 kr", "2027-02-01–2027-11-30"):
        assert ask(text, officer, Kind.DECISIONS) == [], text
    (hit,) = client_for(officer).get(SEARCH, {"q": str(draft.case), "flik": "beslut"}).context["hits"]
    assert "187" not in f"{hit.facts}{hit.excerpt}"
    draft.secrecy_reviews.create(outcome="none", **said)
    assert ask("fjällripan", officer, Kind.DECISIONS) == [draft]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Sigrid Signatär", "Undertecknat av Sigrid Signatär"),
        ("signatär fjällripan", "Undertecknat av Sigrid Signatär"),
        ("Hanna Handläggare", "Handläggare Hanna Handläggare"),
        ("Per Föredragande", "Föredragande Per Föredragande"),
        ("Ulla Ek", "Deltog också: Ulla Ek, jurist"),
        ("Astrid Ripkvist", "Utdrag till Astrid Ripkvist"),
    ],
)
def test_a_name_finds_what_the_person_has_signed_prepared_or_shall_have(
    client_for, officer, registrar, text, told
):
    decision = factories.make_signed_decision(
        user=officer, title="Bidrag till fjällripan", signatory_name="Sigrid Signatär",
        presenter_name="Per Föredragande", also_present="Ulla Ek, jurist",
        recipients=[("Astrid Ripkvist", "")],
    )  # fmt: skip
    factories.make_signed_decision(user=factories.make_staff("officer", full_name="Kim Kollega"))
    for person in (officer, registrar):
        assert ask(text, person, Kind.DECISIONS) == [decision]
    (hit,) = client_for(registrar).get(SEARCH, {"q": text, "flik": "beslut"}).context["hits"]
    assert told in hit.facts


@pytest.mark.parametrize("part", ["case", "title", "counterpart", "record", "field", "passage"])
def test_nobody_is_found_in_a_decision_where_something_is_marked(client_for, officer, registrar, part):
    decision = factories.make_signed_decision(
        user=officer, signatory_name="Sigrid Signatär", recipients=[("Astrid Ripkvist", "")]
    )
    more = {"record": decision.document.file.record} if part in ("record", "field") else {}
    if part == "field":
        more |= {"field": "recipient-1", "field_label": "Utdrag till, mottagare 1"}
    more |= {"passage": "Astrid Ripkvist"} if part == "passage" else {}
    factories.mark_secret(decision.case, part, **more)
    for text in ("Astrid Ripkvist", "Sigrid Signatär", "ripkvist"):
        assert ask(text, registrar, Kind.DECISIONS) == [], text
    (hit,) = client_for(registrar).get(SEARCH, {"q": str(decision.case), "flik": "beslut"}).context["hits"]
    assert "Ripkvist" not in f"{hit.title}{hit.facts}{hit.excerpt}{hit.cells}"


def test_a_case_is_found_by_who_handles_it(client_for, officer, second_officer, registrar):
    bridge = factories.make_case(title="Bron", officer=officer)
    tunnel = factories.make_case(title="Tunneln", officer=officer)
    other = factories.make_case(title="Tunneln", officer=second_officer)
    about_her = factories.make_case(title="Hanna Handläggare som föredragshållare")
    for text in ("Hanna Handläggare", "handläggare hanna"):
        assert ask(text, registrar, Kind.CASES) == [about_her, tunnel, bridge], text
    # Half a name is as often a place.
    assert ask("handläggare", registrar, Kind.CASES) == [about_her]
    assert ask("tunneln Hanna Handläggare", registrar, Kind.CASES) == [tunnel]
    assert ask("anders andersson", registrar, Kind.CASES) == [other]
    assert ask('"hanna handläggare"', registrar, Kind.CASES) == [about_her]
    assert ask("Hanna Andersson", registrar, Kind.CASES) == []
    long = factories.make_staff("officer", full_name="Maria Lovisa Ek Strid")
    hers = factories.make_case(title="Bommen", officer=long)
    for text in ("Maria Strid", "lovisa ek bommen"):
        assert ask(text, registrar, Kind.CASES) == [hers], text
    # Who has left is still the one who handled it.
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    assert ask("Hanna Handläggare", registrar, Kind.CASES) == [about_her, tunnel, bridge]
    response = client_for(registrar).get(SEARCH, {"q": "tunneln hanna handläggare"})
    assert "Handläggare Hanna Handläggare" in response.context["hits"][0].facts


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


def test_jav_bars_from_the_drafts_of_a_case_that_is_merged_with_it(officer, second_officer, registrar):
    barred, other = factories.make_case(), factories.make_case(title="Skidspår i Åre")
    factories.make_decision(user=officer, case=other, title="Skidspårens framtid")
    draft = factories.make_decision(user=officer, case=barred, title="Spår")
    draft.declarations.create(person=second_officer, ground="party", declared_by=second_officer)
    # What is removed leaves the declaration, and no draft that would stop the merger.
    Decision.objects.filter(pk=draft.pk).delete()
    assert len(ask("framtid", second_officer, Kind.DECISIONS)) == 1
    merge_case(actor=registrar, case_id=barred.pk, into_id=other.pk, reason="Samma ärende.")
    assert ask("framtid", second_officer, Kind.DECISIONS) == []
    assert len(ask("framtid", officer, Kind.DECISIONS)) == 1


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
            factories.make_decision(user=officer, title="Led")
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


# --- Files ------------------------------------------------------------------------------------------------
def lines_of(client, form: str = "csv", **query: str) -> list[str]:
    response = client.post(f"{SEARCH}fil/", {"form": form, "urvalet": urlencode(query)})
    assert response.headers["Cache-Control"] == "private, no-store"
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.CASES, "{case};Ansökan: Testbädd för skidspår;{party};Pågående;{day};"),
        (Kind.RECORDS, "{case};2;Beslut: Stöd till skidspår;Upprättad;;{day};"),
        (Kind.APPLICATIONS, "{case};Testbädd för skidspår;{party};Inkommen;{day};300000;;{start};{end}"),
        (
            Kind.DECISIONS,
            (
                "{case};Stöd till skidspår;Deltagande och medfinansiering;Undertecknat;{day};8.2;150000;"
                "2024-03-01;2024-11-30;Doris Direktör;Hanna Handläggare"
            ),
        ),
        (Kind.ORGANISATIONS, "'=Skidspårens vänner;{number};;0"),
    ],
)
def test_what_is_found_is_taken_as_a_file(client_for, officer, application, kind, expected):
    declare(application, officer)
    factories.make_signed_decision(
        user=officer, case=application.case, title="Stöd till skidspår",
        starts_on=date(2024, 3, 1), ends_on=date(2024, 11, 30),
    )  # fmt: skip
    friends = factories.make_organisation(name="=Skidspårens vänner")
    headings, *rows = lines_of(client_for(officer), q="skidspår", flik=kind.value)
    assert headings.split(";") == [heading for heading, _width in COLUMNS[kind]]
    assert rows == [
        expected.format(
            case=application.case, party=application.organisation.name, day=timezone.localdate(),
            start=application.starts_on, end=application.ends_on, number=friends.org_number,
        )
    ]  # fmt: skip


def test_the_file_holds_all_that_is_found_and_nothing_else(client_for, officer, second_officer, monkeypatch):
    monkeypatch.setattr("s3portal.home.search.files.CHUNK", 2)
    monkeypatch.setattr("s3portal.home.search.views.MOST_COUNTED", 3)
    cases = [
        factories.make_case(title="Led", officer=officer, opened_on=date(2025, 5, day))
        for day in (1, 2, 3, 4, 5)
    ]
    factories.make_case(title="Led", officer=second_officer, opened_on=date(2025, 5, 2))
    factories.make_case(title="Led", officer=officer, opened_on=date(2025, 5, 6))
    query = {
        "q": "led",
        "fran": "2025-05-01",
        "till": "2025-05-05",
        "handlaggare": str(officer.pk),
        "page": "2",
    }
    rows = lines_of(client_for(officer), **query)[1:]
    assert [row.split(";")[0] for row in rows] == [str(case) for case in reversed(cases)]
    page = client_for(officer).get(SEARCH, query).content.decode()
    assert "Filen får alla träffar under fliken, högst 100\u00a0000." in page
    assert "flik=arenden" in page


@pytest.mark.parametrize("part", ["case", "title", "counterpart"])
def test_the_file_hides_what_the_page_hides(client_for, officer, application, part):
    declare(application, officer)
    factories.make_signed_decision(
        user=officer, case=application.case, title="Stöd till skidspår", recipients=[("Astrid Ripkvist", "")]
    )
    factories.mark_secret(application.case, part)
    name = application.organisation.name
    for kind in (Kind.CASES, Kind.RECORDS, Kind.APPLICATIONS, Kind.DECISIONS):
        assert len(lines_of(client_for(officer), q="skidspår", flik=kind.value)) == (
            2 if part == "counterpart" and kind in (Kind.CASES, Kind.APPLICATIONS) else 1
        ), kind
        text = "\n".join(lines_of(client_for(officer), q=str(application.case), flik=kind.value))
        secret = name if part == "counterpart" else "skidspår"
        assert secret not in text.lower() if part != "counterpart" else secret not in text
        if kind is Kind.DECISIONS:
            assert "[Skyddat]" in text
            assert "150000" not in text
            assert "Doris" not in text


def test_a_draft_is_in_the_file_of_those_who_may_open_it(client_for, draft, officer, registrar):
    assert len(lines_of(client_for(officer), q="isländska", flik="beslut")) == 2
    assert len(lines_of(client_for(registrar), q="isländska", flik="beslut")) == 1


def test_the_file_as_excel_has_kronor_as_numbers(client_for, registrar, application):
    typed = {"form": "xlsx", "urvalet": urlencode({"q": "skidspår", "flik": "ansokningar"})}
    response = client_for(registrar).post(f"{SEARCH}fil/", typed)
    assert (
        f'filename="sok-ansokningar-{timezone.localdate()}.xlsx"' in response.headers["Content-Disposition"]
    )
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>300000</v>" in page
    assert "Testbädd för skidspår" in page


def test_who_took_a_file_is_noted(client_for, registrar):
    lines_of(client_for(registrar), q="led", flik="handlingar")
    event = Event.objects.get(action="search_exported")
    assert event.text == "Sökträffar, handlingar, hämtade som CSV"
    assert event.data == {"query": "q=led&flik=handlingar"}


@pytest.mark.parametrize("urvalet", ["", "flik=beslut", "q=led&fran=2024-05-02&till=2024-05-01"])
def test_without_a_question_there_is_no_file(client_for, registrar, urvalet):
    response = client_for(registrar).post(f"{SEARCH}fil/", {"form": "csv", "urvalet": urvalet})
    assert response.headers["Location"].startswith(SEARCH)
    assert not Event.objects.filter(action="search_exported").exists()


@pytest.mark.parametrize("persona", ["member", "assessor", "owner", "stranger"])
def test_who_may_not_search_gets_no_file(request, client_for, persona):
    client = client_for(request.getfixturevalue(persona))
    assert client.post(f"{SEARCH}fil/", {"form": "csv", "urvalet": "q=led"}).status_code == 403
    assert client.get(f"{SEARCH}fil/").status_code in {403, 405}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_file_asks_as_much_for_one_as_for_four(client_for, officer, owner, kind):
    client = client_for(officer)
    typed = {"form": "xlsx", "urvalet": urlencode({"q": "led", "flik": kind.value})}

    def more(count: int) -> None:
        for _ in range(count):
            sent = send(
                factories.make_application(user=owner, title="Led", call=factories.make_call()), owner
            )
            factories.make_signed_decision(user=officer, case=sent.case, title="Led", application=sent)
            factories.make_decision(user=officer, title="Led")
            factories.make_organisation(name="Led")

    def take() -> Any:
        response = client.post(f"{SEARCH}fil/", typed)
        assert b"".join(response.streaming_content)
        return response

    more(1)
    few = count_queries(take)
    more(3)
    assert count_queries(take) == few
