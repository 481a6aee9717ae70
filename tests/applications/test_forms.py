"""What people type, and what we say about it."""

import pytest
from django.http import QueryDict

from applications.budget import FinancingRow
from applications.forms import (
    ApplicantForm,
    BudgetForm,
    ProjectForm,
    ProjectSearchForm,
    StartForm,
    WorkListForm,
    with_row_changes,
)
from applications.parts import BudgetPart, ProjectPart
from s3portal.common.swedish import HARD_SPACE
from tests import factories

pytestmark = pytest.mark.django_db


def data(**values):
    made = QueryDict(mutable=True)
    for name, value in values.items():
        made.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return made


def messages(form):
    form.is_valid()
    return {
        name: [message.replace(HARD_SPACE, " ") for message in found] for name, found in form.errors.items()
    }


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


# --- Applicant --------------------------------------------------------------------------------------------
def test_a_draft_may_miss_anything():
    form = ApplicantForm({})
    assert form.is_valid()
    assert tuple(form.part().__dict__.values()) == ("", "", "")


def test_a_name_of_300_letters():
    assert messages(ApplicantForm({"contact_name": "å" * 300})) == {
        "contact_name": ["Texten är 150 tecken för lång. Korta den till högst 150 tecken."]
    }


def test_an_address_that_is_none():
    assert messages(ApplicantForm({"contact_email": "olga(at)example"})) == {
        "contact_email": ["Skriv hela e-postadressen, till exempel namn@exempel.se."]
    }


def test_phone_is_written_one_way():
    form = ApplicantForm({"contact_phone": "+46 63 14 75 00"})
    assert form.is_valid()
    assert form.part().contact_phone == "063-14 75 00"


# --- Project ----------------------------------------------------------------------------------------------
def project(draft, **values):
    return ProjectForm(data(**values), part=ProjectPart.read(draft), call=draft.call)


def test_markup_is_text(draft):
    form = project(draft, title="<script>alert(1)</script>", summary="{{ 7*7 }}\r\n\x00två")
    assert form.is_valid()
    assert (form.part().title, form.part().summary) == ("<script>alert(1)</script>", "{{ 7*7 }}\ntvå")


def test_the_end_before_the_start(draft):
    assert messages(project(draft, starts_on="2027-03-01", ends_on="2027-02-28")) == {
        "ends_on": ["Välj en sista dag som inte ligger före den första dagen."]
    }


def test_one_day_is_a_period(draft):
    form = project(draft, starts_on="1 mars 2027", ends_on="2027-03-01")
    assert form.is_valid()


def test_a_very_long_period(draft):
    assert messages(project(draft, starts_on="2027-01-01", ends_on="2037-01-01")) == {
        "ends_on": ["Perioden får beröra högst 10 kalenderår. Korta den."]
    }
    assert messages(project(draft, starts_on="2027-01-01", ends_on="2036-12-31")) == {}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2027-02-30", "Datumet finns inte i kalendern."),
        ("i vår", "Skriv datumet som 2024-03-01 eller 1 mars 2024."),
        ("0001-01-01", "Ange ett år mellan 1900 och 2199."),
    ],
)
def test_days_that_cannot_be_read(draft, typed, sentence):
    assert messages(project(draft, starts_on=typed, ends_on="2027-01-01")) == {"starts_on": [sentence]}


def test_an_area_of_another_call(draft):
    outside = factories.make_area()
    sentence = ["Välj bara styrkeområden som ingår i utlysningen."]
    assert messages(project(draft, areas=str(outside.pk))) == {"areas": sentence}
    assert messages(project(draft, areas="x")) == {"areas": sentence}


def test_typed_text_is_readable(draft):
    area = draft.call.areas.get()
    form = project(draft, title="Namn", areas=[str(area.pk), "999"], starts_on="i vår")
    typed = dict(form.typed())
    assert (typed["Projektets namn"], typed["Styrkeområden"], typed["Första dag"]) == (
        "Namn",
        area.name,
        "i vår",
    )


# --- Budget -----------------------------------------------------------------------------------------------
def budget(draft, posted=None, **arguments):
    return BudgetForm(posted, application=draft, part=BudgetPart.read(draft), **arguments)


@pytest.mark.parametrize(
    ("typed", "kronor"),
    [
        ("150 000", 150_000),
        ("150.000", 150_000),
        ("150\xa0000 kr", 150_000),
        ("0", 0),
        ("", None),
        ("  ", None),
    ],
)
def test_amounts_that_are_read(draft, typed, kronor):
    form = budget(draft, data(applied_amount=typed))
    assert form.is_valid(), form.errors
    assert form.part().applied_amount == kronor


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1 552 566,50", "Ange hela kronor, utan ören."),
        ("-5", "Ange ett belopp som är 0 kronor eller mer."),
        ("1e9", "Skriv beloppet i kronor med bara siffror, till exempel 150 000."),
        ("10^12", "Skriv beloppet i kronor med bara siffror, till exempel 150 000."),
        (str(10**12), "Beloppet är för stort. Ange högst 999 999 999 999 kronor."),
        ("1.50", "Beloppet kan läsas på flera sätt. Skriv det med mellanslag, till exempel 150 000."),
        ("<script>", "Skriv beloppet i kronor med bara siffror, till exempel 150 000."),
    ],
)
def test_amounts_that_are_not(draft, typed, sentence):
    year = draft.starts_on.year
    form = budget(draft, data(**{"applied_amount": typed, f"cost__travel__{year}": typed}))
    assert messages(form) == {"applied_amount": [sentence], f"cost-travel-{year}": [sentence]}
    assert form["applied_amount"].value() == typed


def test_what_is_stored_comes_back_the_same(draft):
    part = BudgetPart.read(draft)
    form = budget(draft)
    posted = QueryDict(mutable=True)
    for field in form:
        value = field.value()
        posted[field.html_name] = "" if value is None else str(value)
    again = budget(draft, posted)
    assert again.is_valid(), again.errors
    assert again.part() == part


def test_an_empty_row_is_no_row(draft):
    posted = data(fin__0__kind="cash", fin__0__source="eu", fin__1__kind="in_kind", fin__1__hours="5")
    form = budget(draft, posted)
    assert form.is_valid()
    assert form.part().financing == (FinancingRow("", "in_kind", "private", hours=5),)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("fin-0-hours", "2,5", "Ange hela timmar, till exempel 300."),
        ("fin-0-hours", "1000001", "Ange hela timmar, till exempel 300."),
        ("fin-0-hourly_rate", "-1", "Ange hela kronor per timme, till exempel 500."),
        ("fin-0-kind", "guld", "Välj ett giltigt alternativ. guld finns inte bland tillgängliga alternativ."),
    ],
)
def test_rows_that_cannot_be_read(draft, name, typed, sentence):
    posted = data(fin__0__kind="in_kind")
    posted[name] = typed
    assert messages(budget(draft, posted)) == {name: [sentence]}


def test_a_year_that_left_the_period_meanwhile_is_kept(draft):
    form = budget(draft, data(cost__travel__2099="5", cost__travel__2098=" "))
    assert form.is_valid()
    assert ("travel", 2099, 5) in form.part().lines
    assert 2098 not in form.years


def test_sums_leave_out_what_cannot_be_read(draft):
    year = draft.starts_on.year
    posted = data(
        **{f"cost__personnel__{year}": "1 000", f"cost__travel__{year}": "x", "applied_amount": "500"}
    )
    summary = budget(draft, posted).summary()
    assert (summary.total_cost, summary.applied) == (1000, 500)


def test_at_most_fifty_financiers(draft):
    posted = data(fin__999__financier="Långt ner", fin__0__financier="Först")
    assert budget(draft, posted).rows == 50
    posted = with_row_changes(data(fin__49__kind="cash", lagg_till="cash"))
    assert budget(draft, posted).rows == 50


# --- Rows in and out --------------------------------------------------------------------------------------
def financiers(posted):
    return [posted.get(f"fin-{index}-financier") for index in range(3)]


@pytest.fixture
def three():
    posted = data(fin__0__financier="A", fin__1__financier="B", fin__2__financier="C")
    posted["fin-1-amount"] = "x"
    return posted


@pytest.mark.parametrize(
    ("index", "left"),
    [("0", ["B", "C", None]), ("1", ["A", "C", None]), ("2", ["A", "B", None]), ("3", ["A", "B", "C"]),
     ("-1", ["A", "B", "C"]), ("²", ["A", "B", "C"]), ("99999999", ["A", "B", "C"])],
)  # fmt: skip
def test_remove_a_row(three, index, left):
    three["ta_bort"] = index
    assert financiers(with_row_changes(three)) == left


def test_the_other_cells_follow_their_row(three):
    three["ta_bort"] = "0"
    changed = with_row_changes(three)
    assert (changed.get("fin-0-amount"), changed.get("fin-1-amount")) == ("x", None)


def test_add_a_row(three, draft):
    three["lagg_till"] = "in_kind"
    changed = with_row_changes(three)
    assert changed["fin-3-kind"] == "in_kind"
    assert budget(draft, changed).rows == 4
    three["lagg_till"] = "guld"
    assert "fin-3-kind" not in with_row_changes(three)


def test_an_empty_row_of_the_kind_asked_for(draft):
    assert budget(draft).rows == 2
    form = budget(draft, extra="in_kind")
    assert form.rows == 3
    assert form.financing_rows()[2].hours is not None
    assert budget(draft, extra="guld").rows == 2


# --- The rest ---------------------------------------------------------------------------------------------
def test_start_with_an_organisation_of_somebody_else(organisation, other_organisation):
    form = StartForm({"organisation": other_organisation.pk}, organisations=[organisation])
    assert messages(form) == {"organisation": ["Välj en av dina organisationer."]}
    assert messages(StartForm({}, organisations=[organisation])) == {
        "organisation": ["Välj vilken organisation som söker."]
    }


def test_filters_that_cannot_be_read_are_left_out():
    wanted = WorkListForm({"status": "draft", "omrade": "x", "q": " RUN/1/2026 "}).wanted()
    assert (wanted["status"], wanted["omrade"], wanted["q"]) == (None, None, "RUN/1/2026")


def test_a_very_long_search():
    assert messages(ProjectSearchForm({"q": "ord " * 60})) == {"q": ["Sök med färre ord."]}
