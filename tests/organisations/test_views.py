from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from s3portal.accounts.enums import LegalForm
from s3portal.accounts.models import Membership, Organisation
from s3portal.organisations.models import Invitation
from tests import factories

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"organisations:{name}", args=args)


@pytest.fixture
def invitation(owner, organisation):
    return Invitation.objects.create(
        organisation=organisation,
        email="ny@example.org",
        role="editor",
        invited_by=owner,
        expires_at=timezone.now() + timedelta(days=1),
    )


def addresses(organisation, colleague, invitation):
    member = Membership.objects.get(user=colleague)
    pk = organisation.pk
    return [
        page("details", pk),
        page("invite", pk),
        page("change_member", pk, member.pk),
        page("remove_member", pk, member.pk),
        page("hand_over", pk),
        page("renew", pk, invitation.pk),
        page("revoke", pk, invitation.pk),
    ]


def test_strangers_find_nothing_and_editors_may_not(
    client_for, stranger, colleague, organisation, invitation
):
    for address in addresses(organisation, colleague, invitation):
        assert client_for(stranger).post(address).status_code == 404
        assert client_for(colleague).post(address).status_code == 403
    assert client_for(stranger).get(page("detail", organisation.pk)).status_code == 404
    assert client_for(stranger).post(page("leave", organisation.pk)).status_code == 404


def test_an_owner_sees_people_invitations_and_what_to_do(
    client_for, owner, colleague, organisation, invitation
):
    text = client_for(owner).get(page("detail", organisation.pk)).content.decode()
    assert colleague.email in text
    assert "ny@example.org" in text
    assert "Bjud in en kollega" in text
    seen = client_for(colleague).get(page("detail", organisation.pk)).content.decode()
    assert "ny@example.org" not in seen
    assert "Bjud in en kollega" not in seen


def test_the_page_asks_the_same_number_of_questions_at_1_and_3_people(
    client_for, owner, organisation, django_assert_max_num_queries
):
    client = client_for(owner)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            factories.make_membership(user=factories.make_user(), organisation=organisation)
            Invitation.objects.create(
                organisation=organisation,
                email=f"{factories.next_number()}@example.org",
                role="editor",
                invited_by=owner,
                expires_at=timezone.now(),
            )
        with django_assert_max_num_queries(20) as asked:
            client.get(page("detail", organisation.pk))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_colleague_is_invited_and_comes_in(client_for, owner, organisation):
    client = client_for(owner)
    typed = {"email": "ny@example.org", "role": "signatory"}
    assert client.post(page("invite", organisation.pk), typed).status_code == 302
    again = client.post(page("invite", organisation.pk), typed)
    assert (again.status_code, "redan inbjuden" in again.content.decode()) == (422, True)
    invitation = Invitation.objects.get()
    assert invitation.is_signatory is True
    newcomer = client_for(factories.make_user("ny@example.org"))
    assert str(invitation.token) in newcomer.get(page("list")).content.decode()
    address = page("invitation", invitation.token)
    assert "Tacka ja" in newcomer.get(address).content.decode()
    assert newcomer.post(address, {"svar": "ja"}).headers["Location"] == page("detail", organisation.pk)
    assert "Inbjudan är redan hanterad" in newcomer.get(address).content.decode()
    assert newcomer.post(address, {"svar": "nej"}, follow=True).status_code == 200
    assert Membership.objects.filter(user__email="ny@example.org").exists()


def test_an_invitation_says_no_more_than_it_must_to_somebody_else(client_for, stranger, invitation):
    for answer in (
        client_for(stranger).get(page("invitation", invitation.token)),
        client_for(stranger).post(page("invitation", invitation.token), {"svar": "ja"}),
    ):
        text = answer.content.decode()
        assert answer.status_code == 403
        assert "Inbjudan gäller en annan adress" in text
        assert "ny@example.org" not in text
        assert invitation.organisation.name not in text
    assert Invitation.objects.get().is_waiting


def test_an_old_invitation_says_whom_to_ask(client_for, owner, invitation):
    Invitation.objects.update(expires_at=timezone.now())
    client = client_for(factories.make_user("ny@example.org"))
    assert "Inbjudan har gått ut" in client.get(page("invitation", invitation.token)).content.decode()


def test_saying_no(client_for, invitation):
    client = client_for(factories.make_user("ny@example.org"))
    assert client.post(page("invitation", invitation.token), {"svar": "nej"}).headers["Location"] == page(
        "list"
    )
    assert Invitation.objects.get().outcome == "declined"


def test_sending_again_and_taking_back(client_for, owner, organisation, invitation):
    client = client_for(owner)
    for name in ("renew", "revoke", "revoke", "renew"):
        client.post(page(name, organisation.pk, invitation.pk))
    assert Invitation.objects.get().outcome == "revoked"
    text = client.get(page("detail", organisation.pk)).content.decode()
    assert text.count("redan besvarad eller återkallad") == 2


def test_roles_are_changed_and_the_last_owner_is_told_why_not(client_for, owner, colleague, organisation):
    client = client_for(owner)
    own, other = Membership.objects.get(user=owner), Membership.objects.get(user=colleague)
    assert client.get(page("change_member", organisation.pk, other.pk)).status_code == 200
    client.post(page("change_member", organisation.pk, other.pk), {"role": "signatory"})
    other.refresh_from_db()
    assert (other.role, other.is_signatory) == ("signatory", True)
    refused = client.post(page("change_member", organisation.pk, own.pk), {"role": "editor"})
    assert (refused.status_code, "måste ha en ägare" in refused.content.decode()) == (422, True)
    assert client.post(page("change_member", organisation.pk, own.pk), {"role": "kung"}).status_code == 422


def test_removing_asks_first(client_for, owner, colleague, organisation):
    client, member = client_for(owner), Membership.objects.get(user=colleague)
    address = page("remove_member", organisation.pk, member.pk)
    assert colleague.email in client.get(address).content.decode()
    client.post(address)
    assert client.post(address).status_code == 404
    own = Membership.objects.get(user=owner)
    text = client.post(page("remove_member", organisation.pk, own.pk), follow=True).content.decode()
    assert "måste ha en ägare" in text


def test_handing_over_and_leaving(client_for, owner, colleague, organisation):
    client, heir = client_for(owner), Membership.objects.get(user=colleague)
    address = page("hand_over", organisation.pk)
    assert colleague.email in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422
    client.post(address, {"member": heir.pk})
    assert client.get(address).status_code == 403
    assert "Lämna organisationen" in client.get(page("leave", organisation.pk)).content.decode()
    assert client.post(page("leave", organisation.pk)).headers["Location"] == page("list")
    last = client_for(colleague)
    assert "måste ha en ägare" in last.post(page("leave", organisation.pk), follow=True).content.decode()
    assert "Det finns ingen att överlåta till" in last.get(address).content.decode()


def test_particulars_are_changed_and_the_number_stands(client_for, owner, organisation):
    client = client_for(owner)
    address = page("details", organisation.pk)
    assert organisation.name in client.get(address).content.decode()
    assert client.post(address, {"name": ""}).status_code == 422
    typed = {"name": "Nytt namn", "legal_form": "economic_association", "org_number": "232100-0214"}
    client.post(address, typed)
    client.post(address, typed)
    organisation.refresh_from_db()
    assert (organisation.name, organisation.legal_form) == ("Nytt namn", LegalForm.ECONOMIC_ASSOCIATION)
    assert organisation.org_number != "232100-0214"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("232100-0214", "kommun eller kommunalförbund</b>, <b>region</b> eller"),
        ("556012-5790", "aktiebolag"),
        ("232100-0215", "Kontrollsiffran"),
        ("", ""),
    ],
)
def test_the_number_tells_the_form_while_it_is_typed(client_for, owner, number, words):
    answer = client_for(owner).get(page("form_of_number"), {"org_number": number})
    assert words in answer.content.decode()


def test_a_taken_number_is_told_while_it_is_typed(client_for, owner, organisation):
    answer = client_for(owner).get(page("form_of_number"), {"org_number": organisation.org_number})
    assert "finns redan i portalen" in answer.content.decode()


def test_a_number_that_tells_one_form_gives_it(client_for):
    client = client_for(factories.make_user())
    client.post(page("create"), {"org_number": "556012-5790", "name": "Bolaget"})
    client.post(page("create"), {"org_number": "232100-0214", "name": "Regionen"})
    forms = dict(Organisation.objects.values_list("name", "legal_form"))
    assert forms == {"Bolaget": "limited_company", "Regionen": ""}


# --- Officers -------------------------------------------------------------------------------------------
def test_officers_confirm_and_reject_and_nobody_else(client_for, officer, owner, registrar, organisation):
    Membership.objects.update(confirmed_at=None)
    member = Membership.objects.get()
    for person in (owner, registrar):
        for name, args in (("officer_unconfirmed", []), ("officer_confirm", [member.pk])):
            assert client_for(person).post(page(name, *args)).status_code == 403
    client = client_for(officer)
    assert owner.email in client.get(page("officer_unconfirmed")).content.decode()
    assert (
        owner.email
        in client.get(page("officer_unconfirmed"), {"q": organisation.org_number[:6]}).content.decode()
    )
    assert "Ingen träff" in client.get(page("officer_unconfirmed"), {"q": "finns inte"}).content.decode()
    assert "Personer att bekräfta" in client.get("/handlaggning/").content.decode()
    assert client.post(page("officer_reject", member.pk), {}).status_code == 422
    client.post(page("officer_confirm", member.pk))
    assert Membership.objects.get().confirmed_by == officer
    assert client.post(page("officer_confirm", member.pk)).status_code == 404
    assert "Alla är bekräftade" in client.get(page("officer_unconfirmed")).content.decode()
    assert "Personer att bekräfta" not in client.get("/handlaggning/").content.decode()


def test_an_officer_cannot_confirm_themselves(client_for, officer, organisation):
    own = factories.make_membership(user=officer, organisation=organisation, confirmed_at=None)
    text = client_for(officer).post(page("officer_confirm", own.pk), follow=True).content.decode()
    assert "kan bekräfta någon annan" in text


def test_rejecting_says_why(client_for, officer, owner, organisation):
    Membership.objects.update(confirmed_at=None)
    member = Membership.objects.get()
    client = client_for(officer)
    assert owner.full_name in client.get(page("officer_reject", member.pk)).content.decode()
    factories.make_application(user=owner, organisation=organisation)
    refused = client.post(page("officer_reject", member.pk), {"reason": "Okänd"})
    assert (refused.status_code, "har ansökningar" in refused.content.decode()) == (422, True)
    other = factories.make_membership(
        user=factories.make_user(), organisation=organisation, role="editor", confirmed_at=None
    )
    assert client.post(page("officer_reject", other.pk), {"reason": "Okänd"}).status_code == 302


def test_a_confirmed_signatory_confirms_a_colleague(client_for, owner, organisation):
    other = factories.make_membership(
        user=factories.make_user(), organisation=organisation, role="editor", confirmed_at=None
    )
    address = page("confirm_member", organisation.pk, other.pk)
    assert address in client_for(owner).get(page("detail", organisation.pk)).content.decode()
    assert (
        "Du är inte bekräftad" in client_for(other.user).get(page("detail", organisation.pk)).content.decode()
    )
    client_for(other.user).post(address)
    assert Membership.objects.get(pk=other.pk).confirmed_at is None
    client_for(owner).post(address)
    assert Membership.objects.get(pk=other.pk).confirmed_by == owner


def test_what_a_view_forgets_the_service_refuses_and_the_page_says_so(
    client_for, colleague, organisation, monkeypatch
):
    monkeypatch.setattr("s3portal.organisations.views.loading.may_manage", lambda member: True)
    answer = client_for(colleague).post(page("details", organisation.pk), {"name": "Mitt eget"})
    assert (answer.status_code, "Bara en ägare kan göra det här." in answer.content.decode()) == (409, True)
    organisation.refresh_from_db()
    assert organisation.name != "Mitt eget"
