import pytest

from decisions.models import Decision, Publication
from decisions.services.publishing import publish_decision, unpublish_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.diary.models import Case
from tests import factories


def test_a_signed_decision_is_published_once(officer, registrar):
    decision = factories.make_signed_decision(user=officer)
    publication = publish_decision(decision_id=decision.pk, actor=registrar)
    assert publication.published_by == registrar
    assert set(Decision.objects.published()) == {decision}
    assert publish_decision(decision_id=decision.pk, actor=officer) == publication
    assert [event.actor_id for event in Event.objects.filter(action="decision_published")] == [registrar.pk]


def test_it_is_taken_away_again_and_the_decision_stays_as_it_was(officer):
    decision = factories.make_signed_decision(user=officer, published=True)
    unpublish_decision(decision_id=decision.pk, actor=officer)
    unpublish_decision(decision_id=decision.pk, actor=officer)
    assert not Publication.objects.exists()
    assert Event.objects.filter(action="decision_unpublished").count() == 1
    assert publish_decision(decision_id=decision.pk, actor=officer).decision == decision


def test_what_was_signed_elsewhere_is_published_too(officer):
    decision = factories.make_signed_decision(user=officer, signed_elsewhere=True, document=False)
    assert publish_decision(decision_id=decision.pk, actor=officer).decision == decision


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("draft", "Beslutet är ett utkast. Det måste först vara undertecknat."),
        ("proposed", "Beslutet väntar på underskrift. Det måste först vara undertecknat."),
    ],
)
def test_only_a_signed_decision_is_published(officer, status, sentence):
    decision = factories.make_decision(user=officer)
    Decision.objects.filter(pk=decision.pk).update(
        status=status, proposed_by=officer, proposed_at=decision.created_at
    )
    with pytest.raises(Refusal, match=sentence):
        publish_decision(decision_id=decision.pk, actor=officer)


@pytest.mark.parametrize("field", ["title", "background", "reasons"])
def test_a_leftover_stops_it(officer, field):
    text = "Skriv tabellbeskrivning här."
    decision = factories.make_signed_decision(user=officer, full_text="", **{field: text})
    with pytest.raises(Refusal) as refused:
        publish_decision(decision_id=decision.pk, actor=officer)
    assert refused.value.message == (
        "Beslutet kan inte publiceras: ”Skriv tabellbeskrivning här” står kvar. "
        "En uppmaning ur mallen står kvar."
    )
    assert not Publication.objects.exists()


def test_a_leftover_in_a_point_stops_it(officer):
    # "XXX" is the leftover that has to stop it.
    draft = factories.make_signed_decision(user=officer, points=["Regionen beviljar XXX kronor."])
    with pytest.raises(Refusal, match="”XXX” står kvar"):
        publish_decision(decision_id=draft.pk, actor=officer)


def test_a_protected_party_is_named_in_the_masked_version_only_as_protected(officer):
    decision = factories.make_signed_decision(user=officer, background="Peak Jämtland har ansökt om stöd.")
    Case.objects.filter(pk=decision.case_id).update(counterpart="peak jämtland")
    factories.mark_secret(decision.case)
    masked = publish_decision(decision_id=decision.pk, actor=officer).masked
    assert "[Skyddat, OSL 30:27] har ansökt om stöd." in masked.full_text
    assert publish_decision(decision_id=decision.pk, actor=officer).masked == masked
