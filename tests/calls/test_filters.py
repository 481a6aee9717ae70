"""Finding calls and meetings by area, phase, amount and words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.enums import CallPhase
from calls.forms.search import CallSearchForm, MeetingSearchForm, area_choices
from calls.queries import filters, meetings
from calls.queries.filters import CallFilter, public_calls
from calls.queries.meetings import MeetingFilter, meeting_lists
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def coming(**fields):
    now = timezone.now()
    return factories.make_call(opens_at=now + DAY, closes_at=now + 9 * DAY, **fields)


def closed(**fields):
    now = timezone.now()
    return factories.make_call(opens_at=now - 9 * DAY, closes_at=now - DAY, **fields)


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        (99_999, ["utan gränser"]),
        (100_000, ["lägst", "utan gränser"]),
        (499_999, ["lägst", "utan gränser"]),
        (500_000, ["båda", "lägst", "utan gränser"]),
        (700_000, ["båda", "lägst", "utan gränser"]),
        (700_001, ["lägst", "utan gränser"]),
        (1_000_000, ["lägst", "utan gränser"]),
        (1_000_001, ["utan gränser"]),
        (2_000_001, []),
    ],
)
def test_the_amount_is_what_one_wants_to_apply_for(amount, found):
    factories.make_call(title="utan gränser", frame=2_000_000)
    factories.make_call(title="lägst", min_amount=100_000, frame=1_000_000)
    factories.make_call(title="båda", min_amount=500_000, max_amount=700_000, frame=1_000_000)
    assert sorted(call.title for call in public_calls(CallFilter(amount=amount)).open) == found


def test_by_area_and_phase():
    area, other = factories.make_area(), factories.make_area()
    here = factories.make_call(areas=[area, other])
    factories.make_call(areas=[other])
    soon, done = coming(areas=[area]), closed(areas=[area])
    coming(areas=[other])
    lists = public_calls(CallFilter(area=area.slug))
    assert (lists.open, lists.coming, list(lists.paged)) == ([here], [soon], [done])
    for phase, wanted in ((CallPhase.OPEN, here), (CallPhase.COMING, soon), (CallPhase.CLOSED, done)):
        lists = public_calls(CallFilter(area=area.slug, phase=phase))
        assert (lists.open, lists.coming, list(lists.paged), lists.paged_phase) == ([], [], [wanted], phase)


def test_all_filters_together():
    area = factories.make_area()
    wanted = factories.make_call(title="Kluster", areas=[area], max_amount=500_000)
    factories.make_call(title="Kluster", areas=[area], max_amount=400_000)
    factories.make_call(title="Kluster", max_amount=500_000)
    factories.make_call(title="Annat", summary="Annat.", areas=[area], max_amount=500_000)
    found = public_calls(CallFilter(text="klustret", area=area.slug, amount=450_000))
    assert found.open == [wanted]


def test_no_draft_answers_to_any_filter():
    area = factories.make_area()
    factories.make_call(title="Kluster", areas=[area], status="draft")
    for wanted in (
        CallFilter(),
        CallFilter(text="kluster"),
        CallFilter(area=area.slug),
        CallFilter(amount=1),
    ):
        lists = public_calls(wanted)
        assert (lists.open, lists.coming, list(lists.paged)) == ([], [], [])


def test_many_open_calls_stand_on_a_page_of_their_own(client, monkeypatch):
    monkeypatch.setattr(filters, "MOST_TOGETHER", 2)
    for _ in range(3):
        factories.make_call()
    page = client.get("/utlysningar/").content.decode()
    assert page.count('class="s3-decision"') == 2
    assert 'href="?status=oppen">Alla öppna utlysningar' in page
    assert client.get("/utlysningar/?status=oppen").content.decode().count('class="s3-decision"') == 3


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"belopp": "mycket"}, "belopp", "belopp"),
        ({"belopp": "-5"}, "belopp", ""),
        ({"omrade": "finns-inte"}, "omrade", ""),
        ({"status": "x"}, "status", ""),
        ({"q": "x" * 101}, "q", "Korta den till högst 100 tecken."),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field_and_filters_nothing(client, query, field, message):
    factories.make_call(title="Kluster")
    form = CallSearchForm(query)
    assert form.wanted() == CallFilter()
    assert list(form.errors) == [field]
    response = client.get("/utlysningar/", query)
    page = response.content.decode()
    assert response.status_code == 200
    assert message in page
    assert "ds-validation-message" in page
    assert 'aria-invalid="true"' in page
    assert "Kluster" in page


@pytest.mark.parametrize("typed", ["500000", "500 000", "500 000 kr", "500\u00a0000 kronor"])
def test_the_amount_is_read_as_people_write_it(typed):
    assert CallSearchForm({"belopp": typed}).wanted() == CallFilter(amount=500_000)


def test_the_form_keeps_what_was_chosen_and_so_do_the_pages(client):
    area = factories.make_area(slug="skog")
    for _ in range(11):
        closed(areas=[area])
    page = client.get("/utlysningar/?omrade=skog&status=stangd&belopp=5").content.decode()
    assert '<option value="skog" selected>' in page
    assert '<option value="stangd" selected>' in page
    assert 'value="5"' in page
    assert "omrade=skog&amp;status=stangd&amp;belopp=5&amp;page=2" in page


def test_areas_of_an_older_strategy_say_which():
    old = factories.make_strategy(first_year=2014, last_year=2020)
    new = factories.make_strategy(first_year=2021, last_year=2027)
    factories.make_area(slug="energi", name="Energi", strategy=new)
    factories.make_area(slug="energi-2014", name="Energi", strategy=old)
    assert area_choices() == [("", "Alla"), ("energi", "Energi"), ("energi-2014", "Energi (2014–2020)")]


# --- Meetings -------------------------------------------------------------------------------------------
def test_meetings_by_area_kind_and_time():
    area, now = factories.make_area(), timezone.now()
    soon = factories.make_meeting(area=area, kind="vision")
    past = factories.make_meeting(area=area, kind="vision", starts_at=now - 2 * DAY)
    factories.make_meeting(area=area, kind="dialogue")
    factories.make_meeting(kind="vision")
    lists = meeting_lists(MeetingFilter(area=area.slug, kind="vision"))
    assert (lists.coming, list(lists.paged), lists.paged_are_coming) == ([soon], [past], False)
    lists = meeting_lists(MeetingFilter(area=area.slug, kind="vision", when="kommande"))
    assert (lists.coming, list(lists.paged), lists.paged_are_coming) == ([], [soon], True)
    lists = meeting_lists(MeetingFilter(area=area.slug, kind="vision", when="tidigare"))
    assert (lists.coming, list(lists.paged)) == ([], [past])


def test_a_meeting_form_that_cannot_be_read_filters_nothing():
    assert MeetingSearchForm({"slag": "fest", "nar": "aldrig", "omrade": "x"}).wanted() == MeetingFilter()


def test_many_coming_meetings_stand_on_pages_of_their_own(client, monkeypatch):
    monkeypatch.setattr(meetings, "MOST_COMING", 2)
    for number in range(3):
        factories.make_meeting(starts_at=timezone.now() + number * DAY + DAY)
    page = client.get("/moten/").content.decode()
    assert page.count('class="s3-event"') == 2
    assert 'href="?nar=kommande">Alla kommande möten' in page
    assert client.get("/moten/?nar=kommande").content.decode().count('class="s3-event"') == 3


def test_no_draft_and_the_cancelled_and_undecided_marked(client):
    factories.make_meeting(title="Utkastet", status="draft")
    factories.make_meeting(title="Det inställda", status="cancelled", cancelled_at=timezone.now())
    factories.make_meeting(title="Det kommande", save_the_date=True)
    page = client.get("/moten/").content.decode()
    assert "Utkastet" not in page
    assert page.count("Inställt</span>") == 1
    assert page.count("Boka datumet</span>") == 1


def test_a_cancelled_meeting_does_not_lead_the_start_page(client):
    now = timezone.now()
    call = factories.make_call()
    factories.make_meeting(title="Inställt möte", status="cancelled", cancelled_at=now, call=call)
    factories.make_meeting(title="Möte som blir av", starts_at=now + 20 * DAY)
    page = client.get("/").content.decode()
    assert "Möte som blir av" in page
    assert "Inställt möte" not in page


@pytest.mark.parametrize(
    "path",
    ["/utlysningar/?omrade={slug}&belopp=5&q=kluster", "/utlysningar/?status=oppen", "/moten/?omrade={slug}"],
)
def test_filters_cost_the_same_at_one_and_three_rows(client, path):
    area = factories.make_area(slug="skog")

    def add():
        for make in (factories.make_call, coming, closed):
            make(title="Kluster", areas=[area, factories.make_area()])
        factories.make_meeting(area=area)
        factories.make_meeting(area=area, starts_at=timezone.now() - 2 * DAY)

    address = path.format(slug=area.slug)
    add()
    one = count_queries(lambda: client.get(address))
    add()
    add()
    assert count_queries(lambda: client.get(address)) == one
