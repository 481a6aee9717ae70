from datetime import date, timedelta
from urllib.parse import quote, unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from decisions.models import Decision
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import register_record
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries
from tests.decisions.test_forms import posted

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/beslut/"


def at(decision, rest=""):
    return f"{LIST}{decision.pk}/{rest}"


@pytest.fixture
def signed(officer):
    return factories.make_signed_decision(user=officer, decided_on=date(2026, 3, 1))


# --- Who --------------------------------------------------------------------------------------------------
STRANGERS = ["owner", "stranger", "member", "assessor"]
PAGES = [
    "",
    "forhandsgranska/",
    "forhandsgranska.pdf",
    "skicka/",
    "ta-bort/",
    "pdf/",
    "underskrift/",
    "skicka-tillbaka/",
]


@pytest.mark.parametrize("persona", STRANGERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_find_nothing(request, client_for, draft, persona, method):
    client = client_for(request.getfixturevalue(persona))
    assert {page: getattr(client, method)(at(draft, page)).status_code for page in PAGES} == {
        page: 405 if method == "post" and page in ("forhandsgranska/", "forhandsgranska.pdf", "pdf/") else 404
        for page in PAGES
    }
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}ny/").status_code == 403
    assert Decision.objects.get().status == "draft"


@pytest.mark.parametrize("persona", STRANGERS)
def test_strangers_start_nothing(request, client_for, application, persona):
    client = client_for(request.getfixturevalue(persona))
    address = reverse("decisions:draft_from_application", args=[application.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"kind": "grant"}).status_code == 404
    assert client.post(f"{LIST}ny/", {"title": "T"}).status_code == 403


@pytest.mark.parametrize("persona", ["registrar", "admin_user"])
def test_drafts_are_not_for_the_registry(request, client_for, draft, signed, persona):
    client = client_for(request.getfixturevalue(persona))
    assert client.get(at(draft)).status_code == 404
    assert client.get(at(signed)).status_code == 200
    assert client.post(at(signed)).status_code == 403
    assert client.get(f"{LIST}ny/").status_code == 403


def test_a_delegate_reads_but_does_not_write(client_for, delegate_user, draft, application):
    client = client_for(delegate_user)
    page = client.get(at(draft)).content.decode()
    assert "Utkastet skrivs av Hanna Handläggare." in page
    assert "<form" not in page.split('<main id="innehall">')[1]
    for rest in ("", "skicka/", "ta-bort/"):
        assert client.post(at(draft, rest), posted(draft)).status_code == 403
    assert client.get(at(draft, "ta-bort/")).status_code == 403
    assert client.get(reverse("decisions:draft_from_application", args=[application.pk])).status_code == 403


def test_login_first(client, draft):
    for rest in PAGES:
        response = client.get(at(draft, rest))
        assert response["location"].startswith("/konto/login/?next=/handlaggning/beslut/")


def test_a_changed_id(client_for, officer, application):
    client = client_for(officer)
    assert client.get(f"{LIST}999999/").status_code == 404
    assert client.get(f"{LIST}ny/ansokan/999999/").status_code == 404
    unsent = factories.make_application(user=application.created_by, call=application.call)
    assert client.get(f"{LIST}ny/ansokan/{unsent.pk}/").status_code == 404, "drafts are the applicant's own"


# --- The list ---------------------------------------------------------------------------------------------
def tabs_of(response):
    return [(tab["label"], tab["count"], tab["current"]) for tab in response.context["tabs"]]


def test_the_tabs_of_each_role(request, client_for, draft, signed):
    officer, delegate_user, registrar = map(
        request.getfixturevalue, ("officer", "delegate_user", "registrar")
    )
    assert tabs_of(client_for(officer).get(LIST)) == [
        ("Utkast", 1, True),
        ("För underskrift", 0, False),
        ("Att expediera", 1, False),
        ("Undertecknade", 1, False),
    ]
    assert tabs_of(client_for(delegate_user).get(LIST)) == [
        ("Väntar på dig", 0, True),
        ("Utkast", 1, False),
        ("För underskrift", 0, False),
        ("Undertecknade", 1, False),
    ]
    assert tabs_of(client_for(registrar).get(LIST)) == [("Undertecknade", 1, True)]
    assert tabs_of(client_for(registrar).get(f"{LIST}?visa=utkast")) == [("Undertecknade", 1, True)]


def test_a_delegate_sees_first_what_waits_for_her(client_for, officer, delegate_user, proposed):
    someone = factories.make_delegate(user=factories.make_staff("delegate"))
    other = factories.make_decision(user=officer, delegate=someone)
    Decision.objects.filter(pk=other.pk).update(
        status="proposed", proposed_by=officer, proposed_at=other.created_at
    )
    response = client_for(delegate_user).get(LIST)
    assert list(response.context["page"]) == [proposed]
    assert f'href="{at(proposed, "underskrift/")}"' in response.content.decode()
    response = client_for(delegate_user).get(f"{LIST}?visa=underskrift")
    assert set(response.context["page"]) == {proposed, other}


def test_search_by_words_and_number(client_for, officer, draft, signed):
    client = client_for(officer)
    other = factories.make_decision(user=officer, title="Ansökan om energiforskning")
    assert list(client.get(f"{LIST}?visa=utkast&q=projekten").context["page"]) == [draft]
    found = client.get(f"{LIST}?visa=utkast&q=run {other.case.serial}-{other.case.year}")
    assert list(found.context["page"]) == [other]
    nothing = client.get(f"{LIST}?q=finnsinte")
    assert "Inga beslut svarar mot sökningen" in nothing.content.decode()
    assert nothing.context["tabs"][0]["url"] == f"{LIST}?visa=utkast&q=finnsinte"
    assert client.get(f"{LIST}?q={'x' * 300}").status_code == 200


def test_the_list_tells_nothing_of_a_proposal_before_jav_is_answered(client_for, officer, owner):
    application = send(factories.make_application(user=owner), owner)
    draft = factories.make_decision(
        user=officer, case=application.case, application=application, title="Avslag på skidspår",
        amount=123_456,
    )  # fmt: skip
    client, address = client_for(officer), f"{LIST}?visa=utkast"
    told = ("Avslag på skidspår", "123\u00a0456", f">{draft.get_kind_display()}</td>")
    page = client.get(address).content.decode()
    assert f"Svara på frågan om jäv i {application.case}" in page
    assert [text for text in told if text in page] == []
    assert list(client.get(f"{address}&q=skidspår").context["page"]) == []
    assert list(client.get(f"{address}&q={application.case.slug}").context["page"]) == [draft]
    declare(application, officer)
    page = client.get(address).content.decode()
    assert [text for text in told if text not in page] == []
    assert list(client.get(f"{address}&q=skidspår").context["page"]) == [draft]
    application.declarations.create(person=officer, ground="party", declared_by=officer)
    page = client.get(address).content.decode()
    assert f"Jäv anmält i {application.case}" in page
    assert [text for text in told if text in page] == []


def test_empty_lists(client_for, officer, delegate_user, registrar):
    assert "Skriv ett nytt, eller börja från en ansökan." in client_for(officer).get(LIST).content.decode()
    assert "Inget väntar på din underskrift" in client_for(delegate_user).get(LIST).content.decode()
    assert (
        "Beslut visas när handläggarna har skrivit dem." in client_for(registrar).get(LIST).content.decode()
    )


def test_as_many_queries_for_three_as_for_one(client_for, officer, delegate, application):
    from decisions.enums import DecisionKind
    from decisions.services.drafting import draft_from_application

    draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    client = client_for(officer)
    client.get(LIST)
    one = count_queries(lambda: client.get(LIST))
    for _number in range(2):
        factories.make_decision(user=officer, delegate=delegate)
    assert count_queries(lambda: client.get(LIST)) == one
    assert one <= 12


def test_pages(client_for, officer):
    case = factories.make_case()
    for number in range(31):
        factories.make_decision(user=officer, case=case, title=f"Beslut {number}", bare=True)
    first = client_for(officer).get(LIST)
    assert len(first.context["page"]) == 30
    assert "Bläddra mellan sidor" in first.content.decode()


# --- Begin ------------------------------------------------------------------------------------------------
NEW = {"kind": "participation", "title": "Deltagande i projekt: Kit", "case": "nytt", "counterpart": "SVID"}


def test_a_new_decision(client_for, officer):
    client = client_for(officer)
    assert Case.objects.count() == 0
    response = client.post(f"{LIST}ny/", NEW, follow=True)
    decision = Decision.objects.get()
    assert response.redirect_chain == [(at(decision), 302)]
    assert f"Utkastet finns i ärende {decision.case}." in response.content.decode()
    assert decision.case.counterpart == "SVID"


def test_a_new_decision_without_a_title(client_for, officer):
    response = client_for(officer).post(f"{LIST}ny/", NEW | {"title": " "})
    assert response.status_code == 422
    assert "Fyll i rubrik" in response.content.decode()
    assert (Decision.objects.count(), Case.objects.count()) == (0, 0)


def test_a_new_decision_in_a_cancelled_case(client_for, officer):
    case = factories.make_case()
    case.status = "cancelled"
    case.save(update_fields=["status"])
    response = client_for(officer).post(f"{LIST}ny/", NEW | {"case": "befintligt", "diary_number": str(case)})
    assert response.status_code == 422
    assert f"Ärende {case} är makulerat." in response.content.decode()


def test_from_an_application(client_for, officer, application):
    client = client_for(officer)
    address = reverse("decisions:draft_from_application", args=[application.pk])
    page = client.get(address).content.decode()
    assert "Skriv beslut om Klusterkraft" in page
    assert Decision.objects.count() == 0
    response = client.post(address, {"kind": "grant"})
    decision = Decision.objects.get()
    assert response["location"] == at(decision)
    assert client.post(address, {"kind": "grant"})["location"] == at(decision)
    assert client.post(address, {"kind": "trams"}).status_code == 422
    # Another kind is a draft of its own, and an older one of the same kind is told of.
    other = client.post(address, {"kind": "rejection"})
    assert other["location"] != at(decision)
    Decision.objects.filter(pk=decision.pk).update(created_at=timezone.now() - timedelta(hours=1))
    page = client.get(address).content.decode()
    assert f'<a class="ds-link" href="{at(decision)}">Bifall till ansökan</a>, sparat ' in page
    again = client.post(address, {"kind": "grant"}, follow=True)
    assert again.redirect_chain == [(at(decision), 302)]
    assert "Det fanns redan ett utkast av det slaget." in again.content.decode()
    anew = client.post(address, {"kind": "grant", "anew": "on"})
    assert anew["location"] not in (at(decision), other["location"])
    assert application.decisions.count() == 3


def test_from_a_decided_application(client_for, officer, application):
    from applications.services import reject_application

    reject_application(application_id=application.pk, actor=officer)
    response = client_for(officer).post(
        reverse("decisions:draft_from_application", args=[application.pk]), {"kind": "grant"}
    )
    assert response.status_code == 422
    assert "Ansökan är avslagen. Det går inte att fatta ett nytt beslut om den." in response.content.decode()


# --- Write ------------------------------------------------------------------------------------------------
HX = {"HTTP_HX_REQUEST": "true"}


def test_the_page_shows_form_checks_and_document(client_for, officer, draft):
    page = client_for(officer).get(at(draft)).content.decode()
    assert f"Diarienummer {draft.case} och datum sätts av systemet." in page
    assert "Klart att skicka" in page
    assert '<article class="dok"' in page
    assert '<h3 class="dok-titel">Deltagande i projektet Klusterkraft</h3>' in page
    assert "style=" not in page


def test_save(client_for, officer, draft):
    response = client_for(officer).post(at(draft), posted(draft, title="Ny rubrik"), follow=True)
    assert response.redirect_chain == [(at(draft), 302)]
    assert "Utkastet är sparat." in response.content.decode()
    stored = Decision.objects.get()
    assert (stored.title, stored.version, stored.updated_by) == ("Ny rubrik", 2, officer)


def test_a_draft_with_something_to_put_right_does_not_say_that_it_is_saved(client_for, officer, draft):
    client = client_for(officer)
    assert "<b data-saved-text>Sparat " in client.get(at(draft)).content.decode()
    refused = client.post(at(draft), posted(draft, title="x" * 400))
    assert refused.status_code == 422
    assert "<b data-saved-text>Inte sparat än</b>" in refused.content.decode()


def test_records_of_the_case_are_chosen(client_for, officer, draft):
    record = register_record(actor=None, case=draft.case, direction=Direction.INCOMING, title="Förfrågan")
    client = client_for(officer)
    assert "Förfrågan" in client.get(at(draft)).content.decode()
    client.post(at(draft), posted(draft, records=str(record.pk)))
    assert [row.title for row in draft.basis_documents.order_by("order")] == [
        "Förfrågan",
        "Projektbeskrivning Klusterkraft",
    ]


def test_a_fault_keeps_what_was_typed(client_for, officer, draft):
    response = client_for(officer).post(at(draft), posted(draft, title="Ny rubrik", amount="1e9"))
    assert response.status_code == 422
    page = response.content.decode()
    assert "Rätta 1 uppgift innan utkastet sparas" in page
    assert 'value="Ny rubrik"' in page
    assert 'value="1e9"' in page
    assert Decision.objects.get().title == draft.title


def test_autosave(client_for, officer, draft):
    response = client_for(officer).post(at(draft), posted(draft, title="Ny rubrik", reasons=""), **HX)
    assert response.status_code == 200
    assert response["HX-Trigger"] == "utkast-sparat"
    page = response.content.decode()
    assert '<input type="hidden" name="version" id="utkast-version" value="2" hx-swap-oob="true">' in page
    assert "2 uppgifter att rätta" in page
    assert "Skäl för beslutet saknas" in page
    assert "<form" not in page
    assert Decision.objects.get().title == "Ny rubrik"


def test_autosave_with_a_fault(client_for, officer, draft):
    response = client_for(officer).post(at(draft), posted(draft, title="Ny", ends_on="i går"), **HX)
    assert response.status_code == 422
    assert unquote(response["HX-S3-Message"]) == (
        "Till och med: Skriv datumet som 2024-03-01 eller 1 mars 2024."
    )
    assert "HX-Trigger" not in response
    assert Decision.objects.get().title == draft.title


def test_autosave_after_somebody_else(client_for, officer, second_officer, draft):
    client_for(second_officer).post(at(draft), posted(draft, title="Deras"))
    response = client_for(officer).post(at(draft), posted(draft, title="Min"), **HX)
    assert response.status_code == 409
    assert unquote(response["HX-S3-Message"]).startswith("Anders Andersson sparade en annan text den ")
    assert "Tryck Spara utkast för att se vad som skiljer." in response.content.decode()
    assert Decision.objects.get().title == "Deras"


def test_autosave_after_logout(client, draft):
    assert client.post(at(draft), posted(draft, title="Ny"), **HX).status_code == 401


def test_two_browsers(client_for, officer, second_officer, draft):
    mine = posted(draft, title="Min rubrik")
    client_for(second_officer).post(at(draft), posted(draft, title="Deras rubrik"))
    client = client_for(officer)
    response = client.post(at(draft), mine)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Inget sparades: utkastet har ändrats under tiden" in page
    assert "Anders Andersson sparade en annan text den " in page
    assert '<del><span class="ds-sr-only">Sparat: </span>Deras</del>' in page
    assert '<ins><span class="ds-sr-only">Ditt: </span>Min</ins>' in page
    assert 'value="Min rubrik"' in page
    assert Decision.objects.get().title == "Deras rubrik"
    # Saved again on that page, it is done knowingly.
    assert 'id="utkast-version" value="2"' in page
    mine["version"] = "2"
    client.post(at(draft), mine)
    assert Decision.objects.get().title == "Min rubrik"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999", "²"])
def test_a_version_from_nowhere_is_a_conflict(client_for, officer, draft, version):
    response = client_for(officer).post(at(draft), posted(draft, title="Ny", version=version))
    assert response.status_code == 409


def test_writing_in_what_has_been_sent_away(client_for, officer, proposed):
    draft_data = posted(proposed, title="För sent")
    response = client_for(officer).post(at(proposed), draft_data)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Beslutet väntar på underskrift och går inte att ändra." in page
    assert 'value="För sent"' in page
    assert Decision.objects.get().title != "För sent"


def test_logged_out_while_writing(client, officer, draft):
    typed = posted(draft, title="Skrivet före utloggningen")
    response = client.post(at(draft), typed)
    assert response["location"] == f"/konto/login/?next={quote(at(draft), safe='')}"
    response = client.post(response["location"], {"login": officer.email, "password": factories.PASSWORD})
    page = client.get(response["location"]).content.decode()
    assert 'value="Skrivet före utloggningen"' in page
    assert Decision.objects.get().title == draft.title
    client.post(at(draft), typed)
    assert Decision.objects.get().title == "Skrivet före utloggningen"


def test_logged_out_while_sending(client, officer, draft):
    response = client.post(at(draft, "skicka/"), posted(draft, title="Skrivet före"))
    client.post(response["location"], {"login": officer.email, "password": factories.PASSWORD})
    page = client.get(at(draft, "skicka/")).content.decode()
    assert 'value="Skrivet före"' in page
    assert Decision.objects.get().status == "draft"


# --- Rows -------------------------------------------------------------------------------------------------
def test_rows_without_script(client_for, officer, draft):
    client = client_for(officer)
    response = client.post(at(draft), posted(draft, rad="lagg-till:mottagare"))
    assert response["location"] == f"{at(draft)}?rad=mottagare#rader-mottagare"
    page = client.get(response["location"]).content.decode()
    assert 'name="mottagare-1-name"' in page
    fresh = Decision.objects.with_parts().get(pk=draft.pk)
    response = client.post(at(draft), posted(fresh, rad="lagg-till:punkt"))
    assert [point.text for point in draft.points.order_by("order")][2:] == [""]
    fresh = Decision.objects.with_parts().get(pk=draft.pk)
    response = client.post(at(draft), posted(fresh, rad="ta-bort:punkt:0"))
    assert response["location"] == f"{at(draft)}#rader-punkt"
    assert [point.text[:13] for point in draft.points.order_by("order")] == ["Finansiering ", ""]
    fresh = Decision.objects.with_parts().get(pk=draft.pk)
    client.post(at(draft), posted(fresh, rad="upp:punkt:1"))
    assert [point.text[:13] for point in draft.points.order_by("order")] == ["", "Finansiering "]


@pytest.mark.parametrize("rows", ["punkt", "handling", "mottagare"])
def test_rows_with_script(client_for, officer, draft, rows):
    client = client_for(officer)
    page = client.post(at(draft), posted(draft, rad=f"lagg-till:{rows}"), **HX).content.decode()
    assert f'id="rader-{rows}"' in page
    assert page.count(" autofocus") == 1
    assert 'id="kontroll-panel"' in page
    assert page.count("hx-swap-oob") == 3
    assert 'id="erbjudande" hx-swap-oob="true"' in page
    fresh = Decision.objects.with_parts().get(pk=draft.pk)
    page = client.post(at(draft), posted(fresh, rad=f"ta-bort:{rows}:0"), **HX).content.decode()
    assert page.count(" autofocus") == 1


def test_rows_with_a_fault_elsewhere(client_for, officer, draft):
    response = client_for(officer).post(at(draft), posted(draft, amount="x", rad="lagg-till:handling"), **HX)
    assert response.status_code == 422
    page = response.content.decode()
    assert 'name="handling-1-title"' in page
    assert Decision.objects.get().version == 1


def test_a_row_command_from_nowhere(client_for, officer, draft):
    assert client_for(officer).post(at(draft), posted(draft, rad="sla:av:9")).status_code == 302


def test_the_signer_is_chosen_again_with_the_clause(client_for, officer, draft, delegate_user):
    other = factories.make_clause(order=draft.clause.order)
    factories.make_delegate(user=delegate_user, clause=other)
    page = client_for(officer).post(at(draft), posted(draft, clause=str(other.pk)), **HX).content.decode()
    assert '<div id="div_id_delegate" class="ds-field" hx-swap-oob="true">' in page
    assert Decision.objects.get().delegate.clause == other


# --- Preview ----------------------------------------------------------------------------------------------
def test_the_preview_fragment(client_for, officer, draft):
    page = client_for(officer).get(at(draft, "forhandsgranska/")).content.decode()
    assert page.strip().startswith('<article class="dok"')
    assert "<html" not in page


def test_the_preview_as_pdf(client_for, officer, draft):
    response = client_for(officer).get(at(draft, "forhandsgranska.pdf"))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="utkast-{draft.case.slug}.pdf"'
    assert response.content.startswith(b"%PDF-1.7")


def test_a_preview_that_cannot_be_made(client_for, officer, draft):
    draft.points.filter(order=1).update(text="漢字 150 000 kronor")
    response = client_for(officer).get(at(draft, "forhandsgranska.pdf"), follow=True)
    assert response.redirect_chain == [(at(draft), 302)]
    (message,) = response.context["messages"]
    assert message.level_tag == "error"


def test_the_signed_file_is_the_frozen_one(client_for, officer, signed, draft):
    client = client_for(officer)
    response = client.get(at(signed, "pdf/"))
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert client.get(at(signed, "forhandsgranska.pdf"))["location"] == at(signed, "pdf/")
    assert client.get(at(draft, "pdf/"))["location"] == at(draft, "forhandsgranska.pdf")


def test_what_is_left_to_do_with_a_signed_decision_comes_first(client_for, officer, signed):
    """To send it out is the next step; a new decision about it is rare."""
    page = client_for(officer).get(at(signed)).content.decode()
    assert 0 < page.index('id="expediering"') < page.index('id="andra"')


def test_a_file_that_is_not_made_yet(client_for, officer):
    waiting = factories.make_signed_decision(user=officer, signed_elsewhere=True, document=False)
    assert client_for(officer).get(at(waiting, "pdf/")).status_code == 503


# --- Send -------------------------------------------------------------------------------------------------
def test_send(client_for, officer, draft):
    response = client_for(officer).post(
        at(draft, "skicka/"), posted(draft, title="Sista ändringen") | {"provad": "on"}, follow=True
    )
    assert response.redirect_chain == [(at(draft), 302)]
    page = response.content.decode()
    assert "Beslutet är skickat till Doris Direktör för underskrift." in page
    assert "Väntar på Doris Direktör." in page
    stored = Decision.objects.get()
    assert (stored.status, stored.title) == ("proposed", "Sista ändringen")


def test_what_stops_it_is_listed_with_links(client_for, officer, draft):
    response = client_for(officer).post(
        at(draft, "skicka/"), posted(draft, title="Sparas ändå", reasons="", mottagare__0__name="",
                                     mottagare__0__email="", provad="on")
    )  # fmt: skip
    assert response.status_code == 422
    page = response.content.decode()
    assert "Rätta 2 uppgifter innan du skickar för underskrift" in page
    assert '<a class="ds-link" href="#id_reasons">Skäl för beslutet saknas</a>' in page
    assert '<a class="ds-link" href="#id_mottagare-0-name">Mottagare av utdrag saknas</a>' in page
    stored = Decision.objects.get()
    assert (stored.status, stored.title) == ("draft", "Sparas ändå")


def test_a_form_fault_comes_first(client_for, officer, draft):
    response = client_for(officer).post(at(draft, "skicka/"), posted(draft, amount="x"))
    assert response.status_code == 422
    assert Decision.objects.get().status == "draft"


def test_sending_what_somebody_else_changed(client_for, officer, second_officer, draft):
    client_for(second_officer).post(at(draft), posted(draft, title="Deras"))
    response = client_for(officer).post(at(draft, "skicka/"), posted(draft, title="Min"))
    assert response.status_code == 409
    assert "Inget sparades: utkastet har ändrats under tiden" in response.content.decode()
    assert Decision.objects.get().status == "draft"


def test_the_address_of_sending_is_a_page(client_for, officer, draft, delegate_user):
    client = client_for(officer)
    assert "Beslutsutkast" in client.get(at(draft, "skicka/")).content.decode()
    from decisions.services.proposing import propose_decision

    propose_decision(decision_id=draft.pk, actor=officer, expected_version=1)
    assert client.get(at(draft, "skicka/"))["location"] == at(draft)


def test_a_returned_draft_says_why(client_for, officer, draft):
    Decision.objects.filter(pk=draft.pk).update(returned_reason="Skriv <b>tydligare</b>.")
    page = client_for(officer).get(at(draft)).content.decode()
    assert "Utkastet är skickat tillbaka" in page
    assert "Skriv &lt;b&gt;tydligare&lt;/b&gt;." in page


# --- Remove -----------------------------------------------------------------------------------------------
def test_remove(client_for, officer, draft):
    client = client_for(officer)
    assert "Ta bort utkastet?" in client.get(at(draft, "ta-bort/")).content.decode()
    response = client.post(at(draft, "ta-bort/"), follow=True)
    assert f"Utkastet är borttaget. Ärende {draft.case} finns kvar i diariet." in response.content.decode()
    assert not Decision.objects.exists()


def test_a_proposal_is_not_removed(client_for, officer, proposed):
    response = client_for(officer).post(at(proposed, "ta-bort/"), follow=True)
    assert "Beslutet väntar på underskrift och går inte att ändra." in response.content.decode()
    assert Decision.objects.exists()
