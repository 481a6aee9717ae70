"""FL 31 §: a decision tells who presented the matter, and who else took part in the final handling."""

from dataclasses import replace

import pytest
from django.utils import timezone

from decisions.checks import check_decision, failing
from decisions.comparing import content_differences
from decisions.content import content_of
from decisions.document import decision_data, decision_html, decision_text
from decisions.forms import DraftForm
from decisions.models import Decision
from decisions.services.drafting import save_draft
from decisions.services.proposing import propose_decision
from decisions.services.signing import sign_decision
from s3portal.exchange.services import import_file
from tests import factories
from tests.exchange.samples import DECISION

pytestmark = pytest.mark.django_db
LINES = (
    "Föredragande: Ulla Ek, jurist",
    "Deltog också i den slutliga handläggningen: Bo Lind, ekonom; Eva Ås, controller",
)


def told(decision, **fields):
    Decision.objects.filter(pk=decision.pk).update(**fields)
    factories.consider(decision)
    return Decision.objects.with_parts().get(pk=decision.pk)


def test_it_is_written_saved_compared_signed_and_printed(draft, officer, delegate_user):
    content = content_of(draft)
    wanted = replace(
        content,
        presenter_name="Ulla Ek",
        presenter_title="jurist",
        also_present="Bo Lind, ekonom\n\nEva Ås, controller",
    )
    assert [each.label for each in content_differences(content, wanted)] == [
        "Föredragande",
        "Föredragandens titel",
        "Deltog också i handläggningen",
    ]
    saved = save_draft(decision_id=draft.pk, actor=officer, expected_version=draft.version, content=wanted)
    assert content_of(saved) == wanted
    assert DraftForm(decision=saved).initial["presenter_name"] == "Ulla Ek"
    factories.consider(saved)
    proposed = propose_decision(decision_id=saved.pk, actor=officer, expected_version=saved.version)
    signed = sign_decision(decision_id=saved.pk, actor=delegate_user, expected_version=proposed.version)
    assert decision_text(signed).taking_part == LINES
    assert all(line in decision_html(signed) for line in LINES)
    data = decision_data(signed)
    assert data["presenter"] == {"name": "Ulla Ek", "title": "jurist"}
    assert data["also_present"] == ["Bo Lind, ekonom", "Eva Ås, controller"]


def test_nothing_is_printed_of_nobody(draft):
    assert decision_text(draft).taking_part == ()
    assert "dok-deltog" not in decision_html(draft)
    assert decision_data(draft)["presenter"] is None
    assert decision_text(told(draft, presenter_name="Ulla Ek")).taking_part == ("Föredragande: Ulla Ek",)


def test_a_title_needs_a_name_and_no_leftover_stands(draft):
    def left(decision):
        return [(check.code, check.field) for check in failing(check_decision(decision, on=today))]

    today = timezone.localdate()
    assert left(told(draft, presenter_title="jurist")) == [("presenter", "id_presenter_name")]
    # "XXX" is the leftover that has to be found.
    assert left(told(draft, presenter_name="XXX")) == [("leftover", "id_presenter_name")]


def test_everyone_reads_it_on_the_public_page(client, officer):
    signed = factories.make_signed_decision(
        user=officer, published=True, presenter_name="Ulla Ek", also_present="Bo Lind, ekonom"
    )
    page = client.get(f"/beslut/{signed.slug}/").content.decode()
    assert "<dt>Föredragande</dt><dd>Ulla Ek</dd>" in page
    assert "<dd>Bo Lind, ekonom</dd>" in page


def test_it_comes_with_older_decisions():
    more = """    föredragande: Ulla Ek
    föredragandens_titel: jurist
    deltog_också: ["Bo Lind, ekonom", "Eva Ås, controller"]
"""
    for _again in range(2):
        import_file((DECISION + more).encode(), actor=None)
    assert decision_text(Decision.objects.get()).taking_part == LINES
