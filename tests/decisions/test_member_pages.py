"""A member's lists as they are cut, one decision with its questions, and the way from one to the next."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from applications.services import submit_application
from decisions.member_queries import Wanted, cut_list, walk_from
from decisions.models import DecisionReading, MemberQuestion
from decisions.services.asking import answer_member, ask_about_decision
from decisions.services.masking import make_masked, mark_decision
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from s3portal.common.swedish import STOCKHOLM
from s3portal.diary.secrecy import Provision
from tests import factories
from tests.counting import count_asked, count_queries

pytestmark = pytest.mark.django_db

TEXT = "Hur ska projektet följas upp?"


@pytest.fixture
def committee(member):
    return factories.make_committee(members=[member])


@pytest.fixture
def meeting(committee):
    return factories.make_committee_meeting(committee=committee)


@pytest.fixture
def put(meeting, officer, registrar):
    def put_on_list(**fields):
        decision = factories.make_signed_decision(user=officer, **({"document": False} | fields))
        [report] = report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
        return report

    return put_on_list


@pytest.fixture
def client(client_for, member):
    return client_for(member)


def listed(client, meeting, **query):
    response = client.get(f"/namnd/{meeting.pk}/", query)
    assert response.status_code == 200
    return [*response.context["unread"], *response.context["read"]]


def page_of(report):
    return f"/namnd/{report.meeting_id}/{report.pk}/"


def applied(owner, officer, *areas, **fields):
    call = factories.make_call(areas=list(areas))
    draft = factories.make_application(user=owner, call=call)
    draft.areas.set(areas)
    sent = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
    return {"application": sent, "case": sent.case, **fields}


# --- The list as it is cut --------------------------------------------------------------------------------
def test_each_filter_cuts_and_they_cut_together(client, meeting, put, member):
    small = put(amount=100_000, kind="participation", clause_number="8.2")
    large = put(amount=400_000, kind="other", clause_number="8.10", amount_kind="cash")
    without = put(amount=None, amount_kind="none", kind="other", clause_number="8.2")
    ask_about_decision(report_id=large.pk, actor=member, text=TEXT)
    for query, found in [
        ({}, {small, large, without}),
        ({"slag": "other"}, {large, without}),
        ({"punkt": "8.2"}, {small, without}),
        ({"slag": "other", "punkt": "8.2"}, {without}),
        ({"minst": "100 000"}, {small, large}),
        ({"minst": "100 001"}, {large}),
        ({"hogst": "100000"}, {small}),
        ({"minst": "100 001", "hogst": "399 999"}, set()),
        ({"fragor": "med"}, {large}),
        ({"fragor": "vantar"}, {large}),
    ]:
        assert set(listed(client, meeting, **query)) == found, query


def test_questions_that_are_answered_no_longer_wait(client, meeting, put, member, officer):
    report = put()
    question = ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    assert "1 fråga, 1 utan svar" in client.get(f"/namnd/{meeting.pk}/").content.decode()
    answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)
    assert listed(client, meeting, fragor="med") == [report]
    assert listed(client, meeting, fragor="vantar") == []
    assert "1 fråga, besvarad" in client.get(f"/namnd/{meeting.pk}/").content.decode()
    assert "1 fråga" in client.get("/namnd/").content.decode()


def test_areas_are_those_of_the_list_and_those_without_one_are_found(client, meeting, put, owner, officer):
    woods, power, other = (factories.make_area(name=name) for name in ("Skog", "Energi", "Annat"))
    both = put(**applied(owner, officer, woods, power))
    one = put(**applied(owner, officer, power))
    none = put()
    choices = client.get(f"/namnd/{meeting.pk}/").context["form"].fields["omrade"].choices
    assert [label for _key, label in choices] == ["Alla", "Energi", "Skog", "Utan styrkeområde"]
    assert set(listed(client, meeting, omrade=power.slug)) == {both, one}
    assert listed(client, meeting, omrade=woods.slug) == [both]
    assert listed(client, meeting, omrade="utan") == [none]
    # Not an area of anything on the list: it does not cut, and says so.
    response = client.get(f"/namnd/{meeting.pk}/", {"omrade": other.slug})
    assert len(response.context["unread"]) == 3
    assert "Välj något i listan." in response.content.decode()


def test_clauses_stand_by_number(client, meeting, put):
    for number in ("8.10", "8.2"):
        put(clause_number=number)
    choices = client.get(f"/namnd/{meeting.pk}/").context["form"].fields["punkt"].choices
    assert [key for key, _label in choices] == ["", "8.2", "8.10"]


def test_an_amount_that_is_secret_cannot_be_found_by_halving_the_interval(client, meeting, put):
    hidden, shown = put(amount=123_456), put(amount=123_456)
    factories.mark_secret(hidden.decision.case, "passage", passage="Klusterkraft")
    assert listed(client, meeting, minst="1") == [shown]
    assert listed(client, meeting, hogst="999 999") == [shown]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"minst": "mycket"}, "Skriv beloppet i hela kronor"),
        ({"minst": "200 000", "hogst": "100 000"}, "Ange minst 200\u00a0000\u00a0kronor, eller sänk"),
    ],
)
def test_an_amount_that_cannot_be_read_says_so_beside_it(client, meeting, put, query, sentence):
    report = put()
    response = client.get(f"/namnd/{meeting.pk}/", query)
    form = response.context["form"]
    errors = [str(error) for messages in form.errors.values() for error in messages]
    assert len(errors) == 1
    page = response.content.decode()
    assert errors[0].replace("&", "&amp;") in page
    assert '<details class="ds-details" open>' in page
    if len(query) == 2:
        assert errors[0].startswith(sentence)
    else:
        assert response.context["unread"] == [report]


def test_the_address_keeps_what_cuts_through_tabs_marks_and_decisions(client, meeting, put):
    wanted, _other = put(clause_number="8.1"), put()
    response = client.get(f"/namnd/{meeting.pk}/", {"punkt": "8.1", "q": "klusterkraft"})
    tabs = response.context["tabs"]
    assert [(tab["url"], tab["count"]) for tab in tabs] == [
        ("?q=klusterkraft&punkt=8.1", 1),
        ("?urval=olasta&q=klusterkraft&punkt=8.1", 1),
        ("?urval=lasta&q=klusterkraft&punkt=8.1", 0),
    ]
    kept = parse_qs(urlsplit(response.context["way"]).query)
    assert (kept["punkt"], kept["q"]) == (["8.1"], ["klusterkraft"])
    assert kept["sedan"][0].isdecimal()
    marked = client.post(f"{page_of(wanted)}markera/?punkt=8.1&q=klusterkraft&ond=x", {"read": "1"})
    assert marked.headers["Location"] == f"/namnd/{meeting.pk}/?q=klusterkraft&punkt=8.1"


def test_what_is_found_is_told_first_in_the_title_and_there_is_a_way_out(client, meeting, put):
    put(), put(clause_number="8.1")
    page = client.get(f"/namnd/{meeting.pk}/", {"punkt": "8.1"}).content.decode()
    assert "<title>1 av 2 beslut: Anmälda beslut" in page
    assert (
        '<p role="status">Visar 1 av 2 beslut. <a class="ds-link s3-noprint" href="?">Visa alla igen</a></p>'
        in page
    )
    nothing = client.get(f"/namnd/{meeting.pk}/", {"q": "finnsinte", "urval": "olasta"}).content.decode()
    assert "Inget beslut på listan svarar mot det du har valt" in nothing
    assert '<a class="ds-button" data-variant="secondary" href="?urval=olasta">Visa alla igen</a>' in nothing


# --- Meetings that have been ------------------------------------------------------------------------------
def test_past_meetings_by_committee_and_year(client, member, committee):
    other = factories.make_committee(members=[member], name="regionstyrelsen")

    def held(of, *day):
        starts = datetime(*day, 23, 30, tzinfo=STOCKHOLM)
        return factories.make_committee_meeting(committee=of, starts_at=starts)

    early, late, elsewhere = (
        held(committee, 2024, 12, 31),
        held(committee, 2025, 3, 1),
        held(other, 2025, 5, 2),
    )
    for query, found in [
        ({}, [elsewhere, late, early]),
        ({"ar": "2024"}, [early]),
        ({"ar": "2025"}, [elsewhere, late]),
        ({"namnd": committee.slug}, [late, early]),
        ({"namnd": other.slug, "ar": "2025"}, [elsewhere]),
        ({"namnd": other.slug, "ar": "2024"}, []),
        ({"ar": "1900"}, [elsewhere, late, early]),
    ]:
        response = client.get("/namnd/", query)
        assert list(response.context["page"]) == found, query
    assert "Inget sammanträde svarar mot det du har valt" in client.get(
        "/namnd/", {"namnd": other.slug, "ar": "2024"}
    ).content.decode()  # fmt: skip


def test_a_namnd_that_is_not_mine_is_no_choice(client, committee):
    other = factories.make_committee(name="regionstyrelsen")
    factories.make_committee_meeting(committee=committee, starts_at=timezone.now() - timedelta(days=9))
    response = client.get("/namnd/", {"namnd": other.slug})
    assert "Välj något i listan." not in str(response.context["form"]["namnd"])
    assert len(response.context["page"]) == 1


# --- One decision -----------------------------------------------------------------------------------------
def test_opening_the_page_is_reading_and_is_logged(client, put, member):
    report = put(title="Stöd till skogsbruk")
    page = client.get(page_of(report)).content.decode()
    assert "Stöd till skogsbruk" in page
    assert "Projektet bidrar till den regionala utvecklingsstrategin." in page
    assert DecisionReading.objects.get().user == member
    [event] = Event.objects.filter(action="reported_decision_opened")
    assert (event.actor_id, event.object_id) == (member.pk, report.decision_id)
    assert client.head(page_of(report)).status_code == 200


@pytest.mark.parametrize("end", ["", "fraga/"])
def test_others_find_nothing_or_have_no_business_here(client_for, put, officer, committee, end):
    report = put()
    elsewhere, before = factories.make_staff("committee_member"), factories.make_staff("committee_member")
    factories.make_committee(members=[elsewhere], name="regionstyrelsen")
    yesterday = timezone.localdate() - timedelta(days=1)
    committee.members.create(user=before, valid_from=yesterday - timedelta(days=9), valid_to=yesterday)
    for person, status in [(officer, 403), (elsewhere, 404), (before, 404)]:
        assert client_for(person).get(f"{page_of(report)}{end}").status_code == status
        assert client_for(person).post(f"{page_of(report)}fraga/", {"text": TEXT}).status_code == status
    assert not DecisionReading.objects.exists()
    assert not MemberQuestion.objects.exists()


def mark(registrar, report, **what):
    mark_decision(
        actor=registrar, decision_id=report.decision_id, provision=Provision.BUSINESS,
        reason="Affärsplaner.", **({"parts": [], "passages": []} | what),
    )  # fmt: skip


def test_what_is_secret_is_not_on_the_page_nor_in_what_is_said_about_it(
    client, client_for, put, registrar, officer, member, committee
):
    report = put(document=True, reasons="Bolaget Qvarnen har en ny metod.", amount=123_000)
    own = ask_about_decision(report_id=report.pk, actor=member, text="Är det Qvarnen?")
    other = factories.make_staff("committee_member")
    committee.members.create(user=other, valid_from=timezone.localdate())
    answer_member(question_id=own.pk, actor=officer, text="Ja, Qvarnen.", seen=0)
    mark(registrar, report, passages=["Qvarnen"])
    waiting = client.get(page_of(report)).content.decode()
    assert "Beslutet är inte maskat än." in waiting
    assert "ny metod" not in waiting
    assert "Ja, [Skyddat, OSL 30:27]." in waiting
    assert 'name="text"' not in waiting
    assert not DecisionReading.objects.exists()
    make_masked(decision_id=report.decision_id, actor=registrar)
    page = client.get(page_of(report)).content.decode()
    assert "Bolaget [Skyddat, OSL 30:27] har en ny metod." in page
    assert "Det här är den maskade versionen." in page
    # Her own words tell her nothing; the others do not see them.
    assert page.count("Qvarnen") == 1
    others = client_for(other).get(page_of(report)).content.decode()
    assert "Qvarnen" not in others
    assert "Är det [Skyddat, OSL 30:27]?" in others
    assert DecisionReading.objects.count() == 2


def test_when_all_is_secret_nothing_that_was_said_about_it_is_shown(client, put, member, officer):
    report = put()
    question = ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    answer_member(question_id=question.pk, actor=officer, text="Varje halvår.", seen=0)
    factories.mark_secret(report.decision.case, "case")
    page = client.get(page_of(report)).content.decode()
    assert "Varje halvår" not in page
    assert "[Skyddat]" in page


# --- Asking from the page ---------------------------------------------------------------------------------
def test_a_member_asks_and_all_who_sit_read_question_and_answer(
    client, client_for, put, officer, member, committee
):
    report = put()
    other = factories.make_staff("committee_member")
    committee.members.create(user=other, valid_from=timezone.localdate())
    page = client.get(page_of(report)).content.decode()
    assert "Alla som sitter i nämnden kan läsa frågan med ditt namn, och svaret." in page
    sent = client.post(f"{page_of(report)}fraga/?urval=olasta&sedan=1", {"text": TEXT})
    assert sent.headers["Location"] == f"{page_of(report)}?urval=olasta&sedan=1#fragor"
    answer_member(
        question_id=MemberQuestion.objects.get().pk, actor=officer, text="Varje <b>halvår</b>.", seen=0
    )
    read = client_for(other).get(page_of(report)).content.decode()
    for words in (TEXT, member.full_name, "Varje &lt;b&gt;halvår&lt;/b&gt;.", officer.full_name):
        assert words in read


def test_what_is_refused_stays_in_the_form(client, put):
    report = put()
    for text, sentence in [("", "Skriv din fråga."), ("x" * 2_001, "Texten är 1 tecken för lång.")]:
        response = client.post(f"{page_of(report)}fraga/", {"text": text})
        assert response.status_code == 422
        page = response.content.decode()
        assert f'<p class="ds-validation-message">{sentence}' in page
        assert text in page
    assert "Rätta 1 uppgift innan du skickar frågan" in page


def test_who_has_declared_jav_reads_and_is_told_why_not_to_ask(client, put, member):
    report = put()
    report.decision.declarations.create(person=member, ground="party", declared_by=member)
    page = client.get(page_of(report)).content.decode()
    assert "Du har anmält jäv i ärendet och kan inte ställa frågor om beslutet." in page
    assert 'name="text"' not in page
    refused = client.post(f"{page_of(report)}fraga/", {"text": TEXT})
    assert (refused.status_code, MemberQuestion.objects.count()) == (422, 0)


def test_the_address_in_the_mail_leads_to_the_decision_where_it_is_today(
    client, client_for, put, member, committee
):
    report = put()
    question = ask_about_decision(report_id=report.pk, actor=member, text=TEXT)
    address = f"/namnd/fragor/{question.pk}/"
    assert client.get(address).headers["Location"] == f"{page_of(report)}#fraga-{question.pk}"
    moved = factories.make_committee_meeting(committee=committee)
    report.meeting = moved
    report.save(update_fields=["meeting"])
    assert client.get(address).headers["Location"] == f"{page_of(report)}#fraga-{question.pk}"
    assert TEXT in client.get("/namnd/").content.decode()
    elsewhere = factories.make_staff("committee_member")
    factories.make_committee(members=[elsewhere], name="regionstyrelsen")
    assert client_for(elsewhere).get(address).status_code == 404
    report.delete()
    assert client.get(address).status_code == 404
    assert TEXT not in client.get("/namnd/").content.decode()


# --- From one to the next ---------------------------------------------------------------------------------
def way(client, address):
    """(place, previous, next, next unread) of the page, as addresses."""
    context = client.get(address).context
    walk = context["walk"]
    links = [context[name].partition("#")[0] for name in ("previous", "next", "next_unread")]
    return f"{walk.number} av {walk.total}", *links


def test_next_and_previous_stand_in_the_order_of_the_list(client, put, meeting):
    today = timezone.localdate()
    last, first, middle = (put(decided_on=today - timedelta(days=days)) for days in (2, 0, 1))
    assert listed(client, meeting) == [first, middle, last]
    context = client.get(f"/namnd/{meeting.pk}/").context
    start = f"{page_of(first)}{context['way']}"
    place, before, after, unread = way(client, start)
    assert (place, before) == ("1 av 3", "")
    assert after == unread
    assert after.startswith(page_of(middle))
    # What was read on the way is where it was: the place follows the list as it was shown.
    place, before, after, _unread = way(client, after)
    assert place == "2 av 3"
    assert before.startswith(page_of(first))
    place, before, after, unread = way(client, after)
    assert (place, after, unread) == ("3 av 3", "", "")
    assert before.startswith(page_of(middle))
    page = client.get(before).content.decode()
    assert re.search(r'rel="prev" href="[^"]*#bladdra"', page)
    assert re.search(r'rel="next" href="[^"]*#bladdra"', page)


def test_the_way_through_the_unread_holds_while_they_are_read(client, put, meeting):
    reports = [put() for _ in range(4)]
    client.post(f"{page_of(reports[0])}markera/", {"read": "1"})
    context = client.get(f"/namnd/{meeting.pk}/", {"urval": "olasta"}).context
    order = context["unread"]
    address, seen = f"{page_of(order[0])}{context['way']}", []
    while address:
        place, _before, address, _unread = way(client, address)
        seen.append(place)
    assert seen == ["1 av 3", "2 av 3", "3 av 3"]
    assert client.get(f"/namnd/{meeting.pk}/", {"urval": "olasta"}).context["unread"] == []


def test_the_way_keeps_what_cuts_and_next_unread_begins_anew(client, put, meeting):
    today = timezone.localdate()
    first, other, last = (
        put(clause_number=clause, decided_on=today - timedelta(days=days))
        for clause, days in (("8.1", 0), ("8.2", 1), ("8.1", 2))
    )
    place, _before, after, unread = way(client, f"{page_of(first)}?punkt=8.1")
    assert place == "1 av 2"
    assert after == unread
    assert after.startswith(f"{page_of(last)}?punkt=8.1&sedan=")
    client.post(f"{page_of(first)}markera/", {"read": "0"})
    place, _before, after, unread = way(client, f"{page_of(last)}?punkt=8.1")
    assert (place, after) == ("2 av 2", "")
    assert unread.startswith(page_of(first))
    # One that does not answer to what cuts is in its place in the whole list.
    context = client.get(f"{page_of(other)}?punkt=8.1").context
    assert (context["walk"].inside, context["walk"].total) == (False, 3)
    assert list(parse_qs(urlsplit(context["way"]).query)) == ["sedan"]


def test_the_moment_of_the_way_is_the_same_on_every_page_of_it(client, put, meeting):
    for days in range(3):
        put(decided_on=timezone.localdate() - timedelta(days=days))
    address = f"{page_of(listed(client, meeting)[0])}?sedan=1700000000123"
    for _ in range(2):
        address = way(client, address)[2]
        assert parse_qs(urlsplit(address).query) == {"sedan": ["1700000000123"]}


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 15, "9" * 40, "²"])
def test_a_moment_that_cannot_be_read_is_now(client, put, typed):
    report = put()
    assert client.get(f"{page_of(report)}?urval=olasta&sedan={typed}").context["walk"].number == 1


# --- What it costs ----------------------------------------------------------------------------------------
def test_the_pages_ask_as_much_for_one_as_for_many(client, put, meeting, member, officer):
    today = timezone.localdate()
    middle = put(decided_on=today - timedelta(days=1))

    def costs():
        pages = ["/namnd/", f"/namnd/{meeting.pk}/?minst=1&fragor=", f"{page_of(middle)}?punkt=8.2"]
        for page in pages:
            client.get(page)
        return [count_queries(lambda page=page: client.get(page)) for page in pages]

    def talk(report):
        for number in range(2):
            question = ask_about_decision(report_id=report.pk, actor=member, text=f"Fråga {number}")
            answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)

    talk(middle)
    one = costs()
    for days in (0, 2, 3):
        report = put(decided_on=today - timedelta(days=days), points=["Ännu en punkt."])
        talk(report)
    talk(middle)
    assert costs() == one


def test_the_way_costs_one_question_however_long_the_list(put, member, meeting):
    reports = [put() for _ in range(3)]
    report = reports[0]
    report.meeting = meeting
    wanted = Wanted(timezone.now())
    assert count_asked(lambda: walk_from(report, member, wanted)) == 1
    assert list(cut_list(meeting, member, wanted).values_list("pk", flat=True))[-1] == report.pk
