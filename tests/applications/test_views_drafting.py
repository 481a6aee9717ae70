"""The form's pages: saved whole or not at all, and nothing typed is ever lost."""

import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.parts import (
    PROJECT_TEXTS,
    AidPart,
    ApplicantPart,
    BudgetPart,
    FinancingPart,
    PartnersPart,
    ProjectPart,
    seen_mark,
)
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send

pytestmark = pytest.mark.django_db
AUTOSAVE = {"HX-Request": "true", "HX-Target": "autosparat"}


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def url(name, application):
    return reverse(f"applications:{name}", args=[application.pk])


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def applicant(application, **changes):
    part = ApplicantPart.read(application)
    return part.__dict__ | {"version": seen_mark(application, part)} | changes


def rows(prefix, stored):
    """The rows as a browser posts them."""
    return {
        f"{prefix}-{index}-{name}": str(getattr(row, name) or "")
        for index, row in enumerate(stored)
        for name in ("key", *row.names())
    }


def partners(application, **changes):
    part = PartnersPart.read(application)
    posted = rows("par", part.partners)
    for index, row in enumerate(part.partners):
        posted[f"par-{index}-receives_aid"] = {True: "ja", False: "nej", None: ""}[row.receives_aid]
    return posted | {"version": seen_mark(application, part)} | changes


def project(application, **changes):
    part = ProjectPart.read(application)
    posted = {name: getattr(part, name) for name in ("title", *PROJECT_TEXTS)}
    posted |= rows("akt", part.activity_rows) | rows("ind", part.indicators)
    posted |= {f"secret-{field}": reason for field, reason in part.secrets}
    posted |= {
        "areas": [area.pk for area in part.areas],
        "municipalities": list(part.municipalities),
        "starts_on": part.starts_on.isoformat(),
        "ends_on": part.ends_on.isoformat(),
        "version": seen_mark(application, part),
    }
    return posted | changes


def budget(application, **changes):
    part = BudgetPart.read(application)
    posted = {"version": seen_mark(application, part)}
    for index, row in enumerate(part.lines):
        posted |= {
            f"line-{index}-key": row.key,
            f"line-{index}-category": "personnel_hours" if row.by_hours else row.category,
            f"line-{index}-description": row.description,
            f"line-{index}-partner": row.partner,
            f"line-{index}-rate": "" if row.hourly_rate is None else str(row.hourly_rate),
            **{f"line-{index}-{year}": str(number) for year, number in row.cells},
        }
    return posted | {name.replace("__", "-"): value for name, value in changes.items()}


def financing(application, **changes):
    part = FinancingPart.read(application)
    posted = {"applied_amount": str(part.applied_amount), "version": seen_mark(application, part)}
    for index, row in enumerate(part.rows):
        for key in ("financier", "kind", "source", "hours", "hourly_rate", "amount"):
            value = getattr(row, key)
            posted[f"fin-{index}-{key}"] = "" if value is None else str(value)
    return posted | {name.replace("__", "-"): value for name, value in changes.items()}


def state_aid(application, **changes):
    part = AidPart.read(application)
    posted = {f"declared-{kind}": "on" for kind in part.declared} | {"has_other_aid": "nej"}
    return posted | {"version": seen_mark(application, part)} | changes


# --- By the button ----------------------------------------------------------------------------------------
def test_save_and_stay(client_for, draft, colleague):
    client = client_for(colleague)
    response = client.post(url("step_applicant", draft), applicant(draft, contact_name="Åsa Ny"), follow=True)
    assert response.redirect_chain == [(url("step_applicant", draft), 302)]
    assert "Utkastet är sparat," in text(response)
    draft.refresh_from_db()
    assert (draft.contact_name, draft.updated_by) == ("Åsa Ny", colleague)


def test_save_and_go_on(client_for, draft, owner):
    client = client_for(owner)
    for name, data, following in (
        ("step_applicant", applicant, "step_partners"),
        ("step_partners", partners, "step_project"),
        ("step_project", project, "step_budget"),
        ("step_budget", budget, "step_financing"),
        ("step_financing", financing, "step_state_aid"),
        ("step_state_aid", state_aid, "step_attachments"),
    ):
        response = client.post(url(name, draft), data(draft, fortsatt="1"))
        assert response.headers["Location"] == url(following, draft)


def test_a_page_with_something_to_put_right_does_not_say_that_it_is_saved(client_for, draft, owner):
    client = client_for(owner)
    shown = client.get(url("step_project", draft)).content.decode()
    assert 'data-state="sparat"' in shown
    assert "<b data-saved-text>Sparat " in shown
    refused = client.post(url("step_project", draft), project(draft, title="x" * 300)).content.decode()
    assert 'data-state="fel"' in refused
    assert "<b data-saved-text>Inte sparat än</b>" in refused
    assert "Sparat " not in refused


def test_a_draft_may_miss_anything(client_for, owner):
    draft = factories.make_application(user=owner, empty=True)
    client = client_for(owner)
    steps = ("applicant", "partners", "project", "budget", "financing", "state_aid")
    for name in (f"step_{step}" for step in steps):
        assert client.get(url(name, draft)).status_code == 200
        assert client.post(url(name, draft), {"version": "1"}).status_code == 302


def test_without_a_period_the_budget_asks_for_it(client_for, owner):
    draft = factories.make_application(user=owner, empty=True)
    page = text(client_for(owner).get(url("step_budget", draft)))
    assert "Ange projektperioden först, så visas en kolumn för varje år." in page


def test_what_cannot_be_read_is_shown_beside_its_field_and_nothing_is_saved(client_for, draft, owner):
    posted = financing(draft, applied_amount="1 552 566,50", fin__0__amount="1e9")
    posted["fin-0-financier"] = "Nytt namn"
    response = client_for(owner).post(url("step_financing", draft), posted)
    assert response.status_code == 422
    page = response.content.decode()
    found = text(response)
    assert "Rätta 2 uppgifter innan du går vidare" in found
    assert 'href="#id_fin-0-amount"' in page
    assert "Belopp ni söker: Ange hela kronor, utan ören." in found
    for typed in ("1 552 566,50", "1e9", "Nytt namn"):
        assert f'value="{typed}"' in page, typed
    assert "2 uppgifter att rätta" in found
    assert "Summorna är räknade utan det som inte går att läsa." in found
    assert FinancingPart.read(Application.objects.get(pk=draft.pk)) == FinancingPart.read(draft)
    assert posted["version"] in page, "the page is still the one that was opened"


def test_an_end_before_the_start(client_for, draft, owner):
    posted = project(draft, starts_on="2027-05-01", ends_on="2027-04-30", title="Nytt")
    response = client_for(owner).post(url("step_project", draft), posted)
    assert response.status_code == 422
    assert "Välj en sista dag som inte ligger före den första dagen." in text(response)
    draft.refresh_from_db()
    assert draft.title != "Nytt"


def test_markup_and_template_code_are_text(client_for, draft, owner):
    client = client_for(owner)
    client.post(
        url("step_project", draft), project(draft, title="<script>alert(1)</script>", summary="{{ 7*7 }}")
    )
    for name in ("step_project", "review"):
        page = client.get(url(name, draft)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "{{ 7*7 }}" in page


def test_the_same_budget_again_changes_nothing(client_for, draft, owner):
    client_for(owner).post(url("step_budget", draft), budget(draft))
    draft.refresh_from_db()
    assert draft.version == 1


# --- By itself --------------------------------------------------------------------------------------------
def test_autosave(client_for, draft, owner):
    response = client_for(owner).post(
        url("step_applicant", draft), applicant(draft, contact_name="Åsa"), headers=AUTOSAVE
    )
    assert response.status_code == 200
    draft.refresh_from_db()
    mark = seen_mark(draft, ApplicantPart.read(draft))
    assert response.content.decode().strip() == (
        f'<input type="hidden" name="version" id="version" value="{mark}" hx-swap-oob="true">'
    )


def test_autosave_of_what_cannot_be_read(client_for, draft, owner):
    response = client_for(owner).post(
        url("step_financing", draft), financing(draft, applied_amount="-5"), headers=AUTOSAVE
    )
    assert response.status_code == 422
    assert unquote(response.headers["HX-S3-Message"]) == "det finns uppgifter att rätta."
    assert "Belopp ni söker: Ange ett belopp som är 0 kronor eller mer." in text(response)
    assert "<html" not in response.content.decode()


def test_autosave_when_somebody_else_has_saved(client_for, draft, owner, colleague):
    opened = applicant(draft, contact_name="Mitt")
    client_for(colleague).post(url("step_applicant", draft), applicant(draft, contact_name="Hennes"))
    response = client_for(owner).post(url("step_applicant", draft), opened, headers=AUTOSAVE)
    assert response.status_code == 409
    assert unquote(response.headers["HX-S3-Message"]).startswith("Kim Källström sparade en annan text")
    assert "Tryck på Spara utkast, så visas vad som skiljer." in text(response)


def test_autosave_after_closing(client_for, draft, owner):
    close(draft.call)
    response = client_for(owner).post(
        url("step_applicant", draft), applicant(draft, contact_name="Nytt"), headers=AUTOSAVE
    )
    assert response.status_code == 409
    assert unquote(response.headers["HX-S3-Message"]).startswith("Utlysningen stängde")
    assert "så kan du hämta texten" in text(response)


def test_autosave_after_the_session_ended(client, draft):
    response = client.post(url("step_applicant", draft), applicant(draft), headers=AUTOSAVE)
    assert response.status_code == 401


# --- Two at once ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("choice", "summary"), [("min", "Vi samlar alla företag."), ("sparad", "Vi samlar många företag.")]
)
def test_two_browsers(client_for, draft, owner, colleague, choice, summary):
    """The second is told who and when, sees what both have changed, and chooses."""
    mine = project(draft, summary="Vi samlar alla företag.", title="Mitt namn")
    theirs = project(draft, summary="Vi samlar många företag.")
    client_for(colleague).post(url("step_project", draft), theirs)
    client = client_for(owner)
    response = client.post(url("step_project", draft), mine)
    assert response.status_code == 409
    found = text(response)
    page = response.content.decode()
    assert "Kim Källström sparade en annan text" in found
    assert "Vi samlar många företag." in found
    assert "Vi samlar alla företag." in found
    assert re.search(r"<del>.*många.*</del>", page)
    assert re.search(r"<ins>.*alla.*</ins>", page)
    assert "Aktiviteter</h2>" not in page, "only what differs is compared"
    draft.refresh_from_db()
    assert draft.summary == "Vi samlar många företag."
    # The page's own hidden fields, as the browser sends them, and one choice.
    fields = re.search(
        rf'<form method="post" action="{url("step_project", draft)}" class.*?</form>', page, re.S
    )
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', fields[0]))
    assert [name for name in hidden if name.startswith("visad-")] == ["visad-summary"]
    unchosen = client.post(url("step_project", draft), hidden)
    assert unchosen.status_code == 409, "nothing is decided for them"
    assert "Välj text för den uppgift som är kvar. Inget är sparat än." in text(unchosen)
    response = client.post(url("step_project", draft), hidden | {"val-summary": choice})
    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.summary, draft.title) == (summary, "Mitt namn")


def test_a_garbled_mark_is_a_conflict_only_when_something_differs(client_for, draft, owner):
    client = client_for(owner)
    same = applicant(draft, version="garbled")
    assert client.post(url("step_applicant", draft), same).status_code == 302
    emptied = applicant(draft, version="", contact_name="")
    assert client.post(url("step_applicant", draft), emptied).status_code == 302
    draft.refresh_from_db()
    assert draft.contact_name == owner.full_name, "and empties nothing"
    other = applicant(draft, version="", contact_name="Nytt")
    assert client.post(url("step_applicant", draft), other).status_code == 409


# --- The session ended --------------------------------------------------------------------------------
def test_a_session_that_ended_costs_nothing(client, draft, owner):
    response = client.post(url("step_project", draft), project(draft, title="Skrivet", starts_on="i vår"))
    assert response.headers["Location"].startswith("/konto/login/?next=")
    client.post(
        "/konto/login/",
        {"login": owner.email, "password": factories.PASSWORD, "next": url("step_project", draft)},
    )
    response = client.get(url("step_project", draft))
    found = text(response)
    assert "Här är det du skrev innan du loggades ut. Det är inte sparat än." in found
    assert 'value="Skrivet"' in response.content.decode()
    assert 'value="i vår"' in response.content.decode()
    draft.refresh_from_db()
    assert draft.title != "Skrivet"
    assert 'value="Skrivet"' not in client.get(url("step_project", draft)).content.decode(), "only once"


# --- The call closed --------------------------------------------------------------------------------------
def close(call):
    call.opens_at = timezone.now() - timedelta(days=2)
    call.closes_at = timezone.now() - timedelta(days=1)
    call.save(update_fields=["opens_at", "closes_at"])


@pytest.mark.parametrize("starts_on", ["2027-01-01", "inte ett datum"])
def test_the_deadline_passed_while_writing(client_for, draft, owner, starts_on):
    close(draft.call)
    client = client_for(owner)
    posted = project(draft, summary="En lång text & <b>mer</b>.", starts_on=starts_on)
    response = client.post(url("step_project", draft), posted)
    assert response.status_code == 409
    found = text(response)
    assert "Det du skrev är inte sparat" in found
    assert "Utlysningen stängde" in found
    assert "En lång text &amp; &lt;b&gt;mer&lt;/b&gt;." in found
    assert starts_on in found
    draft.refresh_from_db()
    assert draft.summary == "Vi samlar företag i fjällen."
    pairs = re.findall(r'name="(rubrik|text)" value="([^"]*)"', response.content.decode())
    taken = client.post(
        url("draft_text", draft),
        {name: [value for key, value in pairs if key == name] for name in ("rubrik", "text")},
    )
    assert taken.headers["Content-Disposition"] == f'attachment; filename="ansokan-{draft.pk}-utkast.txt"'
    body = taken.content.decode()
    assert "DET DU SKREV OCH SOM INTE ÄR SPARAT" in body
    assert starts_on in body
    assert "Vi samlar företag i fjällen." in body, "and what was stored"


def test_after_closing_the_form_is_for_reading(client_for, draft, owner):
    close(draft.call)
    client = client_for(owner)
    assert client.get(url("step_budget", draft)).headers["Location"] == url("review", draft)
    found = text(client.get(url("review", draft)))
    assert "Utkastet är inte inskickat. Ni kan läsa och hämta det" in found
    assert "Skicka in ansökan" not in found


def test_sent_by_a_colleague_meanwhile(client_for, draft, owner, colleague):
    send(draft, owner)
    response = client_for(colleague).post(url("step_project", draft), {"title": "Sent", "version": "1"})
    assert response.status_code == 409
    assert "Ansökan är inskickad och kan inte ändras." in text(response)
    assert "Sent" in text(response)


def test_the_draft_to_take_home(client_for, draft, colleague, stranger):
    client = client_for(colleague)
    body = client.get(url("draft_text", draft)).content.decode()
    for words in (draft.title, "Personal, 20", "Peak Jämtland, Kontant, Privat", "Utkast, inte inskickat."):
        assert words in body, words
    response = client.get(url("draft_json", draft))
    assert json.loads(response.content)["project"]["title"] == draft.title
    assert client_for(stranger).post(url("draft_text", draft), {}).status_code == 404


# --- Rows with keys -----------------------------------------------------------------------------------
def test_a_text_is_not_saved_as_somebody_elses(client_for, draft, owner, colleague):
    """Another person logged in, in the same browser, since the page was opened."""
    client, address = client_for(colleague), url("step_applicant", draft)
    posted = {"contact_name": "Skriven av ägaren", "skribent": str(owner.pk), "version": "1-"}
    response = client.post(address, posted)
    assert response.status_code == 409
    assert f"Du är inloggad som {colleague}, men texten skrevs av {owner}." in response.content.decode()
    assert "Skriven av ägaren" in response.content.decode(), "it can be taken home"
    for unknown in ("x", "9" * 30):
        page = client.post(address, posted | {"skribent": unknown}).content.decode()
        assert "texten skrevs av en annan person" in page
    draft.refresh_from_db()
    assert draft.contact_name != "Skriven av ägaren"
    assert f'name="skribent" value="{colleague.pk}"' in client.get(address).content.decode()
    anybody = Client()
    anybody.post(address, posted)
    anybody.force_login(colleague)
    page = anybody.get(address).content.decode()
    assert f"Det här skrev {owner} innan inloggningen gick ut. Det är inte sparat än." in page


def test_what_becomes_of_a_removed_partners_lines_is_said_before_and_after(client_for, draft, owner):
    client, address = client_for(owner), url("step_partners", draft)
    partners = [factories.make_partner(application=draft, name=name) for name in ("Åvki", "Museet")]
    factories.make_budget_line(application=draft, partner=partners[0])
    factories.make_budget_line(application=draft, partner=partners[1])
    factories.make_budget_line(application=draft, partner=partners[1])
    before = text(client.get(address))
    assert "Åvki har 1 rad i budgeten. Museet har 2 rader i budgeten. Tar du bort en part" in before
    posted = {"version": client.get(address).context["seen"]} | {
        f"par-{index}-{name}": value
        for index, partner in enumerate(partners)
        for name, value in (("key", partner.key), ("name", partner.name), ("role", partner.role))
    }
    response = client.post(address, posted | {"ta_bort": "par-1"})
    assert response.headers["Location"] == f"{address}?flyttade=2#samverkansparter"
    words = "2 rader i budgeten som hörde till en borttagen samverkanspart ligger nu på"
    assert words in text(client.get(address + "?flyttade=2"))
    assert "borttagen" not in text(client.get(address + "?flyttade=x"))
    # Emptied by hand, in the open page.
    emptied = posted | {"version": client.get(address).context["seen"], "par-0-name": "", "par-0-role": ""}
    left = {name: value for name, value in emptied.items() if not name.startswith("par-1")}
    headers = {"HX-Request": "true", "HX-Target": "autosparat"}
    assert "1 rad i budgeten som hörde till" in text(client.post(address, left, headers=headers))
    assert draft.partners.count() == 0


def test_partners_are_added_kept_and_removed_without_script(client_for, draft, owner):
    client = client_for(owner)
    page = client.get(url("step_partners", draft)).content.decode()
    assert "Inga samverkansparter är tillagda." in page
    response = client.post(url("step_partners", draft), partners(draft, lagg_till="par"))
    assert response.headers["Location"] == url("step_partners", draft) + "?ny=par#samverkansparter"
    page = client.get(url("step_partners", draft) + "?ny=par").content.decode()
    key = re.search(r'name="par-0-key" value="([0-9a-f]{10})"', page)[1]
    typed = {
        "par-0-key": key,
        "par-0-name": "Åvki",
        "par-0-org_number": "2021004524",
        "par-0-receives_aid": "ja",
    }
    for role in ("Leder", "Leder testbädden"):
        posted = partners(draft) | typed | {"par-0-role": role}
        assert client.post(url("step_partners", draft), posted).status_code == 302
    row = draft.partners.get()
    assert (row.key, row.name, row.org_number, row.role, row.receives_aid) == (
        key, "Åvki", "202100-4524", "Leder testbädden", True)  # fmt: skip
    factories.make_partner(application=draft, name="Kvar")
    kept = draft.partners.get(name="Kvar").pk
    response = client.post(url("step_partners", draft), partners(draft, ta_bort="par-0"))
    assert response.headers["Location"] == url("step_partners", draft) + "#samverkansparter"
    assert [(one.pk, one.order) for one in draft.partners.all()] == [(kept, 1)]


def test_a_wrong_number_of_a_partner_is_told_beside_its_field(client_for, draft, owner):
    factories.make_partner(application=draft)
    posted = partners(draft, **{"par-0-org_number": "202100-4525", "par-0-contact_email": "x"})
    response = client_for(owner).post(url("step_partners", draft), posted)
    assert response.status_code == 422
    assert "Kontrollsiffran i organisationsnumret stämmer inte." in text(response)
    assert 'value="202100-4525"' in response.content.decode()


def test_a_key_that_is_garbled_or_used_twice_loses_no_row(client_for, draft, owner):
    posted = {
        "version": "",
        "par-0-key": "x",
        "par-0-name": "Ett",
        "par-7-key": "0" * 10,
        "par-7-name": "Två",
    }
    posted |= {"par-9-key": "0" * 10, "par-9-name": "Tre", "par-9-receives_aid": "kanske"}
    client = client_for(owner)
    assert client.post(url("step_partners", draft), posted).status_code == 422
    client.post(url("step_partners", draft), posted | {"par-9-receives_aid": "nej"})
    assert [row.name for row in draft.partners.all()] == ["Ett", "Två", "Tre"]


def test_more_rows_than_fit_are_told_and_not_cut_off(client_for, draft, owner):
    posted = {f"par-{n}-name": f"Part {n}" for n in range(41)} | {"version": ""}
    response = client_for(owner).post(url("step_partners", draft), posted)
    assert response.status_code == 422
    assert "Ta bort rader: det får vara högst 40 samverkansparter." in text(response)
    assert "Part 40" in response.content.decode()


def test_activities_and_indicators(client_for, draft, owner):
    client = client_for(owner)
    response = client.post(url("step_project", draft), project(draft, lagg_till="ind"))
    assert response.headers["Location"] == url("step_project", draft) + "?ny=ind#indikatorer"
    assert 'id="id_ind-0-target"' in client.get(url("step_project", draft) + "?ny=ind").content.decode()
    wrong = {"akt-0-starts_on": "2027-05-02", "akt-0-ends_on": "2027-05-01", "lagg_till": "akt"}
    response = client.post(url("step_project", draft), project(draft, **wrong))
    assert response.status_code == 422
    assert "Välj en sista dag som inte ligger före den första dagen." in text(response)
    assert 'id="id_akt-1-what"' in response.content.decode(), "the row comes all the same"
    posted = project(draft, **{"ind-0-name": "Företag", "ind-0-target": "15", "akt-0-what": "Nytt"})
    assert client.post(url("step_project", draft), posted).status_code == 302
    assert draft.indicators.get().target == "15"
    assert draft.activity_rows.get().what == "Nytt"


def test_what_a_colleague_has_written_meanwhile_stays_and_is_told(client_for, draft, owner, colleague):
    """The autosave's answer has the mark of the open page, so the next one does not undo the colleague's."""
    mine = project(draft, title="Mitt namn")
    client_for(colleague).post(url("step_project", draft), project(draft, risks="Hennes"))
    client = client_for(owner)
    for title in ("Mitt namn", "Mitt andra namn"):
        response = client.post(url("step_project", draft), mine | {"title": title}, headers=AUTOSAVE)
        assert "Någon annan har under tiden ändrat: Risker." in text(response)
        mine["version"] = re.search(
            r'name="version" id="version" value="([^"]*)"', response.content.decode()
        )[1]
        draft.refresh_from_db()
        assert (draft.title, draft.risks) == (title, "Hennes")
    response = client.post(url("step_project", draft), mine | {"aims": "Nytt mål"}, follow=True)
    assert "Någon annan har under tiden ändrat: Risker." in text(response)
    assert "Hennes" in response.content.decode()


# --- Trade secrets ------------------------------------------------------------------------------------
def test_a_text_is_marked_as_a_trade_secret_and_the_mark_is_shown(client_for, draft, owner, officer):
    question = factories.make_question(call=draft.call, kind="long", required=False, label="Hur gör ni?")
    client = client_for(owner)
    page = client.get(url("step_project", draft)).content.decode()
    assert "Märkt: innehåller affärshemligheter" not in page
    client.post(url("step_project", draft), project(draft, **{"secret-risks": " Receptet. "}))
    posted = {f"q-{question.pk}": "Med vax.", f"secret-q-{question.pk}": "Vaxet.", "version": ""}
    client.post(url("step_questions", draft), posted)
    assert dict(draft.trade_secrets.values_list("field", "reason")) == {
        "risks": "Receptet.", f"q-{question.pk}": "Vaxet."}  # fmt: skip
    for name in ("step_project", "step_questions"):
        page = client.get(url(name, draft)).content.decode()
        assert page.count("Märkt: innehåller affärshemligheter") == 1
    sent = send(draft, owner)
    declare(sent, officer)
    found = text(client_for(officer).get(url("officer_detail", sent)))
    assert "Märkt som affärshemlighet av sökanden: Receptet." in found
    assert "Märkt som affärshemlighet av sökanden: Vaxet." in found


def test_the_mark_is_taken_away_by_emptying_it(client_for, draft, owner):
    draft.trade_secrets.create(field="risks", reason="Receptet.")
    client_for(owner).post(url("step_project", draft), project(draft, **{"secret-risks": " "}))
    assert not draft.trade_secrets.exists()
