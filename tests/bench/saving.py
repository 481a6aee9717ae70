"""The project page saved by itself, from request to last byte, against a bare update of one row."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.forms import ProjectForm
from applications.models import Application
from applications.parts import ProjectPart, seen_mark
from applications.views.drafting import AUTOSAVED
from tests import factories
from tests.bench.measure import heading, number, pairs, say, timed
from tests.bench.world import Scene

ROUNDS = 60
HEADERS = {"host": "127.0.0.1:8000", "hx-request": "true", "hx-target": AUTOSAVED}
FORM = "application/x-www-form-urlencoded"


def measure(scene: Scene) -> None:
    heading("Att spara av sig själv, fram och tillbaka")
    say("A: projektsidan, hela formuläret med en ändrad text, genom hela portalen: mellanlager, formulär,")
    say("   lås, jämförelse med det som står, rader, historik, svar. B: UPDATE av en rad och COMMIT.")
    say("   Båda mot databasen med 100 000 ansökningar, som väntar på disken.")
    with scene.on("many"):
        draft = factories.make_application(user=scene.applicant, call=scene.call)
        save = _saver(scene, draft)
        with CaptureQueriesContext(connection) as captured:
            save()
        queries = len(captured)
        before = _version(draft)
        found = pairs(lambda: timed(save), lambda: timed(lambda: _bare(draft)), ROUNDS)
        saved = _version(draft) - before
    if saved != ROUNDS + 1:
        raise RuntimeError(f"{saved} saves of {ROUNDS + 1} reached the draft.")
    say(f"    A {number(found.a_median)} ms, B {number(found.b_median)} ms, A/B {number(found.ratio)} "
        f"({found.spread}), {queries} frågor")  # fmt: skip


def _saver(scene: Scene, draft: Application) -> Callable[[], None]:
    """One more letter each time, with the mark that the page got from the save before."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = scene.applicant_session
    address = reverse("applications:step_project", args=[draft.pk])
    part = ProjectPart.read(draft)
    typed = _fields(ProjectForm(part=part, call=draft.call))
    mark, times = seen_mark(draft, part), 0

    def save() -> None:
        nonlocal mark, times
        times += 1
        body = urlencode([*typed, ("risks", f"Få deltagare. {times}"), ("version", mark)])
        response = client.post(address, body, content_type=FORM, headers=HEADERS)
        found = re.search(r'name="version"[^>]*value="([^"]+)"', response.content.decode())
        if response.status_code != 200 or found is None:
            raise RuntimeError(f"{response.status_code}: {response.content.decode()[:2000]}")
        mark = found[1]

    return save


def _fields(form: ProjectForm) -> list[tuple[str, str]]:
    """What a browser would send, but for the field that is changed."""
    sent = []
    for field in form:
        value = field.value()
        values = value if isinstance(value, list | tuple) else [value]
        sent += [
            (field.html_name, "on" if one is True else str(one)) for one in values if one not in (None, False)
        ]
    return [(name, value) for name, value in sent if name != "risks"]


def _bare(draft: Application) -> None:
    with connection.cursor() as cursor:
        # Of another page than the one that is saved, so that neither stands in the other's way.
        cursor.execute(
            "UPDATE applications_application SET contact_phone = %s WHERE id = %s", ["063-1", draft.pk]
        )


def _version(draft: Application) -> int:
    return Application.objects.values_list("version", flat=True).get(pk=draft.pk)
