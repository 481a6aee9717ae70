"""Who may take each step up to the signature, person by person (architecture: Roles)."""

import pytest

from decisions import rules
from decisions.models import Decision
from decisions.services.expediting import expedite_decision
from decisions.services.filling import hold_back
from decisions.services.meetings import change_meeting, create_meeting, record_minutes
from decisions.services.publishing import publish_decision, unpublish_decision
from decisions.services.reporting import report_decisions
from s3portal.common.errors import Refusal
from tests import factories

pytestmark = pytest.mark.django_db
PERSONAS = [
    "owner",
    "stranger",
    "assessor",
    "officer",
    "second_officer",
    "delegate_user",
    "registrar",
    "member",
    "admin_user",
]
STAFF = {"officer", "second_officer", "delegate_user", "registrar", "admin_user"}
OFFICERS = {"officer", "second_officer"}


@pytest.fixture
def decisions(officer, delegate_user):
    delegate = factories.make_delegate(user=delegate_user)
    draft = factories.make_decision(user=officer, delegate=delegate)
    proposed = factories.make_decision(user=officer, delegate=delegate)
    Decision.objects.filter(pk=proposed.pk).update(
        status="proposed", proposed_by=officer, proposed_at=proposed.created_at
    )
    signed = factories.make_signed_decision(user=officer)
    return {"draft": draft, "proposed": Decision.objects.get(pk=proposed.pk), "signed": signed}


#: For each rule: in which status, and who.
TABLE = {
    rules.may_edit_draft: ("draft", OFFICERS),
    rules.may_delete_draft: ("draft", OFFICERS),
    rules.may_propose: ("draft", OFFICERS),
    rules.may_return: ("proposed", {"delegate_user"}),
    rules.may_sign: ("proposed", {"delegate_user"}),
}


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("status", ["draft", "proposed", "signed"])
def test_steps(request, decisions, persona, status):
    user = request.getfixturevalue(persona)
    for rule, (right_status, who) in TABLE.items():
        expected = status == right_status and persona in who
        assert rule(user, decisions[status]) is expected, rule.__name__


@pytest.mark.parametrize("persona", PERSONAS)
def test_lists(request, decisions, persona):
    user = request.getfixturevalue(persona)
    assert rules.may_list_decisions(user) is (persona in STAFF)
    assert rules.may_draft(user) is (persona in OFFICERS)
    seen = set(Decision.objects.visible_to(user))
    if persona in OFFICERS | {"delegate_user"}:
        assert seen == set(decisions.values())
    elif persona in STAFF:
        assert seen == {decisions["signed"]}
    else:
        assert seen == set()


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_services_ask_again(request, decisions, persona):
    """Whoever comes past the pages is refused by the step itself."""
    user = request.getfixturevalue(persona)
    meeting, signed = factories.make_committee_meeting(), decisions["signed"].pk
    moved = {"starts_at": meeting.starts_at, "place": "", "actor": user}
    registrar, arrangers = {"registrar"}, {"registrar", "admin_user"}
    for who, step in (
        (OFFICERS, lambda: expedite_decision(decision_id=signed, actor=user)),
        (OFFICERS | registrar, lambda: publish_decision(decision_id=signed, actor=user)),
        (OFFICERS | registrar, lambda: unpublish_decision(decision_id=signed, actor=user)),
        (registrar, lambda: report_decisions(meeting_id=meeting.pk, decision_ids=[signed], actor=user)),
        (registrar, lambda: hold_back(report_id=1, reason="Kompletteras.", actor=user)),
        (arrangers, lambda: create_meeting(committee=meeting.committee, **moved)),
        (arrangers, lambda: change_meeting(meeting_id=meeting.pk, **moved)),
        (
            arrangers,
            lambda: record_minutes(meeting_id=meeting.pk, report_paragraph="", approved_on=None, actor=user),
        ),
    ):
        if persona not in who:
            with pytest.raises(Refusal, match=r"^Bara en "):
                step()
