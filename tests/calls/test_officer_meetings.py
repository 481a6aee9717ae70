import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.models import Meeting, MeetingSeries
from s3portal.common.swedish import STOCKHOLM
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/moten/"
NEW = f"{LIST}ny/"
NEW_SERIES = f"{LIST}serier/ny/"
EVERY_FIELD = {
    "kind": "dialogue",
    "title": "Dialogmöte om hållbar energi",
    "day": "2031-10-15",
    "starts": "9.30",
    "ends": "12:30",
    "attendance": "both",
    "place": "Hus U, campus Östersund",
    "capacity": "40",
    "link": "video.example.org/mote",
    "link_public": "on",
    "dial_in_number": "+46 8 505 218 69",
    "conference_id": "243 401 317#",
    "video_address": "243@video.example.org",
    "video_id": "11 22",
    "text": "Välkommen **alla**",
    "programme": "- Fika\n- Samtal",
    "meals": "Fika kl. 9.00",
    "asks_meal_wishes": "on",
    "registration": "open",
    "closes_day": "2031-10-10",
    "closes_clock": "",
    "offer_hours": "48",
}


def url(name, *args):
    return reverse(f"calls:{name}", args=args)


def page_of(response):
    assert response.status_code == 200
    return response.content.decode()


def post(client, address, data=None, **more):
    return client.post(address, (data or {}) | more)


# --- Who ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["owner", "delegate_user", "registrar", "member", "assessor"])
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("officer_meeting_list", 0), ("officer_meeting_new", 0), ("officer_meeting", 1),
        ("officer_meeting_edit", 1), ("officer_meeting_publish", 1), ("officer_meeting_move", 1),
        ("officer_meeting_cancel", 1), ("officer_meeting_copy", 1), ("officer_meeting_delete", 1),
        ("officer_series_list", 0), ("officer_series_new", 0), ("officer_series", 1),
        ("officer_series_publish", 1), ("officer_series_delete", 1),
    ],
)  # fmt: skip
def test_only_officers_and_admins(client_for, who, name, parameters, request):
    address = url(name, *[1] * parameters)
    client = client_for(request.getfixturevalue(who))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403


def test_an_admin_may_too(client_for, admin_user):
    assert client_for(admin_user).get(LIST).status_code == 200


def test_what_is_not_there_is_404(client_for, officer):
    client = client_for(officer)
    for name in ("officer_meeting", "officer_meeting_edit", "officer_meeting_move", "officer_meeting_cancel"):
        assert client.get(url(name, 4711)).status_code == 404
    assert client.post(url("officer_meeting_publish", 4711)).status_code == 404


# --- The list -------------------------------------------------------------------------------------------
def test_each_tab_has_its_own(client_for, officer):
    now = timezone.now()
    factories.make_meeting(title="Det kommande")
    factories.make_meeting(title="Det gångna", starts_at=now - timedelta(days=3))
    factories.make_meeting(title="Utkastet", status="draft")
    factories.make_meeting(title="Det inställda", status="cancelled", cancelled_at=now)
    titles = {
        "": "Det kommande",
        "tidigare": "Det gångna",
        "utkast": "Utkastet",
        "installda": "Det inställda",
    }
    client = client_for(officer)
    for tab, title in titles.items():
        page = page_of(client.get(LIST, {"visa": tab}))
        assert [other for other in titles.values() if other in page] == [title]
    assert page_of(client.get(LIST, {"visa": "påhittad"})).count("Det kommande") == 1


def test_the_list_is_searched_and_filtered(client_for, officer):
    area = factories.make_area()
    factories.make_meeting(title="Vision", kind="vision", area=area)
    factories.make_meeting(title="Information")
    client = client_for(officer)
    for query in ({"q": "visi"}, {"slag": "vision"}, {"omrade": area.pk}):
        page = page_of(client.get(LIST, query))
        assert ">Vision</a>" in page
        assert ">Information</a>" not in page
    assert "Inga möten svarar mot sökningen" in page_of(client.get(LIST, {"q": "saknas"}))
    assert page_of(client.get(LIST, {"omrade": "x' OR 1=1"}))


def test_counts_are_of_those_who_have_not_cancelled(client_for, officer):
    from calls.queries.officer_meetings import meeting_rows

    meeting = factories.make_meeting(registration="open", capacity=2)
    factories.make_participation(meeting=meeting)
    factories.make_participation(meeting=meeting, place="link")
    factories.make_participation(meeting=meeting, place="link", wants_room_since=timezone.now())
    factories.make_participation(meeting=meeting, place="link", cancelled_at=timezone.now())
    (row,) = meeting_rows("kommande")
    assert (row.in_room, row.by_link, row.waiting) == (1, 2, 1)
    assert "1 av 2" in page_of(client_for(officer).get(LIST))


def test_the_list_costs_the_same_at_one_and_three_rows(client_for, officer):
    client = client_for(officer)
    factories.make_participation(meeting=factories.make_meeting(area=factories.make_area()))
    one = count_queries(lambda: client.get(LIST))
    for _ in range(2):
        factories.make_participation(
            meeting=factories.make_meeting(
                series=factories.make_meeting_series(), area=factories.make_area(), call=factories.make_call()
            )
        )
    assert count_queries(lambda: client.get(LIST)) == one


# --- Write ----------------------------------------------------------------------------------------------
def test_every_field_is_kept(client_for, officer):
    call, area, series = factories.make_call(), factories.make_area(), factories.make_meeting_series()
    extra = {"call": call.pk, "area": area.pk, "series": series.pk}
    response = post(client_for(officer), NEW, EVERY_FIELD, **extra)
    meeting = Meeting.objects.get()
    assert response.headers["Location"] == url("officer_meeting", meeting.pk)
    assert (meeting.kind, meeting.title, meeting.status) == ("dialogue", EVERY_FIELD["title"], "draft")
    assert meeting.starts_at == datetime(2031, 10, 15, 9, 30, tzinfo=STOCKHOLM)
    assert meeting.ends_at == datetime(2031, 10, 15, 12, 30, tzinfo=STOCKHOLM)
    assert (meeting.call, meeting.area, meeting.series) == (call, area, series)
    assert (meeting.attendance, meeting.place, meeting.capacity) == ("both", EVERY_FIELD["place"], 40)
    assert (meeting.link, meeting.link_public) == ("https://video.example.org/mote", True)
    assert (meeting.dial_in_number, meeting.conference_id) == ("+46 8 505 218 69", "243 401 317#")
    assert (meeting.video_address, meeting.video_id) == ("243@video.example.org", "11 22")
    assert (meeting.text, meeting.programme) == ("Välkommen **alla**", "- Fika\n- Samtal")
    assert (meeting.meals, meeting.asks_meal_wishes, meeting.registration) == ("Fika kl. 9.00", True, "open")
    assert meeting.registration_closes_at == datetime(2031, 10, 10, 23, 59, tzinfo=STOCKHOLM)
    assert (meeting.offer_hours, meeting.save_the_date, meeting.room_full) == (48, False, False)


def test_saving_the_form_as_it_is_changes_nothing(client_for, officer):
    client = client_for(officer)
    post(client, NEW, EVERY_FIELD)
    before = Meeting.objects.values().get()
    form = client.get(url("officer_meeting_edit", before["id"])).context["form"]
    data = {"version": before["version"]}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            data[name] = "on"
            continue
        value = form.fields[name].widget.format_value(form.fields[name].prepare_value(value))
        if value not in (None, False, "False"):
            data[name] = value[0] if isinstance(value, list) else value
    assert client.post(url("officer_meeting_edit", before["id"]), data).status_code == 302
    assert Meeting.objects.values().get() == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Fyll i rubrik"),
        ({"day": "31 februari 2031"}, "Dag: "),
        ({"day": "1999-01-01"}, "Ange ett år mellan 2000 och 2100."),
        ({"starts": "25.00"}, "Börjar klockan: "),
        ({"starts": ""}, "Ange när mötet börjar"),
        ({"ends": ""}, "Ange när mötet slutar"),
        ({"ends": "9.00"}, "Mötet slutar innan det börjar."),
        ({"last_day": "2031-10-14"}, "Sista dagen ligger före den första."),
        ({"day": "2031-03-30", "starts": "2.30"}, "klockan ställs fram"),
        ({"day": "2031-10-26", "starts": "2.30"}, "inträffar två gånger"),
        ({"link": "javascript:alert(1)"}, "Länk till mötet: "),
        ({"link": "ftp://example.org/x"}, "Ange en adress som börjar med https://."),
        ({"dial_in_number": "ring mig"}, "Skriv bara numret"),
        ({"conference_id": "ID: 243?"}, "Skriv bara numret"),
        ({"video_address": "på video"}, "Ange en adress som"),
        ({"capacity": "många"}, "Ange ett helt tal."),
        ({"capacity": "-1"}, "Ange 0 eller fler platser."),
        ({"attendance": "link"}, "inga platser i lokalen"),
        ({"closes_day": "2031-10-16"}, "Anmälan stänger senast när mötet börjar."),
        ({"closes_day": "", "closes_clock": "9.00"}, "Ange dagen också."),
        ({"registration": "by_mail", "asks_meal_wishes": ""}, "Ange adressen som anmälan skickas till."),
        ({"registration": "not_needed"}, "frågas i portalens anmälan"),
        ({"offer_hours": "0"}, "Ange minst 1 timme."),
        ({"kind": "fest"}, "Slag: "),
        ({"call": "4711"}, "Utlysning: "),
        ({"area": "4711"}, "Styrkeområde: "),
    ],
)
def test_what_cannot_be_a_meeting_is_said_and_kept(client_for, officer, change, sentence):
    response = post(client_for(officer), NEW, EVERY_FIELD, **change)
    assert response.status_code == 422
    page = response.content.decode()
    assert "ds-error-summary" in page
    assert sentence in page
    assert "Välkommen **alla**" in page
    assert not Meeting.objects.exists()


def test_a_save_the_date_needs_a_title_and_a_day(client_for, officer):
    client = client_for(officer)
    data = {
        "kind": "mobilisation", "title": "Mobilisering", "day": "2031-10-15", "save_the_date": "on",
        "attendance": "both", "registration": "open", "offer_hours": "24",
    }  # fmt: skip
    assert post(client, NEW, data).status_code == 302
    meeting = Meeting.objects.get()
    assert meeting.starts_at == datetime(2031, 10, 15, tzinfo=STOCKHOLM)
    assert meeting.ends_at == datetime(2031, 10, 16, tzinfo=STOCKHOLM)
    client.post(url("officer_meeting_publish", meeting.pk), {"version": 1})
    meeting.refresh_from_db()
    assert meeting.status == "published"
    page = page_of(client.get(url("officer_meeting", meeting.pk)))
    assert "Torsdag 16 oktober 2031" not in page
    assert "Onsdag 15 oktober 2031" in page
    assert "00.00" not in page
    assert "00.00" not in page_of(client.get(url("officer_meeting_edit", meeting.pk)))


# --- Steps ----------------------------------------------------------------------------------------------
def test_publish_from_the_page(client_for, officer, client):
    draft = factories.make_meeting(status="draft", attendance="link")
    officers = client_for(officer)
    assert client.get(url("meeting_detail", draft.pk)).status_code == 404
    officers.post(url("officer_meeting_publish", draft.pk), {"version": "1"})
    assert client.get(url("meeting_detail", draft.pk)).status_code == 200


def test_what_is_missing_is_listed_with_the_way_there(client_for, officer):
    draft = factories.make_meeting(status="draft", attendance="both", link="", text="Skriv programmet här")
    client = client_for(officer)
    page = page_of(client.get(url("officer_meeting", draft.pk)))
    edit = url("officer_meeting_edit", draft.pk)
    assert all(f"{edit}#id_{field}" in page for field in ("place", "link", "text"))
    client.post(url("officer_meeting_publish", draft.pk), {"version": "1"})
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_somebody_saved_first(client_for, officer, second_officer):
    meeting = factories.make_meeting(attendance="link", title="Mötet")
    from dataclasses import replace

    from calls.meeting_content import content_of
    from calls.services.meetings import change_meeting

    client = client_for(officer)
    change_meeting(
        meeting_id=meeting.pk, content=replace(content_of(meeting), title="Annans rubrik"),
        expected_version=1, actor=second_officer,
    )  # fmt: skip
    data = EVERY_FIELD | {"title": "Min rubrik", "version": "1"}
    response = client.post(url("officer_meeting_edit", meeting.pk), data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Anders Andersson ändrade mötet" in page
    assert "Rubrik. Sparat: Annans rubrik" in page
    assert 'value="Min rubrik"' in page
    assert Meeting.objects.get().title == "Annans rubrik"
    assert 'name="version" value="2"' in page
    assert client.post(url("officer_meeting_edit", meeting.pk), data | {"version": "2"}).status_code == 302
    assert Meeting.objects.get().title == "Min rubrik"


def test_a_version_that_is_none_is_a_conflict(client_for, officer):
    meeting = factories.make_meeting(attendance="link")
    data = EVERY_FIELD | {"version": "9" * 40}
    assert client_for(officer).post(url("officer_meeting_edit", meeting.pk), data).status_code == 409


def test_move_and_cancel(client_for, officer):
    meeting = factories.make_meeting(attendance="both", place="Rådhuset", registration="open")
    factories.make_participation(meeting=meeting)
    client = client_for(officer)
    move, cancel = url("officer_meeting_move", meeting.pk), url("officer_meeting_cancel", meeting.pk)
    assert "1 anmäld får ett mejl" in page_of(client.get(move))
    data = {"day": "2031-05-05", "starts": "13", "ends": "14", "place": "Residenset", "version": "1"}
    assert client.post(move, data | {"ends": "12"}).status_code == 422
    assert client.post(move, data | {"note": "Lokalen var upptagen."}).status_code == 302
    assert client.post(move, data).status_code == 409
    meeting.refresh_from_db()
    assert (meeting.place, meeting.sequence, meeting.version) == ("Residenset", 1, 2)
    assert meeting.starts_at == datetime(2031, 5, 5, 13, tzinfo=STOCKHOLM)
    refused = client.post(cancel, {"version": "2"})
    assert refused.status_code == 422
    assert "Skriv varför mötet ställs in." in refused.content.decode()
    page_of(client.get(cancel))
    client.post(cancel, {"reason": "Sjukdom", "version": "2"})
    meeting.refresh_from_db()
    assert (meeting.status, meeting.cancel_reason) == ("cancelled", "Sjukdom")
    assert "Sjukdom" in page_of(client.get(url("officer_meeting", meeting.pk)))
    for address in (move, cancel, url("officer_meeting_edit", meeting.pk)):
        assert client.get(address).status_code == 302


def test_copy_and_delete(client_for, officer):
    meeting = factories.make_meeting(title="Förlagan", attendance="link")
    client = client_for(officer)
    response = client.post(url("officer_meeting_copy", meeting.pk))
    copy = Meeting.objects.exclude(pk=meeting.pk).get()
    assert response.headers["Location"] == url("officer_meeting_edit", copy.pk)
    assert (copy.title, copy.status, copy.published_at) == ("Förlagan", "draft", None)
    delete = url("officer_meeting_delete", copy.pk)
    page_of(client.get(delete))
    assert Meeting.objects.count() == 2
    client.post(delete)
    assert list(Meeting.objects.all()) == [meeting]
    client.post(url("officer_meeting_delete", meeting.pk))
    assert Meeting.objects.get() == meeting


@pytest.mark.parametrize("name", ["publish", "copy"])
def test_get_never_writes(client_for, officer, name):
    meeting = factories.make_meeting(status="draft", attendance="link")
    assert client_for(officer).get(url(f"officer_meeting_{name}", meeting.pk)).status_code == 405


# --- Series ---------------------------------------------------------------------------------------------
def slot(number, **values):
    return {f"slot-{number}-{name}": value for name, value in values.items()}


def series_data(**more):
    return {
        "title": "Mobilisering av tillväxtarbetet",
        "text": "Vem gör vad?",
        "kind": "mobilisation",
        "attendance": "both",
        "place": "Hus U",
        "capacity": "30",
        "registration": "open",
        "link_public": "",
        "slot-TOTAL_FORMS": "4",
        "slot-INITIAL_FORMS": "0",
    } | more


def test_the_four_meetings_of_october_2020_in_one_go(client_for, officer, client):
    areas = [factories.make_area(name=name) for name in ("Jord, skog och vatten", "Upplevelser")]
    data = series_data() | slot(
        0, area=areas[0].pk, day="15 oktober 2031", starts="09:30", ends="12:30", link="example.org/jord",
        dial_in_number="+46 8 505 218 69", conference_id="243 401 317#",
    ) | slot(1, area=areas[1].pk, day="2031-10-15", starts="13:15", ends="16:30", place="Residenset") | slot(
        2, title="Digitala lösningar", day="2031-10-16", starts="09:30", ends="12:30"
    )  # fmt: skip
    officers = client_for(officer)
    page_of(officers.get(NEW_SERIES))
    assert post(officers, NEW_SERIES, data).status_code == 302
    series = MeetingSeries.objects.get()
    assert series.slug == "mobilisering-av-tillvaxtarbetet"
    first, second, third = series.meetings.order_by("starts_at")
    assert (first.title, first.area, first.place) == ("Jord, skog och vatten", areas[0], "Hus U")
    assert (first.capacity, first.registration, first.link_public) == (30, "open", False)
    assert first.conference_id == "243 401 317#"
    assert (second.place, second.title) == ("Residenset", "Upplevelser")
    assert (third.title, third.area) == ("Digitala lösningar", None)
    page = page_of(officers.get(url("officer_series", series.pk)))
    assert "Publicera 3 utkast" in page
    officers.post(url("officer_series_publish", series.pk))
    assert set(series.meetings.values_list("status", flat=True)) == {"published"}
    assert client.get(url("meeting_detail", first.pk)).status_code == 200


def test_more_rows_keep_what_is_typed_without_script(client_for, officer):
    data = series_data(fler="1", title="Min serie") | slot(0, title="Första", day="oläsligt")
    page = page_of(client_for(officer).post(NEW_SERIES, data))
    assert "Möte 6" in page
    assert "Möte 7" not in page
    assert 'value="Min serie"' in page
    assert 'value="oläsligt"' in page
    assert "ds-error-summary" not in page
    assert re.findall(r'name="([^"]+)"[^>]*autofocus', page) == ["slot-4-area"]
    assert not MeetingSeries.objects.exists()


@pytest.mark.parametrize("total", ["x", "-1", "99999999", ""])
def test_rows_that_somebody_has_tampered_with(client_for, officer, total):
    data = series_data(**{"slot-TOTAL_FORMS": total})
    assert client_for(officer).post(NEW_SERIES, data).status_code == 422
    assert client_for(officer).post(NEW_SERIES, data | {"fler": "1"}).status_code == 200


def test_faults_in_rows_are_said_beside_them(client_for, officer):
    data = series_data() | slot(1, title="Utan dag", starts="9.00", ends="10.00") | slot(2, day="2031-10-15")
    response = client_for(officer).post(NEW_SERIES, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "#id_slot-1-day" in page
    assert "Ange en rubrik eller välj ett styrkeområde." in page
    assert not MeetingSeries.objects.exists()
    assert client_for(officer).post(NEW_SERIES, series_data()).status_code == 422


def test_an_invitation_is_changed_once_at_a_time(client_for, officer):
    series = factories.make_meeting_series(title="Före", text="Rad ett\nRad två")
    client = client_for(officer)
    address = url("officer_series", series.pk)
    data = {"title": "Efter", "text": "Ny", "seen_title": "Före", "seen_text": "Rad ett\r\nRad två"}
    assert client.post(address, data).status_code == 302
    response = client.post(address, data | {"title": "Min"})
    assert response.status_code == 409
    assert 'value="Min"' in response.content.decode()
    assert MeetingSeries.objects.get().title == "Efter"


def test_a_slot_is_added_and_a_series_of_drafts_removed(client_for, officer):
    series = factories.make_meeting_series(title="Serien")
    factories.make_meeting(
        series=series, status="draft", attendance="both", place="Hus U", kind="vision", title="Första"
    )
    client = client_for(officer)
    page = page_of(client.get(NEW, {"serie": series.pk}))
    assert 'value="Hus U"' in page
    assert 'value="Första"' not in page
    assert "Serien" in page_of(client.get(f"{LIST}serier/"))
    page_of(client.get(url("officer_series_delete", series.pk)))
    client.post(url("officer_series_delete", series.pk))
    assert not MeetingSeries.objects.exists()
    assert not Meeting.objects.exists()


def test_a_series_with_something_published_stays(client_for, officer):
    series = factories.make_meeting_series()
    factories.make_meeting(series=series)
    client_for(officer).post(url("officer_series_delete", series.pk))
    assert MeetingSeries.objects.get() == series


def test_a_series_costs_the_same_at_one_and_three_meetings(client_for, officer):
    series = factories.make_meeting_series()
    factories.make_meeting(series=series)
    client = client_for(officer)
    one = count_queries(lambda: client.get(url("officer_series", series.pk)))
    for _ in range(2):
        factories.make_meeting(series=series, area=factories.make_area())
    assert count_queries(lambda: client.get(url("officer_series", series.pk))) == one
