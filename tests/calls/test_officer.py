import pytest
from django.urls import reverse

from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/utlysningar/"


def test_officers_and_admins_see_drafts_too(client_for, officer, admin_user):
    factories.make_call(title="Den öppna", frame=10_000_000)
    draft = factories.make_call(title="Utkastet", status="draft")
    for user in (officer, admin_user):
        page = client_for(user).get(LIST).content.decode()
        assert "Den öppna" in page
        assert "10\u00a0000\u00a0000" in page
        assert "Utkastet" in page
        assert reverse("calls:call_detail", args=[draft.slug]) not in page


@pytest.mark.parametrize("who", ["owner", "delegate_user", "registrar", "member", "assessor"])
def test_others_may_not(client_for, who, request):
    assert client_for(request.getfixturevalue(who)).get(LIST).status_code == 403


def test_nobody_is_asked_to_log_in(client):
    assert client.get(LIST).status_code == 302


def test_an_empty_list_says_so(client_for, officer):
    assert "Här finns inga utlysningar än" in client_for(officer).get(LIST).content.decode()


def test_the_list_costs_the_same_at_one_and_three_rows(client_for, officer):
    client = client_for(officer)
    factories.make_call()
    one = count_queries(lambda: client.get(LIST))
    factories.make_call(legal_basis=factories.make_legal_basis())
    factories.make_call(status="draft")
    assert count_queries(lambda: client.get(LIST)) == one
