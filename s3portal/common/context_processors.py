"""What every page needs around its own content: menu, person, region, and the trial's accounts."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

STAFF_START = "/handlaggning/"
COMMITTEE_START = "/namnd/"

# (label, URL name, roles that see it; empty means all who reach the area)
_Entry = tuple[Any, str, frozenset[str]]
_ALL: frozenset[str] = frozenset()

PUBLIC_MENU: list[_Entry] = [
    (_("Utlysningar"), "calls:call_list", _ALL),
    (_("Styrkeområden"), "calls:area_list", _ALL),
    (_("Beslut"), "decisions:public_list", _ALL),
    (_("Möten"), "calls:meeting_list", _ALL),
]
APPLICANT_MENU: list[_Entry] = [
    (_("Mina ansökningar"), "applications:my_list", _ALL),
    (_("Utlysningar"), "calls:call_list", _ALL),
    (_("Beslut"), "decisions:public_list", _ALL),
    (_("Möten"), "calls:meeting_list", _ALL),
]
STAFF_MENU: list[_Entry] = [
    (_("Översikt"), "home:staff_start", _ALL),
    (_("Ansökningar"), "applications:officer_list", frozenset({"officer", "delegate", "registrar", "admin"})),
    (_("Utlysningar"), "calls:officer_list", frozenset({"officer", "admin"})),
    (_("Möten"), "calls:officer_meeting_list", frozenset({"officer", "admin"})),
    (_("Beslut"), "decisions:officer_list", frozenset({"officer", "delegate", "registrar", "admin"})),
    (_("Diarium"), "diary:staff_list", frozenset({"officer", "registrar", "admin"})),
    (_("Öppnat"), "applications:openings", frozenset({"registrar", "admin"})),
    (_("Delegation"), "decisions:delegation_list", frozenset({"delegate", "registrar", "admin"})),
    (_("Sammanträden"), "decisions:committee_meeting_list", frozenset({"registrar", "admin"})),
    (_("Anslag"), "decisions:notice_overview", frozenset({"registrar", "admin"})),
    (_("Utskick"), "outbox:message_list", frozenset({"officer", "registrar", "admin"})),
]
COMMITTEE_MENU: list[_Entry] = [
    (_("Anmälda beslut"), "decisions:committee_start", _ALL),
    (_("Beslut"), "decisions:public_list", _ALL),
    (_("Diarium"), "diary:public_list", _ALL),
]
ABOUT_MENU: list[_Entry] = [
    (_("Prenumerera på utlysningar och möten"), "calls:subscribe", _ALL),
    (_("Tillgänglighetsredogörelse"), "home:accessibility", _ALL),
    (_("Så behandlar vi personuppgifter"), "home:privacy", _ALL),
    (_("Anslagstavlan"), "decisions:board", _ALL),
    (_("Diariet och allmänna handlingar"), "diary:public_list", _ALL),
    (_("Projektbanken"), "applications:project_list", _ALL),
]
STAFF_WAY_IN: _Entry = (_("Handläggning"), "home:staff_start", _ALL)
COMMITTEE_WAY_IN: _Entry = (_("Anmälda beslut"), "decisions:committee_start", _ALL)
ASSESSOR_WAY_IN: _Entry = (_("Bedömningar"), "applications:my_assessments", _ALL)
STAFF_ROLES = frozenset({"officer", "delegate", "registrar", "admin"})
# In the order in which a person with several roles is presented.
ROLE_NAMES: list[tuple[str, Any]] = [
    ("delegate", _("Delegat")),
    ("officer", _("Handläggare")),
    ("registrar", _("Registrator")),
    ("committee_member", _("Ledamot")),
    ("assessor", _("Bedömare")),
    ("admin", _("Administratör")),
]

# The accounts of the demo data (s3portal.trial); no secret: it is printed on the trial's own login page.
TRIAL_PASSWORD = "s3-portalen-demo"  # noqa: S105 - see above
TRIAL_ACCOUNTS: list[tuple[str, Any]] = [
    ("sokande@example.se", _("Sökande, ägare i Peak Jämtland")),
    ("kollega@example.se", _("Sökande, redaktör i Peak Jämtland")),
    ("annan.sokande@example.se", _("Sökande i en annan organisation")),
    ("handlaggare@example.se", _("Handläggare")),
    ("handlaggare2@example.se", _("Handläggare")),
    ("direktor@example.se", _("Delegat, regional utvecklingsdirektör")),
    ("enhetschef@example.se", _("Delegat, enhetschef och tf. regional utvecklingsdirektör")),
    ("registrator@example.se", _("Registrator")),
    ("ledamot@example.se", _("Ledamot i nämnden")),
    ("bedomare@example.se", _("Bedömare")),
    ("admin@example.se", _("Administratör")),
]


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    #: What ``aria-current`` says: "page", "true" (somewhere below it) or nothing.
    current: str = ""


@dataclass(frozen=True)
class Person:
    name: str
    initials: str
    role: str
    items: list[NavItem]


@dataclass(frozen=True)
class Navigation:
    items: list[NavItem]
    about: list[NavItem]
    person: Person | None
    login_url: str
    #: Where the staff's search is, for who may use it under /handlaggning/; else empty.
    search_url: str = ""

    @property
    def many(self) -> bool:
        """More entries than fit beside the person at the normal size."""
        return len(self.items) > 5

    @property
    def most(self) -> bool:
        """More than stand on one line of a laptop's screen beside the person's name."""
        return len(self.items) > 7


def _items(entries: list[_Entry], roles: frozenset[str], path: str) -> list[NavItem]:
    seen = [(str(label), reverse(name)) for label, name, wanted in entries if not wanted or wanted & roles]
    # Of several that the path lies under, the nearest is current; an area's start only when it is the page.
    # The nämnd has one section, so its start stays current on a meeting below it.
    starts = {STAFF_START, "/"}
    under = [url for _label, url in seen if path.startswith(url) and (url == path or url not in starts)]
    nearest = max(under, key=len, default="")
    return [
        NavItem(label, url, "" if url != nearest else "page" if url == path else "true")
        for label, url in seen
    ]


def _role_name(user: Any) -> str:
    if user.title:
        return str(user.title)
    return str(next((name for role, name in ROLE_NAMES if role in user.roles), _("Sökande")))


def _person_items(user: Any, path: str) -> list[NavItem]:
    """The ways into the areas this person has, and to the account."""
    entries: list[_Entry] = []
    if user.roles & STAFF_ROLES:
        entries.append((_("Handläggning"), "home:staff_start", _ALL))
    if "committee_member" in user.roles:
        entries.append((_("Anmälda beslut"), "decisions:committee_start", _ALL))
    if user.roles & {"assessor", "officer"}:
        entries.append((_("Bedömningar"), "applications:my_assessments", _ALL))
    if not user.roles:
        entries.append((_("Mina ansökningar"), "applications:my_list", _ALL))
        entries.append((_("Organisationer"), "organisations:list", _ALL))
    entries.append((_("E-postadress"), "account_email", _ALL))
    entries.append((_("Mejl till dig"), "outbox:my_choices", _ALL))
    entries.append((_("Byt lösenord"), "account_change_password", _ALL))
    entries.append((_("Inloggning i två steg"), "mfa_index", _ALL))
    return _items(entries, user.roles, path)


def _menu(user: Any, path: str) -> list[_Entry]:
    if not user.is_authenticated:
        return PUBLIC_MENU
    if user.roles & STAFF_ROLES:
        return STAFF_MENU if path.startswith(STAFF_START) else [STAFF_WAY_IN, *PUBLIC_MENU]
    if "committee_member" in user.roles:
        return COMMITTEE_MENU if path.startswith(COMMITTEE_START) else [COMMITTEE_WAY_IN, *PUBLIC_MENU]
    if "assessor" in user.roles:
        return [ASSESSOR_WAY_IN, *PUBLIC_MENU]
    return PUBLIC_MENU if user.roles else APPLICANT_MENU


def navigation(request: HttpRequest) -> Navigation:
    """The menus for this person on this page. Costs the user's roles: one query, kept on the user."""
    user: Any = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    roles: frozenset[str] = user.roles if known else frozenset()
    person = None
    if known:
        person = Person(str(user), user.initials, _role_name(user), _person_items(user, request.path))
    login = reverse("account_login")
    inner = (
        request.method == "GET"
        and not request.path.startswith(("/konto/", "/admin/"))
        and request.path != "/"
    )
    searches = bool(roles & STAFF_ROLES) and request.path.startswith(STAFF_START)
    return Navigation(
        search_url=reverse("home:search") if searches else "",
        items=_items(_menu(user, request.path) if known else PUBLIC_MENU, roles, request.path),
        about=_items(ABOUT_MENU, roles, request.path),
        person=person,
        login_url=f"{login}?{urlencode({'next': request.get_full_path()})}" if inner else login,
    )


def portal(request: HttpRequest) -> dict[str, Any]:
    """``portal_nav`` (made only when a template asks), ``region``, ``trial`` and the trial's accounts."""
    return {
        "portal_nav": SimpleLazyObject(lambda: navigation(request)),
        "region": settings.REGION,
        "trial": settings.S3_TRIAL,
        "trial_accounts": TRIAL_ACCOUNTS if settings.S3_TRIAL else [],
        "trial_password": TRIAL_PASSWORD if settings.S3_TRIAL else "",
    }
