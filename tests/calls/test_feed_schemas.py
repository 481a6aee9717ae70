"""The feeds held against schemas of their standards (RELAX NG), and the schemas against broken feeds."""

from pathlib import Path

import pytest
from lxml import etree

from tests import factories

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parent / "schemas"
KINDS = ("atom", "rss")


def faults(kind, content):
    schema = etree.RelaxNG(etree.parse(SCHEMAS / f"{kind}.rng"))
    schema.validate(etree.fromstring(content))
    return [str(error) for error in schema.error_log]


def read(client, kind):
    return client.get(f"/utlysningar/flode.{kind}").content


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_feed_is_valid(client, kind, count):
    for _ in range(count):
        call = factories.make_call(title="Kluster & <moln>\x01", areas=[factories.make_area()] * 2)
        call.changes.create(field="title", text="Rubriken är ändrad.")
    assert faults(kind, read(client, kind)) == []


BREAKS = [
    ("atom", b"<updated>", b"<updated>i "),
    ("atom", b"<published>", b"<modified/><published>"),
    ("atom", b"+00:00</updated>", b"</updated>"),
    ("atom", b"<id>http", b"<id>/utlysningar/http"),
    ("atom", b"<name>", b"<namn/><name>"),
    ("atom", b'type="html"', b'type="markdown"'),
    ("atom", b'xmlns="http://www.w3.org/2005/Atom"', b'xmlns="http://www.w3.org/2005/Atoms"'),
    ("rss", b'version="2.0"', b'version="0.91"'),
    ("rss", b"<pubDate>", b"<pubDate>2026-11-26 "),
    ("rss", b'isPermaLink="true"', b'isPermaLink="kanske"'),
    ("rss", b"<item>", b"<item><updated/>"),
    ("rss", b"<language>sv", b"<language>p\xc3\xa5 svenska"),
    ("rss", b"<link>http", b"<link>/http"),
]


@pytest.mark.parametrize(("kind", "good", "bad"), BREAKS)
def test_a_broken_feed_is_found(client, kind, good, bad):
    factories.make_call()
    content = read(client, kind)
    assert good in content
    assert faults(kind, content.replace(good, bad))
