"""The chain over the audit trail: each way of changing what is written is found."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, connections, transaction
from django.utils import timezone

from s3portal.audit import chain, tasks
from s3portal.audit.management.commands.verify_audit import read_anchor
from s3portal.audit.models import Event, Head, Link
from s3portal.audit.services import record_event
from s3portal.audit.verifying import Anchor, verify_chain
from s3portal.checks import audit_chain
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def five():
    """Five events in the chain, on top of those that the case itself has made."""
    case = factories.make_case()
    for number in range(5):
        record_event(
            actor=None,
            action="tried",
            obj=case,
            text=f"Prövat {number}, åäö, 12:34",
            data={"b": [1.10, 12345678901234567890], "a": "é"},
        )
    chain.seal_waiting()
    return list(Event.objects.order_by("-pk")[:5])[::-1]


def past_the_triggers(sql: str, *values: object) -> None:
    """What somebody can do who may do anything in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_the_chain_is_whole_and_says_where_it_ends(five):
    late = record_event(actor=None, action="tried", obj=factories.make_case())
    report = verify_chain()
    assert (report.faults, report.chained) == ([], Link.objects.exclude(position=None).count())
    assert report.waiting == Link.objects.filter(position=None).count() > 0
    assert report.end == Anchor(*Head.objects.values_list("position", "hash").get())
    assert tasks.seal_events() == report.waiting
    assert tasks.seal_events() == 0
    late.refresh_from_db()
    after = verify_chain(anchors=[report.end])
    assert (after.whole, after.waiting, after.end.hash) == (True, 0, late.link.hash)


def test_many_are_sealed_in_batches(five, monkeypatch):
    for _ in range(5):
        record_event(actor=None, action="tried", obj=five[0])
    monkeypatch.setattr(tasks, "BATCH", 2)
    monkeypatch.setattr(tasks, "seal_waiting", lambda: chain.seal_waiting(most=2))
    monkeypatch.setattr(tasks, "MOST_BATCHES", 2)
    assert (tasks.seal_events(), tasks.seal_events()) == (4, 1)
    assert verify_chain().whole


CHANGED = "Händelse {id} (plats {place}) är ändrad."


@pytest.mark.parametrize(
    ("sql", "which", "told"),
    [
        ("UPDATE audit_event SET text = 'något annat' WHERE id = %s", 2, CHANGED),
        ("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = %s", 2, CHANGED),
        # From one field to the next, so that the letters in a row are the same.
        (
            "UPDATE audit_event SET action = 'trie', object_type = 'd' || object_type WHERE id = %s",
            2,
            CHANGED,
        ),
        # 1.10 in the place of 1.1, which Python would read as the same.
        ("UPDATE audit_event SET data = jsonb_set(data, '{b,0}', '1.10') WHERE id = %s", 2, CHANGED),
        ("UPDATE audit_event SET actor_id = 1 WHERE id = %s", 2, CHANGED),
        ("DELETE FROM audit_event WHERE id = %s", 2, "Händelse {id} (plats {place}) är borttagen."),
        (
            "DELETE FROM audit_link WHERE event_id = %s",
            4,
            "Händelse {id} saknas i kedjan: den är inlagd förbi portalen.",
        ),
        (
            "UPDATE audit_link SET digest = repeat('a', 64) WHERE event_id = %s",
            2,
            "Kedjan bryts på plats {place}: länken hör inte ihop med den före.",
        ),
    ],
)
def test_a_change_is_found(five, sql, which, told):
    event = five[which]
    place = Link.objects.get(pk=event.pk).position
    past_the_triggers(sql, event.pk)
    assert told.format(id=event.pk, place=place) in verify_chain().faults


def test_a_gap_is_found(five):
    place = Link.objects.get(pk=five[1].pk).position
    past_the_triggers("DELETE FROM audit_event WHERE id IN (%s, %s)", five[1].pk, five[2].pk)
    past_the_triggers("DELETE FROM audit_link WHERE event_id = %s", five[1].pk)
    gone = f"Händelse {five[2].pk} (plats {place + 1}) är borttagen."
    assert verify_chain().faults == [gone, f"Plats {place} saknas i kedjan."]
    past_the_triggers("DELETE FROM audit_link WHERE event_id = %s", five[2].pk)
    assert verify_chain().faults == [f"Platserna {place}–{place + 1} saknas i kedjan."]


def test_two_that_have_changed_places_are_found(five):
    places = {event.pk: Link.objects.get(pk=event.pk).position for event in five}
    past_the_triggers(
        "UPDATE audit_link SET position = NULL, hash = NULL WHERE event_id IN (%s, %s)",
        five[1].pk,
        five[2].pk,
    )
    for event, other in [(five[1], five[2]), (five[2], five[1])]:
        past_the_triggers(
            "UPDATE audit_link SET position = %s, hash = repeat('b', 64) WHERE event_id = %s",
            places[other.pk],
            event.pk,
        )
    faults = verify_chain().faults
    assert [
        f"Kedjan bryts på plats {places[event.pk]}: länken hör inte ihop med den före." for event in five[1:4]
    ] == faults


def test_an_end_that_is_cut_off_is_found(five):
    last = Link.objects.get(pk=five[-1].pk).position
    past_the_triggers("DELETE FROM audit_event WHERE id = %s", five[-1].pk)
    past_the_triggers("DELETE FROM audit_link WHERE event_id = %s", five[-1].pk)
    cut = f"Kedjans slut är borttaget: den slutar på plats {last - 1} och gick till plats {last}."
    assert verify_chain().faults == [cut]
    past_the_triggers("DELETE FROM audit_head")
    assert verify_chain().faults == ["Anteckningen om kedjans ände är borttagen."]


def test_a_chain_that_is_made_anew_is_found_by_what_was_noted_elsewhere(five):
    noted = verify_chain().end
    past_the_triggers("UPDATE audit_event SET text = 'snyggare' WHERE id = %s", five[0].pk)
    past_the_triggers("DELETE FROM audit_link")
    past_the_triggers("DELETE FROM audit_head")
    for event_id, at, actor_id, actor_label, action, object_type, object_id, text, data_text in _rows():
        digest = chain.digest_of(
            event_id=event_id, at=at, actor_id=actor_id, actor_label=actor_label, action=action,
            object_type=object_type, object_id=object_id, text=text, data_text=data_text,
        )  # fmt: skip
        Link.objects.create(event_id=event_id, digest=digest)
    chain.seal_waiting()
    assert verify_chain().whole
    assert verify_chain(anchors=[noted]).faults == [
        f"Kedjan är gjord om: plats {noted.position} har inte den kontrollsumma som är antecknad."
    ]


def _rows():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, actor_id, actor_label, action, object_type, object_id, text, data::text"
            " FROM audit_event ORDER BY id"
        )
        return cursor.fetchall()


def test_the_database_refuses_to_change_or_remove_a_link(five):
    link = Link.objects.filter(pk=five[0].pk)
    waiting = record_event(actor=None, action="tried", obj=five[0]).pk
    refused: list[tuple[str, Callable[[], object]]] = [
        ("link_sealed_once", lambda: link.update(position=99)),
        ("link_as_written", lambda: Link.objects.filter(pk=waiting).update(digest="c" * 64)),
        ("link_stays", link.delete),
        ("head_stays", Head.objects.all().delete),
    ]
    for name, change in refused:
        with pytest.raises(InternalError, match=name), transaction.atomic():
            change()


def test_the_command_tells_what_is_wrong_and_where_the_chain_ends(five):
    end = verify_chain().end
    out = StringIO()
    call_command("verify_audit", stdout=out, anchor=[str(end)])
    assert f"Kedjans ände: {end}" in out.getvalue()
    silent = StringIO()
    call_command("verify_audit", stdout=silent, verbosity=0)
    assert silent.getvalue() == ""
    past_the_triggers("UPDATE audit_event SET text = 'x'")
    with pytest.raises(CommandError, match="Loggen är inte hel"):
        call_command("verify_audit")


# --- A chain that nobody fills ----------------------------------------------------------------------------
@pytest.mark.parametrize(("waited", "told"), [(5 * 60, False), (5 * 60 + 1, True)])
def test_an_event_that_waits_for_its_place_for_long_is_told_of(five, waited, told):
    event = record_event(actor=None, action="tried", obj=factories.make_case())
    chain.seal_waiting()
    assert chain.stalled_since(now=event.at + timedelta(days=1)) is None
    event = record_event(actor=None, action="tried", obj=event)
    since = chain.stalled_since(now=event.at + timedelta(seconds=waited))
    assert since == (event.at if told else None)


def test_those_who_look_are_told_that_nobody_fills_the_chain(five, registrar, client_for):
    case = factories.make_case()
    chain.seal_waiting()
    with time_machine.travel(timezone.now() - timedelta(minutes=6)):
        record_event(actor=None, action="tried", obj=case)
    (warning,) = audit_chain(None, databases=["default"])
    assert (warning.id, "har inte fyllts på" in warning.msg) == ("s3.W001", True)
    assert audit_chain(None) == []
    told = StringIO()
    call_command("verify_audit", stdout=StringIO(), stderr=told)
    assert "Celery beat" in told.getvalue()
    page = f"/handlaggning/diarium/{case.pk}/logg/"
    sentence = "har inte fått sina platser i kedjan"
    assert sentence in client_for(registrar).get(page).content.decode()
    chain.seal_waiting()
    assert audit_chain(None, databases=["default"]) == []
    assert sentence not in client_for(registrar).get(page).content.decode()


def test_many_faults_are_counted_and_the_first_told(five, monkeypatch):
    monkeypatch.setattr("s3portal.audit.verifying.MOST_TOLD", 2)
    past_the_triggers("UPDATE audit_event SET text = 'x' WHERE action = 'tried'")
    with pytest.raises(CommandError, match="5 fel:") as refusal:
        call_command("verify_audit")
    assert str(refusal.value).endswith("… och 3 till.")


@pytest.mark.parametrize("typed", ["", "12", "0:" + "a" * 64, "12:" + "a" * 63, "12:" + "g" * 64])
def test_an_anchor_that_cannot_be_read_is_refused(typed):
    with pytest.raises(CommandError, match="är inte kedjans ände"):
        read_anchor(typed)


def test_a_trail_without_events_is_whole():
    past_the_triggers("DELETE FROM audit_event")
    past_the_triggers("DELETE FROM audit_link")
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "Loggen är hel: 0 händelser i kedjan, 0 väntar på plats.\n"


def test_what_was_recorded_before_the_chain_is_taken_into_it(five):
    backfill = import_module("s3portal.audit.migrations.0003_chain_of_hashes").BACKFILL
    written = dict(Link.objects.values_list("event_id", "digest"))
    past_the_triggers("DELETE FROM audit_link")
    with connection.cursor() as cursor:
        cursor.execute(backfill)
    assert dict(Link.objects.values_list("event_id", "digest")) == written


def test_the_hash_is_the_one_that_the_decision_describes():
    """By hand, so that others can follow the description (docs/adr/0013)."""
    content = {
        "event_id": 7, "at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "actor_id": None,
        "actor_label": "Åsa", "action": "tried", "object_type": "diary.case", "object_id": 3, "text": "",
        "data_text": "{}",
    }  # fmt: skip
    whole = "1:7,16:1767323045000006,0:,4:Åsa,5:tried,10:diary.case,1:3,0:,2:{}"
    assert chain.digest_of(**content) == hashlib.sha256(whole.encode()).hexdigest()


@pytest.mark.parametrize(
    "table", ["audit_event", "audit_link", "audit_head", "audit_head, audit_link, audit_event"]
)
def test_nobody_empties_the_trail(five, table):
    with (
        pytest.raises(InternalError, match="the audit trail is never emptied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table}")
    assert Event.objects.filter(pk__in=[one.pk for one in five]).count() == 5


@pytest.mark.django_db(transaction=True)
def test_sealing_waits_for_nobody_and_takes_a_late_event_afterwards():
    """An event whose transaction is still open does not hold up the chain, nor is it ever left out."""
    case = factories.make_case()
    chain.seal_waiting()
    written, go_on = threading.Event(), threading.Event()
    slow: list[int] = []

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                slow.append(record_event(actor=None, action="slow", obj=case).pk)
                written.set()
                go_on.wait(10)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(10)
    quick = record_event(actor=None, action="quick", obj=case)
    assert chain.seal_waiting() == 1
    go_on.set()
    thread.join(10)
    assert chain.seal_waiting() == 1
    assert quick.pk > slow[0]
    assert Link.objects.get(pk=slow[0]).position == Link.objects.get(pk=quick.pk).position + 1
    assert verify_chain().whole
