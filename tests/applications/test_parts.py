from dataclasses import replace
from datetime import date

import pytest

from applications.budget import BudgetRow, FinancingRow
from applications.parts import (
    ApplicantPart,
    BudgetPart,
    Difference,
    FinancingPart,
    PartnerRow,
    PartnersPart,
    ProjectPart,
    budget_years,
    differences,
    financing_text,
    line_text,
    meet,
    rules_of,
    seen_mark,
    summary_of,
    taking_theirs,
    with_choices,
)
from s3portal.common.swedish import HARD_SPACE
from s3portal.common.text import Piece
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def test_the_same_text_has_no_differences(draft):
    for kind in (ApplicantPart, ProjectPart, BudgetPart, FinancingPart):
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
    theirs, paid = BudgetPart.read(draft), FinancingPart.read(draft)
    year = draft.starts_on.year
    found = [*differences(theirs, BudgetPart(())), *differences(paid, FinancingPart((), None))]
    assert [(d.label, d.theirs.replace(HARD_SPACE, " "), d.mine) for d in found] == [
        ("Rad 1", f"Personal, {year}: 300 000 kr, {year + 1}: 300 000 kr", ""),
        ("Sökt stöd", "300 000 kr", ""),
        ("Finansiär 1", "Peak Jämtland, kontant, Privat, 200 000 kr", ""),
        ("Finansiär 2", "Företagen, arbetad tid, Privat, 250 timmar à 400 kr, 100 000 kr", ""),
    ]


def test_a_line_as_text():
    row = BudgetRow("personnel", "Ledare", "k", by_hours=True, hourly_rate=300, cells=((2027, 1800),))
    found = line_text(row, {"k": "Åvki"}).replace(HARD_SPACE, " ")
    assert found == "Personal, Ledare, Åvki, 300 kr per timme, 2027: 1 800 timmar"


def test_own_money_and_a_confirmed_promise_as_text():
    own = FinancingRow("", "cash", "private", amount=5, own=True)
    assert financing_text(own).replace(HARD_SPACE, " ") == "Egna medel, kontant, Privat, 5 kr"
    given = FinancingRow("Museet", "other_in_kind", "municipal", amount=5, confirmed=True)
    assert financing_text(given).replace(HARD_SPACE, " ") == (
        "Museet, annat än pengar, Kommunal, 5 kr, bekräftad skriftligt"
    )


def test_a_row_with_nothing_in_it():
    row = FinancingRow("", "in_kind", "eu")
    assert financing_text(row) == "Utan namn, arbetad tid, EU, ? timmar à ? kr, belopp saknas"


# --- Two who write ----------------------------------------------------------------------------------------
def met(seen, stored, mine):
    """Labels in conflict, or what became of the two."""
    meeting = meet(seen, stored=stored, mine=mine)
    return [one.label for one in meeting.conflicts] or meeting.part


def test_what_only_one_has_changed_is_taken_from_them(draft):
    opened = ProjectPart.read(draft)
    seen = seen_mark(draft, opened)
    stored, mine = replace(opened, title="Deras"), replace(opened, summary="Min")
    assert met(seen, stored, mine) == replace(opened, title="Deras", summary="Min")
    assert met(seen, opened, mine) == mine
    assert met(seen, stored, opened) == stored
    assert met(seen, stored, stored) == stored


def test_what_both_have_changed_is_a_conflict_and_nothing_else(draft):
    opened = ProjectPart.read(draft)
    stored = replace(opened, title="Deras", summary="Deras")
    mine = replace(opened, title="Mitt", aims="Mitt")
    assert met(seen_mark(draft, opened), stored, mine) == ["Projektets namn"]


def test_days_that_must_agree_are_not_taken_from_two_versions(draft):
    opened = ProjectPart.read(draft)
    stored = replace(opened, ends_on=date(2027, 1, 1))
    mine = replace(opened, starts_on=date(2028, 1, 1))
    assert met(seen_mark(draft, opened), stored, mine) == ["Första dag", "Sista dag"]


def test_rows_meet_by_their_keys(draft):
    one, two, three = (PartnerRow(f"{n:010x}", f"Part {n}", "", "", "", "", None) for n in (1, 2, 3))
    opened = PartnersPart((one, two))
    seen = seen_mark(draft, opened)
    theirs = PartnersPart((replace(one, role="Leder"), two, three))
    assert met(seen, theirs, PartnersPart((one,))) == PartnersPart((replace(one, role="Leder"), three))
    assert met(seen, PartnersPart((one,)), PartnersPart((one, replace(two, role="Min")))) == [
        "Samverkanspart 2"
    ]


def test_a_page_without_a_mark_takes_nothing_away(draft):
    stored = ApplicantPart("Karin", "karin@example.org", "")
    for garbled in ("", "-", "1", "x-y", "1-:,contact_name"):
        assert met(garbled, stored, ApplicantPart("", "", "063")) == replace(stored, contact_phone="063")
        assert met(garbled, stored, ApplicantPart("Karl", "", "")) == ["Kontaktperson"]


def test_a_choice_counts_for_the_text_that_was_shown(draft):
    opened = ApplicantPart("Karin", "", "")
    stored, mine = replace(opened, contact_name="Kim"), replace(opened, contact_name="Karl")
    (conflict,) = meet(seen_mark(draft, opened), stored=stored, mine=mine).conflicts
    chosen = {conflict.key: conflict.shown}
    seen = with_choices(seen_mark(draft, opened), chosen)
    assert met(seen, stored, mine) == mine
    assert taking_theirs(mine, stored=stored, chosen=chosen) == stored
    later = replace(opened, contact_name="Kerstin")
    assert taking_theirs(mine, stored=later, chosen=chosen) == mine
    assert met(seen, later, mine) == ["Kontaktperson"]


def test_years_without_a_period_are_those_with_lines(draft):
    part = BudgetPart.read(draft)
    draft.starts_on = None
    assert budget_years(draft, part) == tuple(year for year, _number in part.lines[0].cells)
    assert budget_years(draft, BudgetPart(())) == ()


def test_an_empty_cell_outside_the_period_opens_no_column(draft):
    assert 2050 not in budget_years(draft, BudgetPart((BudgetRow("travel", cells=((2050, 0),)),)))
    assert 2050 in budget_years(draft, BudgetPart((BudgetRow("travel", cells=((2050, 1),)),)))


def test_rules_take_the_lower_cap(draft):
    basis = draft.call.legal_basis
    basis.max_aid_percent = 60
    assert rules_of(draft.call).max_aid_percent == draft.call.max_aid_percent
    basis.max_aid_percent = 30
    assert rules_of(draft.call).max_aid_percent == 30


def test_summary_of_what_is_stored_and_of_what_is_typed(draft):
    assert summary_of(draft).total_cost == 600_000
    assert summary_of(draft, financing=FinancingPart((), 5)).applied == 5
    assert summary_of(draft, BudgetPart(())).total_cost == 0
