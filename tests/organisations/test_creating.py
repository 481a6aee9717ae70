from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from s3portal.accounts.models import Membership, Organisation
from s3portal.accounts.rules import may_sign_for, may_write_for, membership_of
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import parse_org_number
from s3portal.organisations.services import create_organisation
from s3portal.organisations.services.creating import TAKEN
from tests import factories

NUMBER = parse_org_number("232100-0214")


@pytest.mark.django_db
def test_the_one_who_adds_an_organisation_owns_it():
    user = factories.make_user()
    organisation = create_organisation(actor=user, org_number=NUMBER, name="Regionen", is_signatory=True)
    membership = Membership.objects.get()
    assert (organisation.org_number, organisation.name) == ("232100-0214", "Regionen")
    assert (membership.user, membership.role, membership.is_signatory) == (user, "owner", True)
    assert Event.objects.get(action="organisation_created").data == {"declared_signatory": True}


@pytest.mark.django_db
def test_nobody_ties_themselves_to_an_organisation_that_is_here():
    create_organisation(actor=factories.make_user(), org_number=NUMBER, name="Regionen")
    with pytest.raises(Refusal) as refused:
        create_organisation(actor=factories.make_user(), org_number=NUMBER, name="En annan")
    assert (refused.value.message, refused.value.field) == (TAKEN, "org_number")
    assert Membership.objects.count() == 1


@pytest.mark.django_db
def test_nobody_takes_numbers_by_the_dozen(owner):
    numbers = ["556036-0793", "556012-5790", "556016-0680", "556056-6258", "556042-7220", "232100-0214"]
    person = factories.make_user()
    for number in numbers[:-1]:
        create_organisation(actor=person, org_number=parse_org_number(number), name=number)
    with pytest.raises(Refusal, match="ingen har bekräftat"):
        create_organisation(actor=person, org_number=NUMBER, name="Regionen")
    Membership.objects.filter(user=person).update(confirmed_at=timezone.now())
    assert create_organisation(actor=person, org_number=NUMBER, name="Regionen").name == "Regionen"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_number_at_once_one_is_refused():
    people = [factories.make_user(), factories.make_user()]

    def add(user):
        try:
            return create_organisation(actor=user, org_number=NUMBER, name="Regionen").pk
        except Refusal as refusal:
            return refusal.message
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(add, people))
    assert sorted(answers, key=str) == sorted([Organisation.objects.get().pk, TAKEN], key=str)


@pytest.mark.django_db
def test_who_writes_and_who_signs(owner, colleague, stranger, organisation):
    factories.make_membership(user=stranger, organisation=organisation, role="signatory", is_signatory=True)
    outsider = factories.make_user()
    assert [may_write_for(user, organisation) for user in (owner, colleague, stranger, outsider)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert [may_sign_for(user, organisation) for user in (owner, colleague, stranger, outsider)] == [
        True, False, True, False,
    ]  # fmt: skip
    assert membership_of(outsider, organisation) is None
