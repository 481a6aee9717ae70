from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.utils import timezone

from applications.models import Application, Assignment, RankingLock
from calls.enums import CallPhase
from calls.models import Call, Meeting
from decisions.final_queries import finality_by_id
from decisions.models import (
    BoardNotice,
    Committee,
    CommitteeMeeting,
    Decision,
    DecisionReport,
    Delegate,
    DelegationOrder,
)
from decisions.services.batching import propose_drafts, start_batch
from s3portal.accounts.models import Membership, Organisation, User
from s3portal.audit.models import Event
from s3portal.common.context_processors import TRIAL_ACCOUNTS, TRIAL_PASSWORD
from s3portal.common.swedish import STOCKHOLM, is_working_day
from s3portal.diary.models import Case
from s3portal.exchange.services import import_file
from s3portal.trial import by_hand
from s3portal.trial.demo import PEOPLE, fill_in, load_demo
from s3portal.trial.ranked import load_ranked
from tests.applications.judging import declare
from tests.decisions.batches import sign_all, steps_of, take_all
from tests.exchange.samples import DATA

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 13, 0, tzinfo=STOCKHOLM)


def load():
    for path in sorted(DATA.glob("*.yaml")):
        import_file(path.read_bytes(), actor=None)
    load_demo()


@pytest.fixture
def today():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("öppnar: -10 dagar 08.00", "öppnar: 2026-11-12 08.00"),
        ("stänger: +30 dagar 23.59.59", "stänger: 2026-12-22 23.59.59"),
        ("börjar: vardag +7 dagar 09.00", "börjar: 2026-11-30 09.00"),
        ("beslut: månad +75 dagar", "beslut: Februari 2027"),
        ("adress: kluster-LÖPNUMMER", "adress: kluster"),
        ("ram: 10 000 000", "ram: 10 000 000"),
    ],
)
def test_dates_that_follow_today(text, filled):
    assert fill_in(text, today=date(2026, 11, 22), number=1) == filled


def test_the_second_round_has_addresses_of_its_own():
    assert fill_in("adress: kluster-LÖPNUMMER", today=date(2026, 11, 22), number=2) == "adress: kluster-2"


def test_everyone_on_the_login_page_can_log_in(today):
    load()
    assert set(PEOPLE) == {email for email, _role in TRIAL_ACCOUNTS}
    for email, _role in TRIAL_ACCOUNTS:
        user = authenticate(email=email, password=TRIAL_PASSWORD)
        assert user is not None, email
        assert user.emailaddress_set.filter(email=email, verified=True, primary=True).count() == 1
        assert {role.value for role in PEOPLE[email].roles} == user.roles


def test_who_belongs_where(today):
    load()
    rows = Membership.objects.order_by("organisation__name", "user__email")
    assert list(rows.values_list("organisation__name", "user__email", "role", "is_signatory")) == [
        ("Fjällbygdens digitala nav ekonomisk förening", "annan.sokande@example.se", "owner", True),
        ("Peak Jämtland ekonomisk förening", "kollega@example.se", "editor", False),
        ("Peak Jämtland ekonomisk förening", "sokande@example.se", "owner", True),
    ]
    for organisation in Organisation.objects.all():
        organisation.full_clean()
    assert list(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == [
        "admin@example.se"
    ]


def test_an_open_and_a_coming_call(today):
    load()
    (call,) = Call.objects.in_phase(CallPhase.OPEN)
    assert call.closes_at == datetime(2026, 12, 22, 23, 59, 59, tzinfo=STOCKHOLM)
    assert (call.overhead_percent, call.max_aid_percent) == (15, 50)
    assert call.legal_basis.valid_to is None
    assert call.areas.count() == 4
    assert sum(call.criteria.values_list("weight", flat=True)) == 100
    (coming,) = Call.objects.in_phase(CallPhase.COMING)
    meetings = list(Meeting.objects.coming())
    assert [meeting.call for meeting in meetings] == [call, coming]
    assert all(is_working_day(timezone.localdate(meeting.starts_at)) for meeting in meetings)


def test_the_director_may_sign_today(today):
    load()
    (delegate,) = Delegate.objects.valid_on(timezone.localdate())
    assert (delegate.user.email, delegate.signing_title) == (
        "direktor@example.se",
        "Regional utvecklingsdirektör",
    )
    assert (delegate.clause.number, delegate.clause.order.period) == ("8.2", "2023–2026")


def test_somebody_acts_soon_and_the_next_order_is_drafted(today):
    load()
    acting = Delegate.objects.get(acting=True)
    assert acting.user.email == "enhetschef@example.se"
    assert timezone.localdate() < acting.valid_from <= acting.valid_to <= acting.clause.order.valid_to
    draft = DelegationOrder.objects.get(status="draft")
    assert (draft.period, draft.copied_from) == ("2027–2030", acting.clause.order)
    given_on = Delegate.objects.get(delegated_by__isnull=False)
    assert (given_on.clause.order, given_on.delegated_by.user.email) == (draft, "direktor@example.se")


def test_the_committee_has_a_member_three_meetings_and_two_notices(today):
    load()
    committee = Committee.objects.get()
    assert list(Committee.objects.of_member(User.objects.get(email="ledamot@example.se"))) == [committee]
    assert (CommitteeMeeting.objects.coming().count(), CommitteeMeeting.objects.held().count()) == (1, 2)
    assert (BoardNotice.objects.standing().count(), BoardNotice.objects.past().count()) == (1, 1)
    assert not BoardNotice.objects.filter(early=True).exists()
    decided = Decision.objects.signed().values_list("pk", flat=True)
    for final in finality_by_id(list(decided), today=timezone.localdate()).values():
        assert final.state == "final"
    # The two decisions signed elsewhere are on the list of the meeting that has been, not waiting for ever.
    assert set(DecisionReport.objects.values_list("decision__slug", flat=True)) == {
        "RUN-664-2021",
        "RUN-138-2024",
    }
    assert not Decision.objects.unreported().exists()


def test_a_colleague_has_begun_an_application(today):
    load()
    draft = Application.objects.get(status="draft")
    assert (draft.organisation.name, draft.status) == ("Peak Jämtland ekonomisk förening", "draft")
    assert (draft.created_by.email, draft.title) == ("kollega@example.se", "Peak Innovation Norr")
    assert [area.slug for area in draft.areas.all()] == ["upplevelser"]
    draft.delete()
    Call.objects.filter(pk=draft.call_id).update(closes_at=timezone.now() - timedelta(seconds=1))
    load_demo()
    assert Application.objects.get(status="draft").call.slug == "kluster-for-hallbar-omstallning-2"


def test_the_assessor_has_something_to_do(today):
    load()
    assignments = Assignment.objects.select_related("assessor", "application")
    assert {one.assessor.email for one in assignments} == {"bedomare@example.se", "handlaggare2@example.se"}
    application = assignments[0].application
    assert (application.status, application.title) == ("submitted", "Öppen testbädd för snö och kyla")
    assert application.submitted_at < application.call.closes_at < timezone.now()
    load_demo()
    assert Assignment.objects.count() == 2


def test_a_ranking_is_locked_with_somebody_barred(today):
    load()
    load_ranked()
    lock = RankingLock.objects.get()
    first, second, *rest = lock.content["rows"]
    assert (first["title"], first["proposed"], bool(first["conditions"])) == (
        "Mat från fjäll och sjö",
        450_000,
        True,
    )
    assert [one["person"] for one in second["barred"]] == ["Per Wikström"]
    moved = [row for row in rest if row["reason"]]
    assert [(row["place"], row["scored_place"]) for row in moved] == [(3, 4)]
    assert 0 < lock.total <= lock.frame_left == 1_000_000
    assert len({one["name"] for one in lock.content["municipalities"]}) == 7
    load_ranked()
    assert RankingLock.objects.count() == 1


def test_the_director_signs_the_ranked_call_in_one_sitting(today):
    """What a visitor does as the officer and then as the director, with what they need for it."""
    load()
    load_ranked()
    officer = User.objects.get(email="handlaggare@example.se")
    director = User.objects.get(email="direktor@example.se")
    batch = start_batch(call_id=RankingLock.objects.get().ranking.call_id, actor=officer)
    take_all()
    propose_drafts(batch_id=batch.pk, actor=officer, nothing_is_secret=True)
    take_all()
    assert steps_of(batch, "propose") == [("done", "")] * 4
    for item in batch.items.exclude(decision=None).select_related("application"):
        declare(item.application, director)
    sign_all(batch, director)
    take_all()
    assert steps_of(batch, "sign") == [("done", "")] * 4
    signed = Decision.objects.filter(batch_item__batch=batch).order_by("batch_item__place")
    assert [(one.status, one.kind, one.amount, one.signed_by) for one in signed] == [
        ("signed", "grant", 450_000, director),
        ("signed", "grant", 440_000, director),
        ("signed", "rejection", None, director),
        ("signed", "rejection", None, director),
    ]


def test_loading_again_changes_nothing(today):
    load()
    everything = (
        Application,
        User,
        Organisation,
        Membership,
        Call,
        Meeting,
        CommitteeMeeting,
        BoardNotice,
        Delegate,
        DelegationOrder,
        Event,
    )
    before = [model.objects.count() for model in everything]
    dates = list(Call.objects.order_by("pk").values_list("opens_at", "closes_at"))
    load()
    assert [model.objects.count() for model in everything] == before
    today.shift(24 * 3600)
    load()
    assert [model.objects.count() for model in everything] == before
    assert list(Call.objects.order_by("pk").values_list("opens_at", "closes_at")) == dates


def test_a_password_that_was_changed_stays(today):
    load()
    user = User.objects.get(email="sokande@example.se")
    user.set_password("ett-eget-långt-lösenord")
    user.save(update_fields=["password"])
    load()
    assert authenticate(email=user.email, password="ett-eget-långt-lösenord") == user


@pytest.mark.parametrize(("year", "period"), [(2027, "2027–2030"), (2031, "2031–2034"), (2034, "2031–2034")])
def test_years_later_there_is_still_a_call_and_somebody_who_signs(today, year, period):
    load()
    today.move_to(NOW.replace(year=year))
    load()
    (call,) = Call.objects.in_phase(CallPhase.OPEN)
    assert call.slug == "kluster-for-hallbar-omstallning-2"
    order = DelegationOrder.objects.adopted().get(
        valid_from__lte=timezone.localdate(), valid_to__gte=timezone.localdate()
    )
    assert order.title == (
        f"Delegationsbestämmelser för regionala utvecklingsnämnden i Region Jämtland Härjedalen {period}"
    )
    (delegate,) = Delegate.objects.valid_on(timezone.localdate())
    assert (delegate.clause.number, delegate.clause.ceiling) == ("8.2", 500_000)
    assert CommitteeMeeting.objects.coming().count() == 1


def test_the_diary_has_what_came_by_post_and_what_was_opened_twice(today):
    load()
    case = Case.objects.get(title=by_hand.TITLE)
    assert [(record.title, record.cancelled is not None) for record in case.records.all()] == [
        ("Remissmissiv", False),
        ("Inbjudan till konferens", True),
    ]
    assert all(record.files.count() == 1 for record in case.records.all())
    assert Case.objects.get(status="cancelled").title.startswith(by_hand.TITLE)
