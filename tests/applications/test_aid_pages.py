"""State aid and declarations: written in the form, sent with every rate, and read afterwards."""

import copy
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.aid_content import aid_content
from applications.checks import Step, submission_problems
from applications.checks.aid import missing_in_aid
from applications.documents import read_sent, render_application, sent_file
from applications.models import Application
from applications.parts import AidPart, differences, seen_mark
from applications.snapshot import content_of
from tests import factories
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
AUTOSAVE = {"HX-Request": "true", "HX-Target": "autosparat"}


@pytest.fixture
def basis():
    """Of every kind at once, so that everything is asked."""
    return factories.make_legal_basis(
        name="Försumbart stöd",
        plain_words="Stödet är litet.\n\nDet registreras.",
        state_aid_allowed=True,
        apply_before_start=True,
        publication_consent_required=True,
        de_minimis_ceiling_eur=300_000,
    )


@pytest.fixture
def draft(owner, basis):
    factories.make_euro_rate()
    return factories.make_application(user=owner, call=factories.make_call(legal_basis=basis))


def url(draft, name="step_state_aid"):
    return reverse(f"applications:{name}", args=[draft.pk])


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def again(draft):
    return Application.objects.get(pk=draft.pk)


def days_ago(days):
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def typed(draft, *earlier, other=(), **changes):
    """The page as a browser posts it, with rows of earlier aid: (days ago, giver, amount)."""
    part = AidPart.read(draft)
    posted = {f"declared-{kind}": "on" for kind in part.declared}
    posted |= {"has_de_minimis_aid": "ja" if earlier else "nej", "has_other_aid": "ja" if other else "nej"}
    for index, (days, giver, amount) in enumerate(earlier):
        name = f"forsumbart-{index}"
        posted |= {f"{name}-key": f"{index:010x}", f"{name}-giver": giver, f"{name}-amount": amount}
        posted[f"{name}-granted_on"] = "" if days is None else days_ago(days)
    for index, (giver, purpose, amount) in enumerate(other):
        name = f"annat-{index}"
        posted |= {f"{name}-key": f"{index:010x}", f"{name}-giver": giver}
        posted |= {f"{name}-purpose": purpose, f"{name}-amount": amount}
    return posted | {"version": seen_mark(draft, part)} | changes


def messages(draft):
    return [one.message for one in submission_problems(again(draft)) if one.step is Step.STATE_AID]


# --- Writing ----------------------------------------------------------------------------------------------
def test_the_page_explains_and_asks_what_the_basis_asks(client_for, owner, draft):
    page = text(client_for(owner).get(url(draft)))
    for words in (
        "Statligt stöd och intyganden",
        "Stödet är litet.",
        "samtycker till att uppgifter om stödet publiceras",
        "3 300 000 kr 300 000,00 euro kvar",
        "Uppgifterna i ansökan är riktiga.",
        "Arbetet med projektet har inte börjat.",
        "inte i ekonomiska svårigheter",
        "Intygat av Olga Ödmark",
    ):
        assert words in page, words


def test_a_plain_basis_asks_little(client_for, owner):
    plain = factories.make_application(user=owner)
    page = text(client_for(owner).get(url(plain)))
    assert "Uppgifterna i ansökan är riktiga." in page
    for words in ("försumbart", "svårigheter", "har inte börjat", "publiceras"):
        assert words not in page
    assert "de_minimis" not in content_of(plain)["state_aid"]


def test_rows_are_saved_and_counted(client_for, owner, draft):
    client = client_for(owner)
    posted = typed(
        draft, (10, "Almi", "1 100 000"), (1200, "Kommunen", "500"), other=[("Länsstyrelsen", "Löner", "7")]
    )
    assert client.post(url(draft), posted).status_code == 302
    assert again(draft).has_de_minimis_aid is again(draft).has_other_aid is True
    assert [row.amount for row in draft.de_minimis_aid.all()] == [1_100_000, 500]
    page = text(client.get(url(draft)))
    assert "2 200 000 kr 200 000,00 euro kvar" in page
    assert "Rad 2: 45,45 euro" in page
    assert "Räknas inte" in page
    assert messages(draft) == []
    removed = typed(again(draft), (10, "Almi", "1 100 000"), ta_bort="forsumbart-0")
    assert client.post(url(draft), removed).headers["Location"] == url(draft) + "#forsumbart-stod"
    assert not draft.de_minimis_aid.exists()
    added = typed(again(draft), lagg_till="annat")
    following = client.post(url(draft), added).headers["Location"]
    assert following == url(draft) + "?ny=annat#annat-stod"
    assert "Annat stöd 1" in text(client.get(following.partition("#")[0]))


def test_the_room_follows_what_is_typed_and_writes_nothing(client_for, owner, draft, stranger):
    posted = typed(draft, (1, "Almi", "3 300 000"))
    page = client_for(owner).post(url(draft, "aid_room"), posted)
    assert "Ryms inte" in text(page)
    assert "Sök högst 0 kr." in text(page)
    assert not draft.de_minimis_aid.exists()
    odd = client_for(owner).post(url(draft, "aid_room"), typed(draft, (1, "Almi", "mycket")))
    assert "Alla rader gick inte att räkna" in text(odd)
    assert client_for(owner).get(url(draft, "aid_room")).status_code == 405
    assert client_for(stranger).post(url(draft, "aid_room"), posted).status_code == 404
    plain = factories.make_application(
        user=owner, call=factories.make_call(legal_basis=factories.make_legal_basis())
    )
    assert not text(client_for(owner).post(url(plain, "aid_room"), {}))


def test_what_cannot_be_read_is_told_by_its_field(client_for, owner, draft):
    response = client_for(owner).post(url(draft), typed(draft, (1, "Almi", "mycket")))
    assert response.status_code == 422
    assert 'value="mycket"' in response.content.decode()
    many = {f"annat-{index}-giver": "Almi" for index in range(41)}
    response = client_for(owner).post(url(draft), typed(draft) | many)
    assert "högst 40 andra stöd" in text(response)
    assert not draft.other_aid.exists()


def test_a_declaration_is_the_persons_who_made_it(client_for, owner, colleague, draft):
    draft.applicant_declarations.filter(kind="not_started").delete()
    posted = typed(draft) | {"declared-not_started": "on"}
    assert client_for(colleague).post(url(draft), posted, headers=AUTOSAVE).status_code == 200
    made = {one.kind: one.declared_by for one in draft.applicant_declarations.all()}
    assert made["not_started"] == colleague
    assert made["correct"] == owner
    posted = typed(again(draft))
    del posted["declared-correct"]
    client_for(colleague).post(url(draft), posted)
    assert messages(draft) == ["Intyga: Uppgifterna i ansökan är riktiga."]


def test_two_who_write_meet_field_by_field(client_for, owner, colleague, draft):
    mine, theirs = typed(draft, (1, "Almi", "5")), typed(draft, other=[("Kommunen", "Resor", "9")])
    client_for(colleague).post(url(draft), theirs)
    assert client_for(owner).post(url(draft), mine).status_code == 302
    assert (draft.de_minimis_aid.count(), draft.other_aid.count()) == (1, 1)
    assert again(draft).has_de_minimis_aid is again(draft).has_other_aid is True
    clash = client_for(owner).post(url(draft), mine | {"forsumbart-0-amount": "6"})
    assert clash.status_code == 409
    assert "Försumbart stöd 1" in text(clash)
    part = AidPart.read(again(draft))
    changed = part.taking(AidPart(None, (), None, (), ()), {one.key for one in part.texts()})
    assert changed == AidPart(None, (), None, (), ())
    assert part.taking(changed, set()) == part
    assert len(differences(part, changed)) == 4 + len(part.declared)


def test_another_call_keeps_what_it_does_not_ask_about(client_for, owner, draft):
    draft.de_minimis_aid.create(order=1, giver="Almi", amount=5)
    draft.applicant_declarations.exclude(kind="single_undertaking").delete()
    type(draft.call.legal_basis).objects.update(de_minimis_ceiling_eur=None)
    client_for(owner).post(url(draft), typed(again(draft), **{"declared-correct": "on"}))
    assert draft.de_minimis_aid.count() == 1
    assert {one.kind for one in draft.applicant_declarations.all()} == {"correct", "single_undertaking"}


# --- What is missing --------------------------------------------------------------------------------------
def test_what_is_missing_is_said_with_a_link(client_for, owner, draft):
    draft.de_minimis_aid.create(order=1)
    draft.de_minimis_aid.create(
        order=2, granted_on=timezone.localdate() + timedelta(days=1), giver="A", amount=1
    )
    draft.other_aid.create(order=1)
    draft.has_other_aid = True
    draft.save()
    assert messages(draft) == [
        "Ta bort raderna, eller svara Ja på frågan om ni har fått försumbart stöd.",
        "Ange när stödet på rad 1 beslutades.",
        "Skriv vem som gav stödet på rad 1.",
        "Fyll i beloppet för stödet på rad 1.",
        "Rätta datumet på rad 2: det ligger efter i dag.",
        "Skriv vem som ger det andra stödet, rad 1.",
        "Skriv vilka kostnader det andra stödet täcker, rad 1.",
        "Fyll i beloppet för det andra stödet, rad 1.",
    ]
    page = client_for(owner).get(url(draft, "review")).content.decode()
    assert f'href="{url(draft)}#id_forsumbart-0-granted_on"' in page


def test_an_answer_goes_with_its_rows(draft):
    for answer, words in ((None, "Svara på om ni har fått"), (True, "Fyll i")):
        Application.objects.update(has_de_minimis_aid=answer, has_other_aid=answer)
        assert len([one for one in messages(draft) if one.startswith(words)]) == 2


def test_no_more_than_there_is_room_for_is_sent(owner, draft):
    draft.de_minimis_aid.create(order=1, granted_on=timezone.localdate(), giver="Almi", amount=3_300_000)
    Application.objects.update(has_de_minimis_aid=True)
    assert [one.replace("\xa0", " ") for one in messages(draft)] == [
        "Det finns utrymme för 0 kr i försumbart stöd. Sänk det sökta stödet."
    ]
    with pytest.raises(services.NotComplete):
        send(draft, owner)


# --- What is sent -----------------------------------------------------------------------------------------
@pytest.fixture
def sent(owner, draft):
    factories.make_euro_rate(
        valid_from=timezone.localdate() - timedelta(days=5), sek_per_euro=Decimal("10.5")
    )
    day = timezone.localdate() - timedelta(days=100)
    draft.de_minimis_aid.create(order=1, granted_on=day, giver="Almi", amount=110_000)
    draft.other_aid.create(order=1, giver="Kommunen", purpose="Resor", amount=9)
    Application.objects.update(has_de_minimis_aid=True, has_other_aid=True)
    return send(draft, owner, publication_consent=True)


def test_the_rates_and_their_dates_are_stored_with_what_was_sent(sent):
    factories.make_euro_rate(valid_from=timezone.localdate() - timedelta(days=101), sek_per_euro=20)
    aid = read_sent(sent_file(sent))["state_aid"]
    small = aid["de_minimis"]
    assert small["earlier"][0] == {
        "granted_on": days_ago(100),
        "giver": "Almi",
        "amount": 110_000,
        "eur": "10000.00",
        "rate": {"sek_per_euro": "11.0000", "valid_from": "2021-01-01"},
        "counts": True,
    }
    assert (small["total_eur"], small["left_eur"], small["left_kronor"]) == (
        "10000.00",
        "290000.00",
        3_045_000,
    )
    assert small["rate"] == {"sek_per_euro": "10.5000", "valid_from": days_ago(5)}
    assert (small["on"], small["fits"], small["complete"]) == (days_ago(0), True, True)
    assert [one["by"] for one in aid["declarations"]] == ["Olga Ödmark"] * 5
    assert aid["other_aid"] == [{"giver": "Kommunen", "purpose": "Resor", "amount": 9}]


def test_what_was_sent_is_shown_printed_and_written_alike(client_for, owner, sent):
    content = read_sent(sent_file(sent))
    shown = {
        "page": render_to_string("applications/_content.html", {"content": content}),
        "print": render_to_string("documents/_state_aid.html", {"aid": content["state_aid"]}),
        "text": client_for(owner).get(url(sent, "draft_text")).content.decode(),
    }
    for name, page in shown.items():
        words = " ".join(page.replace("\xa0", " ").split())
        for part in (
            "290 000,00 euro",
            "10 000,00 euro",
            "Kommunen, Resor",
            "Olga Ödmark",
            "ekonomiska svår",
        ):
            assert part in words, (name, part)
        assert name == "text" or "10,5 kronor per euro" in words


def test_what_was_sent_before_there_were_declarations_still_shows(sent):
    content = copy.deepcopy(read_sent(sent_file(sent))) | {"format_version": 1}
    del content["state_aid"]
    page = render_to_string("applications/_content.html", {"content": content})
    assert "Finansiering" in page
    assert "Intyganden" not in page
    assert render_application(content, data=b"{}").startswith(b"%PDF")


def test_as_many_rows_as_one_likes_cost_as_many_queries(client_for, owner, draft):
    client = client_for(owner)
    client.get(url(draft))
    counts = []
    for order in (1, 3):
        for number in range(draft.de_minimis_aid.count(), order):
            draft.de_minimis_aid.create(order=number + 1, granted_on=timezone.localdate(), amount=1)
            draft.other_aid.create(order=number + 1)
        counts.append(count_queries(lambda: client.get(url(draft))))
    assert counts[0] == counts[1]


# --- Driftstöd --------------------------------------------------------------------------------------------
@pytest.fixture
def cluster_draft(owner):
    """Under a basis that may be operating aid to a cluster."""
    basis = factories.make_legal_basis(state_aid_allowed=True)
    call = factories.make_call(legal_basis=basis)
    return factories.make_application(user=owner, call=call, operating_aid_years=None)


def years_posted(draft, years):
    part = AidPart.read(draft)
    declared = {f"declared-{kind}": "on" for kind in part.declared}
    return declared | {
        "has_other_aid": "nej", "operating_aid_years": years, "version": seen_mark(draft, part)
    }  # fmt: skip


def test_years_of_operating_aid_are_asked_where_it_may_be_given(client_for, owner, draft, cluster_draft):
    client = client_for(owner)
    question = "Hur många år har klustret fått driftstöd"
    assert question not in text(client.get(url(draft)))
    page = client.get(url(cluster_draft))
    assert question in text(page)
    assert "Skriv hur många år klustret har fått driftstöd." in [
        problem.message for problem in missing_in_aid(cluster_draft)
    ]
    client.post(url(cluster_draft), years_posted(cluster_draft, "10"))
    stored = again(cluster_draft)
    assert stored.operating_aid_years == 10
    assert not list(missing_in_aid(stored))
    assert aid_content(stored)["operating_aid_years"] == 10
    client.post(url(cluster_draft), years_posted(stored, "11"))
    assert [(problem.message, problem.wrong) for problem in missing_in_aid(again(cluster_draft))] == [
        ("Driftstöd till ett kluster får ges i högst 10 år. Rätta antalet år.", True)
    ]


@pytest.mark.parametrize("typed", ["tio", "-1", "100", "2,5"])
def test_what_is_no_number_of_years_is_refused(client_for, owner, cluster_draft, typed):
    response = client_for(owner).post(url(cluster_draft), years_posted(cluster_draft, typed))
    assert "Ange hela år med siffror, till exempel 3." in text(response)
    assert f'value="{typed}"' in response.content.decode()
    assert again(cluster_draft).operating_aid_years is None
