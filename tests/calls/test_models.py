from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from calls.enums import AppealRule, CallPhase, CallStatus
from calls.models import Call, LegalBasis, Meeting
from calls.services.entering import save_legal_basis
from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM
from s3portal.common.upsert import Outcome
from tests import factories

OPENS = datetime(2021, 10, 26, 0, 0, 0, tzinfo=STOCKHOLM)
CLOSES = datetime(2021, 11, 29, 23, 59, 59, tzinfo=STOCKHOLM)
SECOND = timedelta(seconds=1)


@pytest.fixture
def call(db):
    return factories.make_call(opens_at=OPENS, closes_at=CLOSES)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (OPENS - SECOND, CallPhase.COMING),
        (OPENS, CallPhase.OPEN),
        (CLOSES, CallPhase.OPEN),
        (CLOSES + timedelta(microseconds=1), CallPhase.CLOSED),
        (CLOSES + SECOND, CallPhase.CLOSED),
    ],
)
def test_the_phase_at_the_second(call, moment, phase):
    assert call.phase(now=moment) == phase
    assert [found for found in CallPhase if call in Call.objects.in_phase(found, now=moment)] == [phase]
    assert call.takes_applications(now=moment) is (phase == CallPhase.OPEN)


def test_a_call_that_is_concluded_early_is_closed(call):
    Call.objects.update(status=CallStatus.CONCLUDED)
    call.refresh_from_db()
    inside = OPENS + SECOND
    assert call.phase(now=inside) == CallPhase.CLOSED
    assert not call.takes_applications(now=inside)
    assert list(Call.objects.in_phase(CallPhase.CLOSED, now=inside)) == [call]
    assert not Call.objects.in_phase(CallPhase.OPEN, now=inside).exists()


def test_a_draft_is_in_no_phase_and_takes_nothing(db):
    draft = factories.make_call(status="draft", opens_at=OPENS, closes_at=CLOSES)
    assert not draft.takes_applications(now=OPENS)
    assert not any(Call.objects.in_phase(phase, now=OPENS).exists() for phase in CallPhase)
    assert not Call.objects.public().exists()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"closes_at": OPENS}, "call_closes_after_opening"),
        ({"frame": 0}, "call_frame_positive"),
        ({"max_aid_percent": 0}, "call_percent"),
        ({"max_aid_percent": 101}, "call_percent"),
        ({"overhead_percent": 20}, "call_overhead_rates"),
        ({"min_amount": 2, "max_amount": 1}, "call_amounts_in_order"),
        ({"published_at": None}, "call_published_has_time"),
        ({"status": "open"}, "call_status_known"),
    ],
)
def test_the_database_holds_the_rules_of_a_call(call, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(**fields)


def test_a_meeting_ends_after_it_begins(db):
    meeting = factories.make_meeting(starts_at=OPENS)
    with pytest.raises(IntegrityError, match="meeting_ends_after_start"), transaction.atomic():
        Meeting.objects.update(ends_at=OPENS)
    assert meeting.ends_at == OPENS + timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2022-12-31", ["gammal"]),
        ("2023-01-01", ["ny"]),
        ("2021-01-01", ["gammal"]),
        ("2020-12-31", []),
    ],
)
def test_a_legal_basis_holds_on_both_its_days(db, day, codes):
    factories.make_legal_basis(code="gammal", valid_from="2021-01-01", valid_to="2022-12-31")
    factories.make_legal_basis(code="ny", valid_from="2023-01-01")
    assert list(LegalBasis.objects.valid_on(day).values_list("code", flat=True)) == codes


@pytest.mark.parametrize(
    ("text", "found"),
    [("klustret", True), ("KLUSTER", True), ("fjällen", True), ("styrkeområdena", True), ("vatten", False)],
)
def test_search_knows_the_forms_of_swedish_words(db, text, found):
    call = factories.make_call(title="Innovation i fjäll", text="Stöd till kluster i ett styrkeområde.")
    assert list(Call.objects.search(text)) == ([call] if found else [])


# --- Meetings -------------------------------------------------------------------------------------------
def test_when_is_said_on_swedish_clocks(db):
    meeting = factories.make_meeting(
        starts_at=datetime(2020, 10, 15, 9, 30, tzinfo=STOCKHOLM),
        ends_at=datetime(2020, 10, 15, 12, 30, tzinfo=STOCKHOLM),
    )
    meeting.refresh_from_db()  # which gives the moments in UTC
    assert meeting.when == "Torsdag 15 oktober 2020 kl.\u00a009.30–12.30"
    assert meeting.when_html == 'Torsdag 15 oktober 2020 kl.\u00a0<span class="s3-nowrap">09.30–12.30</span>'


def test_when_of_a_meeting_over_two_days(db):
    meeting = factories.make_meeting(
        starts_at=datetime(2020, 9, 21, 9, 0, tzinfo=STOCKHOLM),
        ends_at=datetime(2020, 9, 22, 16, 30, tzinfo=STOCKHOLM),
    )
    words = "Måndag 21 september 2020 kl. 09.00 – tisdag 22 september 2020 kl. 16.30"
    assert (meeting.when, meeting.when_html) == (words, words)


@pytest.mark.parametrize(
    ("number", "conference", "href"),
    [
        ("+46 8 505 218 69", "911 511 288#", "+46850521869,,911511288%23"),
        ("+46 8 505 218 69", "911511288", "+46850521869,,911511288"),
        ("+46 8 505 218 69", "", "+46850521869"),
        ("+46 8 505 218 69", "fråga värden", "+46850521869"),
    ],
)
def test_the_conference_id_is_dialled_after_the_number(number, conference, href):
    assert Meeting(dial_in_number=number, conference_id=conference).dial_href == href


@pytest.mark.parametrize(
    ("rule", "email", "words"),
    [
        ("not_needed", "", "Mötet kräver ingen anmälan."),
        ("by_mail", "a@example.org", "Anmäl er med e-post till a@example.org."),
        ("by_mail", "", "Anmäl er med e-post."),
        ("closed", "a@example.org", "Anmälan är stängd."),
    ],
)
def test_how_one_registers(rule, email, words):
    assert Meeting(registration=rule, registration_email=email).registration_words == words


# --- What signed decisions rest on ------------------------------------------------------------------------
@pytest.fixture
def entered(officer):
    """``entered(status, **changed)``: a row that a decision in that status rests on, entered again."""

    def enter(status, **changed):
        make = factories.make_signed_decision if status == "signed" else factories.make_decision
        basis = factories.make_legal_basis(appeal_rule="stop_and_recovery_only", plain_words="Först.")
        make(user=officer, legal_basis=basis)
        values = {
            field.name: getattr(basis, field.name)
            for field in LegalBasis._meta.concrete_fields
            if not field.primary_key
        }
        return save_legal_basis(actor=officer, **(values | changed))

    return enter


def test_how_a_signed_decision_is_appealed_is_not_entered_anew(entered):
    with pytest.raises(Refusal, match="Undertecknade beslut vilar på den här raden") as refused:
        entered("signed", appeal_rule=AppealRule.NOT_APPEALABLE)
    assert refused.value.field == "appeal_rule"
    assert LegalBasis.objects.get().appeal_rule == AppealRule.STOP_AND_RECOVERY_ONLY


def test_the_rest_of_the_row_is_and_so_is_the_rule_while_nothing_is_signed(entered):
    basis, outcome = entered("signed", plain_words="Sedan.", valid_to=date(2030, 12, 31))
    assert (basis.plain_words, outcome) == ("Sedan.", Outcome.UPDATED)
    basis, outcome = entered("draft", appeal_rule=AppealRule.NOT_APPEALABLE)
    assert (basis.appeal_rule, outcome) == (AppealRule.NOT_APPEALABLE, Outcome.UPDATED)


@pytest.mark.parametrize("changed", [{"appeal_rule": "not_appealable"}, {"code": "en-annan"}])
def test_the_database_keeps_what_signed_decisions_read_of_their_basis(officer, changed):
    basis, other = factories.make_legal_basis(), factories.make_legal_basis()
    factories.make_signed_decision(user=officer, legal_basis=basis)
    with pytest.raises(IntegrityError, match="a signed decision rests on"), transaction.atomic():
        LegalBasis.objects.filter(pk=basis.pk).update(**changed)
    assert LegalBasis.objects.filter(pk=other.pk).update(**changed) == 1


def test_the_support_page_says_so_beside_the_field(officer, admin_user, client_for):
    basis = factories.make_legal_basis()
    factories.make_signed_decision(user=officer, legal_basis=basis)
    path = reverse("admin:calls_legalbasis_change", args=[basis.pk])
    typed = {
        "code": "en-annan",
        "name": basis.name,
        "valid_from": "2021-01-01",
        "appeal_rule": basis.appeal_rule,
    }
    page = client_for(admin_user).post(path, typed)
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == ["code"]
