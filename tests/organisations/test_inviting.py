from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from s3portal.accounts.models import Membership
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.organisations import queries, services
from s3portal.organisations.enums import InvitationOutcome
from s3portal.organisations.models import Invitation
from s3portal.organisations.services import inviting
from s3portal.organisations.services.inviting import MOST_WAITING
from s3portal.outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


def invite(owner, organisation, email="ny@example.org", **fields):
    defaults = {"role": "editor", "is_signatory": False}
    return services.invite_member(
        organisation_id=organisation.pk, actor=owner, email=email, **(defaults | fields)
    )


def test_who_is_invited_gets_a_mail_and_who_accepts_is_a_member(owner, organisation):
    invitation = invite(owner, organisation, "Ny@Example.org", role="signatory", is_signatory=True)
    message = Message.objects.get(kind="member_invited")
    assert (message.to_email, message.subject) == (
        "ny@example.org",
        f"Inbjudan till {organisation} i S3-portalen",
    )
    assert str(invitation.token) in message.text_body
    assert str(invitation.token) in message.html_body
    newcomer = factories.make_user("ny@example.org")
    assert list(queries.invitations_to(newcomer, now=timezone.now())) == [invitation]
    membership = services.accept_invitation(invitation_id=invitation.pk, actor=newcomer)
    assert (membership.role, membership.is_signatory, membership.confirmed_by) == ("signatory", True, owner)
    invitation.refresh_from_db()
    assert (invitation.outcome, invitation.answered_by) == (InvitationOutcome.ACCEPTED, newcomer)
    assert Message.objects.get(kind="member_joined").to_email == owner.email
    assert not queries.invitations_to(newcomer, now=timezone.now()).exists()
    assert set(Event.objects.values_list("action", flat=True)) >= {"member_invited", "invitation_accepted"}


def test_one_invited_by_somebody_unconfirmed_is_unconfirmed_too(organisation):
    unsure = factories.make_user()
    factories.make_membership(user=unsure, organisation=organisation, confirmed_at=None)
    newcomer = factories.make_user("ny@example.org")
    membership = services.accept_invitation(invitation_id=invite(unsure, organisation).pk, actor=newcomer)
    assert (membership.confirmed_at, membership.confirmed_by) == (None, None)


def test_only_the_invited_address_answers_and_only_when_it_is_verified(owner, organisation):
    invitation = invite(owner, organisation)
    other = factories.make_user("annan@example.org")
    with pytest.raises(Refusal, match="en annan e-postadress"):
        services.accept_invitation(invitation_id=invitation.pk, actor=other)
    unverified = factories.make_user("ny@example.org")
    unverified.emailaddress_set.update(verified=False)
    with pytest.raises(Refusal, match="en annan e-postadress"):
        services.decline_invitation(invitation_id=invitation.pk, actor=unverified)
    assert not Membership.objects.filter(user__in=[other, unverified]).exists()


def test_an_old_or_answered_invitation_is_refused(owner, organisation):
    invitation = invite(owner, organisation)
    newcomer = factories.make_user("ny@example.org")
    Invitation.objects.update(expires_at=timezone.now())
    with pytest.raises(Refusal, match="har gått ut"):
        services.accept_invitation(invitation_id=invitation.pk, actor=newcomer)
    services.renew_invitation(invitation_id=invitation.pk, actor=owner)
    services.decline_invitation(invitation_id=invitation.pk, actor=newcomer)
    assert Message.objects.get(kind="member_declined").to_email == owner.email
    for step in (services.accept_invitation, services.decline_invitation):
        with pytest.raises(Refusal, match="redan besvarad"):
            step(invitation_id=invitation.pk, actor=newcomer)
    with pytest.raises(Refusal, match="redan besvarad"):
        services.revoke_invitation(invitation_id=invitation.pk, actor=owner)


def test_one_invitation_waits_for_each_address_and_an_old_one_makes_room(owner, organisation):
    first = invite(owner, organisation)
    with pytest.raises(Refusal, match="redan inbjuden") as refused:
        invite(owner, organisation, "NY@example.org")
    assert refused.value.field == "email"
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    second = invite(owner, organisation)
    first.refresh_from_db()
    assert (first.outcome, second.outcome) == ("revoked", "waiting")


def test_members_are_not_invited_and_too_many_are_not_either(owner, colleague, organisation):
    with pytest.raises(Refusal, match="redan med"):
        invite(owner, organisation, colleague.email.upper())
    now = timezone.now()
    Invitation.objects.bulk_create(
        Invitation(
            organisation=organisation,
            email=f"{number}@example.org",
            role="editor",
            invited_by=owner,
            expires_at=now + timedelta(days=1),
        )
        for number in range(MOST_WAITING)
    )
    with pytest.raises(Refusal, match="Återkalla några först"):
        invite(owner, organisation)


def test_revoking_stops_the_mail_that_waits(owner, organisation):
    invitation = invite(owner, organisation)
    services.revoke_invitation(invitation_id=invitation.pk, actor=owner)
    assert Message.objects.get(kind="member_invited").status == "cancelled"


def test_sending_again_sends_again(owner, organisation):
    invitation = invite(owner, organisation)
    services.renew_invitation(invitation_id=invitation.pk, actor=owner)
    statuses = Message.objects.filter(kind="member_invited").order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["cancelled", "queued"]


def test_one_who_is_a_member_already_keeps_the_role(owner, colleague, organisation):
    invitation = invite(owner, organisation, "ny@example.org", role="owner")
    Invitation.objects.update(email=colleague.email)
    membership = services.accept_invitation(invitation_id=invitation.pk, actor=colleague)
    assert membership.role == "editor"
    assert not Message.objects.filter(kind="member_joined").exists()


def test_nobody_comes_in_by_one_who_no_longer_manages(owner, colleague, organisation):
    """Nor comes back: an owner who is to leave could have asked another address of their own."""
    invitation = invite(owner, organisation, role="owner")
    newcomer = factories.make_user("ny@example.org")
    heir = organisation.memberships.get(user=colleague)
    services.hand_over_ownership(organisation_id=organisation.pk, membership_id=heir.pk, actor=owner)
    with pytest.raises(Refusal, match="sköter inte längre"):
        services.accept_invitation(invitation_id=invitation.pk, actor=newcomer)
    services.leave_organisation(organisation_id=organisation.pk, actor=owner)
    with pytest.raises(Refusal, match="sköter inte längre"):
        services.accept_invitation(invitation_id=invitation.pk, actor=newcomer)
    services.renew_invitation(invitation_id=invitation.pk, actor=colleague)
    assert services.accept_invitation(invitation_id=invitation.pk, actor=newcomer).role == "owner"
    assert Message.objects.get(kind="member_joined").to_email == colleague.email


def test_no_more_than_so_many_mails_leave_in_a_day(owner, organisation, monkeypatch):
    monkeypatch.setattr(inviting, "MOST_A_DAY", 2)
    invitation = invite(owner, organisation)
    services.renew_invitation(invitation_id=invitation.pk, actor=owner)
    services.revoke_invitation(invitation_id=invitation.pk, actor=owner)
    with pytest.raises(Refusal, match="det senaste dygnet"):
        invite(owner, organisation, "en.till@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        again = invite(owner, organisation, "en.till@example.org")
    assert again.email == "en.till@example.org"


@pytest.mark.parametrize("step", ["invite", "renew", "revoke"])
def test_only_owners_invite(owner, colleague, stranger, organisation, step):
    invitation = invite(owner, organisation)
    steps = {
        "invite": lambda person: invite(person, organisation, "annan@example.org"),
        "renew": lambda person: services.renew_invitation(invitation_id=invitation.pk, actor=person),
        "revoke": lambda person: services.revoke_invitation(invitation_id=invitation.pk, actor=person),
    }
    for person in (colleague, stranger):
        with pytest.raises(Refusal, match="Bara en ägare"):
            steps[step](person)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"role": "boss"}, "invitation_role_known"),
        ({"role": "signatory", "is_signatory": False}, "invitation_signatory_signs"),
        ({"outcome": "accepted"}, "invitation_answered_has_who_and_when"),
        ({"email": "NY@example.org"}, "invitation_one_waiting"),
    ],
)
def test_the_database_holds_what_an_invitation_is(owner, organisation, fields, name):
    invite(owner, organisation)
    defaults = {"email": "annan@example.org", "role": "editor"}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Invitation.objects.create(
            organisation=organisation,
            invited_by=owner,
            expires_at=timezone.now(),
            **(defaults | fields),
        )


def test_an_invitation_is_called_by_address_and_organisation(owner, organisation):
    assert str(invite(owner, organisation)) == f"ny@example.org, {organisation}"
