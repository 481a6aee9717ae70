"""The table of costs as it is typed, changed by its buttons and filled from a spreadsheet."""

import pytest
from django.http import QueryDict

from applications.budget import BudgetRow
from applications.forms import BudgetForm, SalaryForm, shown_years, with_line_changes
from applications.parts import BudgetPart
from s3portal.common.swedish import HARD_SPACE
from tests import factories

pytestmark = pytest.mark.django_db


def data(**values):
    made = QueryDict(mutable=True)
    for name, value in values.items():
        made[name.replace("__", "-")] = value
    return made


def plain(text):
    return text.replace(HARD_SPACE, " ")


def messages(form):
    form.is_valid()
    return {name: [plain(message) for message in found] for name, found in form.errors.items()}


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


@pytest.fixture
def year(draft):
    return draft.starts_on.year


def budget(draft, posted=None, **arguments):
    return BudgetForm(posted, application=draft, part=BudgetPart.read(draft), **arguments)


def posted_of(form):
    """What a browser sends of the page."""
    posted = QueryDict(mutable=True)
    for field in form:
        value = field.value()
        posted[field.html_name] = "" if value is None else str(value)
    return posted


def changed(draft, posted):
    return with_line_changes(posted, shown_years(draft, BudgetPart.read(draft), posted))


@pytest.mark.parametrize(
    ("typed", "kronor"),
    [("150 000", 150_000), ("150.000", 150_000), ("150\xa0000 kr", 150_000), ("1 500,00", 1500), ("0", 0)],
)
def test_amounts_that_are_read(draft, year, typed, kronor):
    form = budget(draft, data(**{"line__0__category": "travel", f"line__0__{year}": typed}))
    assert form.is_valid(), form.errors
    assert form.part().lines[0].cells == ((year, kronor),)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1 552 566,50", "Ange hela kronor, utan ören."),
        ("-5", "Ange ett belopp som är 0 kronor eller mer."),
        ("1e9", "Skriv beloppet i kronor med bara siffror, till exempel 150 000."),
        (str(10**12), "Beloppet är för stort. Ange högst 999 999 999 999 kronor."),
        ("1.50", "Beloppet kan läsas på flera sätt. Skriv det med mellanslag, till exempel 150 000."),
        ("<script>", "Skriv beloppet i kronor med bara siffror, till exempel 150 000."),
    ],
)
def test_amounts_that_are_not(draft, year, typed, sentence):
    form = budget(draft, data(**{"line__0__category": "travel", f"line__0__{year}": typed}))
    assert messages(form) == {f"line-0-{year}": [sentence]}
    assert form[f"line-0-{year}"].value() == typed


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("year", "2,5", "Ange hela timmar, till exempel 300."),
        ("year", "1000001", "Ange hela timmar, till exempel 300."),
        ("rate", "-1", "Ange hela kronor per timme, till exempel 500."),
    ],
)
def test_hours_that_cannot_be_read(draft, year, name, typed, sentence):
    name = f"line-0-{year if name == 'year' else name}"
    posted = data(line__0__category="personnel_hours")
    posted[name] = typed
    assert messages(budget(draft, posted)) == {name: [sentence]}


def test_an_unknown_category_or_partner_is_refused(draft):
    factories.make_partner(application=draft)
    found = messages(budget(draft, data(line__0__category="guld", line__0__partner="xx")))
    assert set(found) == {"line-0-category", "line-0-partner"}


def test_what_is_stored_comes_back_the_same(draft, year):
    partner = factories.make_partner(application=draft)
    factories.make_budget_line(
        application=draft,
        by_hours=True,
        hourly_rate=321,
        amounts={year: 10},
        description="Ledare",
        partner=partner,
    )
    part = BudgetPart.read(draft)
    again = budget(draft, posted_of(budget(draft)))
    assert again.is_valid(), again.errors
    assert again.part() == part
    assert part.lines[1].partner == partner.key


def test_an_empty_budget_begins_with_four_rows_that_are_nothing_yet(owner):
    draft = factories.make_application(user=owner, empty=True)
    form = budget(draft)
    assert form.modes == ["personnel_hours", "external_services", "travel", "material"]
    again = budget(draft, posted_of(form))
    assert again.is_valid()
    assert again.part().lines == ()


def test_a_year_that_left_the_period_meanwhile_is_kept(draft):
    form = budget(draft, data(line__0__category="travel", line__0__2099="5", line__0__2098=" "))
    assert form.is_valid()
    assert form.part().lines[0].cells == ((2099, 5),)
    assert 2098 not in form.years


def test_sums_leave_out_what_cannot_be_read(draft, year):
    posted = data(
        line__0__category="personnel", line__1__category="travel",
        **{f"line__0__{year}": "1 000", f"line__1__{year}": "x"},
    )  # fmt: skip
    assert budget(draft, posted).summary().total_cost == 1000


def test_rows_without_a_key_or_with_anothers_get_their_own(draft, year):
    posted = data(line__0__key="0123456789", line__1__key="0123456789", line__2__key="'; --")
    for index in range(3):
        posted[f"line-{index}-{year}"] = "1"
    form = budget(draft, posted)
    assert form.is_valid()
    keys = [row.key for row in form.part().lines]
    assert keys[0] == "0123456789"
    assert len(set(keys)) == 3


def test_at_most_sixty_rows(draft, year):
    posted = data(line__999__description="Långt ner", line__0__description="Först")
    assert len(budget(draft, posted).modes) == 60
    posted = data(line__59__description="Sist", lagg_till="rad")
    assert len(budget(draft, changed(draft, posted)).modes) == 60


# --- The buttons ------------------------------------------------------------------------------------------
@pytest.fixture
def three(year):
    posted = data(line__0__description="A", line__1__description="B", line__2__description="C")
    posted[f"line-1-{year}"] = "x"
    return posted


def names(posted):
    return "".join(posted.get(f"line-{index}-description", "-") for index in range(3))


@pytest.mark.parametrize(
    ("button", "value", "left"),
    [
        ("ta_bort", "0", "BC-"), ("ta_bort", "2", "AB-"), ("ta_bort", "3", "ABC"), ("ta_bort", "²", "ABC"),
        ("flytta_upp", "1", "BAC"), ("flytta_upp", "0", "ABC"), ("flytta_upp", "x", "ABC"),
        ("flytta_ner", "1", "ACB"), ("flytta_ner", "2", "ABC"), ("flytta_ner", "99999", "ABC"),
    ],
)  # fmt: skip
def test_rows_are_removed_and_moved(draft, three, button, value, left):
    three[button] = value
    assert names(changed(draft, three)) == left


def test_the_other_cells_follow_their_row(draft, year, three):
    three["flytta_upp"] = "1"
    found = changed(draft, three)
    assert (found.get(f"line-0-{year}"), found.get(f"line-1-{year}")) == ("x", None)


def test_a_new_row_is_of_the_category_above_it(draft, three):
    three["line-2-category"], three["lagg_till"] = "travel", "rad"
    assert changed(draft, three)["line-3-category"] == "travel"
    assert budget(draft, extra="rad").modes == ["personnel", "personnel"]
    assert changed(draft, data(lagg_till="rad"))["line-0-category"] == "personnel_hours"


# --- From a spreadsheet -----------------------------------------------------------------------------------
def pasted(draft, text, at="", **rows):
    posted = data(klistra=text, klistra_vid=at, klistra_in="1", **rows)
    posted = changed(draft, posted)
    form = budget(draft, posted)
    return form, messages(form)


def test_a_block_fills_cells_and_adds_rows(draft, year):
    text = f"Benämning\t{year}\t{year + 1}\nLokal\t10 000\t20\xa0000 kr\n\nDator\t-\t1 500,00\n"
    form, found = pasted(draft, text)
    assert found == {}
    assert [(row.description, row.cells) for row in form.part().lines] == [
        ("Lokal", ((year, 10_000), (year + 1, 20_000))),
        ("Dator", ((year + 1, 1500),)),
    ]


def test_a_block_may_name_the_categories(draft, year):
    text = "Resor och logi\tTåg\t5\t6\nPersonal\tLedare\t7\t8"
    form, found = pasted(draft, text)
    assert found == {}
    assert [(row.category, row.description, row.cells[0][1]) for row in form.part().lines] == [
        ("travel", "Tåg", 5),
        ("personnel", "Ledare", 7),
    ]


def test_a_block_starts_in_the_cell_where_it_was_pasted(draft, year):
    rows = {"line__0__description": "A", "line__1__description": "B", "line__0__category": "travel"}
    form, found = pasted(draft, "5\n6\n7", at="1:2", **rows)
    assert found == {}
    assert [(row.description, row.cells) for row in form.part().lines] == [
        ("A", ()), ("B", ((year + 1, 5),)), ("", ((year + 1, 6),)), ("", ((year + 1, 7),)),
    ]  # fmt: skip


def test_a_block_without_a_place_goes_after_what_is_filled_in(draft, year):
    rows = {"line__0__description": "A", "line__1__category": "material", "line__2__category": "travel"}
    form, _ = pasted(draft, "B\t1\nC\t2\nD\t3", **rows)
    assert [(row.description, row.category) for row in form.part().lines[1:]] == [
        ("B", "material"), ("C", "travel"), ("D", "travel"),
    ]  # fmt: skip


def test_a_cell_of_the_block_that_cannot_be_read_is_told_beside_it(draft, year):
    _, found = pasted(draft, "Lokal\t10,50\t1")
    assert found == {f"line-0-{year}": ["Ange hela kronor, utan ören."]}


TOO_WIDE = "Ta med benämningen och ett belopp för varje år, utan summor."
TOO_LONG = "Budgeten rymmer högst 60 rader. Dela upp det du klistrar in eller slå ihop rader."


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("\n \n", "", "Klistra in minst en rad från kalkylbladet."),
        ("x" * 200_000, "", "Klistra in minst en rad från kalkylbladet."),
        ("A\t1\t2\t3", "", f"Det du klistrade in har 4 kolumner, men från den rutan finns 3. {TOO_WIDE}"),
        ("1\t2", "0:2", f"Det du klistrade in har 2 kolumner, men från den rutan finns 1. {TOO_WIDE}"),
        ("\n".join("A" * 61), "", TOO_LONG),
    ],
)
def test_a_block_that_does_not_fit_changes_nothing_and_stays(draft, text, at, sentence):
    form, found = pasted(draft, text, at=at, line__0__description="A")
    assert found == {"__all__": [sentence]}
    assert [row.description for row in form.part().lines] == ["A"]
    assert form.data["klistra"] == text


def test_a_row_with_an_hourly_rate_is_filled_with_hours(draft, year):
    rows = {"line__0__category": "personnel_hours", "line__0__rate": "300"}
    form, found = pasted(draft, "Ledare\t100", at="0:0", **rows)
    assert found == {}
    assert form.summary().total_cost == 30_000
    rows = {"line__0__category": "personnel_hours"}
    assert pasted(draft, "Ledare\t100", at="0:0", **rows)[0].summary().total_cost == 100


def test_quotes_of_the_spreadsheet_are_read(draft, year):
    form, found = pasted(draft, '"Två\nrader"\t1')
    assert found == {}
    assert form.part().lines == (
        BudgetRow("personnel", "Tvårader", cells=((year, 1),), key=form.part().lines[0].key),
    )


# --- The hourly cost of a salary --------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["-5", "en", "1000001"])
def test_a_salary_that_cannot_be_read(typed):
    assert not SalaryForm({"manadslon": typed}).is_valid()
