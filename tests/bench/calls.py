"""The public's lists, pages, feeds and calendars with few and with many calls and meetings."""

from dataclasses import dataclass

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.bench import bare
from tests.bench.measure import aim, fastest, heading, number, pairs, say
from tests.bench.world import Scene

#: Calls and meetings in each of the two databases.
SIZES = {"few": (20, 50), "many": (2_000, 5_000)}
ROUNDS = 10
FASTEST_OF = 3
SLOWEST = 2.0

# Ten are open and five to come in both databases; the others have closed, one a day further and further back.
CALLS = """
    INSERT INTO calls_call (
        slug, title, headline, summary, text, who_may_apply, legal_basis_id, frame, min_amount, max_amount,
        max_aid_percent, overhead_percent, opens_at, closes_at, decision_timing, extension_possible, status,
        published_at, internal_notes, diary_prefix, version, contents_version)
    SELECT 'matt-' || i,
           concat_ws(' ', (ARRAY['Testbädd', 'Klusterkraft', 'Samverkan', 'Kunskapslyft'])[1 + i %% 4],
                     (ARRAY['vindkraft', 'trähus', 'skidspår', 'matföretag', 'spel'])[1 + i %% 5], i),
           '', repeat('Stöd till kluster i fjällen. ', 8), repeat('Så här går det till. ', 150),
           'Föreningar och företag', %(basis)s, 1000000 + i * 1000, 100000, 400000 + i %% 7 * 100000, 50, 0,
           now() + span.opens, now() + span.closes, 'unset', false, 'published',
           now() + least(span.opens, interval '-1 day'), '', 'RUN', 1, 0
    FROM generate_series(1, %(calls)s) AS i,
         LATERAL (SELECT CASE WHEN i <= 10 THEN interval '-9 days' WHEN i <= 15 THEN interval '9 days'
                              ELSE i * interval '-1 day' - interval '30 days' END AS opens,
                         CASE WHEN i <= 15 THEN interval '40 days'
                              ELSE i * interval '-1 day' END AS closes) AS span
"""
AREAS = """
    INSERT INTO calls_call_areas (call_id, strengtharea_id)
    SELECT call.id, area.id
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS i FROM calls_call WHERE slug LIKE 'matt-%%') AS call
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM calls_strengtharea) AS area
         ON area.place IN (call.i %% 4, (call.i + 1) %% 4)
"""
# Some two a week: twenty to come, the others further and further back.
MEETINGS = """
    INSERT INTO calls_meeting (
        kind, title, text, area_id, starts_at, ends_at, place, link, dial_in_number, conference_id,
        video_address, video_id, programme, registration, registration_email, room_full, status,
        cancel_reason, save_the_date, attendance, link_public, meals, asks_meal_wishes, offer_hours,
        sequence, version)
    SELECT (ARRAY['information', 'dialogue', 'vision', 'mobilisation'])[1 + i %% 4], 'Möte ' || i,
           repeat('Vi talar om styrkeområdet. ', 10), area.id, spot.at, spot.at + interval '2 hours', 'Hus U',
           'https://video.example.org/' || i, '', '', '', '', repeat('- 9.00 Inledning' || chr(10), 6),
           'not_needed', '', false, 'published', '', false, 'both', true, '', false, 24, 0, 1
    FROM generate_series(1, %(meetings)s) AS i
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM calls_strengtharea) AS area
         ON area.place = i %% 4,
         LATERAL (SELECT date_trunc('hour', now()) + (20 - i) * interval '84 hours' AS at) AS spot
"""


@dataclass(frozen=True)
class Page:
    label: str
    address: str
    #: A page that shows as much in both databases should take about as long.
    bounded: bool = True


PAGES = (
    Page("Utlysningslistan", "/utlysningar/"),
    Page("  dess sista sida", "/utlysningar/?page=last"),
    Page("  ett styrkeområde och ett belopp", "/utlysningar/?omrade=energi&belopp=350000"),
    Page("  sökning: klustret trähus", "/utlysningar/?q=klustret+tr%C3%A4hus"),
    Page("Utlysningens sida", "/utlysningar/matt-1/"),
    Page("Möteslistan", "/moten/"),
    Page("  dess sista sida", "/moten/?page=last"),
    Page("Öppna utlysningar som JSON", "/utlysningar/oppna.json"),
    Page("Flödet (Atom)", "/utlysningar/flode.atom", bounded=False),
    Page("En utlysnings kalender", "/utlysningar/matt-1/kalender.ics"),
    Page("Ett styrkeområdes kalender", "/styrkeomraden/energi/kalender.ics", bounded=False),
    Page("Alla mötens kalender", "/moten/kalender.ics", bounded=False),
)


def measure(scene: Scene) -> None:
    heading("Utlysningar och möten: 2 000 och 5 000 mot 20 och 50")
    say(f"Varje tal är det snabbaste av {FASTEST_OF} anrop i rad genom hela portalen. Flöden och kalendrar")
    say("för flera utlysningar växer med det de innehåller; kalendrarna går ett år bakåt.")
    for name, (calls, meetings) in SIZES.items():
        with scene.on(name):
            _fill(scene, calls=calls, meetings=meetings)
    portal = WSGIHandler()
    slow, uneven = [], []
    for page in PAGES:
        ratio, same = _compare(scene, portal, page)
        if page.bounded and ratio > SLOWEST:
            slow.append(page.label.strip())
        if not same:
            uneven.append(page.label.strip())
    say(aim(not uneven, f"lika många frågor vid båda storlekarna {', '.join(uneven)}".rstrip()))
    say(aim(not slow, f"sidor högst {number(SLOWEST)} gånger tiden {', '.join(slow)}".rstrip()))


def _compare(scene: Scene, portal: WSGIHandler, page: Page) -> tuple[float, bool]:
    whole = bare.caller(portal, page.address)
    sizes, queries = {}, {}
    for name in SIZES:
        with scene.on(name):
            whole()
            with CaptureQueriesContext(connection) as captured:
                sizes[name] = len(whole())
            queries[name] = len(captured)

    def on(name: str) -> float:
        with scene.on(name):
            return fastest(whole, FASTEST_OF)

    found = pairs(lambda: on("many"), lambda: on("few"), ROUNDS)
    say(f"{page.label}  ({sizes['many'] / 1024:.0f} kB mot {sizes['few'] / 1024:.0f} kB)")
    say(f"    {number(found.a_median)} ms mot {number(found.b_median)} ms, kvot {number(found.ratio)} "
        f"({found.spread}), {queries['many']} frågor mot {queries['few']}")  # fmt: skip
    return found.ratio, queries["many"] == queries["few"]


def _fill(scene: Scene, *, calls: int, meetings: int) -> None:
    values = {"calls": calls, "meetings": meetings, "basis": scene.call.legal_basis_id}
    with connection.cursor() as cursor:
        for statement in (CALLS, AREAS, MEETINGS):
            cursor.execute(statement, values)
        # What autovacuum does by itself in a database that has lived for a while.
        cursor.execute("VACUUM ANALYZE")
