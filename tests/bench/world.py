"""What is measured on: a small and a large portal, two databases alike but for the number of applications.

The rows are made with SQL in the order in which the portal itself makes them, with every constraint and
trigger in force.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from applications.models import Application
from calls.models import Call
from decisions.models import Decision
from s3portal.accounts.models import Organisation, User
from tests import factories
from tests.applications.judging import declare
from tests.bench.measure import say
from tests.decisions.seeded import make_seeded

FEW = 1_000
MANY = 100_000

CALLS = 8
OFFICERS = 6
ORGANISATIONS = 300


@dataclass
class Scene:
    officer: User
    applicant: User
    call: Call
    application: Application
    decision: Decision
    databases: dict[str, BaseDatabaseWrapper] = field(default_factory=dict)
    #: Of the officer and of the applicant, in both databases.
    session: str = ""
    applicant_session: str = ""
    registrar_session: str = ""

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Let the portal meet the database ``few`` or ``many``; both connections stay open."""
        self.switch(name)
        try:
            yield
        finally:
            self.switch("few")

    def switch(self, name: str) -> None:
        connections["default"] = self.databases[name]
        # What the portal keeps in Redis belongs to one of the two.
        caches["default"].key_prefix = name


def prepare(*, large: bool = True) -> Scene:
    """``large``: with the large portal beside the small one, which takes some minutes to make."""
    started = monotonic()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    with transaction.atomic():
        scene = _people_and_documents()
    sizes = {"few": FEW}
    if large:
        sizes["many"] = MANY
        scene.databases["many"] = _copy_of_database("many")
    scene.databases["few"] = connection._connections[connection._alias]  # type: ignore[attr-defined]
    for name, rows in sizes.items():
        with scene.on(name):
            _fill(scene, rows)
    made = " och ".join(f"{rows:,}".replace(",", " ") for rows in sizes.values())
    say(f"Underlaget ({made} ansökningar) tog {monotonic() - started:.0f} s.")
    return scene


# --- What both have ---------------------------------------------------------------------------------------
def _people_and_documents() -> Scene:
    """People, calls, an application sent in and the decision RUN/664/2021 signed, both by the services."""
    officers = [
        factories.make_staff(
            "officer", f"officer{n}@example.org", full_name=f"Handläggare {n}", title="Strateg"
        )
        for n in range(OFFICERS)
    ]
    applicant = factories.make_user("applicant@example.org", full_name="Olga Ödmark")
    organisation = factories.make_organisation(name="Peak Jämtland ekonomisk förening")
    factories.make_membership(user=applicant, organisation=organisation, is_signatory=True)
    _organisations(ORGANISATIONS)
    areas = [
        factories.make_area(slug=slug, name=name, color=color, icon=icon)
        for slug, name, color, icon in (
            ("jord-och-skog", "Jord och skog", "mossa", "jord"),
            ("besoksnaring", "Upplevelser och besöksnäring", "ljung", "upplevelser"),
            ("energi", "Energi", "hjortron", "energi"),
            ("digitalt", "Digitala tjänster", "sjo", "digital"),
        )
    ]
    now = timezone.now()
    open_call = factories.make_call(areas=areas, title="Klusterorganisationer 2027")
    factories.make_meeting(call=open_call)
    for n in range(1, CALLS):
        factories.make_call(
            areas=areas,
            title=f"Klusterorganisationer, omgång {n}",
            opens_at=now - timedelta(days=90 * n + 60),
            closes_at=now - timedelta(days=90 * n),
            published_at=now - timedelta(days=90 * n + 60),
        )
    application = send_in(factories.make_application(user=applicant, call=open_call))
    declare(application, officers[0])
    decision = make_seeded("002")
    return Scene(
        officer=officers[0],
        applicant=applicant,
        call=open_call,
        application=application,
        decision=decision,
        session=session_of(officers[0]),
        applicant_session=session_of(applicant),
        registrar_session=session_of(factories.make_staff("registrar", "registrar@example.org")),
    )


def send_in(draft: Application) -> Application:
    from applications.services import submit_application

    return submit_application(application_id=draft.pk, actor=draft.created_by, arrived_at=timezone.now())


def _organisations(count: int) -> None:
    for n in range(count):
        factories.make_organisation(name=f"{('Fjällnära', 'Storsjöns', 'Härjedalens')[n % 3]} kluster {n}")


def session_of(user: User) -> str:
    session: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


# --- Two databases ----------------------------------------------------------------------------------------
def _copy_of_database(name: str) -> BaseDatabaseWrapper:
    """A second database with the same rows, on an open connection of its own."""
    source = connection.settings_dict["NAME"]
    few = connections["default"]
    few.close()
    with few._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    many = connections.create_connection("default")
    many.settings_dict = few.settings_dict | {"NAME": name}
    return many


# --- Applications by the thousand -------------------------------------------------------------------------
def _fill(scene: Scene, rows: int) -> None:
    from tests.bench import filling

    ids: dict[str, Any] = {
        "rows": rows,
        "calls": list(Call.objects.order_by("pk").values_list("pk", flat=True)),
        "organisations": list(Organisation.objects.order_by("pk").values_list("pk", flat=True)),
        "officers": list(
            User.objects.filter(staff_roles__role="officer").order_by("pk").values_list("pk", flat=True)
        ),
        "user": scene.applicant.pk,
        "year": timezone.localdate().year + 1,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in filling.STATEMENTS:
            cursor.execute(statement, ids)
    with connection.cursor() as cursor:
        # What autovacuum does by itself in a database that has lived for a while.
        cursor.execute("VACUUM ANALYZE")
