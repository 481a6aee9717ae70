from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import MeetingSeries
from calls.queries import meetings as meeting_queries
from calls.queries import shown as queries
from calls.queries.filters import public_calls
from calls.queries.timeline import call_timeline
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def states(call, now):
    steps = call_timeline(call, meetings=list(call.meetings.all()), now=now)
    return [(step.label, step.state) for step in steps]


def page_of(call):
    return queries.public_call_pages().get(pk=call.pk)


def test_the_timeline_follows_the_clock():
    now = timezone.now()
    call = factories.make_call(opens_at=now - 10 * DAY, closes_at=now + 30 * DAY)
    factories.make_meeting(call=call, starts_at=now + 7 * DAY)
    call = page_of(call)
    assert states(call, now) == [
        ("Utlysningen öppnar", "klar"),
        ("Informationsmöte", "nu"),
        ("Sista ansökningsdag", ""),
        ("Granskning", ""),
        ("Beslut", ""),
        ("Utbetalning", ""),
        ("Utvärdering", ""),
    ]
    assert [state for _label, state in states(call, now + 8 * DAY)][:4] == ["klar", "klar", "nu", ""]
    assert [state for _label, state in states(call, now + 31 * DAY)][:5] == ["klar", "klar", "klar", "nu", ""]
    assert [state for _label, state in states(call, now - 11 * DAY)][:2] == ["nu", ""]


def test_a_meeting_before_the_opening_comes_first():
    now = timezone.now()
    call = factories.make_call(opens_at=now + 10 * DAY, closes_at=now + 30 * DAY)
    factories.make_meeting(call=call, starts_at=now + DAY)
    assert states(page_of(call), now)[:2] == [("Informationsmöte", "nu"), ("Utlysningen öppnar", "")]


def test_a_concluded_call_is_done_all_the_way():
    call = factories.make_call(status="concluded")
    assert {state for _label, state in states(page_of(call), timezone.now())} == {"klar"}


def test_extension_is_said_only_where_the_call_offers_it():
    offers = factories.make_call(grant_months=12, extension_possible=True)
    plain = factories.make_call(grant_months=12)
    assert call_timeline(offers, meetings=[])[-1].text == "Underlag för förlängning"
    assert call_timeline(plain, meetings=[])[-1].text == "Vad stödet har lett till"


def test_only_what_is_there_becomes_a_fact():
    call = factories.make_call(frame=10_000_000, max_aid_percent=50, who_may_apply="", overhead_percent=15)
    facts = {fact.label: fact.value for fact in queries.call_facts(call)}
    assert facts["Ram"] == "10\u00a0000\u00a0000\u00a0kr"
    assert facts["Stödnivå"] == "Högst 50\u00a0% av kostnaderna"
    assert facts["Indirekta kostnader"] == "Schablon 15\u00a0% av personalkostnaden"
    assert "Vem kan söka" not in facts
    assert "Öppnar" not in facts


def test_a_coming_call_says_when_it_opens():
    now = timezone.now()
    call = factories.make_call(opens_at=now + DAY, closes_at=now + 2 * DAY)
    assert "Öppnar" in [fact.label for fact in queries.call_facts(call)]


def test_calls_stand_in_the_order_one_needs_them():
    now = timezone.now()

    def make(opens, closes):
        return factories.make_call(opens_at=now + opens * DAY, closes_at=now + closes * DAY)

    later, sooner = make(-1, 20), make(-1, 10)
    opens_later, opens_sooner = make(20, 30), make(10, 40)
    older, newer = make(-30, -20), make(-30, -10)
    lists = public_calls()
    assert lists.open == [sooner, later]
    assert lists.coming == [opens_sooner, opens_later]
    assert list(lists.paged) == [newer, older]


def test_meetings_of_one_series_stand_together():
    series = MeetingSeries.objects.create(slug="serie", title="Mobilisering")
    now = timezone.now()
    single = factories.make_meeting(starts_at=now - DAY)
    second = factories.make_meeting(series=series, starts_at=now - 10 * DAY)
    first = factories.make_meeting(series=series, starts_at=now - 11 * DAY)
    another = factories.make_meeting(starts_at=now - 20 * DAY)
    groups = meeting_queries.by_series(list(meeting_queries.public_meetings().past()))
    assert [(group.title, group.meetings) for group in groups] == [
        ("", [single]),
        ("Mobilisering", [first, second]),
        ("", [another]),
    ]


def test_a_meeting_about_an_unpublished_call_is_not_shown():
    factories.make_meeting(call=factories.make_call(status="draft"))
    free = factories.make_meeting()
    about = factories.make_meeting(call=factories.make_call())
    assert set(meeting_queries.public_meetings()) == {free, about}


def test_nor_on_the_page_of_its_area():
    area = factories.make_area()
    factories.make_meeting(area=area, call=factories.make_call(status="draft"))
    shown = factories.make_meeting(area=area)
    page = queries.area_page(area)
    assert [*page.coming, *page.past] == [shown]


def test_a_meeting_is_coming_until_it_has_ended():
    now = timezone.now()
    meeting = factories.make_meeting(starts_at=now - timedelta(hours=1))
    assert list(meeting_queries.public_meetings().coming(now=meeting.ends_at)) == [meeting]
    after = meeting.ends_at + timedelta(microseconds=1)
    assert list(meeting_queries.public_meetings().coming(now=after)) == []
    assert list(meeting_queries.public_meetings().past(now=after)) == [meeting]


def test_a_past_meeting_says_nothing_of_registration():
    past = factories.make_meeting(starts_at=timezone.now() - 2 * DAY, place="Hus U")
    coming = factories.make_meeting(area=factories.make_area(name="Upplevelser"))
    assert [fact.label for fact in queries.meeting_facts(past)] == ["Tid", "Plats"]
    assert [fact.label for fact in queries.meeting_facts(coming)] == ["Tid", "Styrkeområde", "Anmälan"]


def test_an_area_shows_its_newest_calls_and_its_meetings():
    area = factories.make_area()
    now = timezone.now()
    old = factories.make_call(areas=[area], opens_at=now - 9 * DAY, closes_at=now - 8 * DAY)
    new = factories.make_call(areas=[area])
    factories.make_call(areas=[area], status="draft")
    factories.make_call()
    coming = factories.make_meeting(area=area)
    past = factories.make_meeting(area=area, starts_at=now - DAY)
    page = queries.area_page(area)
    assert (page.calls, page.coming, page.past) == ([new, old], [coming], [past])
