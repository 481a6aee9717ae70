"""Who is offered for a draft, why not the others, and that exactly those who are offered can sign."""

from datetime import date, timedelta

import pytest
import time_machine
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from decisions.checks import check_decision, failing
from decisions.forms import DraftForms
from decisions.models import Decision
from decisions.offers import offer_for
from s3portal.accounts.models import StaffRole
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LAST_OF_OLD, FIRST_OF_NEW = date(2026, 12, 31), date(2027, 1, 1)


def fresh(decision, **fields):
    if fields:
        Decision.objects.filter(pk=decision.pk).update(**fields)
    return Decision.objects.with_parts().get(pk=decision.pk)


def reasons(decision, on=None):
    offer = offer_for(decision, on=on or timezone.localdate())
    return {(seat.clause.number, str(seat.delegate)): seat.reasons for seat in [*offer.can, *offer.cannot]}


def person(name, **fields):
    return factories.make_staff("delegate", full_name=name, **fields)


def test_a_reason_for_each_who_cannot(draft, delegate):
    order, today = delegate.clause.order, timezone.localdate()
    factories.rewrite(order, valid_to=today + timedelta(days=30))
    first = factories.make_clause(order=order, number="1", kinds=["grant"])
    low = factories.make_clause(order=order, number="2", ceiling=150_000)
    own = factories.make_clause(order=order, number="3", own_budget=True)
    factories.make_clause(order=order, number="4")
    later = factories.make_delegation_order(
        committee=order.committee, valid_from=order.valid_to + timedelta(days=1),
        valid_to=order.valid_to + timedelta(days=9),
    )  # fmt: skip
    coming = factories.make_clause(order=later, number="5")
    gone, unlisted = person("Gun Gått", is_active=False), person("Ulf Utan")
    StaffRole.objects.filter(user=unlisted).delete()
    for clause, user, fields in (
        (first, person("Fel Slag"), {}),
        (low, person("Lågt Tak"), {}),
        (own, person("Egen Budget"), {"budget": "Hållbar tillväxt"}),
        (own, person("Utan Budget"), {}),
        (delegate.clause, gone, {}),
        (delegate.clause, unlisted, {}),
        (delegate.clause, person("Tord Förut"), {"acting": True, "valid_to": today - timedelta(days=1)}),
        (delegate.clause, person("Siv Sen"), {"valid_from": today + timedelta(days=1)}),
        (coming, person("Nya Nina"), {}),
    ):
        factories.make_delegate(user=user, clause=clause, office="chef", **fields)
    told = {key[1].split(",")[0]: " | ".join(why) for key, why in reasons(draft).items()}
    amount = "150\u00a0000\u00a0kr"
    assert told["Doris Direktör"] == told["Egen Budget"] == ""
    assert told["Fel Slag"] == "Punkt 1 gäller inte för deltagande och medfinansiering"
    assert told["Lågt Tak"] == f"Beloppet {amount} är för högt för punkt 2"
    assert told["Utan Budget"] == "Utan Budget har ingen egen budget"
    assert told["Gun Gått"] == "Gun Gått arbetar inte kvar"
    assert told["Ulf Utan"] == "Ulf Utan har inte rollen delegat i portalen"
    assert told["Tord Förut"].startswith("Tord Förut fick besluta till och med den ")
    assert told["Siv Sen"].startswith("Siv Sen får besluta först den ")
    assert told["Nya Nina"].startswith("Delegationsordningen gäller inte den ")
    assert told["None"] == "Ingen har punkt 4"


def test_the_day_of_change_begins_at_midnight_in_stockholm(draft, delegate):
    old = delegate.clause.order
    factories.rewrite(old, valid_from=date(2023, 1, 1), valid_to=LAST_OF_OLD)
    factories.rewrite(delegate, acting=True, valid_from=date(2026, 12, 1), valid_to=LAST_OF_OLD)
    new = factories.make_delegation_order(
        committee=old.committee, valid_from=FIRST_OF_NEW, valid_to=date(2030, 12, 31)
    )
    clause = factories.make_clause(order=new, number="9.1")
    holder = factories.make_delegate(user=delegate.user, clause=clause, valid_from=FIRST_OF_NEW)
    # 23.59.59 on the last day is still 22.59.59 in UTC; a second later it is another day here, not there.
    for moment, right in (
        ("2026-12-31T22:59:59Z", delegate),
        ("2026-12-31T23:00:00Z", holder),
        ("2026-11-30T23:00:00Z", delegate),
    ):
        with time_machine.travel(moment, tick=False):
            offer = offer_for(draft, on=timezone.localdate())
            assert offer.delegate_ids == [right.pk], moment


@pytest.mark.parametrize(
    ("amount", "included", "can"),
    [(499_999, False, 1), (500_000, False, 0), (500_000, True, 1), (500_001, True, 0)],
)
def test_the_edges_of_the_ceiling(draft, delegate, amount, included, can):
    factories.rewrite(delegate.clause, ceiling_included=included)
    assert len(offer_for(fresh(draft, amount=amount), on=timezone.localdate()).can) == can


DAYS = some.integers(-3, 3)
MANDATES = some.lists(
    some.tuples(DAYS, some.none() | DAYS, some.booleans(), some.booleans(), some.booleans()), max_size=3
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mandates=MANDATES, ceiling=some.sampled_from([None, 149_999, 150_000, 150_001]), own=some.booleans())
def test_exactly_those_who_are_offered_can_sign(draft, delegate, mandates, ceiling, own):
    """Against the checks that ``sign_decision`` runs, for everybody there is."""
    today = timezone.localdate()
    clause = factories.make_clause(order=delegate.clause.order, ceiling=ceiling, own_budget=own)
    for first, last, budget, active, role in mandates:
        user = person("Någon", is_active=active)
        if not role:
            StaffRole.objects.filter(user=user).delete()
        factories.make_delegate(
            user=user, clause=clause, budget="Egen" if budget else "",
            valid_from=today + timedelta(days=first),
            valid_to=None if last is None else today + timedelta(days=max(first, last)),
        )  # fmt: skip
    offer = offer_for(draft, on=today)
    for seat in [*offer.can, *offer.cannot]:
        if seat.delegate is None:
            continue
        tried = fresh(draft, clause=seat.clause, delegate=seat.delegate)
        signs = not failing(check_decision(tried, on=today, signer=seat.delegate.user))
        assert signs == (seat in offer.can), seat


def test_the_form_chooses_from_the_offer(draft, delegate):
    low = factories.make_clause(order=delegate.clause.order, number="1", ceiling=100_000)
    holder = factories.make_delegate(user=person("Lågt Tak"), clause=low)
    main = DraftForms(decision=fresh(draft)).main
    assert [value for value, _label in main.fields["clause"].choices] == ["", delegate.clause.pk]
    assert [value for value, _label in main.fields["delegate"].choices] == ["", delegate.pk]
    main = DraftForms(decision=fresh(draft, clause=low, delegate=holder)).main
    labels = [str(label) for _value, label in main.fields["clause"].choices]
    assert f"{low} (kan inte användas för det här beslutet)" in labels
    assert any(
        str(label).endswith("får inte fatta det här beslutet") for _v, label in main["delegate"].field.choices
    )
    typed = QueryDict(f"clause={low.pk}&delegate={holder.pk}")
    main = DraftForms(typed, decision=fresh(draft, clause=None, delegate=None)).main
    assert low.pk in [value for value, _label in main.fields["clause"].choices]


def test_the_page_tells_and_asks_as_much_for_three_as_for_one(client_for, officer, draft, delegate):
    client, page = client_for(officer), f"/handlaggning/beslut/{draft.pk}/"
    factories.make_delegate(user=person("Egen Ett"), clause=delegate.clause)
    one = count_queries(lambda: client.get(page))
    for name in ("Två", "Tre"):
        clause = factories.make_clause(order=delegate.clause.order, kinds=["grant"])
        factories.make_delegate(user=person(name), clause=clause)
    assert count_queries(lambda: client.get(page)) == one
    shown = client.get(page).content.decode()
    assert "Kan fatta beslutet i dag (2)" in shown
    assert "gäller inte för deltagande och medfinansiering." in shown


def test_what_is_given_on_is_printed_and_frozen(draft, delegate, officer):
    from decisions.document import decision_text

    factories.rewrite(delegate.clause, sub_delegation=True, own_budget=True)
    factories.rewrite(delegate, is_head=True)
    given_on = factories.make_delegate(
        user=person("Enar Enhet"), clause=delegate.clause, delegated_by=delegate, budget="Hållbar tillväxt",
        office="enhetschef",
    )  # fmt: skip
    text = decision_text(fresh(draft, delegate=given_on)).delegation
    assert text == (
        "Delegationsordning för regionala utvecklingsnämnden, punkt 8.1. Vidaredelegerad av regional "
        "utvecklingsdirektör Doris Direktör. Inom egen budget: Hållbar tillväxt"
    )
