import pytest
from django.db import IntegrityError, transaction

from s3portal.accounts.enums import MembershipRole, Role
from s3portal.accounts.models import Membership, Organisation, StaffRole, User
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_address_is_one_account_whatever_its_case():
    factories.make_user("Anna@Example.org")
    with pytest.raises(IntegrityError, match="user_email_unique_any_case"), transaction.atomic():
        User.objects.create(email="ANNA@example.ORG", full_name="Anna igen")
    assert User.objects.get_by_natural_key("aNNa@example.org").email == "anna@example.org"


def test_a_superuser_reaches_the_admin_pages():
    user = User.objects.create_superuser("rot@example.org", "x" * 12, full_name="Rot")
    assert (user.is_staff, user.is_superuser, user.works_for_region) == (True, True, True)


def test_a_person_is_called_by_name_or_else_by_address():
    assert str(factories.make_user("a@example.org", full_name="")) == "a@example.org"
    assert factories.make_user(full_name="Karin Maria Lund").initials == "KL"
    assert factories.make_user(full_name="Cher").initials == "C"


def test_roles_are_what_the_region_gave():
    user = factories.make_staff("officer")
    StaffRole.objects.create(user=user, role=Role.REGISTRAR)
    assert user.roles == {"officer", "registrar"}
    assert user.has_role(Role.REGISTRAR, Role.ADMIN)
    assert not user.has_role(Role.ADMIN)
    assert str(user.staff_roles.get(role="officer")) == f"{user}: Handläggare"


def test_an_applicant_has_no_role(owner):
    assert (owner.roles, owner.works_for_region) == (frozenset(), False)


@pytest.mark.parametrize("role", ["officer", "nobody"])
def test_the_database_refuses_a_doubled_or_unknown_role(role, officer):
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRole.objects.create(user=officer, role=role)


@pytest.mark.parametrize("number", ["556012-579", "551112-5790", "5560125790", "ABCDEF-GHIJ"])
def test_the_database_refuses_an_org_number_of_the_wrong_form(number):
    with pytest.raises((IntegrityError, Exception)) as refused, transaction.atomic():
        Organisation.objects.create(name="Fel", org_number=number)
    assert "organisation_number_form" in str(refused.value)


def test_the_database_refuses_a_nameless_organisation():
    with pytest.raises(IntegrityError, match="organisation_has_name"), transaction.atomic():
        Organisation.objects.create(name="", org_number="232100-0214")


def test_a_membership_is_once_of_a_known_role_and_a_firmatecknare_signs(owner, organisation):
    person = factories.make_user()
    for fields in (
        {"user": owner, "role": "editor"},
        {"user": person, "role": "boss"},
        {"user": person, "role": MembershipRole.SIGNATORY, "is_signatory": False},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(organisation=organisation, **fields)


@pytest.mark.parametrize(("role", "writes"), [("owner", True), ("editor", True), ("signatory", False)])
def test_owners_and_editors_write(organisation, role, writes):
    membership = Membership(organisation=organisation, user=factories.make_user(full_name="Ada"), role=role)
    assert membership.may_write is writes
    assert str(membership) == f"Ada, {organisation}: {MembershipRole(role).label}"


def test_organisations_of_a_person(owner, organisation, other_organisation):
    assert list(Organisation.objects.of(owner)) == [organisation]
