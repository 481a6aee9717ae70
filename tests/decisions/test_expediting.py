from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from decisions import queries
from decisions.models import Decision, Expedition
from decisions.services.expediting import expedite_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.diary.models import Case, Record
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.services import deliver_message
from tests import factories


def signed(officer, *, recipients=(("SVID", "svid@example.org"), ("Landsarkivet", "")), **fields):
    return factories.make_signed_decision(user=officer, recipients=recipients, **fields)


@pytest.fixture
def decision(officer):
    return signed(officer)


def test_each_recipient_with_an_address_gets_the_pdf(officer, decision):
    expedition = expedite_decision(decision_id=decision.pk, actor=officer)
    assert expedition.expedited_by == officer
    message = Message.objects.get(kind="decision_extract")
    svid = decision.extract_recipients.get(name="SVID")
    assert message.key == f"decision-extract:{decision.pk}:{svid.pk}"
    assert message.to_email == "svid@example.org"
    assert message.subject == f"Utdrag av beslut {decision.case}: {decision.title}"
    assert "SVID får här ett utdrag av ett beslut" in message.text_body
    assert "Beslutsfattare: Doris Direktör, regional utvecklingsdirektör" in message.text_body
    assert "överklagas" not in message.text_body, "this decision says nothing of appeal"
    attachment = message.attachments.get()
    file = decision.document.file
    assert (attachment.storage_name, attachment.sha256) == (file.storage_name, file.sha256)


def test_the_diary_and_the_trail_tell_of_it(officer, decision):
    expedite_decision(decision_id=decision.pk, actor=officer)
    record = Record.objects.filter(case=decision.case).order_by("number").last()
    assert (record.direction, record.title) == ("outgoing", "Utdrag till SVID, Landsarkivet")
    assert record.counterpart == "SVID, Landsarkivet"
    event = Event.objects.get(action="decision_expedited")
    assert (event.actor_id, event.object_id) == (officer.pk, decision.pk)
    names = {recipient.pk: recipient.name for recipient in decision.extract_recipients.all()}
    assert [names[pk] for pk in event.data["mailed"]] == ["SVID"]
    assert [names[pk] for pk in event.data["other_means"]] == ["Landsarkivet"]


def test_pressing_again_changes_nothing(officer, second_officer, decision):
    first = expedite_decision(decision_id=decision.pk, actor=officer)
    before = (Message.objects.count(), Record.objects.count(), Event.objects.count())
    assert expedite_decision(decision_id=decision.pk, actor=second_officer) == first
    assert (Message.objects.count(), Record.objects.count(), Event.objects.count()) == before
    assert Expedition.objects.get().expedited_by == officer


def test_how_to_appeal_is_pointed_out_when_the_decision_says_it(officer):
    expedite_decision(decision_id=signed(officer, appeal_text="Så överklagar man.").pk, actor=officer)
    assert "står om och hur det kan överklagas" in Message.objects.get().text_body


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("draft", "Beslutet är ett utkast. Det måste först vara undertecknat."),
        ("proposed", "Beslutet väntar på underskrift. Det måste först vara undertecknat."),
    ],
)
def test_only_a_signed_decision_is_sent_out(officer, status, sentence):
    decision = factories.make_decision(user=officer)
    Decision.objects.filter(pk=decision.pk).update(
        status=status, proposed_by=officer, proposed_at=decision.created_at
    )
    with pytest.raises(Refusal, match=sentence):
        expedite_decision(decision_id=decision.pk, actor=officer)
    assert not Message.objects.exists()


def test_what_was_signed_elsewhere_is_never_sent_from_here(officer):
    decision = signed(officer, signed_elsewhere=True)
    with pytest.raises(Refusal, match="undertecknades utanför portalen och skickas inte ut härifrån"):
        expedite_decision(decision_id=decision.pk, actor=officer)
    assert not Expedition.objects.exists()
    assert not Message.objects.exists()


def test_without_its_pdf_or_recipients_nothing_is_sent(officer):
    with pytest.raises(Refusal, match="pdf finns inte än"):
        expedite_decision(decision_id=signed(officer, document=False).pk, actor=officer)
    with pytest.raises(Refusal, match="ingen mottagare under Utdrag till"):
        expedite_decision(decision_id=signed(officer, recipients=()).pk, actor=officer)
    assert not Expedition.objects.exists()


def test_a_protected_party_is_not_named_in_the_records_title(officer, decision):
    Case.objects.filter(pk=decision.case_id).update(counterpart="SVID", counterpart_protected=True)
    expedite_decision(decision_id=decision.pk, actor=officer)
    record = Record.objects.filter(case=decision.case).order_by("number").last()
    assert (record.title, record.counterpart) == ("Utdrag av beslut", "SVID, Landsarkivet")


def test_many_recipients_fit_in_the_diary(officer):
    recipients = [(f"En mottagare med långt namn nummer {number}", "") for number in range(20)]
    expedite_decision(decision_id=signed(officer, recipients=recipients).pk, actor=officer)
    record = Record.objects.order_by("pk").last()
    assert len(record.title) == 300
    assert record.title.endswith("…")


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_send_once(officer):
    decision = signed(officer)

    def press(_):
        try:
            return expedite_decision(decision_id=decision.pk, actor=officer).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = set(pool.map(press, range(4)))
    assert len(results) == 1
    assert Message.objects.count() == 1
    assert Record.objects.filter(case=decision.case, direction="outgoing").count() == 1


def states(decision, *, expedited=True):
    return [
        (each.name, each.label, each.detail) for each in queries.deliveries(decision, expedited=expedited)
    ]


def test_the_outbox_tells_how_far_each_extract_has_come(officer, decision, smtp_sink):
    assert states(decision, expedited=False) == [
        ("SVID", "Inte skickat", ""), ("Landsarkivet", "Skickas på annat sätt", ""),
    ]  # fmt: skip
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert states(decision) == [("SVID", "I kö", ""), ("Landsarkivet", "Skickas på annat sätt", "")]
    smtp_sink.refuse("permanent")
    message = Message.objects.get()
    assert not deliver_message(message_id=message.pk)
    [failed, _] = queries.deliveries(decision, expedited=True)
    assert failed.label == "Misslyckat"
    assert "550 No such user here" in failed.detail.replace("(550, ", "550 ")
    smtp_sink.accept()
    Message.objects.update(status=MessageStatus.QUEUED)
    assert deliver_message(message_id=message.pk)
    [sent, _] = queries.deliveries(decision, expedited=True)
    assert (sent.label, sent.detail) == ("Skickat", "")
    assert sent.at is not None
    [mail] = smtp_sink.messages
    [pdf] = list(mail.iter_attachments())
    assert pdf.get_content() == f"%PDF-1.7 {decision.slug}".encode()
    assert pdf.get_filename() == f"beslut-{decision.slug}.pdf"
