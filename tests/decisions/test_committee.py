from datetime import timedelta

import pytest
from django.utils import timezone

from decisions.models import CommitteeMember, DecisionReading
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from tests import factories
from tests.counting import count_queries


@pytest.fixture
def committee(member):
    return factories.make_committee(members=[member])


@pytest.fixture
def meeting(committee):
    return factories.make_committee_meeting(committee=committee, place="Regionens hus")


@pytest.fixture
def put(meeting, officer, registrar):
    """Puts a new decision on the meeting's list."""

    def put_on_list(**fields):
        decision = factories.make_signed_decision(user=officer, **fields)
        [report] = report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
        return report

    return put_on_list


def addresses(report):
    base = f"/namnd/{report.meeting_id}/"
    return ["/namnd/", base, f"{base}{report.pk}/pdf/"]


@pytest.mark.parametrize(
    "persona",
    [
        "officer",
        "second_officer",
        "delegate_user",
        "registrar",
        "assessor",
        "admin_user",
        "owner",
        "stranger",
    ],
)
def test_others_have_no_business_here(request, client_for, put, persona):
    report = put()
    client = client_for(request.getfixturevalue(persona))
    for address in addresses(report):
        assert client.get(address).status_code == 403, address
    assert client.post(f"/namnd/{report.meeting_id}/{report.pk}/markera/", {"read": "1"}).status_code == 403
    assert not DecisionReading.objects.exists()


def test_without_a_login_there_is_nothing(client, put):
    for address in addresses(put()):
        assert client.get(address).headers["Location"].startswith("/konto/login/")


def test_a_member_of_another_committee_finds_nothing(client_for, put):
    report = put()
    other = factories.make_staff("committee_member")
    factories.make_committee(members=[other], name="regionstyrelsen")
    client = client_for(other)
    start, *inner = addresses(report)
    assert "Inga sammanträden är inlagda" in client.get(start).content.decode()
    for address in inner:
        assert client.get(address).status_code == 404, address
    assert client.post(f"/namnd/{report.meeting_id}/{report.pk}/markera/", {"read": "1"}).status_code == 404
    assert not DecisionReading.objects.exists()
    assert not Event.objects.filter(action="reported_decision_opened").exists()


@pytest.mark.parametrize(
    ("dates", "status"),
    [((0, None), 200), ((0, 0), 200), ((-5, 0), 200), ((1, None), 404), ((-5, -1), 404)],
)
def test_a_seat_holds_from_its_first_day_to_its_last(client_for, put, committee, dates, status):
    first, last = dates
    report, today = put(), timezone.localdate()
    member = factories.make_staff("committee_member")
    CommitteeMember.objects.create(
        committee=committee,
        user=member,
        valid_from=today + timedelta(days=first),
        valid_to=None if last is None else today + timedelta(days=last),
    )
    assert client_for(member).get(f"/namnd/{report.meeting_id}/").status_code == status


def test_a_report_is_found_only_on_its_own_meeting(client_for, member, committee, put):
    report = put()
    other = factories.make_committee_meeting(committee=committee)
    assert client_for(member).get(f"/namnd/{other.pk}/{report.pk}/pdf/").status_code == 404


def test_the_start_page_tells_what_is_unread(client_for, member, committee, meeting, put):
    put()
    read = put()
    past = factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() - timedelta(days=30)
    )
    client = client_for(member)
    client.post(f"/namnd/{meeting.pk}/{read.pk}/markera/", {"read": "1"})
    response = client.get("/namnd/")
    [coming] = response.context["coming"]
    assert (coming.reported, coming.unread) == (2, 1)
    assert [each.pk for each in response.context["page"]] == [past.pk]
    page = response.content.decode()
    assert "1 oläst" in page
    assert "2 beslut" in page
    assert "Inga beslut på listan" in page


def test_what_another_member_has_read_is_still_unread_for_me(client_for, member, committee, meeting, put):
    report = put()
    other = factories.make_staff("committee_member")
    CommitteeMember.objects.create(committee=committee, user=other, valid_from=timezone.localdate())
    client_for(other).post(f"/namnd/{meeting.pk}/{report.pk}/markera/", {"read": "1"})
    [coming] = client_for(member).get("/namnd/").context["coming"]
    assert (coming.reported, coming.unread) == (1, 1)


def test_the_list_shows_each_decision_with_its_points(client_for, member, meeting, put):
    put(title="Projekt: Stärka samarbeten", points=["Finansiering sker inom befintlig budgetram."])
    page = client_for(member).get(f"/namnd/{meeting.pk}/").content.decode()
    assert "Projekt: Stärka samarbeten" in page
    assert "<li>Finansiering sker inom befintlig budgetram.</li>" in page
    assert "Beslutat av Doris Direktör, regional utvecklingsdirektör. Punkt 8.2." in page
    assert "Regionala utvecklingsnämnden, sammanträde" in page
    assert "Regionens hus" in page


def test_tabs_counts_and_the_sum(client_for, member, meeting, put):
    unread = put(amount=300_000, amount_kind="cash")
    read = put(amount=460_000)
    put(amount=None, amount_kind="none")
    client = client_for(member)
    client.post(f"/namnd/{meeting.pk}/{read.pk}/markera/", {"read": "1"})
    response = client.get(f"/namnd/{meeting.pk}/")
    assert [(tab["label"], tab["count"]) for tab in response.context["tabs"]] == [
        ("Alla", 3), ("Olästa", 2), ("Lästa", 1),
    ]  # fmt: skip
    summary = response.context["summary"]
    assert (summary.amount, summary.working_time) == (760_000, 460_000)
    page = response.content.decode()
    assert "3 beslut, 2 olästa" in page
    assert "760\u00a0000\u00a0kr" in page
    assert "varav 460\u00a0000\u00a0kr arbetad tid" in page
    only_unread = client.get(f"/namnd/{meeting.pk}/?urval=olasta").context
    assert unread in only_unread["unread"]
    assert (len(only_unread["unread"]), only_unread["read"]) == (2, [])
    only_read = client.get(f"/namnd/{meeting.pk}/?urval=lasta").context
    assert (only_read["unread"], only_read["read"]) == ([], [read])


def test_empty_lists_say_why(client_for, member, meeting, put):
    client = client_for(member)
    assert (
        "Inga beslut är anmälda till sammanträdet än" in client.get(f"/namnd/{meeting.pk}/").content.decode()
    )
    report = put()
    assert (
        "Du har inte läst något av besluten än"
        in client.get(f"/namnd/{meeting.pk}/?urval=lasta").content.decode()
    )
    client.post(f"/namnd/{meeting.pk}/{report.pk}/markera/", {"read": "1"})
    assert "Du har läst alla beslut" in client.get(f"/namnd/{meeting.pk}/?urval=olasta").content.decode()


def test_opening_the_pdf_marks_it_read_and_is_noted(client_for, member, meeting, put):
    report = put()
    client = client_for(member)
    for _ in range(2):
        response = client.get(f"/namnd/{meeting.pk}/{report.pk}/pdf/")
        assert b"".join(response.streaming_content) == f"%PDF-1.7 {report.decision.slug}".encode()
    assert DecisionReading.objects.get().user == member
    events = Event.objects.filter(action="reported_decision_opened")
    assert [(event.actor_id, event.object_id) for event in events] == [(member.pk, report.decision_id)] * 2
    page = client.get(f"/namnd/{meeting.pk}/").content.decode()
    assert "Markera som oläst" in page
    assert "Markera som läst<" not in page


def test_asking_only_for_the_head_is_not_reading(client_for, member, meeting, put):
    report = put()
    assert client_for(member).head(f"/namnd/{meeting.pk}/{report.pk}/pdf/").status_code == 200
    assert not DecisionReading.objects.exists()


def test_a_pdf_that_is_not_made_yet_is_not_read(client_for, member, meeting, put):
    report = put(signed_elsewhere=True, document=False)
    response = client_for(member).get(f"/namnd/{meeting.pk}/{report.pk}/pdf/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert not DecisionReading.objects.exists()


def test_the_mark_can_be_set_and_taken_away(client_for, member, meeting, put):
    report = put()
    client, address = client_for(member), f"/namnd/{meeting.pk}/{report.pk}/markera/"
    for value, number, sentence in [
        ("1", 1, "är markerat som läst."), ("1", 1, "är markerat som läst."),
        ("0", 0, "är markerat som oläst."), ("", 0, "är markerat som oläst."),
    ]:  # fmt: skip
        response = client.post(address, {"read": value}, follow=True)
        assert f"{report.decision.case} {sentence}" in response.content.decode()
        assert DecisionReading.objects.count() == number
    assert client.get(address).status_code == 405


def test_what_was_reported_before_is_beside_it(client_for, member, meeting, officer, registrar):
    committee = meeting.committee
    earlier = factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() - timedelta(days=60)
    )
    decision = factories.make_signed_decision(
        user=officer, signed_elsewhere=True, title="Deltagande i projekt: Designdrivna innovationskluster",
        decided_on=timezone.localdate() - timedelta(days=90),
    )  # fmt: skip
    report_decisions(meeting_id=earlier.pk, decision_ids=[decision.pk], actor=registrar)
    page = client_for(member).get(f"/namnd/{meeting.pk}/").content.decode()
    assert "Tidigare anmälda beslut" in page
    assert "Deltagande i projekt: Designdrivna innovationskluster" in page


def test_the_minutes_are_shown_when_noted(client_for, member, committee):
    meeting = factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() - timedelta(days=30), report_paragraph="§ 60",
        approved_on=timezone.localdate() - timedelta(days=28),
    )  # fmt: skip
    page = client_for(member).get(f"/namnd/{meeting.pk}/").content.decode()
    assert "§ 60" in page
    assert "Justerat" in page


def test_the_pages_ask_as_much_for_one_as_for_three(client_for, member, committee, meeting, put):
    client = client_for(member)
    put()
    start, listed = "/namnd/", f"/namnd/{meeting.pk}/"
    factories.make_committee_meeting(committee=committee, starts_at=timezone.now() - timedelta(days=1))
    one = [count_queries(lambda: client.get(start)), count_queries(lambda: client.get(listed))]
    for days in (2, 3):
        put(points=["Ännu en punkt."])
        factories.make_committee_meeting(committee=committee)
        factories.make_committee_meeting(committee=committee, starts_at=timezone.now() - timedelta(days=days))
    assert [count_queries(lambda: client.get(start)), count_queries(lambda: client.get(listed))] == one


def test_a_long_list_has_pages(client_for, member, meeting, put, monkeypatch):
    monkeypatch.setattr("decisions.views.committee.PER_PAGE", 2)
    for _ in range(3):
        put(document=False)
    client = client_for(member)
    assert len(client.get(f"/namnd/{meeting.pk}/").context["page"]) == 2
    assert len(client.get(f"/namnd/{meeting.pk}/?page=2").context["page"]) == 1


def test_what_has_been_changed_says_so(client_for, member, officer, put):
    report = put(published=True)
    later = factories.make_signed_decision(
        user=officer,
        case=report.decision.case,
        kind="amendment",
        changes=report.decision,
        relation="revokes",
    )
    page = client_for(member).get(f"/namnd/{report.meeting_id}/").content.decode()
    assert "Beslutet är upphävt den " in page
    assert f"genom beslut {later.printed_number}." in page


def test_a_member_searches_the_list_by_words_and_number(client_for, member, meeting, put):
    found, other = put(title="Stöd till skogsbruk", full_text="x"), put(title="Vindkraft", full_text="y")
    client = client_for(member)
    for typed in ("skogsbruket", str(found.decision.case)):
        response = client.get(f"/namnd/{meeting.pk}/", {"q": typed})
        assert response.context["unread"] == [found], typed
    assert "Visa alla igen" in response.content.decode()
    read = client.get(f"/namnd/{meeting.pk}/", {"q": "skogsbruk", "urval": "lasta"}).content.decode()
    assert "Inget beslut på listan svarar mot det du har valt" in read
    assert set(client.get(f"/namnd/{meeting.pk}/", {"q": "x" * 300}).context["unread"]) == {found, other}
