"""The registrar keeps the standard phrases: services, pages, and two who change one at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from decisions.enums import DecisionKind, PhraseSection
from decisions.models import StandardPhrase
from decisions.services.phrasing import (
    CHANGED,
    PhraseData,
    bring_back_phrase,
    change_phrase,
    create_phrase,
    data_of,
    retire_phrase,
)
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def phrase():
    return StandardPhrase.objects.get(kind="grant", name="Finansiering")


def change(phrase, actor, revision=1, **fields):
    stored = StandardPhrase.objects.get(pk=phrase.pk)
    data = replace(data_of(stored, stored.versions.latest("number")), **fields)
    return change_phrase(actor=actor, phrase_id=phrase.pk, expected_revision=revision, data=data)


def page(name, *args):
    return reverse(f"decisions:{name}", args=args)


def typed(**fields):
    return {
        "name": "Finansiering",
        "text": "Medlen tas ur {utlysning}.",
        "place": "3",
        "in_drafts": "on",
    } | fields


# --- Services ---------------------------------------------------------------------------------------------
def test_another_text_is_a_new_version(phrase, registrar):
    change(phrase, registrar, text="Medlen tas ur {utlysning}.")
    new, old = phrase.versions.all()
    assert (new.number, new.text, new.made_by) == (2, "Medlen tas ur {utlysning}.", registrar)
    assert (old.number, old.made_by) == (1, None)
    event = Event.objects.get(action="phrase_changed")
    assert (event.actor_id, event.object_id) == (registrar.pk, phrase.pk)


def test_another_name_or_place_is_no_new_version(phrase, registrar):
    changed = change(phrase, registrar, name="Medlen", place=1)
    assert (changed.name, changed.place, changed.revision) == ("Medlen", 1, 2)
    assert phrase.versions.count() == 1


def test_the_same_again_is_no_change(phrase, registrar):
    change(phrase, registrar, revision=99)
    assert StandardPhrase.objects.get(pk=phrase.pk).revision == 1
    assert not Event.objects.filter(action="phrase_changed").exists()


def test_the_second_to_change_it_is_told(phrase, registrar):
    change(phrase, registrar, text="En lydelse.")
    with pytest.raises(Conflict) as conflict:
        change(phrase, registrar, text="En annan lydelse.")
    assert conflict.value.message == CHANGED
    assert phrase.versions.count() == 2


def test_what_is_refused(phrase, registrar):
    for fields, field in (
        ({"text": "{okänd}"}, "text"),
        ({"name": "Bidraget"}, "name"),
    ):
        with pytest.raises(Refusal) as refused:
            change(phrase, registrar, **fields)
        assert refused.value.field == field
    with pytest.raises(Refusal, match=r"^Skälen skrivs för varje beslut") as refused:
        create_phrase(
            actor=registrar,
            kind=DecisionKind.GRANT,
            section=PhraseSection.REASONS,
            data=PhraseData("Skäl", "Text", in_drafts=True),
        )
    assert refused.value.field == "in_drafts"


def test_what_amends_and_what_revokes_are_told_apart(registrar):
    data = PhraseData("Ny", "Text", relation="revokes")
    for kind in (DecisionKind.GRANT, DecisionKind.CORRECTION):
        with pytest.raises(Refusal, match=r"^Bara ändringar och upphävanden") as refused:
            create_phrase(actor=registrar, kind=kind, section=PhraseSection.POINT, data=data)
        assert refused.value.field == "relation"
    made = create_phrase(actor=registrar, kind=DecisionKind.AMENDMENT, section=PhraseSection.POINT, data=data)
    assert made.relation == "revokes"
    assert change(made, registrar, relation="amends").relation == "amends"


def test_out_of_use_and_back(phrase, registrar):
    for _press in range(2):
        retire_phrase(actor=registrar, phrase_id=phrase.pk)
    retired = StandardPhrase.objects.get(pk=phrase.pk)
    assert (retired.is_current, retired.retired_by, retired.revision) == (False, registrar, 2)
    for _press in range(2):
        bring_back_phrase(actor=registrar, phrase_id=phrase.pk)
    assert StandardPhrase.objects.get(pk=phrase.pk).is_current
    actions = Event.objects.filter(action__startswith="phrase_").order_by("pk")
    assert [event.action for event in actions] == ["phrase_retired", "phrase_brought_back"]


def test_only_keepers(phrase, officer):
    for step in (
        lambda: change(phrase, officer, text="Annat"),
        lambda: retire_phrase(actor=officer, phrase_id=phrase.pk),
        lambda: bring_back_phrase(actor=officer, phrase_id=phrase.pk),
    ):
        with pytest.raises(Refusal, match=r"^Bara en registrator eller en administratör"):
            step()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_version(registrar):
    phrase = StandardPhrase.objects.get(kind="grant", name="Finansiering")

    def attempt(text):
        try:
            change(phrase, registrar, text=text)
        except Conflict:
            return "conflict"
        finally:
            connection.close()
        return "stored"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ["En.", "Två."])) == ["conflict", "stored"]
    assert [version.number for version in phrase.versions.all()] == [2, 1]


# --- Pages ------------------------------------------------------------------------------------------------
def test_a_new_wording_through_the_page(phrase, registrar, client_for):
    client = client_for(registrar)
    client.post(page("phrase_edit", phrase.pk), typed(revision="1"))
    content = client.get(page("phrase_detail", phrase.pk)).content.decode()
    assert "Medlen tas ur Exempelutlysningen." in content
    assert "Fanns från början" in content
    assert "<ins>" in content


def test_an_unknown_placeholder_is_put_beside_the_text(phrase, registrar, client_for):
    response = client_for(registrar).post(
        page("phrase_edit", phrase.pk), typed(revision="1", text="Med {belop}.")
    )
    assert response.status_code == 422
    (fault,) = response.context["form"].errors["text"]
    assert fault.startswith("Det finns ingen uppgift som heter {belop}. De som finns är {region}, ")
    assert "Med {belop}." in response.content.decode()
    assert phrase.versions.count() == 1


def test_a_stale_page_is_told_and_loses_nothing(phrase, registrar, client_for):
    client = client_for(registrar)
    change(phrase, registrar, text="Någon annans.")
    response = client.post(page("phrase_edit", phrase.pk), typed(revision="1"))
    assert response.status_code == 422
    assert CHANGED in response.content.decode()
    assert "Medlen tas ur {utlysning}." in response.content.decode()
    assert response.context["form"]["revision"].value() == 2
    assert client.post(page("phrase_edit", phrase.pk), typed(revision="2")).status_code == 302
    assert phrase.versions.count() == 3


def test_looking_stores_nothing(phrase, registrar, client_for):
    response = client_for(registrar).post(page("phrase_edit", phrase.pk), typed(revision="1", visa="1"))
    assert response.status_code == 200
    assert response.context["preview"] == "Medlen tas ur Exempelutlysningen."
    assert phrase.versions.count() == 1


def test_a_new_phrase_through_the_page(registrar, client_for):
    fields = typed(name="Egen", kind="participation", section="point")
    response = client_for(registrar).post(page("phrase_new"), fields)
    made = StandardPhrase.objects.get(name="Egen")
    assert response.headers["Location"] == page("phrase_detail", made.pk)
    assert (made.kind, made.section, made.place, made.in_drafts) == ("participation", "point", 3, True)


def test_a_phrase_of_what_revokes_through_the_page(registrar, client_for):
    client = client_for(registrar)
    phrase = StandardPhrase.objects.get(kind="amendment", relation="revokes", section="point")
    form = client.get(page("phrase_edit", phrase.pk)).context["form"]
    assert form["relation"].value() == "revokes"
    assert "Bara i beslut som upphäver" in client.get(page("phrase_detail", phrase.pk)).content.decode()
    sent = typed(name=phrase.name, text="{region} upphäver {beslut}.", revision="1", place="1")
    assert client.post(page("phrase_edit", phrase.pk), sent | {"relation": "revokes"}).status_code == 302
    phrase.refresh_from_db()
    assert (phrase.relation, phrase.versions.count()) == ("revokes", 2)
    other = StandardPhrase.objects.get(kind="grant", name="Finansiering")
    assert "relation" not in client.get(page("phrase_edit", other.pk)).context["form"].fields
    new = typed(name="Ny", kind="grant", section="point") | {"relation": "amends"}
    refused = client.post(page("phrase_new"), new)
    assert list(refused.context["form"].errors) == ["relation"]


def test_the_bases_that_a_phrase_is_for_are_chosen_by_name(registrar, client_for):
    phrase = StandardPhrase.objects.get(kind="grant", name="Villkor")
    factories.make_legal_basis(code="egna-medel", name="Regionens egna medel")
    client = client_for(registrar)
    form = client.get(page("phrase_edit", phrase.pk)).context["form"]
    assert form.fields["only_under"].choices == [
        ("egna-medel", "Regionens egna medel"),
        ("2003-596", "Alla grunder vars kod slutar på 2003-596"),
    ]
    factories.make_legal_basis(code="nya-medel", name="Regionens egna medel")
    alike = client.get(page("phrase_edit", phrase.pk)).context["form"].fields["only_under"].choices
    assert alike[:2] == [
        ("egna-medel", "Regionens egna medel (egna-medel)"),
        ("nya-medel", "Regionens egna medel (nya-medel)"),
    ]
    assert form["only_under"].value() == ["2003-596"]
    sent = typed(name="Villkor", revision="1") | {"only_under": ["2003-596", "egna-medel"]}
    assert client.post(page("phrase_edit", phrase.pk), sent).status_code == 302
    phrase.refresh_from_db()
    assert phrase.codes == ["2003-596", "egna-medel"]
    shown = client.get(page("phrase_list")).content.decode()
    assert "Bara under förordning (2003:596); Regionens egna medel<" in shown
    assert "2003-596" not in shown
    name = "Förordning (2003:596) om bidrag"
    factories.make_legal_basis(code="forordning-2003-596", name="Förordningen", valid_to=date(2021, 12, 31))
    factories.make_legal_basis(code="forordning-2003-596", name=name, valid_from=date(2022, 1, 1))
    for address in (page("phrase_list"), page("phrase_detail", phrase.pk)):
        assert f"ara under {name}; Regionens egna medel" in client.get(address).content.decode()
    refused = client.post(page("phrase_edit", phrase.pk), sent | {"only_under": ["596"], "revision": "2"})
    assert refused.context["form"].errors["only_under"] == ["Välj bland de grunder som finns."]
    many = [factories.make_legal_basis(code=f"{'lang-kod-' * 5}{number}").code for number in range(8)]
    refused = client.post(page("phrase_edit", phrase.pk), sent | {"only_under": many, "revision": "2"})
    assert refused.context["form"].errors["only_under"] == [
        "Välj färre grunder, eller ingen om frasen ska stå oavsett grund."
    ]


def test_a_phrase_is_shown_filled_from_a_case(phrase, registrar, client_for, application):
    client, address = client_for(registrar), page("phrase_detail", phrase.pk)
    response = client.get(address, {"diarienummer": str(application.case)})
    assert response.context["preview"] == (
        f"Finansiering sker inom ramen för utlysningen {application.call.title}."
    )
    for number in ("RUN/999/1999", "hej"):
        response = client.get(address, {"diarienummer": number})
        assert response.status_code == 200
        assert response.context["form"].errors["diarienummer"] == [
            "Det finns inget ärende med det numret. Skriv det som RUN/664/2021."
        ]


def test_what_is_secret_fills_no_phrase(phrase, registrar, client_for, application):
    factories.mark_secret(application.case, "title")
    response = client_for(registrar).get(
        page("phrase_detail", phrase.pk), {"diarienummer": str(application.case)}
    )
    (fault,) = response.context["form"].errors["diarienummer"]
    assert fault.startswith("Ärendet går inte att visa här")


def test_retiring_through_the_page(phrase, registrar, client_for):
    client = client_for(registrar)
    client.post(page("phrase_retire", phrase.pk))
    assert "Tagen ur bruk" in client.get(page("phrase_list")).content.decode()
    client.post(page("phrase_bring_back", phrase.pk))
    assert StandardPhrase.objects.get(pk=phrase.pk).is_current


def test_the_list_asks_as_much_for_many_as_for_few(registrar, client_for, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    client = client_for(registrar)
    client.get(page("phrase_list"))
    with CaptureQueriesContext(connection) as before:
        client.get(page("phrase_list"))
    for number in range(3):
        create_phrase(
            actor=registrar,
            kind=DecisionKind.OTHER,
            section=PhraseSection.POINT,
            data=PhraseData(f"Fras {number}", "Text"),
        )
    with django_assert_num_queries(len(before)):
        client.get(page("phrase_list"))
