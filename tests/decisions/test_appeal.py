import pytest

from decisions.appeal import appeal_text
from tests import factories

pytestmark = pytest.mark.django_db


def draft(officer, delegate_user, *, reportable=True, kind="participation", **basis):
    clause = factories.make_clause(reportable=reportable)
    return factories.make_decision(
        user=officer,
        kind=kind,
        delegate=factories.make_delegate(user=delegate_user, clause=clause),
        legal_basis=factories.make_legal_basis(**basis),
    )


def test_the_regions_own_money_is_tried_for_legality(officer, delegate_user):
    who, when, how, outcome = appeal_text(draft(officer, delegate_user)).split("\n\n")
    assert who == (
        "Den som är medlem i Region Jämtland Härjedalen kan överklaga beslutet och få lagligheten prövad "
        "enligt 13\u00a0kap. kommunallagen (2017:725). Medlem är den som är folkbokförd, äger en fastighet "
        "eller ska betala kommunalskatt i någon av kommunerna i regionen."
    )
    assert when == (
        "Skriv till Förvaltningsrätten i Härnösand. Överklagandet ska ha kommit in till förvaltningsrätten "
        "inom tre veckor från den dag då det på regionens anslagstavla tillkännages att protokollet är "
        "justerat från det sammanträde där beslutet anmäls till nämnden."
    )
    assert "Skriv vilket beslut du överklagar och ange diarienumret." in how
    assert "den som fattade det inte hade rätt att göra det" in how
    assert outcome.endswith("Den kan upphäva beslutet men inte ersätta det med ett annat.")


def test_an_unreported_decision_has_a_notice_of_its_own(officer, delegate_user):
    when = appeal_text(draft(officer, delegate_user, reportable=False)).split("\n\n")[1]
    assert when.endswith("inom tre veckor från den dag då beslutet tillkännages på regionens anslagstavla.")


@pytest.mark.parametrize("kind", ["grant", "rejection", "participation", "other"])
def test_2003_596_may_not_be_appealed(officer, delegate_user, kind):
    name = "Förordning (2003:596) om bidrag för projektverksamhet inom den regionala tillväxtpolitiken"
    decision = draft(officer, delegate_user, kind=kind, name=name, appeal_rule="not_appealable")
    assert appeal_text(decision) == (
        "Beslutet får inte överklagas. Det följer av 14\u00a0§ förordningen (2003:596)."
    )


def test_another_basis_that_may_not_be_appealed_is_named(officer, delegate_user):
    decision = draft(officer, delegate_user, name="Avtal om länsmedel", appeal_rule="not_appealable")
    assert appeal_text(decision) == "Beslutet får inte överklagas. Det följer av Avtal om länsmedel."


@pytest.mark.parametrize("kind", ["grant", "rejection", "participation"])
def test_2022_1468_only_stop_and_recovery(officer, delegate_user, kind):
    name = "Förordning (2022:1468) om statligt stöd till företag"
    decision = draft(officer, delegate_user, kind=kind, name=name, appeal_rule="stop_and_recovery_only")
    assert appeal_text(decision) == (
        "Beslutet får inte överklagas. Enligt förordningen (2022:1468) får bara beslut om att stoppa en "
        "utbetalning eller att kräva tillbaka stöd överklagas (28, 29, 32 och 33\u00a0§§)."
    )


def test_the_portal_does_not_guess(officer, delegate_user):
    other = draft(officer, delegate_user, kind="other", appeal_rule="stop_and_recovery_only")
    assert appeal_text(other) == ""
    without = factories.make_decision(user=officer, legal_basis=None)
    assert appeal_text(without) == ""
