"""The officer puts standard phrases into a draft, with and without script."""

import pytest
from django.utils import timezone

from decisions.draft_phrases import CHOOSE, offered_phrases
from decisions.enums import Relation
from decisions.models import Decision, StandardPhrase, StandardPhraseVersion
from decisions.services.changing import draft_change
from tests import factories
from tests.decisions.test_officer_views import HX, at, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_phrase(draft):
    def make(section, text="Högst {belopp} till {start}.", name="Egen", kind=draft.kind):
        phrase = StandardPhrase.objects.create(kind=kind, section=section, name=name)
        StandardPhraseVersion.objects.create(phrase=phrase, number=1, text=text)
        return phrase

    return make


def stored(draft):
    return Decision.objects.with_parts().get(pk=draft.pk)


def test_a_phrase_becomes_a_point_filled_with_what_is_typed(client_for, officer, draft, make_phrase):
    phrase, before = make_phrase("point"), draft.points.count()
    sent = posted(draft, amount="123 000", rad="fras:punkt", fras__punkt=str(phrase.pk))
    response = client_for(officer).post(at(draft), sent)
    assert response["location"] == f"{at(draft)}#rader-punkt"
    points = [point.text for point in stored(draft).points.all()]
    assert len(points) == before + 1
    assert points[-1].startswith("Högst 123\u00a0000\u00a0kronor till ")


@pytest.mark.parametrize(("place", "section"), [("background", "background"), ("reasons", "reasons")])
def test_a_phrase_is_put_at_the_end_of_a_text(client_for, officer, draft, make_phrase, place, section):
    phrase, before = make_phrase(section, text="Från {utlysning}."), getattr(draft, place)
    sent = posted(draft, rad=f"fras:{place}", **{f"fras__{place}": str(phrase.pk)})
    response = client_for(officer).post(at(draft), sent)
    assert response["location"] == f"{at(draft)}#rader-{place}"
    assert getattr(stored(draft), place) == f"{before}\n\nFrån [utlysning saknas]."


@pytest.mark.parametrize("place", ["punkt", "background", "reasons"])
def test_with_script_the_place_is_given_back(client_for, officer, draft, make_phrase, place):
    phrase = make_phrase("point" if place == "punkt" else place, text="Enligt {region}.")
    sent = posted(draft, rad=f"fras:{place}", **{f"fras__{place}": str(phrase.pk)})
    page = client_for(officer).post(at(draft), sent, **HX).content.decode()
    assert f'id="rader-{place}"' in page
    assert "Enligt Region Jämtland Härjedalen." in page
    assert 'id="kontroll-panel"' in page


def test_without_a_phrase_nothing_is_stored(client_for, officer, draft, registrar, make_phrase):
    retired, title = make_phrase("point"), make_phrase("title", name="Rubriken")
    StandardPhrase.objects.filter(pk=retired.pk).update(retired_at=timezone.now(), retired_by=registrar)
    other = make_phrase("point", name="Avslagets", kind="rejection")
    for chosen in ("", "hej", "9" * 30, str(retired.pk), str(title.pk), str(other.pk)):
        sent = posted(draft, title="Ny rubrik", rad="fras:punkt", fras__punkt=chosen)
        response = client_for(officer).post(at(draft), sent)
        assert response.status_code == 422
        page = response.content.decode()
        assert CHOOSE in page
        assert "Ny rubrik" in page
    assert stored(draft).version == 1


def test_the_page_offers_those_in_use_for_its_kind(client_for, officer, draft, registrar, make_phrase):
    make_phrase("point")
    retired = make_phrase("point", name="Gammal")
    StandardPhrase.objects.filter(pk=retired.pk).update(retired_at=timezone.now(), retired_by=registrar)
    offered = client_for(officer).get(at(draft)).context["phrases"]
    assert "Egen" in [phrase.name for phrase in offered["punkt"]]
    assert "Gammal" not in [phrase.name for phrase in offered["punkt"]]
    assert {phrase.kind for phrases in offered.values() for phrase in phrases} == {draft.kind}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Deltagande med arbetstid", "projektet Kit med arbetstid motsvarande 123 000 kronor under perioden"),
        ("Medfinansiering med pengar", "projektet Kit med högst 123 000 kronor under perioden"),
    ],
)
def test_what_the_region_takes_part_with(client_for, officer, draft, name, said):
    phrase = StandardPhrase.objects.get(kind="participation", name=name)
    sent = posted(
        draft, title="Deltagande i projekt: Kit", amount="123 000", rad="fras:punkt",
        fras__punkt=str(phrase.pk),
    )  # fmt: skip
    client_for(officer).post(at(draft), sent)
    assert said in stored(draft).points.last().text.replace("\u00a0", " ")


def test_what_revokes_is_not_offered_to_what_amends(officer, draft):
    signed = factories.make_signed_decision(user=officer)
    for relation, told in [(Relation.AMENDS, "ändrar"), (Relation.REVOKES, "upphäver")]:
        made = draft_change(decision_id=signed.pk, actor=officer, relation=relation)
        (first, *_rest) = offered_phrases(made)["punkt"]
        assert told in first.versions.get().text
        others = {phrase.relation for phrase in offered_phrases(made)["punkt"]}
        assert others == {relation.value}


def test_an_empty_last_point_takes_the_phrase(client_for, officer, draft, make_phrase):
    client, phrase = client_for(officer), make_phrase("point", text="Enligt {region}.")
    client.post(at(draft), posted(draft, rad="lagg-till:punkt"))
    fresh = stored(draft)
    rows = fresh.points.count()
    client.post(at(draft), posted(fresh, rad="fras:punkt", fras__punkt=str(phrase.pk)))
    points = [point.text for point in stored(draft).points.all()]
    assert (len(points), points[-1]) == (rows, "Enligt Region Jämtland Härjedalen.")
