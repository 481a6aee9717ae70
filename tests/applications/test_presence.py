import pytest
from django.core.cache import cache
from django.urls import reverse

from tests import factories
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    cache.clear()
    return factories.make_application(user=owner)


def here(application, name="projekt"):
    return reverse(f"applications:presence_{name}", args=[application.pk])


def test_the_second_sees_who_is_there(client_for, draft, owner, colleague):
    mine, theirs = client_for(owner), client_for(colleague)
    assert mine.post(here(draft)).status_code == 204, "nobody else, and nothing to say"
    page = theirs.post(here(draft)).content.decode()
    assert f"{owner} har också det här steget öppet." in page
    assert theirs.post(here(draft), {"har": str(owner)}).status_code == 204, "said once"
    assert str(colleague) in mine.post(here(draft)).content.decode()
    assert theirs.post(here(draft, "budget")).status_code == 204, "another step is another place"


def test_who_has_gone_is_no_longer_shown(client_for, draft, owner, colleague):
    client_for(owner).post(here(draft))
    cache.clear()
    page = client_for(colleague).post(here(draft), {"har": str(owner)}).content.decode()
    assert 'value=""' in page
    assert "öppet" not in page


def test_who_may_be_there(client_for, draft, owner, stranger, officer):
    assert client_for(stranger).post(here(draft)).status_code == 404
    assert client_for(officer).post(here(draft)).status_code == 404
    assert client_for(owner).get(here(draft)).status_code == 405
    assert 'hx-trigger="load, every 20s"' in client_for(owner).get(
        reverse("applications:step_project", args=[draft.pk])
    ).content.decode()  # fmt: skip
    send(draft, owner)
    assert client_for(owner).post(here(draft)).status_code == 403
