"""Who wrote what in a draft, putting a text back, and that nothing is lost in silence between two writers."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from applications import services
from applications.checks import PARTS
from applications.models import Application
from applications.parts import (
    AidPart,
    ApplicantPart,
    BudgetPart,
    ProjectPart,
    frozen,
    meet,
    seen_mark,
    thawed,
)
from tests import factories
from tests.applications.sending import send
from tests.counting import count_queries

FIELDS = ("contact_name", "contact_email", "contact_phone")


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def save(draft, actor, **changes):
    draft = Application.objects.get(pk=draft.pk)
    stored = ProjectPart.read(draft)
    return services.save_draft(
        application_id=draft.pk,
        actor=actor,
        part=replace(stored, **changes),
        seen=seen_mark(draft, stored),
        arrived_at=timezone.now(),
    )


def history_of(draft):
    return [
        (version.saved_by, [(one["label"], one["before"], one["after"]) for one in version.changes])
        for version in draft.versions.all()
    ]


def url(name, *args):
    return reverse(f"applications:{name}", args=args)


@pytest.mark.django_db
def test_saves_in_a_row_are_one_version_and_others_begin_a_new_one(draft, owner, colleague):
    first = draft.risks
    save(draft, owner, risks="Ett")
    save(draft, owner, risks="Ett, två", title="Nytt")
    assert history_of(draft) == [
        (owner, [("Projektets namn", draft.title, "Nytt"), ("Risker", first, "Ett, två")])
    ]
    save(draft, colleague, risks="Tre")
    save(draft, owner, risks=first)
    assert [who for who, _changes in history_of(draft)] == [owner, colleague, owner]
    draft.versions.update(
        started_at=timezone.now() - timedelta(minutes=9), saved_at=timezone.now() - timedelta(minutes=6)
    )
    save(draft, owner, risks="Fyra")
    assert draft.versions.count() == 4
    save(draft, owner, risks=first)
    assert history_of(draft)[0] == (owner, []), "what was taken back at once is no change"


@pytest.mark.django_db
def test_the_page_shows_it_and_puts_a_text_back(client_for, draft, owner, colleague, stranger, officer):
    first = draft.risks
    client = client_for(owner)
    assert "Inget är ändrat än" in client.get(url("versions", draft.pk)).content.decode()
    save(draft, colleague, risks="Kollegans", ends_on=draft.ends_on - timedelta(days=1))
    page = client.get(url("versions", draft.pk)).content.decode()
    assert "Projektet: Kim Källström" in page
    assert page.count("Återställ den äldre texten") == 1, "not what is no plain text"
    version = draft.versions.get()
    address = url("restore_text", draft.pk, version.pk)
    assert client.post(address, {"key": "ends_on"}).headers["Location"] == url("versions", draft.pk)
    client.post(address, {"key": "risks"})
    draft.refresh_from_db()
    assert draft.risks == first
    assert history_of(draft)[0] == (owner, [("Risker", "Kollegans", first)]), "an ordinary save"
    for person in (stranger, officer):
        assert client_for(person).get(url("versions", draft.pk)).status_code == 404
        assert client_for(person).post(address, {"key": "risks"}).status_code == 404
    send(draft, owner)
    assert client.post(address, {"key": "risks"}).status_code == 403
    assert "Återställ" not in client.get(url("versions", draft.pk)).content.decode()
    assert client_for(officer).get(url("versions", draft.pk)).status_code == 404


@pytest.mark.django_db
def test_every_part_can_be_frozen_and_thawed(owner):
    question = factories.make_question(call=factories.make_call(), label="Vad?")
    draft = factories.make_application(user=owner, call=question.call)
    partner = factories.make_partner(application=draft)
    factories.make_budget_line(
        application=draft, by_hours=True, hourly_rate=3, amounts={2027: 4}, partner=partner
    )
    factories.make_indicator(application=draft)
    draft.answers.create(question=question, value="Det")
    draft.trade_secrets.create(field="risks", reason="Receptet.")
    draft.de_minimis_aid.create(order=1, giver="Kommunen", amount=5, granted_on=draft.starts_on)
    empty = factories.make_application(user=owner, call=question.call, empty=True)
    for kind in PARTS.values():
        part = kind.read(draft)
        assert list(part.texts()), kind
        data = json.loads(json.dumps(frozen(part)))
        again = thawed(data | {"added_later": 1}, kind.read(empty))
        if kind is AidPart:
            assert again.declared == (), "nobody declares for another"
            again = replace(again, declared=part.declared)
        assert again == part


@pytest.mark.django_db
def test_a_whole_step_is_put_back_and_taken_back_again(client_for, draft, owner, colleague, stranger):
    factories.make_budget_line(application=draft, category="travel", description="Tåg")
    opened = BudgetPart.read(draft)

    def save_budget(actor, lines):
        now = Application.objects.get(pk=draft.pk)
        return services.save_draft(
            application_id=draft.pk, actor=actor, part=replace(opened, lines=lines),
            seen=seen_mark(now, BudgetPart.read(now)), arrived_at=timezone.now(),
        )  # fmt: skip

    save_budget(owner, opened.lines[:1])
    save_budget(colleague, (replace(opened.lines[0], description="Kollegans"),))
    first = draft.versions.last()
    address = url("restore_text", draft.pk, first.pk)
    client = client_for(owner)
    assert "Återställ hela steget" in client.get(url("versions", draft.pk)).content.decode()
    assert client_for(stranger).post(address).status_code == 404
    client.post(address)
    assert BudgetPart.read(draft) == opened
    # At once again, by the same person: the restored is itself a version, and can be taken back.
    latest = draft.versions.first()
    assert (latest.saved_by, draft.versions.count()) == (owner, 3)
    client.post(url("restore_text", draft.pk, latest.pk))
    assert [row.description for row in BudgetPart.read(draft).lines] == ["Kollegans"]
    assert draft.versions.count() == 4
    draft.versions.filter(pk=first.pk).update(before={})
    page = client.post(address, follow=True).content.decode()
    assert "Historiken har inte kvar hela steget från den tiden." in page
    assert page.count("Återställ hela steget") == 3
    send(draft, owner)
    assert client.post(address).status_code == 403


@pytest.mark.django_db
def test_the_page_costs_the_same_for_one_and_three(client_for, draft, owner, colleague):
    client = client_for(owner)
    save(draft, owner, risks="1")
    one = count_queries(lambda: client.get(url("versions", draft.pk)))
    save(draft, colleague, risks="2")
    save(draft, owner, risks="3")
    assert count_queries(lambda: client.get(url("versions", draft.pk))) == one


@given(
    st.lists(
        st.tuples(
            st.booleans(), st.sampled_from(FIELDS), st.sampled_from(["", "a", "b", "c"]), st.booleans()
        ),
        max_size=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_in_silence(steps):
    """Two pages, each with what its writer last saw or typed. A save takes nothing away that the writer has
    not seen: it keeps the other's text, or it is refused and both texts stand."""
    application = Application(version=1)
    stored = ApplicantPart("x", "", "y")
    pages = {True: [stored, seen_mark(application, stored)], False: [stored, seen_mark(application, stored)]}
    known = {True: stored, False: stored}
    for who, field, text, reload in steps:
        page = pages[who]
        if reload:
            page[:] = [stored, seen_mark(application, stored)]
            known[who] = stored
        page[0] = typed = replace(page[0], **{field: text})
        meeting = meet(page[1], stored=stored, mine=typed)
        for name in FIELDS:
            theirs, mine, seen = (getattr(part, name) for part in (stored, typed, known[who]))
            if len({theirs, mine, seen}) == 3:
                assert name in {one.key for one in meeting.conflicts}, "both wrote: told"
            elif not meeting.conflicts:
                assert getattr(meeting.part, name) == (theirs if mine == seen else mine)
        if not meeting.conflicts:
            stored = meeting.part
            page[1] = seen_mark(application, typed)
            known[who] = typed
