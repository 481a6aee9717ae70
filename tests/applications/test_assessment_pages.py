"""The pages of assessors and of those who assign: what is seen by whom, and nothing typed is lost."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import masking, services
from applications.documents import sent_file
from applications.models import Assessment, Assignment
from s3portal.audit.models import Event
from tests import factories
from tests.applications.judging import assign, declare, hand_in, scored_call
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return scored_call()


@pytest.fixture
def sent(owner, call):
    return send(factories.make_application(user=owner, call=call, aims="Hemligt mål"), owner)


@pytest.fixture
def assigned(sent, officer, second_officer, assessor):
    """Given to ``assessor`` and ``second_officer``; they and ``officer`` have answered: no jäv."""
    assign(sent, officer, assessor, second_officer)
    declare(sent, officer, assessor, second_officer)
    return sent


def url(name, application, **more):
    return reverse(f"applications:{name}", kwargs={"pk": application.pk, **more})


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def typed(application, *points, version=0, **more):
    data = {"version": version, "comment": "Bra."} | more
    for criterion, one in zip(application.call.criteria.order_by("order"), points, strict=True):
        data |= {f"points-{criterion.pk}": one or "", f"rationale-{criterion.pk}": "Därför." if one else ""}
    return data


HTMX = {"HX-Request": "true", "HX-Target": "autosparat"}


# --- Who --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "get", "post"),
    [
        ("assessor", 200, 302),
        ("second_officer", 200, 302),
        ("officer", 200, 403),
        ("delegate_user", 200, 403),
        ("registrar", 200, 403),
        ("admin_user", 200, 403),
        ("member", 403, 403),
        ("owner", 403, 403),
    ],
)
def test_who_reads_and_who_scores(request, client_for, assigned, who, get, post):
    person = request.getfixturevalue(who)
    if who in ("delegate_user", "admin_user"):
        declare(assigned, person)
    client = client_for(person)
    assert client.get(url("assessment", assigned)).status_code == get
    assert client.post(url("assessment", assigned), typed(assigned, 3, None)).status_code == post


def test_an_assessor_sees_only_what_is_theirs(client_for, sent, assigned, owner, call, assessor):
    other = send(factories.make_application(user=owner, call=call), owner)
    client = client_for(assessor)
    for name in ("assessment", "impartiality", "officer_detail", "eligibility"):
        assert client.get(url(name, other)).status_code == 404, name
    assert client.post(url("abstain", other), {"reason": "x"}).status_code == 404
    assert client.get(url("officer_detail", assigned)).status_code == 404
    assert client.get(url("assessors", assigned)).status_code == 403
    assert client.get(reverse("applications:assessors_of_call", args=[call.pk])).status_code == 403
    declare(assigned, assessor, ground="relative")
    assert client.get(url("assessment", assigned)).status_code == 403
    assert str(assigned.case) not in text(client.get("/handlaggning/bedomningar/"))


def test_what_waits_is_before_what_is_handed_in(client_for, sent, owner, call, officer, assessor):
    assign(sent, officer, assessor)
    hand_in(sent, assessor, 3, 3)
    later = send(factories.make_application(user=owner, call=call), owner)
    assign(later, officer, assessor, due_on=timezone.localdate() + timedelta(days=30))
    found = text(client_for(assessor).get("/handlaggning/bedomningar/"))
    assert found.index(str(later.case)) < found.index(str(sent.case))


# --- Scoring ----------------------------------------------------------------------------------------------
def test_saved_by_itself_with_the_total_so_far(client_for, assigned, assessor):
    client = client_for(assessor)
    address = url("assessment", assigned)
    assert "Andras bedömningar visas när du har lämnat din egen." in text(client.get(address))
    response = client.post(address, typed(assigned, 4, None), headers=HTMX)
    assert response.status_code == 200
    assert 'value="1"' in response.content.decode()
    assert "Sammanvägt hittills, 1 av 2 kriterier 80,0 av 100" in text(response)
    response = client.post(address, typed(assigned, 5, 1, version=1), headers=HTMX)
    assert "Sammanvägt 52,0 av 100" in text(response)
    client.post(address, typed(assigned, 5, 1, version=2, lamna="1"), headers=HTMX)
    assert Assessment.objects.get().status == "draft", "an automatic save never hands in"
    stale = client.post(address, typed(assigned, 1, 1, version=1), headers=HTMX)
    assert stale.status_code == 409
    assert "annan%20flik" in stale.headers["HX-S3-Message"]
    bad = client.post(address, typed(assigned, 9, 1, version=2), headers=HTMX)
    assert (bad.status_code, "Bedömningen sparas när det här är rättat" in text(bad)) == (422, True)
    assert "52,0 av 100" in text(client.get(address))
    assert Event.objects.filter(action="application_opened", actor_id=assessor.pk).count() == 2


def test_without_script(client_for, assigned, assessor):
    client = client_for(assessor)
    address = url("assessment", assigned)
    page = client.post(address, typed(assigned, 4, None, spara="1"), follow=True)
    assert "Bedömningen är sparad. Den är inte lämnad än." in text(page)
    page = client.post(address, typed(assigned, 4, None, version=1, lamna="1", comment="Nästan"))
    assert page.status_code == 422
    assert "Välj poäng: Kriterium 2" in text(page)
    assert "Fyll i motivering: Kriterium 2" in text(page)
    assert "Nästan" in text(page)
    conflict = client.post(address, typed(assigned, 4, 4, version=0, comment="Den andra fliken"))
    assert conflict.status_code == 409
    assert "Den andra fliken" in text(conflict)
    assert 'id="version" value="1"' in conflict.content.decode(), "saving again is done knowingly"
    page = client.post(address, typed(assigned, 4, 4, version=1, lamna="1"), follow=True)
    assert "Din bedömning är lämnad." in text(page)
    again = client.post(address, typed(assigned, 1, 1, version=3))
    assert again.status_code == 422
    assert "Bedömningen är lämnad och kan inte ändras." in text(again)


def test_the_others_are_hidden_until_ones_own_is_in(client_for, assigned, assessor, second_officer, officer):
    hand_in(assigned, second_officer, 2, 2)
    client = client_for(assessor)
    page = text(client.get(url("assessment", assigned)))
    assert "Allas bedömningar" not in page
    assert "40,0" not in page
    hand_in(assigned, assessor, 4, 5)
    page = text(client.get(url("assessment", assigned)))
    assert "Allas bedömningar" in page
    assert "Medelvärde 66,0 av 100" in page
    assert "Spridning 40,0–92,0" in page
    assert "Skiljer mycket" in page
    assert "Öppna igen" not in page, "only officers"
    assert "Öppna igen" in text(client_for(officer).get(url("assessment", assigned)))


def test_the_events_do_not_tell_the_points(client_for, assigned, assessor, second_officer):
    hand_in(assigned, assessor, 2, 2)
    page = text(client_for(second_officer).get(url("officer_detail", assigned)))
    assert "Lämnade sin bedömning" in page
    assert "2 har ansökan" in page
    assert "1 av 2 klara" in page
    assert "40,0" not in page


def test_an_outlier_is_marked(client_for, sent, officer, second_officer, assessor):
    third = factories.make_staff("assessor", "tredje@example.org", full_name="Tora Tredje")
    assign(sent, officer, assessor, second_officer, third)
    for person, points in ((assessor, (5, 5)), (second_officer, (4, 4)), (third, (1, 2))):
        hand_in(sent, person, *points)
    declare(sent, officer)
    page = client_for(officer).get(url("assessment", sent)).content.decode()
    assert page.count("Avviker</span>") == 1


def test_abstain_and_open_again(client_for, assigned, assessor, officer):
    client, other = client_for(assessor), client_for(officer)
    empty = client.post(url("abstain", assigned), {"reason": ""})
    assert (empty.status_code, "Fyll i skäl" in text(empty)) == (422, True)
    page = client.post(url("abstain", assigned), {"reason": "Kan inte ämnet."}, follow=True)
    assert "Du har avstått" in text(page)
    twice = client.post(url("abstain", assigned), {"reason": "Kan inte ämnet."})
    assert (twice.status_code, "redan lämnad" in text(twice)) == (422, True)
    own = Assessment.objects.get()
    address = url("reopen_assessment", assigned, assessment_pk=own.pk)
    assert client.post(address, {"reason": "Jo"}).status_code == 403
    assert "Bo Bedömare avstod" in text(other.get(url("assessment", assigned)))
    assert other.post(address, {"reason": ""}).status_code == 422
    page = other.post(address, {"reason": "Nu finns underlag."}, follow=True)
    assert "Bo Bedömare kan ändra sin bedömning" in text(page)
    assert other.post(address, {"reason": "Igen"}).status_code == 422
    assert other.post(url("reopen_assessment", assigned, assessment_pk=0), {"reason": "x"}).status_code == 404
    assert "Lämna bedömningen" in text(client.get(url("assessment", assigned)))
    assert other.post(url("abstain", assigned), {"reason": "x"}).status_code == 403


def test_constant_queries(client_for, assigned, officer, assessor, second_officer):
    third = factories.make_staff("assessor", "tredje@example.org", full_name="Tora Tredje")
    assign(assigned, officer, third)
    client = client_for(officer)
    hand_in(assigned, assessor, 3, 3)
    client.get(url("assessment", assigned))
    one = count_queries(lambda: client.get(url("assessment", assigned)))
    hand_in(assigned, second_officer, 3, 3)
    hand_in(assigned, third, 3, 3)
    assert count_queries(lambda: client.get(url("assessment", assigned))) == one


# --- Trade secrets ----------------------------------------------------------------------------------------
CONTENT = {
    "project": {"title": "T", "summary": "S", "aims": "A", "areas": ["Energi"], "starts_on": "2027-01-01"},
    "organisation": {"name": "Peak"},
    "contact": {"name": "Olga", "email": "o@example.org"},
    "answers": [{"question": "F", "key": "q-7", "value": "ja", "text": "Ja"}],
    "partners": [{"name": "Partner"}],
    "financing": [{"financier": "SVID"}],
    "budget": {
        "lines": [{"description": "Ledare", "partner": "Peak"}],
        "years": [2027],
        "costs": [{"label": "Personal"}],
        "total_cost": 1,
    },
    "state_aid": {"is_state_aid": False},
    "attachments": [{"name": "a.pdf", "trade_secret_reason": "Recept"}, {"name": "b.pdf"}],
}


@pytest.mark.parametrize(
    ("field", "gone"),
    [
        ("aims", "'A'"),
        ("areas", "Energi"),
        ("contact_email", "o@example.org"),
        ("q-7", "'Ja'"),
        ("partners", "'Partner'"),
        ("partner-ab12-role", "'Partner'"),
        ("financing-1", "SVID"),
        ("cost-personnel-2027", "Personal"),
        ("line-0123456789", "Ledare"),
    ],
)
def test_a_marked_field_is_not_shown(field, gone):
    content = CONTENT | {"trade_secrets": [{"field": field, "reason": "Recept"}]}
    shown = masking.masked(content)
    assert gone not in str(shown)
    assert shown["project"]["summary"] == "S", "the rest is"
    assert "trade_secrets" not in shown, "nor why"
    assert content["project"]["aims"] == "A", "what was sent is untouched"


def test_what_is_sent_today_carries_its_marks_where_they_belong():
    """As ``snapshot.content_of`` writes it."""
    content = CONTENT | {
        "project": CONTENT["project"] | {"trade_secrets": {"aims": "Recept"}},
        "answers": [{"question": "F", "value": "ja", "text": "Ja", "trade_secret": "Recept"}],
    }
    shown = masking.masked(content)
    assert shown["project"] == CONTENT["project"] | {"aims": masking.MASKED}
    assert shown["answers"] == [{"question": "F", "value": masking.MASKED, "text": masking.MASKED}]
    assert "Recept" not in str(shown)
    assert masking.has_secrets(content)


def test_what_has_been_marked_since_is_not_read_in_the_older_version():
    newer = CONTENT | {
        "project": CONTENT["project"] | {"trade_secrets": {"aims": "Recept"}},
        "answers": [{"question": "F", "trade_secret": "Recept"}],
        "attachments": [{"name": "b.pdf", "trade_secret_reason": "Recept"}],
    }
    shown = masking.masked(CONTENT, beside=[newer])
    assert shown["project"]["aims"] == shown["answers"][0]["text"] == masking.MASKED
    assert [one["name"] for one in shown["attachments"]] == [masking.MASKED] * 2


def test_the_budget_does_not_tell_who_a_secret_partner_is():
    lines = [{"partner": "Åvki AB", "description": "Ledare"}]
    budget = {"lines": lines, "partners": [{"name": "Åvki AB"}], "years": [], "costs": []}
    content = CONTENT | {"budget": budget, "trade_secrets": [{"field": "partners", "reason": "Hemligt"}]}
    shown = str(masking.masked(content))
    assert "Åvki AB" not in shown
    assert "Ledare" in shown


def test_a_mark_that_cannot_be_placed_hides_everything():
    shown = masking.masked(CONTENT | {"trade_secrets": [{"field": "nytt-slag", "reason": "Recept"}]})
    for gone in ("'S'", "'A'", "'T'", "'Ja'", "SVID", "'Partner'", "Personal", "state_aid"):
        assert gone not in str(shown), gone
    assert shown["organisation"]["name"] == "Peak"


def test_attachments():
    shown = masking.masked(CONTENT)
    assert [one["name"] for one in shown["attachments"]] == [masking.MASKED, "b.pdf"]
    assert masking.has_secrets(CONTENT)
    assert not masking.has_secrets({})
    assert masking.masked({"project": {}})["attachments"] == []


def test_what_an_external_assessor_opens(client_for, assigned, officer, assessor, monkeypatch):
    """Marks come with what was sent; read here as if the applicant had marked the aims."""
    from applications import supplements
    from applications.views import assessing

    read = assessing.read_sent
    for module in (assessing, supplements):
        monkeypatch.setattr(
            module,
            "read_sent",
            lambda file: read(file) | {"trade_secrets": [{"field": "aims", "reason": "Recept"}]},
        )
    services.ask_for_supplement(
        application_id=assigned.pk,
        actor=officer,
        text="Berätta om receptet.",
        due_on=timezone.localdate() + timedelta(days=3),
    )
    file_url = url("assessment_file", assigned, file_pk=sent_file(assigned).pk)
    client = client_for(assessor)
    page = text(client.get(url("assessment", assigned)))
    assert "Hemligt mål" not in page
    assert masking.MASKED in page
    assert "Vi samlar företag i fjällen." in page
    assert "receptet" not in page
    assert "Begärans text kan röra affärshemligheter" in page
    assert client.get(file_url).status_code == 404
    assert "Hemligt mål" in text(client_for(officer).get(url("assessment", assigned)))
    assignment = Assignment.objects.get(assessor=assessor)
    services.change_assignment(
        assignment_id=assignment.pk, actor=officer, due_on=assignment.due_on, allow_trade_secrets=True
    )
    page = text(client.get(url("assessment", assigned)))
    assert "Hemligt mål" in page
    assert "receptet" in page
    response = client.get(file_url)
    assert json.loads(b"".join(response.streaming_content))["project"]["aims"] == "Hemligt mål"


# --- Assigning --------------------------------------------------------------------------------------------
def test_the_page_of_assessors(client_for, sent, officer, second_officer, assessor):
    client = client_for(officer)
    address = url("assessors", sent)
    assert "Ingen bedömer ansökan än" in text(client.get(address))
    empty = client.post(address, {"due_on": "2020-01-01"})
    assert (empty.status_code, "Välj minst en bedömare." in text(empty)) == (422, True)
    past = client.post(address, {"assessors": [assessor.pk], "due_on": "2020-01-01"})
    assert (past.status_code, "Ange i dag eller en senare dag." in text(past)) == (422, True)
    due_on = f"{timezone.localdate() + timedelta(days=9):%Y-%m-%d}"
    page = client.post(address, {"assessors": [assessor.pk], "due_on": due_on}, follow=True)
    assert "1 uppdrag att bedöma är utskickat." in text(page)
    assert "Ser inte affärshemligheter." in text(page)
    again = client.post(address, {"assessors": [assessor.pk], "due_on": due_on})
    assert "Välj bland dem som är bedömare." in text(again)
    assignment = Assignment.objects.get()
    change = url("assignment_change", sent, assignment_pk=assignment.pk)
    name = f"uppdrag-{assignment.pk}"
    bad = client.post(change, {f"{name}-due_on": "2020-01-01"})
    assert (bad.status_code, "Ange i dag" in text(bad)) == (422, True)
    page = client.post(change, {f"{name}-due_on": due_on, f"{name}-allow_trade_secrets": "on"}, follow=True)
    assert "Får se affärshemligheter." in text(page)
    end = url("assignment_end", sent, assignment_pk=assignment.pk)
    hand_in(sent, assessor, 3, 3)
    assert "har lämnat sin bedömning" in text(client.post(end, follow=True))
    declare(sent, officer)
    services.reopen_assessment(assessment_id=Assessment.objects.get().pk, actor=officer, reason="Fel.")
    assert "bedömer inte längre ansökan" in text(client.post(end, follow=True))
    declare(sent, officer, ground="party")
    assert client.get(address).status_code == 403
    assert client.post(end).status_code == 403


@pytest.mark.parametrize("who", ["delegate_user", "registrar", "admin_user", "member", "owner"])
def test_only_officers_assign(request, client_for, sent, call, who):
    client = client_for(request.getfixturevalue(who))
    assert client.get(url("assessors", sent)).status_code == 403
    assert client.get(reverse("applications:assessors_of_call", args=[call.pk])).status_code == 403


def test_many_at_once(client_for, sent, owner, call, officer, assessor, second_officer):
    other = send(factories.make_application(user=owner, call=call), owner)
    assign(other, officer, assessor)
    declare(sent, second_officer, ground="relative")
    client = client_for(officer)
    address = reverse("applications:assessors_of_call", args=[call.pk])
    assert address in client.get(reverse("calls:officer_call", args=[call.pk])).content.decode()
    empty = client.post(address, {"assessors": [assessor.pk]})
    assert empty.status_code == 422
    assert "Välj minst en ansökan." in text(empty)
    page = client.post(
        address,
        {
            "applications": [sent.pk, other.pk],
            "assessors": [assessor.pk, second_officer.pk],
            "due_on": f"{timezone.localdate() + timedelta(days=9):%Y-%m-%d}",
        },
        follow=True,
    )
    assert "2 uppdrag att bedöma är utskickade." in text(page)
    assert "1 fanns redan" in text(page)
    assert f"Anders Andersson har anmält jäv i {sent.case} och fick den inte." in text(page)
    services.withdraw_application(application_id=sent.pk, actor=owner, reason="Nej")
    assert str(sent.case) not in text(client.get(address))


def test_same_queries_at_one_and_three_applications(client_for, sent, owner, call, officer):
    client = client_for(officer)
    address = reverse("applications:assessors_of_call", args=[call.pk])
    client.get(address)
    one = count_queries(lambda: client.get(address))
    for _ in range(2):
        send(factories.make_application(user=owner, call=call), owner)
    assert count_queries(lambda: client.get(address)) == one
    empty = factories.make_call()
    page = client.get(reverse("applications:assessors_of_call", args=[empty.pk]))
    assert "Här finns inga ansökningar att bedöma" in text(page)
