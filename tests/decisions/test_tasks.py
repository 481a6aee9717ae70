from datetime import date

import pytest

from decisions import tasks
from decisions.models import DecisionDocument
from decisions.services import rendering
from decisions.services.rendering import render_missing_document
from s3portal.audit.models import Event
from s3portal.common.files import read_frozen
from s3portal.common.pdf import RenderingFailed, check_seal, seal_roots
from s3portal.diary.enums import Direction
from s3portal.diary.models import Record
from s3portal.diary.services import register_record, store_record_file
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(officer):
    return factories.make_signed_decision(
        user=officer, signed_elsewhere=True, document=False, decided_on=date(2022, 3, 10)
    )


def test_imported_decisions_get_their_pdf(imported):
    assert tasks.render_missing_documents() == 1
    document = DecisionDocument.objects.get(decision=imported)
    assert document.sealed is False
    record = document.file.record
    assert (record.direction, record.title) == ("drawn_up", f"Beslut: {imported.title}")
    assert record.dated_at.isoformat() == "2022-03-09T23:00:00+00:00"
    content = read_frozen(document.file.storage_name, sha256=document.file.sha256)
    assert check_seal(content, roots=seal_roots()).found is False
    event = Event.objects.get(action="decision_rendered")
    assert (event.actor_id, event.actor_label) == (None, "Systemet")


def test_twice_is_once(imported):
    assert tasks.render_missing_documents() == 1
    assert tasks.render_missing_documents() == 0
    assert render_missing_document(decision_id=imported.pk) is False
    assert DecisionDocument.objects.count() == 1


def test_the_diarys_own_line_is_used(imported):
    register_record(actor=None, case=imported.case, direction=Direction.INCOMING, title="Något annat")
    taken = register_record(
        actor=None, case=imported.case, direction=Direction.DRAWN_UP, title=f"Beslut: {imported.title}"
    )
    store_record_file(record=taken, filename="a.pdf", content_type="application/pdf", content=b"x")
    free = register_record(
        actor=None, case=imported.case, direction=Direction.DRAWN_UP, title=f"Beslut: {imported.title}"
    )
    before = Record.objects.count()
    assert render_missing_document(decision_id=imported.pk) is True
    assert DecisionDocument.objects.get().file.record == free
    assert Record.objects.count() == before


def test_what_was_signed_here_is_left(officer):
    factories.make_signed_decision(user=officer, document=False)
    factories.make_decision(user=officer)
    assert tasks.render_missing_documents() == 0


def test_one_broken_text_does_not_stop_the_others(imported, officer, monkeypatch, caplog):
    good = factories.make_signed_decision(user=officer, signed_elsewhere=True, document=False)
    render = rendering.render_decision

    def fussy(decision, *, preview):
        if decision.pk == imported.pk:
            raise RenderingFailed("Dokumentet kunde inte göras till pdf utan fel.")
        return render(decision, preview=preview)

    monkeypatch.setattr(rendering, "render_decision", fussy)
    assert tasks.render_missing_documents() == 1
    assert set(DecisionDocument.objects.values_list("decision", flat=True)) == {good.pk}
    assert f"The PDF of decision {imported.pk} could not be made." in caplog.text
    assert not Record.objects.filter(case=imported.case).exists()


def test_it_is_on_the_schedule(settings):
    names = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert tasks.render_missing_documents.name in names
