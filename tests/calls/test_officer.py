import pytest
from django.urls import reverse

from calls.models import Call
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/utlysningar/"
STEPS = ["publicera", "avsluta", "kopiera", "ta-bort"]


def address(call: Call, step: str = "") -> str:
    return f"{LIST}{call.pk}/{step + '/' if step else ''}"


# --- The list ---------------------------------------------------------------------------------------------
def test_officers_and_admins_see_drafts_too(client_for, officer, admin_user):
    call = factories.make_call(title="Den öppna", frame=10_000_000)
    draft = factories.make_call(title="Utkastet", status="draft")
    for user in (officer, admin_user):
        page = client_for(user).get(LIST).content.decode()
        assert "10\u00a0000\u00a0000" in page
        for shown in (call, draft):
            assert f'href="{address(shown)}">{shown.title}</a>' in page
        assert 'href="/handlaggning/utlysningar/ny/"' in page


@pytest.mark.parametrize("who", ["owner", "delegate_user", "registrar", "member", "assessor"])
@pytest.mark.parametrize("path", ["", "ny/", "1/", "1/redigera/", "1/forhandsgranska/", "1/publicera/"])
def test_others_may_not(client_for, who, path, request):
    assert client_for(request.getfixturevalue(who)).get(LIST + path).status_code == 403


def test_nobody_is_asked_to_log_in(client):
    assert client.get(LIST).status_code == 302


def test_an_empty_list_says_so(client_for, officer):
    assert "Här finns inga utlysningar än" in client_for(officer).get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Kluster i fjällen", "Utkast om trä", "Gammal utlysning"]),
        ("?q=fjäll", ["Kluster i fjällen"]),
        ("?q=klustret", ["Kluster i fjällen"]),
        ("?q=betong", []),
        ("?status=draft", ["Utkast om trä"]),
        ("?status=open", ["Kluster i fjällen"]),
        ("?status=concluded", ["Gammal utlysning"]),
        ("?status=closed", ["Gammal utlysning"]),
        ("?status=coming", []),
        ("?status=open&q=trä", []),
        ("?status=nonsens", ["Kluster i fjällen", "Utkast om trä", "Gammal utlysning"]),
    ],
)
def test_the_list_is_searched_and_narrowed(client_for, officer, query, found):
    text = {"summary": "Vi söker.", "text": "Så går det till."}
    factories.make_call(title="Kluster i fjällen", **text)
    factories.make_call(title="Utkast om trä", status="draft", **text)
    factories.make_call(title="Gammal utlysning", status="concluded", **text)
    response = client_for(officer).get(LIST + query)
    assert {call.title for call in response.context["page"]} == set(found)
    assert ("Inga utlysningar svarar mot sökningen" in response.content.decode()) == (not found)


def test_the_list_costs_the_same_at_one_and_three_rows(client_for, officer):
    client = client_for(officer)
    factories.make_call()
    one = count_queries(lambda: client.get(LIST))
    factories.make_call(legal_basis=factories.make_legal_basis())
    factories.make_call(status="draft")
    assert count_queries(lambda: client.get(LIST)) == one


# --- One call ---------------------------------------------------------------------------------------------
def test_a_draft_says_what_is_missing_and_where(client_for, officer):
    call = factories.make_call(status="draft", summary="")
    page = client_for(officer).get(address(call)).content.decode()
    assert "Innan utlysningen kan publiceras" in page
    assert f'href="{address(call, "redigera")}#id_summary"' in page
    assert "Ingressen saknas" in page
    assert f'href="{address(call, "publicera")}"' in page
    assert f'href="{address(call, "ta-bort")}"' in page
    for name in (
        "questions",
        "criteria",
        "requested_attachments",
        "milestones",
        "documents",
        "officer_inquiries",
    ):
        assert f'href="{reverse(f"calls:{name}", args=[call.pk])}"' in page


def test_a_published_call_has_its_own_buttons_and_log(client_for, officer):
    call = factories.make_call(title="Den öppna")
    call.changes.create(field="frame", text="Ramen är ändrad.")
    call.inquiries.create(question="Får vi söka?")
    page = client_for(officer).get(address(call)).content.decode()
    assert "Ramen är ändrad." in page
    assert "1 väntar på svar" in page
    assert f'href="{address(call, "avsluta")}"' in page
    assert f'href="{address(call, "publicera")}"' not in page
    assert f'href="{address(call, "ta-bort")}"' not in page
    assert f'href="/utlysningar/{call.slug}/"' in page


def test_a_call_that_is_not_there(client_for, officer):
    client = client_for(officer)
    for step in ("", "redigera", "forhandsgranska", *STEPS):
        assert client.get(f"{LIST}99999/{step + '/' if step else ''}").status_code == 404


def test_its_page_costs_the_same_with_more_content(client_for, officer):
    call, client = factories.make_call(status="draft"), client_for(officer)
    factories.make_question(call=call)
    factories.make_criterion(call=call)
    one = count_queries(lambda: client.get(address(call)))
    for _ in range(2):
        factories.make_question(call=call)
        factories.make_criterion(call=call)
        call.areas.add(factories.make_area())
    assert count_queries(lambda: client.get(address(call))) == one


def test_the_preview_is_the_public_page_with_a_banner(client_for, officer, client):
    draft = factories.make_call(status="draft", text="Sök **nu**.")
    page = client_for(officer).get(address(draft, "forhandsgranska")).content.decode()
    assert "Utlysningen är ett utkast och visas bara för handläggare." in page
    assert "<p>Sök <strong>nu</strong>.</p>" in page
    assert '<meta name="robots" content="noindex">' in page
    assert client.get(f"/utlysningar/{draft.slug}/").status_code == 404


# --- Steps ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", STEPS)
def test_asking_changes_nothing(client_for, officer, step):
    status = "published" if step == "avsluta" else "draft"
    call = factories.make_call(status=status)
    response = client_for(officer).get(address(call, step))
    assert response.status_code == 200
    assert f'name="version" value="{call.version}"' in response.content.decode()
    assert Call.objects.get().status == status


@pytest.mark.parametrize(
    ("status", "step", "reason"),
    [
        ("draft", "avsluta", "Den måste först vara publicerad."),
        ("published", "publicera", "Utlysningen är redan publicerad."),
        ("published", "ta-bort", "Den kan avslutas."),
        ("draft", "ta-bort", "Det finns möten om utlysningen."),
    ],
)
def test_a_step_that_cannot_be_taken_is_not_offered(client_for, officer, status, step, reason):
    call = factories.make_call(status=status)
    factories.make_meeting(call=call)
    response = client_for(officer).get(address(call, step))
    page = response.content.decode()
    assert response.status_code == 409
    assert reason in page
    assert f'name="version" value="{call.version}"' not in page


def test_publishing(client_for, officer):
    call = factories.make_call(status="draft", decision_timing="running")
    response = client_for(officer).post(address(call, "publicera"), {"version": 1})
    assert (response.status_code, response.headers["Location"]) == (302, address(call))
    assert Call.objects.get().status == "published"


def test_publishing_what_is_not_ready_says_what_is_missing(client_for, officer):
    call = factories.make_call(status="draft")
    response = client_for(officer).post(address(call, "publicera"), {"version": 1})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Rätta 1 uppgift innan du publicerar" in page
    assert f'href="{address(call, "redigera")}#id_planned">Det står inte när beslut är planerat</a>' in page
    # The button is not there either, when it would be refused.
    assert "Publicera utlysningen</button>" not in page
    assert (
        "Publicera utlysningen</button>"
        not in client_for(officer).get(address(call, "publicera")).content.decode()
    )
    assert Call.objects.get().status == "draft"


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 30])
def test_publishing_from_an_old_page(client_for, officer, version):
    call = factories.make_call(status="draft", decision_timing="running")
    response = client_for(officer).post(address(call, "publicera"), {"version": version})
    assert response.status_code == 409
    assert "har ändrats sedan du öppnade sidan" in response.content.decode()
    assert Call.objects.get().status == "draft"


def test_concluding_an_open_call_is_refused(client_for, officer):
    call = factories.make_call()
    response = client_for(officer).post(address(call, "avsluta"), {"version": 1})
    assert response.status_code == 422
    assert "först när sista ansökningsdag har passerat" in response.content.decode()


def test_copying_leads_to_the_copy(client_for, officer):
    call = factories.make_call(title="Den första")
    response = client_for(officer).post(address(call, "kopiera"))
    copy = Call.objects.exclude(pk=call.pk).get()
    assert response.headers["Location"] == address(copy, "redigera")
    assert copy.slug == "den-forsta"


def test_removing_a_draft_and_not_a_published_call(client_for, officer):
    draft, published = factories.make_call(status="draft"), factories.make_call()
    client = client_for(officer)
    assert client.post(address(draft, "ta-bort")).headers["Location"] == LIST
    response = client.post(address(published, "ta-bort"))
    assert response.status_code == 422
    assert "kan inte tas bort" in response.content.decode()
    assert list(Call.objects.all()) == [published]
