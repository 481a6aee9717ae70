"""Following by mail: nothing before the link is used, one press to end, and nobody learns who subscribes."""

import re
import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from calls.models import Subscription
from calls.queries.following import subscribers_of
from calls.services import subscribing
from calls.services.subscribing import (
    Wish,
    ask_to_subscribe,
    change_subscription,
    confirm_subscription,
    end_subscription,
    read_wish,
    sign_wish,
)
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.outbox.models import Message
from tests import factories
from tests.counting import count_queries

SUBSCRIBE = "/prenumerera/"
EVA = "eva@example.org"


@pytest.fixture
def area(db):
    return factories.make_area(name="Natur och kultur")


def link_in(message):
    return re.search(r"http\S+", message.text_body)[0].removeprefix("http://127.0.0.1:8000")


# --- The model and who follows ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_one_subscription_for_an_address_in_any_case():
    factories.make_subscription(email="Eva@example.org")
    with pytest.raises(IntegrityError, match="subscription_email_once"), transaction.atomic():
        factories.make_subscription(email=EVA)
    with pytest.raises(IntegrityError, match="subscription_has_email"), transaction.atomic():
        factories.make_subscription(email="")


@pytest.mark.django_db
def test_subscribers_of_areas_are_those_of_any_of_them_and_of_everything_each_once(
    area, django_assert_num_queries
):
    other, third = factories.make_area(), factories.make_area()
    everything = factories.make_subscription()
    both = factories.make_subscription(areas=[area, other])
    one = factories.make_subscription(areas=[other])
    factories.make_subscription(areas=[third])
    with django_assert_num_queries(1):
        assert list(subscribers_of([area, other])) == [everything, both, one]
    assert list(subscribers_of([area])) == [everything, both]
    assert list(subscribers_of([])) == [everything]


@pytest.mark.django_db
def test_the_addresses_in_mails(settings):
    subscription = factories.make_subscription()
    assert subscription.manage_path == f"/prenumerera/{subscription.token}/"
    assert subscription.unsubscribe_url == f"{settings.BASE_URL}/prenumerera/{subscription.token}/avsluta/"


# --- The signed wish --------------------------------------------------------------------------------------
def test_a_wish_is_read_back_for_seven_days():
    wish = Wish(EVA, False, (3, 5))
    with time_machine.travel("2026-03-01 12:00 +0000", tick=False):
        signed = sign_wish(wish)
    with time_machine.travel("2026-03-08 12:00 +0000", tick=False):
        assert read_wish(signed) == wish
    with time_machine.travel("2026-03-08 12:00:02 +0000", tick=False):
        assert read_wish(signed) is None


@pytest.mark.parametrize("spoil", [lambda text: text[:-1], lambda text: f"x{text}", lambda text: ""])
def test_a_wish_that_somebody_has_changed_is_no_wish(spoil):
    assert read_wish(spoil(sign_wish(Wish(EVA, True)))) is None


def test_what_is_signed_for_something_else_is_no_wish():
    assert read_wish(signing.dumps([EVA, True, []], salt="another")) is None


# --- The services -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_asking_keeps_nothing_and_mails_a_link(area):
    with time_machine.travel("2026-03-01 12:00 +0000", tick=False):
        ask_to_subscribe(wish=Wish(EVA, False, (area.pk,)))
        message = Message.objects.get()
        assert not Subscription.objects.exists()
        assert not Event.objects.exists()
        assert (message.kind, message.to_email) == ("subscription_confirm", EVA)
        assert message.subject == "Bekräfta att du vill prenumerera"
        assert "- Natur och kultur\n" in message.text_body
        assert message.expires_at == timezone.now() + timedelta(days=7)
        signed = link_in(message).split("/")[-2]
        assert read_wish(signed) == Wish(EVA, False, (area.pk,))


@pytest.mark.django_db
def test_pressing_twice_sends_one_mail_within_the_hour():
    with time_machine.travel("2026-03-01 12:10 +0000", tick=False) as clock:
        ask_to_subscribe(wish=Wish(EVA, True))
        ask_to_subscribe(wish=Wish(EVA, True))
        assert Message.objects.count() == 1
        clock.shift(timedelta(hours=1))
        ask_to_subscribe(wish=Wish(EVA, True))
        assert Message.objects.count() == 2


@pytest.mark.django_db
def test_who_subscribes_already_gets_the_way_to_change_it():
    subscription = factories.make_subscription(email=EVA)
    ask_to_subscribe(wish=Wish("EVA@example.org", True))
    message = Message.objects.get()
    assert (message.kind, message.to_email) == ("subscription_exists", EVA)
    assert link_in(message) == subscription.manage_path
    assert message.unsubscribe_url == subscription.unsubscribe_url


@pytest.mark.django_db
def test_confirming_begins_the_subscription_once(area):
    subscription = confirm_subscription(wish=Wish(EVA, False, (area.pk,)))
    confirm_subscription(wish=Wish(EVA, False, (area.pk,)))
    assert Subscription.objects.get() == subscription
    assert (subscription.email, subscription.everything) == (EVA, False)
    assert list(subscription.areas.all()) == [area]
    event = Event.objects.get()
    assert (event.action, event.actor_id, EVA in f"{event.text}{event.data}") == (
        "subscription_confirmed",
        None,
        False,
    )
    message = Message.objects.get()
    assert message.kind == "subscription_confirmed"
    assert "- Natur och kultur\n" in message.text_body
    assert link_in(message) == subscription.manage_path


@pytest.mark.django_db
def test_a_later_link_decides_what_is_followed(area):
    confirm_subscription(wish=Wish(EVA, False, (area.pk,)))
    confirm_subscription(wish=Wish(EVA, True))
    subscription = Subscription.objects.get()
    assert subscription.everything
    assert not subscription.areas.exists()


@pytest.mark.django_db
def test_a_wish_for_areas_that_are_gone_is_refused():
    with pytest.raises(Refusal):
        confirm_subscription(wish=Wish(EVA, False, (999,)))
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_changing(area):
    subscription = factories.make_subscription(email=EVA)
    change_subscription(token=subscription.token, everything=False, areas=[area])
    subscription.refresh_from_db()
    assert (subscription.everything, list(subscription.areas.all())) == (False, [area])
    with pytest.raises(Refusal) as refused:
        change_subscription(token=subscription.token, everything=False, areas=[])
    assert refused.value.field == "areas"
    with pytest.raises(Subscription.DoesNotExist):
        change_subscription(token=uuid.uuid4(), everything=True, areas=[])


@pytest.mark.django_db
def test_ending_takes_the_address_away_and_stops_what_waits():
    subscription = factories.make_subscription(email=EVA)
    other = factories.make_subscription()
    ask_to_subscribe(wish=Wish(EVA, True))
    assert end_subscription(token=subscription.token) is True
    assert list(Subscription.objects.all()) == [other]
    assert Message.objects.get().status == "cancelled"
    ended = Event.objects.get(action="subscription_ended")
    assert (ended.object_id, EVA in f"{ended.text}{ended.data}") == (subscription.pk, False)
    assert end_subscription(token=subscription.token) is False


@pytest.mark.django_db(transaction=True)
def test_two_presses_on_the_link_at_once_begin_one_subscription(area, monkeypatch):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda pk: None)
    barrier, errors = threading.Barrier(4), []

    def press():
        barrier.wait()
        try:
            subscribing.confirm_subscription(wish=Wish(EVA, False, (area.pk,)))
        except Exception as error:  # noqa: BLE001 - counted by the test
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(Subscription.objects.get().areas.all()) == [area]
    assert Message.objects.count() == 1


# --- The pages --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_page_answers_the_same_whoever_subscribes(client):
    factories.make_subscription(email=EVA)
    answers = [
        client.post(SUBSCRIBE, {"email": email, "follow": "allt"}) for email in (EVA, "ny@example.org")
    ]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [
        (302, "/prenumerera/tack/")
    ] * 2
    assert "Titta i din e-post" in client.get("/prenumerera/tack/").content.decode()
    assert sorted(Message.objects.values_list("kind", "to_email")) == [
        ("subscription_confirm", "ny@example.org"),
        ("subscription_exists", EVA),
    ]


@pytest.mark.django_db
def test_the_whole_way(client, area):
    response = client.post(SUBSCRIBE, {"email": "Eva@Example.org", "follow": "omraden", "areas": [area.pk]})
    assert response.status_code == 302
    link = link_in(Message.objects.get())
    page = client.get(link).content.decode()
    assert EVA in page
    assert "Natur och kultur" in page
    assert not Subscription.objects.exists(), "looking at the link begins nothing"
    response = client.post(link)
    subscription = Subscription.objects.get()
    assert response.headers["Location"] == subscription.manage_path
    assert "Natur och kultur" in client.get(subscription.manage_path).content.decode()
    assert client.post(subscription.manage_path, {"follow": "allt"}).status_code == 302
    subscription.refresh_from_db()
    assert subscription.everything


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "eva", "follow": "allt"}, "Skriv hela e-postadressen, till exempel"),
        ({"email": "", "follow": "allt"}, "Fyll i e-post"),
        ({"email": EVA, "follow": "omraden"}, "Välj minst ett styrkeområde"),
        ({"email": EVA, "follow": "nonsens"}, "nonsens"),
        ({"email": EVA, "follow": "omraden", "areas": ["999999"]}, "999999"),
        ({"email": EVA, "follow": "omraden", "areas": ["x"]}, "x"),
        ({"email": f"{'a' * 250}@example.org", "follow": "allt"}, "254"),
        ({"email": EVA, "follow": "allt", "lamna_tomt": "http://spam.example"}, "ett program"),
    ],
)
def test_bad_input_is_told_and_kept(client, area, typed, words):
    response = client.post(SUBSCRIBE, typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert "ds-error-summary" in page
    assert words in page
    assert typed["email"] in page
    assert "http://spam.example" not in page
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_an_area_can_be_chosen_by_the_link_that_led_here(client, area):

    def chosen(address):
        page = client.get(address).content.decode()
        return set(re.findall(r'name="(\w+)" value="(\w+)"[^>]* checked', page))

    assert chosen(f"{SUBSCRIBE}?omrade={area.slug}") == {("follow", "omraden"), ("areas", str(area.pk))}
    assert chosen(f"{SUBSCRIBE}?omrade=finns-inte") == {("follow", "allt")}


@pytest.mark.django_db
def test_areas_of_strategies_that_are_over_are_offered_only_to_who_follows_them(client, area):
    old = factories.make_area(
        name="Det gamla", strategy=factories.make_strategy(first_year=2014, last_year=2020)
    )
    assert "Det gamla" not in client.get(SUBSCRIBE).content.decode()
    subscription = factories.make_subscription(areas=[old])
    response = client.post(subscription.manage_path, {"follow": "omraden", "areas": [old.pk, area.pk]})
    assert response.status_code == 302
    assert set(subscription.areas.all()) == {old, area}


@pytest.mark.django_db
def test_bad_changes_are_told(client):
    subscription = factories.make_subscription()
    response = client.post(subscription.manage_path, {"follow": "omraden"})
    assert response.status_code == 422
    assert "Välj minst ett styrkeområde" in response.content.decode()
    subscription.refresh_from_db()
    assert subscription.everything


@pytest.mark.django_db
def test_one_post_without_cookies_or_token_ends_it(db):
    """RFC 8058: the reader's mail program knows nothing but the address."""
    subscription = factories.make_subscription()
    program = Client(enforce_csrf_checks=True)
    address = f"/prenumerera/{subscription.token}/avsluta/"
    page = program.get(address)
    assert page.status_code == 200
    assert Subscription.objects.exists(), "a look ends nothing"
    for _time in range(2):
        response = program.post(address, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert "Prenumerationen är avslutad" in response.content.decode()
    assert not Subscription.objects.exists()
    assert program.get(address).status_code == 404
    assert program.get(subscription.manage_path).status_code == 404
    assert program.post(subscription.manage_path, {"follow": "allt"}).status_code == 403


@pytest.mark.django_db
def test_other_posts_ask_for_the_token():
    """Only the one address is open to programs."""
    program = Client(enforce_csrf_checks=True)
    assert program.post(SUBSCRIBE, {"email": EVA, "follow": "allt"}).status_code == 403
    assert program.post(f"/prenumerera/bekrafta/{sign_wish(Wish(EVA, True))}/").status_code == 403
    assert not Subscription.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("signed", ["x", "a:b:c", "å" * 50])
def test_a_broken_link_says_so(client, signed):
    for response in (
        client.get(f"/prenumerera/bekrafta/{signed}/"),
        client.post(f"/prenumerera/bekrafta/{signed}/"),
    ):
        assert response.status_code == 404
        assert "Länken gäller inte längre" in response.content.decode()


@pytest.mark.django_db
def test_one_address_is_not_flooded(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"visitor_subscribe": "2/h/key"}
    for follow in ("allt", "allt"):
        assert client.post(SUBSCRIBE, {"email": EVA, "follow": follow}).status_code == 302
    response = client.post(SUBSCRIBE, {"email": EVA, "follow": "allt"})
    assert response.status_code == 429
    page = response.content.decode()
    assert "Vänta en stund" in page
    assert EVA in page, "what was typed is still there"
    assert client.post(SUBSCRIBE, {"email": "ny@example.org", "follow": "allt"}).status_code == 302


@pytest.mark.django_db
def test_the_pages_cost_the_same_at_one_and_three_areas(client, area):
    subscription = factories.make_subscription(areas=[area])
    pages = [SUBSCRIBE, subscription.manage_path, f"{subscription.manage_path}avsluta/"]
    before = [count_queries(lambda path=path: client.get(path)) for path in pages]
    subscription.areas.add(factories.make_area(), factories.make_area())
    assert [count_queries(lambda path=path: client.get(path)) for path in pages] == before


@pytest.mark.parametrize("area", ["\x00", "finns-inte", "x" * 500])
def test_an_area_that_is_not_there_chooses_nothing(db, client, area):
    assert client.get("/prenumerera/", {"omrade": area}).status_code == 200
