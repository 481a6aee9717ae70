"""What lists leave out: titles and amounts that are secret, wherever others than the staff look."""

import json

import pytest

from decisions.annex import annex_content
from decisions.member_queries import summarise
from decisions.models import BoardNotice, Decision
from decisions.report_list import Grouping, as_text, cells_of, grouped, lines_of, sums_by_area
from decisions.secrecy import amount_is_open
from decisions.services.notices import post_decision_notice
from decisions.services.publishing import publish_decision
from decisions.services.reporting import report_decisions
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
TITLE = "Stöd till Qvanta AB, 300 tkr"
SHOWN = "Stöd till"


@pytest.fixture
def meeting(member):
    return factories.make_committee_meeting(committee=factories.make_committee(members=[member]))


@pytest.fixture
def make(officer):
    """Signed, on 300 000 kronor, with a document to mark."""

    def make_one(**fields):
        defaults = {"title": TITLE, "amount": 300_000, "amount_kind": "cash"}
        made = factories.make_signed_decision(user=officer, **(defaults | fields))
        return Decision.objects.with_parts().get(pk=made.pk)

    return make_one


@pytest.fixture
def listed(make, meeting, registrar):
    def put(**fields):
        decision = make(**fields)
        report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
        return decision

    return put


def own(decision, part, **fields):
    """A mark on the decision's own record."""
    place = {"record": decision.document.file.record} if part != "passage" else {}
    if part == "file":
        place["file"] = decision.document.file
    if part == "field":
        fields |= {"field": "amount", "field_label": "Beloppet"}
    return factories.mark_secret(decision.case, part, **place, **fields)


def text(response):
    return response.content.decode().replace("\u00a0", " ")


# --- Titles -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["record_title", "record_party"])
def test_the_public_reads_a_published_title_as_its_masked_version_says_it(client, make, officer, part):
    made = make(case=factories.make_case(counterpart="Qvanta AB"), background="Ett stöd.")
    own(made, part)
    publish_decision(decision_id=made.pk, actor=officer)
    for address in ("/", "/beslut/", f"/beslut/{made.slug}/", f"/beslut/?q={made.slug}"):
        page = text(client.get(address))
        assert made.slug in page, address
        assert "Qvanta" not in page, address
        assert "[Skyddat, OSL 30:27]" in page, address


@pytest.mark.parametrize("part", ["record", "record_title", "record_party"])
def test_no_agenda_notice_or_page_of_the_namnd_tells_a_marked_title(
    client, client_for, listed, meeting, registrar, member, part
):
    made = listed(case=factories.make_case(counterpart="Qvanta AB"))
    later = listed(
        case=made.case, changes=made, kind="correction", relation="corrects", title=f"Rättelse: {made.title}"
    )
    own(made, part)
    groups = grouped(lines_of(meeting), Grouping.CLAUSE)
    assert "Qvanta" not in as_text(meeting, groups)
    assert "Qvanta" not in f"{list(cells_of(groups))}"
    record = made.document.file.record
    content = annex_content(
        meeting, lines_of(meeting), number=1, by=registrar, at=made.signed_at, record=record
    )
    assert "Qvanta" not in json.dumps(content)
    assert [line.matter.startswith("Rättelse") for line in lines_of(meeting)] == [False, True]
    page = text(client_for(member).get(f"/namnd/{meeting.pk}/"))
    assert str(later.case) in page
    assert "Qvanta" not in page


def test_a_notice_of_one_decision_does_not_tell_its_marked_title(client, make, registrar, officer):
    made = make(reportable=False)
    own(made, "record_title")
    notice = post_decision_notice(decision_id=made.pk, kept_at="Registraturen", actor=registrar)
    for address in ("/anslagstavla/", f"/anslagstavla/{notice.pk}/"):
        assert "Qvanta" not in text(client.get(address))
    assert BoardNotice.objects.get().heading == f"Beslut {made.case}: [Skyddat]"
    assert "Qvanta" not in f"{list(made.case.records.order_by('number').values_list('title', flat=True))[1:]}"


def test_what_is_not_marked_is_told_in_full(listed, make, meeting):
    listed()
    other = listed()
    own(other, "field", field="amount")
    beside = make(case=other.case)
    assert [line.matter for line in lines_of(meeting)] == [TITLE, "Stöd till Qvanta AB, [Skyddat]"]
    assert beside.open_title == "Stöd till Qvanta AB, [Skyddat]"


# --- Amounts ----------------------------------------------------------------------------------------------
AMOUNT_MARKS = [
    ("passage", {"passage": "högst 300 000 kronor"}),
    ("passage", {"passage": "0,3 miljoner kronor"}),
    ("passage", {"passage": "300 000"}),
    ("field", {}),
    ("record", {}),
    ("content", {}),
    ("file", {}),
]


@pytest.mark.parametrize(("part", "fields"), AMOUNT_MARKS, ids=str)
def test_an_amount_that_is_marked_in_any_way_is_in_no_list_and_no_sum(
    listed, meeting, registrar, member, client_for, part, fields
):
    open_one = listed(amount=100_000, title="Öppet")
    made = listed()
    own(made, part, **fields)
    lines = {line.decision_id: line for line in lines_of(meeting)}
    assert (lines[made.pk].amount, lines[made.pk].amount_text) == (None, "[Skyddat]")
    assert lines[open_one.pk].amount == 100_000
    is_open = amount_is_open(meeting)
    assert summarise(meeting, member, is_open).amount == 100_000
    assert sums_by_area(meeting, is_open)[0].amount == 100_000
    told = as_text(meeting, grouped(list(lines.values()), Grouping.NONE)).replace("\u00a0", " ")
    assert "300 000" not in told
    assert "300 tkr" not in told
    page = text(client_for(member).get(f"/namnd/{meeting.pk}/"))
    assert "400 000" not in page
    assert "300 000" not in page


def test_the_amount_of_another_decision_in_the_case_is_hidden_only_when_it_is_the_same(listed, meeting):
    made = listed()
    same, other = listed(case=made.case), listed(case=made.case, amount=350_000)
    own(made, "field")
    hidden = {line.decision_id for line in lines_of(meeting) if line.amount is None}
    assert hidden == {made.pk, same.pk}
    assert other.pk not in hidden


def test_a_case_that_is_secret_as_a_whole_tells_no_amount(listed, meeting):
    factories.mark_secret(listed().case, "case")
    [line] = lines_of(meeting)
    assert (line.amount, line.matter) == (None, "[Skyddat]")


# --- Cost -------------------------------------------------------------------------------------------------
def test_the_lists_cost_the_same_however_many_are_marked(
    client, client_for, listed, make, meeting, member, registrar
):
    def mark_one():
        own(listed(), "record_title")
        single = make(reportable=False)
        own(single, "field")
        post_decision_notice(decision_id=single.pk, kept_at="Registraturen", actor=registrar)

    mine, clerk = client_for(member), client_for(registrar)
    pages = [
        lambda: mine.get(f"/namnd/{meeting.pk}/"),
        lambda: clerk.get(f"/handlaggning/sammantraden/{meeting.pk}/lista/"),
        lambda: client.get("/anslagstavla/"),
        lambda: clerk.get("/handlaggning/anslag/"),
    ]
    mark_one()
    for page in pages:
        assert page().status_code == 200
    few = [count_queries(page) for page in pages]
    mark_one()
    mark_one()
    assert [count_queries(page) for page in pages] == few
