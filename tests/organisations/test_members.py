from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from s3portal.accounts.models import Membership, Organisation
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.organisations import services
from s3portal.outbox.models import Message
from tests import factories

db = pytest.mark.django_db


def membership(user, organisation):
    return Membership.objects.get(user=user, organisation=organisation)


def change(actor, member, role, is_signatory=False):
    return services.change_member(
        organisation_id=member.organisation_id,
        membership_id=member.pk,
        actor=actor,
        role=role,
        is_signatory=is_signatory,
    )


@db
def test_an_owner_gives_a_colleague_another_role(owner, colleague, organisation):
    member = membership(colleague, organisation)
    change(owner, member, "signatory", is_signatory=True)
    change(owner, member, "signatory", is_signatory=True)
    member.refresh_from_db()
    assert (member.role, member.is_signatory) == ("signatory", True)
    assert Event.objects.filter(action="member_changed").count() == 1


@db
def test_the_last_owner_stays_owner_whatever_is_tried(owner, colleague, organisation):
    own = membership(owner, organisation)
    for step in (
        lambda: change(owner, own, "editor"),
        lambda: services.remove_member(organisation_id=organisation.pk, membership_id=own.pk, actor=owner),
        lambda: services.leave_organisation(organisation_id=organisation.pk, actor=owner),
    ):
        with pytest.raises(Refusal, match="måste ha en ägare"):
            step()
    # An owner who cannot log in is nobody to leave it to.
    gone = factories.make_user(is_active=False)
    factories.make_membership(user=gone, organisation=organisation)
    with pytest.raises(Refusal, match="måste ha en ägare"):
        services.leave_organisation(organisation_id=organisation.pk, actor=owner)


@db
def test_removing_and_leaving(owner, colleague, organisation):
    member = membership(colleague, organisation)
    services.remove_member(organisation_id=organisation.pk, membership_id=member.pk, actor=owner)
    assert not Membership.objects.filter(user=colleague).exists()
    assert Message.objects.get(kind="member_removed").to_email == colleague.email
    for step in (services.remove_member, services.confirm_member):
        with pytest.raises(Refusal, match="inte längre med"):
            step(organisation_id=organisation.pk, membership_id=member.pk, actor=owner)
    with pytest.raises(Refusal, match="redan borta"):
        services.leave_organisation(organisation_id=organisation.pk, actor=colleague)
    factories.make_membership(user=colleague, organisation=organisation)
    services.leave_organisation(organisation_id=organisation.pk, actor=colleague)
    assert not Membership.objects.filter(user=colleague).exists()


@db
def test_ownership_goes_to_another_and_the_old_owner_stays_as_editor(owner, colleague, organisation):
    heir = membership(colleague, organisation)
    services.hand_over_ownership(organisation_id=organisation.pk, membership_id=heir.pk, actor=owner)
    assert (membership(colleague, organisation).role, membership(owner, organisation).role) == (
        "owner",
        "editor",
    )
    assert membership(owner, organisation).is_signatory is True
    assert Message.objects.get(kind="ownership_received").to_email == colleague.email
    with pytest.raises(Refusal, match="Bara en ägare"):
        services.hand_over_ownership(organisation_id=organisation.pk, membership_id=heir.pk, actor=owner)


@db
def test_ownership_goes_neither_to_oneself_nor_to_who_cannot_log_in(owner, colleague, organisation):
    for person, words in ((owner, "någon annan än dig själv"), (colleague, "kan inte logga in")):
        if person is colleague:
            colleague.is_active = False
            colleague.save(update_fields=["is_active"])
        with pytest.raises(Refusal, match=words) as refused:
            services.hand_over_ownership(
                organisation_id=organisation.pk,
                membership_id=membership(person, organisation).pk,
                actor=owner,
            )
        assert refused.value.field == "member"


# --- Confirming -----------------------------------------------------------------------------------------
@pytest.fixture
def unsure(organisation):
    """One who says to belong to ``organisation``, and that they may sign for it."""
    user = factories.make_user(full_name="Ove Osäker")
    return factories.make_membership(
        user=user, organisation=organisation, is_signatory=True, role="editor", confirmed_at=None
    )


def confirm(actor, member):
    return services.confirm_member(
        organisation_id=member.organisation_id, membership_id=member.pk, actor=actor
    )


@db
def test_an_officer_or_a_confirmed_signatory_confirms(officer, owner, unsure, organisation):
    confirm(owner, unsure)
    unsure.refresh_from_db()
    assert unsure.confirmed_by == owner
    first = unsure.confirmed_at
    confirm(officer, unsure)
    unsure.refresh_from_db()
    assert (unsure.confirmed_by, unsure.confirmed_at) == (owner, first)
    assert Message.objects.filter(kind="member_confirmed").count() == 1


@db
def test_nobody_else_confirms_and_nobody_confirms_themselves(
    unsure, colleague, stranger, registrar, organisation
):
    another = factories.make_membership(
        user=factories.make_user(), organisation=organisation, is_signatory=True, confirmed_at=None
    )
    for person in (unsure.user, another.user, colleague, stranger, registrar):
        with pytest.raises(Refusal, match="Bara en handläggare eller en bekräftad firmatecknare"):
            confirm(person, unsure)
    confirmed = factories.make_membership(
        user=factories.make_staff("officer"), organisation=organisation, confirmed_at=None
    )
    with pytest.raises(Refusal, match="Bara en handläggare"):
        confirm(confirmed.user, confirmed)


def reject(actor, member):
    services.reject_member(
        organisation_id=member.organisation_id,
        membership_id=member.pk,
        actor=actor,
        reason="Föreningen känner inte till dig.",
    )


@db
def test_one_who_does_not_belong_is_told_why(officer, owner, unsure, organisation):
    reject(officer, unsure)
    assert not Membership.objects.filter(user=unsure.user).exists()
    message = Message.objects.get(kind="member_rejected")
    assert (message.to_email, "Föreningen känner inte till dig." in message.text_body) == (
        unsure.user.email,
        True,
    )


@db
def test_an_organisation_that_nobody_else_is_in_goes_with_who_made_it_up(officer):
    own = factories.make_membership(
        user=factories.make_user(), organisation=factories.make_organisation(), confirmed_at=None
    )
    reject(officer, own)
    assert not Organisation.objects.exists()


@db
def test_what_an_officer_may_not_reject(officer, owner, unsure, organisation):
    with pytest.raises(Refusal, match="Bara en handläggare"):
        reject(owner, unsure)
    with pytest.raises(Refusal, match="Personen är bekräftad"):
        reject(officer, membership(owner, organisation))
    Membership.objects.filter(user=owner).update(confirmed_at=None)
    with pytest.raises(Refusal, match="Låt någon annan bli ägare"):
        reject(officer, membership(owner, organisation))
    applied = factories.make_membership(
        user=factories.make_user(), organisation=factories.make_organisation(), confirmed_at=None
    )
    factories.make_application(user=applied.user, organisation=applied.organisation)
    with pytest.raises(Refusal, match="Organisationen har ansökningar"):
        reject(officer, applied)
    assert Membership.objects.filter(pk=applied.pk).exists()
    assert not Message.objects.filter(kind="member_rejected").exists()


# --- The database ---------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_an_owner(owner, organisation):
    people = Membership.objects.filter(organisation=organisation)
    for step in (people.all().delete, lambda: people.update(role="editor")):
        with pytest.raises(Error, match="has no owner"), transaction.atomic():
            step()
    other = factories.make_membership(user=factories.make_user(), organisation=organisation, role="editor")
    with transaction.atomic():
        Membership.objects.filter(user=owner).delete()
        Membership.objects.filter(pk=other.pk).update(role="owner")
    with transaction.atomic():
        organisation.delete()
    assert not Membership.objects.exists()


@db
def test_who_confirmed_goes_with_when(owner, organisation, officer):
    with pytest.raises(Error, match="membership_confirmed_has_time"), transaction.atomic():
        Membership.objects.update(confirmed_at=None, confirmed_by=officer)
    Membership.objects.update(confirmed_at=timezone.now(), confirmed_by=officer)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(owner, organisation):
    second = factories.make_user()
    factories.make_membership(user=second, organisation=organisation)

    def leave(user):
        try:
            services.leave_organisation(organisation_id=organisation.pk, actor=user)
        except Refusal as refusal:
            return refusal.message
        finally:
            connection.close()
        return "left"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(leave, [owner, second]))
    assert [answer[:25] for answer in answers] == ["Organisationen måste ha e", "left"]
    assert Membership.objects.get().role == "owner"
