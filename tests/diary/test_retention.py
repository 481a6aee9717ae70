"""Rules for what becomes of records, the lists that a person approves, and what is left of a record then."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pgtrigger
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from decisions.models import BasisDocument
from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from s3portal.audit.tasks import seal_events
from s3portal.audit.verifying import verify_chain
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import read_frozen
from s3portal.common.models import HeldFile
from s3portal.common.quarantine import FileHeld, empty_removed
from s3portal.copies.enums import Way
from s3portal.copies.models import CopyRequest
from s3portal.copies.services import (
    clear_requesters,
    close_request,
    finish_refusal,
    mask_copy,
    refuse_copy,
    release_copy,
    request_copy,
    want_decision,
)
from s3portal.diary.enums import CaseStatus, Confirmation, Direction
from s3portal.diary.models import Case, Record
from s3portal.diary.queries import public_records
from s3portal.diary.retention import services
from s3portal.diary.retention.due import due_records, is_due
from s3portal.diary.retention.enums import Handling, ListStatus, StartsFrom
from s3portal.diary.retention.models import DisposalItem, DisposalList, RecordClassing, RecordDisposal
from s3portal.diary.retention.services import (
    approve_list,
    carry_out,
    class_records,
    propose_list,
    save_class,
    strike_item,
)
from s3portal.diary.retention.stops import stop_of
from s3portal.diary.secrecy import Part, Provision
from s3portal.diary.services import (
    close_case,
    merge_case,
    open_by_hand,
    register_by_hand,
    register_record,
    reopen_case,
    set_mark,
)
from s3portal.diary.services.marking import Target
from tests import factories
from tests.dying import run_until_killed
from tests.small_files import PDF

SOURCE = "Dokumenthanteringsplan 2026, punkt 4.2"


def make_class(registrar, name="Rekvisition", **fields):
    given = {
        "handling": Handling.DISPOSE,
        "years": 2,
        "starts_from": StartsFrom.CASE_CLOSED,
        "source": SOURCE,
    }
    return save_class(actor=registrar, class_id=None, name=name, **(given | fields))


def change_class(registrar, kind, **fields):
    kind.refresh_from_db()
    now = {
        "name": kind.name,
        "handling": Handling(kind.handling),
        "years": kind.years,
        "starts_from": kind.starts_from,
        "source": kind.source,
        "seen_version": kind.version,
    }
    return save_class(actor=registrar, class_id=kind.pk, **(now | fields))


def keep(registrar, kind):
    return change_class(registrar, kind, handling=Handling.KEEP, years=None, starts_from="")


@pytest.fixture
def kind(registrar):
    return make_class(registrar)


@pytest.fixture
def case(registrar):
    """Closed today, with two records from Anna Ek; the first has a file."""
    made = open_by_hand(actor=registrar, title="Remiss om vägnätet")
    for title in ("Rekvisition från Anna Ek", "Brev från Anna Ek"):
        register_by_hand(
            actor=registrar,
            case_id=made.pk,
            direction=Direction.INCOMING,
            title=title,
            counterpart="Anna Ek",
            dated_on=timezone.localdate(),
            files=[SimpleUploadedFile("Anna Ek.pdf", PDF)] if "Rekvisition" in title else [],
        )
    close_case(actor=registrar, case_id=made.pk, confirmed=Confirmation.values)
    made.refresh_from_db()
    return made


def later(years=3):
    return date(timezone.localdate().year + years, 1, 1)


@pytest.fixture
def classed(registrar, case, kind):
    class_records(actor=registrar, case_id=case.pk, classes={1: kind.pk, 2: kind.pk})
    return case


@pytest.fixture
def proposed(classed):
    return propose_list(on=later())


def approve(registrar, made, decision="RUN/12/2029"):
    return approve_list(actor=registrar, list_id=made.pk, decision=decision)


def numbers(made):
    return sorted(made.items.values_list("record__number", flat=True))


def actions(obj):
    return list(
        Event.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
        .order_by("pk")
        .values_list("action", flat=True)
    )


# --- When -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("on", "due"), [(date(2028, 12, 31), False), (date(2029, 1, 1), True), (date(2035, 6, 1), True)]
)
def test_the_years_are_whole_calendar_years(on, due):
    for start in (date(2026, 1, 1), date(2026, 12, 31)):
        assert is_due(started_on=start, years=2, on=on) is due


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 100))
def test_nothing_has_had_its_time_before_that_many_whole_years(start, years):
    first = date(start.year + years + 1, 1, 1)
    assert is_due(started_on=start, years=years, on=first)
    assert not is_due(started_on=start, years=years, on=first - timedelta(days=1))
    assert (first.year - start.year) > years


def test_only_what_is_classed_closed_and_old_enough_is_due(registrar, case, kind):
    def due(on):
        return [one.record.number for one in due_records(on)]

    assert due(later()) == [], "what nobody has classed is kept"
    class_records(actor=registrar, case_id=case.pk, classes={1: kind.pk})
    assert due(later()) == [1]
    assert due(later() - timedelta(days=1)) == []
    change_class(registrar, kind, starts_from=StartsFrom.RECORD_DATED)
    assert (due(later()), due(later() - timedelta(days=1))) == ([1], [])
    reopen_case(actor=registrar, case_id=case.pk, reason="Nytt brev")
    assert due(later()) == [], "an open case needs its records"
    close_case(actor=registrar, case_id=case.pk, confirmed=Confirmation.values)
    keep(registrar, kind)
    assert due(later(200)) == []


def test_a_case_closed_before_it_came_to_the_portal_is_not_counted_from_its_end(registrar, case, kind):
    class_records(actor=registrar, case_id=case.pk, classes={1: kind.pk})
    elsewhere = factories.make_case()
    record = register_by_hand(
        actor=registrar,
        case_id=elsewhere.pk,
        direction=Direction.INCOMING,
        title="Brev",
        dated_on=timezone.localdate(),
    )
    Case.objects.filter(pk=elsewhere.pk).update(status=CaseStatus.CLOSED)
    class_records(actor=registrar, case_id=elsewhere.pk, classes={1: kind.pk})
    assert record.pk not in [one.record.pk for one in due_records(later())], "nobody knows when it closed"
    assert [one.record.case_id for one in due_records(later())] == [case.pk]


def test_what_the_portal_registered_itself_is_never_due(registrar, case, kind):
    own = register_record(actor=None, case=case, direction=Direction.DRAWN_UP, title="Kvittens")
    class_records(actor=registrar, case_id=case.pk, classes={own.number: kind.pk})
    assert list(due_records(later())) == []
    made = DisposalList.objects.create(as_of=later())
    with pytest.raises(Error, match="not to be disposed of"), transaction.atomic():
        list_item(made, own, kind)


def list_item(made, record, kind):
    return DisposalItem.objects.create(
        disposal_list=made,
        record=record,
        record_class=kind,
        rule="r",
        source="s",
        started_on=date(2026, 1, 1),
    )


def test_what_a_decision_rests_on_or_somebody_waits_for_is_not_due(registrar, officer, classed):
    decision = factories.make_decision(user=officer)
    BasisDocument.objects.create(
        decision=decision, order=9, title="Rekvisition", record=classed.records.get(number=1)
    )
    assert [one.record.number for one in due_records(later())] == [2]
    request_copy(case_id=classed.pk, record_number=2, wish="Brevet", way=Way.HERE)
    assert list(due_records(later())) == []


# --- Rules ------------------------------------------------------------------------------------------------
def test_a_rule_is_whole_and_changed_by_one_at_a_time(registrar, officer, kind):
    assert kind.rule == "Gallras efter 2 år, räknat från året då ärendet avslutades"
    for fields, words in (
        ({"name": " "}, "Skriv vad handlingstypen heter"),
        ({"name": "rekvisition"}, "redan en handlingstyp"),
        ({"name": "Ny", "source": ""}, "Skriv var regeln står"),
        ({"name": "Ny", "years": None}, "Ange ett antal år"),
        ({"name": "Ny", "years": 101}, "Ange ett antal år"),
        ({"name": "Ny", "starts_from": ""}, "Välj vad åren räknas från"),
    ):
        with pytest.raises(Refusal, match=words):
            make_class(registrar, **fields)
    with pytest.raises(Refusal, match="Bara en registrator"):
        make_class(officer, name="Ny")
    stale = kind.version
    change_class(registrar, kind, years=5)
    with pytest.raises(Conflict, match="Gallras efter 5 år"):
        change_class(registrar, kind, years=7, seen_version=stale)
    assert keep(registrar, kind).rule == "Bevaras"
    assert actions(kind) == ["record_class_made", "record_class_changed", "record_class_changed"]
    assert make_class(registrar, "Noll", years=0).years == 0


def test_the_database_wants_a_whole_rule(kind):
    for wrong in ({"years": None}, {"starts_from": ""}, {"years": 101}, {"handling": "keep"}, {"source": ""}):
        with pytest.raises(Error), transaction.atomic():
            type(kind).objects.filter(pk=kind.pk).update(**wrong)
    with pytest.raises(Error, match="record_class_stays"), transaction.atomic():
        type(kind).objects.filter(pk=kind.pk).delete()


def test_classing_is_told_in_the_log_and_can_be_taken_back(registrar, officer, case, kind):
    assert class_records(actor=registrar, case_id=case.pk, classes={1: kind.pk, 2: None}) == 1
    assert class_records(actor=registrar, case_id=case.pk, classes={1: kind.pk}) == 0
    assert class_records(actor=registrar, case_id=case.pk, classes={1: None}) == 1
    assert not RecordClassing.objects.exists()
    assert actions(case).count("record_classed") == 2
    with pytest.raises(Refusal, match="Bara en registrator"):
        class_records(actor=officer, case_id=case.pk, classes={1: kind.pk})


# --- Lists ------------------------------------------------------------------------------------------------
def test_one_list_at_a_time_and_none_for_nothing(registrar, officer, classed):
    assert propose_list(on=later() - timedelta(days=1)) is None
    made = propose_list(on=later())
    assert (numbers(made), made.status, made.as_of) == ([1, 2], ListStatus.PROPOSED, later())
    item = made.items.first()
    assert (item.source, item.rule) == (SOURCE, item.record_class.rule)
    assert item.started_on == timezone.localdate()
    assert propose_list(on=later()) is None
    with pytest.raises(Error, match="one_at_a_time"), transaction.atomic():
        DisposalList.objects.create(as_of=later())
    with pytest.raises(Refusal, match="Bara en registrator"):
        propose_list(actor=officer)


def test_a_person_strikes_and_approves(registrar, officer, proposed):
    first, second = proposed.items.order_by("record__number")
    with pytest.raises(Refusal, match="Skriv varför"):
        strike_item(actor=registrar, item_id=first.pk, reason=" ")
    strike_item(actor=registrar, item_id=first.pk, reason="Begärd av forskare")
    with pytest.raises(Refusal, match="redan struken"):
        strike_item(actor=registrar, item_id=first.pk, reason="Igen")
    with pytest.raises(Refusal, match="vilket gallringsbeslut"):
        approve(registrar, proposed, decision=" ")
    for step in (
        lambda: approve(officer, proposed),
        lambda: strike_item(actor=officer, item_id=second.pk, reason="Nej"),
    ):
        with pytest.raises(Refusal, match="Bara en registrator"):
            step()
    approve(registrar, proposed)
    for step in (
        lambda: approve(registrar, proposed),
        lambda: strike_item(actor=registrar, item_id=second.pk, reason="Nej"),
    ):
        with pytest.raises(Refusal, match="redan godkänd"):
            step()
    carry_out(list_id=proposed.pk)
    assert [d.record_id for d in RecordDisposal.objects.all()] == [second.record_id]
    assert actions(proposed) == [
        "disposal_list_made",
        "disposal_struck",
        "disposal_list_approved",
        "disposal_list_done",
    ]
    # What was struck out rests for a year, and comes again.
    today = timezone.localdate()
    change_class(registrar, first.record_class, years=0)
    assert list(due_records(later(1))) == [] or later(1) - today > timedelta(days=365)
    assert [one.record.number for one in due_records(later())] == [1]


def test_nothing_is_disposed_of_before_somebody_has_approved(proposed):
    carry_out(list_id=proposed.pk)
    assert not RecordDisposal.objects.exists()
    item = proposed.items.first()
    with pytest.raises(Error, match="nobody has decided"), transaction.atomic():
        RecordDisposal.objects.create(record=item.record, item=item, source="s")


def test_what_comes_to_be_kept_leaves_the_list(registrar, proposed, kind):
    keep(registrar, kind)
    assert not proposed.items.filter(struck_at__isnull=True).exists()
    assert set(proposed.items.values_list("struck_reason", flat=True)) == {
        "Handlingstypen Rekvisition ska bevaras."
    }
    approve(registrar, proposed)
    carry_out(list_id=proposed.pk)
    assert not RecordDisposal.objects.exists()


def test_it_leaves_an_approved_list_too(registrar, proposed, kind):
    approve(registrar, proposed)
    keep(registrar, kind)
    carry_out(list_id=proposed.pk)
    proposed.refresh_from_db()
    assert (proposed.status, RecordDisposal.objects.count()) == (ListStatus.DONE, 0)


def test_a_record_of_another_class_leaves_the_list(registrar, classed, proposed):
    other = make_class(registrar, "Avtal", handling=Handling.KEEP, years=None, starts_from="")
    class_records(actor=registrar, case_id=classed.pk, classes={1: other.pk})
    assert numbers_left(proposed) == [2]


def numbers_left(made):
    return list(made.items.filter(struck_at__isnull=True).values_list("record__number", flat=True))


def test_what_came_between_is_struck_out_and_told(registrar, classed, proposed):
    approve(registrar, proposed)
    request_copy(case_id=classed.pk, record_number=1, wish="Den", way=Way.HERE)
    carry_out(list_id=proposed.pk)
    struck = proposed.items.get(record__number=1)
    assert "Någon har begärt att få läsa handlingen" in struck.struck_reason
    assert struck.struck_by is None
    assert RecordDisposal.objects.get().record.number == 2


def test_a_case_opened_again_keeps_its_records(registrar, classed, proposed):
    approve(registrar, proposed)
    reopen_case(actor=registrar, case_id=classed.pk, reason="Nytt brev")
    carry_out(list_id=proposed.pk)
    assert not RecordDisposal.objects.exists()
    assert set(proposed.items.values_list("struck_reason", flat=True)) == {"Ärendet är öppnat igen."}


# --- Merged matters ---------------------------------------------------------------------------------------
@pytest.fixture
def kept_open(registrar, classed):
    """The case that the classed one is merged into, which goes on."""
    stays = open_by_hand(actor=registrar, title="Remiss om vägnätet, igen")
    reopen_case(actor=registrar, case_id=classed.pk, reason="Nytt brev")
    merge_case(actor=registrar, case_id=classed.pk, into_id=stays.pk, reason="Samma remiss")
    return stays


def close_in(registrar, case, year):
    """Close the case in that year; the step that tells of it is fixed from when it is written."""
    close_case(actor=registrar, case_id=case.pk, confirmed=Confirmation.values)
    with pgtrigger.ignore("diary.CaseStep:case_step_stays"):
        case.steps.filter(kind="closed").update(at=datetime(year, 6, 1, tzinfo=UTC))


def test_a_merged_case_ends_with_the_one_that_stays(registrar, classed, kept_open):
    assert list(due_records(later(50))) == [], "the matter goes on"
    year = timezone.localdate().year + 6
    close_in(registrar, kept_open, year)
    assert list(due_records(date(year + 2, 12, 31))) == []
    due = list(due_records(date(year + 3, 1, 1)))
    assert [(one.record.number, one.started_on.year) for one in due] == [(1, year), (2, year)]


def test_what_is_listed_stays_when_its_case_is_merged_into_one_that_goes_on(registrar, classed, proposed):
    stays = open_by_hand(actor=registrar, title="Remiss om vägnätet, igen")
    approve(registrar, proposed)
    reopen_case(actor=registrar, case_id=classed.pk, reason="Nytt brev")
    merge_case(actor=registrar, case_id=classed.pk, into_id=stays.pk, reason="Samma remiss")
    carry_out(list_id=proposed.pk)
    assert not RecordDisposal.objects.exists()
    reasons = set(proposed.items.values_list("struck_reason", flat=True))
    assert reasons == {f"Ärendet är sammanfört med {stays}, som pågår."}


def test_what_is_listed_stays_when_its_matter_ended_later(registrar, classed, proposed):
    approve(registrar, proposed)
    reopen_case(actor=registrar, case_id=classed.pk, reason="Nytt brev")
    close_in(registrar, classed, timezone.localdate().year + 1)
    carry_out(list_id=proposed.pk)
    assert not RecordDisposal.objects.exists()
    assert "Tiden har inte gått ut" in proposed.items.first().struck_reason


def test_the_database_keeps_what_is_in_a_matter_that_goes_on_or_ended_later(registrar, classed, proposed):
    approve(registrar, proposed)
    item = proposed.items.get(record__number=1)

    def dispose():
        with transaction.atomic():
            RecordDisposal.objects.create(record=item.record, item=item, source=SOURCE)

    stays = open_by_hand(actor=registrar, title="Remiss om vägnätet, igen")
    reopen_case(actor=registrar, case_id=classed.pk, reason="Nytt brev")
    merge_case(actor=registrar, case_id=classed.pk, into_id=stays.pk, reason="Samma remiss")
    with pytest.raises(Error, match="nobody has decided"):
        dispose()
    close_in(registrar, stays, timezone.localdate().year + 1)
    with pytest.raises(Error, match="nobody has decided"):
        dispose()
    with pgtrigger.ignore("diary.CaseStep:case_step_stays"):
        stays.steps.filter(kind="closed").update(at=timezone.now())
    dispose()


@pytest.mark.parametrize("asked_in", ["merged", "stays"])
def test_who_asks_for_a_whole_matter_keeps_the_records_of_both_numbers(
    registrar, classed, kept_open, asked_in
):
    close_case(actor=registrar, case_id=kept_open.pk, confirmed=Confirmation.values)
    assert len(list(due_records(later()))) == 2
    asked = {"merged": classed, "stays": kept_open}[asked_in]
    request_copy(case_id=asked.pk, record_number=None, wish="Allt", way=Way.HERE)
    assert list(due_records(later())) == []
    assert "begärt att få läsa" in stop_of(classed.records.get(number=1))


# --- Requests for copies ----------------------------------------------------------------------------------
def test_what_was_asked_for_stays_until_the_request_is_over(registrar, classed, settings):
    """Given out and not fetched, wanted in writing, refused and open to appeal: each keeps the records."""
    file = classed.records.get(number=1).files.get()
    keep = {"actor": registrar, "provision": "OSL 30 kap. 27 §", "reason": "Hemligt."}

    def ask():
        return request_copy(case_id=classed.pk, record_number=2, wish="", way=Way.HERE)

    def due():
        return [one.record.number for one in due_records(later())]

    def forget():
        clear_requesters(now=timezone.now() + timedelta(days=settings.REQUESTER_DAYS))

    made = ask()
    assert due() == [1]
    release_copy(actor=registrar, request_id=made.pk, files=[file.pk])
    assert due() == [], "both what was asked for and what was given"
    forget()
    assert due() == [1, 2]
    made = ask()
    mask_copy(request_id=made.pk, files=[file.pk], **keep)
    want_decision(token=made.token)
    forget()
    assert due() == [], "a decision is to be made about it"
    refused = refuse_copy(request_id=made.pk, authority=factories.let_refuse(registrar), **keep)
    forget()
    assert due() == [], "it can be appealed, whoever asked is forgotten or not"
    CopyRequest.objects.filter(pk=refused.pk).update(refused_at=timezone.now() - timedelta(days=45))
    finish_refusal(actor=registrar, request_id=refused.pk)
    assert due() == [1, 2]
    close_request(actor=registrar, request_id=ask().pk, message="Återtagen.")
    assert due() == [1, 2]


def test_the_list_asks_as_much_of_the_database_for_three_records_as_for_one(
    registrar, classed, kind, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert len(list(due_records(later()))) == 2
    other = open_by_hand(actor=registrar, title="Remiss om järnvägen")
    for number in range(1, 4):
        register_by_hand(
            actor=registrar, case_id=other.pk, direction=Direction.INCOMING, title=f"Brev {number}",
            dated_on=timezone.localdate(),
        )  # fmt: skip
    close_case(actor=registrar, case_id=other.pk, confirmed=Confirmation.values)
    class_records(actor=registrar, case_id=other.pk, classes=dict.fromkeys([1, 2, 3], kind.pk))
    with django_assert_num_queries(1):
        assert len(list(due_records(later()))) == 5


# --- What is left -----------------------------------------------------------------------------------------
def test_the_line_stays_and_what_it_told_of_persons_is_gone(
    registrar, classed, proposed, django_capture_on_commit_callbacks
):
    file = classed.records.get(number=1).files.get()
    target = Target(part=Part.FILE, record_id=file.record_id, file_id=file.pk)
    set_mark(
        actor=registrar,
        case_id=classed.pk,
        target=target,
        provision=Provision.PERSONAL_DATA,
        reason="Privat.",
    )
    with django_capture_on_commit_callbacks(execute=True):
        approve(registrar, proposed)
        carry_out(list_id=proposed.pk)
    record = classed.records.select_related("disposal").get(number=1)
    assert (record.title, record.counterpart) == ("Rekvisition", "")
    assert record.disposed.source == SOURCE
    assert not default_storage.exists(file.storage_name)
    with pytest.raises(FileHeld, match="gallrad"):
        read_frozen(file.storage_name, sha256=file.sha256)
    file.refresh_from_db()
    assert (file.filename, file.size) == ("Fil 1", len(PDF))
    shown = public_records(classed)
    assert [(one.number, one.title, one.disposed is not None) for one in shown] == [
        (1, "Rekvisition", True),
        (2, "Rekvisition", True),
    ]
    proposed.refresh_from_db()
    assert proposed.status == ListStatus.DONE
    told = Event.objects.get(action="record_disposed", data__record=record.pk)
    assert "RUN/12/2029" in told.text
    events = Event.objects.filter(object_type="diary.case", object_id=classed.pk)
    assert {"case_opened", "record_registered", "secrecy_marked", "record_disposed"} <= {
        event.action for event in events
    }
    assert "Anna" not in json.dumps([(event.text, event.data) for event in Event.objects.all()])


def test_the_chain_of_the_log_holds_afterwards(registrar, classed, proposed):
    approve(registrar, proposed)
    carry_out(list_id=proposed.pk)
    record_event(actor=None, action="x", obj=classed)
    seal_events()
    report = verify_chain()
    assert (report.faults, report.waiting) == ([], 0)


def test_bytes_that_another_record_has_too_stay(registrar, classed, proposed):
    file = classed.records.get(number=1).files.get()
    other = register_record(actor=None, case=classed, direction=Direction.INCOMING, title="Samma")
    other.files.create(
        filename="a.pdf",
        content_type=file.content_type,
        storage_name=file.storage_name,
        size=file.size,
        sha256=file.sha256,
    )
    approve(registrar, proposed)
    carry_out(list_id=proposed.pk)
    assert read_frozen(file.storage_name, sha256=file.sha256) == PDF


def test_nobody_changes_a_record_or_a_file_otherwise(registrar, classed, proposed):
    file = classed.records.get(number=1).files.get()
    changes = [
        lambda: Record.objects.filter(case=classed).update(title="Annat"),
        lambda: type(file).objects.filter(pk=file.pk).update(filename="annat.pdf"),
        lambda: Record.objects.filter(case=classed).delete(),
    ]
    for change in changes:
        with pytest.raises(Error), transaction.atomic():
            change()
    approve(registrar, proposed)
    carry_out(list_id=proposed.pk)
    changes = [
        lambda: Record.objects.filter(case=classed).update(number=9),
        lambda: type(file).objects.filter(pk=file.pk).update(sha256="0" * 64),
        lambda: Record.objects.filter(case=classed)._raw_delete("default"),
        lambda: RecordDisposal.objects.update(source="Annat"),
        lambda: RecordDisposal.objects.all()._raw_delete("default"),
        lambda: RecordClassing.objects.all()._raw_delete("default"),
        lambda: DisposalItem.objects.update(struck_at=timezone.now(), struck_reason="Sent"),
        lambda: DisposalItem.objects.all()._raw_delete("default"),
        lambda: DisposalList.objects.update(decision="Annat"),
        lambda: DisposalList.objects.all()._raw_delete("default"),
    ]
    for change in changes:
        with pytest.raises(Error), transaction.atomic():
            change()


def test_the_database_lists_nothing_that_is_kept(registrar, classed, proposed, kind):
    kept = make_class(registrar, "Avtal", handling=Handling.KEEP, years=None, starts_from="")
    record = classed.records.get(number=1)
    other = register_record(actor=None, case=classed, direction=Direction.INCOMING, title="Avtal")
    for wrong, of in ((other, kept), (other, kind), (record, kept)):
        with pytest.raises(Error, match="not to be disposed of"), transaction.atomic():
            list_item(proposed, wrong, of)
    with pytest.raises(Error, match="is on a list"), transaction.atomic():
        type(kind).objects.filter(pk=kind.pk).update(handling="keep", years=None, starts_from="")
    with pytest.raises(Error, match="is on a list"), transaction.atomic():
        RecordClassing.objects.filter(record=record).update(record_class=kept)
    with pytest.raises(Error, match="struck_says_why"), transaction.atomic():
        proposed.items.update(struck_at=timezone.now())
    with pytest.raises(Error, match="approved_by_somebody"), transaction.atomic():
        DisposalList.objects.update(approved_at=timezone.now())
    with pytest.raises(Error, match="approved_before_done"), transaction.atomic():
        DisposalList.objects.update(done_at=timezone.now())


# --- At once, and killed ----------------------------------------------------------------------------------
def at_once(*works):
    def run(work):
        try:
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.django_db(transaction=True)
def test_many_who_propose_and_carry_out_at_once_do_it_once(registrar, classed):
    made = [one for one in at_once(*(lambda: propose_list(on=later()) for _ in range(4))) if one]
    assert len(made) == 1
    DisposalList.objects.filter(pk=made[0].pk).update(
        approved_by=registrar, approved_at=timezone.now(), decision="RUN/1/2029"
    )
    at_once(*(lambda: carry_out(list_id=made[0].pk) for _ in range(4)))
    assert RecordDisposal.objects.count() == 2
    assert Event.objects.filter(action="record_disposed").count() == 2
    assert Event.objects.filter(action="disposal_list_done").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_class_that_comes_to_be_kept_meanwhile_leaves_no_half(registrar, classed, kind):
    made = propose_list(on=later())
    DisposalList.objects.filter(pk=made.pk).update(
        approved_by=registrar, approved_at=timezone.now(), decision="RUN/1/2029"
    )
    at_once(lambda: carry_out(list_id=made.pk), lambda: keep(registrar, kind))
    carry_out(list_id=made.pk)
    gone = RecordDisposal.objects.count()
    assert made.items.filter(struck_at__isnull=False).count() == 2 - gone
    assert Record.objects.filter(title="Rekvisition", counterpart="").count() == gone


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", [1, 2])
def test_a_killed_worker_leaves_whole_records_and_another_goes_on(registrar, classed, call):
    made = propose_list(on=later())
    DisposalList.objects.filter(pk=made.pk).update(
        approved_by=registrar, approved_at=timezone.now(), decision="RUN/1/2029"
    )
    run_until_killed(
        "s3portal.diary.retention.services:carry_out",
        at="s3portal.diary.retention.services:_dispose_files",
        call=call,
        list_id=made.pk,
    )
    assert RecordDisposal.objects.count() == call - 1
    carry_out(list_id=made.pk)
    assert RecordDisposal.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_bytes_that_a_killed_worker_left_are_removed_by_the_next_round(registrar, classed):
    made = propose_list(on=later())
    DisposalList.objects.filter(pk=made.pk).update(
        approved_by=registrar, approved_at=timezone.now(), decision="RUN/1/2029"
    )
    file = classed.records.get(number=1).files.get()
    run_until_killed(
        "s3portal.diary.retention.services:carry_out",
        at="s3portal.common.quarantine:empty",
        list_id=made.pk,
    )
    assert default_storage.exists(file.storage_name)
    assert HeldFile.objects.get(name=file.storage_name).emptied_at is None
    empty_removed()
    assert not default_storage.exists(file.storage_name)


def test_more_than_anybody_reads_comes_on_the_next_list(registrar, classed, monkeypatch):
    monkeypatch.setattr(services, "MOST_ON_A_LIST", 1)
    first = propose_list(on=later())
    assert numbers(first) == [1]
    approve(registrar, first)
    carry_out(list_id=first.pk)
    assert numbers(propose_list(on=later())) == [2]
