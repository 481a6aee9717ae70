"""Giving applications to assessors."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications import services
from applications.models import Assignment
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import assign, declare, hand_in, scored_call
from tests.applications.sending import send
from tests.counting import count_asked, count_queries

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/bedomningar/"


@pytest.fixture
def call():
    return scored_call()


@pytest.fixture
def sent(owner, call):
    return send(factories.make_application(user=owner, call=call), owner)


def days(number):
    return timezone.localdate() + timedelta(days=number)


def test_several_at_once_and_one_mail_to_each(sent, owner, call, officer, second_officer, assessor):
    other = send(factories.make_application(user=owner, call=call, title="Hemlig titel"), owner)
    result = services.assign_assessors(
        application_ids=[sent.pk, other.pk],
        actor=officer,
        assessors=[assessor, second_officer],
        due_on=days(7),
    )
    assert (len(result.made), result.already, result.recused) == (4, 0, [])
    mails = Message.objects.filter(kind="assessor_assigned")
    assert sorted(mail.to_email for mail in mails) == sorted([assessor.email, second_officer.email])
    assert str(sent.case) in mails[0].text_body
    assert str(other.case) in mails[0].text_body
    assert "Hemlig titel" not in mails[0].text_body + mails[0].html_body, "a name may be a trade secret"
    assert mails[0].subject == "Du har fått 2 ansökningar att bedöma"
    again = services.assign_assessors(
        application_ids=[sent.pk, other.pk], actor=officer, assessors=[assessor], due_on=days(9)
    )
    assert (len(again.made), again.already) == (0, 2)
    assert Event.objects.filter(action="assessor_assigned").count() == 4


def test_each_application_more_costs_only_its_own_rows(sent, owner, call, officer, assessor):
    assign(sent, officer, assessor)
    more = [send(factories.make_application(user=owner, call=call), owner).pk for _ in range(3)]

    def give(*numbers):
        services.assign_assessors(
            application_ids=numbers, actor=officer, assessors=[assessor], due_on=days(7)
        )

    one = count_asked(lambda: give(more[0]))
    # The assignment and its event.
    assert count_asked(lambda: give(*more[1:])) == one + 2


def test_jav_stops_only_what_it_is_about(sent, owner, call, officer, assessor):
    assign(sent, officer, assessor)
    declare(sent, assessor, ground="party")
    other = send(factories.make_application(user=owner, call=call), owner)
    result = services.assign_assessors(
        application_ids=[sent.pk, other.pk], actor=officer, assessors=[assessor], due_on=days(7)
    )
    assert [one.application for one in result.made] == [other]
    assert result.recused == [(sent, assessor)]


@pytest.mark.parametrize("who", ["assessor", "delegate_user", "registrar", "admin_user", "owner"])
def test_only_officers_assign(request, sent, officer, assessor, who):
    actor = request.getfixturevalue(who)
    with pytest.raises(Refusal, match="Bara en handläggare"):
        assign(sent, actor, assessor)
    assignment = assign(sent, officer, assessor)[0]
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.end_assignment(assignment_id=assignment.pk, actor=actor)


@pytest.mark.parametrize("who", ["registrar", "owner", "delegate_user"])
def test_only_assessors_and_officers_assess(request, sent, officer, who):
    with pytest.raises(Refusal, match="är inte bedömare"):
        assign(sent, officer, request.getfixturevalue(who))


def test_what_is_refused(sent, owner, officer, assessor):
    with pytest.raises(Refusal, match="minst en bedömare"):
        assign(sent, officer)
    with pytest.raises(Refusal, match="minst en ansökan"):
        services.assign_assessors(application_ids=[], actor=officer, assessors=[assessor], due_on=days(1))
    for number in (-1, 367):
        with pytest.raises(Refusal) as refused:
            assign(sent, officer, assessor, due_on=days(number))
        assert refused.value.field == "due_on"
    bare = send(factories.make_application(user=owner, call=factories.make_call()), owner)
    with pytest.raises(Refusal, match="inga kriterier"):
        assign(bare, officer, assessor)
    services.withdraw_application(application_id=sent.pk, actor=owner, reason="Nej")
    with pytest.raises(Refusal, match="återkallad och bedöms inte"):
        assign(sent, officer, assessor)


def test_another_day_and_trade_secrets(sent, officer, assessor):
    assignment = assign(sent, officer, assessor)[0]
    services.change_assignment(
        assignment_id=assignment.pk, actor=officer, due_on=days(20), allow_trade_secrets=True
    )
    assignment.refresh_from_db()
    assert (assignment.due_on, assignment.allow_trade_secrets) == (days(20), True)
    assert "får se affärshemligheter" in Event.objects.get(action="assignment_changed").text


def test_taken_back_until_it_is_handed_in(sent, officer, assessor):
    assignment = assign(sent, officer, assessor)[0]
    services.end_assignment(assignment_id=assignment.pk, actor=officer)
    with pytest.raises(Refusal, match="har inte längre ansökan"):
        services.end_assignment(assignment_id=assignment.pk, actor=officer)
    second = assign(sent, officer, assessor)[0]
    hand_in(sent, assessor, 3, 3)
    with pytest.raises(Refusal, match="har lämnat sin bedömning"):
        services.end_assignment(assignment_id=second.pk, actor=officer)
    assert list(Assignment.objects.active()) == [second]


# --- The assessor's list ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [("assessor", 200), ("officer", 200), ("registrar", 403), ("delegate_user", 403), ("owner", 403)],
)
def test_who_has_a_list(request, client_for, db, who, status):
    assert client_for(request.getfixturevalue(who)).get(LIST).status_code == status


def test_the_list(client_for, sent, officer, assessor, second_officer):
    client = client_for(assessor)
    assert "Du har inga ansökningar att bedöma" in client.get(LIST).content.decode()
    assign(sent, officer, assessor)
    found = client.get(LIST).content.decode()
    assert str(sent.case) in found
    assert "Inte påbörjad" in found
    hand_in(sent, assessor, 3, 3)
    assert "Lämnad" in client.get(LIST).content.decode()
    assert str(sent.case) not in client_for(second_officer).get(LIST).content.decode()


def test_same_queries_at_one_and_three(client_for, sent, owner, call, officer, assessor):
    client = client_for(assessor)
    assign(sent, officer, assessor)
    client.get(LIST)
    one = count_queries(lambda: client.get(LIST))
    for _ in range(2):
        assign(send(factories.make_application(user=owner, call=call), owner), officer, assessor)
    assert count_queries(lambda: client.get(LIST)) == one
