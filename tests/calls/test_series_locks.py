"""What officers do with a series while visitors register to it and give up their seats."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from calls.enums import Place
from calls.models import Participation, Registration
from calls.services import meetings, registering, seats
from calls.services.series import publish_series
from s3portal.outbox.models import Message
from tests import factories


def make_room(**fields):
    starts_at = timezone.now() + timedelta(days=7)
    room = {
        "registration": "open", "attendance": "both", "place": "Hus U", "capacity": 1, "starts_at": starts_at,
    }  # fmt: skip
    return factories.make_meeting(**(room | fields))


@pytest.mark.django_db(transaction=True)
def test_publishing_a_series_and_registering_to_it_do_not_wait_for_each_other(officer, monkeypatch):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda pk: None)
    series = factories.make_meeting_series()
    published, draft = make_room(series=series), make_room(series=series, status="draft")
    has_meetings, find = threading.Event(), registering._find

    def find_slowly(event, email):
        # The meetings are locked; the officer takes the series and waits for the meetings.
        has_meetings.set()
        publishing.join(1.5)
        return find(event, email)

    monkeypatch.setattr(registering, "_find", find_slowly)
    errors: list[Exception] = []

    def run(step):
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever it is, the assertion tells
            errors.append(error)
        finally:
            connection.close()

    def publish():
        has_meetings.wait(20)
        publish_series(series_id=series.pk, actor=officer)

    def register():
        registering.register(
            event=published, name="Anna", email="anna@example.org", choices={published.pk: Place.ROOM}
        )

    publishing = threading.Thread(target=run, args=(publish,))
    registration = threading.Thread(target=run, args=(register,))
    registration.start()
    publishing.start()
    registration.join(30)
    publishing.join(30)
    assert errors == []
    draft.refresh_from_db()
    assert (draft.status, Registration.objects.count()) == ("published", 1)


@pytest.mark.django_db
def test_a_seat_offered_at_a_cancelled_meeting_lapses_in_silence(officer):
    meeting = make_room()
    for name in ("a", "b"):
        registering.register(
            event=meeting, name=name, email=f"{name}@example.org", choices={meeting.pk: Place.ROOM}
        )
    registering.cancel_registration(registration_id=Registration.objects.get(name="a").pk)
    assert Participation.objects.filter(offered_until__isnull=False).count() == 1
    meeting.refresh_from_db()
    meetings.cancel_meeting(
        meeting_id=meeting.pk, reason="Snöstorm", expected_version=meeting.version, actor=officer
    )
    seats.lapse_due_offers(now=timezone.now() + timedelta(hours=30))
    assert not Message.objects.filter(kind="meeting_seat_lapsed").exists()
