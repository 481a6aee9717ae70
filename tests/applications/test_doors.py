"""A door for one applicant after the call has closed."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.models import DoorOpening
from applications.services.door import may_enter
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.sending import send

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def closed(owner):
    """A call that closed an hour ago."""
    return factories.make_call(opens_at=timezone.now() - 50 * HOUR, closes_at=timezone.now() - HOUR)


def open_for(officer, call, organisation, **fields):
    defaults = {"reason": "Portalen var nere.", "open_until": timezone.now() + HOUR}
    return services.open_door_for(
        call_id=call.pk, organisation_id=organisation.pk, actor=officer, **(defaults | fields)
    )


def test_one_applicant_is_let_in_and_nobody_else(officer, owner, colleague, stranger, closed, organisation):
    draft = factories.make_application(user=owner, call=closed)
    others = factories.make_application(user=stranger, call=closed)
    with pytest.raises(services.TooLate):
        send(draft, owner)
    door = open_for(officer, closed, organisation)
    sent = send(draft, owner)
    assert sent.status == "submitted"
    with pytest.raises(services.TooLate):
        send(others, stranger)
    assert sorted(Message.objects.filter(kind="door_opened").values_list("to_email", flat=True)) == sorted(
        [owner.email, colleague.email]
    )
    event = Event.objects.get(action="door_opened")
    assert (event.data["door"], "Portalen var nere." in event.text) == (door.pk, True)


def test_the_door_is_open_to_its_last_second(officer, owner, closed, organisation):
    door = open_for(officer, closed, organisation)
    until = door.open_until.replace(microsecond=0)
    DoorOpening.objects.update(open_until=until)
    assert may_enter(closed, organisation, until + timedelta(microseconds=999_999))
    assert not may_enter(closed, organisation, until + timedelta(seconds=1))
    assert not may_enter(closed, organisation, door.opened_at - timedelta(seconds=1))


def test_a_closed_door_lets_nobody_in(officer, owner, closed, organisation):
    door = open_for(officer, closed, organisation)
    services.close_door(door_id=door.pk, actor=officer)
    assert not may_enter(closed, organisation, timezone.now())
    with pytest.raises(Refusal, match="redan stängd"):
        services.close_door(door_id=door.pk, actor=officer)
    open_for(officer, closed, organisation)
    assert may_enter(closed, organisation, timezone.now())


def test_a_door_whose_time_is_out_makes_room(officer, owner, closed, organisation):
    first = open_for(officer, closed, organisation)
    with pytest.raises(Refusal, match="redan en öppen dörr"):
        open_for(officer, closed, organisation)
    past = timezone.now() - timedelta(minutes=1)
    DoorOpening.objects.update(opened_at=past - HOUR, open_until=past)
    assert open_for(officer, closed, organisation) != first


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": "  "}, "Skriv varför"),
        ({"open_until": timezone.now() - HOUR}, "inte har varit"),
        ({"open_until": timezone.now() + timedelta(days=61)}, "inom 60 dagar"),
    ],
)
def test_what_is_refused(officer, closed, organisation, fields, words):
    with pytest.raises(Refusal, match=words):
        open_for(officer, closed, organisation, **fields)


def test_only_officers_open_and_only_what_has_closed(officer, owner, registrar, closed, organisation):
    for person in (owner, registrar):
        with pytest.raises(Refusal, match="Bara en handläggare"):
            open_for(person, closed, organisation)
        with pytest.raises(Refusal, match="Bara en handläggare"):
            services.close_door(door_id=0, actor=person)
    with pytest.raises(Refusal, match="öppen för alla"):
        open_for(officer, factories.make_call(), organisation)
    closed.status = "concluded"
    closed.concluded_at = timezone.now()
    closed.save(update_fields=["status", "concluded_at"])
    with pytest.raises(Refusal, match="inte publicerad"):
        open_for(officer, closed, organisation)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"reason": ""}, "door_has_reason"),
        ({"open_until": timezone.now() - timedelta(days=400)}, "door_opens_before_closing"),
        ({"closed_at": timezone.now()}, "door_closed_has_who_and_when"),
        ({}, "door_one_open"),
    ],
)
def test_the_database_holds_what_a_door_is(officer, closed, organisation, fields, name):
    open_for(officer, closed, organisation)
    defaults = {"reason": "x", "open_until": timezone.now() + HOUR}
    with pytest.raises(Error, match=name), transaction.atomic():
        DoorOpening.objects.create(
            call=closed, organisation=organisation, opened_by=officer, **(defaults | fields)
        )


# --- Pages ------------------------------------------------------------------------------------------------
def test_an_officer_opens_and_closes(client_for, officer, owner, closed, organisation):
    client = client_for(officer)
    assert "Ingen har fått extra tid" in client.get(reverse("applications:door_list")).content.decode()
    tomorrow = timezone.localdate() + timedelta(days=1)
    typed = {
        "call": closed.pk,
        "organisation": organisation.org_number,
        "until_on": tomorrow.isoformat(),
        "until_at": "12.00",
        "reason": "Portalen var nere.",
    }
    page = reverse("applications:door_new")
    assert client.get(page).status_code == 200
    for wrong in (
        {"organisation": "232100-0214"},
        {"until_on": "2020-01-01"},
        {"reason": ""},
        {"call": factories.make_call().pk},
    ):
        assert client.post(page, typed | wrong).status_code == 422, wrong
    assert not DoorOpening.objects.exists()
    assert client.post(page, typed).status_code == 302
    assert client.post(page, typed).status_code == 422
    door = DoorOpening.objects.get()
    assert f"{timezone.localtime(door.open_until):%H.%M.%S}" == "12.00.59"
    listed = client.get(reverse("applications:door_list")).content.decode()
    assert "Portalen var nere." in listed
    draft = factories.make_application(user=owner, call=closed)
    applicant = client_for(owner)
    assert applicant.get(reverse("applications:step_project", args=[draft.pk])).status_code == 200
    assert "kl. 12.00.59" in applicant.get(reverse("applications:review", args=[draft.pk])).content.decode()
    for _ in range(2):
        assert client.post(reverse("applications:door_close", args=[door.pk])).status_code == 302
    assert DoorOpening.objects.get().closed_by == officer


def test_nobody_else_reaches_the_doors(client_for, owner, registrar):
    for person in (owner, registrar):
        assert client_for(person).get(reverse("applications:door_list")).status_code == 403
        assert client_for(person).get(reverse("applications:door_new")).status_code == 403
