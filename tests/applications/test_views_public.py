import re

import pytest
from django.urls import reverse

from applications.views.public import Site
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LIST = "/projekt/"


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


@pytest.fixture
def project():
    return factories.make_project(
        slug="smice",
        title="Etableringsfrämjande samverkan",
        subtitle="SMICE",
        owner="Region Jämtland Härjedalen",
        leader="Maja Blomqvist",
        partners="Trøndelag Fylkeskommune, Mittuniversitetet",
        budget=8_168_675,
        starts_on="2017-05-14",
        ends_on="2020-05-14",
        websites=["www.smice.nu", "facebook.com/besmice", "javascript:alert(1)"],
        further_reading="Se smice.nu",
        background="En hållbar framtid. <script>alert(1)</script>",
        aims="**Mål 1:** Styrke",
        activities="Test",
        expected_results="Fler företag",
        in_english="In our county",
    )


def test_the_page_has_the_seeds_facts(client, project):
    response = client.get(reverse("applications:project_detail", args=["smice"]))
    found, page = text(response), response.content.decode()
    for words in (
        "Projektägare Region Jämtland Härjedalen",
        "Projektledare Maja Blomqvist",
        "Samarbetspartners Trøndelag Fylkeskommune, Mittuniversitetet",
        "Projektbudget 8 168 675 kr",
        "Projektperiod 2017-05-14 – 2020-05-14",
        "Fördjupad läsning Se smice.nu",
        "Projektbakgrund En hållbar framtid.",
        "Förväntat resultat Fler företag",
    ):
        assert words in found, words
    assert '<section aria-labelledby="english" lang="en"' in page
    assert 'href="https://www.smice.nu"' in page
    assert "javascript:alert(1)" in found, "shown as the text it is"
    assert 'href="javascript' not in page
    assert "<script>alert" not in page
    assert "<strong>Mål 1:</strong>" in page


def test_bare_and_unpublished(client):
    bare = factories.make_project(budget=None, starts_on=None, ends_on=None)
    assert client.get(reverse("applications:project_detail", args=[bare.slug])).status_code == 200
    hidden = factories.make_project(published=False, title="Ofärdigt")
    assert client.get(reverse("applications:project_detail", args=[hidden.slug])).status_code == 404
    assert "Ofärdigt" not in text(client.get(LIST))


def test_the_list(client, project):
    factories.make_project(title="Ett annat")
    found = text(client.get(LIST))
    assert found.index("Ett annat") < found.index("Etableringsfrämjande"), "latest first"
    assert "8 168 675 kr" in found
    found = text(client.get(LIST, {"q": "etableringsfrämjande"}))
    assert "Etableringsfrämjande samverkan" in found
    assert "Ett annat" not in found


def test_nothing_found_and_nothing_there(client):
    assert "Här finns inga projekt än" in text(client.get(LIST))
    assert "Inga projekt svarar mot sökningen" in text(client.get(LIST, {"q": "finns inte"}))
    assert "Sök med färre ord." in text(client.get(LIST, {"q": "ord " * 60}))


def test_pages_and_queries(client):
    factories.make_project()
    one = count_queries(lambda: client.get(LIST))
    factories.make_project()
    factories.make_project()
    assert count_queries(lambda: client.get(LIST)) == one
    for _ in range(18):
        factories.make_project()
    assert 'rel="next"' in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("written", "shown", "address"),
    [
        ("www.smice.nu", "www.smice.nu", "https://www.smice.nu"),
        ("http://smice.nu/", "smice.nu", "http://smice.nu/"),
        ("https://", "https://", "https://"),
        ("ftp://smice.nu", "smice.nu", ""),
        ("data:text/html,x", "data:text/html,x", ""),
        ("finns snart", "finns snart", ""),
        ("kommer. snart", "kommer. snart", ""),
        (5, "5", ""),
    ],
)
def test_addresses_as_people_write_them(written, shown, address):
    assert Site.of(written) == Site(shown, address)
