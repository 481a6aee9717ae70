"""Menus, person and trial accounts around every page."""

import pytest
from django.contrib.auth.models import AnonymousUser

from s3portal.common import context_processors
from s3portal.common.context_processors import navigation, portal


class Somebody:
    is_authenticated = True

    def __init__(self, *roles, name="Anna Halvarsson", title=""):
        self.roles, self.title, self.name, self.initials = frozenset(roles), title, name, "AH"

    def __str__(self):
        return self.name


def asked_by(rf, user, path="/utlysningar/", method="get", query=""):
    request = getattr(rf, method)(path + query)
    request.user = user
    return navigation(request)


def labels(items):
    return [item.label for item in items]


PUBLIC = ["Utlysningar", "Styrkeområden", "Beslut", "Möten"]


def test_every_address_of_every_menu_exists():
    from django.urls import reverse

    entries = [
        *context_processors.PUBLIC_MENU,
        *context_processors.APPLICANT_MENU,
        *context_processors.STAFF_MENU,
        *context_processors.COMMITTEE_MENU,
        *context_processors.ABOUT_MENU,
        context_processors.STAFF_WAY_IN,
        context_processors.COMMITTEE_WAY_IN,
    ]
    assert [reverse(name) for _label, name, _roles in entries]


def test_nobody_sees_the_public_menu_and_a_way_to_log_in_and_back(rf):
    nav = asked_by(rf, AnonymousUser(), "/utlysningar/", query="?q=skog")
    assert labels(nav.items) == PUBLIC
    assert nav.person is None
    assert nav.login_url == "/konto/login/?next=%2Futlysningar%2F%3Fq%3Dskog"
    assert not nav.many


@pytest.mark.parametrize(
    ("path", "method"), [("/", "get"), ("/konto/signup/", "get"), ("/admin/", "get"), ("/beslut/", "post")]
)
def test_the_way_to_log_in_is_bare_where_there_is_nothing_to_come_back_to(rf, path, method):
    assert asked_by(rf, AnonymousUser(), path, method).login_url == "/konto/login/"


def test_an_applicant(rf):
    nav = asked_by(rf, Somebody(), "/mina-ansokningar/12/")
    assert labels(nav.items) == ["Mina ansökningar", "Utlysningar", "Beslut", "Möten"]
    assert [item.current for item in nav.items] == ["true", "", "", ""]
    assert nav.person.role == "Sökande"
    assert labels(nav.person.items) == [
        "Mina ansökningar", "Organisationer", "E-postadress", "Mejl till dig", "Byt lösenord",
        "Inloggning i två steg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("officer", ["Översikt", "Ansökningar", "Utlysningar", "Möten", "Beslut", "Diarium", "Utskick"]),
        ("delegate", ["Översikt", "Ansökningar", "Beslut", "Delegation"]),
        (
            "registrar",
            [
                "Översikt",
                "Ansökningar",
                "Beslut",
                "Diarium",
                "Öppnat",
                "Delegation",
                "Sammanträden",
                "Anslag",
                "Utskick",
            ],
        ),
        (
            "admin",
            [
                "Översikt",
                "Ansökningar",
                "Utlysningar",
                "Möten",
                "Beslut",
                "Diarium",
                "Öppnat",
                "Delegation",
                "Sammanträden",
                "Anslag",
                "Utskick",
            ],
        ),
    ],
)
def test_staff_see_what_their_role_reaches(rf, role, expected):
    nav = asked_by(rf, Somebody(role), "/handlaggning/")
    assert labels(nav.items) == expected
    assert nav.many == (len(expected) > 5)
    assert nav.items[0].current == "page"
    outside = asked_by(rf, Somebody(role), "/utlysningar/")
    assert labels(outside.items) == ["Handläggning", *PUBLIC]
    assert [item.current for item in outside.items] == ["", "page", "", "", ""]


def test_the_start_of_an_area_is_not_current_below_it(rf):
    nav = asked_by(rf, Somebody("officer"), "/handlaggning/beslut/7/")
    assert {item.label: item.current for item in nav.items if item.current} == {"Beslut": "true"}


def test_a_committee_member(rf):
    assert labels(asked_by(rf, Somebody("committee_member"), "/namnd/").items) == [
        "Anmälda beslut", "Beslut", "Diarium",
    ]  # fmt: skip
    assert asked_by(rf, Somebody("committee_member"), "/namnd/7/").items[0].current == "true"
    outside = asked_by(rf, Somebody("committee_member"), "/beslut/")
    assert labels(outside.items) == ["Anmälda beslut", *PUBLIC]
    assert labels(outside.person.items)[0] == "Anmälda beslut"


def test_an_assessor_finds_their_own_beside_the_public_menu(rf):
    nav = asked_by(rf, Somebody("assessor"), "/handlaggning/bedomningar/")
    assert labels(nav.items) == ["Bedömningar", *PUBLIC]
    assert nav.items[0].current == "page"
    assert labels(nav.person.items)[0] == "Bedömningar"


def test_a_title_says_more_than_a_role(rf):
    assert asked_by(rf, Somebody("delegate", title="Regional utvecklingsdirektör")).person.role == (
        "Regional utvecklingsdirektör"
    )
    assert asked_by(rf, Somebody("registrar", "admin")).person.role == "Registrator"


def test_a_request_that_never_got_a_user(rf):
    assert navigation(rf.get("/")).person is None


def test_the_trial_tells_its_accounts_and_production_none(rf, settings):
    settings.S3_TRIAL = True
    told = portal(rf.get("/"))
    assert told["trial"] is True
    assert len(told["trial_accounts"]) == 11
    assert told["trial_password"] == "s3-portalen-demo"
    settings.S3_TRIAL = False
    told = portal(rf.get("/"))
    assert (told["trial"], told["trial_accounts"], told["trial_password"]) == (False, [], "")
    assert told["region"] == settings.REGION
