from dataclasses import replace
from datetime import date

import pytest

from applications.budget import FinancingRow
from applications.models import Application
from applications.parts import (
    ApplicantPart,
    BudgetPart,
    Difference,
    ProjectPart,
    budget_years,
    differences,
    financing_text,
    rules_of,
    seen_mark,
    still_stands,
    summary_of,
)
from s3portal.common.swedish import HARD_SPACE
from s3portal.common.text import Piece
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def test_the_same_text_has_no_differences(draft):
    for kind in (ApplicantPart, ProjectPart, BudgetPart):
        assert differences(kind.read(draft), kind.read(draft)) == []


def test_differences_word_by_word(draft):
    theirs = replace(ProjectPart.read(draft), summary="Vi samlar alla företag.", starts_on=date(2027, 1, 2))
    mine = replace(theirs, summary="Vi samlar många företag.", starts_on=None)
    found = differences(theirs, mine)
    assert found == [
        Difference("Sammanfattning", "Vi samlar alla företag.", "Vi samlar många företag."),
        Difference("Första dag", "2027-01-02", ""),
    ]
    assert found[0].pieces == [
        Piece("same", "Vi samlar "),
        Piece("removed", "alla"),
        Piece("added", "många"),
        Piece("same", " företag."),
    ]


def test_rows_that_only_one_of_them_has(draft):
    theirs = BudgetPart.read(draft)
    mine = BudgetPart(theirs.lines[:1], (), None)
    year = theirs.lines[1][1]
    assert [(d.label, d.theirs.replace(HARD_SPACE, " "), d.mine) for d in differences(theirs, mine)] == [
        ("Sökt stöd", "300 000 kr", ""),
        (f"Personal {year}", "300 000", ""),
        ("Finansiär 1", "Peak Jämtland, kontant, Privat, 200 000 kr", ""),
        ("Finansiär 2", "Företagen, arbetad tid, Privat, 250 timmar à 400 kr, 100 000 kr", ""),
    ]


def test_a_row_with_nothing_in_it():
    row = FinancingRow("", "in_kind", "eu")
    assert financing_text(row) == "Utan namn, arbetad tid, EU, ? timmar à ? kr, belopp saknas"


def test_a_mark_stands_while_the_part_is_unchanged(draft):
    applicant, project = ApplicantPart.read(draft), ProjectPart.read(draft)
    of_applicant, of_project = seen_mark(draft, applicant), seen_mark(draft, project)
    assert still_stands(of_applicant, draft, applicant)
    Application.objects.filter(pk=draft.pk).update(version=2, title="Nytt namn")
    draft.refresh_from_db()
    assert still_stands(of_applicant, draft, ApplicantPart.read(draft)), "another page was saved"
    assert not still_stands(of_project, draft, ProjectPart.read(draft))
    for garbled in ("", "-", "1", "x-y", of_project[:-1]):
        assert not still_stands(garbled, draft, ProjectPart.read(draft)), garbled
    assert still_stands("2", draft, ProjectPart.read(draft))


def test_years_without_a_period_are_those_with_lines(draft):
    part = BudgetPart.read(draft)
    years = tuple(line[1] for line in part.lines)
    draft.starts_on = None
    assert budget_years(draft, part) == years
    assert budget_years(draft, BudgetPart((), (), None)) == ()


def test_an_empty_cell_outside_the_period_opens_no_column(draft):
    part = BudgetPart((("travel", 2050, 0),), (), None)
    assert 2050 not in budget_years(draft, part)
    assert 2050 in budget_years(draft, BudgetPart((("travel", 2050, 1),), (), None))


def test_rules_take_the_lower_cap(draft):
    basis = draft.call.legal_basis
    basis.max_aid_percent = 60
    assert rules_of(draft.call).max_aid_percent == draft.call.max_aid_percent
    basis.max_aid_percent = 30
    assert rules_of(draft.call).max_aid_percent == 30


def test_summary_of_what_is_stored_and_of_what_is_typed(draft):
    assert summary_of(draft).total_cost == 600_000
    assert summary_of(draft, BudgetPart((), (), 5)).applied == 5
