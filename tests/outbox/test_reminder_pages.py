from datetime import time

import pytest
from django.db import IntegrityError, transaction

from s3portal.audit.models import Event
from s3portal.outbox.models import MailSettings, ReminderRule
from s3portal.outbox.reminders import KINDS, Occasion, Reminder
from tests import factories
from tests.counting import count_queries
from tests.outbox.kinds import World

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/utskick/paminnelser/"
EDIT = f"{LIST}test_closing/"


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    for code in list(KINDS):
        monkeypatch.delitem(KINDS, code)
    return World().kind(monkeypatch)


@pytest.fixture
def client(client_for, admin_user):
    return client_for(admin_user)


def typed(**fields):
    return {
        "enabled": "on",
        "offsets": "10 dagar\n2 timmar",
        "subject": "Om {utlysning}",
        "body": "Hej {utlysning}",
        "version": "",
    } | fields


@pytest.mark.parametrize("role", ["officer", "delegate", "registrar", "assessor", "committee_member"])
@pytest.mark.parametrize("path", [LIST, EDIT, f"{LIST}tider/", f"{EDIT}forvald-text/"])
def test_only_administrators(client_for, role, path):
    client = client_for(factories.make_staff(role))
    assert client.get(path).status_code == 403
    assert client.post(path, typed()).status_code == 403
    assert not ReminderRule.objects.exists()


def test_the_list_has_every_kind_with_its_times(client):
    page = client.get(LIST).content.decode()
    assert "Påminnelsen test_closing" in page
    assert "14 dagar, 7 dagar, 1 dag, 3 timmar" in page
    assert "20.00 och 07.00" in page


def test_the_list_asks_the_same_number_of_questions_at_1_and_3_kinds(client, monkeypatch):
    first = count_queries(lambda: client.get(LIST))
    for code in ("test_b", "test_c"):
        World().kind(monkeypatch, code)
        ReminderRule.objects.create(kind=code, offsets=["1d"], subject="a", body="b")
    assert count_queries(lambda: client.get(LIST)) == first


def test_what_is_saved_holds_and_is_noted(client, admin_user):
    page = client.post(EDIT, typed(), follow=True).content.decode()
    assert "Påminnelsen är sparad." in page
    rule = ReminderRule.objects.get()
    assert (rule.enabled, rule.offsets, rule.subject, rule.body) == (
        True,
        ["10d", "2h"],
        "Om {utlysning}",
        "Hej {utlysning}",
    )
    event = Event.objects.get(action="reminder_rule_saved")
    assert (event.actor_id, event.data["before"], event.data["after"]["offsets"]) == (
        admin_user.pk,
        None,
        ["10d", "2h"],
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"offsets": "snart"}, "”snart” går inte att läsa."),
        ({"offsets": ""}, "Ange minst en tid"),
        ({"subject": ""}, "Fyll i det här fältet."),
        ({"body": "{okänd}"}, "{okänd} går inte att använda här. Det som går är {länk}, {utlysning}."),
        ({"subject": "{okänd}"}, "{okänd} går inte att använda här."),
    ],
)
@pytest.mark.parametrize("button", [{}, {"preview": "1"}])
def test_what_does_not_hold_is_told_and_what_was_typed_is_kept(client, fields, words, button):
    response = client.post(EDIT, typed(**fields, **button))
    page = response.content.decode()
    assert response.status_code == 422
    assert "ds-error-summary" in page
    assert words in page
    assert "2 timmar" in page or "offsets" in fields
    assert not ReminderRule.objects.exists()


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        (EDIT, typed(body="Skrivet länge"), "Skrivet länge"),
        (f"{LIST}tider/", {"quiet_from": "21:17", "quiet_to": "06:00", "send_at": "08:00"}, "21:17"),
    ],
)
def test_what_was_typed_when_the_session_ended_is_there(client, admin_user, path, fields, words):
    client.logout()
    client.post(path, fields)
    client.post("/konto/login/", {"login": admin_user.email, "password": factories.PASSWORD, "next": path})
    assert words in client.get(path).content.decode()
    assert words not in client.get(path).content.decode()


def test_turned_off_it_needs_no_time(client):
    client.post(EDIT, {key: value for key, value in typed(offsets="").items() if key != "enabled"})
    rule = ReminderRule.objects.get()
    assert (rule.enabled, rule.offsets) == (False, [])


def test_two_at_once_do_not_overwrite_each_other(client):
    client.post(EDIT, typed())
    response = client.post(EDIT, typed(subject="Min text"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Någon annan har ändrat påminnelsen" in page
    assert "Min text" in page
    assert ReminderRule.objects.get().subject == "Om {utlysning}"


def test_the_preview_is_of_what_is_typed_on_a_real_case_and_saves_nothing(client, monkeypatch, organisation):
    from django.utils import timezone

    case = Reminder(
        Occasion(organisation, timezone.now(), "x"), "hemlig@example.org", {"utlysning": "Kluster <b>"}
    )
    World().kind(monkeypatch, "test_real", example=lambda: case)
    response = client.post(f"{LIST}test_real/", typed(preview="1"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "<p>Hej Kluster &lt;b&gt;</p>" in page
    assert "Om Kluster &lt;b&gt;" in page
    assert "hemlig@example.org" not in page
    assert not ReminderRule.objects.exists()
    without = client.post(EDIT, typed(preview="1")).content.decode()
    assert "<p>Hej [Utlysningens namn]</p>" in without
    assert "Det finns inget fall att visa just nu." in without


def test_the_words_from_the_beginning_come_back(client, kind):
    client.post(EDIT, typed())
    page = client.post(f"{EDIT}forvald-text/", follow=True).content.decode()
    assert "Den förvalda texten gäller igen." in page
    rule = ReminderRule.objects.get()
    assert (rule.subject, rule.body, rule.offsets) == (kind.subject, kind.body, ["10d", "2h"])
    assert Event.objects.filter(action="reminder_words_reset").count() == 1
    assert client.get(f"{EDIT}forvald-text/").status_code == 405


def test_a_kind_that_is_not_there(client):
    assert client.get(f"{LIST}ingen/").status_code == 404


def test_the_hours_are_set(client):
    path = f"{LIST}tider/"
    assert 'value="20:00"' in client.get(path).content.decode()
    good = {"quiet_from": "21.00", "quiet_to": "06:30", "send_at": "9:00"}
    page = client.post(path, good, follow=True).content.decode()
    assert "21.00 och 06.30" in page
    row = MailSettings.objects.get()
    assert (row.quiet_from, row.quiet_to, row.send_at) == (time(21), time(6, 30), time(9))
    assert Event.objects.get(action="mail_settings_saved").data["before"]["quiet_from"] == "20:00"
    bad = client.post(path, good | {"send_at": "22.00"})
    assert bad.status_code == 422
    assert "Välj ett klockslag som inte ligger i den tysta tiden." in bad.content.decode()
    assert client.post(path, good | {"quiet_to": "i gryningen"}).status_code == 422


def test_the_database_holds_one_row_of_hours_and_rules_with_words():
    MailSettings.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        MailSettings.objects.create(id=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderRule.objects.create(kind="x", subject="", body="b")
