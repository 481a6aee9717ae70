"""Refusals of requests for copies on the nämnd's delegation are reported with the rest (KL 6:40)."""

import io
import zipfile
from datetime import timedelta

import pypdf
import pytest
from django.utils import timezone

from decisions.annex import annex_file, store_annex
from decisions.copy_refusals import refusals_to_report
from decisions.models import CommitteeMeeting
from decisions.report_list import REFUSALS, cells_of, list_mark
from decisions.services.confirming import confirm_list, reopen_list
from decisions.services.reporting import report_decisions
from s3portal.common.errors import Conflict
from s3portal.common.files import read_frozen
from s3portal.copies.models import CopyRequest
from tests import factories
from tests.copies.test_requests import ask, refuse
from tests.pdf_validation import assert_valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(member):
    return factories.make_committee_meeting(committee=factories.make_committee(members=[member]))


@pytest.fixture
def refused(meeting, registrar):
    """``refused()``: a refusal by a clause of the nämnd that is reported."""
    order = factories.make_delegation_order(committee=meeting.committee)
    key = factories.let_refuse(registrar, order=order)

    def make():
        case = factories.make_case(title="Stöd till Qvanta AB", counterpart="Qvanta AB")
        return refuse(registrar, ask(case, wish="Avtalet med Qvanta"), authority=key)

    return make


def confirm(meeting, actor):
    return confirm_list(meeting_id=meeting.pk, seen=list_mark(meeting), actor=actor)


def told(meeting):
    fresh = CommitteeMeeting.objects.get(pk=meeting.pk)
    return [one.request_id for one in refusals_to_report(fresh)]


def test_they_stand_in_the_list_the_annex_the_sheet_and_the_text(
    meeting, refused, registrar, member, officer, client_for
):
    made, listed = refused(), factories.make_signed_decision(user=officer, document=False)
    report_decisions(meeting_id=meeting.pk, decision_ids=[listed.pk], actor=registrar)
    client, at = client_for(registrar), f"/handlaggning/sammantraden/{meeting.pk}/"
    matter = f"Avslag på begäran om handling, referens {made.reference}"
    row = (
        f"{timezone.localdate()}, {made.case}, {matter}. Beslutat av {registrar.full_name}, registrator, "
        "punkt 1.4."
    )
    text = client.get(f"{at}lista.txt").content.decode()
    assert "2 beslut anmäls." in text
    assert text.endswith(f"\n\n{REFUSALS}\n{row}\n")
    book = b"".join(client.get(f"{at}lista.xlsx"))
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 3
    assert matter in sheet
    assert list(cells_of([], refusals_to_report(meeting))) == [
        (
            str(timezone.localdate()),
            str(made.case),
            matter,
            registrar.full_name,
            "Registrator",
            "1.4",
            "",
            "",
            "",
        )
    ]
    annex = confirm(meeting, registrar)
    assert [one["request"] for one in annex.content["refusals"]] == [made.pk]
    store_annex(annex_id=annex.pk)
    file = annex_file(annex)
    pdf = read_frozen(file.storage_name, sha256=file.sha256)
    assert_valid(pdf)
    printed = " ".join(" ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())
    assert f"Avslag på begäran om handling, referens {made.reference}" in printed
    for who, address in ((registrar, at), (registrar, f"{at}lista/"), (member, f"/namnd/{meeting.pk}/")):
        page = client_for(who).get(address).content.decode()
        assert made.reference in page, address
        assert ("/handlaggning/begaran/" in page) == (who != member)
    for told_of in (text, printed, f"{annex.content}"):
        # What was asked for may be what is secret.
        assert "Qvanta" not in told_of


def test_a_list_of_refusals_alone_is_confirmed(meeting, refused, registrar, client_for):
    refused()
    page = client_for(registrar).get(f"/handlaggning/sammantraden/{meeting.pk}/").content.decode()
    assert "Fastställ listan</button>" in page
    annex = confirm(meeting, registrar)
    store_annex(annex_id=annex.pk)
    file = annex_file(annex)
    assert_valid(read_frozen(file.storage_name, sha256=file.sha256))


def test_one_more_since_the_page_was_opened_is_another_list(meeting, refused, registrar):
    refused()
    seen = list_mark(meeting)
    refused()
    with pytest.raises(Conflict, match="har ändrats"):
        confirm_list(meeting_id=meeting.pk, seen=seen, actor=registrar)


def test_what_comes_after_the_annex_goes_to_the_next_meeting(meeting, refused, registrar):
    coming = factories.make_committee_meeting(
        committee=meeting.committee, starts_at=meeting.starts_at + timedelta(days=30)
    )
    first = refused()
    confirm(meeting, registrar)
    second = refused()
    assert (told(meeting), told(coming)) == ([first.pk], [second.pk])
    reopen_list(meeting_id=meeting.pk, reason="Ett till.", actor=registrar)
    assert told(meeting) == [first.pk, second.pk]
    confirm(meeting, registrar)
    third = refused()
    # The nämnd has met; what its annex did not tell is told next time.
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() + timedelta(seconds=1))
    assert (told(meeting), told(coming)) == ([first.pk, second.pk], [third.pk])


def test_a_list_that_was_open_when_the_namnd_met_tells_of_all_until_then_and_no_meeting_tells_again(
    meeting, refused, registrar
):
    """Confirmed, opened again and not confirmed before the meeting: the nämnd had the open list."""
    coming = factories.make_committee_meeting(
        committee=meeting.committee, starts_at=meeting.starts_at + timedelta(days=30)
    )
    first = refused()
    confirm(meeting, registrar)
    reopen_list(meeting_id=meeting.pk, reason="Ett till.", actor=registrar)
    second = refused()
    assert told(meeting) == [first.pk, second.pk], "as the members read it before the meeting"
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now())
    third = refused()
    assert (told(meeting), told(coming)) == ([first.pk, second.pk], [third.pk])
    # Confirmed at last, after the meeting: the annex says what the nämnd was told.
    annex = confirm(CommitteeMeeting.objects.get(pk=meeting.pk), registrar)
    assert [one["request"] for one in annex.content["refusals"]] == [first.pk, second.pk]
    assert (told(meeting), told(coming)) == ([first.pk, second.pk], [third.pk])


def test_without_annexes_they_go_by_the_meetings_days(meeting, refused):
    before = factories.make_committee_meeting(
        committee=meeting.committee, starts_at=timezone.now() - timedelta(days=5)
    )
    old, new = refused(), refused()
    CopyRequest.objects.filter(pk=old.pk).update(refused_at=timezone.now() - timedelta(days=6))
    assert (told(before), told(meeting)) == ([old.pk], [new.pk])
