"""Is it final? Cases in dates, each with its source; then the same asked of the database."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from decisions.enums import AppealRoute, FinalState
from decisions.final_queries import CHOICES, count_warnings, final_list, finality_by_id, finality_of_id
from decisions.finality import AppealFacts, Facts, NoticeFacts, facts_of, finality, finality_of, route_of
from decisions.models import Addressee, Appeal, BoardNotice, Decision, DecisionReport, PartyReceipt
from s3portal.common.swedish import STOCKHOLM, appeal_ends
from tests import factories
from tests.counting import count_asked


def day(text: str) -> date:
    return date.fromisoformat(text)


def notice(posted: str, taken_down: str = "", early: bool = False) -> NoticeFacts:
    return NoticeFacts(day(posted), day(taken_down) if taken_down else None, early)


def appeal(received: str, status: str = "received", outcome: str = "", final: str = "") -> AppealFacts:
    return AppealFacts(day(received), status, outcome, day(final) if final else None, "FR, mål nr 1-24")


@dataclass(frozen=True)
class Row:
    """One decision of 2024-02-23, as it stands on ``today``."""

    name: str
    source: str
    today: str
    state: FinalState
    last_day: str = ""
    final_on: str = ""
    warns: bool = False
    route: AppealRoute = AppealRoute.BOARD
    facts: dict[str, Any] = field(default_factory=dict)


REPORTED = {"meeting_on": day("2024-03-19"), "approved_on": day("2024-03-20")}
ROWS = [
    # --- Reported, the ordinary way
    Row("never reported", "KL 7:8, 13:5", "2024-04-30", FinalState.UNREPORTED, warns=True),
    Row("never reported, ten years later", "KL 7:8, 13:5", "2034-04-30", FinalState.UNREPORTED, warns=True),
    Row(
        "on the list of a coming meeting", "KL 6:40", "2024-03-01", FinalState.ON_LIST,
        facts={"meeting_on": day("2024-03-19")},
    ),
    Row(
        "minutes on the fourteenth day", "KL 5:69, 6:35", "2024-04-02", FinalState.ON_LIST,
        facts={"meeting_on": day("2024-03-19")},
    ),
    Row(
        "minutes late", "KL 5:69, 6:35", "2024-04-03", FinalState.ON_LIST, warns=True,
        facts={"meeting_on": day("2024-03-19")},
    ),
    Row("approved, notice due", "KL 8:12", "2024-03-22", FinalState.UNPOSTED, warns=True, facts=REPORTED),
    Row("approved, notice late", "KL 8:12", "2024-03-23", FinalState.UNPOSTED, warns=True, facts=REPORTED),
    Row(
        "the day the notice goes up", "KL 13:5", "2024-03-21", FinalState.RUNNING, "2024-04-11", "2024-04-12",
        facts={**REPORTED, "notices": [notice("2024-03-21")]},
    ),
    Row(
        "the last day", "KL 13:5", "2024-04-11", FinalState.RUNNING, "2024-04-11", "2024-04-12",
        facts={**REPORTED, "notices": [notice("2024-03-21")]},
    ),
    Row(
        "the day after", "KL 13:5", "2024-04-12", FinalState.FINAL, "2024-04-11", "2024-04-12",
        facts={**REPORTED, "notices": [notice("2024-03-21")]},
    ),
    Row(
        "the notice taken down in time", "KL 13:5", "2024-05-01", FinalState.FINAL, "2024-04-11",
        "2024-04-12",
        facts={**REPORTED, "notices": [notice("2024-03-21", "2024-04-12")]},
    ),
    Row(
        "a late notice is a notice", "KL 8:12, 13:5", "2024-06-24", FinalState.RUNNING, "2024-06-24",
        "2024-06-25", facts={**REPORTED, "notices": [notice("2024-05-31")]},
    ),
    Row(
        "reported late, to the meeting after", "KL 6:40, 13:5", "2024-06-10", FinalState.RUNNING,
        "2024-06-19", "2024-06-20",
        facts={
            "meeting_on": day("2024-05-28"),
            "approved_on": day("2024-05-29"),
            "notices": [notice("2024-05-29")],
        },
    ),
    # --- Taken down early
    Row(
        "taken down after a week", "KL 13:5", "2024-04-30", FinalState.INTERRUPTED, warns=True,
        facts={**REPORTED, "notices": [notice("2024-03-21", "2024-03-28", True)]},
    ),
    Row(
        "taken down on the last day", "KL 13:5, dagen ingår", "2024-05-30", FinalState.INTERRUPTED,
        warns=True,
        facts={**REPORTED, "notices": [notice("2024-03-21", "2024-04-11", True)]},
    ),
    Row(
        "posted anew, the clock runs from there", "KL 13:5", "2024-04-20", FinalState.RUNNING, "2024-04-23",
        "2024-04-24",
        facts={**REPORTED, "notices": [notice("2024-03-21", "2024-03-28", True), notice("2024-04-02")]},
    ),
    Row(
        "early twice, then whole", "KL 13:5", "2024-07-01", FinalState.FINAL, "2024-05-21", "2024-05-22",
        facts={
            **REPORTED,
            "notices": [
                notice("2024-03-21", "2024-03-28", True),
                notice("2024-04-02", "2024-04-05", True),
                notice("2024-04-30"),
            ],
        },
    ),
    # --- Not reported: its own notice
    Row(
        "own notice missing", "KL 7:8, 8:10", "2024-02-24", FinalState.UNPOSTED, warns=True,
        facts={"reportable": False},
    ),
    Row(
        "own notice, over Easter", "KL 8:10, 13:5; lagen 1930:173 2 §", "2024-04-02", FinalState.RUNNING,
        "2024-04-02", "2024-04-03", facts={"reportable": False, "notices": [notice("2024-03-08")]},
    ),
    Row(
        "own notice, run out over Easter", "KL 8:10, 13:5", "2024-04-03", FinalState.FINAL, "2024-04-02",
        "2024-04-03", facts={"reportable": False, "notices": [notice("2024-03-08")]},
    ),
    # --- May not be appealed
    Row(
        "förordning 2003:596", "förordning 2003:596 14 §", "2024-02-23", FinalState.FINAL,
        final_on="2024-02-23", route=AppealRoute.NONE,
    ),
    Row(
        "appealed all the same", "förordning 2003:596 14 §", "2024-03-10", FinalState.FINAL,
        final_on="2024-02-23", route=AppealRoute.NONE, facts={"appeals": [appeal("2024-03-01")]},
    ),
    # --- Förvaltningsbesvär
    Row(
        "nobody has got it", "FL 44 §", "2024-09-01", FinalState.UNSERVED, warns=True,
        route=AppealRoute.SERVICE,
    ),
    Row(
        "the party got it", "FL 44 §", "2024-03-22", FinalState.RUNNING, "2024-03-22", "2024-03-23",
        route=AppealRoute.SERVICE, facts={"receipts": [day("2024-03-01")]},
    ),
    Row(
        "two parties, the last decides", "FL 44 §", "2024-03-23", FinalState.RUNNING, "2024-04-02",
        "2024-04-03", route=AppealRoute.SERVICE,
        facts={"receipts": [day("2024-03-01"), day("2024-03-08")]},
    ),
    Row(
        "the time is out for both", "FL 44 §", "2024-04-03", FinalState.FINAL, "2024-04-02", "2024-04-03",
        route=AppealRoute.SERVICE, facts={"receipts": [day("2024-03-08"), day("2024-03-01")]},
    ),
    Row(
        "of two parties one has got it", "FL 44 §", "2024-09-01", FinalState.UNSERVED, warns=True,
        route=AppealRoute.SERVICE, facts={"receipts": [day("2024-03-01")], "unserved": ["Peak"]},
    ),
    Row(
        "none of the parties has got it", "FL 44 §", "2024-09-01", FinalState.UNSERVED, warns=True,
        route=AppealRoute.SERVICE, facts={"unserved": ["Peak", "Fjäll"]},
    ),
    Row(
        "appealed while one has not got it", "FL 44 §", "2024-09-01", FinalState.APPEALED, warns=True,
        route=AppealRoute.SERVICE,
        facts={
            "receipts": [day("2024-03-01")], "unserved": ["Peak"], "appeals": [appeal("2024-08-01")],
        },
    ),
    # --- Appealed
    Row(
        "appealed on the last day", "KL 13:5", "2024-06-01", FinalState.APPEALED, "2024-04-11",
        facts={**REPORTED, "notices": [notice("2024-03-21")], "appeals": [appeal("2024-04-11")]},
    ),
    Row(
        "appealed the day after", "KL 13:5, för sent", "2024-06-01", FinalState.FINAL, "2024-04-11",
        "2024-04-12",
        facts={**REPORTED, "notices": [notice("2024-03-21")], "appeals": [appeal("2024-04-12")]},
    ),
    Row(
        "appealed before the notice", "KL 13:5", "2024-03-20", FinalState.APPEALED, warns=True,
        facts={**REPORTED, "appeals": [appeal("2024-03-01")]},
    ),
    Row(
        "appealed while the notice was down", "KL 13:5", "2024-06-01", FinalState.APPEALED, warns=True,
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21", "2024-03-28", True)],
            "appeals": [appeal("2024-05-01")],
        },
    ),
    Row(
        "rejected, ruling not final", "KL 13 kap.", "2024-09-10", FinalState.APPEALED, "2024-04-11",
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21")],
            "appeals": [appeal("2024-04-01", "decided", "rejected")],
        },
    ),
    Row(
        "rejected and final", "KL 13 kap.", "2024-10-10", FinalState.FINAL, "2024-04-11", "2024-09-24",
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21")],
            "appeals": [appeal("2024-04-01", "closed", "rejected", "2024-09-24")],
        },
    ),
    Row(
        "written off while the time runs", "KL 13:5", "2024-04-05", FinalState.RUNNING, "2024-04-11",
        "2024-04-12",
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21")],
            "appeals": [appeal("2024-03-25", "closed", "written_off", "2024-04-02")],
        },
    ),
    Row(
        "annulled", "KL 13:8", "2024-10-10", FinalState.ANNULLED,
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21")],
            "appeals": [appeal("2024-04-01", "closed", "annulled", "2024-09-24")],
        },
    ),
    Row(
        "two appeals, one settled", "KL 13 kap.", "2024-10-10", FinalState.APPEALED, "2024-04-11",
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21")],
            "appeals": [
                appeal("2024-04-01", "closed", "rejected", "2024-09-24"),
                appeal("2024-04-03", "at_court"),
            ],
        },
    ),
    Row(
        "late, but the court tries it", "KL 13:5", "2024-10-10", FinalState.APPEALED, "2024-04-11",
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21")],
            "appeals": [appeal("2024-04-12", "decided", "annulled")],
        },
    ),
    Row(
        "late, and dismissed", "FL 45 §", "2024-05-10", FinalState.FINAL, "2024-03-22", "2024-03-23",
        route=AppealRoute.SERVICE,
        facts={
            "receipts": [day("2024-03-01")],
            "appeals": [appeal("2024-03-25", "closed", "late", "2024-04-24")],
        },
    ),
    Row(
        "entered by mistake", "räknas inte", "2024-05-10", FinalState.FINAL, "2024-04-11", "2024-04-12",
        facts={
            **REPORTED,
            "notices": [notice("2024-03-21")],
            "appeals": [appeal("2024-04-01", "closed", "mistake", "2024-05-02")],
        },
    ),
]  # fmt: skip
TEXT = {row.name: row for row in ROWS}


def answer(row: Row):
    return finality(Facts(row.route, day("2024-02-23"), **row.facts), day(row.today))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_case(row):
    found = answer(row)
    assert found.state == row.state, row.source
    assert (str(found.last_day or ""), str(found.final_on or "")) == (row.last_day, row.final_on), row.source
    assert bool(found.warning) == row.warns
    assert found.sentence.endswith(".")
    if row.last_day:
        assert found.how.startswith(("Anslaget", "Ett nytt anslag", "Parten", "Den siste av parterna"))


def test_what_it_says():
    for name, words in [
        ("the last day", "Beslutet får överklagas till och med torsdagen den 11 april 2024."),
        ("appealed the day after", "Ett överklagande kom in för sent."),
        ("appealed on the last day", "Målet prövas av FR, mål nr 1-24."),
        ("rejected and final", "Beslutet fick laga kraft tisdagen den 24 september 2024. Domstolens"),
        ("förordning 2003:596", "Beslutet får inte överklagas. Det fick laga kraft genast, fredagen den 23"),
        ("annulled", "Beslutet är upphävt av domstol."),
    ]:
        assert words in answer(TEXT[name]).sentence
    for name, words in [
        ("never reported", "Som det är nu får beslutet aldrig laga kraft. Anmäl beslutet"),
        ("approved, notice due", "Sätt upp anslaget senast 22 mars 2024."),
        ("approved, notice late", "Anslaget skulle ha suttit uppe senast 22 mars 2024. Sätt upp det nu."),
        ("taken down after a week", "Sätt upp ett nytt anslag. Tre veckor räknas om från den dagen."),
    ]:
        assert words in answer(TEXT[name]).warning
    again = answer(TEXT["posted anew, the clock runs from there"])
    assert again.how.startswith("Ett nytt anslag sattes upp tisdagen den 2 april 2024.")
    assert again.label == "Överklagandetiden löper"
    assert answer(TEXT["two parties, the last decides"]).how.startswith("Den siste av parterna fick del av")


def test_each_state_is_tried_and_has_its_looks():
    assert {row.state for row in ROWS} == set(FinalState)
    for state in FinalState:
        assert state.color in {"success", "info", "neutral", "warning", "danger"}
        assert state.icon
    assert {state for state in FinalState if state.is_stuck} == {
        row.state for row in ROWS if row.warns and row.state not in {FinalState.ON_LIST, FinalState.APPEALED}
    }


# --- The same, asked of the database ----------------------------------------------------------------------
def basis(route: AppealRoute):
    rule = {"none": "not_appealable", "board": "legality_review", "service": "stop_and_recovery_only"}
    return factories.make_legal_basis(appeal_rule=rule[route], valid_from=date(2018, 1, 1))


def enter(row: Row, user: Any, committee: Any) -> Decision:
    """The row's decision as rows of the database, past the services: they are tested where they are."""
    facts = row.facts
    decision = factories.make_signed_decision(
        user=user,
        title=row.name,
        kind="other" if row.route == AppealRoute.SERVICE else "participation",
        legal_basis=basis(row.route),
        decided_on=day("2024-02-23"),
        reportable=facts.get("reportable", True),
        document=False,
    )
    subject: dict[str, Any] = {"decision": decision}
    if "meeting_on" in facts:
        when = datetime.combine(facts["meeting_on"], datetime.min.time(), STOCKHOLM)
        meeting = factories.make_committee_meeting(
            committee=committee,
            starts_at=when + timedelta(hours=9, seconds=factories.next_number()),
            approved_on=facts.get("approved_on"),
        )
        DecisionReport.objects.create(decision=decision, meeting=meeting, reported_by=user)
        subject = {"meeting": meeting}
    for posted in facts.get("notices", []):
        BoardNotice.objects.create(
            **subject,
            case=decision.case,
            body="nämnden",
            approved_on=facts.get("approved_on") or day("2024-02-23"),
            kept_at="Regionens hus",
            posted_on=posted.posted_on,
            posted_by=user,
            appeal_until=appeal_ends(posted.posted_on),
            taken_down_on=posted.taken_down_on,
            taken_down_at=timezone.now() if posted.taken_down_on else None,
            taken_down_by=user if posted.taken_down_on else None,
            early=posted.early,
            early_reason="Fel text" if posted.early else "",
        )
    for number, received in enumerate(facts.get("receipts", [])):
        PartyReceipt.objects.create(
            decision=decision,
            party=f"Part {number}",
            received_on=received,
            proved_by="Delgivningskvitto",
            appeal_until=finality(
                Facts(AppealRoute.SERVICE, received, receipts=[received]), received
            ).last_day,
            registered_by=user,
        )
    for name in facts.get("unserved", []):
        Addressee.objects.create(decision=decision, name=name, kind="party", way="post", added_by=user)
    for one in facts.get("appeals", []):
        court = "" if one.status == "received" else "FR"
        Appeal.objects.create(
            decision=decision,
            received_on=one.received_on,
            appellant="Anna Andersson",
            status=one.status,
            court=court,
            outcome=one.outcome,
            outcome_on=one.outcome_final_on or (one.received_on if one.outcome else None),
            outcome_final_on=one.outcome_final_on,
            registered_by=user,
        )
    return decision


@pytest.fixture
def world(officer):
    committee = factories.make_committee()
    return [(row, enter(row, officer, committee)) for row in ROWS]


def chosen(key: str, today: date) -> set[str]:
    return {decision.title for decision in final_list(key, today=today).decisions}


def test_the_lists_say_the_same_as_each_decision_does(world):
    ids = {decision.pk: row.name for row, decision in world}
    for row, decision in world:
        facts = facts_of(Decision.objects.get(pk=decision.pk))
        assert (facts.route, list(facts.notices)) == (row.route, row.facts.get("notices", []))
        assert finality_of_id(decision.pk, today=day(row.today)).state == row.state
    for today in map(
        day, ("2024-03-01", "2024-03-22", "2024-04-02", "2024-04-12", "2024-06-24", "2024-10-10")
    ):
        found = {ids[pk]: one for pk, one in finality_by_id(list(ids), today=today).items()}
        assert len(found) == len(ROWS)
        settled = {FinalState.FINAL, FinalState.ANNULLED}
        expected = {
            "varningar": {name for name, one in found.items() if one.warning},
            "lopande": {name for name, one in found.items() if one.state == FinalState.RUNNING},
            "overklagade": {name for name, one in found.items() if one.state == FinalState.APPEALED},
            "laga-kraft": {name for name, one in found.items() if one.state == FinalState.FINAL},
            "inte-slutliga": {name for name, one in found.items() if one.state not in settled},
        }
        assert {key: chosen(key, today) for key in CHOICES} == expected, today
        assert final_list("", today=today).counts == {key: len(names) for key, names in expected.items()}
        assert count_warnings(today) == len(expected["varningar"])


def test_the_lists_cost_as_much_for_many_as_for_one(officer):
    committee = factories.make_committee()
    row = TEXT["two appeals, one settled"]

    def ask():
        page = final_list("overklagade", today=day(row.today))
        return [finality_of(decision, today=day(row.today)) for decision in page.decisions]

    enter(row, officer, committee)
    one = count_asked(ask)
    enter(row, officer, committee)
    enter(TEXT["appealed on the last day"], officer, committee)
    assert len(ask()) == 3
    assert count_asked(ask) == one


def test_routes(officer):
    def made(**fields):
        return factories.make_signed_decision(user=officer, document=False, **fields)

    stop = basis(AppealRoute.SERVICE)
    assert route_of(made(legal_basis=None, signed_elsewhere=True)) == AppealRoute.BOARD
    assert route_of(made(legal_basis=basis(AppealRoute.NONE))) == AppealRoute.NONE
    for kind, route in [
        ("grant", "none"),
        ("rejection", "none"),
        ("participation", "none"),
        ("other", "service"),
    ]:
        assert route_of(made(kind=kind, legal_basis=stop)) == route


def test_only_of_signed_ones(officer):
    draft = factories.make_decision(user=officer)
    assert finality_of_id(draft.pk, today=timezone.localdate()) is None
    with pytest.raises(ValueError, match="is not signed"):
        finality_of(draft, today=timezone.localdate())
