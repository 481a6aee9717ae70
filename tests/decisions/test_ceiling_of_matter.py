"""A clause's ceiling covers all that the matter comes to, however many decisions it is parted in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from decisions.checks import check_decision, failing, standing_of_many
from decisions.enums import Relation
from decisions.kinds import amount_of, amount_to_hold
from decisions.models import Decision
from decisions.services.proposing import ChecksFailed, propose_decision
from s3portal.diary.merging import CaseMerger
from tests import factories
from tests.decisions.test_signing import at_once, sign

pytestmark = pytest.mark.django_db
#: Clause 8.1 is for amounts below 500 000 kr.
BASE = 300_000


@pytest.fixture
def base(officer, delegate):
    kinds = ["participation", "extension", "amendment", "correction"]
    factories.rewrite(delegate.clause, kinds=kinds)
    return factories.make_signed_decision(
        user=officer, delegate=delegate, amount_kind="cash", amount=BASE, document=False
    )


def later_fields(earlier, relation, amount, kind="cash"):
    return {
        "case": earlier.case,
        "changes": earlier,
        "relation": relation.value,
        "kind": relation.kind.value,
        "amount": amount,
        "amount_kind": kind if amount else "none",
        "clause": earlier.clause,
        "document": False,
    }


def signed(earlier, relation, amount, kind="cash"):
    return factories.make_signed_decision(
        user=earlier.created_by, **later_fields(earlier, relation, amount, kind)
    )


def draft(earlier, relation, amount, kind="cash"):
    fields = later_fields(earlier, relation, amount, kind)
    fields.pop("document")
    delegate = earlier.clause.delegates.get()
    made = factories.make_decision(user=earlier.created_by, bare=True, **fields, delegate=delegate)
    said = f"Beloppet är {amount} kronor. " if amount else ""
    made.points.create(order=1, text=f"{said}Finansiering sker inom ram för området.")
    made.basis_documents.create(order=1, title="Beslutet")
    made.extract_recipients.create(order=1, name="Projektägaren")
    # One that prolongs ends later than all before it.
    Decision.objects.filter(pk=made.pk).update(
        starts_on=None if relation != Relation.EXTENDS else made.ends_on + timedelta(days=1),
        ends_on=None if relation != Relation.EXTENDS else made.ends_on + timedelta(days=30),
    )
    made = Decision.objects.with_parts().get(pk=made.pk)
    factories.consider(made)
    return made


def is_too_much(decision):
    return "ceiling" in {check.code for check in failing(check_decision(decision, on=timezone.localdate()))}


def test_a_second_extension_of_the_same_decision_counts_the_first(base):
    first = draft(base, Relation.EXTENDS, 150_000)
    assert (amount_to_hold(first), is_too_much(first)) == (450_000, False)
    signed(base, Relation.EXTENDS, 150_000)
    second = draft(base, Relation.EXTENDS, 150_000)
    assert (amount_to_hold(second), is_too_much(second)) == (600_000, True)


def test_an_amendment_of_what_has_been_extended_counts_the_extension(base):
    signed(base, Relation.EXTENDS, 150_000)
    made = draft(base, Relation.AMENDS, 400_000)
    assert (amount_to_hold(made), is_too_much(made)) == (550_000, True)


def test_an_extension_of_what_has_been_amended_or_corrected_counts_the_new_amount(base):
    for relation in (Relation.AMENDS, Relation.CORRECTS):
        change = signed(base, relation, 400_000)
        made = draft(base, Relation.EXTENDS, 150_000)
        assert (amount_to_hold(made), is_too_much(made)) == (550_000, True), relation
        assert amount_of(base) == 400_000
        signed(change, Relation.REVOKES, None)
        assert (amount_to_hold(made), is_too_much(made)) == (450_000, False), relation


def test_an_amount_hidden_behind_a_change_without_one_is_counted(base):
    dates = signed(base, Relation.AMENDS, None)
    signed(dates, Relation.AMENDS, 400_000)
    assert amount_of(base) == 400_000
    assert amount_to_hold(draft(base, Relation.EXTENDS, 150_000)) == 550_000


def test_an_extension_of_an_extension_and_working_time_count(base):
    extension = signed(base, Relation.EXTENDS, 100_000, "in_kind")
    made = draft(extension, Relation.EXTENDS, 100_000)
    assert (amount_to_hold(made), is_too_much(made)) == (500_000, True)


def test_what_lowers_or_undoes_something_covers_what_it_was(base):
    extension = signed(base, Relation.EXTENDS, 250_000)
    for made in (
        draft(base, Relation.AMENDS, 10_000),
        draft(extension, Relation.REVOKES, None),
        draft(base, Relation.CORRECTS, None),
    ):
        assert (amount_to_hold(made), is_too_much(made)) == (550_000, True)


@pytest.mark.parametrize("relation", [Relation.AMENDS, Relation.CORRECTS, Relation.EXTENDS])
def test_a_change_that_says_an_amount_says_it_in_the_form(base, relation):
    """Else the next one would not count it."""
    made = draft(base, relation, None)
    made.points.update(text="Beloppet är 450 000 kronor. Finansiering sker inom ram.")
    made = Decision.objects.with_parts().get(pk=made.pk)
    (told,) = [one for one in failing(check_decision(made, on=timezone.localdate()))
               if one.code == "amounts_agree"]  # fmt: skip
    assert told.url == "#id_amount"
    Decision.objects.filter(pk=made.pk).update(background="Regionen beslutade om 300 000 kronor.")
    made.points.update(text="Beloppet är som förut 300 000 kronor. Finansiering sker inom ram.")
    made = Decision.objects.with_parts().get(pk=made.pk)
    assert "amounts_agree" not in {one.code for one in failing(check_decision(made, on=timezone.localdate()))}


def test_a_signed_one_is_counted_once(base):
    extension = signed(base, Relation.EXTENDS, 150_000)
    assert amount_to_hold(extension) == 450_000


def beside(base):
    """Another first decision, as when one matter is parted in several."""
    return factories.make_signed_decision(
        user=base.created_by,
        document=False,
        case=base.case,
        clause=base.clause,
        amount_kind="cash",
        amount=BASE,
    )


def test_several_first_decisions_in_one_case_are_one_matter(base, officer, delegate):
    made = factories.make_decision(
        user=officer, delegate=delegate, case=base.case, amount_kind="cash", amount=BASE
    )
    made = Decision.objects.with_parts().get(pk=made.pk)
    assert (amount_to_hold(made), is_too_much(made)) == (600_000, True)
    (told,) = [one for one in check_decision(made, on=timezone.localdate()) if one.code == "ceiling"]
    assert told.note.startswith("Det är hela ärendets belopp, med det som redan är beslutat. ")
    (known,) = standing_of_many([made]).values()
    assert known.beside == BASE
    assert is_too_much(draft(base, Relation.AMENDS, 400_000)) is False
    second = beside(base)
    assert amount_to_hold(draft(second, Relation.AMENDS, 400_000)) == 700_000
    revoked = signed(base, Relation.REVOKES, None)
    assert amount_to_hold(made) == 600_000
    signed(second, Relation.REVOKES, None)
    assert (amount_to_hold(made), is_too_much(made)) == (BASE, False)
    assert amount_to_hold(Decision.objects.get(pk=revoked.pk)) == BASE


def test_what_later_ones_have_made_of_the_other_is_counted(base, officer, delegate):
    signed(base, Relation.AMENDS, 100_000)
    signed(base, Relation.EXTENDS, 50_000)
    made = factories.make_decision(user=officer, delegate=delegate, case=base.case, amount=200_000)
    assert amount_to_hold(made) == 350_000


def test_what_adds_nothing_is_not_held_to_the_rest_of_the_matter(base):
    """A slip in a grant of one's own is put right whatever else stands in the case."""
    beside(base)
    for made in (
        draft(base, Relation.CORRECTS, None),
        draft(base, Relation.AMENDS, 200_000),
        draft(base, Relation.REVOKES, None),
    ):
        assert (amount_to_hold(made), is_too_much(made)) == (BASE, False)
    assert amount_to_hold(draft(base, Relation.AMENDS, BASE + 1)) == 2 * BASE + 1


def test_what_binds_to_nothing_is_held_to_nothing(base, officer, delegate):
    made = factories.make_decision(
        user=officer, delegate=delegate, case=base.case, kind="other", amount_kind="none", amount=None
    )
    assert amount_to_hold(made) == 0


def test_merged_cases_are_one_matter(base, officer, delegate, registrar):
    other = factories.make_case()
    factories.rewrite(base.case, status="closed")
    factories.rewrite(base.case, status="closed")
    CaseMerger.objects.create(merged=base.case, into=other, reason="Samma ärende.", by=registrar)
    made = factories.make_decision(user=officer, delegate=delegate, case=other, amount=200_000)
    assert amount_to_hold(made) == 500_000


def test_the_latest_of_one_day_is_the_one_signed_last(base):
    """Drafted first and signed last."""
    now = timezone.now()
    first = factories.make_signed_decision(
        user=base.created_by, **later_fields(base, Relation.AMENDS, 350_000), signed_at=now
    )
    factories.make_signed_decision(
        user=base.created_by,
        **later_fields(base, Relation.CORRECTS, 310_000),
        signed_at=now - timedelta(hours=1),
    )
    assert first.amount == amount_of(base) == 350_000


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_extensions_signed_at_once_one_passes(base, officer, delegate_user):
    """The case is held from before the checks: the second sees what the first has added."""
    proposed = [
        propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)
        for made in [draft(base, Relation.EXTENDS, 150_000) for _ in range(2)]
    ]
    results = at_once(*[lambda one=one: sign(one, delegate_user) for one in proposed])
    assert sum(isinstance(result, Decision) for result in results) == 1
    (refused,) = [result for result in results if isinstance(result, ChecksFailed)]
    assert "ceiling" in {check.code for check in refused.checks}
    assert amount_of(base) == 450_000
