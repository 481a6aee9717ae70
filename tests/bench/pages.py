"""Server time of the main pages against a bare view with the same bytes, and the number of queries."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.bench import bare
from tests.bench.measure import Pairs, aim, fastest, heading, number, pairs, say, timed
from tests.bench.world import FEW, MANY, Scene

ROUNDS = 40
BARE_TIMES = 20
FASTEST_OF = 3
MOST_QUERIES = 25
SLOWEST = 1.3
SIZES = (("few", FEW), ("many", MANY))


@dataclass(frozen=True)
class Page:
    label: str
    address: str
    session: str = ""


def measure(scene: Scene) -> None:
    heading("Sidornas servertid")
    say("A: sidan genom hela portalen: alla mellanlager, vyn, databasen och mallen, till sista byte.")
    say("B: en bar Django-vy som svarar med samma bytes ur minnet, genom Djangos handler utan mellanlager.")
    portal, yardstick = WSGIHandler(), bare.bare_handler()
    for page in _pages(scene):
        _against_bare(portal, yardstick, page)
    heading(f"Handläggarens lista med {thousands(FEW)} och {thousands(MANY)} ansökningar")
    say(f"När storlekarna jämförs är varje tal det snabbaste av {FASTEST_OF} anrop i rad.")
    main, *others = _lists(scene)
    _main_list(scene, portal, yardstick, main)
    say("\nSamma lista på andra sätt; för dem finns inget mål.")
    whole = bare.caller(portal, main.address, main.session)
    _tell_growth(
        Page("När utlysningens summor inte är framräknade", ""), _growth(scene, whole, ROUNDS // 4, cold=True)
    )
    for page in others:
        _tell_growth(page, _growth(scene, bare.caller(portal, page.address, page.session), ROUNDS // 4))


def _pages(scene: Scene) -> list[Page]:
    application = reverse("applications:officer_detail", args=[scene.application.pk])
    decision = reverse("decisions:officer_detail", args=[scene.decision.pk])
    return [
        Page("Startsidan", "/"),
        Page("Utlysningen", reverse("calls:call_detail", args=[scene.call.slug])),
        Page("Ansökan, handläggarens sida", application, scene.session),
        Page("Beslutet, handläggarens sida", decision, scene.session),
        Page("Beslutslistan, allmänhetens", reverse("decisions:public_list")),
    ]  # fmt: skip


def _lists(scene: Scene) -> list[Page]:
    address = reverse("applications:officer_list")
    return [
        Page("Arbetslistan", address, scene.session),
        Page("Avslutade ansökningar", f"{address}?urval=avslutade", scene.session),
        Page("Sista sidan", f"{address}?urval=avslutade&page=last", scene.session),
        Page("Störst belopp först", f"{address}?ordning=-belopp", scene.session),
        Page("Filter: ett styrkeområde", f"{address}?omrade={scene.call.areas.all()[0].pk}", scene.session),
        Page("Filter: en handläggare", f"{address}?handlaggare={scene.officer.pk}", scene.session),
        Page("Sökning: vindkraft Härjedalen", f"{address}?q=vindkraft+H%C3%A4rjedalen", scene.session),
        Page(
            "Sökning: ett diarienummer", f"{address}?q=RUN%2F1%2F{timezone.localdate().year}", scene.session
        ),
    ]


def _against_bare(portal: WSGIHandler, yardstick: WSGIHandler, page: Page) -> None:
    whole = bare.caller(portal, page.address, page.session)
    content = whole()
    bare.answer_with(content)
    same = bare.caller(yardstick, "/")
    if same() != content:
        raise RuntimeError("The bare view does not answer with the page's bytes.")
    found = pairs(lambda: timed(whole), lambda: timed(same, BARE_TIMES), ROUNDS)
    say(f"{page.label}  ({len(content) / 1024:.0f} kB)")
    say(f"    A {number(found.a_median)} ms, B {number(found.b_median)} ms, A/B {number(found.ratio)} "
        f"({found.spread}), {queries_of(whole)} frågor")  # fmt: skip


def _main_list(scene: Scene, portal: WSGIHandler, yardstick: WSGIHandler, page: Page) -> None:
    """The list as the officer opens it: both sizes against the bare view, then against each other."""
    whole = bare.caller(portal, page.address, page.session)
    queries = []
    for name, rows in SIZES:
        with scene.on(name):
            content = whole()
            queries.append(queries_of(whole))
            bare.answer_with(content)
            same = bare.caller(yardstick, "/")
            found = pairs(lambda: timed(whole), lambda: timed(same, BARE_TIMES), ROUNDS)  # noqa: B023 - called now
        say(f"{page.label} med {thousands(rows)}  ({len(content) / 1024:.0f} kB)")
        say(f"    A {number(found.a_median)} ms, B {number(found.b_median)} ms, A/B {number(found.ratio)} "
            f"({found.spread}), {queries[-1]} frågor")  # fmt: skip
    growth = _growth(scene, whole, ROUNDS // 2)
    _tell_growth(page, growth)
    say(aim(max(queries) <= MOST_QUERIES, f"högst {MOST_QUERIES} frågor"))
    say(aim(growth.ratio <= SLOWEST, f"högst {number(SLOWEST)} gånger tiden vid {thousands(FEW)}"))


def _growth(scene: Scene, whole: Callable[[], bytes], rounds: int, *, cold: bool = False) -> Pairs:
    def on(name: str) -> Callable[[], float]:
        def one() -> float:
            with scene.on(name):
                return fastest(whole, FASTEST_OF, cache.clear if cold else lambda: None)

        return one

    return pairs(on("many"), on("few"), rounds)


def _tell_growth(page: Page, growth: Pairs) -> None:
    say(f"{page.label}, {thousands(MANY)} mot {thousands(FEW)}")
    say(
        f"    {number(growth.a_median)} ms mot {number(growth.b_median)} ms, "
        f"kvot {number(growth.ratio)} ({growth.spread})"
    )


def queries_of(call: Callable[[], bytes]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def thousands(count: int) -> str:
    return f"{count:,}".replace(",", "\u00a0")
