"""Secrecy marks: who sets and lifts them, what they hide, and what the database holds them to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from decisions.models import Publication
from decisions.services.publishing import publish_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, SecrecyLift, SecrecyMark
from s3portal.diary.queries import public_records
from s3portal.diary.secrecy import Part, Provision, hide_words, masks_of, shared_words
from s3portal.diary.services import (
    Target,
    assign_case,
    change_case,
    lift_mark,
    merge_case,
    register_record,
    set_mark,
    store_record_file,
)
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send


@pytest.fixture
def case(registrar):
    return factories.make_case(title="Stöd till Kvantlyft i Åre", counterpart="Kvantlyft AB")


@pytest.fixture
def record(case):
    return register_record(
        actor=None,
        case=case,
        direction=Direction.INCOMING,
        title="Ansökan om Kvantlyft",
        counterpart="Kvantlyft AB",
    )


def mark(actor, case, target, **fields):
    given = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."} | fields
    return set_mark(actor=actor, case_id=case.pk, target=target, **given)


def found(text):
    return list(Case.objects.search(text))


# --- What it hides ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("target", "title", "counterpart", "answers"),
    [
        (Target(Part.CASE), "[Skyddat]", "[Skyddat]", set()),
        (Target(Part.TITLE), "[Skyddat]", "Kvantlyft AB", {"Kvantlyft"}),
        (Target(Part.COUNTERPART), "Stöd till Kvantlyft i Åre", "[Skyddat]", {"Kvantlyft", "Stöd"}),
        (Target(Part.PASSAGE, passage="kvantlyft"), "Stöd till [Skyddat] i Åre", "[Skyddat] AB", set()),
    ],
)
def test_what_is_marked_is_neither_shown_nor_found_and_a_lift_brings_it_back(
    registrar, case, target, title, counterpart, answers
):
    assert {word for word in ("Kvantlyft", "Stöd") if found(word)} == {"Kvantlyft", "Stöd"}
    made = mark(registrar, case, target)
    case.refresh_from_db()
    assert (case.public_title, case.public_counterpart) == (title, counterpart)
    assert {word for word in ("Kvantlyft", "Stöd") if found(word)} == answers
    assert found(str(case)) == [case], "its number always finds it"
    lift_mark(actor=registrar, mark_id=made.pk, reason="Uppgiften är offentlig.")
    case.refresh_from_db()
    assert (case.public_title, case.is_protected) == ("Stöd till Kvantlyft i Åre", False)
    assert {word for word in ("Kvantlyft", "Stöd") if found(word)} == {"Kvantlyft", "Stöd"}


def test_the_name_of_a_protected_party_in_the_title_does_not_answer(registrar, case):
    Case.objects.filter(pk=case.pk).update(title="Stöd till KVANTLYFT AB")
    mark(registrar, case, Target(Part.COUNTERPART))
    case.refresh_from_db()
    assert case.public_title == "Stöd till [Skyddat]"
    assert found("stöd") == []


def test_of_two_marks_the_other_still_hides(registrar, case):
    first = mark(registrar, case, Target(Part.CASE))
    mark(registrar, case, Target(Part.TITLE))
    lift_mark(actor=registrar, mark_id=first.pk, reason="Bara titeln.")
    case.refresh_from_db()
    assert (case.title_protected, case.counterpart_protected) == (True, False)


@pytest.mark.parametrize(
    ("part", "title", "counterpart"),
    [
        (Part.RECORD, "[Skyddat]", "[Skyddat]"),
        (Part.RECORD_TITLE, "[Skyddat]", "Kvantlyft AB"),
        (Part.RECORD_COUNTERPART, "Ansökan om Kvantlyft", "[Skyddat]"),
        (Part.CONTENT, "Ansökan om Kvantlyft", "Kvantlyft AB"),
    ],
)
def test_a_mark_on_a_record_hides_what_it_says_and_leaves_its_date(
    registrar, case, record, part, title, counterpart
):
    mark(registrar, case, Target(part, record_id=record.pk))
    shown = public_records(case)[0]
    assert (shown.title, shown.counterpart, shown.dated_at) == (title, counterpart, record.dated_at)
    assert masks_of(case)[record.pk].content == (part in {Part.RECORD, Part.CONTENT})


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Stöd till Kvantlyft i Åre", "Ansökan om KVANTLYFT", ["Kvantlyft"]),
        ("Kvantlyftet", "Affärsplan för Kvantlyft", ["Kvantlyftet"]),
        ("Stöd till projekt i Åre", "Ansökan om stöd till projekt i Åre", []),
        ("Vindkraft, och vindkraft", "Budget: vindkraft", ["vindkraft"]),
        ("Stöd till Kvantlyft", "Budget 2026", []),
        ("", "", []),
    ],
)
def test_the_words_that_two_titles_share(one, other, shared):
    assert shared_words(one, other) == shared


@pytest.mark.parametrize("part", [Part.RECORD, Part.RECORD_TITLE])
def test_a_marked_title_is_not_told_by_the_records_beside_it(client, registrar, part):
    """Such lines were registered before they went by the decision's number."""
    name = "Bidrag till projekt: Kvantlyft"
    case = factories.make_case(title="Ansökan om bidrag")
    long = f"{name} {'i fjällen ' * 25}".strip()
    for title in (
        f"Beslut: {name}",
        f"Anslag uppsatt 2026-11-20: Beslut {case}: {name}",
        f"Bevis om anslag: Beslut {case}: {name.upper()}",
        f"Beslut: Rättelse av beslut: {name}",
        "Ansökan",
        f"Beslut: {long}",
        # As it was cut where a title ends.
        f"Anslag uppsatt 2026-11-20: Beslut {case}: {long}"[:300],
    ):
        register_record(actor=None, case=case, direction=Direction.DRAWN_UP, title=title)
    records = list(case.records.order_by("number"))
    assert len(records[-1].title) == 300 < len(f"Anslag uppsatt 2026-11-20: Beslut {case}: {long}")
    made = mark(registrar, case, Target(part, record_id=records[5].pk))
    assert [one.title for one in public_records(case)][5:] == ["[Skyddat]", "[Skyddat]"]
    lift_mark(actor=registrar, mark_id=made.pk, reason="En annan.")
    made = mark(registrar, case, Target(part, record_id=records[0].pk))
    for address in (f"/diarium/{case.slug}/", f"/diarium/{case.slug}/begar/"):
        page = client.get(address).content.decode()
        assert "Anslag uppsatt 2026-11-20" in page
        assert "kvantlyft" not in page.lower()
    lift_mark(actor=registrar, mark_id=made.pk, reason="Uppgiften är offentlig.")
    assert "Kvantlyft" in client.get(f"/diarium/{case.slug}/").content.decode()


def test_a_marked_title_is_not_told_in_the_case_it_was_merged_with(client, registrar):
    case, other = factories.make_case(title="Ärende ett"), factories.make_case(title="Ärende två")
    for one, title in ((case, "Beslut: Stöd till Kvantlyft"), (other, "Bevis: Beslut: Stöd till Kvantlyft")):
        register_record(actor=None, case=one, direction=Direction.DRAWN_UP, title=title)
    merge_case(case_id=other.pk, into_id=case.pk, reason="Samma.", actor=registrar)
    mark(registrar, case, Target(Part.RECORD_TITLE, record_id=case.records.first().pk))
    for one in (case, other):
        assert "Kvantlyft" not in client.get(f"/diarium/{one.slug}/").content.decode()


@pytest.mark.parametrize("title", ["Yttrande", "Bilaga: AI"])
def test_a_title_that_tells_nothing_hides_nothing_beside_it(registrar, case, title):
    """Words that stand in any text would make the rest unreadable."""
    for one in (title, "Yttrande om AI i fjällen"):
        register_record(actor=None, case=case, direction=Direction.INCOMING, title=one)
    mark(registrar, case, Target(Part.RECORD, record_id=case.records.order_by("number").first().pk))
    assert [one.title for one in public_records(case)] == ["[Skyddat]", "Yttrande om AI i fjällen"]


def test_a_mark_on_a_file(registrar, case, record):
    file = store_record_file(
        record=record, filename="plan.pdf", content_type="application/pdf", content=b"%PDF"
    )
    made = mark(registrar, case, Target(Part.FILE, record_id=record.pk, file_id=file.pk))
    assert made.what == "Handling 1: plan.pdf"
    assert masks_of(case)[record.pk].files == {file.pk}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hos Peak Jämtland i dag", "Hos [Skyddat] i dag"),
        ("Hos PEAK  JÄMTLANDS nod", "Hos [Skyddat]S nod"),
        ("Hos Peak\nJämtland", "Hos [Skyddat]"),
        ("Hos Peak\u00a0Jämtland", "Hos [Skyddat]"),
        ("Hos **Peak** Jämtland", "Hos **[Skyddat]"),
        ("Hos Peak och Jämtland", "Hos Peak och Jämtland"),
        ("Ek (Peak Jämtland) 1+1", "Ek ([Skyddat]) [Skyddat]"),
    ],
)
def test_words_are_hidden_however_they_are_set(text, expected):
    assert hide_words(text, ["Peak Jämtland", "1+1", "Peak Jämtland AB"]) == expected


# --- Who and how ------------------------------------------------------------------------------------------
def test_the_registrar_and_the_officer_who_has_the_case_mark_in_it(registrar, officer, second_officer, case):
    assign_case(actor=registrar, case=case, officer=officer)
    mark(officer, case, Target(Part.TITLE))
    mark(registrar, case, Target(Part.COUNTERPART))
    with pytest.raises(Refusal, match="Bara en registrator eller ärendets handläggare"):
        mark(second_officer, case, Target(Part.CASE))


@pytest.mark.parametrize("persona", ["delegate_user", "admin_user", "member", "assessor", "owner"])
def test_nobody_else_does(request, registrar, case, persona):
    made = mark(registrar, case, Target(Part.TITLE))
    person = request.getfixturevalue(persona)
    with pytest.raises(Refusal, match="Bara en registrator"):
        mark(person, case, Target(Part.CASE))
    with pytest.raises(Refusal, match="Bara en registrator"):
        lift_mark(actor=person, mark_id=made.pk, reason="Jag vill se.")


def test_who_has_jav_does_not_mark(officer, owner):
    application = send(factories.make_application(user=owner), owner)
    declare(application, officer, ground="other", text="Min syster.")
    with pytest.raises(PermissionDenied):
        mark(officer, application.case, Target(Part.TITLE))


@pytest.mark.parametrize(
    ("target", "fields", "field"),
    [
        (Target(Part.TITLE), {"reason": " "}, "reason"),
        (Target(Part.PASSAGE, passage=" .. a"), {}, "passage"),
        (Target(Part.TITLE), {"provision": Provision.OTHER}, "provision_text"),
        (Target(Part.TITLE), {"until": timezone.localdate() - timedelta(days=1)}, "until"),
        (Target(Part.TITLE), {"until": timezone.localdate() + timedelta(days=366 * 20)}, "until"),
    ],
)
def test_what_is_missing_or_impossible_is_told_beside_its_field(registrar, case, target, fields, field):
    with pytest.raises(Refusal) as refused:
        mark(registrar, case, target, **fields)
    assert refused.value.field == field
    assert not SecrecyMark.objects.exists()


def test_twenty_years_to_the_day_and_longer_by_another_provision(registrar, case):
    today = timezone.localdate()
    last = today.replace(year=today.year + 20, day=min(today.day, 28))
    assert mark(registrar, case, Target(Part.TITLE), until=last).until == last
    later = date(today.year + 69, 1, 1)
    assert mark(registrar, case, Target(Part.CASE), provision=Provision.HEALTH, until=later).until == later


def test_a_case_without_counterpart_has_none_to_mark(registrar):
    with pytest.raises(Refusal, match="ingen motpart"):
        mark(registrar, factories.make_case(), Target(Part.COUNTERPART))


def test_the_same_is_marked_once_until_it_is_lifted(registrar, case):
    made = mark(registrar, case, Target(Part.PASSAGE, passage="Kvantlyft  AB"))
    assert made.passage == "Kvantlyft AB"
    with pytest.raises(Refusal, match="redan märkt"):
        mark(registrar, case, Target(Part.PASSAGE, passage="Kvantlyft AB"))
    lift_mark(actor=registrar, mark_id=made.pk, reason="Fel.")
    with pytest.raises(Refusal, match="redan hävd"):
        lift_mark(actor=registrar, mark_id=made.pk, reason="Fel.")
    mark(registrar, case, Target(Part.PASSAGE, passage="Kvantlyft AB"))


def test_a_lift_says_why(registrar, case):
    made = mark(registrar, case, Target(Part.TITLE))
    with pytest.raises(Refusal) as refused:
        lift_mark(actor=registrar, mark_id=made.pk, reason=" ")
    assert refused.value.field == "reason"


def test_the_log_tells_of_the_mark_and_not_of_the_secret(registrar, case):
    made = mark(registrar, case, Target(Part.PASSAGE, passage="Kvantlyft"), provision=Provision.OTHER,
                provision_text="OSL 19:3")  # fmt: skip
    lift_mark(actor=registrar, mark_id=made.pk, reason="Fel.")
    events = Event.objects.filter(action__startswith="secrecy_").order_by("pk")
    assert [(event.action, event.text, event.object_id) for event in events] == [
        ("secrecy_marked", "Märkt som hemligt: ord i texten, OSL 19:3", case.pk),
        ("secrecy_lifted", "Sekretessmarkering hävd: ord i texten, OSL 19:3", case.pk),
    ]


def test_one_whose_time_is_out_still_hides_until_a_person_lifts_it(registrar, case):
    made = factories.mark_secret(case, "title", until=timezone.localdate() - timedelta(days=1))
    case.refresh_from_db()
    assert made.is_outdated
    assert case.public_title == "[Skyddat]"
    lift_mark(actor=registrar, mark_id=made.pk, reason="Tiden är ute.")
    case.refresh_from_db()
    assert case.public_title == case.title


def test_a_hidden_title_may_be_changed_and_stays_hidden(registrar, case):
    mark(registrar, case, Target(Part.TITLE))
    change_case(actor=registrar, case_id=case.pk, title="Annat", counterpart="Kvantlyft AB", reason="Fel",
                seen_changes=0)  # fmt: skip
    case.refresh_from_db()
    assert (case.public_title, found("annat")) == ("[Skyddat]", [])


# --- What the database refuses ----------------------------------------------------------------------------
def test_marks_and_lifts_never_change(registrar, case):
    made = mark(registrar, case, Target(Part.TITLE))
    with pytest.raises(InternalError, match="secrecy_mark_stays"), transaction.atomic():
        made.delete()
    lift = lift_mark(actor=registrar, mark_id=made.pk, reason="Fel.")
    for row, name in ((made, "secrecy_mark_stays"), (lift, "secrecy_lift_stays")):
        with pytest.raises(InternalError, match=name), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(reason="x")
    with pytest.raises(InternalError, match="secrecy_lift_stays"), transaction.atomic():
        lift.delete()


@pytest.mark.parametrize("column", ["title_protected", "counterpart_protected"])
def test_nobody_uncovers_what_is_marked(case, column):
    factories.mark_secret(case, "case")
    with pytest.raises(InternalError, match="shadow_stays"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**{column: False})


def test_nobody_takes_away_hidden_words(case):
    factories.mark_secret(case, "passage", passage="Kvantlyft")
    with pytest.raises(InternalError, match="shadow_stays"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(hidden_words=["Annat"])


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"part": "allt"}, "secrecy_part"),
        ({"provision": "30:23"}, "secrecy_provision_known"),
        ({"provision": "other"}, "secrecy_other_in_words"),
        ({"reason": ""}, "secrecy_says_why"),
        ({"part": "record"}, "secrecy_part_and_place"),
        ({"part": "passage"}, "secrecy_passage_has_words"),
        ({"passage": "Ord"}, "secrecy_passage_has_words"),
        ({"field": "reasons"}, "secrecy_field_has_name"),
    ],
)
def test_what_a_mark_must_say(case, fields, constraint):
    given = {"part": "title"} | fields
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factories.mark_secret(case, **given)


def test_a_record_of_another_case_is_not_marked_here(case, record):
    other = factories.make_case()
    with pytest.raises(IntegrityError, match="another case"), transaction.atomic():
        factories.mark_secret(other, "record", record=record)


def test_counterparts_protected_before_marks_were_kept_get_one(case):
    factories.make_case(counterpart="Öppen AB")
    Case.objects.filter(pk=case.pk).update(counterpart_protected=True)
    migration = import_module("s3portal.diary.migrations.0004_protected_counterparts_are_marked")
    migration.mark(apps, None)
    made = SecrecyMark.objects.get()
    assert (made.case, made.part, made.marked_by) == (case, "counterpart", None)
    case.refresh_from_db()
    assert case.public_counterpart == "[Skyddat]"


# --- Published decisions ----------------------------------------------------------------------------------
def test_a_mark_takes_a_published_decision_off_the_web(registrar, officer, client):
    decision = factories.make_signed_decision(user=officer, published=True)
    other = factories.make_signed_decision(user=officer, published=True)
    mark(registrar, decision.case, Target(Part.PASSAGE, passage="Klusterkraft"))
    assert [row.decision for row in Publication.objects.all()] == [other]
    assert client.get(f"/beslut/{decision.slug}/").status_code == 404
    assert client.get(f"/beslut/{decision.slug}/pdf/").status_code == 404
    assert Event.objects.filter(action="decision_unpublished", object_id=decision.pk).count() == 1


def test_a_mark_on_another_record_leaves_it(registrar, officer):
    decision = factories.make_signed_decision(user=officer, published=True)
    other = register_record(actor=None, case=decision.case, direction=Direction.INCOMING, title="Brev")
    mark(registrar, decision.case, Target(Part.RECORD, record_id=other.pk))
    assert Publication.objects.count() == 1
    mark(registrar, decision.case, Target(Part.CONTENT, record_id=decision.document.file.record_id))
    assert not Publication.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_publishes_and_who_marks_at_once_never_leave_a_secret_on_the_web(registrar, officer):
    decisions = [factories.make_signed_decision(user=officer) for _ in range(8)]

    def take(step):
        try:
            step()
        except Refusal:
            pass
        finally:
            connection.close()

    steps = [
        step
        for one in decisions
        for step in (
            lambda one=one: publish_decision(decision_id=one.pk, actor=officer),
            lambda one=one: mark(registrar, one.case, Target(Part.PASSAGE, passage="Klusterkraft")),
        )
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take, steps))
    assert SecrecyMark.objects.count() == 8
    # Who publishes after the mark gives the public the masked version.
    assert not Publication.objects.filter(masked__isnull=True).exists()
    assert not SecrecyLift.objects.exists()
