"""The confirmed list: frozen, with a sealed annex in the diary that those who may can open."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pypdf
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from decisions import tasks
from decisions.annex import annex_file, annexes_without_pdf, store_annex
from decisions.models import CommitteeMeeting, DecisionReport, MeetingAnnex
from decisions.report_list import list_mark
from decisions.services.confirming import confirm_list, reopen_list
from decisions.services.filling import hold_back
from decisions.services.meetings import change_meeting, record_minutes
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.diary.enums import Direction
from s3portal.diary.models import RecordFile
from s3portal.diary.services import register_record
from tests import factories
from tests.pdf_validation import assert_valid


@pytest.fixture
def meeting(member):
    return factories.make_committee_meeting(committee=factories.make_committee(members=[member]))


@pytest.fixture
def put(meeting, officer, registrar):
    def put_on_list(**fields):
        decision = factories.make_signed_decision(user=officer, document=False, **fields)
        [report] = report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
        return report

    return put_on_list


@pytest.fixture
def confirmed(meeting, put, registrar):
    put(title="Stöd till Klusterkraft")
    return confirm(meeting, registrar)


def confirm(meeting, actor):
    return confirm_list(meeting_id=meeting.pk, seen=list_mark(meeting), actor=actor)


def reopen(meeting, actor, reason="Ett beslut saknas."):
    reopen_list(meeting_id=meeting.pk, reason=reason, actor=actor)


def page(meeting, ending=""):
    return f"/handlaggning/sammantraden/{meeting.pk}/{ending}"


def begin(meeting):
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() - timedelta(seconds=1))


# --- What is frozen ---------------------------------------------------------------------------------------
def test_the_annex_is_sealed_archivable_and_says_what_was_frozen(
    meeting, put, registrar, monkeypatch, django_capture_on_commit_callbacks
):
    report = put(title="Stöd till Klara Klart", clause_number="8.10")
    decision = report.decision
    type(decision.case).objects.filter(pk=decision.case_id).update(
        counterpart="Klara Klart", counterpart_protected=True
    )
    asked = []
    monkeypatch.setattr(tasks.render_meeting_annex, "delay", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        annex = confirm(meeting, registrar)
    assert asked == [annex.pk]
    tasks.render_meeting_annex(annex.pk)
    file = annex_file(annex)
    pdf = read_frozen(file.storage_name, sha256=file.sha256)
    assert_valid(pdf)
    seal = check_seal(pdf, roots=seal_roots())
    assert (seal.intact, seal.trusted, seal.signed_by) == (True, True, registrar.full_name)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
    for part in ("Anmälda delegationsbeslut", "Stöd till [Skyddat]", str(decision.case), "8.10",
                 "Doris Direktör", f"Sammanträde {meeting.day}", "1 beslut."):  # fmt: skip
        assert part in text, (part, text)
    [(name, [data])] = reader.attachments.items()
    assert (name, json.loads(data)) == ("anmalda-beslut.json", MeetingAnnex.objects.get().content)
    assert "Klara" not in data.decode()
    assert store_annex(annex_id=annex.pk) is None


def test_what_a_killed_worker_left_is_made_once(confirmed, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.render_meeting_annex, "delay", asked.append)
    assert annexes_without_pdf(older_than=timedelta(minutes=1), most=9) == []
    monkeypatch.setattr(tasks, "WAIT_BEFORE_RETRY", timedelta(0))
    tasks.render_missing_annexes()
    assert asked == [confirmed.pk]
    monkeypatch.setattr("decisions.annex.render_annex", lambda content, data: b"")
    monkeypatch.setattr("decisions.annex.seal_pdf", lambda pdf, **_kwargs: b"%PDF")
    store_annex(annex_id=confirmed.pk)
    tasks.render_missing_annexes()
    assert asked == [confirmed.pk]
    # A second worker finds out only when it stores.
    monkeypatch.setattr("decisions.annex.annex_file", lambda annex: None)
    assert store_annex(annex_id=confirmed.pk) is None
    assert RecordFile.objects.filter(record=confirmed.record, content_type="application/pdf").count() == 1


def test_nothing_is_put_on_or_taken_off_a_confirmed_list(confirmed, meeting, officer, registrar):
    late = factories.make_signed_decision(user=officer, document=False)
    report = DecisionReport.objects.get()
    with pytest.raises(Refusal, match="är fastställd"):
        report_decisions(meeting_id=meeting.pk, decision_ids=[late.pk], actor=registrar)
    with pytest.raises(Refusal, match="är fastställd"):
        hold_back(report_id=report.pk, reason="Kompletteras.", actor=registrar)
    with pytest.raises(Refusal, match="fastställd för den dagen"):
        change_meeting(
            meeting_id=meeting.pk, starts_at=meeting.starts_at + timedelta(days=1), place="", actor=registrar
        )
    for spoil in (
        lambda: DecisionReport.objects.create(decision=late, meeting=meeting, reported_by=registrar),
        report.delete,
        lambda: DecisionReport.objects.update(reported_at=timezone.now()),
    ):
        with pytest.raises(InternalError, match="confirmed"), transaction.atomic():
            spoil()


def test_the_database_keeps_an_annex_as_it_was(confirmed, meeting, registrar):
    rows = MeetingAnnex.objects.filter(pk=confirmed.pk)
    record = register_record(
        actor=registrar, case=factories.make_case(), direction=Direction.DRAWN_UP, title="En till"
    )
    whole = {"meeting": meeting, "content": {}, "confirmed_by": registrar, "record": record}
    for spoil in (
        rows.delete,
        lambda: rows.update(content={}),
        lambda: rows.update(reopened_at=timezone.now()),
        lambda: MeetingAnnex.objects.create(**whole, number=2),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            spoil()
    reopen(meeting, registrar)
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(reopen_reason="Ett annat.")


# --- Each state and step ----------------------------------------------------------------------------------
def test_only_a_registrar_confirms_what_she_has_seen(meeting, put, officer, registrar, admin_user):
    for person in (officer, admin_user):
        with pytest.raises(Refusal, match="Bara en registrator"):
            confirm(meeting, person)
    with pytest.raises(Refusal, match="Listan är tom"):
        confirm(meeting, registrar)
    put()
    seen = list_mark(meeting)
    hold_back(report_id=put().pk, reason="Kompletteras.", actor=registrar)
    assert list_mark(meeting) == seen
    put()
    with pytest.raises(Conflict, match="har ändrats"):
        confirm_list(meeting_id=meeting.pk, seen=seen, actor=registrar)
    annex = confirm(meeting, registrar)
    assert (annex.number, annex.holds, len(annex.content["decisions"])) == (1, True, 2)
    with pytest.raises(Conflict, match="redan fastställd"):
        confirm(meeting, registrar)


def test_a_list_that_is_opened_again_gets_a_new_annex_in_the_same_case(confirmed, meeting, put, registrar):
    with pytest.raises(Refusal, match="Ange varför"):
        reopen(meeting, registrar, reason=" ")
    reopen(meeting, registrar)
    with pytest.raises(Conflict, match="inte fastställd"):
        reopen(meeting, registrar)
    put()
    again = confirm(meeting, registrar)
    assert (again.number, again.record.case, again.record.number) == (2, confirmed.record.case, 2)
    begin(meeting)
    record_minutes(meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=None, actor=registrar)
    with pytest.raises(Refusal, match="Protokollets paragraf"):
        reopen(meeting, registrar)
    actions = Event.objects.filter(action__startswith="report_list").order_by("pk")
    assert [event.action for event in actions] == [
        "report_list_confirmed", "report_list_reopened", "report_list_confirmed",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_confirming_and_withdrawing_at_once_never_differ(meeting, put, registrar):
    report, seen = put(), None
    put()
    seen = list_mark(meeting)

    def tried(step):
        try:
            return step() or "done"
        except (Refusal, Conflict):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tried, [
            lambda: confirm_list(meeting_id=meeting.pk, seen=seen, actor=registrar).pk,
            lambda: hold_back(report_id=report.pk, reason="Kompletteras.", actor=registrar),
        ]))  # fmt: skip
    annex = MeetingAnnex.objects.first()
    frozen = None if annex is None else len(annex.content["decisions"])
    # Who came first won: the list was changed before anything was frozen, or frozen whole.
    assert (DecisionReport.objects.count(), frozen) in {(1, None), (2, 2)}


# --- Pages ------------------------------------------------------------------------------------------------
def test_the_registrar_confirms_and_opens_again_on_the_page(meeting, put, registrar, officer, client_for):
    put()
    client = client_for(registrar)
    shown = client.get(page(meeting)).content.decode()
    assert f'name="seen" value="{list_mark(meeting)}"' in shown
    assert "Fastställ listan" not in client_for(officer).get(page(meeting)).content.decode()
    client = client_for(registrar)
    done = client.post(page(meeting, "faststall/"), {"seen": list_mark(meeting)}, follow=True)
    shown = done.content.decode()
    for part in ("Listan är fastställd", "Bilaga 1 skapas", "Öppna listan igen"):
        assert part in shown, part
    assert "Ta bort" not in shown
    assert client.get(page(meeting, "oppna/")).status_code == 200
    assert client.post(page(meeting, "oppna/"), {"reason": ""}).status_code == 422
    client.post(page(meeting, "oppna/"), {"reason": "Fel beslut."})
    assert "Ersatt: Fel beslut." in client.get(page(meeting)).content.decode()
    again = client.post(page(meeting, "oppna/"), {"reason": "Igen."})
    assert (again.status_code, "Listan är inte fastställd." in again.content.decode()) == (422, True)


def test_who_may_open_the_annex(confirmed, meeting, member, client_for, request, monkeypatch):
    monkeypatch.setattr("decisions.annex.render_annex", lambda content, data: b"")
    monkeypatch.setattr("decisions.annex.seal_pdf", lambda pdf, **_kwargs: b"%PDF")
    inner, theirs = page(meeting, "bilaga/1/"), f"/namnd/{meeting.pk}/bilaga/"
    assert client_for(member).get(theirs).status_code == 404, "not made yet"
    store_annex(annex_id=confirmed.pk)
    for who, staff, members in (
        ("registrar", 200, 403), ("officer", 200, 403), ("member", 403, 200), ("owner", 403, 403),
    ):  # fmt: skip
        client = client_for(request.getfixturevalue(who))
        for address, status in ((inner, staff), (theirs, members)):
            response = client.get(address)
            assert response.status_code == status, (who, address)
            b"".join(response)
    assert theirs in client_for(member).get(f"/namnd/{meeting.pk}/").content.decode()
    factories.make_committee(members=[other := factories.make_staff("committee_member")])
    assert client_for(other).get(theirs).status_code == 404
    for ending in ("faststall/", "oppna/"):
        assert client_for(member).post(page(meeting, ending)).status_code == 403
