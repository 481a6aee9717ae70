"""The timeline with milestones and meetings in their places."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.queries.shown import call_page_context, public_call_pages
from calls.queries.timeline import day_after, milestone_when, span
from s3portal.common.swedish import STOCKHOLM
from tests import factories

OPENS = datetime(2021, 10, 26, 8, tzinfo=STOCKHOLM)
CLOSES = datetime(2021, 11, 29, 23, 59, 59, tzinfo=STOCKHOLM)


@pytest.fixture
def call():
    return factories.make_call(
        opens_at=OPENS, closes_at=CLOSES, decision_timing="month", decision_on=date(2021, 12, 1)
    )


def steps(call, now):
    return call_page_context(public_call_pages().get(pk=call.pk), now=now)["steps"]


def labels(call, now=OPENS):
    return [step.label for step in steps(call, now)]


def states(call, now):
    return {step.label: step.state for step in steps(call, now)}


@pytest.mark.django_db
def test_everything_stands_in_the_order_it_happens(call):
    call.milestones.create(kind="other", title="Uppstart", day=date(2022, 1, 10))
    call.milestones.create(
        kind="evaluation", title="Slututvärdering", day=date(2022, 12, 1), whole_month=True
    )
    call.milestones.create(kind="sub_deadline", title="Skiss", day=date(2021, 11, 5), clock=time(12))
    call.milestones.create(kind="information", title="Öppet hus", day=date(2021, 11, 5))
    call.milestones.create(kind="payment", title="Första utbetalning", text="efter delrapport")
    factories.make_meeting(call=call, starts_at=datetime(2021, 11, 16, 8, tzinfo=STOCKHOLM))
    factories.make_meeting(call=call, kind="dialogue", starts_at=datetime(2021, 10, 1, 8, tzinfo=STOCKHOLM))
    assert [(step.label, step.text) for step in steps(call, OPENS)] == [
        ("Dialogmöte", "Fredag 1 oktober 2021 kl.\u00a008.00–09.00"),
        ("Utlysningen öppnar", "26 oktober 2021 kl. 08.00"),
        ("Öppet hus", "5 november 2021"),
        ("Skiss", "5 november 2021 kl. 12.00"),
        ("Informationsmöte", "Tisdag 16 november 2021 kl.\u00a008.00–09.00"),
        ("Sista ansökningsdag", "29 november 2021 kl. 23.59"),
        ("Granskning", "Handläggare bedömer ansökan"),
        ("Beslut", "December 2021"),
        ("Första utbetalning", "efter delrapport"),
        ("Uppstart", "10 januari 2022"),
        ("Slututvärdering", "december 2022"),
    ]


@pytest.mark.django_db
def test_a_day_is_done_when_it_is_over_and_a_clock_when_it_has_struck(call):
    call.milestones.create(kind="sub_deadline", title="Skiss", day=date(2021, 11, 5))
    call.milestones.create(kind="other", title="Samtal", day=date(2021, 11, 6), clock=time(12))
    last = datetime(2021, 11, 5, 23, 59, 59, tzinfo=STOCKHOLM)
    assert states(call, last)["Skiss"] == "nu"
    after = states(call, last + timedelta(seconds=1))
    assert (after["Skiss"], after["Samtal"]) == ("klar", "nu")
    noon = datetime(2021, 11, 6, 12, tzinfo=STOCKHOLM)
    assert states(call, noon)["Samtal"] == "nu"
    assert states(call, noon + timedelta(seconds=1))["Samtal"] == "klar"


@pytest.mark.django_db
def test_a_planned_day_that_has_passed_makes_no_decision(call):
    later = datetime(2022, 3, 1, tzinfo=STOCKHOLM)
    assert states(call, later)["Granskning"] == "nu"
    assert states(call, later)["Beslut"] == ""


@pytest.mark.django_db
def test_a_concluded_call_still_awaits_its_dated_evaluation(call):
    call.milestones.create(kind="evaluation", title="Slututvärdering", day=date(2022, 12, 1))
    call.status, call.concluded_at = "concluded", CLOSES
    call.save(update_fields=["status", "concluded_at"])
    found = states(call, datetime(2022, 3, 1, tzinfo=STOCKHOLM))
    assert (found["Beslut"], found["Utbetalning"], found["Slututvärdering"]) == ("klar", "klar", "nu")


@pytest.mark.django_db
def test_a_cancelled_or_unpublished_meeting_is_no_step(call):
    factories.make_meeting(call=call, status="draft", starts_at=OPENS)
    factories.make_meeting(call=call, status="cancelled", cancelled_at=OPENS, starts_at=OPENS)
    assert "Informationsmöte" not in labels(call)


@pytest.mark.django_db
def test_a_milestone_takes_the_place_of_what_it_is(call):
    call.decision_timing, call.decision_on = "unset", None
    call.save(update_fields=["decision_timing", "decision_on"])
    call.milestones.create(kind="decision", title="Nämnden beslutar", day=date(2021, 12, 14))
    assert labels(call)[2:] == ["Granskning", "Nämnden beslutar", "Utbetalning", "Utvärdering"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"day": date(2021, 3, 3), "clock": time(12)}, "3 mars 2021 kl. 12.00"),
        ({"day": date(2021, 3, 3)}, "3 mars 2021"),
        ({"day": date(2021, 3, 1), "whole_month": True}, "mars 2021"),
        ({"text": "löpande"}, ""),
    ],
)
def test_when_a_milestone_is(call, fields, words):
    assert milestone_when(call.milestones.create(kind="other", title="Något", **fields)) == words


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_span_ends_right_before_the_next_day_or_month(day):
    for whole_month, first in ((False, day), (True, day.replace(day=1))):
        start, end = span(first, whole_month=whole_month)
        after = day_after(first, whole_month=whole_month)
        assert (start.date(), end.date()) == (first, after - timedelta(days=1))
        assert after.day == 1 if whole_month else after == first + timedelta(days=1)
        assert (end + timedelta(microseconds=1)).date() == after
