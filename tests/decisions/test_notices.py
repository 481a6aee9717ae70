"""Posting notices, taking them down, and what proves it."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest
import time_machine
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from decisions import board
from decisions.models import BoardNotice, CommitteeMeeting, DecisionReport, NoticeProof
from decisions.services.meetings import record_minutes
from decisions.services.notices import TooEarly, post_decision_notice, post_minutes_notice, take_down_notice
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.common.swedish import STOCKHOLM
from s3portal.diary.models import Case, Record
from tests import factories
from tests.pdf_validation import assert_valid

KEPT = "Regionens hus, Östersund"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at("2024-03-21T10:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting(db):
    return factories.make_committee_meeting(
        starts_at=at("2024-03-19T09:00"), approved_on=date(2024, 3, 20), report_paragraph="§ 60"
    )


@pytest.fixture
def own(officer):
    """A decision that is not reported."""
    return factories.make_signed_decision(user=officer, reportable=False, decided_on=date(2024, 3, 20))


def post(meeting, actor, **fields):
    return post_minutes_notice(meeting_id=meeting.pk, kept_at=KEPT, actor=actor, **fields)


# --- Posting ----------------------------------------------------------------------------------------------
def test_the_notice_of_approved_minutes(meeting, registrar):
    assert [row.meeting for row in board.to_post(date(2024, 3, 21))] == [meeting]
    notice = post(meeting, registrar)
    assert (notice.posted_on, notice.appeal_until, notice.approved_on, notice.paragraph) == (
        date(2024, 3, 21),
        date(2024, 4, 11),
        date(2024, 3, 20),
        "§ 60",
    )
    assert (notice.posted_by, notice.is_standing, notice.early) == (registrar, True, False)
    assert notice.heading == "Protokoll från regionala utvecklingsnämnden den 19 mars 2024"
    assert notice.kept_from == date(2024, 4, 12)
    assert board.to_post(date(2024, 3, 21)) == []
    assert list(board.standing_notices()) == [notice]
    case = Case.objects.get(pk=notice.case_id)
    assert case.title == "Anslag om justerat protokoll, regionala utvecklingsnämnden 2024-03-19"
    assert Record.objects.get(case=case).title == f"Anslag uppsatt 2024-03-21: {notice.heading}"
    event = Event.objects.get(action="notice_posted")
    assert "sista dag att överklaga" in event.text
    assert event.data["appeal_until"] == "2024-04-11"


def test_the_notice_of_one_decision(own, registrar):
    (missing,) = board.to_post(date(2024, 3, 23))
    assert (missing.decision, missing.due_on, missing.late) == (own, date(2024, 3, 22), True)
    notice = post_decision_notice(decision_id=own.pk, kept_at=KEPT, actor=registrar)
    assert (notice.case, notice.subject_day, notice.approved_on) == (
        own.case,
        date(2024, 3, 20),
        own.decided_on,
    )
    assert notice.body == "Doris Direktör, regional utvecklingsdirektör"
    assert notice.heading == f"Beslut {own.case}: {own.title}"
    assert board.count_to_post() == 0


def test_a_protected_party_is_not_named(officer, registrar):
    case = factories.make_case(counterpart="Anna Andersson")
    Case.objects.filter(pk=case.pk).update(counterpart_protected=True)
    case.refresh_from_db()
    decision = factories.make_signed_decision(
        user=officer, reportable=False, case=case, title="Stöd till Anna Andersson"
    )
    notice = post_decision_notice(decision_id=decision.pk, kept_at=KEPT, actor=registrar)
    assert notice.heading == f"Beslut {case}: Stöd till [Skyddat]"
    assert not Record.objects.filter(title__contains="Andersson").filter(title__startswith="Anslag").exists()


def test_the_diary_names_the_decision_by_its_number(own, registrar):
    """A mark that is set on the decision's title later does not reach a copy of it."""
    notice = post_decision_notice(
        decision_id=own.pk, kept_at=KEPT, actor=registrar, posted_elsewhere_on=date(2024, 3, 20)
    )
    take_down_notice(notice_id=notice.pk, actor=registrar, early_reason="Fel beslut")
    assert list(own.case.records.order_by("-number").values_list("title", flat=True)[:2]) == [
        f"Bevis om anslag: Beslut {own.printed_number}",
        f"Anslag uppsatt 2024-03-20: Beslut {own.printed_number}",
    ]


def test_a_notice_from_the_earlier_board(meeting, registrar):
    notice = post(meeting, registrar, posted_elsewhere_on=date(2024, 3, 20))
    assert (notice.posted_on, notice.posted_elsewhere, notice.appeal_until) == (
        date(2024, 3, 20),
        True,
        date(2024, 4, 10),
    )
    assert timezone.localdate(Record.objects.get(case=notice.case).dated_at) == date(2024, 3, 20)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2024, 3, 22), "Ange en dag som har varit."),
        (date(2024, 3, 19), "Anslaget kan inte ha satts upp före 20 mars 2024."),
    ],
)
def test_days_that_cannot_be(meeting, registrar, day, sentence):
    with pytest.raises(Refusal) as refused:
        post(meeting, registrar, posted_elsewhere_on=day)
    assert (refused.value.message, refused.value.field) == (sentence, "posted_on")


def test_what_gets_no_notice(meeting, own, officer, registrar, admin_user):
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(approved_on=None)
    with pytest.raises(Refusal, match=r"Ange först dagen då protokollet justerades\."):
        post(meeting, registrar)
    not_appealable = factories.make_legal_basis(appeal_rule="not_appealable", valid_from=date(2018, 1, 1))
    for decision, sentence in [
        (factories.make_decision(user=officer), "Beslutet är inte undertecknat."),
        (factories.make_signed_decision(user=officer), "Beslutet anmäls till nämnden."),
        (
            factories.make_signed_decision(user=officer, reportable=False, legal_basis=not_appealable),
            "räknas inte från anslagstavlan",
        ),
    ]:
        with pytest.raises(Refusal, match=sentence):
            post_decision_notice(decision_id=decision.pk, kept_at=KEPT, actor=registrar)
    for actor in (officer, admin_user):
        with pytest.raises(Refusal, match=r"Bara en registrator sköter anslagstavlan\."):
            post_decision_notice(decision_id=own.pk, kept_at=KEPT, actor=actor)
    assert not BoardNotice.objects.exists()


# --- Every state and action -------------------------------------------------------------------------------
def standing(meeting, registrar, clock):
    return post(meeting, registrar)


def in_time(meeting, registrar, clock):
    notice = post(meeting, registrar)
    clock.move_to(at("2024-04-12T08:00"))
    return take_down_notice(notice_id=notice.pk, actor=registrar)


def early(meeting, registrar, clock):
    notice = post(meeting, registrar)
    clock.move_to(at("2024-04-11T23:59"))
    return take_down_notice(notice_id=notice.pk, actor=registrar, early_reason="Fel datum i texten")


@pytest.mark.parametrize(
    ("state", "may_post", "may_take_down"),
    [(standing, False, True), (in_time, False, False), (early, True, False)],
)
def test_each_state_and_action(meeting, registrar, clock, state, may_post, may_take_down):
    notice = state(meeting, registrar, clock)
    clock.move_to(at("2024-04-12T12:00"))
    if may_post:
        again = post(meeting, registrar)
        assert (again.posted_on, again.appeal_until, again.case) == (
            date(2024, 4, 12),
            date(2024, 5, 3),
            notice.case,
        )
    else:
        with pytest.raises(Conflict, match=r"Anslaget (sitter redan uppe sedan|har redan suttit uppe)"):
            post(meeting, registrar)
    if may_take_down:
        assert not take_down_notice(notice_id=notice.pk, actor=registrar).early
    else:
        with pytest.raises(Conflict, match=r"Anslaget är redan nedtaget\."):
            take_down_notice(notice_id=notice.pk, actor=registrar, early_reason="Igen")


# --- Taking down ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("moment", ["2024-03-21T10:01", "2024-04-11T23:59"])
def test_too_early_takes_a_reason_and_the_time_does_not_run_out(meeting, registrar, clock, moment):
    notice = post(meeting, registrar)
    clock.move_to(at(moment))
    for reason in ("", "  "):
        with pytest.raises(
            TooEarly, match="Tiden att överklaga går ut torsdagen den 11 april 2024"
        ) as refused:
            take_down_notice(notice_id=notice.pk, actor=registrar, early_reason=reason)
        assert refused.value.field == "early_reason"
    assert BoardNotice.objects.get().is_standing
    taken = take_down_notice(notice_id=notice.pk, actor=registrar, early_reason=" Fel protokoll ")
    assert (taken.early, taken.early_reason, taken.taken_down_by) == (True, "Fel protokoll", registrar)
    assert Event.objects.get(action="notice_taken_down").text.endswith("För tidigt: Fel protokoll")
    assert [row.meeting for row in board.to_post(date(2024, 4, 12))] == [meeting]


def test_in_time_no_reason_is_kept(meeting, registrar, clock):
    notice = post(meeting, registrar)
    clock.move_to(at("2024-04-12T00:01"))
    taken = take_down_notice(notice_id=notice.pk, actor=registrar, early_reason="Behövs inte")
    assert (taken.early, taken.early_reason, taken.taken_down_on) == (False, "", date(2024, 4, 12))


def test_the_day_it_came_down_elsewhere(meeting, registrar, clock):
    notice = post(meeting, registrar)
    elsewhere = factories.make_committee_meeting(
        starts_at=at("2024-02-20T09:00"), approved_on=date(2024, 2, 21)
    )
    old = post(elsewhere, registrar, posted_elsewhere_on=date(2024, 2, 21))
    for one, day, sentence in [
        (notice, date(2024, 3, 20), "En annan dag går inte att ange."),
        (old, date(2024, 3, 22), "Ange en dag som har varit."),
        (old, date(2024, 2, 20), "Anslaget sattes upp 21 februari 2024."),
    ]:
        with pytest.raises(Refusal, match=sentence) as refused:
            take_down_notice(notice_id=one.pk, actor=registrar, taken_down_on=day)
        assert refused.value.field == "taken_down_on"
    taken = take_down_notice(notice_id=old.pk, actor=registrar, taken_down_on=date(2024, 3, 15))
    assert (taken.taken_down_on, taken.early) == (date(2024, 3, 15), False)


def test_only_the_registrar_takes_down(meeting, registrar, officer):
    notice = post(meeting, registrar)
    with pytest.raises(Refusal, match=r"Bara en registrator sköter anslagstavlan\."):
        take_down_notice(notice_id=notice.pk, actor=officer)


def test_the_announced_day_stands_while_the_notice_counts(meeting, registrar, clock):
    def approve(day):
        record_minutes(meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=day, actor=registrar)

    post(meeting, registrar)
    with pytest.raises(Refusal, match=r"Dagen står i anslaget och kan inte ändras\.") as refused:
        approve(date(2024, 3, 21))
    assert refused.value.field == "approved_on"
    approve(date(2024, 3, 20))
    take_down_notice(notice_id=BoardNotice.objects.get().pk, actor=registrar, early_reason="Fel dag")
    approve(date(2024, 3, 21))
    assert post(meeting, registrar).approved_on == date(2024, 3, 21)


def test_the_announced_paragraph_stands_while_the_notice_counts(meeting, registrar):
    """Else the decision's page and the sealed proof name different ones."""

    def note(paragraph):
        record_minutes(
            meeting_id=meeting.pk, report_paragraph=paragraph, approved_on=date(2024, 3, 20), actor=registrar
        )

    notice = post(meeting, registrar)
    for paragraph in ("§ 61", ""):
        with pytest.raises(Refusal, match=r"I anslaget står § 60, och det kan inte ändras\.") as refused:
            note(paragraph)
        assert refused.value.field == "report_paragraph"
    note("§ 60")
    take_down_notice(notice_id=notice.pk, actor=registrar, early_reason="Fel paragraf")
    note("§ 61")
    assert post(meeting, registrar).paragraph == "§ 61"


def test_a_notice_names_the_paragraph_of_what_was_reported(meeting, registrar, officer):
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(report_paragraph="")
    listed = factories.make_signed_decision(user=officer, decided_on=date(2024, 3, 1))
    DecisionReport.objects.create(decision=listed, meeting=meeting, reported_by=registrar)
    with pytest.raises(Refusal, match=r"Ange först paragrafen där besluten anmäldes\."):
        post(meeting, registrar)
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(report_paragraph="§ 60")
    assert post(meeting, registrar).paragraph == "§ 60"


def test_a_notice_that_told_no_paragraph_says_nothing_against_one(meeting, registrar):
    """Nothing was reported at the meeting, and so no § was known."""
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(report_paragraph="")
    post(meeting, registrar)
    record_minutes(
        meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=date(2024, 3, 20), actor=registrar
    )
    meeting.refresh_from_db()
    assert meeting.report_paragraph == "§ 60"


# --- The proof --------------------------------------------------------------------------------------------
def words(pdf):
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def proof_of(notice):
    file = NoticeProof.objects.get(notice=notice).file
    return read_frozen(file.storage_name, sha256=file.sha256)


def test_the_proof_is_sealed_archivable_and_in_the_diary(meeting, registrar, clock):
    taken = in_time(meeting, registrar, clock)
    pdf = proof_of(taken)
    assert_valid(pdf)
    # The seal's own certificate is of today.
    clock.move_to(time_machine.escape_hatch.datetime.datetime.now(UTC))
    report = check_seal(pdf, roots=seal_roots())
    assert (report.found, report.intact, report.trusted, report.signed_by) == (
        True,
        True,
        True,
        registrar.full_name,
    )
    text = words(pdf)
    for part in [
        "Bevis om anslag",
        "Regionala utvecklingsnämnden",
        "Sammanträdesdatum 2024-03-19",
        "Anmälda beslut § 60",
        "Protokollet justerat 2024-03-20",
        "Anslaget uppsatt 2024-03-21",
        "Anslaget nedtaget 2024-04-12",
        "Sista dag att överklaga 2024-04-11",
        f"Protokollet förvaras hos {KEPT}",
        "Tre veckor senare är torsdagen den 11 april 2024",
        registrar.full_name,
    ]:
        assert part in text, part
    (name, (data,)) = next(iter(pypdf.PdfReader(io.BytesIO(pdf)).attachments.items()))
    assert name == f"bevis-om-anslag-{taken.pk}.json"
    assert json.loads(data) == {
        "schema": "s3-portalen/bevis-om-anslag/1",
        "heading": taken.heading,
        "body": "regionala utvecklingsnämnden den 19 mars 2024",
        "held_on": "2024-03-19",
        "paragraph": "§ 60",
        "approved_on": "2024-03-20",
        "posted_on": "2024-03-21",
        "posted_elsewhere": False,
        "taken_down_on": "2024-04-12",
        "early": False,
        "early_reason": "",
        "appeal_until": "2024-04-11",
        "kept_at": KEPT,
        "diary_number": str(taken.case),
    }
    titles = list(taken.case.records.order_by("number").values_list("title", flat=True))
    assert titles == [f"Anslag uppsatt 2024-03-21: {taken.heading}", f"Bevis om anslag: {taken.heading}"]


def test_the_proof_of_one_that_came_down_early_says_so(own, registrar, clock):
    notice = post_decision_notice(
        decision_id=own.pk, kept_at=KEPT, actor=registrar, posted_elsewhere_on=date(2024, 3, 20)
    )
    taken = take_down_notice(notice_id=notice.pk, actor=registrar, early_reason="Fel beslut")
    text = words(proof_of(taken))
    assert "Tiden har inte löpt ut" in text
    assert "Skäl: Fel beslut" in text
    assert "Beslutsdatum 2024-03-20" in text
    assert "regionens tidigare anslagstavla" in text


# --- What the database refuses ----------------------------------------------------------------------------
def test_what_the_database_refuses(meeting, own, registrar):
    notice = post(meeting, registrar)
    fields = {
        "case": notice.case, "body": "x", "approved_on": date(2024, 3, 20), "kept_at": "x",
        "posted_on": date(2024, 3, 21), "posted_by": registrar, "appeal_until": date(2024, 4, 11),
    }  # fmt: skip
    down = {
        "taken_down_on": date(2024, 4, 12), "taken_down_at": timezone.now(), "taken_down_by": registrar,
    }  # fmt: skip
    for name, wrong in [
        ("notice_of_one_thing", {}),
        ("notice_of_one_thing", {"meeting": meeting, "decision": own}),
        ("notice_once_meeting", {"meeting": meeting}),
        ("notice_after_approval", {"decision": own, "posted_on": date(2024, 3, 19)}),
        ("notice_taken_down_whole", {"decision": own, "taken_down_on": date(2024, 4, 12)}),
        (
            "notice_taken_down_whole",
            {
                "decision": own,
                **down,
                "taken_down_on": date(2024, 3, 20),
                "early": True,
                "early_reason": "x",
            },
        ),
        ("notice_early_has_reason", {"decision": own, **down, "early": True, "early_reason": "x"}),
        ("notice_early_has_reason", {"decision": own, **down, "taken_down_on": date(2024, 4, 11)}),
        (
            "notice_early_has_reason",
            {"decision": own, **down, "taken_down_on": date(2024, 4, 1), "early": True},
        ),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            BoardNotice.objects.create(**(fields | wrong))


def test_a_notice_cannot_be_changed_but_taken_down_once(meeting, registrar, clock):
    notice = post(meeting, registrar)
    rows = BoardNotice.objects.filter(pk=notice.pk)
    for change in (
        {"posted_on": date(2024, 3, 20)},
        {"kept_at": "Annat"},
        {"appeal_until": date(2024, 4, 1)},
    ):
        with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        rows.delete()
    clock.move_to(at("2024-04-12T08:00"))
    take_down_notice(notice_id=notice.pk, actor=registrar)
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        rows.update(taken_down_on=date(2024, 4, 20))
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        NoticeProof.objects.filter(notice=notice).delete()


@pytest.mark.django_db(transaction=True)
def test_two_who_post_at_once_make_one_notice(registrar):
    meeting = factories.make_committee_meeting(
        starts_at=at("2024-03-19T09:00"), approved_on=date(2024, 3, 20)
    )

    def one(_number):
        try:
            return post(meeting, registrar)
        except Conflict:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(one, range(2)))
    assert sum(notice is not None for notice in made) == 1
    assert BoardNotice.objects.count() == 1


# --- The board's own lists --------------------------------------------------------------------------------
def test_how_long_the_public_sees_what_has_been_taken_down(meeting, registrar, clock, settings):
    settings.BOARD_DAYS = 30
    taken = in_time(meeting, registrar, clock)
    last = taken.taken_down_on + timedelta(days=30)
    assert list(board.shown_past_notices(last)) == [taken]
    assert board.public_notice(taken.pk, last) == taken
    assert list(board.shown_past_notices(last + timedelta(days=1))) == []
    assert board.public_notice(taken.pk, last + timedelta(days=1)) is None
    assert list(board.past_notices()) == [taken]
