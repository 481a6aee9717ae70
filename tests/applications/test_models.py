"""What the database itself refuses, whoever asks."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from applications.models import (
    Activity,
    Application,
    ApplicationArea,
    BudgetAmount,
    BudgetLine,
    DraftVersion,
    Financing,
    Indicator,
    Partner,
    TradeSecret,
)
from tests import factories
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(owner):
    return send(factories.make_application(user=owner), owner)


def refused(work, *words):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        work()
    assert any(word in str(error.value) for word in words), error.value


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Ett annat namn"},
        {"applied_amount": 1},
        {"total_cost": 1},
        {"contact_email": "en.annan@example.org"},
        {"publication_consent": False},
        {"municipalities": ["2361"]},
        {"submitted_at": None},
        {"version": 99},
    ],
)
def test_what_was_sent_cannot_be_changed(sent, change):
    refused(lambda: Application.objects.filter(pk=sent.pk).update(**change), "is fixed")
    assert Application.objects.get(pk=sent.pk).title == sent.title


def test_no_municipality_but_those_of_the_list(owner):
    draft = Application.objects.filter(pk=factories.make_application(user=owner).pk)
    draft.update(municipalities=["2361", "annan"])
    refused(lambda: draft.update(municipalities=["2380", "0180"]), "application_municipalities_known")


def test_not_with_sql_either(sent):
    def change():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE applications_application SET summary = 'Nytt' WHERE id = %s", [sent.pk])

    refused(change, "is fixed")


def test_what_was_sent_cannot_be_deleted(sent):
    refused(lambda: Application.objects.filter(pk=sent.pk)._raw_delete(sent._state.db), "Cannot delete")


@pytest.mark.parametrize("model", [BudgetLine, Financing, ApplicationArea])
def test_the_rows_below_are_frozen_too(sent, model):
    rows = model.objects.filter(application=sent)
    assert rows.exists()
    column = {BudgetLine: "description", Financing: "financier", ApplicationArea: "strengtharea"}[model]
    value = factories.make_area().pk if model is ApplicationArea else 1
    refused(lambda: rows.update(**{column: value}), "frozen")
    refused(rows.delete, "frozen")


def test_nothing_can_be_added_below_what_was_sent(sent):
    refused(lambda: factories.make_budget_line(application=sent, category="travel"), "frozen")
    refused(lambda: factories.make_financing(application=sent), "frozen")
    refused(lambda: sent.areas.add(factories.make_area()), "frozen")


def with_rows(owner):
    """A draft with one of each kind of row that has a key."""
    draft = factories.make_application(user=owner)
    draft.activity_rows.all().delete()
    draft.indicators.all().delete()
    factories.make_partner(application=draft)
    factories.make_activity(application=draft)
    factories.make_indicator(application=draft)
    DraftVersion.objects.create(application=draft, step="projekt", saved_by=owner, version=2, changes=[])
    TradeSecret.objects.create(application=draft, field="summary", reason="Receptet.")
    return draft


ROWS = [(Partner, "name"), (Activity, "what"), (Indicator, "name")]


@pytest.mark.parametrize(("model", "column"), [*ROWS, (DraftVersion, "step"), (TradeSecret, "reason")])
def test_rows_with_keys_freeze_with_the_application_and_go_with_it(owner, model, column):
    draft = with_rows(owner)
    rows = model.objects.filter(application=draft)
    rows.update(**{column: "Nytt"})
    send(draft, owner)
    refused(lambda: rows.update(**{column: "Nyare"}), "frozen")
    refused(rows.delete, "frozen")


@pytest.mark.parametrize("model", [Partner, Activity, Indicator, DraftVersion, TradeSecret])
def test_rows_go_with_their_draft(owner, model):
    with_rows(owner).delete()
    assert not model.objects.exists()


@pytest.mark.parametrize(("model", "column"), ROWS)
def test_a_key_names_one_row_of_a_draft(owner, model, column):
    row = model.objects.get(application=with_rows(owner))
    name = model._meta.model_name
    breaks(f"{name}_key_form", lambda: model.objects.update(key="x"))
    row.pk, row._state.adding = None, True
    breaks(f"{name}_key_once", row.save)


def test_constraints_of_rows(owner):
    draft = with_rows(owner)
    breaks("partner_number_form", lambda: draft.partners.update(org_number="19121212-1212"[:11]))
    breaks("activity_days_in_order", lambda: draft.activity_rows.update(ends_on="2020-01-01"))
    breaks("trade_secret_has_reason", lambda: draft.trade_secrets.update(reason=""))
    breaks("trade_secret_once", lambda: draft.trade_secrets.create(field="summary", reason="Igen"))
    breaks("draft_version_once", lambda: draft.versions.create(
        step="projekt", saved_by=owner, version=2, changes=[]))  # fmt: skip
    breaks("draft_version_times_in_order", lambda: draft.versions.update(saved_at="2020-01-01T00:00:00Z"))


def test_names_of_rows(owner):
    draft = with_rows(owner)
    assert str(Partner()) == "Samverkanspart utan namn"
    assert str(Activity()) == "Aktivitet utan text"
    assert str(Indicator(name="Jobb")) == "Jobb"
    assert str(draft.versions.get()) == f"{draft}: projekt, version 2"
    assert str(draft.trade_secrets.get()) == f"{draft}: summary"


def test_a_draft_is_free(owner):
    draft = factories.make_application(user=owner)
    Application.objects.filter(pk=draft.pk).update(title="Nytt")
    draft.areas.add(factories.make_area())
    draft.budget_lines.update(description="Nytt")
    draft.delete()
    assert not Application.objects.exists()


def breaks(name, work):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        work()


def test_constraints(owner):
    draft = factories.make_application(user=owner)
    rows = Application.objects.filter(pk=draft.pk)
    breaks("application_period_in_order", lambda: rows.update(ends_on="2020-01-01"))
    breaks("application_amount_not_negative", lambda: rows.update(applied_amount=-1))
    breaks("application_sent_is_registered", lambda: rows.update(status="submitted"))
    breaks("application_sent_is_registered", lambda: rows.update(submitted_at="2026-01-01T00:00:00Z"))
    breaks("application_granted_has_amount", lambda: rows.update(granted_amount=5))
    amounts = BudgetAmount.objects.filter(line__application=draft)
    breaks("budget_amount_not_negative", lambda: amounts.update(amount=-1))
    breaks("budget_line_category", lambda: draft.budget_lines.update(category="gifts"))
    line = draft.budget_lines.get()
    year = line.amounts.first().year
    breaks("budget_line_key_once", lambda: factories.make_budget_line(application=draft, key=line.key))
    breaks("budget_line_key_form", lambda: factories.make_budget_line(application=draft, key="X"))
    breaks("budget_amount_once", lambda: BudgetAmount.objects.create(line=line, year=year, amount=1))
    hours = "budget_line_hours_are_salaries"
    breaks(hours, lambda: factories.make_budget_line(application=draft, by_hours=True, category="travel"))
    breaks(hours, lambda: factories.make_budget_line(application=draft, hourly_rate=1))
    breaks("financing_own_is_not_confirmed", lambda: draft.financing.update(own=True, confirmed=True))
    breaks(
        "financing_in_kind_is_hours_times_rate",
        lambda: draft.financing.filter(kind="in_kind").update(amount=99_999),
    )
    breaks(
        "financing_in_kind_is_hours_times_rate", lambda: draft.financing.filter(kind="cash").update(hours=1)
    )
    breaks("financing_not_negative", lambda: draft.financing.filter(kind="cash").update(amount=-1))
    breaks("financing_source_known", lambda: draft.financing.update(source="luck"))
    breaks("application_area_once|_uniq", lambda: ApplicationArea.objects.create(
        application=draft, strengtharea=draft.areas.get()))  # fmt: skip


def test_working_time_is_whole_or_waits(owner):
    """NULL in a comparison must not let a half row through."""
    rows = factories.make_application(user=owner).financing.filter(kind="in_kind")
    for change in ({"amount": None}, {"hours": None}, {"hourly_rate": None}):
        breaks("financing_in_kind_is_hours_times_rate", lambda change=change: rows.update(**change))
    rows.update(hours=None, amount=None)


def test_statuses_of_what_was_sent(sent):
    rows = Application.objects.filter(pk=sent.pk)
    breaks("application_status_known", lambda: rows.update(status="lost"))
    breaks("application_granted_has_amount", lambda: rows.update(status="granted"))
    breaks("application_granted_has_amount", lambda: rows.update(status="granted", granted_amount=-1))
    breaks("application_granted_has_amount", lambda: rows.update(granted_amount=5))


def test_project_constraints():
    breaks(
        "project_period_in_order",
        lambda: factories.make_project(starts_on="2024-01-01", ends_on="2023-01-01"),
    )
    breaks("project_budget", lambda: factories.make_project(budget=-1))


def test_names():
    draft = Application(title="")
    assert str(draft) == "Ansökan utan namn"
    assert draft.is_draft
    line = BudgetLine(category="travel")
    assert str(line) == "Resor och logi"
    assert str(BudgetLine(category="travel", description="Tåg")) == "Tåg"
    assert str(BudgetAmount(line=line, year=2024, amount=10)) == "Resor och logi 2024: 10"
    assert str(Financing(financier="Kommunen", amount=5)) == "Kommunen: 5"


# --- The budget --------------------------------------------------------------------------------------------
def test_amounts_freeze_with_the_application(sent):
    amounts = BudgetAmount.objects.filter(line__application=sent)
    refused(lambda: amounts.update(amount=1), "frozen")
    refused(amounts.delete, "frozen")
    line = sent.budget_lines.get()
    refused(lambda: BudgetAmount.objects.create(line=line, year=2099, amount=1), "frozen")


def test_an_amount_counted_in_hours_is_hours_times_the_rate(owner):
    draft = factories.make_application(user=owner)
    line = factories.make_budget_line(application=draft, by_hours=True, hourly_rate=300, amounts={2027: 10})
    cell = line.amounts.get()
    assert cell.amount == 3000
    for wrong in ({"amount": 2999}, {"hours": 11}, {"hours": None}, {"amount": None}):
        refused(lambda wrong=wrong: line.amounts.update(**wrong), "hours times")
    lines = BudgetLine.objects.filter(pk=line.pk)
    refused(lambda: lines.update(hourly_rate=301), "hours times")
    refused(lambda: lines.update(by_hours=False, hourly_rate=None), "hours times")
    typed = factories.make_budget_line(application=draft)
    refused(lambda: typed.amounts.update(hours=1), "not counted in hours")
    refused(lambda: typed.amounts.update(amount=None), "not counted in hours")
    unknown = factories.make_budget_line(application=draft, by_hours=True, amounts={2027: 10})
    assert unknown.amounts.get().amount is None


def test_a_partner_of_another_application_has_no_costs_here(owner):
    draft = factories.make_application(user=owner)
    other = factories.make_partner(application=factories.make_application(user=owner))
    refused(lambda: factories.make_budget_line(application=draft, partner=other), "another application")


def test_a_partner_that_is_taken_away_leaves_its_costs_to_the_applicant(owner):
    draft = factories.make_application(user=owner)
    partner = factories.make_partner(application=draft)
    line = factories.make_budget_line(application=draft, partner=partner)
    partner.delete()
    line.refresh_from_db()
    assert (line.partner, line.amounts.get().amount) == (None, 300_000)
