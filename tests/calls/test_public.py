from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from calls.models import MeetingSeries
from s3portal.common.swedish import STOCKHOLM
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OPENS = datetime(2021, 10, 26, 8, 0, 0, tzinfo=STOCKHOLM)
CLOSES = datetime(2021, 11, 29, 23, 59, 59, tzinfo=STOCKHOLM)


def get(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("moment", "may_start", "sentence"),
    [
        (OPENS - timedelta(seconds=1), False, "Utlysningen öppnar 26 oktober 2021 kl.&nbsp;08.00."),
        (OPENS, True, "Öppen för ansökan"),
        (CLOSES, True, "Öppen för ansökan"),
        (
            CLOSES + timedelta(seconds=1),
            False,
            "Utlysningen är stängd. Sista ansökningsdag var 29 november 2021 kl.&nbsp;23.59.",
        ),
    ],
)
def test_the_page_offers_an_application_only_while_the_call_is_open(client, moment, may_start, sentence):
    call = factories.make_call(slug="kluster", opens_at=OPENS, closes_at=CLOSES)
    with time_machine.travel(moment, tick=False):
        page = get(client, reverse("calls:call_detail", args=[call.slug]))
    assert sentence in page
    assert (reverse("applications:start", args=[call.slug]) in page) is may_start
    assert ("Påbörja ansökan" in page) is may_start


def test_a_call_concluded_before_its_last_day_does_not_speak_of_a_day_to_come(client):
    call = factories.make_call(status="concluded")
    page = get(client, reverse("calls:call_detail", args=[call.slug]))
    assert "Utlysningen är stängd." in page
    assert "Sista ansökningsdag var" not in page


def test_a_draft_is_not_found(client, officer, client_for):
    call = factories.make_call(status="draft")
    for visitor in (client, client_for(officer)):
        assert visitor.get(reverse("calls:call_detail", args=[call.slug])).status_code == 404
    assert client.get("/utlysningar/finns-inte/").status_code == 404


def test_the_page_shows_everything_about_the_call(client):
    area = factories.make_area(name="Digitala lösningar", color="sjo", icon="digital")
    call = factories.make_call(areas=[area], frame=10_000_000, text="Vi söker **kluster**.")
    factories.make_criterion(call=call, title="Förmåga att koordinera", text="Ni har mandat.", weight=100)
    meeting = factories.make_meeting(
        call=call,
        dial_in_number="+46 8 505 218 69",
        conference_id="911 511 288#",
        text="Vi svarar på frågor.",
    )
    page = get(client, reverse("calls:call_detail", args=[call.slug]))
    for text in (
        "10\u00a0000\u00a0000\u00a0kr",
        "<strong>kluster</strong>",
        "Digitala lösningar",
        "Förmåga att koordinera (100\u00a0%)",
        "Ni har mandat.",
        'href="tel:+46850521869,,911511288%23"',
        "Telefonkonferens-ID: ",
        "Vi svarar på frågor.",
        reverse("calls:meeting_calendar", args=[meeting.pk]),
        'href="mailto:officer@example.org"',
        'href="tel:+4663147500"',
    ):
        assert text in page


def test_what_an_officer_writes_cannot_run(client):
    evil = "<script>alert(1)</script> {{ 7*7 }} [x](javascript:alert(1))"
    call = factories.make_call(title=evil[:100], summary=evil, text=evil, who_may_apply=evil, areas=[])
    factories.make_criterion(call=call, title=evil, text=evil)
    factories.make_meeting(call=call, title=evil, text=evil, place=evil)
    for path in (reverse("calls:call_detail", args=[call.slug]), "/utlysningar/", "/moten/", "/"):
        page = get(client, path)
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page
        assert "{{ 7*7 }}" in page


# --- Lists ----------------------------------------------------------------------------------------------
def test_the_list_groups_by_phase(client):
    now = timezone.now()
    factories.make_call(title="Den öppna")
    factories.make_call(title="Den kommande", opens_at=now + DAY, closes_at=now + 2 * DAY)
    factories.make_call(title="Den stängda", opens_at=now - 9 * DAY, closes_at=now - DAY)
    factories.make_call(title="Utkastet", status="draft")
    page = get(client, "/utlysningar/")
    heads = {"Öppna för ansökan": "oppna", "Kommande": "kommande", "Stängda": "bladdra"}
    order = ["Öppna för ansökan", "Den öppna", "Kommande", "Den kommande", "Stängda", "Den stängda"]
    order = [f'id="{heads[text]}">{text}</h2>' if text in heads else text for text in order]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "Utkastet" not in page


def test_an_empty_list_says_so(client):
    assert "Just nu är ingen utlysning öppen" in get(client, "/utlysningar/")
    assert "Just nu är inget möte inplanerat" in get(client, "/moten/")
    assert "Här finns inga styrkeområden än" in get(client, "/styrkeomraden/")


def test_search_finds_other_forms_of_the_word(client):
    factories.make_call(title="Kluster i fjällen")
    factories.make_call(title="Energi i skogen", text="Om energi.", summary="Energi.")
    page = get(client, "/utlysningar/", q="klustret fjäll")
    assert "Kluster i fjällen" in page
    assert "Energi i skogen" not in page
    assert "Utlysningar som innehåller ”klustret fjäll”." in page


@pytest.mark.parametrize("text", ["finnsinte", "\x00", "& | ! ( :*", "'; drop table", "%", '"'])
def test_no_question_breaks_the_search(client, text):
    factories.make_call(title="Kluster")
    get(client, "/utlysningar/", q=text)


def test_what_is_not_found_is_said(client):
    factories.make_call(title="Kluster")
    page = get(client, "/utlysningar/", q="finnsinte")
    assert "Ingen utlysning innehåller ”finnsinte”." in page
    assert "Vi hittade ingen utlysning" in page
    assert "Kluster" not in page.split("<main", 1)[1].split("</main>")[0].replace("finnsinte", "")


def test_a_question_that_is_too_long_is_told_so(client):
    factories.make_call(title="Kluster")
    page = get(client, "/utlysningar/", q="x" * 101)
    assert "Korta den till högst 100 tecken." in page
    assert "Kluster" in page


def test_closed_calls_come_ten_at_a_time_and_keep_the_question(client):
    now = timezone.now()
    for number in range(11):
        factories.make_call(
            title=f"Kluster {number:02}", opens_at=now - 90 * DAY, closes_at=now - (number + 1) * DAY
        )
    first, second = (
        get(client, "/utlysningar/", q="kluster"),
        get(client, "/utlysningar/", q="kluster", page=2),
    )
    assert first.count("Stängde") == 10
    assert "q=kluster&amp;page=2" in first or "page=2&amp;q=kluster" in first
    assert second.count("Stängde") == 1
    assert "Kluster 10" in second
    assert get(client, "/utlysningar/", page="nonsens").count("Stängde") == 10
    assert get(client, "/utlysningar/", page="999").count("Stängde") == 1


@pytest.mark.parametrize(
    "path", ["/utlysningar/", "/moten/", "/styrkeomraden/", "/styrkeomraden/omradet/", "/utlysningar/visad/"]
)
def test_lists_cost_the_same_at_one_and_three_rows(client, path):
    area = factories.make_area(slug="omradet")
    shown = factories.make_call(slug="visad", areas=[area])
    now = timezone.now()

    def add():
        for opens, closes in ((-9, 9), (1, 9), (-9, -1)):
            call = factories.make_call(
                opens_at=now + opens * DAY, closes_at=now + closes * DAY, areas=[area, factories.make_area()]
            )
            factories.make_criterion(call=call)
        for starts in (-2 * DAY, 2 * DAY):
            series = MeetingSeries.objects.create(slug=f"s-{factories.next_number()}", title="Serie")
            factories.make_meeting(series=series, area=area, call=shown, starts_at=now + starts)

    add()
    one = count_queries(lambda: client.get(path))
    add()
    add()
    assert count_queries(lambda: client.get(path)) == one


# --- Areas and meetings ---------------------------------------------------------------------------------
def test_an_area_page(client):
    area = factories.make_area(slug="upplevelser", name="Upplevelser", text="Året *runt*.")
    call = factories.make_call(areas=[area])
    page = get(client, "/styrkeomraden/upplevelser/")
    assert "<em>runt</em>" in page
    assert reverse("calls:call_detail", args=[call.slug]) in page
    assert "Området har inga möten än" in page
    assert client.get("/styrkeomraden/annat/").status_code == 404


def test_a_meeting_page_with_its_series(client):
    series = MeetingSeries.objects.create(
        slug="vision", title="Vision och prioriteringar", text="Vi formar vision."
    )
    meeting = factories.make_meeting(
        series=series, kind="vision", room_full=True, programme="Lunch dukas fram.", place="Hus U"
    )
    sibling = factories.make_meeting(series=series, title="Det andra mötet")
    page = get(client, reverse("calls:meeting_detail", args=[meeting.pk]))
    for text in (
        "Vision och prioriteringar",
        "Vi formar vision.",
        "Lunch dukas fram.",
        "Hus U",
        sibling.title,
    ):
        assert text in page
    assert "Fullsatt i lokalen. Nu endast öppen för deltagande via länk." in page
    assert "Anslut till mötet" in page


def test_a_past_meeting_is_not_joined(client):
    meeting = factories.make_meeting(starts_at=timezone.now() - 2 * DAY)
    page = get(client, reverse("calls:meeting_detail", args=[meeting.pk]))
    assert "Mötet har varit." in page
    assert "Anslut till mötet" not in page


def test_a_room_with_seats_left_says_nothing_of_it(client):
    meeting = factories.make_meeting()
    assert "Fullsatt" not in get(client, reverse("calls:meeting_detail", args=[meeting.pk]))


def test_a_meeting_about_an_unpublished_call_is_not_found(client):
    meeting = factories.make_meeting(call=factories.make_call(status="draft"))
    assert client.get(reverse("calls:meeting_detail", args=[meeting.pk])).status_code == 404
    assert client.get(reverse("calls:meeting_calendar", args=[meeting.pk])).status_code == 404


def test_past_meetings_come_twenty_at_a_time(client):
    for number in range(21):
        factories.make_meeting(starts_at=timezone.now() - (number + 2) * DAY)
    assert get(client, "/moten/").count('class="s3-event"') == 20
    assert get(client, "/moten/", page=2).count('class="s3-event"') == 1
