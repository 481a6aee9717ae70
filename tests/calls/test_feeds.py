"""Feeds and open data, read back and held against what their standards and our document ask for."""

import json
import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone

from s3portal.common.swedish import STOCKHOLM
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
DOCUMENT = Path(settings.BASE_DIR) / "docs" / "oppna-data.md"


def feed(client, name, kind):
    response = client.get(f"/utlysningar/flode.{name}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == f"application/{kind}+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def test_atom_holds_what_rfc_4287_requires(client):
    call = factories.make_call(
        title="Kluster & <moln>", summary="Stöd <b>nu</b>", published_at=timezone.now()
    )
    at = timezone.now() + DAY
    call.changes.create(field="title", text="Rubriken är ändrad.", at=at)
    root = feed(client, "atom", "atom")
    assert root.tag == f"{ATOM}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "sv"
    for required in ("id", "title", "updated"):
        assert len(root.findall(f"{ATOM}{required}")) == 1, required
    assert root.find(f"{ATOM}author/{ATOM}name").text == settings.REGION["name"]
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {
        "alternate": f"{settings.BASE_URL}/utlysningar/",
        "self": f"{settings.BASE_URL}/utlysningar/flode.atom",
    }
    (entry,) = root.findall(f"{ATOM}entry")
    for required in ("id", "title", "updated", "published", "summary"):
        assert len(entry.findall(f"{ATOM}{required}")) == 1, required
    address = f"{settings.BASE_URL}/utlysningar/{call.slug}/"
    assert entry.find(f"{ATOM}id").text == address
    assert entry.find(f"{ATOM}link").get("href") == address
    assert entry.find(f"{ATOM}title").text == "Kluster & <moln>"
    assert datetime.fromisoformat(entry.find(f"{ATOM}updated").text) == at
    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert "<p>Stöd &lt;b&gt;nu&lt;/b&gt;</p>" in summary.text
    assert "Rubriken är ändrad." in summary.text


def test_rss_holds_what_its_specification_requires(client):
    call = factories.make_call(title="Kluster & <moln>")
    root = feed(client, "rss", "rss")
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert channel.find("title").text == f"Utlysningar – {settings.REGION['name']}"
    assert channel.find("link").text == f"{settings.BASE_URL}/utlysningar/"
    assert channel.find("description").text
    assert channel.find("language").text == "sv"
    assert channel.find(f"{ATOM}link").get("href") == f"{settings.BASE_URL}/utlysningar/flode.rss"
    (item,) = channel.findall("item")
    address = f"{settings.BASE_URL}/utlysningar/{call.slug}/"
    assert item.find("title").text == "Kluster & <moln>"
    assert (item.find("link").text, item.find("guid").text) == (address, address)
    assert item.find("guid").get("isPermaLink") == "true"
    assert parsedate_to_datetime(item.find("pubDate").text) == call.published_at.replace(microsecond=0)
    assert item.find("category").text == call.areas.get().name


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_no_text_breaks_a_feed_and_no_draft_is_in_it(client, name):
    factories.make_call(title="Radbrytning\x0bi en rubrik\x01", summary="\ufffe]]> &amp; <script>")
    factories.make_call(title="Utkastet", status="draft")
    content = client.get(f"/utlysningar/flode.{name}").content
    ElementTree.fromstring(content)
    assert "Radbrytningi en rubrik" in content.decode()
    assert "Utkastet" not in content.decode()


@pytest.mark.parametrize("name", ["flode.atom", "flode.rss", "oppna.json"])
def test_nothing_new_sends_nothing(client, name):
    call = factories.make_call(published_at=timezone.now() - DAY)
    path = f"/utlysningar/{name}"
    first = client.get(path)
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(path, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    call.changes.create(field="title", text="Rubriken är ändrad.")
    assert client.get(path, headers={"if-none-match": first.headers["ETag"]}).status_code == 200


def test_the_pages_lead_to_the_feeds(client):
    call = factories.make_call()
    for path in ("/utlysningar/", f"/utlysningar/{call.slug}/"):
        page = client.get(path).content.decode()
        for kind, name in (("atom+xml", "flode.atom"), ("rss+xml", "flode.rss"), ("json", "oppna.json")):
            assert re.search(
                rf'<link rel="alternate" type="application/{re.escape(kind)}"[^>]*{name}">', page
            )


# --- Open data ------------------------------------------------------------------------------------------
KINDS = {
    "text": str,
    "heltal": int,
    "tal": float,
    "ja/nej": bool,
    "lista": list,
    "objekt": dict,
    "tid": str,
    "dag": str,
}


def documented():
    """Each field of the document's table with the types it may have."""
    rows = re.findall(r"^\| `([a-z_\[\].]+)` \| ([^|]+) \|", DOCUMENT.read_text(), re.MULTILINE)
    return {
        name: {type(None) if word == "null" else KINDS[word] for word in kind.strip().split(" eller ")}
        for name, kind in rows
    }


def fields(value, name=""):
    """Every field in ``value`` by its path, with the types found there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            path = f"{name}.{key}".lstrip(".")
            yield path, type(inner)
            yield from fields(inner, path)
    if isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{name}[]")


def read(client):
    response = client.get("/utlysningar/oppna.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.content)


def full_call(**more):
    call = factories.make_call(
        min_amount=100_000,
        max_amount=500_000,
        earliest_start="2030-01-01",
        latest_end="2030-12-31",
        grant_months=12,
        decision_timing="month",
        decision_on="2029-12-01",
        max_aid_percent=60,
        **more,
    )
    call.changes.create(field="title", text="Ändrad.")
    return call


def test_the_document_and_the_data_have_the_same_fields(client):
    full_call()
    factories.make_call()
    allowed = documented()
    assert len(allowed) > 30
    found: dict[str, set[type]] = {}
    for name, kind in fields(read(client)):
        found.setdefault(name, set()).add(kind)
    assert found.keys() == allowed.keys()
    assert {name: kinds - allowed[name] for name, kinds in found.items() if kinds - allowed[name]} == {}


def test_each_field_says_what_it_should(client):
    call = full_call(
        slug="kluster",
        title="Kluster",
        opens_at=datetime(2021, 10, 26, 8, tzinfo=STOCKHOLM),
        closes_at=datetime(2030, 7, 1, 23, 59, 59, tzinfo=STOCKHOLM),
    )
    (shown,) = read(client)["utlysningar"]
    assert shown["adress"] == f"{settings.BASE_URL}/utlysningar/kluster/"
    assert (shown["oppnar"], shown["stanger"]) == ("2021-10-26T08:00:00+02:00", "2030-07-01T23:59:59+02:00")
    assert (shown["ram_kronor"], shown["lagsta_belopp_kronor"]) == (10_000_000, 100_000)
    assert shown["hogsta_stodniva_procent"] == 60.0
    assert (shown["tidigaste_start"], shown["senaste_slut"]) == ("2030-01-01", "2030-12-31")
    assert shown["planerat_beslut"] == {"slag": "manad", "nar": "2029-12"}
    assert shown["kontakter"] == [
        {"namn": "Hanna Handläggare", "epost": "officer@example.org", "telefon": ""}
    ]
    assert [area["id"] for area in shown["styrkeomraden"]] == [area.slug for area in call.areas.all()]
    assert shown["andrad"] is not None


def test_only_open_calls_in_the_order_they_close(client):
    now = timezone.now()
    factories.make_call(status="draft")
    factories.make_call(status="concluded")
    factories.make_call(opens_at=now + DAY, closes_at=now + 2 * DAY)
    factories.make_call(opens_at=now - 2 * DAY, closes_at=now - DAY)
    later = factories.make_call(closes_at=now + 9 * DAY)
    sooner = factories.make_call(closes_at=now + 3 * DAY)
    assert [shown["id"] for shown in read(client)["utlysningar"]] == [sooner.slug, later.slug]


def test_nothing_of_the_region_alone_is_told(client):
    factories.make_call(internal_notes="Hemligt")
    for name in ("flode.atom", "flode.rss", "oppna.json"):
        assert "Hemligt" not in client.get(f"/utlysningar/{name}").content.decode()


@pytest.mark.parametrize("name", ["flode.atom", "flode.rss", "oppna.json"])
def test_feeds_cost_the_same_at_one_and_three_rows(client, name):
    full_call()
    one = count_queries(lambda: client.get(f"/utlysningar/{name}"))
    full_call()
    full_call()
    assert count_queries(lambda: client.get(f"/utlysningar/{name}")) == one
