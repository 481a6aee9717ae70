from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from decisions.models import Publication
from s3portal.home.queries import landing
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def start(client):
    def get():
        response = client.get("/")
        assert response.status_code == 200
        return response.content.decode()

    return get


def test_a_portal_with_nothing_in_it(start):
    page = start()
    assert "Stöd till innovationskluster i Jämtland Härjedalen" in page
    assert "Just nu är inget möte inplanerat." in page
    assert "Här visas beslut när de är publicerade." in page
    assert "Påbörja ansökan" not in page


def test_the_newest_open_call_leads(start):
    now = timezone.now()
    factories.make_call(title="Äldre", opens_at=now - 9 * DAY)
    call = factories.make_call(
        title="Nyare",
        headline="10 miljoner kronor till innovationskluster",
        frame=10_000_000,
        opens_at=now - DAY,
        decision_timing="month",
        decision_on=date(2026, 12, 1),
    )
    meeting = factories.make_meeting(call=call, starts_at=now + 5 * DAY, place="Teams")
    page = start()
    assert "Öppen utlysning" in page
    assert ">10 miljoner kronor till innovationskluster</h1>" in page
    assert "10\u00a0000\u00a0000\u00a0kr" in page
    assert f"{meeting.when}, Teams" in page
    assert reverse("applications:start", args=[call.slug]) in page
    assert reverse("calls:call_detail", args=[call.slug]) in page


def test_the_next_to_open_leads_when_none_is_open(start):
    now = timezone.now()
    factories.make_call(title="Senare", opens_at=now + 9 * DAY, closes_at=now + 99 * DAY)
    call = factories.make_call(title="Snart", opens_at=now + DAY, closes_at=now + 99 * DAY)
    factories.make_call(title="Stängd", opens_at=now - 9 * DAY, closes_at=now - DAY)
    page = start()
    assert "Kommande utlysning" in page
    assert ">Snart</h1>" in page
    assert "<dt>Öppnar</dt>" in page
    assert reverse("applications:start", args=[call.slug]) not in page


def test_when_all_are_closed_the_page_says_so(start):
    now = timezone.now()
    call = factories.make_call(title="Stängd", opens_at=now - 9 * DAY, closes_at=now - DAY)
    factories.make_call(title="Äldst", opens_at=now - 19 * DAY, closes_at=now - 11 * DAY)
    page = start()
    assert "Just nu är ingen utlysning öppen" in page
    assert "Den senaste utlysningen stängde" in page
    assert reverse("calls:call_detail", args=[call.slug]) in page
    assert "Påbörja ansökan" not in page


def test_a_draft_leads_nothing():
    factories.make_call(status="draft")
    assert landing().hero is None


def test_the_meeting_of_the_call_that_has_been_is_shown_when_none_is_to_come():
    call = factories.make_call()
    past = factories.make_meeting(call=call, starts_at=timezone.now() - 2 * DAY)
    facts = {fact.label: fact.value for fact in landing().hero.facts}
    assert facts["Informationsmöte"] == past.when
    coming = factories.make_meeting(call=call)
    facts = {fact.label: fact.value for fact in landing().hero.facts}
    assert facts["Informationsmöte"] == coming.when


def test_coming_meetings_nearest_first_and_no_more_than_four(start):
    meetings = [factories.make_meeting(starts_at=timezone.now() + (9 - n) * DAY) for n in range(5)]
    factories.make_meeting(title="Det som varit", starts_at=timezone.now() - 2 * DAY)
    page = landing()
    assert page.meetings_are_coming
    assert page.meetings == meetings[:0:-1]
    html = start()
    assert "Kommande möten" in html
    assert "Det som varit" not in html


def test_past_meetings_when_none_is_to_come(start):
    old = factories.make_meeting(starts_at=timezone.now() - 9 * DAY)
    new = factories.make_meeting(starts_at=timezone.now() - 2 * DAY)
    assert landing().meetings == [new, old]
    page = start()
    assert "Senaste möten" in page
    assert "Just nu är inget möte inplanerat. Här är de senaste." in page


def test_the_areas_of_the_newest_strategy(start):
    old = factories.make_strategy(first_year=2014, last_year=2020)
    new = factories.make_strategy(first_year=2021, last_year=2027)
    factories.make_area(strategy=old, name="Det gamla")
    areas = [factories.make_area(strategy=new, name=f"Område {n}") for n in range(4)]
    page = start()
    assert "Fyra styrkeområden" in page
    assert "Det gamla" not in page
    assert landing().areas == areas


def test_three_areas_are_not_called_four(start):
    strategy = factories.make_strategy()
    for _number in range(3):
        factories.make_area(strategy=strategy)
    assert "Fyra styrkeområden" not in start()


def test_only_published_decisions_newest_first(start, officer):
    old = factories.make_signed_decision(
        user=officer, published=True, title="Det äldre", decided_on=date(2022, 3, 10)
    )
    new = factories.make_signed_decision(
        user=officer,
        published=True,
        title="Det nyare",
        decided_on=date(2024, 2, 23),
        amount=460_000,
        amount_is_ceiling=True,
    )
    factories.make_signed_decision(user=officer, title="Inte publicerat")
    assert landing().decisions == [new, old]
    page = start()
    assert "Inte publicerat" not in page
    assert reverse("decisions:public_detail", args=[new.slug]) in page
    assert "Högst 460\u00a0000\u00a0kr i arbetad tid" in page
    Publication.objects.all().delete()
    assert landing().decisions == []


def test_one_published_project_from_the_bank(start):
    factories.make_project(
        title="SMICE", subtitle="Samverkan", partners="Mittuniversitetet", budget=8_168_675
    )
    factories.make_project(title="Hemligt", published=False, starts_on=date(2023, 1, 1))
    page = start()
    assert "Ur projektbanken: SMICE" in page
    assert "Samverkan med Mittuniversitetet." in page
    assert "8\u00a0168\u00a0675\u00a0kr" in page
    assert "Hemligt" not in page


def test_a_project_with_little_to_say(start):
    factories.make_project(title="Kort", budget=None, starts_on=None, ends_on=None)
    assert "Ur projektbanken: Kort" in start()


def test_the_page_costs_the_same_whatever_there_is(client, officer):
    def fill():
        now = timezone.now()
        call = factories.make_call(areas=[factories.make_area()])
        factories.make_meeting(call=call, starts_at=now + 2 * DAY)
        factories.make_meeting(area=factories.make_area(), starts_at=now - 2 * DAY)
        factories.make_signed_decision(user=officer, published=True)
        factories.make_project()

    fill()
    one = count_queries(lambda: client.get("/"))
    fill()
    fill()
    assert count_queries(lambda: client.get("/")) == one
    assert one <= 12


# --- The site's own pages -------------------------------------------------------------------------------
def test_the_accessibility_statement_has_what_the_law_asks(client):
    """DOS-lagen: degree, known gaps and why, date, method, a way to give feedback and to report to Digg."""
    page = client.get("/tillganglighet/").content.decode()
    for text in (
        "lagen om tillgänglighet till digital offentlig service (2018:1937)",
        "delvis förenlig",
        "Innehåll som inte är tillgängligt",
        'href="mailto:regionalutveckling@regionjh.se?subject=',
        'href="https://www.digg.se/tdosanmalan"',
        "självskattning",
        '<time datetime="2026-11-22">22 november 2026</time>',
    ):
        assert text in page


def test_the_privacy_page(client):
    page = client.get("/integritet/").content.decode()
    for text in ("dataskyddsförordningen", "allmän handling", "arkivlagen", "Kakor", "dataskyddsombud"):
        assert text in page


def test_the_privacy_page_says_how_long_what_has_been_mailed_is_kept(client, settings):
    settings.REQUESTER_DAYS, settings.OUTBOX_DAYS = 60, 3
    page = client.get("/integritet/").content.decode()
    assert "tas bort 60 dagar efter svaret" in page
    # Never sooner than a reminder might be written again.
    assert "adressen och texten tas bort 14 dagar efter att mejlet skickades" in page


@pytest.mark.parametrize("path", ["/", "/utlysningar/", "/moten/", "/styrkeomraden/"])
def test_every_footer_leads_to_the_statement(client, path):
    assert 'href="/tillganglighet/"' in client.get(path).content.decode()
