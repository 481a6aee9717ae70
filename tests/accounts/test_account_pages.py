"""Login, second factor, letters and error pages: in plain Swedish, in the house look, clean in axe."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import RequestFactory

from s3portal.accounts.models import User
from s3portal.home.views import server_error
from tests.factories import PASSWORD

ENGLISH = re.compile(r"\b(the|your|please|password|email|sign in|log in|account|code)\b", re.IGNORECASE)


def words(html):
    """What a person reads: without head, tags, scripts and addresses."""
    body = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>|<[^>]+>", " ", html)
    return re.sub(r"\S+@\S+", "", body)


OPEN = {
    "/konto/login/": "Logga in",
    "/konto/signup/": "Skapa konto",
    "/konto/password/reset/": "Glömt lösenordet",
    "/konto/password/reset/done/": "Titta i din e-post",
    "/konto/password/reset/key/1-fel/": "Länken går inte att använda",
    "/konto/password/reset/key/done/": "Lösenordet är bytt",
    "/konto/confirm-email/": "Titta i din e-post",
    "/konto/confirm-email/fel/": "Länken går inte att använda",
    "/konto/inactive/": "Kontot är avstängt",
}
INNER = {
    "/konto/email/": "E-postadress",
    "/konto/password/change/": "Byt lösenord",
    "/konto/logout/": "Logga ut",
    "/konto/reauthenticate/": "Bekräfta att det är du",
    "/konto/2fa/": "Inloggning i två steg",
    "/konto/2fa/totp/activate/": "Koppla en app",
    "/konto/2fa/webauthn/": "Dina nycklar",
    "/konto/2fa/webauthn/add/": "Lägg till nyckel",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "heading"), OPEN.items())
def test_open_pages(client, path, heading):
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert re.findall(r"(?s)<h1[^>]*>(.*?)</h1>", html) == [heading]
    assert ENGLISH.findall(words(html)) == []


@pytest.mark.parametrize(("path", "heading"), INNER.items())
def test_inner_pages(client_for, owner, path, heading):
    html = client_for(owner, fresh=True).get(path).content.decode()
    assert re.findall(r"(?s)<h1[^>]*>(.*?)</h1>", html) == [heading]
    assert ENGLISH.findall(words(html)) == []


def test_the_pages_of_one_who_has_a_second_factor(client_for, owner):
    Authenticator.objects.create(
        user=owner, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("x" * 16)}
    )
    RecoveryCodes.activate(owner)
    client = client_for(owner, fresh=True)
    pages = {
        "/konto/2fa/totp/deactivate/": "Stäng av appen",
        "/konto/2fa/recovery-codes/": "Reservkoder",
        "/konto/2fa/recovery-codes/generate/": "Skapa nya reservkoder",
        "/konto/2fa/reauthenticate/": "Bekräfta att det är du",
        "/konto/2fa/": "Inloggning i två steg",
    }
    for path, heading in pages.items():
        html = client.get(path).content.decode()
        assert re.findall(r"(?s)<h1[^>]*>(.*?)</h1>", html) == [heading]
        assert ENGLISH.findall(words(html)) == []


@pytest.mark.django_db
def test_the_second_step_of_a_login(client, owner):
    EmailAddress.objects.update_or_create(
        user=owner, email=owner.email, defaults={"verified": True, "primary": True}
    )
    Authenticator.objects.create(
        user=owner, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("x" * 16)}
    )
    response = client.post("/konto/login/", {"login": owner.email, "password": PASSWORD})
    assert response["Location"].startswith("/konto/2fa/authenticate/")
    html = client.get(response["Location"]).content.decode()
    assert '<h1 class="ds-heading" data-size="lg">Logga in, steg 2 av 2</h1>' in html
    wrong = client.post("/konto/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "Koden stämmer inte. Skriv den som visas just nu." in wrong


@pytest.mark.django_db
def test_a_wrong_password_tells_nothing_about_the_account(client, owner):
    sentence = "E-postadressen eller lösenordet stämmer inte. Kontrollera båda och försök igen."
    for email in (owner.email, "finns.inte@example.se"):
        html = client.post("/konto/login/", {"login": email, "password": "fel"}).content.decode()
        assert html.count(sentence) == 1
        assert "Rätta 1 uppgift innan du går vidare" in html


@pytest.mark.django_db
def test_only_the_trial_lists_its_accounts(client, settings):
    assert "handlaggare@example.se" in client.get("/konto/login/").content.decode()
    settings.S3_TRIAL = False
    html = client.get("/konto/login/").content.decode()
    assert "example.se" not in html
    assert "s3-portalen-demo" not in html


@pytest.mark.django_db
def test_the_letter_with_a_new_password_link(client, owner, mailoutbox):
    EmailAddress.objects.update_or_create(
        user=owner, email=owner.email, defaults={"verified": True, "primary": True}
    )
    client.post("/konto/password/reset/", {"email": owner.email})
    client.post("/konto/password/reset/", {"email": "finns.inte@example.se"})
    assert [letter.subject for letter in mailoutbox] == [
        "Välj ett nytt lösenord",
        "Det finns inget konto med din adress",
    ]
    link = re.search(r"http://\S+(/konto/password/reset/key/\S+)", mailoutbox[0].body)
    html = client.get(link.group(1), follow=True).content.decode()
    assert '<h1 class="ds-heading" data-size="lg">Välj nytt lösenord</h1>' in html
    for letter in mailoutbox:
        assert letter.body.startswith("Hej!\n\n")
        assert "S3-portalen, Region Jämtland Härjedalen" in letter.body
        assert ENGLISH.findall(re.sub(r"http\S+", "", letter.body)) == []


@pytest.mark.django_db
def test_the_letter_that_confirms_an_address(client, mailoutbox):
    client.post(
        "/konto/signup/",
        {"full_name": "Karin Lund", "email": "karin@example.org", "password1": "norr-om-storsjon-7"},
    )
    [letter] = mailoutbox
    assert letter.subject == "Bekräfta din e-postadress"
    link = re.search(r"http://\S+(/konto/confirm-email/\S+)", letter.body)
    html = client.get(link.group(1)).content.decode()
    assert "Är <b>karin@example.org</b> din adress?" in html
    assert client.post(link.group(1)).status_code == 302


# --- Errors -----------------------------------------------------------------------------------------------
def test_the_page_for_our_own_faults_needs_nothing():
    """No database (this test has none) and no session: only the region's name from the settings."""
    html = server_error(RequestFactory().get("/")).content.decode()
    assert "Region Jämtland Härjedalen" in html
    assert "Något gick fel hos oss" in html
    assert "Felet är vårt, inte ditt." in html


@pytest.mark.django_db
def test_a_page_that_is_not_there(client):
    response = client.get("/finns-inte/")
    assert response.status_code == 404
    assert "Sidan finns inte" in response.content.decode()
    assert "logga in" in response.content.decode()


def test_a_page_for_another_role(client_for, owner):
    response = client_for(owner).get("/handlaggning/diarium/")
    assert response.status_code == 403
    html = response.content.decode()
    assert "Du är inloggad som Olga Ödmark. Sidan kräver en annan roll." in html


def test_a_stale_token_loses_nothing_and_says_how(owner):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post("/konto/password/change/", {"oldpassword": "x"})
    assert response.status_code == 403
    html = response.content.decode()
    assert "Inget sparades" in html
    assert "Gå tillbaka med webbläsarens bakåtknapp." in html


def test_something_unreadable(rf):
    from django.contrib.auth.models import AnonymousUser

    from s3portal.home.views import bad_request

    request = rf.get("/")
    request.user = AnonymousUser()
    response = bad_request(request, ValueError("x"))
    assert response.status_code == 400
    assert "Det gick inte att läsa det som skickades" in response.content.decode()


# --- In a browser -----------------------------------------------------------------------------------------
def narrow_enough(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_open_pages_are_clean_in_axe(page, live_server, axe, viewport):
    for path in [*OPEN, "/finns-inte/"]:
        page.goto(live_server.url + path)
        axe(page)
        assert narrow_enough(page), path


@pytest.fixture
def inner_page(page, live_server, owner, client_for):
    """A page where ``owner`` is logged in, with the password given just now."""
    cookie = client_for(owner, fresh=True).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return page


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_inner_pages_are_clean_in_axe(inner_page, live_server, axe, viewport):
    page = inner_page
    for path in [*INNER, "/handlaggning/diarium/"]:
        page.goto(live_server.url + path)
        axe(page)
        assert narrow_enough(page), path


def test_logging_out_from_the_menu(inner_page, live_server, axe):
    page = inner_page
    page.goto(live_server.url + "/konto/email/")
    menu = page.get_by_role("button", name=re.compile("öppna din meny"))
    menu.focus()
    page.keyboard.press("Enter")
    own_menu = page.get_by_role("navigation", name="Din meny")
    own_menu.wait_for()
    axe(page)
    own_menu.get_by_role("button", name="Logga ut").press("Enter")
    page.get_by_role("link", name="Logga in").first.wait_for()
    page.goto(live_server.url + "/konto/email/")
    assert "/konto/login/" in page.url


@pytest.mark.django_db
def test_an_address_that_the_database_does_not_hold_is_told_beside_its_field(client):
    address = f"ulla@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
    response = client.post(
        "/konto/signup/", {"full_name": "Ulla Ek", "email": address, "password1": "en lång fras att minnas"}
    )
    assert "E-postadressen får ha högst 254 tecken." in response.content.decode()
    assert not User.objects.exists()
