"""What is marked in one of two merged cases is secret in the other: its title, its party, its decisions and
its files."""

from importlib import import_module

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from decisions.models import Decision, Expedition, Publication
from decisions.report_list import lines_of, list_mark
from decisions.secrecy import concerning, marked_since
from decisions.services.masking import make_masked
from decisions.services.publishing import publish_decision
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.copies import services as copies
from s3portal.copies.enums import Way
from s3portal.copies.forms import ReleaseForm
from s3portal.copies.queries import covering
from s3portal.diary.enums import CaseStatus
from s3portal.diary.marked import marked_among
from s3portal.diary.models import Case
from s3portal.diary.secrecy import Part, Provision
from s3portal.diary.services import Target, lift_mark, merge_case, set_mark, undo_merger
from tests import factories

pytestmark = pytest.mark.django_db
BY = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."}
MARKS = [
    {"part": "case"},
    {"part": "title"},
    {"part": "counterpart"},
    {"part": "passage", "passage": "Qvanta"},
]


@pytest.fixture
def cases():
    """The one that is merged, and the one that stays. The same party by two names."""
    return (
        factories.make_case(title="Stöd till Qvanta", counterpart="Qvanta"),
        factories.make_case(title="Qvanta söker stöd", counterpart="Qvanta Holding AB"),
    )


@pytest.fixture
def merged(registrar, cases):
    return merge_case(actor=registrar, case_id=cases[0].pk, into_id=cases[1].pk, reason="Samma ärende.")


@pytest.fixture
def decision(officer, cases):
    """In the one that stays."""
    made = factories.make_signed_decision(
        user=officer,
        case=cases[1],
        title="Qvanta får stöd",
        background="Qvanta har sökt.",
        amount=150_000,
        amount_kind="cash",
    )
    return Decision.objects.with_parts().get(pk=made.pk)


def shadows(cases):
    return [
        (one.title_protected, one.counterpart_protected, sorted(one.hidden_words))
        for one in (Case.objects.get(pk=case.pk) for case in cases)
    ]


# --- The diary --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("marked", [0, 1])
@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark["part"])
def test_neither_title_nor_party_is_told_or_found_in_the_diary(client, merged, cases, mark, marked):
    assert len(client.get("/diarium/", {"q": "stöd"}).context["page"]) == 2
    factories.mark_secret(cases[marked], **mark)
    for case in cases:
        page = client.get(f"/diarium/{case.slug}/").content.decode()
        assert "[Skyddat]" in page
        assert "Qvanta" not in page or mark["part"] == "title"
    assert client.get("/diarium/").content.decode().count("Qvanta") == (2 if mark["part"] == "title" else 0)
    assert len(client.get("/diarium/", {"q": "Qvanta"}).context["page"]) == (
        2 if mark["part"] == "title" else 0
    )


def test_the_columns_follow_the_marks_of_the_whole_matter(registrar, cases):
    words = factories.mark_secret(cases[0], "passage", passage="Qvanta")
    assert shadows(cases) == [(False, False, ["Qvanta"]), (False, False, [])]
    merger = merge_case(actor=registrar, case_id=cases[0].pk, into_id=cases[1].pk, reason="Samma.")
    assert shadows(cases) == [(False, False, ["Qvanta"])] * 2
    party = factories.mark_secret(cases[1], "counterpart")
    assert shadows(cases) == [
        (False, True, ["Qvanta", "Qvanta Holding AB"]),
        (False, True, ["Qvanta"]),
    ]
    with pytest.raises(DatabaseError, match="a secrecy mark stands"), transaction.atomic():
        Case.objects.filter(pk=cases[0].pk).update(counterpart_protected=False)
    lift_mark(actor=registrar, mark_id=words.pk, reason="Offentligt.")
    undo_merger(actor=registrar, merger_id=merger.pk, reason="Två ärenden.")
    assert shadows(cases) == [(False, False, []), (False, True, [])]
    lift_mark(actor=registrar, mark_id=party.pk, reason="Offentligt.")
    assert shadows(cases) == [(False, False, [])] * 2


def test_three_cases_of_one_matter_hide_alike(registrar, cases, merged):
    third = factories.make_case(title="Tredje om Qvanta")
    merge_case(actor=registrar, case_id=third.pk, into_id=cases[1].pk, reason="Samma.")
    factories.mark_secret(third, "passage", passage="Qvanta")
    assert [words for _title, _party, words in shadows([*cases, third])] == [["Qvanta"]] * 3
    assert Case.objects.get(pk=third.pk).status == CaseStatus.CLOSED


def test_cases_that_were_merged_before_get_the_same_columns(registrar, cases, merged):
    factories.mark_secret(cases[0], "counterpart")
    expected = shadows(cases)
    with pgtrigger.ignore("diary.Case:shadow_stays"):
        Case.objects.update(counterpart_protected=False, hidden_words=[])
    with connection.cursor() as cursor:
        cursor.execute(import_module("s3portal.diary.migrations.0011_shadows_of_merged_cases").CAST)
    assert shadows(cases) == expected != [(False, False, [])] * 2


# --- Decisions --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mark", MARKS[1:], ids=lambda mark: mark["part"])
def test_a_decision_in_the_other_case_is_masked(registrar, officer, merged, cases, decision, mark):
    factories.mark_secret(cases[0], **mark)
    assert [one.case for one in concerning(decision)] == [cases[0]]
    with pytest.raises(IntegrityError, match="marked as secret"), transaction.atomic():
        Publication.objects.create(decision=decision)
    masked = publish_decision(decision_id=decision.pk, actor=officer).masked
    assert "Qvanta" not in masked.title
    if mark["part"] != "title":
        assert "Qvanta" not in masked.full_text
    assert marked_among([decision.case_id]) == {decision.case_id}


def test_a_mark_takes_down_what_is_published_in_the_other_case(registrar, officer, merged, cases, decision):
    publish_decision(decision_id=decision.pk, actor=officer, nothing_is_secret=True)
    set_mark(actor=registrar, case_id=cases[0].pk, target=Target(Part.COUNTERPART), **BY)
    assert not Publication.objects.exists()
    assert Event.objects.filter(action="decision_unpublished", object_id=decision.pk).count() == 1


def test_a_mark_on_a_record_of_the_other_case_covers_nothing_here(
    registrar, officer, merged, cases, decision
):
    other = factories.make_signed_decision(user=officer, case=cases[0])
    factories.mark_secret(cases[0], "record", record=other.document.file.record)
    assert not concerning(decision).exists()
    publish_decision(decision_id=decision.pk, actor=officer, nothing_is_secret=True)


def test_merging_takes_down_what_becomes_secret_by_it_and_leaves_what_is_masked(
    registrar, officer, cases, decision
):
    # With nobody to send it to: a case where something is left to be sent is not merged.
    mine = factories.make_signed_decision(
        user=officer, case=cases[0], title="Qvanta", reasons="Qvanta.", recipients=[]
    )
    Expedition.objects.create(decision=mine, expedited_by=officer)
    factories.mark_secret(cases[0], "passage", passage="Qvanta")
    publish_decision(decision_id=mine.pk, actor=officer)
    publish_decision(decision_id=decision.pk, actor=officer, nothing_is_secret=True)
    merge_case(actor=registrar, case_id=cases[0].pk, into_id=cases[1].pk, reason="Samma.")
    assert [one.decision_id for one in Publication.objects.all()] == [mine.pk]
    logged = Event.objects.get(action="decision_unpublished")
    assert logged.object_id == decision.pk
    assert "sammanfördes med" in logged.text
    masked = make_masked(decision_id=decision.pk, actor=officer)
    assert publish_decision(decision_id=decision.pk, actor=officer).masked == masked


def test_a_case_that_is_secret_as_a_whole_hides_the_amount_in_the_other(registrar, merged, cases, decision):
    meeting = factories.make_committee_meeting(committee=factories.make_committee())
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    assert lines_of(meeting)[0].amount == 150_000
    factories.mark_secret(cases[0], "case")
    assert (lines_of(meeting)[0].amount, lines_of(meeting)[0].matter) == (None, "[Skyddat]")


def test_the_annex_is_withheld_when_the_other_case_is_marked_or_was_when_they_were_merged(
    registrar, cases, decision
):
    meeting = factories.make_committee_meeting(committee=factories.make_committee())
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    factories.mark_secret(cases[0], "title")
    seen, before_merger = list_mark(meeting), timezone.now()
    assert not marked_since(meeting, before_merger), "the two are not the same matter yet"
    merger = merge_case(actor=registrar, case_id=cases[0].pk, into_id=cases[1].pk, reason="Samma ärende.")
    assert marked_since(meeting, before_merger)
    assert list_mark(meeting) != seen, "what the registrar has read is not what would be confirmed"
    after_merger = timezone.now()
    assert not marked_since(meeting, after_merger), "it was hidden in what was confirmed"
    later = factories.mark_secret(cases[0], "counterpart")
    assert marked_since(meeting, after_merger)
    lift_mark(actor=registrar, mark_id=later.pk, reason="Offentligt.")
    assert not marked_since(meeting, after_merger)
    factories.mark_secret(cases[0], "passage", passage="Qvanta")
    undo_merger(actor=registrar, merger_id=merger.pk, reason="Två ärenden.")
    assert not marked_since(meeting, before_merger)


# --- Copies -----------------------------------------------------------------------------------------------
def test_a_copy_from_the_other_case_is_not_chosen_in_advance_and_asks_why(registrar, merged, cases, decision):
    asked = copies.request_copy(
        case_id=cases[1].pk, record_number=None, wish="Beslutet", way=Way.LINK, email="u@example.org"
    )
    file = decision.document.file
    assert ReleaseForm(case=cases[1], record_id=file.record_id).fields["chosen"].initial == [file.pk]
    factories.mark_secret(cases[0])
    assert [mark.case for mark in covering(cases[1])[file.pk]] == [cases[0]]
    assert ReleaseForm(case=cases[1], record_id=file.record_id).fields["chosen"].initial == []
    with pytest.raises(Refusal, match="Skriv varför det lämnas ut"):
        copies.release_copy(actor=registrar, request_id=asked.pk, files=[file.pk])


# --- What broke the rule before ---------------------------------------------------------------------------
def test_what_was_published_open_though_something_is_marked_is_taken_down(
    registrar, officer, merged, cases, decision
):
    changed = factories.make_signed_decision(user=officer)
    later = factories.make_signed_decision(
        user=officer, case=changed.case, kind="correction", relation="corrects", changes=changed
    )
    beside = factories.make_signed_decision(user=officer, case=changed.case)
    untouched = factories.make_signed_decision(user=officer)
    masked = factories.make_signed_decision(user=officer, title="Qvanta")
    for one in (changed, later, beside, untouched, decision):
        publish_decision(decision_id=one.pk, actor=officer, nothing_is_secret=True)
    factories.mark_secret(masked.case, "passage", passage="Qvanta")
    publish_decision(decision_id=masked.pk, actor=officer)
    lifted = factories.mark_secret(untouched.case, "title")
    lift_mark(actor=registrar, mark_id=lifted.pk, reason="Offentligt.")
    # Set without the service, which would have taken them down.
    record = changed.document.file.record
    factories.mark_secret(changed.case, "field", record=record, field="amount", field_label="Beloppet")
    factories.mark_secret(cases[0], "passage", passage="Qvanta")
    migration = import_module("decisions.migrations.0025_marked_is_not_open")
    with connection.schema_editor() as editor:
        migration.take_down(apps, editor)
    left = set(Publication.objects.values_list("decision_id", flat=True))
    assert left == {beside.pk, untouched.pk, masked.pk}
    logged = Event.objects.filter(action="decision_unpublished").order_by("object_id")
    assert [(one.object_id, one.actor_label) for one in logged] == [
        (pk, "Systemet") for pk in sorted([changed.pk, later.pk, decision.pk])
    ]
