# ruff: noqa: E501 - a row of the tables holds one whole sentence of the portal
from datetime import date, datetime
from decimal import Decimal

import pytest

from applications.models import Project
from calls.models import Call, EuroRate, LegalBasis, Meeting, Strategy, StrengthArea
from decisions.models import Decision, Delegate, DelegationOrder
from decisions.services.delegating import STANDS
from s3portal.audit.models import Event
from s3portal.common.swedish import STOCKHOLM
from s3portal.common.upsert import Outcome
from s3portal.diary.models import Case
from s3portal.diary.services import open_case
from tests import factories
from tests.exchange.samples import BASIS, CALL, DECISION

MEETING = """
version: 1
mötesserier:
  - {adress: serien, rubrik: Mobilisering, inbjudan: Välkomna.}
möten:
  - nyckel: mote-ett
    slag: mobilisering
    rubrik: Mobilisering
    serie: serien
    styrkeområde: upplevelser
    utlysning: kluster
    börjar: 2020-10-15 09.30
    slutar: 2020-10-15 12.30
    fullsatt_i_lokalen: ja
"""
PROJECT = """
version: 1
projekt:
  - adress: smice
    namn: SMICE
    projektägare: Regionen
    projektbudget: 8 168 675 kr
    projektperiod: 20170514 - 20200514
    webbplatser: [www.smice.nu]
    publicerat: ja
"""


@pytest.fixture
def basis(take_in):
    return take_in(BASIS)


def outcomes(summary):
    return {kind: dict(counter) for kind, counter in summary.counts.items()}


# --- Each kind, once and again --------------------------------------------------------------------------
def test_a_second_run_changes_nothing(take_in):
    texts = (BASIS, CALL, MEETING, PROJECT, DECISION)
    for text in texts:
        summary = take_in(text)
        assert summary.total(Outcome.CREATED) > 0
        assert summary.total(Outcome.UPDATED) == summary.total(Outcome.UNCHANGED) == 0
    events = Event.objects.count()
    for text in texts:
        summary = take_in(text)
        assert summary.total(Outcome.CREATED) == summary.total(Outcome.UPDATED) == 0
        assert summary.total(Outcome.UNCHANGED) > 0
    assert Event.objects.count() == events


def test_a_strategy_with_its_areas(basis, take_in):
    strategy = Strategy.objects.get()
    assert (strategy.name, strategy.first_year, strategy.last_year) == ("Strategin", 2021, 2027)
    areas = list(strategy.areas.values_list("slug", "name", "summary", "color", "icon", "order"))
    assert areas == [
        ("upplevelser", "Upplevelser", "Året runt.", "ljung", "upplevelser", 1),
        ("energi", "Hållbar energi", "Förnybart.", "hjortron", "energi", 2),
    ]
    summary = take_in(BASIS.replace("Förnybart.", "Förnybart och smart."))
    assert outcomes(summary)["strategier"] == {Outcome.UPDATED: 1}
    assert StrengthArea.objects.get(slug="energi").summary == "Förnybart och smart."
    assert Event.objects.filter(action="strengtharea_updated").count() == 1


def test_a_legal_basis(basis):
    row = LegalBasis.objects.get()
    assert (row.code, row.valid_from, row.valid_to) == ("grunden", date(2021, 1, 1), date(2021, 12, 31))
    assert (row.appeal_rule, row.max_aid_percent) == ("not_appealable", 50)
    assert (row.state_aid_allowed, row.publication_consent_required) == (False, False)
    assert (row.apply_before_start, row.de_minimis_ceiling_eur, row.plain_words) == (False, None, "")


AID = """
    ansökan_före_start: ja
    försumbart_stöd_högst: 300000
    med_enkla_ord: Stödet är litet."""
RATE = """
version: 1
eurokurser:
  - {gäller_från: 2024-01-01, kronor_per_euro: "11,4325", källa: ECB}
"""


def test_a_legal_basis_for_small_aid(basis, take_in):
    take_in(BASIS.replace("högsta_stödnivå: 50", f"högsta_stödnivå: 50{AID}"))
    row = LegalBasis.objects.get()
    assert (row.apply_before_start, row.de_minimis_ceiling_eur) == (True, 300_000)
    assert row.plain_words == "Stödet är litet."


def test_the_rate_of_the_euro(take_in):
    take_in(RATE)
    rate = EuroRate.objects.get()
    assert (rate.valid_from, rate.sek_per_euro) == (date(2024, 1, 1), Decimal("11.4325"))
    assert outcomes(take_in(RATE))["eurokurser"] == {Outcome.UNCHANGED: 1}
    assert outcomes(take_in(RATE.replace("11,4325", "11.5")))["eurokurser"] == {Outcome.UPDATED: 1}
    assert EuroRate.objects.get().sek_per_euro == Decimal("11.5")


@pytest.mark.parametrize("text", ["0", "11,43255", "-1", "elva", "11 kr"])
def test_what_is_no_rate(problems, text):
    (problem,) = problems(RATE.replace("11,4325", text))
    assert "Ange kronor för en euro" in problem


def test_a_delegation_order(basis, take_in):
    order = DelegationOrder.objects.get()
    assert (order.title, order.committee.name) == ("Ordningen 2019-2022", "regionala utvecklingsnämnden")
    clause = order.clauses.get()
    assert (clause.number, clause.kinds, clause.ceiling) == ("8.1", ["participation"], 500_000)
    assert (clause.ceiling_included, clause.reportable) == (False, True)
    assert order.status == "adopted"


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("rubrik: Ordningen 2019", "rubrik: Ordning 2019", "rad 21, delegationsordningar 1, rubrik: {} Filen säger något annat."),
        ("gäller_till: 2022-12-31", "gäller_till: 2022-12-30", "rad 24, delegationsordningar 1, gäller_till: {} Filen säger något annat."),
        ('nummer: "8.1"', 'nummer: "8.2"', "rad 26, delegationsordningar 1, punkter 1, nummer: {} Punkten är ny i filen."),
        ("500 000", "600 000", "rad 26, delegationsordningar 1, punkter 1, tak: {} Filen säger något annat."),
    ],
)  # fmt: skip
def test_an_adopted_order_is_changed_by_the_next(basis, problems, was, becomes, problem):
    assert problems(BASIS.replace(was, becomes)) == [problem.format(STANDS)]


def test_a_call(basis, take_in):
    take_in(CALL)
    call = Call.objects.get()
    assert call.opens_at == datetime(2021, 10, 26, 8, 0, tzinfo=STOCKHOLM)
    assert call.closes_at == datetime(2021, 11, 29, 23, 59, 59, tzinfo=STOCKHOLM)
    assert (call.frame, call.status, call.published_at) == (10_000_000, "published", call.opens_at)
    assert call.legal_basis.code == "grunden"
    assert [area.slug for area in call.areas.all()] == ["upplevelser"]


def test_a_call_takes_the_areas_and_criteria_of_the_file(basis, take_in):
    criteria = (
        "    kriterier:\n      - {rubrik: Ett, text: A, vikt: 60}\n      - {rubrik: Två, text: B, vikt: 40}\n"
    )
    take_in(CALL + criteria)
    call = Call.objects.get()
    assert list(call.criteria.values_list("order", "title", "weight")) == [(1, "Ett", 60), (2, "Två", 40)]
    changed = CALL.replace("[upplevelser]", "[energi]") + "    kriterier: [{rubrik: Två, text: B}]\n"
    assert outcomes(take_in(changed)) == {"utlysningar": {Outcome.UPDATED: 1}}
    assert list(call.criteria.values_list("order", "title", "weight")) == [(1, "Två", None)]
    assert [area.slug for area in call.areas.all()] == ["energi"]


def test_a_meeting_with_its_series(basis, take_in):
    take_in(CALL)
    take_in(MEETING)
    meeting = Meeting.objects.get()
    assert (meeting.series.slug, meeting.call.slug, meeting.area.slug) == ("serien", "kluster", "upplevelser")
    assert meeting.starts_at == datetime(2020, 10, 15, 9, 30, tzinfo=STOCKHOLM)
    assert meeting.room_full
    take_in(MEETING.replace("09.30", "10.00"))
    assert Meeting.objects.get().starts_at == datetime(2020, 10, 15, 10, 0, tzinfo=STOCKHOLM)


def test_a_project(take_in):
    take_in(PROJECT)
    project = Project.objects.get()
    assert (project.budget, project.starts_on, project.ends_on) == (
        8_168_675,
        date(2017, 5, 14),
        date(2020, 5, 14),
    )
    assert (project.websites, project.published) == (["www.smice.nu"], True)
    take_in(PROJECT.replace("    publicerat: ja\n", ""))
    assert not Project.objects.get().published


def test_kinds_may_stand_in_any_order(take_in):
    text = MEETING + CALL.replace("version: 1\n", "") + BASIS.replace("version: 1\n", "")
    assert take_in(text).total(Outcome.CREATED) == 7


DELEGATES = """
version: 1
delegationsordningar:
  - nämnd: run
    rubrik: Ordningen 2031
    mandatperiod: 2031–2034
    antagen: § 5
    antagen_den: 2026-11-02
    gäller_från: 2031-01-01
    gäller_till: 2034-12-31
    punkter:
      - nummer: "8.2"
        ärende: Stöd.
        slag: [bifall]
        vidaredelegation: ja
        egen_budget: ja
        delegater:
          - e-post: Enhet@example.org
            befattning: enhetschef
            egen_budget: Hållbar tillväxt
            från: 2031-02-01
            vidaredelegerad_av: chef@example.org
          - e-post: chef@example.org
            befattning: regional utvecklingsdirektör
            förvaltningschef: ja
"""


@pytest.fixture
def people(db):
    return [factories.make_staff("delegate", f"{name}@example.org") for name in ("chef", "enhet")]


def test_delegates_with_their_clauses(basis, people, take_in):
    assert outcomes(take_in(DELEGATES)) == {"delegationsordningar": {Outcome.CREATED: 1}}
    order = DelegationOrder.objects.get(period="2031–2034")
    assert (order.adopted, order.adopted_on) == ("§ 5", date(2026, 11, 2))
    clause = order.clauses.get()
    assert (clause.own_budget, clause.sub_delegation) == (True, True)
    chief, unit = Delegate.objects.order_by("valid_from")
    assert (chief.user, chief.is_head, chief.valid_from) == (people[0], True, order.valid_from)
    assert (unit.user, unit.delegated_by, unit.budget) == (people[1], chief, "Hållbar tillväxt")
    Delegate.objects.filter(pk=unit.pk).update(valid_to=date(2032, 1, 1))
    assert outcomes(take_in(DELEGATES)) == {"delegationsordningar": {Outcome.UNCHANGED: 1}}
    third = factories.make_staff("delegate", "ny@example.org")
    more = "          - {e-post: ny@example.org, befattning: chef, tillförordnad: ja, till: 2031-03-01}\n"
    assert outcomes(take_in(DELEGATES + more)) == {"delegationsordningar": {Outcome.UPDATED: 1}}
    assert Delegate.objects.get(user=third).acting


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("e-post: Enhet@", "e-post: ingen@", "rad 18, delegationsordningar 1, punkter 1, delegater 1, e-post: Ingen i portalen har adressen ingen@example.org."),
        ("från: 2031-02-01", "från: 2035-01-01", "rad 21, delegationsordningar 1, punkter 1, delegater 1, från: Ordningen gäller 2031-01-01 – 2034-12-31. Ange en dag då den gäller."),
        ("vidaredelegation: ja", "vidaredelegation: nej", "rad 22, delegationsordningar 1, punkter 1, delegater 1, vidaredelegerad_av: Nämnden har inte tillåtit att punkten vidaredelegeras."),
        ("vidaredelegerad_av: chef@", "vidaredelegerad_av: annan@", "rad 22, delegationsordningar 1, punkter 1, delegater 1, vidaredelegerad_av: annan@example.org har inte punkten den dagen."),
        ("e-post: chef@example.org\n            befattning", "e-post: owner@example.org\n            befattning", "rad 23, delegationsordningar 1, punkter 1, delegater 2, e-post: Olga Ödmark har inte rollen delegat i portalen. Ge rollen först."),
    ],
)  # fmt: skip
def test_faults_of_delegates(basis, people, owner, problems, was, becomes, problem):
    assert was in DELEGATES
    assert problems(DELEGATES.replace(was, becomes)) == [problem]
    assert not Delegate.objects.exists()
    assert DelegationOrder.objects.count() == 1


def test_a_delegate_who_is_here_and_another_in_the_file(basis, people, take_in, problems):
    take_in(DELEGATES)
    for was, becomes, key in (
        ("befattning: enhetschef", "befattning: chef", "befattning"),
        ("vidaredelegerad_av: chef@example.org", "vidaredelegerad_av:", "vidaredelegerad_av"),
    ):
        (problem,) = problems(DELEGATES.replace(was, becomes))
        assert f"delegater 1, {key}: Pia Person finns redan." in problem


# --- All or nothing -------------------------------------------------------------------------------------
def test_one_fault_and_nothing_is_taken_in(basis, take_in, problems):
    events = Event.objects.count()
    second = CALL.replace("version: 1\nutlysningar:\n", "").replace("adress: kluster", "adress: andra")
    text = CALL + second.replace("rättslig_grund: grunden", "rättslig_grund: okand")
    assert problems(text) == [
        "rad 22, utlysningar 2, rättslig_grund: Ingen rättslig grund ”okand” gäller 26 oktober 2021."
    ]
    assert not Call.objects.exists()
    assert Event.objects.count() == events


def test_a_trial_run_keeps_nothing_and_tells_the_same(basis, take_in):
    dry = take_in(CALL, dry_run=True)
    assert not Call.objects.exists()
    assert outcomes(dry) == outcomes(take_in(CALL)) == {"utlysningar": {Outcome.CREATED: 1}}


def test_all_faults_are_told_at_once(basis, problems):
    text = (
        CALL.replace("10 000 000", "1 552 566,50").replace("2021-10-26 08.00", "i höst") + "    färg: blå\n"
    )
    assert [problem.split(":")[0] for problem in problems(text)] == [
        "rad 10, utlysningar 1, ram",
        "rad 12, utlysningar 1, öppnar",
        "rad 16, utlysningar 1",
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("stänger: 2021-11-29", "stänger: 2021-10-01", "rad 13, utlysningar 1, stänger: Utlysningen stänger innan den öppnar."),
        ("högsta_stödnivå: 50", "högsta_stödnivå: 60", "rad 11, utlysningar 1, högsta_stödnivå: Förordningen tillåter högst 50\u00a0%."),
        ("[upplevelser]", "[upplevelser, rymden]", "rad 8, utlysningar 1, styrkeområden: Styrkeområdet ”rymden” finns inte."),
        ("öppnar: 2021-10-26", "öppnar: 2020-10-26", "rad 9, utlysningar 1, rättslig_grund: Ingen rättslig grund ”grunden” gäller 26 oktober 2020."),
        ("ram: 10 000 000", "ram: 0", "rad 10, utlysningar 1, ram: Ange ett belopp som är större än 0 kronor."),
        ("status: publicerad", "status: öppen", "rad 14, utlysningar 1, status: Skriv något av: utkast, publicerad, avslutad."),
        ("rubrik: Kluster", "rubrik: " + "k" * 300, "rad 5, utlysningar 1, rubrik: Texten är 100 tecken för lång. Korta den till högst 200 tecken."),
        ("text: Så", "text: Skriv utlysningstext här. Så", "rad 7, utlysningar 1, text: ”Skriv utlysningstext här” ska inte stå kvar. En uppmaning ur mallen står kvar."),
        ("status: publicerad", "status: publicerad\n    lägsta_belopp: 2\n    högsta_belopp: 1", "rad 16, utlysningar 1, högsta_belopp: Det högsta beloppet är lägre än det lägsta."),
        ("status: publicerad", "status: publicerad\n    tidigaste_start: 2022-02-01\n    senaste_slut: 2022-01-01", "rad 16, utlysningar 1, senaste_slut: Slutdatumet ligger före startdatumet."),
        ("status: publicerad", "status: publicerad\n    indirekta_kostnader: 20", "rad 15, utlysningar 1, indirekta_kostnader: Skriv något av: 0, 15, 40."),
        (
            "status: publicerad",
            "status: publicerad\n    kriterier:\n      - {rubrik: Ett, text: A, vikt: 60}\n      - {rubrik: Två, text: B}",
            "rad 16, utlysningar 1, kriterier: Ange en vikt för varje kriterium, tillsammans 100 procent, eller ingen vikt.",
        ),
    ],
)  # fmt: skip
def test_faults_of_a_call(basis, problems, was, becomes, problem):
    assert was in CALL
    assert problems(CALL.replace(was, becomes)) == [problem]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("slutar: 2020-10-15 12.30", "slutar: 2020-10-15 09.30", "rad 13, möten 1, slutar: Mötet slutar innan det börjar."),
        ("serie: serien", "serie: andra", "rad 9, möten 1, serie: Mötesserien ”andra” finns inte."),
        ("utlysning: kluster", "utlysning: andra", "rad 11, möten 1, utlysning: Utlysningen ”andra” finns inte."),
        ("styrkeområde: upplevelser", "styrkeområde: rymden", "rad 10, möten 1, styrkeområde: Styrkeområdet ”rymden” finns inte."),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("basis")
def test_faults_of_a_meeting(take_in, problems, was, becomes, problem):
    take_in(CALL)
    assert problems(MEETING.replace(was, becomes)) == [problem]


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("sista_år: 2027", "sista_år: 2020", "rad 6, strategier 1, sista_år: Slutet ligger före början."),
        ("gäller_till: 2021-12-31", "gäller_till: 2020-12-31", "rad 14, rättsliga_grunder 1, gäller_till: Slutdatumet ligger före startdatumet."),
        ("gäller_till: 2022-12-31", "gäller_till: 2018-12-31", "rad 24, delegationsordningar 1, gäller_till: Slutdatumet ligger före startdatumet."),
        ("nämnd: run", "nämnd: rus", "rad 20, delegationsordningar 1, nämnd: Nämnden ”rus” finns inte."),
        ("slag: [deltagande]", "slag: [gåva]", "rad 26, delegationsordningar 1, punkter 1, slag 1: Skriv något av: bifall, avslag, deltagande, annat."),
        ("färg: ljung", "färg: rosa", "rad 8, strategier 1, styrkeområden 1, färg: Skriv något av: mossa, ljung, hjortron, sjo."),
    ],
)  # fmt: skip
def test_faults_of_the_basis(problems, was, becomes, problem):
    assert was in BASIS
    assert problems(BASIS.replace(was, becomes)) == [problem]
    assert not Strategy.objects.exists()


def test_two_rows_of_one_legal_basis_may_not_hold_at_once(basis, problems):
    text = """
        version: 1
        rättsliga_grunder:
          - {kod: grunden, namn: Ny, gäller_från: 2021-12-31, överklagande: laglighetsprövning}
    """
    assert problems(text) == [
        "rad 4, rättsliga_grunder 1, gäller_från: En annan rad för grunden gäller från 1 januari 2021, under samma tid."
    ]


def test_two_delegation_orders_may_not_be_in_force_at_once(basis, problems):
    text = """
        version: 1
        delegationsordningar:
          - nämnd: run
            rubrik: Ny
            mandatperiod: 2022–2025
            gäller_från: 2022-12-31
            gäller_till: 2025-12-31
            punkter: [{nummer: "1", ärende: Allt., slag: [annat]}]
    """
    assert problems(text) == [
        "rad 7, delegationsordningar 1, gäller_från: En annan ordning gäller under samma tid: Ordningen 2019-2022."
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "rad 1: Filen är tom."),
        ("# ingenting\n", "rad 1: Filen är tom."),
        ("version: 2\n", "rad 1, version: Skriv något av: 1."),
        ("strategier: []\n", "rad 1: Fältet ”version” saknas."),
        ("version: 1\nbeslutet: []\n", "rad 2: Fältet ”beslutet” finns inte."),
        ("version: 1\nbeslut: *alla\n", "rad 2: Hänvisningar (*alla) får inte användas."),
        (
            "version: 1\nbeslut: !!python/tuple []\n",
            "rad 2: Typmärken (tag:yaml.org,2002:python/tuple) får inte",
        ),
    ],
)
def test_faults_of_the_file(problems, text, problem):
    (found,) = problems(text)
    assert found.startswith(problem)


# --- Decisions ------------------------------------------------------------------------------------------
def test_a_decision_is_signed_elsewhere(basis, take_in):
    take_in(DECISION)
    decision = Decision.objects.get()
    assert (decision.slug, decision.status, decision.signed_elsewhere) == ("RUN-664-2021", "signed", True)
    assert (decision.signed_at, decision.signed_by, decision.created_by) == (None, None, None)
    assert (decision.decided_on, decision.signatory_name) == (date(2022, 3, 10), "Anna Halvarsson")
    assert decision.signatory_title == "Tf. regional utvecklingsdirektör"
    assert (decision.order_title, decision.clause_number) == ("Ordningen 2019-2022", "8.1")
    assert (decision.clause.text, decision.clause_text) == ("Medfinansiering.", "Medfinansiering.")
    assert (decision.clause_ceiling, decision.committee_name) == (500_000, "regionala utvecklingsnämnden")
    assert (decision.amount_kind, decision.amount, decision.amount_is_ceiling) == ("in_kind", 150_000, False)
    assert (decision.starts_on, decision.ends_on) == (date(2022, 4, 1), date(2024, 6, 30))
    assert [point.text for point in decision.points.all()] == ["Regionen deltar."]
    assert [document.title for document in decision.basis_documents.all()] == ["Ansökan"]
    assert [recipient.name for recipient in decision.extract_recipients.all()] == ["SVID"]
    assert decision.publication.published_by is None
    assert "Projektet söker medel." in decision.full_text
    assert "Regionen deltar." in decision.full_text
    case = decision.case
    assert (str(case), case.opened_on, case.status) == ("RUN/664/2021", date(2021, 12, 8), "closed")


@pytest.fixture
def asked_for(monkeypatch):
    """How often the rendering of missing documents was asked for."""
    asked = []
    monkeypatch.setattr("decisions.tasks.render_missing_documents.delay", lambda: asked.append(1))
    return asked


def test_the_document_is_asked_for_after_commit(
    basis, take_in, asked_for, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        take_in(DECISION)
        assert asked_for == []
    assert asked_for == [1]
    with django_capture_on_commit_callbacks(execute=True):
        take_in(DECISION)
    assert asked_for == [1]


def test_the_series_goes_on_after_an_imported_number(basis, take_in):
    take_in(DECISION)
    case = open_case(actor=None, prefix="RUN", title="Nästa", opened_on=date(2021, 12, 31))
    assert str(case) == "RUN/665/2021"


@pytest.mark.parametrize(
    ("was", "becomes", "differs"),
    [
        ("rubrik: Deltagande", "rubrik: Avslag", "rubrik"),
        ("belopp: 150 000", "belopp: 151 000", "belopp"),
        ("beslutsdatum: 2022-03-10", "beslutsdatum: 2022-03-11", "beslutsdatum"),
        ("20240630", "20240629", "periodens slut"),
        ("[Regionen deltar.]", "[Regionen deltar., Och betalar.]", "beslutspunkter"),
        ("[Ansökan]", "[]", "beslutsunderlag"),
        ("{namn: SVID}", "{namn: SVID, e-post: svid@example.se}", "utdrag till"),
        ("Anna Halvarsson", "Anna Andersson", "beslutsfattare"),
        ("publicerat: ja", "anmäls: nej", "anmälan"),
    ],
)
@pytest.mark.usefixtures("basis")
def test_a_signed_decision_never_changes(take_in, problems, was, becomes, differs):
    take_in(DECISION)
    before = Decision.objects.values().get()
    assert problems(DECISION.replace(was, becomes)) == [
        (
            "rad 4, beslut 1, diarienummer: Beslutet RUN/664/2021 är redan inläst, och ett undertecknat beslut ändras "
            f"aldrig. Det här skiljer sig: {differs}."
        )
    ]
    assert Decision.objects.values().get() == before


def test_publishing_is_the_officers_choice_after_the_first_time(basis, take_in):
    take_in(DECISION)
    decision = Decision.objects.get()
    decision.publication.delete()
    take_in(DECISION)
    assert not Decision.objects.published().exists()


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("belopp: 150 000", "belopp: 500 000", "rad 19, beslut 1, belopp: Punkt 8.1 gäller under 500\u00a0000\u00a0kronor."),
        ("beslutsdatum: 2022-03-10", "beslutsdatum: 2023-01-01", "rad 13, beslut 1, delegationsordning: Delegationsordningen gällde inte 1 januari 2023."),
        ('punkt: "8.1"', 'punkt: "9"', "rad 14, beslut 1, punkt: Delegationsordningen har ingen punkt 9."),
        ("slag: deltagande", "slag: bifall", "rad 14, beslut 1, punkt: Punkt 8.1 gäller inte den här sortens beslut."),
        ("ärendet_öppnat: 2021-12-08", "ärendet_öppnat: 2022-01-08", "rad 5, beslut 1, ärendet_öppnat: Ärendet har nummer i serien för 2021. Ange en dag det året."),
        ("beslutsdatum: 2022-03-10", "beslutsdatum: 2021-03-10", "rad 5, beslut 1, ärendet_öppnat: Ärendet öppnades inte efter beslutet."),
        ("    belopp: 150 000\n", "", "rad 4, beslut 1, belopp: Ange ett belopp som är större än 0 kronor."),
        ("    beloppets_slag: arbetstid\n", "", "rad 4, beslut 1, beloppets_slag: Ange om beloppet är pengar eller arbetstid."),
        ("20220401-20240630", "20240630-20220401", "rad 20, beslut 1, period: Slutdatumet ligger före startdatumet."),
        ("RUN/664/2021", "664", "rad 4, beslut 1, diarienummer: Ange diarienumret som RUN/138/2024."),
        ("diarienummer:", "nummer_i_ärendet: 2\n    diarienummer:", "rad 4, beslut 1, nummer_i_ärendet: Lägg in ärendets tidigare beslut först, i ordning."),
        ("Projektet söker medel.", "Skriv tabellbeskrivning här", "rad 12, beslut 1, ärendebeskrivning: ”Skriv tabellbeskrivning här” ska inte stå kvar. En uppmaning ur mallen står kvar."),
    ],
)  # fmt: skip
def test_faults_of_a_decision(basis, problems, was, becomes, problem):
    assert was in DECISION
    assert problems(DECISION.replace(was, becomes)) == [problem]
    assert not Decision.objects.exists()
    assert not Case.objects.exists()


def test_a_ceiling_that_is_included(take_in):
    take_in(BASIS.replace("tak: 500 000", "tak: 500 000, taket_ingår: ja"))
    take_in(DECISION.replace("belopp: 150 000", "belopp: 500 000"))
    assert Decision.objects.get().amount == 500_000


def test_an_order_the_portal_does_not_know_is_taken_at_its_word(take_in):
    take_in(DECISION)
    decision = Decision.objects.get()
    assert (decision.clause, decision.clause_text, decision.clause_ceiling) == (None, "", None)
    assert (decision.order_title, decision.clause_number) == ("Ordningen 2019-2022", "8.1")


def test_a_second_decision_in_the_case(basis, take_in):
    take_in(DECISION)
    second = DECISION.replace("diarienummer:", "nummer_i_ärendet: 2\n    diarienummer:")
    take_in(second)
    assert list(Decision.objects.order_by("pk").values_list("slug", flat=True)) == [
        "RUN-664-2021",
        "RUN-664-2021-2",
    ]
    assert take_in(second).total(Outcome.UNCHANGED) == 1
    assert Case.objects.count() == 1


def test_a_number_that_is_taken_is_refused(basis, problems):
    case = factories.make_case(opened_on=date(2021, 12, 8))
    text = DECISION.replace("RUN/664/2021", str(case))
    assert problems(text) == [f"rad 4, beslut 1: Diarienumret {case} är redan taget."]


def test_a_decision_signed_here_is_not_taken_in(basis, take_in, problems, officer):
    case = factories.make_case(opened_on=date(2021, 12, 8))
    decision = factories.make_signed_decision(user=officer, case=case)
    assert decision.slug == case.slug
    assert problems(DECISION.replace("RUN/664/2021", str(case))) == [
        "rad 4, beslut 1, diarienummer: Beslutet är undertecknat i portalen och kan inte läsas in."
    ]
