"""The arithmetic: what is shown, stored and printed is one and the same."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.budget import (
    BudgetRow,
    BudgetRules,
    BudgetSummary,
    CostRow,
    FinancingRow,
    amount_problem,
    hourly_cost,
    indirect_cost,
    round_half_up,
    summarise,
    years_of,
)
from applications.enums import CostCategory
from s3portal.common.swedish import HARD_SPACE, MAX_KRONOR, format_percent

RULES = BudgetRules(overhead_percent=15, max_aid_percent=Decimal("50.00"))
YEARS = (2022, 2023, 2024)
LINES = {
    ("personnel", 2022): 420_000,
    ("personnel", 2023): 560_000,
    ("personnel", 2024): 280_000,
    ("external_services", 2022): 150_000,
    ("external_services", 2023): 180_000,
    ("external_services", 2024): 60_000,
    ("travel", 2022): 35_000,
    ("travel", 2023): 45_000,
    ("material", 2022): 25_000,
    ("material", 2023): 30_000,
    ("material", 2024): 15_000,
}


def cash(amount: int | None) -> FinancingRow:
    return FinancingRow("Kommunen", "cash", "municipal", amount=amount)


def in_kind(hours: int | None, rate: int | None) -> FinancingRow:
    return FinancingRow("Företagen", "in_kind", "private", hours=hours, hourly_rate=rate)


def rows_of(cells: dict[tuple[str, int], int | None]) -> list[BudgetRow]:
    """One line for each cell that is filled in."""
    return [
        BudgetRow(category, cells=((year, amount),))
        for (category, year), amount in cells.items()
        if amount is not None
    ]


def summary(**changes: Any) -> BudgetSummary:
    if isinstance(changes.get("lines"), dict):
        changes["lines"] = rows_of(changes["lines"])
    values: dict[str, Any] = {
        "years": YEARS,
        "lines": rows_of(LINES),
        "financing": [cash(420_000), cash(200_000), in_kind(300, 500)],
        "applied": 1_050_000,
        "rules": RULES,
    }
    return summarise(**(values | changes))


def plain(text: str) -> str:
    return text.replace(HARD_SPACE, " ")


def test_the_budget_of_the_drawing() -> None:
    """The figures of the design's own example, cell by cell."""
    found = summary()
    assert found.year_totals == (693_000, 899_000, 397_000)
    assert found.total_cost == 1_989_000
    assert found.indirect == (63_000, 84_000, 42_000)
    assert found.indirect_total == 189_000
    assert [row.total for row in found.rows] == [1_260_000, 390_000, 80_000, 70_000]
    assert (found.applied, found.cash, found.in_kind) == (1_050_000, 620_000, 150_000)
    assert found.financing == 1_820_000
    assert found.gap == 169_000
    assert plain(found.share_text) == "52,8 %"
    assert plain(found.cap_text) == "50 %"
    assert found.over_cap
    assert found.max_applied == 994_500
    assert plain(found.gap_text) == (
        "Det saknas 169 000 kr. Finansieringen ska täcka alla kostnader innan ni skickar in."
    )
    assert plain(amount_problem(found, RULES) or "") == (
        "Stödet är 55 500 kr för högt. Sök högst 994 500 kr."
    )


def test_income_is_deducted() -> None:
    found = summary(lines={("personnel", 2022): 1000, ("income", 2022): 300}, years=(2022,))
    assert found.total_cost == 1000 + 150 - 300
    assert found.income == CostRow(CostCategory.INCOME, (300,))


def test_income_above_the_costs_leaves_no_share() -> None:
    found = summary(lines={("income", 2022): 300}, years=(2022,))
    assert found.total_cost == -300
    assert found.share is None
    assert found.share_text == "–"
    assert found.max_applied == 0
    assert not found.balanced
    assert found.gap_text == "Fyll i kostnaderna, så räknas finansieringen ut."


@pytest.mark.parametrize(
    ("personnel", "percent", "expected"),
    [(0, 15, 0), (3, 15, 0), (10, 15, 2), (30, 15, 5), (4, 15, 1), (1, 40, 0), (2, 40, 1), (100, 0, 0)],
)
def test_indirect_costs_round_halves_upwards(personnel: int, percent: int, expected: int) -> None:
    assert indirect_cost(personnel, percent) == expected


def test_indirect_costs_are_rounded_each_year() -> None:
    """Two years at 1,5 kronor are 4, not 3: the table must add up."""
    found = summary(years=(2022, 2023), lines={("personnel", 2022): 10, ("personnel", 2023): 10})
    assert found.indirect == (2, 2)
    assert found.indirect_total == 4


def test_too_much_financing_says_how_much() -> None:
    found = summary(years=(2022,), lines={("travel", 2022): 1000}, financing=[cash(600)], applied=500)
    assert plain(found.gap_text) == (
        "Finansieringen är 100 kr större än kostnaderna. Den ska vara lika stor innan ni skickar in."
    )


def test_financing_that_fits_on_the_krona() -> None:
    found = summary(years=(2022,), lines={("travel", 2022): 1000}, financing=[cash(500)], applied=500)
    assert found.balanced
    assert found.gap_text == "Finansieringen täcker kostnaderna på kronan."
    assert not found.over_cap
    assert amount_problem(found, RULES) is None


def test_a_share_just_above_the_cap_never_reads_as_the_cap() -> None:
    found = summary(years=(2022,), lines={("travel", 2022): 1_000_000}, financing=[], applied=500_001)
    assert found.over_cap
    assert plain(found.share_text) == "mer än 50 %"


def test_a_cap_with_decimals_is_shown_with_them() -> None:
    rules = BudgetRules(overhead_percent=0, max_aid_percent=Decimal("33.33"))
    assert plain(summary(rules=rules).cap_text) == "33,33 %"
    assert plain(summary(rules=BudgetRules(0, Decimal("37.50"))).cap_text) == "37,5 %"


@pytest.mark.parametrize(
    ("applied", "sentence"),
    [
        (None, "Ange hur mycket stöd ni söker."),
        (0, "Ange hur mycket stöd ni söker."),
        (99_999, "Utlysningen ger minst 100 000 kr. Höj det sökta stödet."),
        (100_000, None),
        (200_000, None),
        (200_001, "Utlysningen ger högst 200 000 kr. Sänk det sökta stödet."),
    ],
)
def test_the_limits_of_the_call_are_inclusive(applied: int | None, sentence: str | None) -> None:
    rules = BudgetRules(15, Decimal(50), min_amount=100_000, max_amount=200_000)
    found = amount_problem(summary(applied=applied, rules=rules), rules)
    assert (None if found is None else plain(found)) == sentence


def test_working_time_is_worth_its_hours_and_must_be_among_the_costs() -> None:
    assert in_kind(300, 500).value == 150_000
    assert in_kind(None, 500).value is None
    assert in_kind(300, None).value is None
    assert cash(None).value is None
    lines = {("personnel", 2022): 150_000}
    assert summary(years=(2022,), lines=lines, financing=[in_kind(300, 500)]).in_kind_among_costs
    assert not summary(years=(2022,), lines=lines, financing=[in_kind(301, 500)]).in_kind_among_costs


def test_the_years_of_a_period() -> None:
    assert years_of(2022, 2024) == (2022, 2023, 2024)
    assert years_of(2022, 2022) == (2022,)
    assert years_of(None, 2024, also=[2030]) == (2030,)
    assert years_of(2022, 2023, also=[2021, 2022]) == (2021, 2022, 2023)


@pytest.mark.parametrize(
    ("monthly", "hourly"), [(0, 0), (43_000, 300), (45_000, 314), (215, 2), (214, 1), (71, 0), (72, 1)]
)
def test_the_hourly_cost_of_a_month_rounds_halves_upwards(monthly: int, hourly: int) -> None:
    """43 000 × 12 / 1 720 = 300; 215 × 12 / 1 720 = 1,5."""
    assert hourly_cost(monthly) == hourly


def test_a_salary_in_hours_costs_hours_times_the_rate() -> None:
    row = BudgetRow("personnel", by_hours=True, hourly_rate=300, cells=((2022, 100), (2023, 0)))
    found = summary(years=(2022, 2023, 2024), lines=[row])
    assert found.lines[0].amounts == (30_000, 0, None)
    assert (found.lines[0].total, found.personnel, found.indirect) == (30_000, 30_000, (4500, 0, 0))
    unknown = BudgetRow("personnel", by_hours=True, cells=((2022, 100),))
    assert summary(lines=[unknown]).lines[0].amounts == (None, None, None)


def test_each_partner_has_its_costs_less_its_income() -> None:
    rows = [
        BudgetRow("travel", cells=((2022, 10),)),
        BudgetRow("travel", partner="b", cells=((2022, 20),)),
        BudgetRow("income", partner="b", cells=((2022, 5),)),
        BudgetRow("travel", partner="gone", cells=((2022, 1),)),
    ]
    found = summary(years=(2022,), lines=rows, partners=["b", "c"])
    assert [(one.partner, one.total) for one in found.partners] == [("", 11), ("b", 15), ("c", 0)]


def test_other_than_money_must_be_among_the_other_costs() -> None:
    given = FinancingRow("Museet", "other_in_kind", "municipal", amount=100)
    lines = {("personnel", 2022): 500, ("material", 2022): 100}
    found = summary(years=(2022,), lines=lines, financing=[given], applied=0)
    assert (found.other_in_kind, found.other_costs, found.other_in_kind_among_costs) == (100, 100, True)
    assert not summary(
        years=(2022,), lines={("personnel", 2022): 500}, financing=[given]
    ).other_in_kind_among_costs


def test_the_public_share_of_the_financing() -> None:
    own = FinancingRow("", "cash", "private", amount=50, own=True)
    found = summary(financing=[cash(100), in_kind(10, 5), own], applied=200)
    assert (found.public, found.own, found.financing) == (300, 50, 400)
    assert plain(found.public_share_text) == "75 %"
    assert summary(financing=[], applied=0).public_share_text == "–"


def test_rounding() -> None:
    assert [round_half_up(Fraction(n, 2)) for n in range(6)] == [0, 1, 1, 2, 2, 3]


# --- For every budget there is ------------------------------------------------------------------------
kronor = st.integers(0, MAX_KRONOR)
maybe_kronor = st.none() | kronor
years = st.lists(st.integers(2020, 2040), min_size=1, max_size=4, unique=True).map(sorted)
financing = st.lists(
    st.builds(cash, maybe_kronor)
    | st.builds(FinancingRow, st.just("Museet"), st.just("other_in_kind"), st.just("eu"), amount=maybe_kronor)
    | st.builds(in_kind, st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**5)),
    max_size=8,
)
rules = st.builds(
    BudgetRules,
    overhead_percent=st.sampled_from([0, 15, 40]),
    max_aid_percent=st.decimals(Decimal("0.01"), 100, places=2),
)


@st.composite
def budgets(draw: st.DrawFn) -> tuple[BudgetSummary, BudgetRules]:
    chosen = draw(years)
    cells = st.dictionaries(st.sampled_from(chosen), kronor).map(lambda found: tuple(sorted(found.items())))
    hours = st.dictionaries(st.sampled_from(chosen), st.integers(0, 10**6)).map(
        lambda found: tuple(sorted(found.items()))
    )
    partner = st.sampled_from(["", "b", "c"])
    line = st.builds(
        BudgetRow, category=st.sampled_from(CostCategory.values), partner=partner, cells=cells
    ) | st.builds(
        BudgetRow,
        category=st.just("personnel"),
        partner=partner,
        by_hours=st.just(True),
        hourly_rate=st.none() | st.integers(0, 10**5),
        cells=hours,
    )
    asked = draw(rules)
    made = summarise(
        years=chosen,
        lines=draw(st.lists(line, max_size=6)),
        partners=["b", "c"],
        financing=draw(financing),
        applied=draw(maybe_kronor),
        rules=asked,
    )
    return made, asked


@given(budgets())
def test_rows_and_years_add_up_to_the_same_total(made: tuple[BudgetSummary, BudgetRules]) -> None:
    found, _ = made
    by_rows = sum(row.total for row in found.rows) + found.indirect_total - found.income.total
    assert found.total_cost == by_rows == sum(found.year_totals)
    of_partners = sum(one.total for one in found.partners) + found.indirect_total
    assert of_partners == found.total_cost
    signs = [-1 if line.row.category == "income" else 1 for line in found.lines]
    by_lines = sum(sign * line.total for sign, line in zip(signs, found.lines, strict=True))
    assert by_lines + found.indirect_total == found.total_cost
    assert len(found.year_totals) == len(found.years) == len(found.indirect)


@given(budgets())
def test_financing_and_gap_make_the_cost(made: tuple[BudgetSummary, BudgetRules]) -> None:
    found, _ = made
    assert found.financing + found.gap == found.total_cost
    assert found.financing == found.applied + found.cash + found.in_kind + found.other_in_kind
    assert 0 <= found.public <= found.financing
    assert found.balanced == (found.gap == 0 and found.total_cost > 0)


@given(budgets())
def test_the_highest_amount_is_the_last_within_the_cap(made: tuple[BudgetSummary, BudgetRules]) -> None:
    found, asked = made
    if found.total_cost <= 0:
        return
    cap = Fraction(asked.max_aid_percent) / 100
    assert Fraction(found.max_applied, found.total_cost) <= cap
    assert Fraction(found.max_applied + 1, found.total_cost) > cap
    assert found.over_cap == (found.applied > found.max_applied)


@given(budgets())
def test_what_is_shown_of_the_share_agrees_with_the_verdict(made: tuple[BudgetSummary, BudgetRules]) -> None:
    """A text of the share that reads as within the cap belongs to a budget within the cap."""
    found, _ = made
    if found.share_percent is None:
        assert found.share_text == "–"
    elif found.share_text.startswith("mer än"):
        assert found.over_cap
    else:
        assert found.share_text == format_percent(found.share_percent)
        number = Fraction(plain(found.share_text).removesuffix(" %").replace(" ", "").replace(",", "."))
        assert not found.over_cap or number > found.cap_percent


@given(budgets())
def test_every_indirect_cost_is_within_half_a_krona(made: tuple[BudgetSummary, BudgetRules]) -> None:
    found, asked = made
    personnel = found.rows[0].amounts
    for exact, rounded in zip(personnel, found.indirect, strict=True):
        distance = rounded - Fraction(exact * asked.overhead_percent, 100)
        assert -Fraction(1, 2) < distance <= Fraction(1, 2)
