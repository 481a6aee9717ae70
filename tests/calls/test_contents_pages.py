"""The officers' pages of what belongs to a call."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from calls.models import CallDocument, CallQuestion, Criterion, Milestone, RequestedAttachment
from calls.services.contents.documents import save_document
from calls.services.contents.opening import fingerprint
from tests import factories
from tests.counting import count_queries
from tests.small_files import PDF

pytestmark = pytest.mark.django_db
FOLDERS = {"fragor": "Frågor", "kriterier": "Kriterier", "bilagor": "Bilagor som begärs",
           "hallpunkter": "Hållpunkter", "dokument": "Dokument"}  # fmt: skip
TYPED = {
    "fragor": {"label": "Har ni sökt förut?", "kind": "yes_no", "required": "on"},
    "kriterier": {"title": "Samverkan", "text": "Hur samverkar ni?", "weight": "40", "max_score": "5"},
    "bilagor": {"name": "Årsredovisning", "required": "on"},
    "hallpunkter": {"kind": "payment", "title": "Utbetalning", "when": "december 2026"},
    "dokument": {"title": "Budgetmall"},
}
MODELS = {"fragor": CallQuestion, "kriterier": Criterion, "bilagor": RequestedAttachment,
          "hallpunkter": Milestone, "dokument": CallDocument}  # fmt: skip


@pytest.fixture
def call():
    return factories.make_call(status="draft", title="Kluster 2027")


@pytest.fixture
def officers(client_for, officer):
    return client_for(officer)


def base(call, folder):
    return f"/handlaggning/utlysningar/{call.pk}/{folder}/"


def pdf(content=PDF):
    return SimpleUploadedFile("mall.pdf", content)


def typed(folder, **more):
    return TYPED[folder] | ({"upload": pdf()} if folder == "dokument" else {}) | more


def make_row(call, folder, officer):
    number = factories.next_number()
    if folder == "fragor":
        return factories.make_question(call=call, kind="choice", choices=["Ett", "Två"])
    if folder == "kriterier":
        return factories.make_criterion(call=call, weight=None, title=f"Kriterium {number}")
    if folder == "dokument":
        return save_document(actor=officer, call_id=call.pk, title=f"Dokument {number}", upload=pdf())
    if folder == "bilagor":
        order = call.requested_attachments.count() + 1
        return RequestedAttachment.objects.create(call=call, order=order, name=f"Bilaga {number}")
    return Milestone.objects.create(call=call, kind="payment", title=f"Hållpunkt {number}", text="Sedan.")


def receive(call):
    call.first_received_at = call.opens_at
    call.save(update_fields=["first_received_at"])


# --- All kinds --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("folder", FOLDERS)
def test_only_those_who_edit_calls_come_in(folder, call, client, client_for, admin_user, owner, registrar):
    assert client.get(base(call, folder)).status_code == 302
    assert client_for(admin_user).get(base(call, folder)).status_code == 200
    for user in (owner, registrar):
        for address in (base(call, folder), f"{base(call, folder)}ny/", f"{base(call, folder)}1/"):
            assert client_for(user).get(address).status_code == 403
        assert client_for(user).post(f"{base(call, folder)}ny/", TYPED[folder]).status_code == 403
    assert not MODELS[folder].objects.exists()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_row_is_added_shown_changed_and_seen_in_the_list(folder, call, officers):
    page = officers.get(base(call, folder)).content.decode()
    assert f">{FOLDERS[folder]}</h1>" in page
    assert "Här finns inget än" in page
    assert officers.get(f"{base(call, folder)}ny/").status_code == 200
    response = officers.post(f"{base(call, folder)}ny/", typed(folder))
    assert response.status_code == 302, response.context["form"].errors
    assert response.headers["Location"] == base(call, folder)
    row = MODELS[folder].objects.get()
    assert str(row) in officers.get(base(call, folder)).content.decode()
    edit = f"{base(call, folder)}{row.pk}/"
    form = officers.get(edit).context["form"]
    shown = {field.html_name: field.value() for field in form}
    assert shown["seen"] == fingerprint(row)
    name = next(iter(set(TYPED[folder]) & {"label", "title", "name"}))
    posted = {key: value for key, value in shown.items() if value not in (None, False)}
    again = officers.post(edit, posted | {name: "Annat"})
    assert again.status_code == 302, again.context["form"].errors
    assert str(MODELS[folder].objects.get()) == "Annat"


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_missing_is_said_first_and_what_was_typed_stays(folder, call, officers):
    name = next(iter(set(TYPED[folder]) & {"label", "title", "name"}))
    rest = {key: value for key, value in TYPED[folder].items() if key != name}
    response = officers.post(f"{base(call, folder)}ny/", rest | {"help_text": "<b>Hjälp</b>"})
    assert response.status_code == 422
    page = response.content.decode()
    assert 'class="ds-error-summary"' in page
    assert f'aria-describedby="id_{name}_error"' in page or f"id_{name}_error" in page
    for value in rest.values():
        assert value == "on" or escape(value) in page
    if folder in {"fragor", "bilagor"}:
        assert escape("<b>Hjälp</b>") in page
    assert not MODELS[folder].objects.exists()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_page_costs_the_same_at_one_and_three_rows(folder, call, officers, officer):
    make_row(call, folder, officer)
    one = count_queries(lambda: officers.get(base(call, folder)))
    for _ in range(2):
        make_row(call, folder, officer)
    assert count_queries(lambda: officers.get(base(call, folder))) == one


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_row_belongs_to_its_call(folder, call, officers, officer):
    row = make_row(factories.make_call(status="draft"), folder, officer)
    for address in (f"{base(call, folder)}{row.pk}/", f"{base(call, folder)}{row.pk}/ta-bort/",
                    f"/handlaggning/utlysningar/{call.pk + 1000}/{folder}/"):  # fmt: skip
        assert officers.get(address).status_code == 404


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if folder != "dokument"])
def test_a_row_is_taken_away_after_a_question(folder, call, officers, officer):
    row = make_row(call, folder, officer)
    address = f"{base(call, folder)}{row.pk}/ta-bort/"
    assert str(row) in officers.get(address).content.decode()
    assert MODELS[folder].objects.exists(), "looking does nothing"
    assert officers.post(address).headers["Location"] == base(call, folder)
    assert not MODELS[folder].objects.exists()
    gone = officers.post(address)
    assert gone.status_code == 409
    assert "borttaget av någon annan" in gone.content.decode()


@pytest.mark.parametrize("folder", FOLDERS)
def test_after_the_first_application_the_page_says_what_stands_still(folder, officers, officer):
    call = factories.make_call()
    row = make_row(call, folder, officer)
    receive(call)
    page = officers.get(base(call, folder)).content.decode()
    edit = f"{base(call, folder)}{row.pk}/"
    asked = folder in {"fragor", "kriterier", "bilagor"}
    assert str(row) in page
    assert ("fick sin första ansökan" in page) is asked
    assert (f'href="{edit}"' in page) is not asked
    assert (f'href="{base(call, folder)}ny/"' in page) is not asked
    assert officers.get(edit).status_code == (302 if asked else 200)
    refused = officers.post(f"{base(call, folder)}ny/", typed(folder))
    assert refused.status_code == (422 if asked else 302)
    if asked:
        assert "fick sin första ansökan" in refused.content.decode()


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_was_typed_survives_a_lost_session(folder, call, client, officer):
    # The file does not: a browser sends it once.
    address = f"{base(call, folder)}ny/"
    assert client.post(address, TYPED[folder]).status_code == 302
    client.force_login(officer)
    form = client.get(address).context["form"]
    assert {name: form[name].value() for name in TYPED[folder] if name != "required"} == {
        name: value for name, value in TYPED[folder].items() if name != "required"
    }


# --- Two who write at once --------------------------------------------------------------------------------
def test_who_was_second_sees_both_texts_and_may_save_on_top(call, officers, client_for, second_officer):
    question = factories.make_question(call=call, label="Ursprunglig")
    address = f"{base(call, 'fragor')}{question.pk}/"
    mine = {"label": "Min lydelse", "kind": "short", "seen": fingerprint(question)}
    client_for(second_officer).post(address, mine | {"label": "Andras lydelse"})
    response = officers.post(address, mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Anders Andersson sparade här den" in page
    assert "Andras lydelse" in page
    assert 'value="Min lydelse"' in page
    form = response.context["form"]
    again = officers.post(address, mine | {"seen": form["seen"].value()})
    assert again.status_code == 302
    assert CallQuestion.objects.get().label == "Min lydelse"


# --- Order ------------------------------------------------------------------------------------------------
def test_moving_says_where_the_row_stands_and_gives_the_focus_back(call, officers):
    rows = [factories.make_question(call=call) for _ in range(3)]
    response = officers.post(f"{base(call, 'fragor')}{rows[0].pk}/flytta/", {"steg": "ner"})
    assert response.headers["Location"] == f"{base(call, 'fragor')}?flyttad={rows[0].pk}&steg=ner"
    page = officers.get(response.headers["Location"]).content.decode()
    assert 'role="status">Frågan ligger nu som nummer 2 av 3.</div>' in page
    assert page.count("autofocus") == 1
    assert f'id="ner-{rows[0].pk}" name="steg" value="ner"' in page.split("autofocus")[0].rpartition("<")[2]


def test_at_the_edge_the_other_button_gets_the_focus(call, officers):
    rows = [factories.make_question(call=call) for _ in range(2)]
    response = officers.post(f"{base(call, 'fragor')}{rows[0].pk}/flytta/", {"steg": "ner"}, follow=True)
    assert response.context["moved"].button == "upp"


@pytest.mark.parametrize("query", ["?flyttad=x", "?flyttad=999999999999999999999", "?flyttad="])
def test_an_odd_address_moves_nothing(query, call, officers):
    factories.make_question(call=call)
    assert officers.get(f"{base(call, 'fragor')}{query}").context["moved"] is None


def test_a_move_that_is_refused_says_why(call, officers):
    parent = factories.make_question(call=call, label="Först", kind="yes_no")
    factories.make_question(call=call, label="Sedan", shown_if=parent, shown_if_answer="ja")
    response = officers.post(f"{base(call, 'fragor')}{parent.pk}/flytta/", {"steg": "ner"})
    assert response.status_code == 409
    assert "Frågan ”Sedan” ställs beroende på svaret på ”Först”" in response.content.decode()


# --- Questions --------------------------------------------------------------------------------------------
def test_only_earlier_questions_with_known_answers_are_offered_as_condition(call, officers):
    yes_no = factories.make_question(call=call, label="Ja eller nej?", kind="yes_no")
    factories.make_question(call=call, label="Fritt")
    colour = factories.make_question(call=call, label="Färg?", kind="choice", choices=["Röd", "Blå"])
    offered = [
        ("", "Alltid"),
        ("Om svaret på ”Ja eller nej?” är", [(f"{yes_no.pk}:ja", "Ja"), (f"{yes_no.pk}:nej", "Nej")]),
    ]
    form = officers.get(f"{base(call, 'fragor')}{colour.pk}/").context["form"]
    assert form.fields["condition"].choices == offered
    form = officers.get(f"{base(call, 'fragor')}ny/").context["form"]
    assert form.fields["condition"].choices == [
        *offered,
        ("Om svaret på ”Färg?” är", [(f"{colour.pk}:Röd", "Röd"), (f"{colour.pk}:Blå", "Blå")]),
    ]
    posted = {"label": "Varför?", "kind": "long", "max_length": "500", "condition": f"{colour.pk}:Röd"}
    assert officers.post(f"{base(call, 'fragor')}ny/", posted).status_code == 302
    last = call.questions.last()
    assert (last.shown_if, last.shown_if_answer, last.required, last.max_length) == (
        colour,
        "Röd",
        False,
        500,
    )
    page = officers.get(base(call, "fragor")).content.decode()
    assert "Ställs vid svaret ”Röd” på ”Färg?”." in page
    form = officers.get(f"{base(call, 'fragor')}{last.pk}/").context["form"]
    assert form["condition"].value() == f"{colour.pk}:Röd"


@pytest.mark.parametrize("condition", ["x", "1", "1:", ":ja", "999999:ja"])
def test_a_condition_that_is_not_offered_is_refused(condition, call, officers):
    posted = TYPED["fragor"] | {"condition": condition}
    assert officers.post(f"{base(call, 'fragor')}ny/", posted).status_code == 422


def test_the_list_tells_the_condition_as_applicants_read_it(call, officers):
    parent = factories.make_question(call=call, label="Har ni sökt?", kind="yes_no")
    factories.make_question(call=call, shown_if=parent, shown_if_answer="ja")
    page = officers.get(base(call, "fragor")).content.decode()
    assert "Ställs vid svaret ”Ja” på ”Har ni sökt?”." in page


def test_choices_are_lines(call, officers):
    posted = TYPED["fragor"] | {"kind": "choice", "choices": " Röd \r\n\r\nBlå  och  grön\n"}
    assert officers.post(f"{base(call, 'fragor')}ny/", posted).status_code == 302
    assert call.questions.get().choices == ["Röd", "Blå och grön"]


def test_what_the_service_refuses_stands_at_its_field(call, officers):
    response = officers.post(f"{base(call, 'fragor')}ny/", TYPED["fragor"] | {"choices": "Röd\nBlå"})
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "choices": ["Bara frågor av slaget Val ur en lista har val. Ta bort dem."]
    }


def test_the_preview_shows_each_kind_as_applicants_meet_it(call, officers):
    kinds = ["short", "long", "number", "amount", "date", "yes_no", "file"]
    first = factories.make_question(call=call, label="Färg?", kind="choice", choices=["Röd", "Blå"])
    for kind in kinds:
        factories.make_question(call=call, label=f"Slag {kind}", kind=kind, required=False,
                                help_text="<script>", shown_if=first, shown_if_answer="Röd")  # fmt: skip
    page = officers.get(reverse("calls:question_preview", args=[call.pk])).content.decode()
    assert page.count("Svara om ni svarade ”Röd” på ”Färg?”. &lt;script&gt;") == len(kinds)
    assert "<script>" not in page.partition("</head>")[2]
    assert 'type="file"' in page
    assert 'type="date"' in page
    assert "<textarea" in page


# --- Criteria ---------------------------------------------------------------------------------------------
def test_the_sum_of_the_weights_is_told_after_each_save(call, officers):
    factories.make_criterion(call=call, weight=40)
    second = factories.make_criterion(call=call, weight=40)
    page = officers.get(base(call, "kriterier")).content.decode()
    assert "Vikterna är 80\u00a0%, de ska bli 100\u00a0%." in page
    form = officers.get(base(call, "kriterier")).context["weights"]
    posted = {field.html_name: field.value() for field in form}
    address = f"{base(call, 'kriterier')}vikter/"
    assert officers.post(address, posted | {f"vikt-{second.pk}": "60\u00a0%"}).status_code == 302
    page = officers.get(base(call, "kriterier")).content.decode()
    assert "Vikterna är tillsammans 100\u00a0%." in page


@pytest.mark.parametrize(("value", "status"), [("sextio", 422), ("101", 422), ("60", 409)])
def test_weights_that_cannot_be_saved_stay_as_typed(value, status, call, officers):
    criterion = factories.make_criterion(call=call, weight=40)
    seen = f"{criterion.pk}:{40 if status == 422 else 'x'}"
    response = officers.post(
        f"{base(call, 'kriterier')}vikter/", {"seen": seen, f"vikt-{criterion.pk}": value}
    )
    assert response.status_code == status
    assert f'value="{value}"' in response.content.decode()
    criterion.refresh_from_db()
    assert criterion.weight == 40


def test_after_a_conflict_the_typed_weights_may_be_saved_on_top(call, officers):
    criterion = factories.make_criterion(call=call, weight=40)
    address = f"{base(call, 'kriterier')}vikter/"
    response = officers.post(address, {"seen": f"{criterion.pk}:30", f"vikt-{criterion.pk}": "60"})
    assert response.status_code == 409
    assert "Någon annan har ändrat kriterierna" in response.content.decode()
    form = response.context["weights"]
    assert officers.post(address, {one.html_name: one.value() for one in form}).status_code == 302
    criterion.refresh_from_db()
    assert criterion.weight == 60


def test_weights_typed_when_the_session_ended_are_back_on_the_list(call, client, officer):
    criterion = factories.make_criterion(call=call, weight=40)
    page = base(call, "kriterier")
    address = f"{page}vikter/"
    typed = {"seen": f"{criterion.pk}:40", f"vikt-{criterion.pk}": "73"}
    client.post(address, typed, headers={"Referer": f"http://testserver{page}"})
    client.post("/konto/login/", {"login": officer.email, "password": factories.PASSWORD, "next": address})
    assert client.get(address).headers["Location"] == page
    assert 'value="73"' in client.get(page).content.decode()


# --- Milestones -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("when", "clock", "words"), [
    ("2026-12-15", "9.00", "15 december 2026 kl. 09.00"),
    ("15 december 2026", "", "15 december 2026"),
    ("December 2026", "", "december 2026"),
    ("", "", "Inget bestämt datum"),
])  # fmt: skip
def test_a_milestone_is_a_moment_a_day_a_month_or_words(when, clock, words, call, officers):
    posted = TYPED["hallpunkter"] | {"when": when, "clock": clock, "text": "Efter beslutet."}
    assert officers.post(f"{base(call, 'hallpunkter')}ny/", posted).status_code == 302
    assert f"<span>{words}</span>" in officers.get(base(call, "hallpunkter")).content.decode()


@pytest.mark.parametrize("when", ["snart", "löpande", "2026-13-01"])
def test_a_time_that_cannot_be_read_stays_as_typed(when, call, officers):
    response = officers.post(f"{base(call, 'hallpunkter')}ny/", TYPED["hallpunkter"] | {"when": when})
    assert response.status_code == 422
    assert f'value="{when}"' in response.content.decode()


# --- Documents --------------------------------------------------------------------------------------------
def test_after_a_refusal_the_file_is_to_be_chosen_again(call, officers):
    response = officers.post(f"{base(call, 'dokument')}ny/", {"title": "", "upload": pdf()})
    assert response.status_code == 422
    assert response.context["form"].errors["upload"] == [
        "Välj filen igen. Webbläsaren skickar inte med den en gång till."
    ]
    response = officers.post(f"{base(call, 'dokument')}ny/", {"title": "Mall", "upload": pdf(b"MZ")})
    assert response.status_code == 422
    assert 'value="Mall"' in response.content.decode()
    assert "Filtypen kan inte tas emot" in response.content.decode()


def test_a_new_version_is_uploaded_and_the_document_hidden_and_shown(call, officers, officer):
    document = make_row(call, "dokument", officer)
    edit = f"{base(call, 'dokument')}{document.pk}/"
    posted = {"title": document.title, "seen": fingerprint(document), "upload": pdf(PDF + b" ny")}
    assert officers.post(edit, posted).status_code == 302
    page = officers.get(base(call, "dokument")).content.decode()
    assert "version 2" in page
    assert "version 1" in page
    assert officers.post(f"{edit}dolj/").headers["Location"] == base(call, "dokument")
    assert "Visas inte" in officers.get(base(call, "dokument")).content.decode()
    officers.post(f"{edit}visa/")
    assert "Visas inte" not in officers.get(base(call, "dokument")).content.decode()
    gone = officers.post(f"{base(call, 'dokument')}{document.pk + 1000}/dolj/", follow=True)
    assert "borttaget av någon annan" in gone.content.decode()
