import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from s3portal.accounts.models import Organisation, User
from tests import factories

pytestmark = pytest.mark.django_db
LIST, NEW = "/organisationer/", "/organisationer/ny/"


def test_the_pages_ask_for_a_login(client):
    for address in (LIST, NEW, "/organisationer/1/"):
        assert client.get(address).headers["Location"] == f"/konto/login/?next={address}"


def test_a_person_sees_their_own_organisations_only(
    client_for, owner, stranger, organisation, other_organisation
):
    page = client_for(owner).get(LIST).content.decode()
    assert organisation.name in page
    assert other_organisation.name not in page
    assert client_for(stranger).get(f"/organisationer/{organisation.pk}/").status_code == 404
    detail = client_for(owner).get(f"/organisationer/{organisation.pk}/").content.decode()
    assert organisation.org_number in detail
    assert owner.email in detail


def test_an_empty_list_says_what_to_do(client_for):
    assert (
        "Du är inte med i någon organisation än"
        in client_for(factories.make_user()).get(LIST).content.decode()
    )


def test_the_list_asks_the_same_number_of_questions_at_1_and_3_rows(
    client_for, django_assert_max_num_queries
):
    user = factories.make_user()
    client = client_for(user)
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            factories.make_membership(user=user, organisation=factories.make_organisation())
        with django_assert_max_num_queries(20) as asked:
            client.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_new_organisation_is_added(client_for):
    user = factories.make_user()
    response = client_for(user).post(
        NEW, {"org_number": "16232100-0214", "name": "  Region   Test ", "is_signatory": "on"}
    )
    organisation = Organisation.objects.get()
    assert response.headers["Location"] == f"/organisationer/{organisation.pk}/"
    assert (organisation.org_number, organisation.name) == ("232100-0214", "Region   Test")


@pytest.mark.parametrize("number", ["232100-0215", "", "abc", "850101-1234", "2321000214999"])
def test_a_bad_number_is_told_beside_the_field_and_nothing_is_saved(client_for, number):
    page = client_for(factories.make_user()).post(NEW, {"org_number": number, "name": "<script>{{ 7*7 }}"})
    text = page.content.decode()
    assert page.status_code == 422
    assert 'id="id_org_number_error"' in text
    assert 'href="#id_org_number"' in text
    assert "&lt;script&gt;{{ 7*7 }}" in text
    assert not Organisation.objects.exists()


def test_a_300_letter_name_is_told_how_much_too_long_it_is(client_for):
    page = client_for(factories.make_user()).post(NEW, {"org_number": "232100-0214", "name": "å" * 300})
    assert "Texten är 100 tecken för lång. Korta den till högst 200 tecken." in page.content.decode()


def test_a_taken_number_is_told(client_for, organisation):
    page = client_for(factories.make_user()).post(
        NEW, {"org_number": organisation.org_number, "name": "Kapare"}
    )
    assert page.status_code == 422
    assert "Organisationen finns redan i portalen." in page.content.decode()


def test_what_was_typed_when_the_session_ended_is_there_after_login(client, owner):
    client.force_login(owner)
    client.logout()
    typed = {"org_number": "232100-0214", "name": "Skrivet under lång tid"}
    answer = client.post(NEW, typed)
    assert answer.headers["Location"] == f"/konto/login/?next={NEW.replace('/', '%2F')}"
    client.post("/konto/login/", {"login": owner.email, "password": factories.PASSWORD})
    page = client.get(NEW).content.decode()
    assert "Skrivet under lång tid" in page
    assert not Organisation.objects.filter(name__startswith="Skrivet").exists()
    assert "Skrivet under lång tid" not in client.get(NEW).content.decode(), "it is shown once"


def test_an_htmx_save_without_a_session_is_answered_401_and_nothing_kept(client):
    assert client.post(NEW, {"name": "x"}, headers={"HX-Request": "true"}).status_code == 401
    assert not client.session.keys()


def test_an_enormous_text_is_not_put_in_the_session(client):
    client.post(NEW, {"name": "x" * 500_000})
    assert "kept_typed_text" not in client.session


def test_sign_up_gives_a_named_person_whose_address_must_be_confirmed(client, mailoutbox):
    answer = client.post(
        "/konto/signup/",
        {"full_name": "Nya Person", "email": "Ny@Example.org", "password1": "ett-langt-losenord-9"},
    )
    assert answer.status_code == 302
    user = User.objects.get()
    assert (user.full_name, user.email) == ("Nya Person", "ny@example.org")
    assert EmailAddress.objects.get().verified is False
    assert mailoutbox[0].to == ["ny@example.org"]


def test_a_mail_server_that_is_away_costs_a_new_try_and_no_error_page(client, owner, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = client.post("/konto/password/reset/", {"email": owner.email}, follow=True)
    assert page.status_code == 200
    assert "Brevet gick inte att skicka just nu. Försök igen om en stund." in page.content.decode()


@pytest.mark.parametrize(
    ("role", "target"),
    [
        ("officer", "home:staff_start"),
        ("delegate", "home:staff_start"),
        ("registrar", "home:staff_start"),
        ("committee_member", "decisions:committee_start"),
        ("assessor", "applications:my_assessments"),
        ("admin", "home:staff_start"),
        (None, "applications:my_list"),
    ],
)
def test_everyone_lands_where_their_work_is(client_for, role, target):
    user = factories.make_staff(role) if role else factories.make_user()
    assert client_for(user).get("/konto/valkommen/").headers["Location"] == reverse(target)


def test_staff_without_a_second_factor_are_sent_to_add_one(client_for, officer, owner, settings):
    settings.STAFF_SECOND_FACTOR = True
    assert client_for(officer).get("/handlaggning/").headers["Location"] == "/konto/2fa/"
    assert client_for(officer).get("/konto/2fa/").status_code == 200
    assert client_for(owner).get(LIST).status_code == 200


def test_staff_with_a_second_factor_go_on(client_for, officer, settings):
    from allauth.mfa.models import Authenticator

    settings.STAFF_SECOND_FACTOR = True
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client_for(officer).get("/handlaggning/").status_code == 200
