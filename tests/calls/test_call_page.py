"""The call's own page: what an applicant needs in order to decide and to prepare."""

import json
import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from calls.structured import json_ld, meeting_structured
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def text_of(client, call, **query):
    response = client.get(f"/utlysningar/{call.slug}/", query)
    assert response.status_code == 200
    return response.content.decode()


def facts_of(page):
    panel = page.split('<dl class="s3-facts">', 1)[1].split("</dl>")[0]
    found = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", panel)
    return dict(found)


def add_document(call, officer, *, title="Utlysningstext", versions=2, **fields):
    document = call.documents.create(order=call.documents.count() + 1, title=title, **fields)
    for number in range(1, versions + 1):
        document.versions.create(
            number=number,
            filename="text.pdf",
            content_type="application/pdf",
            storage_name=f"x/{document.pk}-{number}",
            sha256="0" * 64,
            size=210_000 * number,
            uploaded_by=officer,
        )
    return document


def add_answer(call, officer, number=1, **fields):
    defaults = {
        "question": "Jag heter Kalle, får vi söka?",
        "published_question": f"Får vi söka? {number}",
        "answer": "Ja, **ni** får söka.",
        "asker_name": "Kalle Kvist",
        "asker_email": "kalle@example.org",
        "asked_at": timezone.now() + timedelta(seconds=number),
        "status": "answered",
        "answered_at": timezone.now(),
        "answered_by": officer,
    }
    return call.inquiries.create(**(defaults | fields))


def test_the_facts(client):
    call = factories.make_call(
        min_amount=100_000,
        max_amount=500_000,
        latest_end=date(2030, 12, 31),
        grant_months=12,
        extension_possible=True,
    )
    facts = facts_of(text_of(client, call))
    assert facts["Belopp per ansökan"] == "Lägst 100\u00a0000\u00a0kr, högst 500\u00a0000\u00a0kr"
    assert facts["Tidigaste start"] == "Den dag ansökan kommer in, på egen risk före beslutet"
    assert facts["Senaste slut"] == "31 december 2030"
    assert facts["Stödperiod"] == "12\u00a0månader, med möjlighet till förlängning"
    assert "Förlängning" not in facts


def test_an_earliest_start_and_an_extension_by_itself(client):
    call = factories.make_call(earliest_start=date(2030, 1, 1), extension_possible=True, max_amount=5)
    facts = facts_of(text_of(client, call))
    assert facts["Tidigaste start"] == "1 januari 2030"
    assert facts["Förlängning"] == "Möjlig efter utvärdering"
    assert facts["Belopp per ansökan"] == "Högst 5\u00a0kr"


def test_what_to_prepare(client):
    call = factories.make_call()
    first = factories.make_question(call=call, label="Söker ni annat stöd?", kind="yes_no")
    factories.make_question(
        call=call,
        label="Vilket stöd?",
        kind="long",
        max_length=2000,
        required=False,
        shown_if=first,
        shown_if_answer="ja",
        help_text="Nämn vem som ger det.",
    )
    factories.make_question(call=call, label="Var?", kind="choice", choices=["Åre", "Östersund"])
    call.requested_attachments.create(order=1, name="Årsredovisning", help_text="Den senaste.")
    call.requested_attachments.create(order=2, name="Avsiktsförklaring", required=False)
    page = text_of(client, call)
    for text in (
        "Ja eller nej",
        "Lång text, högst 2\u00a0000 tecken, frivillig. Ställs om svaret på ”Söker ni annat stöd?” är ”ja”",
        "Nämn vem som ger det.",
        "Välj mellan: Åre, Östersund.",
        "<b>Årsredovisning</b><p",
        "<b>Avsiktsförklaring</b> (frivillig)",
    ):
        assert text in page
    assert "Förbered ansökan" not in text_of(client, factories.make_call())


def test_criteria_say_their_weight_and_scale(client):
    call = factories.make_call()
    factories.make_criterion(call=call, weight=40, max_score=7)
    page = text_of(client, call)
    assert "Bedöms från 1 till 7. Kriteriet väger 40\u00a0% av den samlade bedömningen." in page


def test_documents_with_type_size_and_day_and_older_versions(client, officer):
    call = factories.make_call()
    document = add_document(call, officer)
    add_document(call, officer, title="Borttaget", withdrawn_at=timezone.now())
    add_document(call, officer, title="Utan fil", versions=0)
    page = text_of(client, call)
    newest, older = document.versions.order_by("-number")
    day = timezone.localdate().isoformat()
    assert f'/utlysningar/{call.slug}/dokument/{newest.pk}/">Utlysningstext</a>' in page
    assert f'/utlysningar/{call.slug}/dokument/{older.pk}/">Utlysningstext, version 1</a>' in page
    assert re.search(rf"<small>Pdf, 420\u00a0kB, <time datetime=\"{day}\">{day}</time></small>", page)
    assert "Borttaget" not in page
    assert "Utan fil" not in page


def test_answers_are_read_by_all_and_nobody_sees_who_asked(client, officer):
    call = factories.make_call()
    add_answer(call, officer)
    add_answer(call, officer, published_question="Inte denna", status="declined")
    call.inquiries.create(question="Väntande fråga", asker_name="Kalle Kvist")
    page = text_of(client, call)
    assert "<strong>ni</strong>" in page
    for hidden in ("Kalle", "kalle@example.org", "Inte denna", "Väntande fråga"):
        assert hidden not in page


def test_answers_come_newest_first_twenty_at_a_time(client, officer):
    call = factories.make_call()
    for number in range(21):
        add_answer(call, officer, number=number + 100)
    first, second = text_of(client, call), text_of(client, call, page=2)
    assert re.findall(r"Får vi söka\? (\d+)", first) == [str(number) for number in range(120, 100, -1)]
    assert re.findall(r"Får vi söka\? (\d+)", second) == ["100"]


@pytest.mark.parametrize(
    ("opens", "closes", "status", "may_ask"),
    [(-1, 1, "published", True), (1, 2, "published", True), (-2, -1, "published", False)],
)
def test_one_may_ask_about_what_is_open_or_coming(client, opens, closes, status, may_ask):
    now = timezone.now()
    call = factories.make_call(opens_at=now + opens * DAY, closes_at=now + closes * DAY, status=status)
    assert (f"/utlysningar/{call.slug}/fraga/" in text_of(client, call)) is may_ask


def test_what_has_been_changed_is_said_first(client):
    call = factories.make_call()
    assert "Ändrad" not in text_of(client, call).split("<main", 1)[1]
    now = timezone.now()
    for number in range(7):
        call.changes.create(field="title", text=f"Ändring {number}.", at=now - number * DAY)
    page = text_of(client, call)
    assert [*re.findall(r"Ändring (\d)", page)] == list("0123456")
    assert page.index("Ändring 4.") < page.index("Tidigare ändringar") < page.index("Ändring 5.")


def test_meetings_that_are_not_public_are_not_shown_and_the_cancelled_marked(client):
    call = factories.make_call()
    factories.make_meeting(call=call, title="Utkastet", status="draft", text="Utkast.")
    factories.make_meeting(
        call=call,
        title="Det inställda",
        status="cancelled",
        cancelled_at=timezone.now(),
        link="https://video.example.org/installt",
    )
    page = text_of(client, call)
    assert "Utkast" not in page
    assert "Inställt</span>" in page
    assert "https://video.example.org/installt" not in page


def test_a_link_for_the_registered_is_not_on_the_page(client):
    call = factories.make_call()
    factories.make_meeting(call=call, link="https://video.example.org/hemlig", link_public=False)
    assert "video.example.org/hemlig" not in text_of(client, call)


def test_it_can_be_shared_and_put_in_the_calendar(client):
    call = factories.make_call(title="Kluster & moln")
    page = text_of(client, call)
    address = f"{settings.BASE_URL}/utlysningar/{call.slug}/"
    escaped = address.replace(":", "%3A").replace("/", "%2F")
    assert f'href="mailto:?subject=Kluster%20%26%20moln&amp;body={escaped}"' in page
    assert f'data-share="{address}"' in page
    assert f'href="/utlysningar/{call.slug}/kalender.ics"' in page
    assert 'href="/prenumerera/"' in page


# --- In the words of schema.org -------------------------------------------------------------------------
def structured(page):
    (content,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(content)


def test_the_call_as_a_grant(client):
    call = factories.make_call(title="</script><script>alert(1)</script>&", min_amount=10, max_amount=20)
    page = text_of(client, call)
    assert "<script>alert" not in page
    data = structured(page)
    address = f"{settings.BASE_URL}/utlysningar/{call.slug}/"
    assert (data["@context"], data["@type"], data["url"]) == ("https://schema.org", "MonetaryGrant", address)
    assert data["name"] == call.title
    assert data["amount"] == {"@type": "MonetaryAmount", "currency": "SEK", "minValue": 10, "maxValue": 20}
    assert data["funder"]["@type"] == "GovernmentOrganization"
    assert data["potentialAction"]["@type"] == "ApplyAction"
    assert data["potentialAction"]["endTime"].startswith(
        timezone.localtime(call.closes_at).date().isoformat()
    )


@pytest.mark.parametrize(
    ("fields", "mode", "locations"),
    [
        ({"attendance": "room", "place": "Hus U"}, "Offline", [("Place", "Hus U")]),
        ({"attendance": "link"}, "Online", [("VirtualLocation", "https://video.example.org/mote")]),
        (
            {"attendance": "both", "place": "Hus U", "link_public": False},
            "Mixed",
            [("Place", "Hus U"), ("VirtualLocation", "https://portal.example.org/moten/1/")],
        ),
    ],
)
def test_a_meeting_as_an_event(fields, mode, locations):
    meeting = factories.make_meeting(**fields)
    data = structured(meeting_structured(meeting, url="https://portal.example.org/moten/1/"))
    assert data["@type"] == "Event"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["eventAttendanceMode"] == f"https://schema.org/{mode}EventAttendanceMode"
    found = [(place["@type"], place.get("url") or place["name"]) for place in data["location"]]
    assert found == locations


def test_a_meetings_page_carries_its_event(client):
    meeting = factories.make_meeting()
    data = structured(client.get(f"/moten/{meeting.pk}/").content.decode())
    assert (data["name"], data["url"]) == (meeting.title, f"{settings.BASE_URL}/moten/{meeting.pk}/")


def test_a_cancelled_meeting_says_so():
    meeting = factories.make_meeting(status="cancelled", cancelled_at=timezone.now())
    assert structured(meeting_structured(meeting, url="x"))["eventStatus"].endswith("/EventCancelled")


def test_no_text_ends_the_element():
    evil = "</script><!--<script>&\u2028"
    written = json_ld({"name": evil})
    assert written.count("<") == 2
    assert structured(written)["name"] == evil


def test_the_page_costs_the_same_at_one_and_three_of_everything(client, officer):
    call = factories.make_call(areas=[])

    def add():
        call.areas.add(factories.make_area())
        condition = factories.make_question(call=call, kind="yes_no")
        factories.make_question(call=call, shown_if=condition, shown_if_answer="ja")
        factories.make_criterion(call=call, weight=None)
        factories.make_meeting(call=call)
        order = call.requested_attachments.count() + 1
        call.requested_attachments.create(order=order, name="Bilaga")
        call.milestones.create(kind="other", title="Hållpunkt", day=date(2030, 1, 1))
        call.changes.create(field="title", text="Ändrad.")
        call.contacts.create(order=order + 10, name="Olle")
        add_document(call, officer)
        add_answer(call, officer)

    add()
    one = count_queries(lambda: client.get(f"/utlysningar/{call.slug}/"))
    add()
    add()
    assert count_queries(lambda: client.get(f"/utlysningar/{call.slug}/")) == one
