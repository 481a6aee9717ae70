from dataclasses import replace
from datetime import datetime, time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from calls.enums import Attendance, MeetingKind, MeetingStatus, Place, RegistrationRule
from calls.meeting_content import CONTENT_FIELDS, MeetingContent, content_of, publishing_problems
from calls.meeting_transitions import TRANSITIONS, MeetingAction, allows, require
from calls.models import Meeting, Participation
from calls.queries.officer_meetings import Audience, meal_sums, numbers_of
from calls.services import attending, meetings, series
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import STOCKHOLM
from s3portal.common.swedish.clock import moment_on, whole_day
from s3portal.outbox.models import Message
from tests import factories

D, P, C = MeetingStatus.DRAFT, MeetingStatus.PUBLISHED, MeetingStatus.CANCELLED
ONLY_DRAFT = "Mötet är ett utkast. Publicera det först."
CANCELLED = "Mötet är inställt och kan inte ändras. Kopiera det om det ska hållas en annan gång."
#: Every pair of status and action: what it leads to, or the sentence that refuses it.
EVERY_PAIR = {
    (D, MeetingAction.EDIT): D,
    (D, MeetingAction.PUBLISH): P,
    (D, MeetingAction.MOVE): "Mötet är ett utkast. Ändra tid och plats i formuläret.",
    (D, MeetingAction.CANCEL): "Mötet är ett utkast. Ta bort det i stället.",
    (D, MeetingAction.DELETE): None,
    (D, MeetingAction.ATTEND): ONLY_DRAFT,
    (D, MeetingAction.WRITE): ONLY_DRAFT,
    (P, MeetingAction.EDIT): P,
    (P, MeetingAction.PUBLISH): "Mötet är redan publicerat.",
    (P, MeetingAction.MOVE): P,
    (P, MeetingAction.CANCEL): C,
    (P, MeetingAction.DELETE): "Mötet är publicerat. Ställ in det i stället.",
    (P, MeetingAction.ATTEND): P,
    (P, MeetingAction.WRITE): P,
    (C, MeetingAction.EDIT): CANCELLED,
    (C, MeetingAction.PUBLISH): CANCELLED,
    (C, MeetingAction.MOVE): CANCELLED,
    (C, MeetingAction.CANCEL): CANCELLED,
    (C, MeetingAction.DELETE): CANCELLED,
    (C, MeetingAction.ATTEND): CANCELLED,
    (C, MeetingAction.WRITE): C,
}


def test_every_pair_is_here():
    assert set(EVERY_PAIR) == {(status, action) for status in MeetingStatus for action in MeetingAction}


@pytest.mark.parametrize(("status", "action"), EVERY_PAIR)
def test_pair(status, action):
    expected = EVERY_PAIR[status, action]
    if isinstance(expected, MeetingStatus) or expected is None:
        assert allows(status, action) is True
        require(status, action)
        assert TRANSITIONS[status][action] == expected
    else:
        assert allows(status, action) is False
        with pytest.raises(Refusal, match=f"^{expected}$"):
            require(status, action)


# --- Clocks ---------------------------------------------------------------------------------------------
def test_a_moment_is_on_swedish_clocks():
    day = datetime(2026, 3, 29, tzinfo=STOCKHOLM).date()
    assert moment_on(day, time(1, 59)).utcoffset() == timedelta(hours=1)
    assert moment_on(day, time(3)).utcoffset() == timedelta(hours=2)
    with pytest.raises(Refusal, match="ställs fram") as refused:
        moment_on(day, time(2), field="starts")
    assert refused.value.field == "starts"
    autumn = day.replace(month=10, day=25)
    for clock in (time(2), time(2, 59)):
        with pytest.raises(Refusal, match="två gånger"):
            moment_on(autumn, clock)
    assert moment_on(autumn, time(3)).utcoffset() == timedelta(hours=1)
    start, end = whole_day(autumn)
    assert end.timestamp() - start.timestamp() == 25 * 3600


# --- Helpers --------------------------------------------------------------------------------------------
def in_days(days, hour=10):
    day = timezone.localdate() + timedelta(days=days)
    return datetime.combine(day, time(hour), tzinfo=STOCKHOLM)


def make(**fields):
    """A published meeting in the room and by link in ten days, registered for in the portal."""
    defaults = {
        "attendance": "both", "place": "Rådhuset", "registration": "open", "starts_at": in_days(10),
        "ends_at": in_days(10, 12), "published_at": timezone.now(),
    }  # fmt: skip
    return factories.make_meeting(**(defaults | fields))


def content(**fields):
    defaults = {
        "kind": MeetingKind.DIALOGUE, "title": "Dialog", "starts_at": in_days(10), "ends_at": in_days(10, 12),
        "link": "https://video.example.org/mote", "attendance": Attendance.LINK,
    }  # fmt: skip
    return MeetingContent(**(defaults | fields))


def change(meeting, actor, *, version=None, note="", **fields):
    wanted = replace(content_of(Meeting.objects.get(pk=meeting.pk)), **fields)
    return meetings.change_meeting(
        meeting_id=meeting.pk, content=wanted, actor=actor, note=note,
        expected_version=Meeting.objects.get(pk=meeting.pk).version if version is None else version,
    )  # fmt: skip


def kinds():
    return sorted(Message.objects.exclude(status="cancelled").values_list("kind", "to_email"))


# --- A life ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_from_draft_to_cancelled(officer):
    meeting = meetings.create_meeting(content=content(), actor=officer)
    assert (meeting.status, meeting.version, meeting.sequence) == ("draft", 1, 0)
    meeting = meetings.publish_meeting(meeting_id=meeting.pk, expected_version=1, actor=officer)
    assert (meeting.status, meeting.version, meeting.sequence) == ("published", 2, 0)
    assert meeting.published_at is not None
    meeting = meetings.cancel_meeting(
        meeting_id=meeting.pk, reason="Sjukdom", expected_version=2, actor=officer
    )
    assert (meeting.status, meeting.version, meeting.sequence) == ("cancelled", 3, 1)
    actions = list(
        Event.objects.filter(object_type="calls.meeting").order_by("pk").values_list("action", flat=True)
    )
    assert actions == ["meeting_created", "meeting_published", "meeting_cancelled"]
    with pytest.raises(Refusal, match="inställt"):
        change(meeting, officer, title="Ny")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ends_at": in_days(10)}, "ends"),
        ({"capacity": 3}, "capacity"),
        ({"registration_closes_at": in_days(11)}, "closes_day"),
        ({"asks_meal_wishes": True}, "asks_meal_wishes"),
        ({"registration": RegistrationRule.BY_MAIL}, "registration_email"),
    ],
)
def test_what_cannot_even_be_a_draft(officer, fields, field):
    with pytest.raises(Refusal) as refused:
        meetings.create_meeting(content=content(**fields), actor=officer)
    assert refused.value.field == field
    assert not Meeting.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"place": ""}, ["place"]),
        ({"attendance": "link", "place": ""}, []),
        ({"link": "", "registration": "not_needed"}, ["link"]),
        ({"link": "", "dial_in_number": "08-50 52 18 69", "registration": "not_needed"}, []),
        ({"link": ""}, []),
        ({"link": "", "attendance": "room", "registration": "not_needed"}, []),
        ({"place": "", "link": "", "save_the_date": True}, []),
        ({"title": "[Ange titel]", "programme": "TBD"}, ["title", "programme"]),
        ({"starts_at": in_days(-2), "ends_at": in_days(-1)}, ["day"]),
    ],
)
def test_what_a_published_meeting_needs(officer, fields, expected):
    meeting = make(status="draft", published_at=None, **fields)
    assert [problem.field for problem in publishing_problems(meeting)] == expected
    if expected:
        with pytest.raises(Refusal) as refused:
            meetings.publish_meeting(meeting_id=meeting.pk, expected_version=1, actor=officer)
        assert refused.value.field == expected[0]
    else:
        meetings.publish_meeting(meeting_id=meeting.pk, expected_version=1, actor=officer)


@pytest.mark.django_db
def test_a_meeting_about_a_draft_call_waits_for_it(officer):
    meeting = make(status="draft", call=factories.make_call(status="draft", title="Klustren"))
    with pytest.raises(Refusal, match="Utlysningen ”Klustren” är inte publicerad"):
        meetings.publish_meeting(meeting_id=meeting.pk, expected_version=1, actor=officer)
    shown = make()
    with pytest.raises(Refusal) as refused:
        change(shown, officer, call=meeting.call)
    assert refused.value.field == "call"


@pytest.mark.django_db
def test_a_copy_has_everything_but_those_registered(officer):
    meeting = make(room_full=True, capacity=1, area=factories.make_area(), call=factories.make_call())
    factories.make_participation(meeting=meeting)
    copy = meetings.copy_meeting(meeting_id=meeting.pk, actor=officer)
    assert replace(content_of(meeting), room_full=False) == content_of(copy)
    assert (copy.status, copy.participations.count(), copy.import_key) == ("draft", 0, None)


@pytest.mark.django_db
def test_a_draft_with_somebody_registered_stays(officer):
    meeting = make(status="draft")
    factories.make_participation(meeting=meeting)
    with pytest.raises(Refusal, match="Det finns anmälda"):
        meetings.delete_meeting(meeting_id=meeting.pk, actor=officer)


# --- Change, and those it concerns ----------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"title": "Ny rubrik"}, False),
        ({"programme": "Nytt program"}, False),
        ({"place": "Residenset"}, True),
        ({"starts_at": in_days(9)}, True),
        ({"ends_at": in_days(10, 13)}, True),
        ({"link": "https://video.example.org/annan"}, True),
        ({"dial_in_number": "08-50 52 18 69"}, True),
    ],
)
def test_those_registered_are_told_what_concerns_them(officer, fields, told):
    meeting = make()
    someone = factories.make_participation(meeting=meeting).registration.email
    factories.make_participation(meeting=meeting, place="link", cancelled_at=timezone.now())
    changed = change(meeting, officer, note="Hej", **fields)
    assert (changed.sequence, changed.version) == (int(told), 2)
    assert kinds() == ([("meeting_moved", someone)] if told else [])


@pytest.mark.django_db
def test_nothing_changed_is_nothing_told(officer):
    meeting = make()
    factories.make_participation(meeting=meeting)
    assert change(meeting, officer).version == 1
    assert (kinds(), Event.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_the_details_of_a_save_the_date_are_told(officer):
    start, end = whole_day(in_days(10).date())
    meeting = make(save_the_date=True, place="", starts_at=start, ends_at=end)
    someone = factories.make_participation(meeting=meeting).registration.email
    change(meeting, officer, save_the_date=False, place="Rådhuset")
    assert kinds() == [("meeting_moved", someone)]


@pytest.mark.django_db
def test_stale_reminders_are_stopped_and_others_are_not(officer):
    meeting = make()
    for kind in ("meeting_coming", "meeting_starts", "meeting_message"):
        Message.objects.create(
            key=kind, kind=kind, to_email="a@example.org", subject="Hej", text_body="Hej",
            object_type="calls.meeting", object_id=meeting.pk,
        )  # fmt: skip
    change(meeting, officer, starts_at=in_days(9))
    assert kinds() == [("meeting_message", "a@example.org")]


@pytest.mark.django_db
def test_moving(officer):
    meeting = make(registration_closes_at=in_days(9))
    someone = factories.make_participation(meeting=meeting).registration.email

    def move(**fields):
        values = {"starts_at": in_days(5), "ends_at": in_days(5, 12), "place": "Residenset", "note": "Förlåt"}
        version = Meeting.objects.get(pk=meeting.pk).version
        return meetings.move_meeting(
            meeting_id=meeting.pk, expected_version=version, actor=officer, **(values | fields)
        )

    with pytest.raises(Refusal, match="inte har varit"):
        move(starts_at=in_days(-1))
    with pytest.raises(Refusal, match="ny tid eller en ny plats"):
        move(starts_at=meeting.starts_at, ends_at=meeting.ends_at, place=meeting.place)
    moved = move()
    assert (moved.starts_at, moved.place, moved.sequence) == (in_days(5), "Residenset", 1)
    assert moved.registration_closes_at == in_days(5)
    assert kinds() == [("meeting_moved", someone)]
    assert "Förlåt" in Message.objects.get().text_body


@pytest.mark.django_db
def test_what_has_begun_is_neither_moved_nor_cancelled(officer):
    begun = make(starts_at=timezone.now() - timedelta(hours=1), ends_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(Refusal, match="har börjat"):
        meetings.move_meeting(
            meeting_id=begun.pk, starts_at=in_days(1), ends_at=in_days(2), place="", note="",
            expected_version=1, actor=officer,
        )  # fmt: skip
    over = make(starts_at=in_days(-2), ends_at=in_days(-1))
    with pytest.raises(Refusal, match="har redan varit"):
        meetings.cancel_meeting(meeting_id=over.pk, reason="x", expected_version=1, actor=officer)
    # But a word in the text of a meeting that has been may be put right.
    assert change(over, officer, text="Anteckningar").text == "Anteckningar"
    with pytest.raises(Refusal, match="inte har varit"):
        change(over, officer, starts_at=in_days(-3))


@pytest.mark.django_db
def test_cancelling_tells_why(officer):
    meeting = make()
    someone = factories.make_participation(meeting=meeting).registration.email
    with pytest.raises(Refusal, match="Skriv varför"):
        meetings.cancel_meeting(meeting_id=meeting.pk, reason="", expected_version=1, actor=officer)
    meetings.cancel_meeting(meeting_id=meeting.pk, reason="Snöstorm", expected_version=1, actor=officer)
    assert kinds() == [("meeting_cancelled", someone)]
    assert "Snöstorm" in Message.objects.get().text_body


@pytest.mark.django_db
def test_an_old_version_is_told_who_was_first(officer, second_officer):
    meeting = make()
    change(meeting, second_officer, title="Först")
    with pytest.raises(Conflict, match=r"^Anders Andersson ändrade mötet"):
        change(meeting, officer, version=1, title="Sist")
    for step in (
        lambda: meetings.cancel_meeting(meeting_id=meeting.pk, reason="x", expected_version=1, actor=officer),
        lambda: meetings.publish_meeting(meeting_id=meeting.pk, expected_version=1, actor=officer),
    ):
        with pytest.raises(Conflict):
            step()
    assert Meeting.objects.get().title == "Först"


# --- Seats ----------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_never_fewer_seats_than_are_taken_or_offered(officer):
    meeting = make(capacity=4)
    factories.make_participation(meeting=meeting)
    with pytest.raises(Refusal, match=r"En plats är redan tagen eller erbjuden. Ange minst 1."):
        change(meeting, officer, capacity=0)
    factories.make_participation(
        meeting=meeting, place="link", wants_room_since=timezone.now(), offered_until=in_days(2)
    )
    with pytest.raises(Refusal, match=r"2 platser är redan tagna eller erbjudna. Ange minst 2.") as refused:
        change(meeting, officer, capacity=1)
    assert refused.value.field == "capacity"
    assert change(meeting, officer, capacity=2).room_full is True
    assert Meeting.objects.get().room_full is True


@pytest.mark.django_db
def test_new_seats_are_offered_in_order(officer):
    meeting = make(capacity=1, room_full=True)
    factories.make_participation(meeting=meeting)
    now = timezone.now()
    waiting = [
        factories.make_participation(
            meeting=meeting, place="link", wants_room_since=now - timedelta(minutes=minutes)
        )
        for minutes in (1, 3, 2)
    ]
    change(meeting, officer, capacity=3)
    offered = Participation.objects.filter(offered_until__isnull=False)
    assert set(offered) == {waiting[1], waiting[2]}
    assert [kind for kind, _to in kinds()] == ["meeting_seat_offer"] * 2
    assert Meeting.objects.get().room_full is True


@pytest.mark.django_db
def test_a_meeting_that_goes_digital_leaves_nobody_behind(officer):
    meeting = make(attendance="room", capacity=1, room_full=True, link="")
    seated = factories.make_participation(meeting=meeting)
    waiting = factories.make_participation(meeting=meeting, place="waiting")
    change(meeting, officer, attendance=Attendance.LINK, capacity=None, link="https://video.example.org/mote")
    for participation in (seated, waiting):
        participation.refresh_from_db()
        assert (participation.place, participation.wants_room_since) == (Place.LINK, None)
    assert Meeting.objects.get().room_full is False
    assert [kind for kind, _to in kinds()] == ["meeting_moved"] * 2


@pytest.mark.django_db
def test_link_places_come_to_those_who_wait(officer):
    meeting = make(attendance="room", capacity=1, room_full=True, link="")
    factories.make_participation(meeting=meeting)
    waiting = factories.make_participation(meeting=meeting, place="waiting")
    change(meeting, officer, attendance=Attendance.BOTH, link="https://video.example.org/mote")
    waiting.refresh_from_db()
    assert waiting.place == Place.LINK
    assert waiting.wants_room_since is not None


@pytest.mark.django_db
def test_changes_that_would_shut_somebody_out_are_refused(officer):
    meeting = make()
    factories.make_participation(meeting=meeting, place="link")
    for fields, field in (
        ({"attendance": Attendance.ROOM}, "attendance"),
        ({"registration": RegistrationRule.NOT_NEEDED}, "registration"),
        ({"series": factories.make_meeting_series()}, "series"),
    ):
        with pytest.raises(Refusal) as refused:
            change(meeting, officer, **fields)
        assert refused.value.field == field
    change(meeting, officer, registration=RegistrationRule.CLOSED)


@pytest.mark.django_db
def test_an_offer_ends_when_an_earlier_meeting_begins(officer):
    meeting = make(capacity=1)
    offered = factories.make_participation(
        meeting=meeting, place="link", wants_room_since=timezone.now(), offered_until=in_days(8)
    )
    change(meeting, officer, starts_at=in_days(5), ends_at=in_days(5, 12))
    offered.refresh_from_db()
    assert offered.offered_until == in_days(5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_officers_at_once_save_once(officer, second_officer):
    meeting = make()
    together, outcomes = Barrier(2), []

    def save(actor, title):
        try:
            together.wait(30)
            change(meeting, actor, version=1, title=title)
            outcomes.append(title)
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [Thread(target=save, args=pair) for pair in ((officer, "Ett"), (second_officer, "Två"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes.count("conflict") == 1
    meeting.refresh_from_db()
    assert meeting.title in outcomes
    assert meeting.version == 2


# --- Series ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_series_is_published_whole_or_not_at_all(officer):
    slots = [content(title="Jord"), content(title="Energi", attendance=Attendance.BOTH)]
    made = series.create_series(title="Mobilisering", text="Välkomna", slots=slots, actor=officer)
    assert list(made.meetings.order_by("pk").values_list("title", "status")) == [
        ("Jord", "draft"), ("Energi", "draft"),
    ]  # fmt: skip
    with pytest.raises(Refusal, match=r"^Energi: Ange platsen"):
        series.publish_series(series_id=made.pk, actor=officer)
    assert set(made.meetings.values_list("status", flat=True)) == {"draft"}
    change(made.meetings.get(title="Energi"), officer, place="Hus U")
    assert len(series.publish_series(series_id=made.pk, actor=officer)) == 2
    with pytest.raises(Refusal, match="inga utkast"):
        series.publish_series(series_id=made.pk, actor=officer)
    with pytest.raises(Refusal, match="publicerade"):
        series.delete_series(series_id=made.pk, actor=officer)
    with pytest.raises(Refusal, match="Utfyllnadstext"):
        series.change_series(
            series_id=made.pk, title="Mobilisering", text="Lorem ipsum", seen=("Mobilisering", "Välkomna"),
            actor=officer,
        )  # fmt: skip


@pytest.mark.django_db
def test_a_series_needs_a_meeting_and_gets_an_address_of_its_own(officer):
    with pytest.raises(Refusal, match="minst ett möte"):
        series.create_series(title="Tom", text="", slots=[], actor=officer)
    slugs = [
        series.create_series(title=title, text="", slots=[content()], actor=officer).slug
        for title in ("Möten i höst!", "Möten i höst", "???")
    ]
    assert slugs == ["moten-i-host", "moten-i-host-2", "motesserie"]


# --- Who came, and writing to them ----------------------------------------------------------------------
@pytest.mark.django_db
def test_only_what_is_sent_is_changed(officer):
    meeting = make(starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1))
    first, second, third = (factories.make_participation(meeting=meeting) for _ in range(3))
    gone = factories.make_participation(meeting=meeting, place="link", cancelled_at=timezone.now())
    elsewhere = factories.make_participation(meeting=make())
    keys = (first.pk, second.pk, gone.pk, elsewhere.pk)
    assert (
        attending.mark_attendance(meeting_id=meeting.pk, came=dict.fromkeys(keys, True), actor=officer) == 2
    )
    assert attending.mark_attendance(meeting_id=meeting.pk, came={second.pk: False}, actor=officer) == 1
    assert attending.mark_attendance(meeting_id=meeting.pk, came={second.pk: False}, actor=officer) == 0

    def ticks():
        rows = (first, second, third, gone, elsewhere)
        return [Participation.objects.get(pk=row.pk).attended for row in rows]

    assert ticks() == [True, False, None, None, None]
    assert attending.mark_all_attended(meeting_id=meeting.pk, actor=officer) == 2
    assert ticks() == [True, True, True, None, None]
    assert Event.objects.filter(action="attendance_marked").count() == 3


@pytest.mark.django_db
def test_nobody_has_come_before_the_day(officer):
    meeting = make()
    with pytest.raises(Refusal, match="samma dag"):
        attending.mark_all_attended(meeting_id=meeting.pk, actor=officer)


def write(meeting, actor, audience=Audience.ALL, once="ett"):
    return attending.write_to_participants(
        meeting_id=meeting.pk, audience=audience, subject="Ta med en kopp",
        text="Hej!\n\nDet blir **kaffe**.", once=once, actor=actor,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_message_is_sent_once_to_each(officer):
    meeting = make()
    people = [
        factories.make_participation(meeting=meeting, place=place) for place in ("room", "link", "waiting")
    ]
    factories.make_participation(meeting=meeting, place="link", cancelled_at=timezone.now())
    assert [write(meeting, officer), write(meeting, officer)] == [3, 3]
    sent = Message.objects.order_by("pk")
    assert {message.to_email for message in sent} == {person.registration.email for person in people}
    assert len(sent) == 3
    assert sent[0].subject == "Ta med en kopp"
    assert "Det blir kaffe." in sent[0].text_body
    assert "<strong>kaffe</strong>" in sent[0].html_body
    assert Event.objects.get(action="meeting_written_to").data["recipients"] == 3
    write(meeting, officer, once="två")
    assert Message.objects.count() == 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("audience", "expected"),
    [(Audience.ROOM, [0]), (Audience.LINK, [1, 2]), (Audience.WAITING, [2, 3]), (Audience.ALL, [0, 1, 2, 3])],
)
def test_whom_it_goes_to(officer, audience, expected):
    meeting = make()
    now = timezone.now()
    people = [
        factories.make_participation(meeting=meeting),
        factories.make_participation(meeting=meeting, place="link"),
        factories.make_participation(meeting=meeting, place="link", wants_room_since=now),
        factories.make_participation(meeting=meeting, place="waiting"),
    ]
    assert write(meeting, officer, audience) == len(expected)
    to = set(Message.objects.values_list("to_email", flat=True))
    assert to == {people[number].registration.email for number in expected}


@pytest.mark.django_db
def test_nobody_to_write_to(officer):
    with pytest.raises(Refusal, match="ingen att skriva till"):
        write(make(), officer)


@pytest.mark.django_db
def test_writing_costs_the_same_for_three_and_thirty(officer, django_assert_max_num_queries):
    meeting = make()
    for _ in range(30):
        factories.make_participation(meeting=meeting)
    with django_assert_max_num_queries(14):
        assert write(meeting, officer) == 30


@pytest.mark.django_db
def test_sums_for_the_caterer():
    meeting = make(asks_meal_wishes=True)
    for place, wish in (
        ("room", "Vegetariskt"), ("room", " vegetariskt. "), ("room", "Glutenfritt"), ("room", ""),
        ("link", "Laktosfritt"),
    ):  # fmt: skip
        factories.make_participation(meeting=meeting, place=place, meal_wishes=wish)
    sums = meal_sums(meeting)
    assert (sums.eating, sums.wishes) == (4, [("Vegetariskt", 2), ("Glutenfritt", 1)])
    numbers = numbers_of(meeting)
    assert (numbers.all, numbers.in_room, numbers.by_link, numbers.waiting) == (5, 4, 1, 0)


def test_content_names_are_the_models():
    assert set(CONTENT_FIELDS) <= {field.name for field in Meeting._meta.get_fields()}
