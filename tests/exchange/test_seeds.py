# ruff: noqa: E501 - the sentences stand as in the papers
"""The region's own papers, figure by figure, as the portal shows them."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from applications.models import Project
from calls.models import Call, Meeting, MeetingSeries, StrengthArea
from decisions.models import Decision
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import STOCKHOLM
from s3portal.exchange.services import import_file
from tests.exchange.samples import DATA

pytestmark = pytest.mark.django_db
FILES = sorted(DATA.glob("*.yaml"))


@pytest.fixture(autouse=True)
def taken_in(db):
    for path in FILES:
        import_file(path.read_bytes(), actor=None)


def page_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def words(html):
    """The text of the main part, with one space between words."""
    from lxml import html as parser

    main = parser.fromstring(html).xpath("//main")[0]
    return " ".join(main.text_content().split())


def test_there_are_files():
    assert [path.name for path in FILES] == [
        "01-grund.yaml",
        "02-utlysning-2021.yaml",
        "03-moten-2020.yaml",
        "04-projekt.yaml",
        "05-beslut.yaml",
    ]


def test_the_four_areas():
    assert list(StrengthArea.objects.values_list("name", "color", "icon")) == [
        ("Jord, skog och vatten", "mossa", "jord"),
        ("Upplevelser", "ljung", "upplevelser"),
        ("Hållbar energi", "hjortron", "energi"),
        ("Digitala lösningar", "sjo", "digital"),
    ]


def test_the_call_of_2021(client):
    call = Call.objects.get()
    assert call.frame == 10_000_000
    assert call.closes_at == datetime(2021, 11, 29, 23, 59, 59, tzinfo=STOCKHOLM)
    text = words(page_of(client, reverse("calls:call_detail", args=[call.slug])))
    for sentence in (
        (
            "För att påskynda omställningen till ett hållbart och fortsatt konkurrenskraftigt Jämtland Härjedalen, så "
            "utlyser Region Jämtland Härjedalen upp till 10 miljoner kronor för utveckling av innovationskluster som "
            "operativt driver länets fyra styrkeområden i smart specialisering framåt."
        ),
        (
            "Utlysningen riktar sig till aktörer som effektivt kan koordinera innovationskluster kopplade till ett eller "
            "flera av styrkeområdena. Sista ansökningsdag är 29 november. Beslut om innovationskluster fattas i december "
            "2021 och stödet betalas ut i ett år. Det finns möjlighet till förlängning om utvärderingen visar på att "
            "arbetet fortskrider med goda resultat."
        ),
        "10 000 000 kr",
        "29 november 2021 kl. 23.59",
        "Tisdag 16 november 2021 kl. 08.00–08.45",
        "December 2021",
        "+46 8 505 218 69",
        "Telefonkonferens-ID: 911 511 288#",
        "regionjh@m.webex.com",
        "Videokonferens-ID: 121 598 316 6",
    ):
        assert sentence in text, sentence
    assert "Påbörja ansökan" not in text


def test_the_information_meeting_of_2021(client):
    meeting = Meeting.objects.get(call__isnull=False)
    assert (meeting.starts_at, meeting.ends_at) == (
        datetime(2021, 11, 16, 8, 0, tzinfo=STOCKHOLM),
        datetime(2021, 11, 16, 8, 45, tzinfo=STOCKHOLM),
    )
    assert meeting.registration == "not_needed"
    text = words(page_of(client, reverse("calls:meeting_detail", args=[meeting.pk])))
    for sentence in (
        "WSP har tillsammans med Region Jämtland Härjedalen gjort ett arbete som landat i en slutrapport",
        "en bra uppdelning av ”system” och ”utförarnivå”.",
        "Det vill säga att peka ut koordinatorer, och låta mycket av det operativa arbetet ske inom ramen för dessas",
        "Mötet kräver ingen anmälan",
    ):
        assert sentence in text, sentence


DAYS = {
    "dialogmoten-2020-omgang-tva": [
        ("Jord, skog och vatten", "2020-08-18 10:00–12:00"),
        ("Hållbar energi", "2020-08-19 13:00–15:00"),
        ("Upplevelser", "2020-08-21 09:00–11:00"),
        ("Digitala lösningar", "2020-08-21 13:00–15:00"),
    ],
    "vision-och-prioriteringar-2020": [
        ("Jord, skog och vatten", "2020-09-21 09:30–12:30"),
        ("Upplevelser", "2020-09-21 13:15–16:30"),
        ("Digitala lösningar", "2020-09-22 09:30–12:30"),
        ("Hållbar energi", "2020-09-22 13:15–16:30"),
    ],
    "mobilisering-2020": [
        ("Jord, skog och vatten", "2020-10-15 09:30–12:30"),
        ("Upplevelser", "2020-10-15 13:15–16:30"),
        ("Digitala lösningar", "2020-10-16 09:30–12:30"),
        ("Hållbar energi", "2020-10-16 13:15–16:30"),
    ],
}


@pytest.mark.parametrize("slug", DAYS)
def test_the_meetings_of_2020(slug):
    found = []
    for meeting in MeetingSeries.objects.get(slug=slug).meetings.order_by("starts_at"):
        start, end = meeting.starts_at.astimezone(STOCKHOLM), meeting.ends_at.astimezone(STOCKHOLM)
        found.append((meeting.area.name, f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}"))
    assert found == DAYS[slug]


def test_the_weekdays_of_the_invitation_hold():
    assert date(2020, 9, 21).weekday() == 0
    assert date(2020, 10, 15).weekday() == 3


def test_three_of_the_four_rooms_were_full(client):
    full = MeetingSeries.objects.get(slug="vision-och-prioriteringar-2020").meetings.filter(room_full=True)
    assert set(full.values_list("area__name", flat=True)) == {
        "Jord, skog och vatten",
        "Upplevelser",
        "Hållbar energi",
    }
    assert Meeting.objects.filter(room_full=True).count() == 3
    sentence = "Fullsatt i lokalen. Nu endast öppen för deltagande via länk."
    assert page_of(client, "/moten/").count(sentence) == 3
    text = words(page_of(client, reverse("calls:meeting_detail", args=[full[0].pk])))
    assert sentence in text
    assert (
        "Morgonfika från 09:00. Lunch dukas fram mellan 12:00-13:30. Eftermiddagskaffe cirka 14:45." in text
    )
    assert "Vi håller till i Hus U på campus i Östersund. In genom entrén och till vänster." in text


def test_the_four_conference_ids_of_the_mobilisation():
    series = MeetingSeries.objects.get(slug="mobilisering-2020")
    rows = series.meetings.order_by("starts_at").values_list("area__name", "dial_in_number", "conference_id")
    assert list(rows) == [
        ("Jord, skog och vatten", "+46 8 505 218 69", "243 401 317#"),
        ("Upplevelser", "+46 8 505 218 69", "678 029 206#"),
        ("Digitala lösningar", "+46 8 505 218 69", "129 998 686#"),
        ("Hållbar energi", "+46 8 505 218 69", "565 586 322#"),
    ]
    assert "Vem gör vad och vad behövs för att göra förflyttningen?" in series.text


def test_smice(client):
    project = Project.objects.get()
    text = words(page_of(client, "/projekt/smice/"))
    for sentence in (
        "Etableringsfrämjande samverkan",
        "Region Jämtland Härjedalen",
        "Maja Blomqvist",
        "Trøndelag Fylkeskommune, Mittuniversitetet, Studieförbundet Vuxenskolan, Mittnordenkommittén, Norra station",
        "8 168 675 kr",
        "www.smice.nu",
        "facebook.com/besmice",
        "Mål 1: Styrke omstillingsprosessen mot et bærekraftig, attraktivt och välmående nullutslippsamfunn.",
        "Aktivitet bygger på «åpen innovasjon» prinsipper",
        "In our county there are many small good companies but still too few jobs",
        "at least 15 business establishments to the county and that at least 100 jobs to be created",
    ):
        assert sentence in text, sentence
    assert (project.starts_on, project.ends_on) == (date(2017, 5, 14), date(2020, 5, 14))
    assert "Skriv tabellbeskrivning här" not in text
    assert find_leftovers(text) == []


def test_run_664_2021():
    decision = Decision.objects.get(slug="RUN-664-2021")
    assert (decision.unit, decision.case_officer_name) == ("Näringsliv och samhällsbyggnad", "Åsa Hofsten")
    assert decision.case_officer_phone == "063-146530"
    assert decision.case_officer_email == "asa.hofsten@regionjh.se"
    assert decision.title == "Deltagande i projekt: Designdrivna Innovationskluster"
    assert decision.decided_on == date(2022, 3, 10)
    assert decision.order_title == (
        "Delegationsbestämmelser för regionala utvecklingsnämnden i Region Jämtland Härjedalen 2019-2022"
    )
    assert decision.clause_number == "8.1"
    assert (decision.amount_kind, decision.amount, decision.amount_is_ceiling) == ("in_kind", 150_000, False)
    assert (decision.starts_on, decision.ends_on) == (date(2022, 4, 1), date(2024, 6, 30))
    assert (decision.signatory_name, decision.signatory_title) == (
        "Anna Halvarsson",
        "Tf. regional utvecklingsdirektör",
    )
    assert [point.text for point in decision.points.all()] == [
        (
            "Region Jämtland Härjedalen deltar i och medfinansierar projektet Designdrivna innovationskluster med "
            "arbetstid motsvarande 150 000 kronor under perioden april 2022 till juni 2024."
        ),
        "Finansiering sker inom ram för område Kultur och bildning och område Hållbar tillväxt.",
    ]
    assert [document.title for document in decision.basis_documents.all()] == [
        'Förfrågan om samverkan kring projekt "Designdrivna innovationskluster"',
        'Projektbeskrivning "Designdrivna Innovationskluster" utkast 20211208',
        "Ansökan Designdrivna innovationskluster",
        "Bilaga1-aktiviteter-designdrivna-innovationskluster-SVID",
        "Bilaga2-infographic-designdrivna-innovationskluster-SVID",
    ]
    assert [recipient.name for recipient in decision.extract_recipients.all()] == ["SVID"]
    assert decision.committee_name == "regionala utvecklingsnämnden"
    assert "4 tvärssektoriella och tvärdisciplinära lärlabb" in decision.background


def test_run_138_2024():
    decision = Decision.objects.get(slug="RUN-138-2024")
    assert (decision.unit, decision.case_officer_name) == ("Samhällsutveckling", "Ingrid Ahnlund Rode")
    assert (decision.case_officer_phone, decision.case_officer_email) == (
        "",
        "ingrid.ahnlund-rode@regionjh.se",
    )
    assert decision.title == "Projekt: Stärka samarbeten med regioner i EU utifrån S3"
    assert decision.decided_on == date(2024, 2, 23)
    assert decision.order_title == (
        "Delegationsbestämmelser för regionala utvecklingsnämnden i Region Jämtland Härjedalen 2023–2026"
    )
    assert (decision.clause_number, decision.clause.ceiling) == ("8.2", 500_000)
    assert (decision.amount_kind, decision.amount, decision.amount_is_ceiling) == ("in_kind", 460_000, True)
    assert (decision.starts_on, decision.ends_on) == (date(2024, 3, 1), date(2024, 11, 30))
    assert (decision.signatory_name, decision.signatory_title) == (
        "Magnus Aspegren",
        "Regional utvecklingsdirektör",
    )
    assert [point.text for point in decision.points.all()] == [
        (
            "Region Jämtland Härjedalen avsätter arbetstid motsvarande maximalt 460 000 kronor för att genomföra "
            "projektet Stärka samarbeten med regioner i EU utifrån smart specialisering under perioden 2024-03-01 – "
            "2024-11-30."
        ),
        "Finansiering sker inom befintlig budgetram för verksamhetsområde Hållbar tillväxt.",
        "Ansökan om medfinansiering skickas till Tillväxtverket enligt upprättat förslag.",
    ]
    assert [document.title for document in decision.basis_documents.all()] == [
        "Utkast: Ansökan Tillväxtverket - Stärka samarbeten med regioner i EU utifrån S3",
        "Projektinitiativ Stärka samarbeten med regioner i EU utifrån S3",
    ]
    assert [recipient.name for recipient in decision.extract_recipients.all()] == ["Tillväxtverket"]
    assert "Projektet har en total budget på 920 000 kronor, varav 460 000 kronor söks" in decision.background


def test_both_decisions_are_public(client):
    text = words(page_of(client, "/beslut/"))
    for sentence in ("RUN/664/2021", "RUN/138/2024", "2022-03-10", "2024-02-23"):
        assert sentence in text
    text = words(page_of(client, "/beslut/RUN-138-2024/"))
    assert "maximalt 460 000 kronor" in text
    assert "Magnus Aspegren" in text


def test_a_second_reading_changes_nothing():
    from s3portal.common.upsert import Outcome

    for path in FILES:
        summary = import_file(path.read_bytes(), actor=None)
        assert summary.total(Outcome.CREATED) == summary.total(Outcome.UPDATED) == 0
