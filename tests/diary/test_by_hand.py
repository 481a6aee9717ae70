"""Opening, registering, closing and cancelling by hand: the services and what the database holds them to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from decisions.models import BasisDocument
from decisions.services.appeals import register_appeal
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import read_frozen
from s3portal.common.swedish import STOCKHOLM
from s3portal.diary.endings import matters_of
from s3portal.diary.enums import CaseStatus, CaseStepKind, Confirmation, Direction
from s3portal.diary.models import Case, CaseStep, Record, RecordCancellation, Series
from s3portal.diary.services import (
    cancel_case,
    cancel_record,
    change_case,
    close_case,
    open_by_hand,
    register_by_hand,
    register_record,
    reopen_case,
)
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.small_files import PDF

ALL = Confirmation.values


@pytest.fixture
def case(registrar):
    return open_by_hand(actor=registrar, title="Remiss om vägnätet", counterpart="Trafikverket")


def register(actor, case, **fields):
    given = {"direction": Direction.INCOMING, "title": "Remiss", "dated_on": timezone.localdate()} | fields
    return register_by_hand(actor=actor, case_id=case.pk, **given)


def pdf(name="remiss.pdf", after=b""):
    return SimpleUploadedFile(name, PDF + after)


def left(case):
    return [matter.text for matter in matters_of(case) if matter.binding]


# --- Opening ----------------------------------------------------------------------------------------------
def test_a_case_is_opened_under_the_next_number_and_only_once(registrar, officer, settings):
    first = open_by_hand(actor=registrar, title="Remiss", counterpart="Trafikverket", officer=officer)
    again = open_by_hand(actor=registrar, title="Remiss", counterpart="Trafikverket", officer=officer)
    assert again == first, "pressed twice"
    assert (first.prefix, first.officer, first.status) == (settings.DIARY_PREFIX, officer, CaseStatus.OPEN)
    assert first.opened_on == timezone.localdate()
    others = [
        open_by_hand(actor=officer, title="Remiss", counterpart="Trafikverket"),
        open_by_hand(actor=registrar, title="Remiss"),
    ]
    assert [one.serial for one in others] == [first.serial + 1, first.serial + 2]
    assert open_by_hand(actor=registrar, title="Remiss", prefix="RS").diary_number.startswith("RS/1/")
    assert CaseStep.objects.filter(kind=CaseStepKind.OPENED, case=first).get().by == registrar
    cancel_case(actor=registrar, case_id=others[1].pk, reason="Dubblett")
    assert open_by_hand(actor=registrar, title="Remiss").serial == first.serial + 3, "never used again"


def test_who_opens_and_what_is_refused(registrar, officer, delegate_user, owner):
    for actor in (delegate_user, owner):
        with pytest.raises(Refusal, match="Bara en handläggare eller en registrator"):
            open_by_hand(actor=actor, title="Remiss")
    with pytest.raises(Refusal, match="Välj en handläggare"):
        open_by_hand(actor=registrar, title="Remiss", officer=delegate_user)
    with pytest.raises(Refusal, match="Skriv vad ärendet gäller"):
        open_by_hand(actor=registrar, title=" ")
    assert not Case.objects.exists()
    assert not Series.objects.exists()


# --- Registering ------------------------------------------------------------------------------------------
def test_a_record_is_registered_with_its_files(registrar, case):
    record = register(
        registrar, case, counterpart="Trafikverket", dated_on=date(2026, 1, 5), files=[pdf(), pdf(after=b"x")]
    )
    assert (record.number, record.registered_by, record.by_hand) == (1, registrar, True)
    assert timezone.localtime(record.dated_at).date() == date(2026, 1, 5)
    assert not record.has_time
    names = ["remiss.pdf", "remiss (2).pdf"]
    assert list(record.files.values_list("filename", flat=True)) == names
    for file, content in zip(record.files.all(), (PDF, PDF + b"x"), strict=True):
        assert read_frozen(file.storage_name, sha256=file.sha256) == content
    timed = register(registrar, case, title="Svar", dated_on=date(2026, 1, 5), dated_time=time(14, 30))
    assert (timed.number, timed.has_time) == (2, True)
    assert Event.objects.filter(action="record_registered", actor_id=registrar.pk).count() == 2
    assert register_record(actor=None, case=case, direction="incoming", title="Portalens").has_time


def test_the_same_button_pressed_again_registers_once(registrar, officer, case):
    first = register(registrar, case, files=[pdf()])
    assert register(registrar, case, files=[pdf()]) == first
    different = [
        register(registrar, case, files=[pdf(after=b"x")]),
        register(registrar, case, title="Bilaga"),
        register(officer, case, title="Bilaga"),
    ]
    assert [record.number for record in different] == [2, 3, 4]
    cancel_record(actor=registrar, record_id=different[2].pk, reason="Dubblett")
    assert register(officer, case, title="Bilaga").number == 5, "one that is cancelled is registered anew"
    late = register(officer, case, title="Bilaga")
    assert late.number == 5
    later = timezone.now() + timedelta(minutes=11)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("s3portal.diary.services.by_hand.timezone.now", lambda: later)
        assert register(officer, case, title="Bilaga").number == 6


def test_what_is_not_registered(registrar, owner, admin_user, case):
    for actor in (owner, admin_user):
        with pytest.raises(Refusal, match="Bara en handläggare eller en registrator"):
            register(actor, case)
    with pytest.raises(Refusal, match="Skriv vad handlingen gäller"):
        register(registrar, case, title=" ")
    with pytest.raises(Refusal, match="i framtiden") as refused:
        register(registrar, case, dated_on=timezone.localdate() + timedelta(days=1))
    assert refused.value.field == "dated_on"
    with pytest.raises(Refusal, match="Filtypen kan inte tas emot") as refused:
        register(registrar, case, files=[pdf(), SimpleUploadedFile("a.pdf", b"text")])
    assert refused.value.field == "uploads"
    assert not Record.objects.exists()
    assert not default_storage.exists("diary/by-hand") or default_storage.listdir("diary/by-hand")[1] == []


def test_a_time_later_today_is_refused_beside_the_time(registrar, case, monkeypatch):
    noon = datetime(2026, 3, 2, 12, tzinfo=STOCKHOLM)
    monkeypatch.setattr("s3portal.diary.services.by_hand.timezone.now", lambda: noon)
    monkeypatch.setattr("s3portal.diary.services.by_hand.timezone.localdate", noon.date)
    with pytest.raises(Refusal) as refused:
        register(registrar, case, dated_on=noon.date(), dated_time=time(12, 1))
    assert refused.value.field == "dated_time"
    assert register(registrar, case, dated_on=noon.date(), dated_time=time(12, 0)).number == 1


def test_a_closed_case_takes_records_and_a_cancelled_does_not(registrar, case):
    close_case(actor=registrar, case_id=case.pk, confirmed=ALL)
    assert register(registrar, case).number == 1
    other = open_by_hand(actor=registrar, title="Misstag")
    cancel_case(actor=registrar, case_id=other.pk, reason="Dubblett")
    with pytest.raises(Refusal, match="är makulerat"):
        register(registrar, other)
    with pytest.raises(Refusal, match="är makulerat"):
        register_record(actor=None, case=other, direction=Direction.INCOMING, title="Ansökan")


# --- Cancelling -------------------------------------------------------------------------------------------
def test_a_cancelled_record_stays(registrar, officer, case):
    record = register(officer, case, files=[pdf()])
    with pytest.raises(Refusal, match="Bara en registrator"):
        cancel_record(actor=officer, record_id=record.pk, reason="Fel ärende")
    with pytest.raises(Refusal, match="Skriv varför"):
        cancel_record(actor=registrar, record_id=record.pk, reason=" ")
    cancel_record(actor=registrar, record_id=record.pk, reason="Fel ärende")
    record = case.records.get()
    assert (record.number, record.cancelled.reason, record.cancelled.by) == (1, "Fel ärende", registrar)
    assert str(record.cancelled) == f"{case} nr 1: Remiss är makulerad"
    assert record.files.count() == 1
    assert not case.records.standing().exists()
    with pytest.raises(Refusal, match="redan makulerad"):
        cancel_record(actor=registrar, record_id=record.pk, reason="Igen")
    assert register(registrar, case, title="Nästa").number == 2
    assert Event.objects.get(action="record_cancelled").text == "Handling 1 makulerad: Fel ärende"


def test_what_the_portal_or_a_decision_rests_on_is_not_cancelled(registrar, officer, case):
    own = register_record(actor=None, case=case, direction=Direction.INCOMING, title="Ansökan")
    with pytest.raises(Refusal, match="har portalen själv registrerat"):
        cancel_record(actor=registrar, record_id=own.pk, reason="Fel")
    record = register(registrar, case)
    decision = factories.make_decision(user=officer, case=case)
    BasisDocument.objects.create(decision=decision, order=90, title="Remiss", record=record)
    with pytest.raises(Refusal, match="underlag i ett beslut"):
        cancel_record(actor=registrar, record_id=record.pk, reason="Fel")
    assert not RecordCancellation.objects.exists()


def test_a_case_is_cancelled_only_when_nothing_in_it_stands(registrar, officer, case):
    with pytest.raises(Refusal, match="Bara en registrator"):
        cancel_case(actor=officer, case_id=case.pk, reason="Dubblett")
    with pytest.raises(Refusal, match="Skriv varför"):
        cancel_case(actor=registrar, case_id=case.pk, reason="")
    record = register(registrar, case)
    with pytest.raises(Refusal, match="Det finns handlingar i ärendet"):
        cancel_case(actor=registrar, case_id=case.pk, reason="Dubblett")
    cancel_record(actor=registrar, record_id=record.pk, reason="Dubblett")
    factories.make_decision(user=officer, case=case, title="Yttrande")
    with pytest.raises(Refusal, match="”Yttrande” är inte undertecknat"):
        cancel_case(actor=registrar, case_id=case.pk, reason="Dubblett")
    case.decisions.all().delete()
    assert cancel_case(actor=registrar, case_id=case.pk, reason="Dubblett").is_cancelled
    assert case.steps.get(kind=CaseStepKind.CANCELLED).reason == "Dubblett"
    for again in (
        lambda: cancel_case(actor=registrar, case_id=case.pk, reason="Igen"),
        lambda: close_case(actor=registrar, case_id=case.pk, confirmed=ALL),
        lambda: reopen_case(actor=registrar, case_id=case.pk, reason="Fel"),
        lambda: change_case(
            actor=registrar, case_id=case.pk, title="A", counterpart="", reason="B", seen_changes=0
        ),
    ):
        with pytest.raises(Refusal):
            again()


# --- Closing and opening again ----------------------------------------------------------------------------
def test_a_case_is_closed_with_the_whole_checklist_and_opened_again_with_a_reason(registrar, officer, case):
    register(officer, case)
    with pytest.raises(Refusal, match="Bara ett avslutat ärende"):
        reopen_case(actor=officer, case_id=case.pk, reason="Yttrande")
    with pytest.raises(Refusal, match="Gå igenom hela listan"):
        close_case(actor=officer, case_id=case.pk, confirmed=ALL[:-1])
    close_case(actor=officer, case_id=case.pk, confirmed=ALL)
    case.refresh_from_db()
    assert case.status == CaseStatus.CLOSED
    assert case.steps.get(kind=CaseStepKind.CLOSED).confirmed == [str(one.label) for one in Confirmation]
    with pytest.raises(Refusal, match="redan avslutat"):
        close_case(actor=officer, case_id=case.pk, confirmed=ALL)
    with pytest.raises(Refusal, match="Bara ett pågående"):
        cancel_case(actor=registrar, case_id=case.pk, reason="Fel")
    with pytest.raises(Refusal, match="Skriv varför"):
        reopen_case(actor=officer, case_id=case.pk, reason=" ")
    reopen_case(actor=officer, case_id=case.pk, reason="Ett yttrande kom in")
    case.refresh_from_db()
    assert case.is_open
    assert Event.objects.get(action="case_reopened").text == "Ärendet: öppnat igen. Ett yttrande kom in"


def test_only_who_registers_closes(delegate_user, owner, case):
    for actor in (delegate_user, owner):
        with pytest.raises(Refusal, match="Bara en handläggare eller en registrator"):
            close_case(actor=actor, case_id=case.pk, confirmed=ALL)
        with pytest.raises(Refusal, match="Bara en handläggare eller en registrator"):
            reopen_case(actor=actor, case_id=case.pk, reason="Fel")


def test_the_portal_says_what_is_left(registrar, officer, case):
    assert [(matter.text, matter.binding) for matter in matters_of(case)] == [
        ("Det finns ingen handling i ärendet.", False),
        ("Ärendet har ingen handläggare.", False),
    ]
    decision = factories.make_decision(user=officer, case=case, title="Yttrande")
    assert left(case) == ["Beslutet ”Yttrande” är inte undertecknat."]
    decision.delete()
    signed = factories.make_signed_decision(user=officer, title="Beviljat")
    assert left(signed.case) == ["Beslutet ”Beviljat” är inte expedierat."]
    assert any("har inte fått laga kraft" in matter.text for matter in matters_of(signed.case))
    register_appeal(
        decision_id=signed.pk, received_on=timezone.localdate(), appellant="En granne", actor=registrar
    )
    assert "Ett överklagande i ärendet är inte slutligt avgjort." in left(signed.case)


def test_an_application_that_waits_keeps_its_case_open(owner, officer, registrar):
    case = send(factories.make_application(user=owner), owner).case
    assert "Ansökan i ärendet är inte avgjord." in left(case)
    with pytest.raises(Refusal, match="Ansökan i ärendet är inte avgjord"):
        close_case(actor=registrar, case_id=case.pk, confirmed=ALL)


def test_a_file_that_waits_for_its_scan_keeps_the_case_open(registrar, case):
    from s3portal.common.models import HeldFile

    file = register(registrar, case, files=[pdf()]).files.get()
    HeldFile.objects.create(name=file.storage_name)
    assert left(case) == ["En fil i ärendet genomsöks fortfarande efter virus."]


def test_jav_holds_here_too(owner, officer, second_officer, registrar):
    application = send(factories.make_application(user=owner), owner)
    case = application.case
    with pytest.raises(Refusal, match="Svara först på frågan om jäv"):
        register(officer, case)
    declare(application, officer)
    register(officer, case)
    declare(application, second_officer, ground="other", text="Vi är grannar.")
    with pytest.raises(PermissionDenied):
        register(second_officer, case)
    with pytest.raises(PermissionDenied):
        close_case(actor=second_officer, case_id=case.pk, confirmed=ALL)
    assert case.records.filter(registered_by__isnull=False).get().registered_by == officer


# --- Changing ---------------------------------------------------------------------------------------------
def change(actor, case, **fields):
    given = {"title": case.title, "counterpart": case.counterpart, "reason": "Skrivfel", "seen_changes": 0}
    return change_case(actor=actor, case_id=case.pk, **(given | fields))


def test_a_changed_case_is_found_by_its_new_name_and_keeps_the_old(registrar, officer, case):
    with pytest.raises(Refusal, match="Bara en registrator"):
        change(officer, case, title="Nytt")
    with pytest.raises(Refusal, match="Inget är ändrat"):
        change(registrar, case)
    with pytest.raises(Refusal, match="Skriv varför"):
        change(registrar, case, title="Nytt", reason="")
    with pytest.raises(Refusal, match="Skriv vad ärendet gäller"):
        change(registrar, case, title=" ")
    change(registrar, case, title="Remiss om järnvägen")
    step = case.steps.get(kind=CaseStepKind.CHANGED)
    assert (step.old_title, step.new_title) == ("Remiss om vägnätet", "Remiss om järnvägen")
    assert (step.changed_title, step.changed_counterpart) == (True, False)
    assert str(step) == f"{case}: Ändrat"
    assert list(Case.objects.search("järnvägen")) == [case]
    assert not Case.objects.search("vägnätet")
    with pytest.raises(Conflict, match="Det heter nu ”Remiss om järnvägen”"):
        change(registrar, case, title="Annat")
    change(registrar, case, title="Annat", counterpart="Region Dalarna", seen_changes=1)
    case.refresh_from_db()
    assert (case.title, case.counterpart) == ("Annat", "Region Dalarna")


def test_a_protected_counterpart_is_not_changed(registrar, case):
    factories.mark_secret(case)
    with pytest.raises(Refusal, match="Motparten är skyddad"):
        change(registrar, case, counterpart="Annan")
    change(registrar, case, title="Remiss")
    case.refresh_from_db()
    assert (case.title, case.counterpart) == ("Remiss", "Trafikverket")


# --- The database -----------------------------------------------------------------------------------------
def test_the_database_keeps_what_was_done(registrar, case):
    record = register(registrar, case)
    cancel_record(actor=registrar, record_id=record.pk, reason="Fel")
    for rows, name in (
        (CaseStep.objects.filter(case=case), "case_step_stays"),
        (RecordCancellation.objects.all(), "record_cancellation_stays"),
    ):
        with pytest.raises(InternalError, match=name), transaction.atomic():
            rows.update(reason="Annat")
        with pytest.raises(InternalError, match=name), transaction.atomic():
            rows.delete()


@pytest.mark.parametrize("kind", CaseStepKind.with_reason())
def test_the_database_wants_a_reason(registrar, case, kind):
    with pytest.raises(IntegrityError, match="case_step_says_why"), transaction.atomic():
        CaseStep.objects.create(case=case, kind=kind, by=registrar)


def test_the_database_knows_the_steps_and_wants_a_reason_for_a_record(registrar, case):
    with pytest.raises(IntegrityError, match="case_step_known"), transaction.atomic():
        CaseStep.objects.create(case=case, kind="lost", by=registrar)
    record = register(registrar, case)
    with pytest.raises(IntegrityError, match="record_cancellation_says_why"), transaction.atomic():
        RecordCancellation.objects.create(record=record, by=registrar, reason="")


def test_the_database_holds_the_order_of_statuses(registrar, case):
    rows = Case.objects.filter(pk=case.pk)
    rows.update(status=CaseStatus.CLOSED)
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        rows.update(status=CaseStatus.CANCELLED)
    rows.update(status=CaseStatus.OPEN)
    rows.update(status=CaseStatus.CANCELLED)
    for status in (CaseStatus.OPEN, CaseStatus.CLOSED):
        with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
            rows.update(status=status)


# --- At once ----------------------------------------------------------------------------------------------
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
def test_many_who_register_at_once_get_numbers_without_a_gap(registrar, case):
    at_once(*(lambda n=n: register(registrar, case, title=f"Handling {n}") for n in range(8)))
    assert list(case.records.values_list("number", flat=True)) == list(range(1, 9))
    opened = at_once(*(lambda: open_by_hand(actor=registrar, title="Samma") for _ in range(4)))
    assert len({one.pk for one in opened}) == 1, "a button pressed four times"


@pytest.mark.django_db(transaction=True)
def test_what_is_registered_while_a_case_is_cancelled_is_never_hidden(registrar, case):
    for _ in range(4):
        other = open_by_hand(actor=registrar, title=f"Ärende {_}")
        at_once(
            lambda other=other: cancel_case(actor=registrar, case_id=other.pk, reason="Dubblett"),
            lambda other=other: register(registrar, other),
        )
        other.refresh_from_db()
        assert other.is_cancelled != other.records.exists(), "one of the two was refused"
