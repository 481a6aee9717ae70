from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError
from django.utils import timezone

from applications.models import Application
from applications.services import withdraw_application
from decisions.content import content_of
from decisions.document import decision_text
from decisions.enums import DecisionKind
from decisions.models import (
    BasisDocument,
    Decision,
    DecisionDocument,
    DecisionPoint,
    ExtractRecipient,
)
from decisions.services import signing
from decisions.services.drafting import delete_draft, draft_from_application, save_draft
from decisions.services.proposing import ChecksFailed, propose_decision, return_decision
from decisions.services.seating import cancel_member, end_member
from decisions.services.signing import sign_decision
from s3portal.accounts.models import User
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import read_frozen
from s3portal.common.pdf import RenderingFailed, SealingFailed, check_seal, seal_roots
from s3portal.diary.models import Record, RecordFile
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare

pytestmark = pytest.mark.django_db


def sign(decision, actor, version=None):
    return sign_decision(decision_id=decision.pk, actor=actor, expected_version=version or decision.version)


@pytest.fixture
def signed(proposed, delegate_user):
    return sign(proposed, delegate_user)


def test_the_snapshot(signed, delegate, delegate_user):
    stored = Decision.objects.get(pk=signed.pk)
    clause = delegate.clause
    assert stored.status == "signed"
    assert stored.version == 3
    assert stored.slug == f"RUN-{stored.case.serial}-{stored.case.year}"
    assert stored.decided_on == timezone.localdate()
    assert timezone.now() - stored.signed_at < timedelta(minutes=1)
    assert (stored.signed_by, stored.signed_elsewhere) == (delegate_user, False)
    assert (stored.signatory_name, stored.signatory_title) == (
        "Doris Direktör",
        "Regional utvecklingsdirektör",
    )
    assert (stored.order_title, stored.clause_number) == (clause.order.title, "8.1")
    assert (stored.clause_text, stored.clause_ceiling) == ("Beslut om medfinansiering", 500_000)
    assert (stored.committee_name, stored.reportable) == ("regionala utvecklingsnämnden", True)
    assert stored.appeal_text.startswith("Den som är medlem i Region Jämtland Härjedalen")
    assert "deltar i projektet med arbetstid" in stored.full_text
    assert Decision.objects.search_open("projekten").get() == stored


def test_the_file_is_sealed_and_in_the_diary(signed, delegate_user):
    document = DecisionDocument.objects.get(decision=signed)
    assert document.sealed is True
    record = document.file.record
    assert (record.case, record.direction, record.title) == (
        signed.case, "drawn_up", "Beslut: Deltagande i projektet Klusterkraft",
    )  # fmt: skip
    assert record.dated_at == signed.signed_at
    assert document.file.filename == f"beslut-{signed.slug}.pdf"
    report = check_seal(
        read_frozen(document.file.storage_name, sha256=document.file.sha256), roots=seal_roots()
    )
    assert (report.intact, report.trusted, report.signed_by) == (True, True, "Doris Direktör")


def test_the_trail_and_the_officer_are_told(signed, delegate_user):
    event = Event.objects.get(action="decision_signed")
    assert event.actor_id == delegate_user.pk
    assert event.text == (
        f"Doris Direktör, Regional utvecklingsdirektör, skrev under {signed.case}: {signed.title}"
    )
    assert event.data == {"slug": signed.slug, "clause": "8.1", "order": signed.order_title}
    message = Message.objects.get(kind="decision_signed")
    assert (message.to_email, message.object_id) == ("officer@example.org", signed.pk)
    assert message.subject == f"Undertecknat: {signed.case} {signed.title}"


def test_an_acting_director_signs_as_such(draft, officer, delegate, delegate_user):
    factories.rewrite(delegate, acting=True, valid_to=timezone.localdate())
    proposed = propose_decision(decision_id=draft.pk, actor=officer, expected_version=1)
    assert sign(proposed, delegate_user).signatory_title == "Tf. regional utvecklingsdirektör"


# --- What is urgent (KL 6:39) ------------------------------------------------------------------------------
@pytest.fixture
def seat(delegate, delegate_user):
    """Of the chair, who holds the urgent clause."""
    factories.rewrite(delegate.clause, urgent=True)
    return delegate.clause.order.committee.members.create(
        user=delegate_user, office="chair", valid_from=timezone.localdate() - timedelta(days=300)
    )


def test_the_chair_signs_what_is_urgent(seat, proposed, delegate_user):
    assert sign(proposed, delegate_user).signatory_name == "Doris Direktör"


@pytest.mark.parametrize("office", ["substitute", None])
def test_who_is_no_member_on_the_day_signs_nothing_urgent(
    seat, proposed, delegate_user, registrar, officer, office
):
    if office is None:
        end_member(actor=registrar, member_id=seat.pk, last_day=timezone.localdate() - timedelta(days=1))
        assert Message.objects.get(kind="delegate_ended").to_email == officer.email
    else:
        cancel_member(actor=registrar, member_id=seat.pk, reason="Fel uppdrag")
        seat.committee.members.create(user=delegate_user, office=office, valid_from=seat.valid_from)
    with pytest.raises(ChecksFailed) as failed:
        sign(proposed, delegate_user)
    assert [check.code for check in failed.value.checks] == ["delegate_seat"]
    assert "är inte ledamot i nämnden" in failed.value.checks[0].label


def test_a_seat_in_another_committee_is_none(seat, proposed, delegate_user, registrar):
    cancel_member(actor=registrar, member_id=seat.pk, reason="Fel nämnd")
    factories.make_committee(name="regionstyrelsen", members=[delegate_user])
    with pytest.raises(ChecksFailed):
        sign(proposed, delegate_user)


def test_the_day_is_the_swedish_one(draft, officer, delegate_user):
    with time_machine.travel("2026-11-22T23:30:00+00:00", tick=False):
        proposed = propose_decision(decision_id=draft.pk, actor=officer, expected_version=1)
        assert sign(proposed, delegate_user).decided_on == date(2026, 11, 23)


def test_a_second_decision_in_the_case_has_its_own_address(signed, officer, delegate, delegate_user):
    for number in (2, 3):
        again = factories.make_decision(user=officer, delegate=delegate, case=signed.case)
        proposed = propose_decision(decision_id=again.pk, actor=officer, expected_version=1)
        assert sign(proposed, delegate_user).slug == f"{signed.slug}-{number}"


# --- Who and when -----------------------------------------------------------------------------------------
def refusal_of(decision, actor):
    with pytest.raises(ChecksFailed) as refused:
        sign(decision, actor)
    stored = Decision.objects.get(pk=decision.pk)
    assert (stored.status, stored.slug) == ("proposed", None)
    assert not DecisionDocument.objects.exists()
    assert not Record.objects.filter(case=decision.case).exists()
    return [check.label for check in refused.value.checks]


def test_a_delegate_without_the_clause(proposed):
    other = factories.make_staff("delegate", full_name="Ola Annan")
    factories.declare_none(proposed, other)
    assert refusal_of(proposed, other) == ["Du är inte den som ska skriva under"]


def test_above_the_ceiling(proposed, delegate, delegate_user):
    factories.rewrite(delegate.clause, ceiling=150_000)
    assert refusal_of(proposed, delegate_user) == ["Beloppet 150\u00a0000\u00a0kr är för högt för punkt 8.1"]


def test_the_orders_last_day_counts(proposed, delegate, delegate_user):
    order = delegate.clause.order
    with time_machine.travel(
        datetime.combine(order.valid_to, time(23, 59), timezone.get_default_timezone()), tick=False
    ):
        assert sign(proposed, delegate_user).decided_on == order.valid_to


def test_after_the_orders_last_day(proposed, delegate, delegate_user):
    order = delegate.clause.order
    order.valid_to = timezone.localdate() - timedelta(days=1)
    order.save(update_fields=["valid_to"])
    (label,) = refusal_of(proposed, delegate_user)
    assert label.startswith("Delegationsordningen gäller inte den ")


def test_after_the_acting_delegates_last_day(proposed, delegate, delegate_user):
    last = timezone.localdate() - timedelta(days=1)
    factories.rewrite(delegate, acting=True, valid_to=last)
    (label,) = refusal_of(proposed, delegate_user)
    assert label.startswith("Doris Direktör fick besluta till och med den ")


@pytest.mark.parametrize("persona", ["owner", "officer", "registrar", "member", "admin_user", "assessor"])
def test_only_delegates_sign(request, proposed, persona):
    with pytest.raises(Refusal, match=r"^Bara en delegat kan skriva under beslut\.$"):
        sign(proposed, request.getfixturevalue(persona))


def test_only_what_was_read(proposed, delegate_user):
    with pytest.raises(Conflict, match=r"^Utkastet har ändrats sedan du öppnade sidan\. Läs det igen\.$"):
        sign(proposed, delegate_user, version=1)


def test_a_draft_is_not_signed(draft, delegate_user):
    with pytest.raises(Refusal, match=r"^Beslutet är ett utkast och har inte skickats för underskrift\.$"):
        sign(draft, delegate_user)


def test_once_is_for_good(signed, delegate_user):
    with pytest.raises(Refusal, match=r"^Beslutet är redan undertecknat\.$"):
        sign(signed, delegate_user)


# --- Nothing half done ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("render_decision", RenderingFailed("Dokumentet kunde inte göras till pdf utan fel.")),
        ("seal_pdf", SealingFailed("Dokumentet gick inte att försegla.")),
        ("store_record_file", OSError("disk full")),
        ("record_event", RuntimeError("last of all")),
    ],
)
def test_a_failure_leaves_it_unsigned(proposed, delegate_user, monkeypatch, step, error):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(signing, step, fail)
    with pytest.raises(type(error)):
        sign(proposed, delegate_user)
    stored = Decision.objects.get(pk=proposed.pk)
    assert (stored.status, stored.slug, stored.decided_on, stored.signatory_name) == (
        "proposed",
        None,
        None,
        "",
    )
    assert not DecisionDocument.objects.exists()
    assert not Record.objects.filter(case=proposed.case).exists()
    assert not Message.objects.filter(kind="decision_signed").exists()
    monkeypatch.undo()
    assert sign(stored, delegate_user).is_signed


# --- From then on -----------------------------------------------------------------------------------------
CHANGES = {
    "title": lambda d: Decision.objects.filter(pk=d.pk).update(title="Nytt"),
    "status": lambda d: Decision.objects.filter(pk=d.pk).update(status="draft"),
    "snapshot": lambda d: Decision.objects.filter(pk=d.pk).update(signatory_name="Någon annan"),
    "touch": lambda d: Decision.objects.filter(pk=d.pk).update(version=9),
    "delete": lambda d: Decision.objects.filter(pk=d.pk)._raw_delete("default"),
    "change point": lambda d: DecisionPoint.objects.filter(decision=d).update(text="Nytt"),
    "remove point": lambda d: DecisionPoint.objects.filter(decision=d).delete(),
    "add point": lambda d: DecisionPoint.objects.create(decision=d, order=9, text="Mer"),
    "change basis": lambda d: BasisDocument.objects.filter(decision=d).update(title="Nytt"),
    "remove basis": lambda d: BasisDocument.objects.filter(decision=d).delete(),
    "add basis": lambda d: BasisDocument.objects.create(decision=d, order=9, title="Mer"),
    "change recipient": lambda d: ExtractRecipient.objects.filter(decision=d).update(email="x@example.org"),
    # Past its addressee, which holds it too.
    "remove recipient": lambda d: ExtractRecipient.objects.filter(decision=d)._raw_delete("default"),
    "add recipient": lambda d: ExtractRecipient.objects.create(decision=d, order=9, name="Mer"),
    "change document": lambda d: DecisionDocument.objects.filter(decision=d).update(sealed=False),
    "remove document": lambda d: DecisionDocument.objects.filter(decision=d)._raw_delete("default"),
    "change file": lambda d: RecordFile.objects.filter(pk=d.document.file_id).update(sha256="0" * 64),
    "remove file": lambda d: RecordFile.objects.filter(pk=d.document.file_id)._raw_delete("default"),
    "change record": lambda d: Record.objects.filter(files=d.document.file_id).update(title="Nytt"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_every_change(signed, change):
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        CHANGES[change](signed)


@pytest.mark.parametrize(
    ("ceiling", "included", "refused"),
    [
        (149_999, False, True),
        (149_999, True, True),
        (150_000, False, True),
        (150_000, True, False),
        (150_001, False, False),
        (None, False, False),
    ],
)
def test_the_database_knows_the_ceiling_to_the_krona(draft, ceiling, included, refused):
    rows = Decision.objects.filter(pk=draft.pk, amount=150_000)
    change = {"clause_ceiling": ceiling, "clause_ceiling_included": included}
    if refused:
        with pytest.raises(IntegrityError, match="decision_under_ceiling"):
            rows.update(**change)
    else:
        assert rows.update(**change) == 1


def test_a_new_order_changes_nothing_in_what_is_signed(signed, delegate):
    clause = delegate.clause
    factories.rewrite(clause, text="Något annat", ceiling=1, number="9.9")
    factories.rewrite(clause.order, title="Ny ordning")
    stored = Decision.objects.with_parts().get(pk=signed.pk)
    assert (stored.clause_text, stored.clause_ceiling) == ("Beslut om medfinansiering", 500_000)
    assert (
        decision_text(stored).delegation == "Delegationsordning för regionala utvecklingsnämnden, punkt 8.1"
    )


# --- The application --------------------------------------------------------------------------------------
def on_application(application, officer, kind, **fields):
    """Proposed to ``delegate_user``, who has answered that there is no jäv."""
    declare(application, User.objects.get(email="delegate@example.org"))
    made = draft_from_application(application_id=application.pk, actor=officer, kind=kind)
    Decision.objects.filter(pk=made.pk).update(reasons="Projektet bidrar till strategin.", **fields)
    factories.consider(made)
    return propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)


def test_a_grant_moves_the_application(application, officer, delegate, delegate_user):
    proposed = on_application(application, officer, DecisionKind.GRANT)
    signed = sign(proposed, delegate_user)
    stored = Application.objects.get(pk=application.pk)
    assert (stored.status, stored.granted_amount) == ("granted", 300_000)
    assert (
        Event.objects.get(action="application_granted").data["decision"] == f"Beslut {signed.printed_number}"
    )


def test_a_rejection_moves_the_application(application, officer, delegate, delegate_user):
    sign(on_application(application, officer, DecisionKind.REJECTION), delegate_user)
    stored = Application.objects.get(pk=application.pk)
    assert (stored.status, stored.granted_amount) == ("rejected", None)


def test_another_decision_leaves_the_application(application, officer, delegate, delegate_user):
    made = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.OTHER)
    declare(application, delegate_user)
    made.points.create(order=1, text="Sökanden får komplettera ansökan.")
    Decision.objects.filter(pk=made.pk).update(reasons="Uppgifter saknas.")
    factories.consider(made)
    proposed = propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)
    sign(proposed, delegate_user)
    assert Application.objects.get(pk=application.pk).status == "assessed"


def test_who_has_not_answered_on_jav_signs_nothing(application, officer, delegate):
    made = draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT)
    Decision.objects.filter(pk=made.pk).update(reasons="Projektet bidrar till strategin.")
    factories.consider(made)
    proposed = propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)
    with pytest.raises(Refusal, match="Svara först på frågan om jäv"):
        sign(proposed, delegate.user)


def test_nobody_with_jav_has_a_part_in_it(application, officer, second_officer, delegate, delegate_user):
    """KL 6:30, 7:4: neither drafting, proposing, returning nor signing."""
    proposed = on_application(application, officer, DecisionKind.GRANT)
    declare(application, delegate_user, ground="supervision")
    # It went back to the officer; were it sent for signature all the same, jäv would still stop her.
    fields = {"status": "proposed", "proposed_by": officer, "proposed_at": timezone.now()}
    Decision.objects.filter(pk=proposed.pk).update(**fields, delegate=delegate)
    proposed = Decision.objects.get(pk=proposed.pk)
    with pytest.raises(Refusal, match="Du har anmält jäv"):
        sign(proposed, delegate_user)
    with pytest.raises(Refusal, match="Du har anmält jäv"):
        return_decision(
            decision_id=proposed.pk, actor=delegate_user, expected_version=proposed.version, reason="Nej"
        )
    Decision.objects.filter(pk=proposed.pk).update(status="draft", proposed_by=None, proposed_at=None)
    declare(application, officer, ground="relative")
    for work in (
        lambda: draft_from_application(application_id=application.pk, actor=officer, kind=DecisionKind.GRANT),
        lambda: save_draft(
            decision_id=proposed.pk,
            actor=officer,
            expected_version=proposed.version,
            content=content_of(Decision.objects.with_parts().get(pk=proposed.pk)),
        ),
        lambda: propose_decision(decision_id=proposed.pk, actor=officer, expected_version=proposed.version),
        lambda: delete_draft(decision_id=proposed.pk, actor=officer),
    ):
        with pytest.raises(Refusal, match="Du har anmält jäv"):
            work()
    declare(application, second_officer)
    with pytest.raises(ChecksFailed) as stopped:
        propose_decision(decision_id=proposed.pk, actor=second_officer, expected_version=proposed.version)
    assert [check.label for check in stopped.value.checks] == ["Doris Direktör har anmält jäv i ärendet"]


def test_a_withdrawal_comes_first(application, officer, owner, delegate, delegate_user):
    proposed = on_application(application, officer, DecisionKind.GRANT)
    withdraw_application(application_id=application.pk, actor=owner, reason="Nej.")
    with pytest.raises(ChecksFailed) as refused:
        sign(proposed, delegate_user)
    assert [check.label for check in refused.value.checks] == ["Ansökan är återkallad"]
    assert Application.objects.get(pk=application.pk).status == "withdrawn"


# --- At the same moment -----------------------------------------------------------------------------------
def at_once(*steps):
    """What each step gave, or the refusal it met; they all run at the same time."""

    def run(step):
        try:
            return step()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


@pytest.mark.django_db(transaction=True)
def test_two_browsers_give_one_signature(proposed, delegate_user):
    results = at_once(*[lambda: sign(proposed, delegate_user)] * 3)
    assert sum(isinstance(result, Decision) for result in results) == 1
    refusals = [str(result) for result in results if isinstance(result, Refusal)]
    assert refusals == ["Beslutet är redan undertecknat."] * 2
    assert DecisionDocument.objects.count() == 1
    assert Record.objects.filter(case=proposed.case).count() == 1
    assert Event.objects.filter(action="decision_signed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_decisions_in_one_case_get_two_addresses(proposed, officer, delegate, delegate_user):
    other = factories.make_decision(user=officer, delegate=delegate, case=proposed.case)
    other = propose_decision(decision_id=other.pk, actor=officer, expected_version=1)
    results = at_once(lambda: sign(proposed, delegate_user), lambda: sign(other, delegate_user))
    base = proposed.case.slug
    assert sorted(result.slug for result in results) == [base, f"{base}-2"]


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_proposal_do_not_cross(draft, officer, second_officer):
    content = replace(content_of(draft), title="Ändrad rubrik")
    edited, sent = at_once(
        lambda: save_draft(
            decision_id=draft.pk, actor=second_officer, expected_version=draft.version, content=content
        ),
        lambda: propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version),
    )
    stored = Decision.objects.get(pk=draft.pk)
    if isinstance(edited, Refusal):
        assert (stored.status, stored.title) == ("proposed", draft.title)
    else:
        assert isinstance(sent, Conflict)
        assert (stored.status, stored.title) == ("draft", "Ändrad rubrik")
