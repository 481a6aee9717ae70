"""Writing a call in its form."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from calls.forms.clock import parse_clock
from calls.models import Call, CallChange
from s3portal.common.errors import Refusal
from s3portal.common.swedish import in_stockholm
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "/handlaggning/utlysningar/ny/"


@pytest.fixture
def typed() -> dict:
    """A whole form as a browser sends it."""
    basis = factories.make_legal_basis(name="Regionens egna medel", max_aid_percent=Decimal(50))
    areas = [factories.make_area(), factories.make_area()]
    return {
        "version": "0",
        "title": "Utveckling av innovationskluster",
        "slug": "",
        "headline": "",
        "summary": "Upp till 10 miljoner kronor.",
        "text": "## Så söker ni\r\n\r\nSkicka **en** ansökan.",
        "who_may_apply": "Aktörer som kan koordinera kluster.",
        "areas": [str(area.pk) for area in areas],
        "frame": "10 000 000",
        "min_amount": "",
        "max_amount": "2.500.000 kr",
        "legal_basis": str(basis.pk),
        "max_aid_percent": "47,5",
        "overhead_percent": "15",
        "opens_day": "2030-11-01",
        "opens_clock": "8",
        "closes_day": "29 november 2030",
        "closes_clock": "23:59",
        "planned": "december 2030",
        "earliest_start": "",
        "latest_end": "2031-12-31",
        "grant_months": "12",
        "extension_possible": "on",
        "kontakt-TOTAL_FORMS": "2",
        "kontakt-INITIAL_FORMS": "0",
        "kontakt-0-name": "Hanna",
        "kontakt-0-email": "hanna@example.org",
        "kontakt-0-phone": "063-14 75 00",
        "kontakt-1-name": "",
        "kontakt-1-email": "",
        "kontakt-1-phone": "",
        "diary_prefix": "run",
        "internal_notes": "Ring Anna.",
    }


def edit(call: Call) -> str:
    return f"/handlaggning/utlysningar/{call.pk}/redigera/"


def written(client, typed: dict) -> Call:
    response = client.post(NEW, typed)
    assert response.status_code == 302, response.context["forms"].main.errors
    call = Call.objects.get()
    assert response.headers["Location"] == f"/handlaggning/utlysningar/{call.pk}/"
    return call


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["forms"].main.errors.items()}


def test_what_is_typed_becomes_a_draft(client_for, officer, typed):
    call = written(client_for(officer), typed)
    assert (call.status, call.slug, call.diary_prefix) == ("draft", "utveckling-av-innovationskluster", "RUN")
    assert (call.frame, call.min_amount, call.max_amount) == (10_000_000, None, 2_500_000)
    assert (call.max_aid_percent, call.overhead_percent) == (Decimal("47.5"), 15)
    assert call.text == "## Så söker ni\n\nSkicka **en** ansökan."
    assert call.opens_at == datetime(2030, 11, 1, 7, 0, tzinfo=UTC)
    # The minute out: the last second of 23.59 is in time.
    assert call.closes_at == datetime(2030, 11, 29, 22, 59, 59, tzinfo=UTC)
    assert (call.decision_planned, call.earliest_start) == ("december 2030", None)
    assert (call.latest_end, call.grant_months, call.extension_possible) == (date(2031, 12, 31), 12, True)
    assert call.areas.count() == 2
    assert [(c.order, c.name, c.phone) for c in call.contacts.all()] == [(1, "Hanna", "063-14 75 00")]


def test_a_new_call_has_its_writer_as_contact(client_for, officer):
    page = client_for(officer).get(NEW).content.decode()
    assert 'value="Hanna Handläggare"' in page
    assert 'value="23.59"' in page
    assert "den dag ansökan kommer in, på egen risk" in page


def test_the_form_shows_what_is_stored_and_saving_it_changes_nothing(client_for, officer, typed):
    client = client_for(officer)
    call = written(client, typed)
    form = client.get(edit(call)).context["forms"]
    shown = {name: form.main[name].value() for name in form.main.fields}
    assert (shown["max_aid_percent"], shown["planned"], shown["closes_clock"]) == (
        "47,5",
        "december 2030",
        "23.59",
    )
    response = client.post(edit(call), typed | {"version": "1", "slug": call.slug})
    assert response.status_code == 302
    call.refresh_from_db()
    assert call.version == 1


def test_seconds_that_are_not_shown_are_not_lost(client_for, officer, typed):
    client = client_for(officer)
    call = written(client, typed)
    exact = datetime(2030, 11, 29, 22, 59, 0, tzinfo=UTC)
    Call.objects.filter(pk=call.pk).update(closes_at=exact)
    assert client.post(edit(call), typed | {"version": "1"}).status_code == 302
    call.refresh_from_db()
    assert (call.closes_at, call.version) == (exact, 1)


BAD = {
    "title": ("", "Fyll i det här fältet."),
    "slug": ("Å ä", "Använd bara bokstäverna a till z, siffror och bindestreck."),
    "frame": ("0", "Ange minst 1\u00a0krona."),
    "max_aid_percent": ("120", "Ange mer än 0 och högst 100 procent."),
    "opens_clock": ("25.00", "Klockslaget finns inte. Skriv det som 9.00 eller 23.59."),
    "closes_clock": ("24.00", "Skriv 23.59 för sista minuten på dagen, eller 0.00 för den första."),
    "closes_day": ("i jul", "Skriv datumet som 2024-03-01 eller 1 mars 2024."),
    "planned": ("snart", "Skriv en dag (2021-12-15), en månad (december 2021) eller ”löpande”."),
    "grant_months": ("0", "Ange minst 1 månad."),
    "diary_prefix": ("R1", "Ange bara bokstäver, till exempel RUN."),
    "legal_basis": ("", "Välj rättslig grund."),
}


@pytest.mark.parametrize("field", BAD)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(client_for, officer, typed, field):
    value, sentence = BAD[field]
    response = client_for(officer).post(NEW, typed | {field: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert errors(response) == {field: [sentence]}
    assert "Skicka **en** ansökan." in page
    assert 'value="hanna@example.org"' in page
    assert 'value="2.500.000 kr"' in page
    assert page.index("ds-error-summary") < page.index('name="title"')
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field", "start"),
    [
        ({"closes_day": "2030-10-01"}, "closes_day", "Utlysningen stänger innan den öppnar"),
        ({"max_aid_percent": "50,5"}, "max_aid_percent", "Regionens egna medel tillåter högst 50"),
        ({"min_amount": "3000000"}, "max_amount", "Det högsta beloppet är lägre"),
        ({"opens_day": "2020-12-31"}, "legal_basis", "Regionens egna medel gäller först från"),
    ],
)
def test_what_the_domain_refuses_stands_beside_its_field(client_for, officer, typed, changed, field, start):
    response = client_for(officer).post(NEW, typed | changed)
    assert response.status_code == 422
    [(found, [sentence])] = errors(response).items()
    assert (found, sentence.startswith(start)) == (field, True)


@pytest.mark.parametrize(
    ("day", "clock", "start"),
    [
        ("2030-03-31", "2.30", "Klockslaget finns inte den natten"),
        ("2030-10-27", "2.30", "Klockslaget inträffar två gånger den natten"),
    ],
)
def test_the_nights_when_the_clocks_change(client_for, officer, typed, day, clock, start):
    response = client_for(officer).post(NEW, typed | {"opens_day": day, "opens_clock": clock})
    assert response.status_code == 422
    [(field, [sentence])] = errors(response).items()
    assert (field, sentence.startswith(start)) == ("opens_clock", True)


def test_areas_stand_by_strategy_and_only_one_is_chosen(client_for, officer, typed):
    other = factories.make_area(
        strategy=factories.make_strategy(name="Den förra", first_year=2014, last_year=2020)
    )
    client = client_for(officer)
    page = client.get(NEW)
    groups = [name for name, _boxes in page.context["forms"].main.area_groups()]
    assert groups[-1] == "Den förra 2014–2020"
    assert len(groups) == 2
    response = client.post(NEW, typed | {"areas": [*typed["areas"], str(other.pk)]})
    assert errors(response) == {"areas": ["Styrkeområdena hör till olika strategier. Välj ur en av dem."]}


# --- Buttons within the form ------------------------------------------------------------------------------
def test_rows_are_added_and_removed_without_saving_or_judging(client_for, officer, typed):
    client = client_for(officer)
    typed |= {"title": "", "kontakt-1-name": "Anders"}
    response = client.post(NEW, typed | {"rad": "lagg-till:kontakt"})
    forms = response.context["forms"]
    assert response.status_code == 200
    assert [form["name"].value() for form in forms.contacts.forms] == ["Hanna", "Anders", ""]
    assert "ds-error-summary" not in response.content.decode()
    response = client.post(NEW, typed | {"rad": "ta-bort:kontakt:0"})
    assert [form["name"].value() for form in response.context["forms"].contacts.forms] == ["Anders"]
    assert not Call.objects.exists()


@pytest.mark.parametrize("command", ["ta-bort:kontakt:9", "ta-bort:annat:0", "nonsens", "ta-bort:kontakt:-1"])
def test_a_button_that_does_not_exist_does_nothing(client_for, officer, typed, command):
    response = client_for(officer).post(NEW, typed | {"rad": command})
    assert [form["name"].value() for form in response.context["forms"].contacts.forms] == ["Hanna", ""]


@pytest.mark.parametrize("total", ["", "x", "99999", "-1"])
def test_a_broken_count_of_rows_is_no_error_of_the_server(client_for, officer, typed, total):
    response = client_for(officer).post(NEW, typed | {"kontakt-TOTAL_FORMS": total})
    assert response.status_code in {302, 422}
    response = client_for(officer).post(
        NEW, typed | {"kontakt-TOTAL_FORMS": total, "rad": "lagg-till:kontakt"}
    )
    assert response.status_code == 200


def test_the_text_is_shown_as_it_will_be_read(client_for, officer, typed):
    response = client_for(officer).post(NEW, typed | {"visa": "text", "title": ""})
    page = response.content.decode()
    assert response.status_code == 200
    assert "<h3>Så söker ni</h3>" in page
    assert "<p>Skicka <strong>en</strong> ansökan.</p>" in page
    assert "ds-error-summary" not in page
    assert not Call.objects.exists()


def test_the_script_gets_the_text_alone_and_no_markup_of_its_own(client_for, officer):
    client = client_for(officer)
    answer = client.post("/handlaggning/utlysningar/visa-text/", {"text": "**Ja** <script>x</script>"})
    assert answer.content.decode() == "<p><strong>Ja</strong> &lt;script&gt;x&lt;/script&gt;</p>\n"
    assert client.get("/handlaggning/utlysningar/visa-text/").status_code == 405


# --- Two at once, and published ---------------------------------------------------------------------------
def test_somebody_saved_first(client_for, officer, second_officer, typed):
    client = client_for(officer)
    call = written(client, typed)
    client_for(second_officer).post(edit(call), typed | {"version": "1", "frame": "12000000"})
    response = client.post(edit(call), typed | {"version": "1", "title": "Min rubrik"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Anders Andersson ändrade utlysningen den " in page
    assert 'value="Min rubrik"' in page
    assert "Ramen är ändrad från 12\u00a0000\u00a0000\u00a0kr till 10\u00a0000\u00a0000\u00a0kr." in page
    assert 'name="version" value="2"' in page
    # Saved knowingly.
    assert client.post(edit(call), typed | {"version": "2", "title": "Min rubrik"}).status_code == 302
    call.refresh_from_db()
    assert (call.title, call.frame, call.version) == ("Min rubrik", 10_000_000, 3)


def test_a_published_call_keeps_its_address_and_tells_what_changed(client_for, officer, typed):
    client = client_for(officer)
    call = written(client, typed)
    Call.objects.update(status="published", published_at=timezone.now())
    assert 'name="slug"' not in client.get(edit(call)).content.decode()
    wanted = typed | {"version": "1", "slug": "annan", "closes_day": "2030-12-06"}
    assert client.post(edit(call), wanted).status_code == 302
    call.refresh_from_db()
    assert call.slug == "utveckling-av-innovationskluster"
    assert CallChange.objects.get().text == (
        "Sista ansökningsdag är ändrad från 29 november 2030 kl. 23.59 till 6 december 2030 kl. 23.59."
    )
    response = client.post(edit(call), typed | {"version": "2", "closes_day": "2030-12-05"})
    assert response.status_code == 422
    [(field, [sentence])] = errors(response).items()
    assert (field, sentence[:46]) == ("closes_day", "Sista ansökningsdag kan inte flyttas till en t")


def test_a_concluded_call_has_no_form(client_for, officer):
    call = factories.make_call(status="concluded")
    client = client_for(officer)
    assert client.get(edit(call)).headers["Location"] == f"/handlaggning/utlysningar/{call.pk}/"


def test_a_basis_that_ends_too_early_is_warned_of(client_for, officer, typed):
    client = client_for(officer)
    call = written(client, typed)
    basis = call.legal_basis
    basis.valid_to = date(2030, 11, 15)
    basis.save(update_fields=["valid_to"])
    page = client.post(edit(call), typed | {"version": "1"}, follow=True).content.decode()
    assert "gäller till och med 15 november 2030, men utlysningen stänger 29 november 2030." in page


def test_what_was_typed_when_logged_out_comes_back(client, client_for, officer, typed):
    assert client.post(NEW, typed).status_code == 302
    client.force_login(officer)
    page = client.get(NEW).content.decode()
    assert "Det är inte sparat än." in page
    assert "Skicka **en** ansökan." in page


# --- Clocks -----------------------------------------------------------------------------------------------
@given(st.times())
def test_every_clock_is_read_as_it_is_written(clock):
    wanted = time(clock.hour, clock.minute)
    for text in (f"{clock:%H.%M}", f"{clock:%H:%M}", f"kl. {clock.hour}.{clock:%M}"):
        assert parse_clock(text) == wanted


@given(st.text())
def test_other_text_is_a_clock_or_refused(text):
    with suppress(Refusal):
        assert isinstance(parse_clock(text), time)


def test_the_saved_moment_is_on_swedish_clocks(client_for, officer, typed):
    call = written(client_for(officer), typed | {"closes_day": "2030-07-01", "opens_day": "2030-06-01"})
    assert in_stockholm(call.closes_at).time() == time(23, 59, 59)
    assert call.closes_at - call.opens_at == timedelta(days=30, hours=15, minutes=59, seconds=59)
