import pytest
from django.db import InternalError, transaction

from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_event_keeps_the_names_of_who_and_what(officer):
    case = factories.make_case()
    event = record_event(actor=officer, action="tried", obj=case, text="Prövat", data={"a": 1})
    assert (event.actor_id, event.actor_label) == (officer.pk, str(officer))
    assert (event.object_type, event.object_id, event.text, event.data) == (
        "diary.case",
        case.pk,
        "Prövat",
        {"a": 1},
    )
    assert next(iter(Event.objects.about("diary.case", case.pk))) == event
    assert str(event).endswith(f"{officer}: tried")


def test_what_the_portal_does_by_itself_is_signed_by_the_portal():
    assert record_event(actor=None, action="tried", obj=factories.make_case()).actor_label == "Systemet"


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_or_remove_an_event(change):
    event = record_event(actor=None, action="tried", obj=factories.make_case())
    rows = Event.objects.filter(pk=event.pk)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        rows.update(text="ändrad") if change == "update" else rows.delete()
