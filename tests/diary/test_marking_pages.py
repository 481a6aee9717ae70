"""The pages where something in a case is marked as secret."""

from datetime import timedelta

import pytest
from django.utils import timezone

from s3portal.audit.models import Event
from s3portal.diary.enums import Direction
from s3portal.diary.models import SecrecyMark
from s3portal.diary.services import assign_case, register_record, store_record_file
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries

LIST = "/handlaggning/sekretess/"


@pytest.fixture
def case(db):
    return factories.make_case(title="Stöd till Kvantlyft", counterpart="Kvantlyft AB")


def marks_of(case):
    return f"/handlaggning/diarium/{case.pk}/sekretess/"


def typed(**fields):
    return {"target": "title", "provision": "30:27", "reason": "Affärsplaner."} | fields


@pytest.mark.parametrize(
    ("persona", "reads", "marks"),
    [
        ("registrar", 200, 302),
        ("officer", 200, 302),
        ("second_officer", 200, 403),
        ("delegate_user", 200, 403),
        ("admin_user", 200, 403),
        ("member", 403, 403),
        ("assessor", 403, 403),
        ("owner", 403, 403),
    ],
)
def test_who_reads_and_who_marks(request, client_for, registrar, officer, case, persona, reads, marks):
    assign_case(actor=registrar, case=case, officer=officer)
    stands = factories.mark_secret(case)
    client = client_for(request.getfixturevalue(persona))
    assert client.get(marks_of(case)).status_code == reads
    assert client.get(LIST).status_code == reads
    assert client.post(marks_of(case), typed()).status_code == marks
    assert client.get(f"{marks_of(case)}{stands.pk}/hav/").status_code == (200 if marks == 302 else 403)


def test_what_is_not_there_is_not_found(client_for, registrar, case):
    client = client_for(registrar)
    elsewhere = factories.mark_secret(factories.make_case())
    assert client.get("/handlaggning/diarium/999999/sekretess/").status_code == 404
    assert client.get(f"{marks_of(case)}{elsewhere.pk}/hav/").status_code == 404


def test_a_secret_is_marked_and_lifted(client_for, client, registrar, case):
    staff = client_for(registrar)
    assert marks_of(case) in staff.get(f"/handlaggning/diarium/{case.pk}/").content.decode()
    page = staff.post(
        marks_of(case), typed(target="passage", passage="Kvantlyft", until="2030-01-01"), follow=True
    ).content.decode()
    assert "Märkt som hemligt: ”Kvantlyft”." in page
    assert "OSL 30:27" in page
    assert "Till och med 2030-01-01" in page
    public = client.get(f"/diarium/{case.slug}/").content.decode()
    assert "Kvantlyft" not in public
    assert "Stöd till [Skyddat]" in public
    assert "Kvantlyft" not in client.get("/diarium/").content.decode()
    made = SecrecyMark.objects.get()
    lift = f"{marks_of(case)}{made.pk}/hav/"
    empty = staff.post(lift)
    assert empty.status_code == 422
    assert "Fyll i det här fältet." in empty.content.decode()
    page = staff.post(lift, {"reason": "Offentlig uppgift."}, follow=True).content.decode()
    assert "Markeringen är hävd." in page
    assert "Skäl: Offentlig uppgift." in page
    assert lift not in page
    assert "Stöd till Kvantlyft" in client.get(f"/diarium/{case.slug}/").content.decode()
    assert "redan hävd" in staff.post(lift, {"reason": "Igen"}).content.decode()


def test_records_and_files_are_offered_by_their_number(client_for, registrar, client, case):
    record = register_record(actor=None, case=case, direction=Direction.INCOMING, title="Affärsplan 2026")
    file = store_record_file(
        record=record, filename="plan.pdf", content_type="application/pdf", content=b"%PDF"
    )
    staff = client_for(registrar)
    staff.post(marks_of(case), typed(target="record_title-1"))
    staff.post(marks_of(case), typed(target=f"file-{file.pk}"))
    assert [(mark.part, mark.record_id, mark.file_id) for mark in SecrecyMark.objects.all()] == [
        ("record_title", record.pk, None),
        ("file", record.pk, file.pk),
    ]
    assert "1. [Skyddat]" in client.get(f"/diarium/{case.slug}/").content.decode()


@pytest.mark.parametrize("target", ["record-1", "record_title-1"])
def test_a_case_whose_title_tells_what_the_records_title_does_is_asked_about(
    client_for, registrar, client, case, target
):
    """Marked alone, the record's title would still be read in the case's, in lists and in mails."""
    record = register_record(
        actor=None, case=case, direction=Direction.INCOMING, title="Ansökan om stöd: KVANTLYFT"
    )
    staff = client_for(registrar)
    assert "Skydd av ärendets rubrik" not in staff.get(marks_of(case)).content.decode()
    asked = staff.post(marks_of(case), typed(target=target))
    page = asked.content.decode()
    assert asked.status_code == 422
    sentence = "Ärendets rubrik har samma ord som handlingens. Välj om den också ska skyddas."
    assert f'<p class="ds-validation-message">{sentence}</p>' in page
    assert '<a class="ds-link" href="#id_case_title_0">Välj skydd av ärendets rubrik</a>' in page
    assert "Där står också: Kvantlyft." in page
    assert "Affärsplaner." in page
    assert not SecrecyMark.objects.exists()
    page = staff.post(marks_of(case), typed(target=target, case_title="skydda"), follow=True).content.decode()
    assert "Ärendets rubrik är också skyddad." in page
    made = SecrecyMark.objects.order_by("pk")
    assert [(mark.part, mark.record_id, mark.provision) for mark in made] == [
        (target.split("-")[0], record.pk, "30:27"),
        ("title", None, "30:27"),
    ]
    assert "kvantlyft" not in client.get("/diarium/").content.decode().lower().replace("kvantlyft ab", "")
    assert "Stöd till" not in client.get(f"/diarium/{case.slug}/").content.decode()


def test_who_says_that_the_cases_title_tells_nothing_marks_the_record_alone(client_for, registrar, case):
    for title in ("Affärsplan Kvantlyft", "Budget Kvantlyft", "Stöd till annat"):
        register_record(actor=None, case=case, direction=Direction.INCOMING, title=title)
    staff = client_for(registrar)
    assert staff.post(marks_of(case), typed(target="record_title-1", case_title="visa")).status_code == 302
    assert [mark.part for mark in SecrecyMark.objects.all()] == ["record_title"]
    # Words that most titles have, and parts that tell no title, are not asked about.
    assert staff.post(marks_of(case), typed(target="record_title-3")).status_code == 302
    assert staff.post(marks_of(case), typed(target="content-2")).status_code == 302
    # Nor is a title that is hidden already.
    factories.mark_secret(case, "title")
    assert staff.post(marks_of(case), typed(target="record_title-2")).status_code == 302


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"target": ""}, "Välj vad som är hemligt."),
        ({"target": "record-7"}, "Välj ett giltigt alternativ"),
        ({"target": "passage", "passage": ""}, "Skriv det som är hemligt"),
        ({"provision": ""}, "Välj den bestämmelse"),
        ({"provision": "other"}, "Skriv vilken bestämmelse"),
        ({"reason": ""}, "Fyll i det här fältet."),
        ({"until": "i morgon"}, "datum"),
        ({"until": "2020-01-01"}, "Ange en dag som inte har varit."),
    ],
)
def test_what_is_to_be_put_right_is_told_and_nothing_typed_is_lost(
    client_for, registrar, case, fields, sentence
):
    response = client_for(registrar).post(marks_of(case), typed(reason="Planer") | fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    if "reason" not in fields:
        assert "Planer</textarea>" in page
    assert not SecrecyMark.objects.exists()


def test_who_reads_what_is_marked_is_noted_and_the_list_shows_nothing(client_for, registrar, case):
    client = client_for(registrar)
    client.get(f"/handlaggning/diarium/{case.pk}/")
    assert not Event.objects.filter(action="protected_read").exists()
    factories.mark_secret(case, "case")
    listed = client.get("/handlaggning/diarium/").content.decode()
    assert "Kvantlyft" not in listed
    assert "[Skyddat]" in listed
    assert not Event.objects.filter(action="protected_read").exists()
    assert "Stöd till Kvantlyft" in client.get(f"/handlaggning/diarium/{case.pk}/").content.decode()
    client.get(marks_of(case))
    read = Event.objects.filter(action="protected_read")
    assert [(event.object_id, event.actor_id) for event in read] == [(case.pk, registrar.pk)] * 2


def test_the_question_of_jav_comes_first(client_for, officer, owner, second_officer):
    application = send(factories.make_application(user=owner), owner)
    client = client_for(officer)
    assert "/jav/" in client.get(marks_of(application.case)).headers["Location"]
    declare(application, officer, ground="other", text="Min syster.")
    assert client.get(marks_of(application.case)).status_code == 403


def test_the_list_has_those_whose_time_is_out_first_and_costs_the_same(client_for, registrar):
    client = client_for(registrar)
    assert "Inget är märkt som hemligt" in client.get(LIST).content.decode()
    today = timezone.localdate()
    first = factories.mark_secret(factories.make_case(), "title", until=today + timedelta(days=9))
    one = count_queries(lambda: client.get(LIST))
    factories.mark_secret(factories.make_case(), "title")
    out = factories.mark_secret(
        factories.make_case(), "passage", passage="Hemligt", until=today - timedelta(days=1)
    )
    assert count_queries(lambda: client.get(LIST)) == one
    response = client.get(LIST)
    assert [mark.pk for mark in response.context["page"]][:2] == [out.pk, first.pk]
    page = response.content.decode()
    assert page.count("Tiden är ute") == 1
    assert "Hemligt" not in page
