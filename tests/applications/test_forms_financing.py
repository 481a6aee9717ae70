"""The table of financiers as it is typed and changed by its buttons."""

from dataclasses import replace

import pytest
from django.http import QueryDict

from applications.budget import FinancingRow
from applications.forms import FinancingForm, with_financing_changes
from applications.parts import FinancingPart
from s3portal.common.swedish import HARD_SPACE
from tests import factories

pytestmark = pytest.mark.django_db


def keyless(form):
    return tuple(replace(row, key="") for row in form.part().rows)


def data(**values):
    made = QueryDict(mutable=True)
    for name, value in values.items():
        made[name.replace("__", "-")] = value
    return made


def messages(form):
    form.is_valid()
    return {
        name: [message.replace(HARD_SPACE, " ") for message in found] for name, found in form.errors.items()
    }


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def financing(draft, posted=None, **arguments):
    return FinancingForm(posted, application=draft, part=FinancingPart.read(draft), **arguments)


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
    form = financing(draft, data(applied_amount=typed))
    assert form.is_valid(), form.errors
    assert form.part().applied_amount == kronor


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("applied_amount", "1 552 566,50", "Ange hela kronor, utan ören."),
        ("fin-0-amount", "-5", "Ange ett belopp som är 0 kronor eller mer."),
        ("fin-0-hours", "2,5", "Ange hela timmar, till exempel 300."),
        ("fin-0-hourly_rate", "-1", "Ange hela kronor per timme, till exempel 500."),
        ("fin-0-kind", "guld", "Välj ett giltigt alternativ. guld finns inte bland tillgängliga alternativ."),
    ],
)
def test_what_cannot_be_read(draft, name, typed, sentence):
    form = financing(draft, data(**{"fin__0__kind": "in_kind", name: typed}))
    assert messages(form) == {name: [sentence]}
    assert form[name].value() == typed


def test_what_is_stored_comes_back_the_same(draft):
    factories.make_financing(application=draft, financier="", own=True, amount=5)
    factories.make_financing(application=draft, kind="other_in_kind", amount=7, confirmed=True)
    part = FinancingPart.read(draft)
    posted = QueryDict(mutable=True)
    for field in financing(draft):
        value = field.value()
        if value is not False:
            posted[field.html_name] = "" if value is None else str(value)
    again = financing(draft, posted)
    assert again.is_valid(), again.errors
    assert again.part() == part


def test_an_empty_row_is_no_row(draft):
    posted = data(fin__0__kind="cash", fin__0__source="eu", fin__1__kind="in_kind", fin__1__hours="5")
    form = financing(draft, posted)
    assert form.is_valid()
    assert tuple(replace(row, key="") for row in form.part().rows) == (
        FinancingRow("", "in_kind", "private", hours=5),
    )


def test_own_money_has_no_name_and_needs_no_letter(draft):
    posted = data(fin__0__own="1", fin__0__amount="5", fin__0__confirmed="on", fin__0__financier="x")
    form = financing(draft, posted)
    assert form.is_valid()
    assert tuple(replace(row, key="") for row in form.part().rows) == (
        FinancingRow("", "cash", "private", amount=5, own=True),
    )


def test_each_table_counts_its_own_rows(draft):
    posted = data(fin__0__own="1", fin__1__own="", fin__2__own="1", fin__3__own="")
    form = financing(draft, posted)
    form.is_valid()
    assert [row.name for row in form.own_rows()] == ["egna medel, rad 1", "egna medel, rad 2"]
    assert [row.name for row in form.other_rows()] == ["finansiär 1", "finansiär 2"]


def test_at_most_fifty_financiers(draft):
    assert financing(draft, data(fin__999__financier="Långt ner", fin__0__financier="Först")).rows == 50
    posted = with_financing_changes(data(fin__49__kind="cash", lagg_till="cash"))
    assert financing(draft, posted).rows == 50


def test_rows_are_removed_and_added(draft):
    posted = data(fin__0__financier="A", fin__1__financier="B", ta_bort="0")
    found = with_financing_changes(posted)
    assert (found["fin-0-financier"], found.get("fin-1-financier")) == ("B", None)
    found = with_financing_changes(data(fin__0__financier="A", lagg_till="egen_tid"))
    assert (found["fin-1-own"], found["fin-1-kind"]) == ("1", "in_kind")
    assert "fin-1-kind" not in with_financing_changes(data(fin__0__financier="A", lagg_till="guld"))


def test_an_empty_row_of_the_kind_asked_for(draft):
    assert financing(draft).rows == 2
    form = financing(draft, extra="egen_tid")
    assert form.own_rows()[0].hours is not None
    assert financing(draft, extra="guld").rows == 2
