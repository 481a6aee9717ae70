"""What the officer has judged as not met stops a grant."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.services import Judged, submit_application
from decisions.checks import check_decision, failing
from decisions.enums import DecisionKind
from decisions.models import Decision
from decisions.services.drafting import draft_from_application
from tests import factories
from tests.applications.judging import judge_all
from tests.decisions.test_kinds import BASES

pytestmark = pytest.mark.django_db
STATE_AID = BASES["1468"]
SMALL_AID = STATE_AID | {"de_minimis_ceiling_eur": 300_000}
REASON = "Det framgår av budgeten."


def found_in(decision):
    decision = Decision.objects.with_parts().get(pk=decision.pk)
    checks = failing(check_decision(decision, on=timezone.localdate()))
    return [check for check in checks if check.code == "eligibility"]


@pytest.fixture
def judged(owner, officer, delegate):
    """``judged(basis, "state_aid")``: gone through, with that condition judged as not met."""

    def make(basis, item, **call):
        draft = factories.make_application(
            user=owner, call=factories.make_call(legal_basis=factories.make_legal_basis(**basis), **call)
        )
        sent = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
        judge_all(sent, officer)
        services.judge_conditions(
            application_id=sent.pk, actor=officer, judged={item: Judged("not_ok", REASON)}
        )
        return services.mark_assessed(application_id=sent.pk, actor=officer)

    return make


@pytest.mark.parametrize(
    ("basis", "item", "label"),
    [
        (BASES["own"], "who_may_apply", "Sökanden hör till dem som kan söka"),
        (BASES["596"], "state_aid_flag", "Sökanden uppger att det inte är statligt stöd"),
        (BASES["596"], "state_aid", "Om stödet är statligt stöd är bedömt"),
        (STATE_AID, "operating_years", "Driftstöd i högst tio år"),
        (STATE_AID, "other_aid", "Annat stöd för samma kostnader"),
        (SMALL_AID, "de_minimis", "Försumbart stöd ryms under taket"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["code"],
)
def test_what_is_not_met_stops_a_grant_and_no_rejection(judged, officer, client_for, basis, item, label):
    application = judged(basis, item)
    grant = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    (check,) = found_in(grant)
    assert (check.label, check.note) == (f"Ett villkor är inte uppfyllt: {label}", REASON)
    page = reverse("applications:eligibility", args=[application.pk])
    assert check.url == f"{page}#{item}"
    assert f'id="{item}"' in client_for(officer).get(page).content.decode()
    Decision.objects.filter(pk=grant.pk).update(kind="rejection", amount=None, amount_kind="none")
    assert found_in(grant) == []


@pytest.mark.parametrize("item", ["share", "frame"])
def test_what_was_judged_of_the_amount_applied_for_is_tried_of_the_decided_one(judged, officer, item):
    application = judged(BASES["own"], item)
    grant = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    assert found_in(grant) == []


def test_an_amount_outside_the_calls_is_mended_by_one_within_it(judged, officer):
    application = judged(BASES["own"], "amounts", max_amount=400_000)
    grant = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    type(application.call).objects.update(max_amount=200_000, min_amount=100_000)
    for amount, stops in ((200_001, True), (200_000, False), (100_000, False), (99_999, True)):
        Decision.objects.filter(pk=grant.pk).update(amount=amount)
        assert bool(found_in(grant)) == stops, amount
