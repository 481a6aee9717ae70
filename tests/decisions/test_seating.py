"""Who sits in the nämnd: kept with dates by the registrar, never deleted, and the right to read follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from decisions.enums import SeatOffice
from decisions.models import Committee, CommitteeMember
from decisions.seat_queries import seats_on
from decisions.services.seating import (
    SeatData,
    add_member,
    cancel_member,
    create_committee,
    end_member,
    withdraw_roles,
)
from s3portal.accounts.models import StaffRole
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories
from tests.counting import count_queries

COMMITTEES = "/handlaggning/namnder/"
PERSONAS = ["officer", "delegate_user", "registrar", "admin_user", "member", "assessor", "owner", "stranger"]


@pytest.fixture
def committee(db):
    return factories.make_committee()


@pytest.fixture
def person(db):
    return factories.make_user(full_name="Lena Ledamot", email="lena@example.se")


@pytest.fixture
def seat(committee, registrar, person):
    """Puts Lena in the nämnd for days counted from today."""

    def put(first=-10, last=None, *, office=SeatOffice.MEMBER, email=person.email):
        today = timezone.localdate()
        until = None if last is None else today + timedelta(days=last)
        data = SeatData(email, office, today + timedelta(days=first), until)
        return add_member(actor=registrar, committee_id=committee.pk, data=data)

    return put


def roles(user):
    return set(StaffRole.objects.filter(user=user).values_list("role", flat=True))


# --- The services -----------------------------------------------------------------------------------------
def test_a_seat_gives_the_role_and_is_noted(seat, person, committee):
    row = seat(office=SeatOffice.VICE_CHAIR)
    assert (row.user, row.office, row.valid_to) == (person, "vice_chair", None)
    assert roles(person) == {"committee_member"}
    assert Event.objects.get(action="member_seated").object_id == committee.pk


def test_the_address_is_found_in_any_case_and_an_unknown_one_is_refused(seat):
    assert seat(email="LENA@Example.se").user.email == "lena@example.se"
    with pytest.raises(Refusal, match="Ingen i portalen har den adressen") as refused:
        seat(email="okand@example.se")
    assert refused.value.field == "email"


@pytest.mark.parametrize(("first", "last"), [(-20, -10), (-10, -10), (0, 0), (5, 9), (-20, None)])
def test_nobody_sits_twice_on_one_day(seat, first, last):
    seat(-10, 5)
    with pytest.raises(Refusal, match="sitter redan i nämnden"):
        seat(first, last)


def test_a_seat_follows_on_another(seat):
    seat(-10, 5)
    assert seat(6).valid_from == timezone.localdate() + timedelta(days=6)
    assert seat(-30, -11).is_over


def test_there_is_one_chair_on_each_day(seat):
    other = factories.make_user()
    seat(-10, 5, office=SeatOffice.CHAIR)
    with pytest.raises(Refusal, match="Lena Ledamot är ordförande") as refused:
        seat(5, office=SeatOffice.CHAIR, email=other.email)
    assert refused.value.field == "office"
    assert seat(6, office=SeatOffice.CHAIR, email=other.email).office == "chair"


def test_the_last_day_moves_both_ways_until_it_has_been(seat, registrar):
    row, today = seat(-10, 5), timezone.localdate()
    for last in (today + timedelta(days=30), today, today - timedelta(days=1)):
        assert end_member(actor=registrar, member_id=row.pk, last_day=last).valid_to == last
    with pytest.raises(Refusal, match="Uppdraget är över"):
        end_member(actor=registrar, member_id=row.pk, last_day=today)
    with pytest.raises(Refusal, match="står kvar som det är"):
        cancel_member(actor=registrar, member_id=row.pk, reason="Fel")


def test_the_last_day_is_not_before_the_first_nor_into_the_next_seat(seat, registrar):
    row, _next = seat(-10, 5), seat(6)
    today = timezone.localdate()
    for last, words in [(-11, "eller en senare dag"), (6, "sitter redan i nämnden")]:
        with pytest.raises(Refusal, match=words) as refused:
            end_member(actor=registrar, member_id=row.pk, last_day=today + timedelta(days=last))
        assert refused.value.field == "last_day"


def test_a_mistake_is_cancelled_with_a_reason_and_never_counted(seat, registrar, committee, person):
    row = seat()
    with pytest.raises(Refusal, match="Ange varför"):
        cancel_member(actor=registrar, member_id=row.pk, reason=" ")
    cancel_member(actor=registrar, member_id=row.pk, reason="Fel person")
    assert not Committee.objects.of_member(person).exists()
    assert [each.pk for each in seats_on(committee, timezone.localdate()).cancelled] == [row.pk]
    with pytest.raises(Conflict, match="redan makulerat"):
        cancel_member(actor=registrar, member_id=row.pk, reason="Igen")
    assert seat().office == "member"


@pytest.mark.parametrize("persona", ["officer", "delegate_user", "member", "owner"])
def test_others_may_not(request, committee, person, seat, persona):
    actor, row = request.getfixturevalue(persona), seat()
    today = timezone.localdate()
    data = SeatData(person.email, SeatOffice.MEMBER, today + timedelta(days=99))
    for step in (
        lambda: create_committee(actor=actor, name="regionstyrelsen"),
        lambda: add_member(actor=actor, committee_id=committee.pk, data=data),
        lambda: end_member(actor=actor, member_id=row.pk, last_day=today),
        lambda: cancel_member(actor=actor, member_id=row.pk, reason="Nej"),
    ):
        with pytest.raises(Refusal, match="Bara en registrator"):
            step()


def test_a_committee_is_entered_once_with_an_address_of_its_own(registrar, committee):
    with pytest.raises(Refusal, match="redan en nämnd") as refused:
        create_committee(actor=registrar, name="Regionala utvecklingsnämnden")
    assert refused.value.field == "name"
    assert create_committee(actor=registrar, name="regionstyrelsen").slug == "regionstyrelsen"
    assert create_committee(actor=registrar, name="regionstyrelsen!").slug == "regionstyrelsen-2"


# --- The role follows the dates ---------------------------------------------------------------------------
def test_the_role_goes_when_the_last_seat_is_over(seat, person, registrar):
    row = seat(-10, 0)
    by_hand = factories.make_staff("committee_member")
    assert withdraw_roles() == 0
    end_member(actor=registrar, member_id=row.pk, last_day=timezone.localdate() - timedelta(days=1))
    assert (withdraw_roles(), withdraw_roles()) == (1, 0)
    assert roles(person) == set()
    assert roles(by_hand) == {"committee_member"}
    assert Event.objects.get(action="member_role_ended").object_id == person.pk


def test_who_comes_back_later_keeps_the_role_and_reads_nothing_meanwhile(seat, person, client_for, committee):
    seat(-10, -1)
    seat(3)
    meeting = factories.make_committee_meeting(committee=committee)
    assert withdraw_roles() == 0
    client = client_for(person)
    assert client.get("/namnd/").status_code == 200
    assert client.get(f"/namnd/{meeting.pk}/").status_code == 404


def test_who_has_left_reads_no_list(seat, person, registrar, client_for, committee):
    row = seat(-10, 0)
    meeting = factories.make_committee_meeting(committee=committee)
    client = client_for(person)
    assert client.get(f"/namnd/{meeting.pk}/").status_code == 200
    end_member(actor=registrar, member_id=row.pk, last_day=timezone.localdate() - timedelta(days=1))
    assert client.get(f"/namnd/{meeting.pk}/").status_code == 404


# --- The database -----------------------------------------------------------------------------------------
def test_the_database_keeps_seats_and_their_days(seat, person, committee):
    row = seat(-10, 5)
    for wrong in (
        row.delete,
        lambda: CommitteeMember.objects.filter(pk=row.pk).update(valid_from=date(2020, 1, 1)),
        lambda: CommitteeMember.objects.filter(pk=row.pk).update(office="chair"),
        lambda: CommitteeMember.objects.create(
            committee=committee, user=person, valid_from=timezone.localdate()
        ),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            wrong()


@pytest.mark.parametrize(
    "fields",
    [{"office": "king"}, {"cancelled_at": timezone.now()}, {"cancel_reason": "Fel"}],
    ids=["office", "cancelled without a reason", "a reason alone"],
)
def test_the_database_knows_the_offices_and_why(committee, person, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        CommitteeMember.objects.create(
            committee=committee, user=person, valid_from=date(2025, 1, 1), **fields
        )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_seat_a_chair_at_once_seat_one():
    committee = factories.make_committee()
    registrar = factories.make_staff("registrar")
    people = [factories.make_user() for _ in range(2)]

    def take(person):
        try:
            data = SeatData(person.email, SeatOffice.CHAIR, timezone.localdate())
            return add_member(actor=registrar, committee_id=committee.pk, data=data).pk
        except Refusal as refusal:
            return refusal.message
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(take, people))
    assert sorted(type(one).__name__ for one in outcomes) == ["int", "str"]
    assert CommitteeMember.objects.filter(office="chair").count() == 1


# --- The pages --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("persona", PERSONAS)
def test_who_sees_and_who_writes(request, client_for, seat, committee, persona):
    row = seat()
    client = client_for(request.getfixturevalue(persona))
    page = f"{COMMITTEES}{committee.pk}/"
    sees, writes = persona in PERSONAS[:4], persona in {"registrar", "admin_user"}
    for address, allowed in [
        (COMMITTEES, sees),
        (page, sees),
        (f"{COMMITTEES}ny/", writes),
        (f"{page}ledamoter/ny/", writes),
        (f"{page}ledamoter/{row.pk}/sista-dag/", writes),
        (f"{page}ledamoter/{row.pk}/makulera/", writes),
    ]:
        assert client.get(address).status_code == (200 if allowed else 403), address
        if address not in (COMMITTEES, page):
            assert client.post(address, {}).status_code == (422 if allowed else 403), address


def test_the_registrar_keeps_the_members(client_for, registrar, committee, person):
    client, page = client_for(registrar), f"{COMMITTEES}{committee.pk}/"
    today = timezone.localdate()
    typed = {"email": "ingen@example.se", "office": "chair", "valid_from": "2025-01-01", "valid_to": ""}
    shown = client.post(f"{page}ledamoter/ny/", typed)
    assert shown.status_code == 422
    assert "Ingen i portalen har den adressen" in shown.content.decode()
    assert 'value="ingen@example.se"' in shown.content.decode()
    shown = client.post(f"{page}ledamoter/ny/", typed | {"email": person.email}, follow=True)
    assert "Uppdraget är inlagt." in shown.content.decode()
    [row] = CommitteeMember.objects.all()
    assert (row.office, row.valid_from) == ("chair", date(2025, 1, 1))
    address = f"{page}ledamoter/{row.pk}/"
    assert client.post(f"{address}sista-dag/", {"last_day": "2024-12-31"}).status_code == 422
    client.post(f"{address}sista-dag/", {"last_day": today.isoformat()})
    row.refresh_from_db()
    assert row.valid_to == today
    client.post(f"{address}makulera/", {"reason": "Fel Lena"})
    assert "Fel Lena" in client.get(page).content.decode()
    assert client.get(f"{address}makulera/").status_code == 404


def test_the_page_tells_how_it_was(client_for, officer, committee, seat):
    seat(-400, -200, office=SeatOffice.CHAIR)
    client, page = client_for(officer), f"{COMMITTEES}{committee.pk}/"
    then = timezone.localdate() - timedelta(days=300)
    now = client.get(page)
    assert [len(now.context["seats"].sitting), len(now.context["page"])] == [0, 1]
    earlier = client.get(f"{page}?datum={then.isoformat()}")
    assert [len(earlier.context["seats"].sitting), len(earlier.context["page"])] == [1, 0]
    before = client.get(f"{page}?datum=2001-01-01")
    assert [len(before.context["seats"].sitting), len(before.context["seats"].coming)] == [0, 1]


def test_a_committee_is_entered_on_a_page(client_for, registrar):
    shown = client_for(registrar).post(f"{COMMITTEES}ny/", {"name": "regionstyrelsen"}, follow=True)
    assert "Regionstyrelsen" in shown.content.decode()
    assert Committee.objects.get().name == "regionstyrelsen"


def test_the_pages_cost_the_same_for_one_and_for_many(client_for, officer, committee, seat):
    client = client_for(officer)
    for address in (COMMITTEES, f"{COMMITTEES}{committee.pk}/"):
        seat(-3, 400, email=factories.make_user().email)
        client.get(address)
        one = count_queries(lambda: client.get(address))  # noqa: B023 - called now
        for _ in range(3):
            seat(-3, 400, email=factories.make_user().email)
            factories.make_committee()
        assert count_queries(lambda: client.get(address)) == one  # noqa: B023 - called now
