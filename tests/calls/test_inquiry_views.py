import pytest
from django.urls import reverse

from calls.models import Inquiry
from s3portal.outbox.models import Message
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return factories.make_call(slug="kluster", title="Kluster")


@pytest.fixture
def inquiry(call):
    return factories.make_inquiry(
        call=call, question="Ulla undrar: får vi söka?", asker_name="Ulla Ek", asker_email="ulla@example.org"
    )


def list_of(call):
    return f"/handlaggning/utlysningar/{call.pk}/fragor-och-svar/"


def page_of(inquiry):
    return f"{list_of(inquiry.call)}{inquiry.pk}/"


def typed(**fields):
    return {"published_question": "Får vi söka?", "answer": "Ja, *gärna*.", "version": "1"} | fields


# --- Anybody asks -----------------------------------------------------------------------------------------
def test_anybody_asks_and_is_thanked(client, call):
    page = client.get("/utlysningar/kluster/fraga/").content.decode()
    assert "Vi publicerar frågan och svaret" in page
    response = client.post(
        "/utlysningar/kluster/fraga/", {"question": "Får vi?", "name": "Ulla", "email": "ulla@example.org"}
    )
    assert (response.status_code, response.headers["Location"]) == (302, "/utlysningar/kluster/fraga/tack/")
    assert "Tack för frågan" in client.get(response.headers["Location"]).content.decode()
    inquiry = Inquiry.objects.get()
    assert (inquiry.call, inquiry.question, inquiry.asker_name) == (call, "Får vi?", "Ulla")


def test_a_coming_call_takes_questions_and_a_closed_one_says_that_it_does_not(client):
    now = factories.make_call().opens_at
    factories.make_call(
        slug="kommande", opens_at=now.replace(year=now.year + 1), closes_at=now.replace(year=now.year + 2)
    )
    assert '<form method="post"' in client.get("/utlysningar/kommande/fraga/").content.decode()
    factories.make_call(slug="stangd", status="concluded")
    page = client.get("/utlysningar/stangd/fraga/")
    assert page.status_code == 200
    assert "Utlysningen är stängd" in page.content.decode()
    assert 'name="question"' not in page.content.decode()
    late = client.post("/utlysningar/stangd/fraga/", {"question": "Hann jag inte?"})
    assert late.status_code == 422
    assert "Utlysningen är stängd" in late.content.decode()
    assert "Hann jag inte?" in late.content.decode()
    assert not Inquiry.objects.exists()


def test_a_draft_is_not_found(client):
    factories.make_call(slug="utkast", status="draft")
    for path in ("/utlysningar/utkast/fraga/", "/utlysningar/utkast/fraga/tack/", "/utlysningar/nej/fraga/"):
        assert client.get(path).status_code == 404
    assert client.post("/utlysningar/utkast/fraga/", {"question": "Får vi?"}).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"question": ""}, "Fyll i din fråga"),
        ({"question": "   "}, "Fyll i din fråga"),
        ({"question": "å" * 3001}, "1 tecken för lång"),
        ({"name": "b" * 151}, "1 tecken för lång"),
        ({"email": "ulla"}, "Skriv hela e-postadressen, till exempel"),
        ({"lamna_tomt": "x"}, "ett program"),
    ],
)
def test_bad_input_is_told_and_kept(client, call, wrong, words):
    fields = {"question": "Får vi?", "name": "Ulla", "email": "ulla@example.org"} | wrong
    response = client.post("/utlysningar/kluster/fraga/", fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert "ds-error-summary" in page
    assert words in page
    assert fields["name"] in page
    assert not Inquiry.objects.exists()


def test_too_many_questions_get_a_page_with_what_was_typed(client, call, settings):
    settings.ACCOUNT_RATE_LIMITS = {"visitor_ask": "1/h/ip"}
    assert client.post("/utlysningar/kluster/fraga/", {"question": ""}).status_code == 422, "costs nothing"
    assert client.post("/utlysningar/kluster/fraga/", {"question": "En"}).status_code == 302
    response = client.post("/utlysningar/kluster/fraga/", {"question": "Två till, tack"})
    assert response.status_code == 429
    assert "Vänta en stund" in response.content.decode()
    assert "Två till, tack" in response.content.decode()
    assert Inquiry.objects.count() == 1


def test_where_the_counter_is_away_people_come_first(client, call, settings, monkeypatch, caplog):
    from allauth.core import ratelimit
    from redis.exceptions import ConnectionError as RedisAway

    def away(*args, **kwargs):
        raise RedisAway("away")

    monkeypatch.setattr(ratelimit, "consume", away)
    assert client.post("/utlysningar/kluster/fraga/", {"question": "Får vi?"}).status_code == 302
    assert "uncounted" in caplog.text


# --- Officers answer --------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["owner", "delegate_user", "registrar", "member", "assessor"])
def test_others_may_neither_see_nor_answer(client_for, inquiry, who, request):
    client = client_for(request.getfixturevalue(who))
    for path in (list_of(inquiry.call), page_of(inquiry), f"{page_of(inquiry)}avboj/"):
        assert client.get(path).status_code == 403
        assert client.post(path, typed()).status_code == 403
    inquiry.refresh_from_db()
    assert inquiry.status == "waiting"


def test_a_question_is_found_only_under_its_own_call(client_for, officer, inquiry):
    other = factories.make_call()
    client = client_for(officer)
    for path in (
        f"{list_of(other)}{inquiry.pk}/",
        f"{list_of(other)}{inquiry.pk}/avboj/",
        "/handlaggning/utlysningar/999/fragor-och-svar/",
    ):
        assert client.get(path).status_code == 404


def test_the_list_counts_and_cuts(client_for, admin_user, officer, inquiry):
    client = client_for(admin_user)
    factories.make_inquiry(call=inquiry.call, question="Den andra?")
    client_for(officer).post(page_of(inquiry), typed())
    waiting = client.get(list_of(inquiry.call)).content.decode()
    assert "Den andra?" in waiting
    assert "Får vi söka?" not in waiting
    answered = client.get(list_of(inquiry.call), {"visa": "answered"}).content.decode()
    assert "Får vi söka?" in answered
    assert "Hanna Handläggare" in answered
    for odd in ("nonsens", "\x00"):
        assert "Den andra?" in client.get(list_of(inquiry.call), {"visa": odd}).content.decode()
    assert (
        "Inga frågor har det här läget"
        in client.get(list_of(inquiry.call), {"visa": "declined"}).content.decode()
    )


def test_answering(client_for, officer, inquiry):
    client = client_for(officer)
    page = client.get(page_of(inquiry)).content.decode()
    assert "Frågan innehåller ”Ulla”, som kan visa vem som har frågat." in page
    assert ">Ulla undrar: får vi söka?</textarea>" in page.replace("\n", ""), "to start from"
    response = client.post(page_of(inquiry), typed())
    assert (response.status_code, response.headers["Location"]) == (302, page_of(inquiry))
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.published_question, inquiry.answer) == (
        "answered",
        "Får vi söka?",
        "Ja, *gärna*.",
    )
    after = client.get(page_of(inquiry)).content.decode()
    assert "<em>gärna</em>" in after
    assert "Publicera rättelsen" in after


def test_the_preview_saves_nothing_and_keeps_what_is_typed(client_for, officer, inquiry):
    response = client_for(officer).post(page_of(inquiry), typed(visa="1", answer="**Ja**<script>"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "<strong>Ja</strong>&lt;script&gt;" in page
    assert "**Ja**&lt;script&gt;</textarea>" in page
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.version) == ("waiting", 1)
    assert client_for(officer).post(page_of(inquiry), typed(visa="1", answer="")).status_code == 422


def test_the_asker_s_name_asks_for_a_box(client_for, officer, inquiry):
    client = client_for(officer)
    assert 'name="keep_traces"' not in client.get(page_of(inquiry)).content.decode()
    fields = typed(published_question="Ulla: får vi söka?")
    response = client.post(page_of(inquiry), fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Texten innehåller ”Ulla”" in page
    assert 'name="keep_traces"' in page
    assert client.post(page_of(inquiry), fields | {"keep_traces": "on"}).status_code == 302
    inquiry.refresh_from_db()
    assert inquiry.published_question == "Ulla: får vi söka?"


@pytest.mark.parametrize(
    "wrong",
    [{"answer": ""}, {"published_question": ""}, {"version": "x"}, {"version": ""}, {"answer": "å" * 10_001}],
)
def test_a_bad_answer_is_told_and_kept(client_for, officer, inquiry, wrong):
    response = client_for(officer).post(page_of(inquiry), typed(**wrong))
    assert response.status_code == 422
    assert "ds-error-summary" in response.content.decode()
    inquiry.refresh_from_db()
    assert inquiry.status == "waiting"


def test_who_comes_second_is_told_and_keeps_the_text(client_for, officer, second_officer, inquiry):
    client_for(officer).post(page_of(inquiry), typed(answer="Ja."))
    client = client_for(second_officer)
    response = client.post(page_of(inquiry), typed(answer="Nej!"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Inget sparades. Hanna Handläggare besvarade frågan" in page
    assert "Nej!</textarea>" in page
    assert "<p>Ja.</p>" in page
    inquiry.refresh_from_db()
    assert inquiry.answer == "Ja."
    assert client.post(page_of(inquiry), typed(answer="Nej!", version="2")).status_code == 302
    inquiry.refresh_from_db()
    assert inquiry.answer == "Nej!"


def test_declining(client_for, officer, inquiry):
    client = client_for(officer)
    path = f"{page_of(inquiry)}avboj/"
    assert "får din förklaring med e-post" in client.get(path).content.decode()
    assert client.post(path, {"reason": "", "version": "1"}).status_code == 422
    response = client.post(path, {"reason": "Gäller annat.", "version": "1"})
    assert (response.status_code, response.headers["Location"]) == (302, list_of(inquiry.call))
    inquiry.refresh_from_db()
    assert inquiry.status == "declined"
    late = client.post(path, {"reason": "En gång till.", "version": "1"})
    assert late.status_code == 409
    assert "avböjde frågan" in late.content.decode()
    assert "En gång till." in late.content.decode()
    assert Message.objects.filter(kind="inquiry_declined").count() == 1


def test_what_was_typed_survives_a_lost_session(client, officer, inquiry):
    """``force_login`` keeps what the anonymous session holds, as a login does."""
    assert client.post(page_of(inquiry), typed(answer="Det långa svaret")).status_code == 302
    client.force_login(officer)
    page = client.get(page_of(inquiry))
    assert page.status_code == 200
    assert "Det långa svaret</textarea>" in page.content.decode()
    inquiry.refresh_from_db()
    assert inquiry.status == "waiting"


@pytest.mark.parametrize("status", ["waiting", "answered"])
def test_the_pages_cost_the_same_at_one_and_three_rows(client_for, officer, second_officer, call, status):
    from calls.services.asking import answer_inquiry

    client = client_for(officer)

    def one_more(actor):
        inquiry = factories.make_inquiry(call=call)
        if status == "answered":
            answer_inquiry(
                inquiry_id=inquiry.pk,
                actor=actor,
                expected_version=1,
                published_question="Får vi?",
                answer="Ja.",
            )

    one_more(officer)
    path = f"{reverse('calls:officer_inquiries', args=[call.pk])}?visa={status}"
    one = count_queries(lambda: client.get(path))
    one_more(second_officer)
    one_more(officer)
    assert count_queries(lambda: client.get(path)) == one
