"""Delegation orders and their clauses: who writes them, what stands, and that two never hold at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.utils import timezone

from decisions.delegation_queries import compare_orders, whole_order
from decisions.models import Delegate, DelegationClause, DelegationOrder
from decisions.services import delegating as services
from decisions.services.delegating import CHANGED, STANDS, ClauseData, OrderFacts
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories

pytestmark = pytest.mark.django_db
PAGES = "/handlaggning/delegation/"
NEXT = OrderFacts("Ordning 2031–2034", "2031–2034", date(2031, 1, 1), date(2034, 12, 31))
CLAUSE = ClauseData("8.2", "Medfinansiering.", ["participation", "other"], ceiling=500_000)


@pytest.fixture
def committee(db):
    return factories.make_committee()


@pytest.fixture
def order(committee):
    return factories.make_delegation_order(committee=committee)


@pytest.fixture
def draft(committee, registrar):
    made = services.start_order(actor=registrar, committee=committee, facts=NEXT)
    services.save_clause(actor=registrar, order_id=made.pk, expected_version=1, data=CLAUSE)
    made.refresh_from_db()
    return made


def adopt(draft, actor, **fields):
    values = {"expected_version": draft.version, "adopted_on": timezone.localdate(), "adopted": "§ 5"}
    return services.adopt_order(order_id=draft.pk, actor=actor, **(values | fields))


# --- Who and when -----------------------------------------------------------------------------------------
STEPS = {
    "start": lambda order, actor: services.start_order(actor=actor, committee=order.committee, facts=NEXT),
    "copy": lambda order, actor: services.copy_order(actor=actor, order_id=order.pk, facts=NEXT),
    "change": lambda order, actor: services.change_order(
        actor=actor, order_id=order.pk, expected_version=order.version, facts=NEXT
    ),
    "clause": lambda order, actor: services.save_clause(
        actor=actor, order_id=order.pk, expected_version=order.version, data=CLAUSE
    ),
    "remove": lambda order, actor: services.remove_clause(
        actor=actor, order_id=order.pk, clause_id=order.clauses.get().pk
    ),
    "delete": lambda order, actor: services.delete_order(actor=actor, order_id=order.pk),
    "adopt": adopt,
}


@pytest.mark.parametrize("step", STEPS)
def test_only_the_registrar_and_the_administrator_write(step, draft, officer, delegate_user, member):
    for actor in (officer, delegate_user, member):
        with pytest.raises(Refusal, match=r"^Bara en registrator eller en administratör"):
            STEPS[step](draft, actor)


@pytest.mark.parametrize("step", ["change", "clause", "remove", "delete", "adopt"])
def test_an_adopted_order_stands(step, draft, registrar):
    adopted = adopt(draft, registrar)
    with pytest.raises(Refusal) as refused:
        STEPS[step](adopted, registrar)
    assert refused.value.message == STANDS


def test_a_draft_gives_no_right_and_is_not_copied(draft, registrar, delegate_user):
    factories.make_delegate(user=delegate_user, clause=draft.clauses.get(), valid_from=NEXT.valid_from)
    day = NEXT.valid_from
    assert not Delegate.objects.valid_on(day).exists()
    assert not DelegationClause.objects.valid_on(day).exists()
    assert not Delegate.objects.get().is_valid_on(day)
    with pytest.raises(Refusal, match="Bara en antagen ordning går att kopiera"):
        STEPS["copy"](draft, registrar)
    adopt(draft, registrar)
    assert Delegate.objects.valid_on(day).exists()
    assert [event.action for event in Event.objects.order_by("pk")][-2:] == [
        "delegation_clause_saved", "delegation_order_adopted",
    ]  # fmt: skip


def test_the_database_keeps_what_is_adopted(order):
    clause = factories.make_clause(order=order)
    empty = factories.make_delegation_order()
    for change in (
        lambda: DelegationOrder.objects.filter(pk=order.pk).update(title="En annan"),
        lambda: DelegationOrder.objects.filter(pk=empty.pk).delete(),
        lambda: DelegationClause.objects.filter(pk=clause.pk).update(ceiling=1),
        lambda: DelegationClause.objects.filter(pk=clause.pk).delete(),
        lambda: DelegationClause.objects.create(order=order, number="9", text="x", kinds=["other"]),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            change()


def test_the_database_lets_one_order_hold_at_a_time(order):
    with pytest.raises(IntegrityError, match="another order"), transaction.atomic():
        factories.make_delegation_order(
            committee=order.committee, valid_from=order.valid_to, valid_to=order.valid_to
        )
    factories.make_delegation_order(valid_from=order.valid_to, valid_to=order.valid_to)


# --- Drafts -----------------------------------------------------------------------------------------------
def test_what_is_refused_in_a_draft(draft, registrar):
    with pytest.raises(Refusal) as backwards:
        services.start_order(
            actor=registrar,
            committee=draft.committee,
            facts=OrderFacts("x", "y", date(2031, 1, 2), date(2031, 1, 1)),
        )
    assert backwards.value.field == "valid_to"
    with pytest.raises(Refusal, match=r"^Punkt 8\.2 finns redan i ordningen\.$"):
        STEPS["clause"](draft, registrar)
    with pytest.raises(Conflict) as late:
        services.save_clause(actor=registrar, order_id=draft.pk, expected_version=1, data=CLAUSE)
    assert late.value.message == CHANGED
    with pytest.raises(Refusal, match="Ange en dag som har varit"):
        adopt(draft, registrar, adopted_on=timezone.localdate() + timedelta(days=1))
    day_after = draft.valid_from + timedelta(days=1)
    with (
        time_machine.travel(datetime.combine(day_after, time(12), tzinfo=UTC)),
        pytest.raises(Refusal, match="kan inte gälla innan den är antagen") as early,
    ):
        adopt(draft, registrar, adopted_on=day_after)
    assert early.value.field == "adopted_on"
    clause = draft.clauses.get()
    services.remove_clause(actor=registrar, order_id=draft.pk, clause_id=clause.pk)
    with pytest.raises(Conflict, match="redan borttagen"):
        services.remove_clause(actor=registrar, order_id=draft.pk, clause_id=clause.pk)
    draft.refresh_from_db()
    with pytest.raises(Refusal, match="inga punkter"):
        adopt(draft, registrar)
    services.delete_order(actor=registrar, order_id=draft.pk)
    with pytest.raises(Conflict, match="borttaget"):
        services.delete_order(actor=registrar, order_id=draft.pk)


def test_holders_follow_when_a_draft_is_moved(draft, registrar, delegate_user, officer):
    clause = draft.clauses.get()
    follows = factories.make_delegate(user=delegate_user, clause=clause, valid_from=NEXT.valid_from)
    later = OrderFacts("Senare", "2032–2034", date(2032, 1, 1), NEXT.valid_to)
    services.change_order(actor=registrar, order_id=draft.pk, expected_version=draft.version, facts=later)
    follows.refresh_from_db()
    assert follows.valid_from == later.valid_from
    factories.make_delegate(user=officer, clause=clause, valid_from=date(2032, 2, 1))
    draft.refresh_from_db()
    with pytest.raises(Refusal, match="Hanna Handläggare är delegat från 1 februari 2032"):
        services.change_order(
            actor=registrar,
            order_id=draft.pk,
            expected_version=draft.version,
            facts=OrderFacts("x", "y", date(2032, 3, 1), NEXT.valid_to),
        )


def test_a_copy_and_what_it_changes(order, registrar, delegate_user, officer, second_officer):
    kept = factories.make_clause(order=order, number="8.1", text="Stöd.", sub_delegation=True)
    gone = factories.make_clause(order=order, number="8.3", text="Resor.")
    head = factories.make_delegate(user=delegate_user, clause=kept, is_head=True)
    factories.make_delegate(user=officer, clause=kept, delegated_by=head)
    factories.make_delegate(user=second_officer, clause=gone, acting=True, valid_to=order.valid_to)
    copy = services.copy_order(actor=registrar, order_id=order.pk, facts=NEXT)
    copied = {clause.number: clause for clause in copy.clauses.all()}
    [holder] = Delegate.objects.filter(clause__order=copy)
    assert (holder.clause, holder.user, holder.is_head, holder.valid_from) == (
        copied["8.1"], delegate_user, True, NEXT.valid_from,
    )  # fmt: skip
    services.save_clause(
        actor=registrar, order_id=copy.pk, expected_version=1, clause_id=copied["8.1"].pk,
        data=ClauseData("9.1", "Stöd.", ["grant"], ceiling=600_000, sub_delegation=True),
    )  # fmt: skip
    services.remove_clause(actor=registrar, order_id=copy.pk, clause_id=copied["8.3"].pk)
    copy.refresh_from_db()
    services.save_clause(
        actor=registrar,
        order_id=copy.pk,
        expected_version=copy.version,
        data=ClauseData("1", "Ny.", ["other"]),
    )
    today = timezone.localdate()
    changes = compare_orders(whole_order(order.pk, today), whole_order(copy.pk, today))
    assert [(change.number, change.label) for change in changes] == [
        ("1", "Ny"), ("8.1 → 9.1", "Ändrad"), ("8.3", "Borttagen"),
    ]  # fmt: skip
    assert [cell.label for cell in changes[1].cells if cell.changed] == [
        "Punkt", "Slag av beslut", "Tak", "Delegater",
    ]  # fmt: skip
    copy.refresh_from_db()
    unchanged = services.copy_order(actor=registrar, order_id=order.pk, facts=NEXT)
    same = compare_orders(whole_order(copy.pk, today), whole_order(copy.pk, today))
    assert {change.label for change in same} == {"Oförändrad"}
    assert unchanged.copied_from == order


# --- The day of change ------------------------------------------------------------------------------------
def test_a_new_order_may_end_the_one_in_force(order, registrar):
    today = timezone.localdate()
    facts = OrderFacts("Ny", "2026", today + timedelta(days=10), order.valid_to + timedelta(days=10))
    clause = factories.make_clause(order=order, number="8.2")
    new = services.copy_order(actor=registrar, order_id=order.pk, facts=facts)
    with pytest.raises(Refusal, match="En annan ordning gäller under samma tid") as refused:
        adopt(new, registrar)
    assert refused.value.field == "valid_from"
    adopt(new, registrar, ends_previous=True)
    order.refresh_from_db()
    assert order.valid_to == facts.valid_from - timedelta(days=1)
    new_clause = new.clauses.get()
    for day, holds in ((order.valid_to, clause), (facts.valid_from, new_clause)):
        assert list(DelegationClause.objects.valid_on(day)) == [holds]


def test_not_from_a_day_when_decisions_were_made(order, registrar, officer):
    clause = factories.make_clause(order=order)
    factories.make_signed_decision(user=officer, clause=clause)
    facts = OrderFacts("Ny", "2026", timezone.localdate(), order.valid_to + timedelta(days=10))
    new = services.copy_order(actor=registrar, order_id=order.pk, facts=facts)
    with pytest.raises(Refusal, match="Beslut har redan fattats") as refused:
        adopt(new, registrar, ends_previous=True)
    assert refused.value.field == "ends_previous"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_and_two_who_adopt_one_is_first(draft, registrar, admin_user):
    """Two editors of a draft, then two drafts for the same years."""

    def write(number):
        try:
            services.save_clause(
                actor=registrar, order_id=draft.pk, expected_version=draft.version,
                data=ClauseData(number, "Något.", ["other"]),
            )  # fmt: skip
        except Conflict:
            return "late"
        finally:
            connection.close()
        return "first"

    def take(number):
        one = drafts[number]
        try:
            adopt(one, admin_user)
        except Refusal as refusal:
            return refusal.field
        finally:
            connection.close()
        return "adopted"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(write, ["1", "2"])) == ["first", "late"]
        draft.refresh_from_db()
        other = services.start_order(actor=registrar, committee=draft.committee, facts=NEXT)
        services.save_clause(actor=registrar, order_id=other.pk, expected_version=1, data=CLAUSE)
        other.refresh_from_db()
        drafts = [draft, other]
        assert sorted(both.map(take, [0, 1])) == ["adopted", "valid_from"]


# --- Pages ------------------------------------------------------------------------------------------------
def test_a_registrar_writes_an_order_from_nothing(client_for, registrar, officer, committee, delegate_user):
    client = client_for(registrar)
    facts = {"committee": committee.pk, "title": "Ny ordning", "period": "2031", "valid_from": "2031-01-01"}
    wrong = client.post(f"{PAGES}ny/", facts | {"valid_to": "2030-01-01"})
    assert wrong.status_code == 422
    assert "Slutdatumet ligger före startdatumet." in wrong.content.decode()
    made = client.post(f"{PAGES}ny/", facts | {"valid_to": "2031-12-31"})
    order = DelegationOrder.objects.get()
    page = f"{PAGES}{order.pk}/"
    assert made.headers["Location"] == page
    clause = {"number": "8.2", "text": "Stöd.", "kinds": ["grant"], "ceiling": "500 000", "version": "1"}
    assert client.post(f"{page}punkter/ny/", clause).headers["Location"] == page
    late = client.post(f"{page}punkter/ny/", clause | {"number": "8.3"})
    assert late.status_code == 422
    assert 'value="2"' in late.content.decode()
    row = order.clauses.get()
    assert (row.ceiling, row.reportable, row.kinds) == (500_000, False, ["grant"])
    client.post(f"{page}punkter/{row.pk}/", clause | {"version": "2", "reportable": "on"})
    changed = client.post(
        f"{page}andra/", facts | {"valid_to": "2031-11-30", "version": "3", "title": "Bytt"}
    )
    assert changed.headers["Location"] == page
    assert client_for(officer).get(page).status_code == 404
    assert "Bytt" in client.get(PAGES).content.decode()
    assert "Bytt" not in client_for(officer).get(PAGES).content.decode()
    shown = client.get(page).content.decode()
    assert "Ny punkt" in shown
    today = timezone.localdate().isoformat()
    adopted = client.post(f"{page}anta/", {"adopted_on": today, "adopted": "§ 5", "version": "4"})
    assert adopted.headers["Location"] == page
    shown = client_for(officer).get(page).content.decode()
    assert "§ 5" in shown
    assert "Kopiera till en ny" not in shown
    assert client.post(f"{page}punkter/ny/", clause).status_code == 422
    copied = client.post(f"{page}kopiera/", facts | {"title": "Tredje", "valid_to": "2031-12-31"})
    third = copied.headers["Location"]
    assert "Oförändrad" in client.get(f"{third}jamfor/").content.decode()
    assert client.get(f"{page}jamfor/").status_code == 404
    assert client.get(f"{third}ta-bort/").status_code == 200
    client.post(f"{third}punkter/{DelegationClause.objects.latest('pk').pk}/ta-bort/")
    assert client.post(f"{third}ta-bort/").headers["Location"] == PAGES
    assert client.post(f"{page}ta-bort/").headers["Location"] == page
    assert DelegationOrder.objects.get() == order


def test_as_of_another_day(client_for, officer, committee):
    old = factories.make_delegation_order(
        committee=committee, title="Den gamla", valid_from=date(2019, 1, 1), valid_to=date(2022, 12, 31)
    )
    factories.make_delegation_order(committee=committee, title="Den nya")
    client = client_for(officer)
    then = client.get(f"{PAGES}?datum=2022-12-31").context["orders"]
    assert [(row.order == old, row.today) for row in then] == [(True, True), (False, False)]
    assert [row.today for row in client.get(f"{PAGES}?datum=2018-12-31").context["orders"]] == [False, False]
    assert client.get(f"{PAGES}?datum=i+höst").context["is_today"]
