"""Nothing that is marked as secret leaves by mail: not the first time, not again, not from a batch, and not
when it is marked between the press of the button and the mail."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from decisions.enums import DispatchState
from decisions.expedition_queries import expedition_page
from decisions.models import Decision, Dispatch, MaskedDocument
from decisions.secrecy import secrecy_of
from decisions.services import addressing
from decisions.services.expediting import expedite_decision, note_sent, send_again, send_to
from decisions.services.masking import make_masked, mark_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen
from s3portal.diary.models import Case, Record
from s3portal.diary.secrecy import Part, Provision
from s3portal.diary.services import Target, lift_mark, merge_case, set_mark
from s3portal.outbox.models import Message
from s3portal.outbox.services import deliver_message, resend_message
from s3portal.outbox.services.handling import resend_refusal
from tests import factories

SECRET = "Qvasar Dynamik"
BY = {"provision": Provision.BUSINESS, "reason": "Affärsplaner."}


def make(officer, application=None, **fields):
    case = {} if application is None else {"application": application, "case": application.case}
    return factories.make_signed_decision(
        user=officer,
        title=f"Deltagande i {SECRET}",
        background=f"Regionen är partner i {SECRET}.",
        recipients=[("Sökanden", "owner@example.org"), ("SVID", "svid@example.org")],
        **(case | fields),
    )


@pytest.fixture
def decision(officer, application):
    """On an application, so that the applicant has a page to read it on."""
    made = make(officer, application)
    made.addressees.filter(name="Sökanden").update(kind="party")
    return made


@pytest.fixture
def party(decision):
    return decision.addressees.get(kind="party")


@pytest.fixture
def svid(decision):
    return decision.addressees.get(name="SVID")


def mark(decision, registrar, *, passages=(SECRET,), parts=()):
    return mark_decision(
        actor=registrar, decision_id=decision.pk, parts=list(parts), passages=list(passages), **BY
    )


def mark_whole(decision, registrar):
    target = Target(Part.RECORD, record_id=decision.document.file.record_id)
    return set_mark(actor=registrar, case_id=decision.case_id, target=target, **BY)


def lines(decision):
    whole = Decision.objects.with_parts().get(pk=decision.pk)
    return {line.addressee.name: line for line in expedition_page(whole, secrecy_of(whole)).lines}


def text_of(message):
    return f"{message.subject}\n{message.text_body}\n{message.html_body}"


# --- What goes to whom ------------------------------------------------------------------------------------
def test_a_party_gets_a_link_and_others_the_masked_version(officer, registrar, decision, party, svid):
    mark(decision, registrar)
    expedite_decision(decision_id=decision.pk, actor=officer)
    link, masked = party.dispatches.get(), svid.dispatches.get()
    assert (link.way, link.masked, link.version_label) == ("link", None, "Läses efter inloggning")
    assert not link.message.attachments.exists()
    path = f"/mina-ansokningar/{decision.application_id}/beslut/{decision.pk}/"
    assert path in link.message.text_body
    assert path in link.message.html_body
    assert link.message.subject == f"Beslut {decision.case} finns att läsa"
    assert "skickas inte med mejl, eftersom uppgifter i det är hemliga" in link.message.text_body
    assert (masked.way, masked.version_label) == ("mail", "Maskad version")
    [attached] = masked.message.attachments.all()
    assert attached.storage_name == masked.masked.file.storage_name
    assert SECRET.encode() not in read_frozen(attached.storage_name, sha256=attached.sha256)
    assert masked.message.subject == f"Beslut {decision.case}"
    for message in Message.objects.filter(kind__startswith="decision_"):
        assert SECRET not in text_of(message)
    assert MaskedDocument.objects.get().made_by == officer, "it is made when it is needed"


def test_without_anything_secret_the_party_gets_the_pdf(officer, decision, party):
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert party.dispatches.get().way == "mail"
    assert "beslutat om er ansökan" in party.dispatches.get().text


def test_a_party_without_a_page_gets_it_by_other_means(officer, registrar):
    case = factories.make_case(counterpart="Sökanden", officer=officer)
    decision = make(officer, case=case)
    party = decision.addressees.get(kind="party")
    mark(decision, registrar)
    with pytest.raises(Refusal, match="har ingen sida i portalen"):
        send_to(addressee_id=party.pk, actor=officer)
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert [one.addressee.name for one in Dispatch.objects.all()] == ["SVID"], "it keeps no other waiting"
    line = lines(decision)["Sökanden"]
    assert (line.state, line.is_ready) == (DispatchState.UNSENT, False)
    assert "Skicka beslutet med brev" in line.stopped
    letter = note_sent(addressee_id=party.pk, actor=officer, way="post", sent_on=timezone.localdate())
    assert letter.version_label == "Hela beslutet"


def test_where_all_is_secret_only_the_party_gets_anything(officer, registrar, decision, svid):
    mark_whole(decision, registrar)
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert [one.addressee.name for one in Dispatch.objects.all()] == ["Sökanden"]
    assert "Därför finns ingen version" in lines(decision)["SVID"].stopped
    for step in (
        lambda: send_to(addressee_id=svid.pk, actor=officer),
        lambda: note_sent(addressee_id=svid.pk, actor=officer, way="post", sent_on=timezone.localdate()),
    ):
        with pytest.raises(Refusal, match="ingen version som SVID kan få"):
            step()
    assert not MaskedDocument.objects.exists()


def test_what_cannot_be_masked_is_told_and_keeps_no_other_waiting(officer, registrar, application):
    decision = make(officer, application, reasons="Därför får Qva**sar** Dynamik stöd.")
    decision.addressees.filter(name="Sökanden").update(kind="party")
    mark(decision, registrar)
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert [one.addressee.name for one in Dispatch.objects.all()] == ["Sökanden"]
    with pytest.raises(Refusal, match="inte går att maska"):
        expedite_decision(decision_id=decision.pk, actor=officer)
    assert not MaskedDocument.objects.exists()


def test_an_account_with_the_right_gets_a_link(officer, second_officer, colleague, registrar, decision, svid):
    mark(decision, registrar)
    inside = addressing.add_addressee(
        decision_id=decision.pk, actor=officer, name="Anders", kind="internal", way="link",
        email=second_officer.email.upper(),
    )  # fmt: skip
    member = addressing.add_addressee(
        decision_id=decision.pk, actor=officer, name="Kim", kind="other", way="link", email=colleague.email
    )
    assert (
        f"/handlaggning/beslut/{decision.pk}/"
        in send_to(addressee_id=inside.pk, actor=officer).message.text_body
    )
    assert "/mina-ansokningar/" in send_to(addressee_id=member.pk, actor=officer).message.text_body
    with pytest.raises(Refusal, match="inget konto") as refused:
        addressing.change_addressee(
            addressee_id=svid.pk, actor=officer, expected_version=1, kind="other", way="link",
            email="svid@example.org",
        )  # fmt: skip
    assert refused.value.field == "way"


def test_a_letter_to_another_is_the_masked_version(officer, registrar, decision, svid):
    mark(decision, registrar)
    letter = note_sent(addressee_id=svid.pk, actor=officer, way="post", sent_on=timezone.localdate())
    assert letter.version_label == "Maskad version"


def test_no_secret_word_is_written_in_the_text(officer, registrar, decision, svid):
    mark(decision, registrar)
    first = send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="failed")
    for step in (
        lambda: addressing.change_addressee(
            addressee_id=svid.pk, actor=officer, expected_version=1, kind="other", way="mail",
            email="svid@example.org", text=f"Det gäller {SECRET.upper()}.",
        ),
        lambda: send_again(
            addressee_id=svid.pk, actor=officer, after=first.pk, way="mail", email="svid@example.org",
            text=f"Om {SECRET}", reason="Igen.",
        ),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="är märkt som hemligt") as refused:
            step()
        assert refused.value.field == "text"
    assert Dispatch.objects.count() == 1


def test_a_secret_amount_is_not_written_either(officer, registrar, decision, svid):
    mark(decision, registrar, passages=(), parts=["amount"])
    for told in ("Beloppet är 150 tkr.", "Det gäller 0,15 miljoner kronor."):
        with pytest.raises(Refusal, match="är märkt som hemligt"):
            addressing.change_addressee(
                addressee_id=svid.pk, actor=officer, expected_version=1, kind="other", way="mail",
                email="svid@example.org", text=told,
            )  # fmt: skip


def test_a_secret_recipient_is_named_neither_in_the_diary_nor_in_the_log(officer, registrar, decision):
    mark(decision, registrar, passages=(), parts=["recipient-2"])
    expedite_decision(decision_id=decision.pk, actor=officer)
    record = Record.objects.filter(case=decision.case, direction="outgoing").last()
    assert (record.title, record.counterpart) == ("Utdrag av beslut", "Sökanden, [Skyddat]")
    assert not Event.objects.filter(text__contains="SVID").exists()


# --- Marked in between ------------------------------------------------------------------------------------
def test_what_is_marked_after_the_press_does_not_leave(officer, registrar, decision, party, svid, smtp_sink):
    expedite_decision(decision_id=decision.pk, actor=officer)
    mark(decision, registrar)
    for dispatch in Dispatch.objects.all():
        assert not deliver_message(message_id=dispatch.message_id)
        dispatch.message.refresh_from_db()
        assert (dispatch.message.status, dispatch.message.cancelled_because) == ("cancelled", "lapsed")
        assert "gäller inte längre" in resend_refusal(dispatch.message)
        with pytest.raises(Refusal):
            resend_message(message_id=dispatch.message_id, actor=officer)
    assert not smtp_sink.messages
    assert {line.state for line in lines(decision).values()} == {DispatchState.STOPPED}
    # One press sends what may be sent now.
    expedite_decision(decision_id=decision.pk, actor=officer)
    for dispatch in Dispatch.objects.filter(next__isnull=True):
        assert dispatch.previous is not None
        assert deliver_message(message_id=dispatch.message_id)
    assert sorted(smtp_sink.recipients) == ["owner@example.org", "svid@example.org"]
    for mail in smtp_sink.messages:
        assert SECRET not in mail.as_string()


def test_a_failed_mail_is_not_sent_again_when_it_has_become_secret(officer, registrar, decision, svid):
    message = send_to(addressee_id=svid.pk, actor=officer).message
    Message.objects.update(status="failed")
    mark(decision, registrar)
    with pytest.raises(Refusal, match="gäller inte längre"):
        resend_message(message_id=message.pk, actor=officer)


def test_a_masked_version_that_has_grown_old_does_not_leave(officer, registrar, decision, svid, smtp_sink):
    mark(decision, registrar)
    message = send_to(addressee_id=svid.pk, actor=officer).message
    mark(decision, registrar, passages=(), parts=["reasons"])
    assert not deliver_message(message_id=message.pk)
    assert not smtp_sink.messages


def test_a_link_still_leads_to_the_page_whatever_is_marked(officer, registrar, decision, party, smtp_sink):
    mark(decision, registrar)
    message = send_to(addressee_id=party.pk, actor=officer).message
    mark_whole(decision, registrar)
    assert deliver_message(message_id=message.pk)


def test_a_mark_in_another_decisions_record_stops_nothing(officer, registrar, decision, svid, smtp_sink):
    other = make(officer, case=decision.case)
    message = send_to(addressee_id=svid.pk, actor=officer).message
    mark(other, registrar, passages=(), parts=["reasons"])
    assert deliver_message(message_id=message.pk)


def test_a_mark_in_a_case_that_is_merged_with_it_stops_it(officer, registrar, svid, decision, smtp_sink):
    message = send_to(addressee_id=svid.pk, actor=officer).message
    other = factories.make_case(title="Öppnat två gånger")
    merge_case(actor=registrar, case_id=other.pk, into_id=decision.case_id, reason="Samma ärende.")
    factories.mark_secret(other, "passage", passage=SECRET)
    assert not deliver_message(message_id=message.pk)
    assert not smtp_sink.messages
    again = send_to(addressee_id=svid.pk, actor=officer)
    assert again.version_label == "Maskad version"


def test_when_the_mark_is_lifted_the_whole_may_go(officer, registrar, decision, svid, smtp_sink):
    [one] = mark(decision, registrar)
    lift_mark(actor=registrar, mark_id=one.pk, reason="Inte hemligt.")
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    assert dispatch.version_label == "Hela beslutet"
    assert deliver_message(message_id=dispatch.message_id)


@pytest.mark.django_db(transaction=True)
def test_while_somebody_marks_the_mail_waits(officer, registrar, decision, svid, smtp_sink):
    """Who marks holds the case; the outbox neither waits for it nor sends before it knows."""
    message = send_to(addressee_id=svid.pk, actor=officer).message
    held, go_on = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Case.objects.select_for_update(of=("self",)).get(pk=decision.case_id)
                mark(decision, registrar)
                held.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    marker = threading.Thread(target=hold)
    marker.start()
    assert held.wait(20)
    assert not deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert message.status == "queued"
    go_on.set()
    marker.join()
    assert not deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert message.status == "cancelled"
    assert not smtp_sink.messages


@pytest.mark.django_db(transaction=True)
def test_who_marks_waits_for_the_mail_that_is_leaving(
    officer, registrar, decision, svid, smtp_sink, monkeypatch
):
    """Between the question and the mail server's answer nobody can mark the case."""
    message = send_to(addressee_id=svid.pk, actor=officer).message
    from s3portal.outbox.delivery import Mailer

    real, order = Mailer.send, []
    threads = []

    def marks():
        try:
            mark(decision, registrar)
            order.append("marked")
        finally:
            connection.close()

    def slow(self, one):
        threads.append(threading.Thread(target=marks))
        threads[0].start()
        threads[0].join(1.5)
        real(self, one)
        order.append("sent")

    monkeypatch.setattr(Mailer, "send", slow)
    assert deliver_message(message_id=message.pk)
    threads[0].join(20)
    assert order == ["sent", "marked"]


# --- The database -----------------------------------------------------------------------------------------
def test_the_database_lets_no_mail_carry_what_is_secret(officer, registrar, decision, svid):
    mark(decision, registrar)
    message = Message.objects.create(
        key="x", kind="decision_extract", to_email="svid@example.org", subject="x", text_body="x"
    )
    wanted = {"addressee": svid, "way": "mail", "to_email": "svid@example.org", "message": message}
    with pytest.raises(IntegrityError, match="marked as secret"), transaction.atomic():
        Dispatch.objects.create(made_by=officer, **wanted)
    other = make(officer)
    mark(other, registrar, passages=(), parts=["reasons"])
    masked = make_masked(decision_id=other.pk, actor=officer)
    with pytest.raises(IntegrityError, match="another decision"), transaction.atomic():
        Dispatch.objects.create(made_by=officer, masked=masked, **wanted)


def test_a_mark_that_ended_long_ago_but_stands_still_hides(officer, registrar, decision, svid):
    """Only a person lifts it."""
    mark_decision(
        actor=registrar, decision_id=decision.pk, parts=["reasons"], passages=[],
        until=timezone.localdate() + timedelta(days=1), **BY,
    )  # fmt: skip
    assert send_to(addressee_id=svid.pk, actor=officer).version_label == "Maskad version"
