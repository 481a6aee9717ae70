from datetime import timedelta

import pytest
from django.core.paginator import EmptyPage
from django.utils import timezone

from applications import queries, services
from applications.models import Application
from applications.queries import Selection
from s3portal.common.paging import BoundedCount, BoundedPaginator, bounded_count
from tests import factories
from tests.applications.sending import assessed, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(owner, officer, second_officer):
    """One of each: a draft, mine, another's, nobody's, a granted and a withdrawn one."""
    call = factories.make_call()

    def make(title, **fields):
        return factories.make_application(user=owner, call=call, title=title, **fields)

    make("Utkast")
    mine, another = send(make("Mitt"), owner), send(make("Kollegans"), owner)
    services.assign_officer(application_id=mine.pk, actor=officer, officer=officer)
    services.assign_officer(application_id=another.pk, actor=officer, officer=second_officer)
    send(make("Ingens"), owner)
    granted = assessed(make("Beviljat"), owner, officer)
    services.grant_application(application_id=granted.pk, actor=officer, amount=1)
    withdrawn = send(make("Återkallat"), owner)
    services.withdraw_application(application_id=withdrawn.pk, actor=owner, reason="Nej")


def titles(user, selection=Selection.OPEN, **wanted):
    rows = queries.work_list(selection=selection, user=user, wanted=wanted)
    return [row.title for row in rows]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection.MINE, ["Mitt"]),
        (Selection.OPEN, ["Ingens", "Kollegans", "Mitt"]),
        (Selection.UNASSIGNED, ["Ingens"]),
        (Selection.CLOSED, ["Återkallat", "Beviljat"]),
    ],
)
def test_each_tab(world, officer, selection, expected):
    assert titles(officer, selection) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("inkommen", ["Ingens", "Kollegans", "Mitt"]),
        ("-inkommen", ["Mitt", "Kollegans", "Ingens"]),
        ("arende", ["Ingens", "Kollegans", "Mitt"]),
        ("-arende", ["Mitt", "Kollegans", "Ingens"]),
        ("hackat", ["Ingens", "Kollegans", "Mitt"]),
        ("", ["Ingens", "Kollegans", "Mitt"]),
    ],
)
def test_orders(world, officer, order, expected):
    assert titles(officer, ordning=order) == expected


def test_order_by_amount_and_status(owner, officer):
    call = factories.make_call()
    small = factories.make_application(user=owner, call=call, title="Liten", applied_amount=250_000)
    factories.make_financing(application=small, amount=50_000)
    large = factories.make_application(user=owner, call=call, title="Stor")
    send(small, owner)
    assessed(large, owner, officer)
    assert titles(officer, ordning="belopp") == ["Liten", "Stor"]
    assert titles(officer, ordning="-belopp") == ["Stor", "Liten"]
    assert titles(officer, ordning="status") == ["Stor", "Liten"]
    assert titles(officer, status="submitted") == ["Liten"]


def test_a_diary_number_in_any_form(world, officer):
    number = str(Application.objects.get(title="Kollegans").case)
    prefix, serial, year = number.split("/")
    for typed in (number, f"{prefix.lower()} {serial}-{year}", f"{serial}/{year}", f"dnr {number}"):
        assert titles(officer, q=typed) == ["Kollegans"], typed
    assert titles(officer, q=f"{prefix}/999/{year}") == []


def test_words_of_title_and_applicant(world, officer):
    assert titles(officer, q="kollegans") == ["Kollegans"]
    assert titles(officer, q="peak jämtl") == ["Ingens", "Kollegans", "Mitt"]
    assert titles(officer, q="utkast") == [], "a draft is found by nobody"
    for odd in ("' & |", "!!", "a:*b", "\\", "%"):
        assert titles(officer, q=odd) == [], odd


def test_filters(world, officer, second_officer):
    area = factories.make_area()
    assert titles(officer, omrade=area) == []
    mine = Application.objects.get(title="Mitt")
    assert titles(officer, omrade=mine.areas.get()) == ["Ingens", "Kollegans", "Mitt"]
    assert titles(officer, handlaggare=second_officer) == ["Kollegans"]
    assert titles(officer, utlysning=mine.call) == ["Ingens", "Kollegans", "Mitt"]
    assert titles(officer, utlysning=factories.make_call()) == []


def test_counts_stop(world, django_assert_num_queries, officer):
    rows = queries.work_list(selection=Selection.OPEN, user=officer, wanted={})
    with django_assert_num_queries(1):
        found = bounded_count(rows, 2)
    assert (found.number, found.more, str(found)) == (3, True, "2+")
    paginator = BoundedPaginator(rows, 1, most=2)
    assert (paginator.count, paginator.num_pages) == (2, 2)
    with pytest.raises(EmptyPage):
        paginator.page(3)


def test_a_count_that_is_whole():
    assert (BoundedCount(7).more, str(BoundedCount(7))) == (False, "7")


def test_the_plans_read_their_indexes(db, officer):
    """Each order comes straight from an index, so the page costs the same however many rows there are."""
    from django.db import connection

    for selection, wanted, index in (
        (Selection.OPEN, {}, "application_open_list"),
        (Selection.OPEN, {"ordning": "-inkommen"}, "application_open_list"),
        (Selection.OPEN, {"ordning": "arende"}, "application_open_title"),
        (Selection.OPEN, {"ordning": "-belopp"}, "application_open_amount"),
        (Selection.CLOSED, {}, "application_closed_list"),
        (Selection.CLOSED, {"ordning": "-arende"}, "application_closed_title"),
    ):
        rows = queries.work_list(selection=selection, user=officer, wanted=wanted)[:25]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = rows.explain()
        assert index in plan, plan
        # What each row waits for is found among its own few requests and assignments.
        assert "Sort" not in plan.split("SubPlan")[0], plan


def test_the_call_whose_frame_is_shown():
    assert queries.call_of_frame(None) is None
    factories.make_call(status="draft")
    first = factories.make_call()
    factories.make_call(
        opens_at=timezone.now() + timedelta(days=5), closes_at=timezone.now() + timedelta(days=90)
    )
    assert queries.call_of_frame(None) == first, "nobody can have applied to the one that has not opened"
    other = factories.make_call(status="draft")
    assert queries.call_of_frame(other) == other


def test_signatories(organisation, owner, colleague):
    assert queries.signatories(organisation) == ["Olga Ödmark"]


def test_organisations_to_write_for(owner, colleague, organisation):
    assert queries.organisations_to_write_for(owner) == [organisation]
    signatory = factories.make_user()
    factories.make_membership(user=signatory, organisation=organisation, role="signatory", is_signatory=True)
    assert queries.organisations_to_write_for(signatory) == []
