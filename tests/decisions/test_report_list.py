"""A meeting's list in order and in groups, as text and as a spreadsheet."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from decisions.member_queries import summarise
from decisions.models import CommitteeMember
from decisions.queries import missing_from
from decisions.report_list import AreaSum, Grouping, as_text, grouped, lines_of, sums_by_area
from decisions.secrecy import amount_is_open
from decisions.services.reporting import report_decisions
from s3portal.diary.enums import Direction
from s3portal.diary.services import register_record
from tests import factories
from tests.counting import count_queries


@pytest.fixture
def meeting(db):
    return factories.make_committee_meeting(committee=factories.make_committee())


@pytest.fixture
def put(meeting, officer, registrar):
    """Puts a new decision on the meeting's list."""

    def put_on_list(**fields):
        decision = factories.make_signed_decision(user=officer, document=False, **fields)
        report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
        return decision

    return put_on_list


def page(meeting, ending="lista/"):
    return f"/handlaggning/sammantraden/{meeting.pk}/{ending}"


def titles(groups):
    return [(group.title, [line.matter for line in group.lines]) for group in groups]


def about(owner, *names):
    application = factories.make_application(user=owner)
    application.areas.set([factories.make_area(name=name) for name in names])
    return application


def test_the_oldest_decision_is_first_and_clauses_are_in_the_order_of_numbers(meeting, put):
    today = timezone.localdate()
    put(title="Sist", clause_number="8.10")
    put(title="Först", clause_number="8.10", decided_on=today - timedelta(days=2))
    put(title="Mitten", clause_number="8.2", decided_on=today - timedelta(days=1))
    lines = lines_of(meeting)
    assert titles(grouped(lines, Grouping.NONE)) == [("", ["Först", "Mitten", "Sist"])]
    assert titles(grouped(lines, Grouping.CLAUSE)) == [
        ("Punkt 8.2", ["Mitten"]),
        ("Punkt 8.10", ["Först", "Sist"]),
    ]
    assert grouped([], Grouping.NONE) == grouped([], Grouping.AREA) == []


def test_each_decision_is_listed_once_under_its_areas(meeting, put, owner):
    put(title="Ingen ansökan")
    put(title="Två", application=about(owner, "Skog", "Energi"))
    put(title="Ett", application=about(owner, "Digital"))
    assert titles(grouped(lines_of(meeting), Grouping.AREA)) == [
        ("Digital", ["Ett"]),
        ("Energi, Skog", ["Två"]),
        ("Utan styrkeområde", ["Ingen ansökan"]),
    ]


def test_the_text_is_ready_to_paste_and_names_nobody_protected(meeting, put):
    decision = put(title="Stöd till Klara Klart", amount=460_000, amount_kind="cash")
    type(decision.case).objects.filter(pk=decision.case_id).update(
        counterpart="Klara Klart", counterpart_protected=True
    )
    text = as_text(meeting, grouped(lines_of(meeting), Grouping.CLAUSE)).replace("\u00a0", " ")
    assert text == (
        "Anmälan av delegationsbeslut\n"
        f"Regionala utvecklingsnämnden, sammanträde {meeting.day}\n"
        "1 beslut anmäls.\n\nPunkt 8.2\n"
        f"{timezone.localdate()}, {decision.case}, Stöd till [Skyddat]. {decision.amount_text}. "
        "Beslutat av Doris Direktör, regional utvecklingsdirektör, punkt 8.2.\n"
    ).replace("\u00a0", " ")
    assert "Inga beslut anmäls." in as_text(meeting, [])


def test_a_ceiling_begins_its_sentence(meeting, put):
    put(title="Stöd", amount=460_000, amount_kind="cash", amount_is_ceiling=True)
    assert "Stöd. Högst 460\u00a0000\u00a0kr. Beslutat" in as_text(
        meeting, grouped(lines_of(meeting), Grouping.NONE)
    )


def test_the_page_groups_as_the_address_says_and_warns_of_what_is_missing(
    meeting, put, officer, registrar, client_for
):
    put(title="På listan")
    client = client_for(registrar)
    assert "saknas på listan" not in client.get(page(meeting)).content.decode()
    factories.make_committee_meeting(
        committee=meeting.committee, starts_at=timezone.now() - timedelta(days=3)
    )
    factories.make_signed_decision(user=officer, document=False)
    factories.make_signed_decision(
        user=officer, document=False, decided_on=timezone.localdate() - timedelta(days=9)
    )
    missing = missing_from(meeting)
    assert (missing.number, missing.late) == (2, 1)
    shown = client.get(f"{page(meeting)}?grupp=punkt").content.decode()
    for part in ("2 beslut saknas på listan", "1 av dem borde", "Punkt 8.2", "lista.xlsx?grupp=punkt"):
        assert part in shown, part
    assert "2 beslut saknas på listan" in client.get(page(meeting, "")).content.decode()
    assert client.get(f"{page(meeting)}?grupp=nonsens").context["groups"][0].title == ""


def test_the_spreadsheet_holds_the_lines_and_no_formula(meeting, put, officer, client_for):
    put(title="=HYPERLINK(1)", amount=300_000, amount_kind="cash")
    put(title="Utan belopp", amount=None, amount_kind="none")
    response = client_for(officer).get(f"{page(meeting, 'lista.xlsx')}?grupp=punkt")
    assert f"anmalda-beslut-{meeting.day}.xlsx" in response.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    for part in ("Diarienummer", "=HYPERLINK(1)", "<v>300000</v>", "Utan belopp", "Utan styrkeområde"):
        assert part in sheet, part
    assert "<f>" not in sheet


@pytest.mark.parametrize(
    ("persona", "status"),
    [("registrar", 200), ("officer", 200), ("admin_user", 200), ("member", 403), ("owner", 403)],
)
def test_who_may_take_the_list(request, client_for, meeting, persona, status):
    client = client_for(request.getfixturevalue(persona))
    for ending in ("lista/", "lista.xlsx"):
        response = client.get(page(meeting, ending))
        assert response.status_code == status
        # Read to its end the file is closed.
        b"".join(response)
        assert client.get(f"/handlaggning/sammantraden/0/{ending}").status_code == (
            status if status == 403 else 404
        )


def test_the_list_asks_as_much_for_one_as_for_three(meeting, put, officer, owner, client_for):
    client = client_for(officer)
    put(application=about(owner, "Skog"))
    one = count_queries(lambda: client.get(f"{page(meeting)}?grupp=omrade"))
    for name in ("Energi", "Digital"):
        put(application=about(owner, name))
    assert count_queries(lambda: client.get(f"{page(meeting)}?grupp=omrade")) == one


def test_what_the_list_amounts_to_by_area(meeting, put, owner, member, client_for):
    assert sums_by_area(meeting, amount_is_open(meeting)) == []
    put(amount=100_000, application=about(owner, "Skog"))
    put(amount=300_000, application=about(owner, "Energi"))
    put(amount=None, amount_kind="none")
    assert sums_by_area(meeting, amount_is_open(meeting)) == [
        AreaSum("Energi", 1, 300_000, 100),
        AreaSum("Skog", 1, 100_000, 33),
        AreaSum("Utan styrkeområde", 1, 0, 0),
    ]
    CommitteeMember.objects.create(committee=meeting.committee, user=member, valid_from=timezone.localdate())
    shown = client_for(member).get(f"/namnd/{meeting.pk}/").content.decode()
    for part in ("Per styrkeområde", "Energi", 'width="33'):
        assert part in shown, part


def test_a_secret_amount_is_in_no_sum(meeting, put, member, registrar, client_for):
    put(amount=100_000, amount_kind="cash")
    case = put(amount=40_000, amount_kind="in_kind").case
    record = register_record(actor=registrar, case=case, direction=Direction.DRAWN_UP, title="Beslut")
    factories.mark_secret(case, "field", field="amount", field_label="Belopp", record=record)
    assert sums_by_area(meeting, amount_is_open(meeting)) == [AreaSum("Utan styrkeområde", 2, 100_000, 100)]
    summary = summarise(meeting, member, amount_is_open(meeting))
    assert (summary.total, summary.amount, summary.working_time) == (2, 100_000, 0)
    client = client_for(registrar)
    shown = client.get(page(meeting)).content.decode()
    assert 'class="s3-worklist__num">[Skyddat]</td>' in shown, "not as if there were no amount"
    response = client.get(page(meeting, "lista.xlsx"))
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        assert "[Skyddat]" in book.read("xl/worksheets/sheet1.xml").decode()
