"""What was sent out before each recipient had a line of its own is told as it was: nothing is lost."""

from datetime import timedelta
from importlib import import_module

import pgtrigger
import pytest
from django.db import connection
from django.utils import timezone

from decisions.enums import DispatchState
from decisions.expedition_queries import expedition_page
from decisions.models import Addressee, Decision, Dispatch, Expedition
from decisions.secrecy import secrecy_of
from decisions.services.masking import mark_decision
from s3portal.diary.enums import Direction
from s3portal.diary.secrecy import Provision
from s3portal.diary.services import register_record
from s3portal.outbox.models import Message
from tests import factories

FILL = import_module("decisions.migrations.0027_dispatches").FILL


def before(officer, *, recipients, expedited=True, **fields):
    """A signed decision as it stood then: a mail for each address and one row for them all."""
    with pgtrigger.ignore("decisions.Addressee:addressee_printed_stays"):
        decision = factories.make_signed_decision(user=officer, recipients=recipients, **fields)
        decision.addressees.all().delete()
    if not expedited:
        return decision
    for row in decision.extract_recipients.exclude(email=""):
        Message.objects.create(
            key=f"decision-extract:{decision.pk}:{row.pk}", kind="decision_extract", to_email=row.email,
            subject="Utdrag", text_body="Hej", object_type="decisions.decision", object_id=decision.pk,
            status="sent", sent_at=timezone.now(),
        )  # fmt: skip
    Expedition.objects.create(decision=decision, expedited_by=officer)
    names = ", ".join(name for name, _email in recipients)
    register_record(
        actor=officer, case=decision.case, direction=Direction.OUTGOING, title=f"Utdrag till {names}",
        counterpart=names,
    )  # fmt: skip
    return decision


def fill(times=1):
    """Before the table has its triggers, as the migration does it."""
    with connection.cursor() as cursor, pgtrigger.ignore("decisions.Dispatch:dispatch_stands"):
        for _ in range(times):
            for statement in FILL:
                cursor.execute(statement)


def lines(decision):
    whole = Decision.objects.with_parts().get(pk=decision.pk)
    return expedition_page(whole, secrecy_of(whole)).lines


@pytest.mark.django_db
def test_what_was_mailed_and_what_went_by_other_means(officer):
    decision = before(
        officer, recipients=[("SVID", "svid@example.org"), ("Eko", "eko@example.org"), ("Arkivet", "")]
    )
    # One was refused by its server, and the address of another has been cleared since.
    Message.objects.filter(to_email="eko@example.org").update(
        status="failed", sent_at=None, last_error="550 Nej"
    )
    svid = Message.objects.get(to_email="svid@example.org")
    Message.objects.filter(pk=svid.pk).update(to_email="", text_body="", cleared_at=timezone.now())
    fill(times=2)
    expedition = Expedition.objects.get()
    found = lines(decision)
    assert [(line.addressee.name, line.addressee.way, line.state) for line in found] == [
        ("SVID", "mail", DispatchState.LEFT),
        ("Eko", "mail", DispatchState.FAILED),
        ("Arkivet", "post", DispatchState.EARLIER),
    ]
    sent, failed, other = (line.latest.dispatch for line in found)
    assert (sent.to_email, sent.message) == ("svid@example.org", svid)
    assert found[1].latest.detail == "550 Nej"
    assert other.sent_on == timezone.localdate(expedition.expedited_at)
    for dispatch in (sent, failed, other):
        assert (dispatch.made_by, dispatch.made_at) == (officer, expedition.expedited_at)
        assert dispatch.record.title == "Utdrag till SVID, Eko, Arkivet"
    assert Addressee.objects.count() == Dispatch.objects.count() == 3
    assert list(Addressee.objects.to_handle()) == [found[1].addressee]


@pytest.mark.django_db
def test_what_was_mailed_whole_and_marked_afterwards_is_still_told(officer, registrar):
    decision = before(officer, recipients=[("SVID", "svid@example.org")])
    mark_decision(
        actor=registrar, decision_id=decision.pk, parts=["reasons"], passages=[],
        provision=Provision.BUSINESS, reason="Affärsplaner.",
    )  # fmt: skip
    fill()
    [line] = lines(decision)
    assert (line.state, line.latest.dispatch.version_label) == (DispatchState.LEFT, "Hela beslutet")


@pytest.mark.django_db
def test_what_was_only_signed_waits_and_what_was_signed_elsewhere_is_left(officer):
    waits = before(officer, recipients=[("SVID", "svid@example.org"), ("Arkivet", "")], expedited=False)
    before(officer, recipients=[("SVID", "x@example.org")], expedited=False, signed_elsewhere=True)
    factories.make_decision(user=officer)
    fill()
    assert [line.state for line in lines(waits)] == [DispatchState.UNSENT, DispatchState.TO_DO]
    assert set(Addressee.objects.values_list("decision", flat=True)) == {waits.pk}


@pytest.mark.django_db
def test_an_address_that_no_mail_was_written_to_waits(officer):
    decision = before(officer, recipients=[("SVID", "svid@example.org"), ("Eko", "eko@example.org")])
    message = Message.objects.get(to_email="eko@example.org")
    stopped = Message.objects.get(to_email="svid@example.org")
    # What was stopped has given its key up.
    Message.objects.filter(pk=stopped.pk).update(
        key=f"{stopped.key}#{stopped.pk}", status="cancelled", sent_at=None, cancelled_because="changed"
    )
    message.delete()
    fill()
    assert [line.state for line in lines(decision)] == [DispatchState.STOPPED, DispatchState.UNSENT]


@pytest.mark.django_db
def test_the_applicant_is_known_as_the_party(officer, application):
    recipients = [
        (application.organisation.name.upper(), ""),
        ("Kontakten", application.contact_email or "k@x.se"),
    ]
    decision = before(officer, recipients=recipients, application=application, case=application.case)
    counterpart = before(
        officer, recipients=[("Tillväxtverket", "")], case=factories.make_case(counterpart="Tillväxtverket")
    )
    fill()
    assert decision.addressees.first().kind == "party"
    assert counterpart.addressees.get().kind == "party"


@pytest.mark.django_db
def test_a_record_of_another_day_is_not_taken_for_the_one(officer):
    decision = before(officer, recipients=[("Arkivet", "")])
    Expedition.objects.update(expedited_at=timezone.now() - timedelta(hours=2))
    fill()
    assert lines(decision)[0].latest.dispatch.record is None
