"""The staff's search and that of the public diary, of a small and of a large portal: each way of asking, and
the number of queries."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.bench import bare, search_filling
from tests.bench.filling import CHECK_AT_ONCE
from tests.bench.measure import Pairs, aim, busy, fastest, heading, number, pairs, say
from tests.bench.pages import queries_of, thousands
from tests.bench.world import FEW, MANY

if TYPE_CHECKING:
    from tests.bench.world import Scene

ROUNDS = 10
FASTEST_OF = 3
MOST_QUERIES = 30
#: "In a moment": somebody who waits a third of a second does not look away.
SLOWEST_MS = 300


def measure(scene: "Scene") -> None:
    heading(f"Handläggningens sökning med {thousands(FEW)} och {thousands(MANY)} ansökningar")
    for name in ("few", "many"):
        with scene.on(name):
            _fill(scene)
    say(
        "Sju av tio är beslutade, i vart femtionde ärende är något märkt som hemligt. Varje tal är hela sidan"
    )
    say(f"med alla fem flikar, det snabbaste av {FASTEST_OF} anrop i rad. Processortiden är webbens och")
    say("databasens tillsammans, vad som än pågår på datorn.")
    search = reverse("home:search")
    slowest, queries = 0.0, 0
    for person, address, session, questions in (
        ("Registratorn, som får läsa allt", search, scene.registrar_session, _questions(scene)),
        (
            "En handläggare som har svarat på frågan om jäv i vart femte ärende och ser utkasten",
            search,
            scene.session,
            [*_questions(scene), *_about_drafts()],
        ),
        ("Vem som helst, i det öppna diariet", reverse("diary:public_list"), "", _public_questions()),
    ):
        say(f"\n{person}")
        for label, query in questions:
            whole = bare.caller(WSGIHandler(), f"{address}?{urlencode(query)}", session)
            found = _compare(scene, whole)
            with scene.on("many"):
                queries = max(queries, queries_of(whole))
                used = busy(whole, FASTEST_OF, _backend())
            slowest = max(slowest, used or found.a_median)
            say(f"{label}: {number(found.a_median)} ms mot {number(found.b_median)} ms, "
                f"kvot {number(found.ratio)} ({found.spread}), processortid {number(used)} ms")  # fmt: skip
    say(aim(queries <= MOST_QUERIES, f"högst {MOST_QUERIES} frågor ({queries})"))
    say(aim(slowest <= SLOWEST_MS, f"högst {SLOWEST_MS} ms processortid för den dyraste ({number(slowest)})"))


def _fill(scene: "Scene") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CHECK_AT_ONCE)
        for statement in search_filling.STATEMENTS:
            cursor.execute(statement, {"officer": scene.officer.pk})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _backend() -> int:
    """The number of the process that answers the open connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _compare(scene: "Scene", whole: Callable[[], bytes]) -> Pairs:
    def on(name: str) -> float:
        with scene.on(name):
            return fastest(whole, FASTEST_OF)

    return pairs(lambda: on("many"), lambda: on("few"), ROUNDS)


def _questions(scene: "Scene") -> list[tuple[str, dict[str, str]]]:
    year = timezone.localdate().year
    return [
        ("Ett diarienummer", {"q": f"RUN/1/{year}", "flik": "arenden"}),
        ("Ett ord i en enda rubrik", {"q": "501", "flik": "ansokningar"}),
        ("Ett namn i alla ansökningar", {"q": "Ödmark", "flik": "ansokningar"}),
        ("Två ord i rubriken", {"q": "vindkraft Härjedalen"}),
        ("Ett ord i var sjunde", {"q": "vindkraft", "flik": "ansokningar"}),
        ("Ett ord i alla ansökningar", {"q": "fjällen", "flik": "ansokningar"}),
        ("Ett ord i alla och ett i var sjunde", {"q": "fjällen vindkraft", "flik": "ansokningar"}),
        ("Ett ord i alla beslut", {"q": "klusterorganisationen", "flik": "beslut"}),
        ("Två ord som aldrig står ihop", {"q": "skidspår vindkraft", "flik": "ansokningar"}),
        ("En organisation", {"q": scene.application.organisation.org_number, "flik": "ansokningar"}),
        ("Ett belopp", {"q": "150 000 kr", "flik": "ansokningar"}),
        ("Ett år", {"q": str(year)}),
        ("Ett ord ett visst år", {"q": f"vindkraft {year}"}),
        ("En punkt", {"q": "punkt 8.1", "flik": "beslut"}),
        ("Den som har undertecknat alla beslut", {"q": "Doris Direktör", "flik": "beslut"}),
        ("En handläggares alla ärenden", {"q": "Handläggare 1", "flik": "arenden"}),
        ("En handläggare och ett ord", {"q": "vindkraft Handläggare 1", "flik": "arenden"}),
        ("Sista sidan av alla", {"q": "ansökan", "page": "last"}),
        ("Inget alls svarar", {"q": "finnsinte"}),
    ]


def _about_drafts() -> list[tuple[str, dict[str, str]]]:
    return [
        ("Ett ord i alla utkast", {"q": "rekvisition", "flik": "beslut"}),
        ("Ett utkasts handläggare och ett ord", {"q": "Håkan vindkraft", "flik": "beslut"}),
    ]


def _public_questions() -> list[tuple[str, dict[str, str]]]:
    year = timezone.localdate().year
    return [
        ("Allt", {}),
        ("Ett år", {"year": str(year)}),
        ("En månad", {"fran": f"{year}-03-01", "till": f"{year}-03-31"}),
        ("Ett diarienummer", {"q": f"RUN/1/{year}"}),
        ("Ett ord i alla ärenden", {"q": "ansökan"}),
        ("Ett ord i två av tre handlingar", {"q": "stöd"}),
        ("Ett ord i var sjunde", {"q": "vindkraft"}),
        ("Två ord i var femtionde", {"q": "vindkraft Härjedalen"}),
        ("Två ord som aldrig står ihop", {"q": "skidspår vindkraft"}),
        ("Ett ord en månad", {"q": "vindkraft", "fran": f"{year}-03-01", "till": f"{year}-03-31"}),
        ("Inget alls svarar", {"q": "finnsinte"}),
    ]
