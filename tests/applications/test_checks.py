"""What stops an application at the door, and where to put it right."""

from datetime import date

import pytest

from applications.checks import Problem, Step, submission_problems
from applications.models import Application
from s3portal.common.swedish import HARD_SPACE
from tests import factories

pytestmark = pytest.mark.django_db


def problems(application):
    application = Application.objects.select_related("call__legal_basis").get(pk=application.pk)
    return [
        Problem(problem.step, problem.field, problem.message.replace(HARD_SPACE, " "))
        for problem in submission_problems(application)
    ]


def change(application, **fields):
    Application.objects.filter(pk=application.pk).update(**fields)


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


@pytest.fixture
def year(draft):
    return draft.starts_on.year


def test_a_complete_one_has_none(draft):
    assert problems(draft) == []


def test_an_empty_one_has_all(owner):
    found = problems(factories.make_application(user=owner, empty=True))
    assert [(problem.step.value, problem.field, problem.message) for problem in found] == [
        ("sokande", "id_contact_name", "Fyll i kontaktperson."),
        ("sokande", "id_contact_email", "Fyll i kontaktpersonens e-postadress."),
        ("sokande", "id_contact_phone", "Fyll i kontaktpersonens telefonnummer."),
        ("projekt", "id_title", "Fyll i projektets namn."),
        ("projekt", "id_summary", "Skriv en sammanfattning."),
        ("projekt", "id_areas_0", "Välj minst ett styrkeområde."),
        ("projekt", "id_municipalities_0", "Välj minst en kommun."),
        ("projekt", "id_starts_on", "Ange projektets första dag."),
        ("projekt", "id_ends_on", "Ange projektets sista dag."),
        ("projekt", "id_background", "Beskriv bakgrunden och behovet."),
        ("projekt", "id_aims", "Beskriv syfte och mål."),
        ("projekt", "id_target_group", "Beskriv målgruppen."),
        ("projekt", "id_akt-0-what", "Lägg till minst en aktivitet."),
        ("projekt", "id_expected_results", "Beskriv de förväntade resultaten."),
        ("projekt", "id_strategy_link", "Beskriv kopplingen till strategin och styrkeområdet."),
        ("projekt", "id_economic_sustainability", "Beskriv den ekonomiska hållbarheten."),
        ("projekt", "id_environmental_sustainability", "Beskriv den miljömässiga hållbarheten."),
        ("projekt", "id_social_sustainability", "Beskriv den sociala hållbarheten."),
        ("projekt", "id_risks", "Beskriv riskerna och hur ni möter dem."),
        ("projekt", "id_dissemination", "Beskriv hur ni sprider och följer upp resultaten."),
        ("budget", "rader", "Fyll i kostnaderna."),
        ("finansiering", "id_applied_amount", "Ange hur mycket stöd ni söker."),
        ("stod", "id_has_other_aid_0", "Svara på om ni har fått annat stöd."),
        ("stod", "id_declared-correct", "Intyga: Uppgifterna i ansökan är riktiga."),
    ]


def test_spaces_are_nothing(draft):
    change(draft, title="  \n ")
    assert problems(draft) == [Problem(Step.PROJECT, "id_title", "Fyll i projektets namn.")]


def test_partners_that_are_begun(draft):
    factories.make_partner(application=draft)
    assert problems(draft) == []
    factories.make_partner(application=draft, name="", role="", receives_aid=None)
    factories.make_partner(application=draft, name="Åvki", role="", org_number="")
    assert [(one.step, one.field, one.message) for one in problems(draft)] == [
        (Step.PARTNERS, "id_par-1-name", "Fyll i namnet på samverkanspart 2."),
        (Step.PARTNERS, "id_par-1-role", "Beskriv vilken roll samverkanspart 2 har i projektet."),
        (Step.PARTNERS, "id_par-1-receives_aid_0", "Svara på om samverkanspart 2 tar del av stödet."),
        (Step.PARTNERS, "id_par-2-role", "Beskriv vilken roll Åvki har i projektet."),
    ]


def test_activities_and_indicators_that_are_begun(draft, year):
    factories.make_activity(application=draft, what="", starts_on=date(year - 1, 1, 1), ends_on=None)
    factories.make_activity(application=draft, responsible="", ends_on=date(year + 2, 1, 1))
    factories.make_indicator(application=draft, target="")
    assert [(one.field, one.message) for one in problems(draft)] == [
        ("id_akt-1-what", "Beskriv aktivitet 2."),
        ("id_akt-1-ends_on", "Ange när aktivitet 2 slutar."),
        ("id_akt-1-starts_on", "Aktivitet 2 börjar före projektets första dag."),
        ("id_akt-2-responsible", "Ange vem som ansvarar för aktivitet 3."),
        ("id_akt-2-ends_on", "Aktivitet 3 slutar efter projektets sista dag."),
        ("id_ind-0-target", "Ange ett målvärde för indikator 1."),
    ]


def test_areas_outside_the_call(draft):
    draft.areas.add(factories.make_area())
    assert problems(draft) == [
        Problem(Step.PROJECT, "id_areas_0", "Välj bara styrkeområden som ingår i utlysningen.")
    ]


def test_the_calls_period_is_inclusive(draft, year):
    call = draft.call
    call.earliest_start, call.latest_end = draft.starts_on, draft.ends_on
    call.save(update_fields=["earliest_start", "latest_end"])
    assert problems(draft) == []
    change(draft, starts_on=date(year - 1, 12, 31), ends_on=date(year + 2, 1, 1))
    assert problems(draft) == [
        Problem(Step.PROJECT, "id_starts_on", f"Projektet får starta tidigast 1 januari {year}."),
        Problem(Step.PROJECT, "id_ends_on", f"Projektet ska vara avslutat senast 31 december {year + 1}."),
    ]


def test_amounts_in_a_year_outside_the_period(draft, year):
    change(draft, ends_on=date(year, 12, 31))
    assert problems(draft) == [
        Problem(
            Step.BUDGET,
            f"id_line-0-{year + 1}",
            f"Flytta beloppen för {year + 1}: året ligger utanför projektperioden.",
        )
    ]


def test_income_as_large_as_the_costs(draft, year):
    factories.make_budget_line(application=draft, category="income", year=year, amount=600_000)
    assert problems(draft)[0] == Problem(
        Step.BUDGET,
        f"id_line-0-{year}",
        "Rätta kostnaderna: intäkterna är lika stora som eller större.",
    )


def test_half_filled_rows_of_financing(draft):
    draft.financing.all().delete()
    factories.make_financing(application=draft, financier="", amount=300_000)
    factories.make_financing(application=draft, financier="Länsstyrelsen", amount=None)
    factories.make_financing(application=draft, financier="Åvki", kind="in_kind", amount=None, hours=240)
    factories.make_financing(application=draft, financier="", kind="in_kind", amount=None, hourly_rate=5)
    assert [(problem.field, problem.message) for problem in problems(draft)] == [
        ("id_fin-0-financier", "Fyll i namnet på finansiär 1."),
        ("id_fin-1-amount", "Fyll i beloppet från Länsstyrelsen."),
        ("id_fin-2-hourly_rate", "Fyll i kronor per timme för Åvki."),
        ("id_fin-3-financier", "Fyll i namnet på finansiär 4."),
        ("id_fin-3-hours", "Fyll i antal timmar för finansiär 4."),
    ]


def test_one_krona_missing_and_one_too_many(draft):
    change(draft, applied_amount=299_999)
    assert problems(draft) == [
        Problem(
            Step.FINANCING,
            "plan",
            "Det saknas 1 kr. Finansieringen ska täcka alla kostnader innan ni skickar in.",
        )
    ]
    change(draft, applied_amount=300_001)
    assert [problem.message for problem in problems(draft)] == [
        "Stödet är 1 kr för högt. Sök högst 300 000 kr.",
        "Finansieringen är 1 kr större än kostnaderna. Den ska vara lika stor innan ni skickar in.",
    ]


def test_the_lower_cap_rules(draft):
    basis = draft.call.legal_basis
    basis.max_aid_percent = 40
    basis.save(update_fields=["max_aid_percent"])
    assert [problem.message for problem in problems(draft)] == [
        "Stödet är 60 000 kr för högt. Sök högst 240 000 kr."
    ]


def test_working_time_must_be_among_the_costs(draft, year):
    draft.budget_lines.all().delete()
    factories.make_budget_line(application=draft, category="travel", year=year, amount=500_001)
    factories.make_budget_line(application=draft, category="personnel", year=year, amount=99_999)
    assert problems(draft) == [
        Problem(
            Step.BUDGET,
            f"id_line-1-{year}",
            "Ta upp den arbetade tiden bland personalkostnaderna: 100 000 kr är mer än "
            "personalkostnaden 99 999 kr.",
        )
    ]


def test_rows_that_are_not_finished(draft, year):
    factories.make_budget_line(application=draft, by_hours=True, amounts={year: 100})
    line = factories.make_budget_line(application=draft, description="Konsult", category="material")
    line.amounts.all().delete()
    factories.make_financing(application=draft, financier="", own=True, amount=None)
    assert [(problem.field, problem.message) for problem in problems(draft)] == [
        ("id_line-1-rate", "Fyll i kronor per timme på rad 2 i budgeten."),
        (f"id_line-2-{year}", "Fyll i beloppen på rad 3 i budgeten, eller ta bort raden."),
        ("id_fin-2-amount", "Fyll i beloppet för egna medel, rad 1."),
    ]


def test_what_is_given_must_be_among_the_costs(draft):
    draft.financing.filter(kind="cash").update(kind="other_in_kind")
    assert problems(draft) == [
        Problem(
            Step.BUDGET,
            "rader",
            "Ta upp det som ni får i annat än pengar bland kostnaderna: 200 000 kr är mer än kostnaderna "
            "utöver personal, 0 kr.",
        )
    ]


def test_the_names_of_the_steps():
    assert [step.label for step in Step] == [
        "Organisation och kontakter",
        "Samverkansparter",
        "Projektet",
        "Utlysningens frågor",
        "Budget",
        "Finansiering",
        "Statligt stöd och intyganden",
        "Bilagor",
        "Granska och skicka in",
    ]
