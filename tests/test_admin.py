"""The support pages: everything on them opens, and what is changed there leaves a trail."""

import pytest
from django.contrib import admin
from django.urls import reverse

from calls.models import Call, Meeting, Strategy
from s3portal.audit.models import Event
from s3portal.diary.models import Case
from tests import factories

pytestmark = pytest.mark.django_db
OWN = [model for model in admin.site._registry if model._meta.app_label in
       {"accounts", "applications", "audit", "calls", "decisions", "diary"}]  # fmt: skip


@pytest.fixture
def support(client_for, admin_user):
    return client_for(admin_user)


@pytest.fixture
def world(owner, member):
    call = factories.make_call()
    factories.make_criterion(call=call)
    factories.make_meeting(call=call)
    factories.make_case()
    factories.make_project()
    factories.make_committee(members=[member])
    factories.make_delegate(user=member)


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label)
def test_lists_and_pages_open(support, world, model):
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert support.get(reverse(f"{base}_changelist")).status_code == 200
    row = model.objects.first()
    if row is not None:
        assert support.get(reverse(f"{base}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("who", ["owner", "officer", "delegate_user", "registrar"])
def test_nobody_else_comes_in(client_for, who, request):
    response = client_for(request.getfixturevalue(who)).get("/admin/calls/call/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")


def test_there_is_no_way_in_beside_the_portals_own_login(client, admin_user):
    """Django's own page would ask for a password alone, without the second factor and without end."""
    path = "/admin/login/?next=/admin/"
    for response in (
        client.get(path),
        client.post(path, {"username": admin_user.email, "password": factories.PASSWORD, "next": "/admin/"}),
    ):
        assert (response.status_code, response.headers["Location"]) == (302, "/konto/login/?next=%2Fadmin%2F")
    assert client.get("/admin/").status_code == 302


def test_a_change_leaves_a_trail(support, admin_user):
    strategy = factories.make_strategy(name="Gammalt")
    path = reverse("admin:calls_strategy_change", args=[strategy.pk])
    assert support.post(path, {"name": "Nytt", "first_year": 2021, "last_year": 2027}).status_code == 302
    event = Event.objects.about("calls.strategy", strategy.pk).get()
    assert (event.action, event.actor_id, event.data) == (
        "admin_changed",
        admin_user.pk,
        {"fields": ["name"]},
    )


def test_a_role_given_and_taken_back_leaves_a_trail(support, owner):
    path = reverse("admin:accounts_user_change", args=[owner.pk])
    person = {"full_name": owner.full_name, "is_active": "on", "memberships-TOTAL_FORMS": "0",
              "memberships-INITIAL_FORMS": "0", "staff_roles-TOTAL_FORMS": "1"}  # fmt: skip
    given = {
        "staff_roles-INITIAL_FORMS": "0",
        "staff_roles-0-role": "delegate",
        "staff_roles-0-user": owner.pk,
    }
    assert support.post(path, person | given).status_code == 302
    role = owner.staff_roles.get()
    taken = {"staff_roles-INITIAL_FORMS": "1", "staff_roles-0-id": role.pk, "staff_roles-0-user": owner.pk,
             "staff_roles-0-role": "delegate", "staff_roles-0-DELETE": "on"}  # fmt: skip
    assert support.post(path, person | taken).status_code == 302
    assert not owner.staff_roles.exists()
    events = Event.objects.about("accounts.user", owner.pk).filter(action="admin_row_changed")
    assert [event.text for event in events] == [
        f"roll borttagen i administrationen: {owner}: Delegat",
        f"roll inlagd i administrationen: {owner}: Delegat",
    ]


def test_what_is_added_and_taken_away_leaves_a_trail(support):
    support.post(reverse("admin:calls_strategy_add"), {"name": "Ny", "first_year": 2028, "last_year": 2034})
    strategy = Strategy.objects.get(name="Ny")
    support.post(reverse("admin:calls_strategy_delete", args=[strategy.pk]), {"post": "yes"})
    events = Event.objects.about("calls.strategy", strategy.pk)
    assert [event.action for event in events] == ["admin_deleted", "admin_added"]


def test_many_cannot_be_deleted_at_once(support):
    call = factories.make_call()
    support.post(
        reverse("admin:calls_call_changelist"),
        {"action": "delete_selected", "_selected_action": [call.pk], "post": "yes"},
    )
    assert Call.objects.filter(pk=call.pk).exists()


@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_the_diary_is_only_looked_at(support, action):
    case = factories.make_case()
    arguments = [] if action == "add" else [case.pk]
    response = support.post(
        reverse(f"admin:diary_case_{action}", args=arguments), {"title": "Ändrad", "post": "yes"}
    )
    assert response.status_code == 403
    assert Case.objects.get().title == case.title


@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_meetings_are_only_looked_at(support, action):
    """Who has registered is told by the services when something changes."""
    meeting = factories.make_meeting()
    arguments = [] if action == "add" else [meeting.pk]
    address = reverse(f"admin:calls_meeting_{action}", args=arguments)
    assert support.post(address, {"status": "cancelled", "post": "yes"}).status_code == 403
    assert Meeting.objects.get().status == meeting.status
    if action == "change":
        assert meeting.title in support.get(address).content.decode()


@pytest.mark.parametrize("path", ["accounts_user_add", "accounts_organisation_add", "audit_event_add"])
def test_what_nobody_adds_here(support, path):
    assert support.get(reverse(f"admin:{path}")).status_code == 403
