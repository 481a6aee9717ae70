"""Sending a signed decision: one dispatch for each recipient, however it goes and however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from decisions.enums import DispatchState
from decisions.expedition_queries import expedition_page, to_expedite
from decisions.models import Addressee, Decision, Dispatch, Expedition
from decisions.secrecy import secrecy_of
from decisions.services import addressing
from decisions.services.expediting import expedite_decision, note_sent, send_again, send_to
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary.models import Case, Record
from s3portal.diary.services import merge_case
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.services import deliver_message
from tests import factories
from tests.dying import run_until_killed

TWO = (("SVID", "svid@example.org"), ("Landsarkivet", ""))


def signed(officer, *, recipients=TWO, **fields):
    return factories.make_signed_decision(user=officer, recipients=recipients, **fields)


@pytest.fixture
def decision(officer):
    return signed(officer)


@pytest.fixture
def svid(decision):
    return decision.addressees.get(name="SVID")


@pytest.fixture
def archive(decision):
    return decision.addressees.get(name="Landsarkivet")


def lines(decision):
    whole = Decision.objects.with_parts().get(pk=decision.pk)
    return expedition_page(whole, secrecy_of(whole)).lines


def states(decision):
    return [(line.addressee.name, line.state.label) for line in lines(decision)]


def state(decision, name):
    [found] = [line.state for line in lines(decision) if line.addressee.name == name]
    return found


def waiting():
    """The decisions that somebody must do something about, to get them to all."""
    return list(Decision.objects.filter(to_expedite()))


def last_record(decision):
    return Record.objects.filter(case=decision.case).order_by("number").last()


# --- To all who wait --------------------------------------------------------------------------------------
def test_everyone_under_utdrag_till_has_a_line_from_the_signature(decision, svid, archive):
    assert (svid.way, svid.email, svid.kind) == ("mail", "svid@example.org", "other")
    assert (archive.way, archive.email) == ("post", "")
    assert states(decision) == [("SVID", "Inte skickat"), ("Landsarkivet", "Ska skickas för hand")]
    assert waiting() == [decision]


def test_each_recipient_with_an_address_gets_the_pdf(officer, decision, svid):
    expedition = expedite_decision(decision_id=decision.pk, actor=officer)
    assert expedition.expedited_by == officer
    [dispatch] = Dispatch.objects.all()
    assert (dispatch.addressee, dispatch.way, dispatch.to_email) == (svid, "mail", "svid@example.org")
    assert (dispatch.masked, dispatch.previous, dispatch.version_label) == (None, None, "Hela beslutet")
    message = dispatch.message
    assert (message.key, message.kind) == (f"decision-dispatch:{svid.pk}:1", "decision_extract")
    assert message.subject == f"Utdrag av beslut {decision.case}: {decision.title}"
    assert dispatch.text == "Region Jämtland Härjedalen har fattat ett beslut som ni får för kännedom."
    for body in (message.text_body, message.html_body):
        assert dispatch.text in body
        assert "Beslutsfattare: Doris Direktör, regional utvecklingsdirektör" in body
        assert "överklagas" not in body, "this decision says nothing of appeal"
    attachment = message.attachments.get()
    file = decision.document.file
    assert (attachment.storage_name, attachment.sha256) == (file.storage_name, file.sha256)


def test_the_diary_and_the_trail_tell_to_whom_when_and_how(officer, decision, svid):
    expedite_decision(decision_id=decision.pk, actor=officer)
    record = last_record(decision)
    assert (record.direction, record.title) == ("outgoing", "Utdrag med mejl till SVID")
    assert record.counterpart == "SVID"
    assert Dispatch.objects.get().record == record
    event = Event.objects.get(action="decision_expedited")
    assert (event.actor_id, event.object_id) == (officer.pk, decision.pk)
    assert event.text == "Beslutet skickat med mejl till SVID"
    assert event.data["ways"] == {str(svid.pk): "mail"}


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
    with pytest.raises(Refusal, match="undertecknades utanför portalen"):
        addressing.add_addressee(
            decision_id=decision.pk, actor=officer, name="X", kind="other", way="mail", email="x@example.org"
        )
    assert not Expedition.objects.exists()
    assert waiting() == []


def test_without_its_pdf_or_recipients_nothing_is_sent(officer):
    with pytest.raises(Refusal, match="pdf finns inte än"):
        expedite_decision(decision_id=signed(officer, document=False).pk, actor=officer)
    with pytest.raises(Refusal, match="ingen mottagare under Utdrag till"):
        expedite_decision(decision_id=signed(officer, recipients=()).pk, actor=officer)
    assert not Expedition.objects.exists()


def test_when_all_get_letters_the_button_says_so(officer):
    with pytest.raises(Refusal, match="Skicka det med brev eller lämna över det"):
        expedite_decision(decision_id=signed(officer, recipients=[("Arkivet", "")]).pk, actor=officer)
    assert not Expedition.objects.exists()


def test_a_protected_party_is_not_named_in_the_records_title(officer, decision):
    Case.objects.filter(pk=decision.case_id).update(counterpart="SVID", counterpart_protected=True)
    expedite_decision(decision_id=decision.pk, actor=officer)
    record = last_record(decision)
    assert (record.title, record.counterpart) == ("Utdrag av beslut", "SVID")


def test_many_recipients_fit_in_the_diary(officer):
    recipients = [(f"En mottagare med långt namn nummer {n}", f"m{n}@example.org") for n in range(20)]
    expedite_decision(decision_id=signed(officer, recipients=recipients).pk, actor=officer)
    record = Record.objects.order_by("pk").last()
    assert len(record.title) == 300
    assert record.title.endswith("…")
    assert Dispatch.objects.count() == 20


# --- At once, and in the midst ----------------------------------------------------------------------------
def at_once(works):
    def run(work):
        try:
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_press_at_once_make_one_dispatch_for_each(officer, second_officer):
    decision = signed(officer, recipients=[("SVID", "svid@example.org"), ("Ekonomi", "eko@example.org")])
    svid = decision.addressees.get(name="SVID")
    results = at_once(
        [
            lambda: expedite_decision(decision_id=decision.pk, actor=officer),
            lambda: expedite_decision(decision_id=decision.pk, actor=second_officer),
            lambda: send_to(addressee_id=svid.pk, actor=officer),
            lambda: send_to(addressee_id=svid.pk, actor=second_officer),
        ]
    )
    assert not [one for one in results if isinstance(one, Refusal)]
    assert sorted(Dispatch.objects.values_list("addressee__name", flat=True)) == ["Ekonomi", "SVID"]
    assert Message.objects.count() == 2
    assert Expedition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_send_again_at_once_send_once(officer, second_officer):
    decision = signed(officer)
    svid = decision.addressees.get(name="SVID")
    first = send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="failed")

    def again(actor):
        return lambda: send_again(
            addressee_id=svid.pk, actor=actor, after=first.pk, way="mail", email="rätt@example.org",
            text="Hej.", reason="Fel adress.",
        )  # fmt: skip

    results = at_once([again(officer), again(second_officer)])
    assert [type(one) for one in results].count(Conflict) == 1
    assert Dispatch.objects.filter(addressee=svid).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_the_server_has_taken_it_sends_no_double(officer, smtp_sink):
    recipients = [("A", "a@example.org"), ("B", "b@example.org"), ("C", "c@example.org")]
    decision = signed(officer, recipients=recipients)
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert set(dict(states(decision)).values()) == {"I kö"}
    # The mail server has taken the second, and its receipt is written; then the worker dies.
    run_until_killed(
        "s3portal.outbox.services:deliver_round",
        at="s3portal.outbox.services.receipts:Receipts.write",
        call=2, after=True, seconds=20,
    )  # fmt: skip
    assert len(smtp_sink.messages) == 2
    from s3portal.outbox.services import deliver_round

    deliver_round(seconds=20)
    assert sorted(smtp_sink.recipients) == ["a@example.org", "b@example.org", "c@example.org"]
    assert set(dict(states(decision)).values()) == {"Skickat"}
    assert waiting() == []


# --- One at a time ----------------------------------------------------------------------------------------
def test_one_is_sent_alone_and_the_button_is_harmless_twice(officer, decision, svid):
    first = send_to(addressee_id=svid.pk, actor=officer)
    assert send_to(addressee_id=svid.pk, actor=officer) == first
    assert Message.objects.count() == 1
    assert Expedition.objects.get().decision == decision


def test_one_who_gets_a_letter_is_not_mailed(officer, archive):
    with pytest.raises(Refusal, match="Landsarkivet får beslutet på annat sätt än med mejl"):
        send_to(addressee_id=archive.pk, actor=officer)


def test_the_outbox_tells_how_far_each_has_come(officer, decision, smtp_sink):
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert states(decision) == [("SVID", "I kö"), ("Landsarkivet", "Ska skickas för hand")]
    smtp_sink.refuse("permanent")
    message = Message.objects.get()
    assert not deliver_message(message_id=message.pk)
    whole = Decision.objects.with_parts().get(pk=decision.pk)
    line = expedition_page(whole, secrecy_of(whole)).lines[0]
    assert (line.state, line.may_send_again, line.is_ready) == (DispatchState.FAILED, True, False)
    assert "550" in line.latest.detail
    assert "No such user here" in line.latest.detail
    assert waiting() == [decision], "somebody must act"
    smtp_sink.accept()
    Message.objects.update(status=MessageStatus.QUEUED)
    assert deliver_message(message_id=message.pk)
    line = expedition_page(whole, secrecy_of(whole)).lines[0]
    assert (line.state, line.latest.detail) == (DispatchState.LEFT, "")
    assert line.latest.at is not None
    [mail] = smtp_sink.messages
    assert mail.get_body(("plain",)) is not None
    assert mail.get_body(("html",)) is not None
    [pdf] = list(mail.iter_attachments())
    assert pdf.get_content() == f"%PDF-1.7 {decision.slug}".encode()
    assert pdf.get_filename() == f"beslut-{decision.slug}.pdf"


# --- Again ------------------------------------------------------------------------------------------------
def again(svid, officer, first, **changed):
    wanted = {
        "after": first.pk, "way": "mail", "email": "ny@example.org", "text": "Nu med rätt adress.",
        "reason": "Adressen var fel.",
    }  # fmt: skip
    return send_again(addressee_id=svid.pk, actor=officer, **(wanted | changed))


def test_sending_again_is_a_new_row_and_the_first_stays(officer, decision, svid):
    first = send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="failed", last_error="550 No such user")
    second = again(svid, officer, first)
    assert (second.previous, second.to_email, second.reason) == (first, "ny@example.org", "Adressen var fel.")
    first.refresh_from_db()
    assert (first.to_email, first.next) == ("svid@example.org", second)
    assert "Nu med rätt adress." in second.message.text_body
    svid.refresh_from_db()
    assert (svid.email, svid.version) == ("ny@example.org", 2)
    assert last_record(decision).title == "Utdrag med mejl till SVID"
    told = Event.objects.filter(action="decision_expedited").last()
    assert told.data["dispatches"] == [second.pk]
    assert "Adressen" not in f"{told.text} {told.data}", "the log is never cleared"
    assert state(decision, "SVID") == DispatchState.QUEUED


def test_a_former_mail_never_leaves_once_another_has_taken_its_place(officer, svid, smtp_sink):
    first = send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="failed")
    second = again(svid, officer, first)
    Message.objects.filter(pk=first.message_id).update(status="queued")
    assert not deliver_message(message_id=first.message_id)
    assert deliver_message(message_id=second.message_id)
    assert smtp_sink.recipients == ["ny@example.org"]


def test_sending_again_asks_for_what_it_needs(officer, svid):
    first = send_to(addressee_id=svid.pk, actor=officer)
    with pytest.raises(Refusal, match="ligger kvar i kön"):
        again(svid, officer, first)
    Message.objects.update(status="failed")
    for changed, field in (({"reason": ""}, "reason"), ({"email": ""}, "email"), ({"way": "post"}, "way"),
                           ({"text": "Bidraget är [belopp saknas]."}, "text")):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            again(svid, officer, first, **changed)
        assert refused.value.field == field
    with pytest.raises(Conflict, match="Någon annan har redan skickat"):
        again(svid, officer, first, after=first.pk + 1)
    assert Dispatch.objects.count() == 1


# --- By hand ----------------------------------------------------------------------------------------------
def test_a_letter_is_noted_with_its_day(officer, decision, archive):
    today = timezone.localdate()
    dispatch = note_sent(
        addressee_id=archive.pk, actor=officer, way="post", sent_on=today, postal_address="Box 1, Östersund"
    )
    assert (dispatch.way, dispatch.sent_on, dispatch.message) == ("post", today, None)
    assert dispatch.postal_address == "Box 1, Östersund"
    record = last_record(decision)
    assert (record.title, record.counterpart) == ("Utdrag med brev till Landsarkivet", "Landsarkivet")
    assert (record.registered_by, timezone.localdate(record.dated_at)) == (officer, today)
    assert state(decision, "Landsarkivet") == DispatchState.POSTED
    assert Expedition.objects.get().expedited_by == officer
    assert waiting() == [decision], "SVID has not got it"
    expedite_decision(decision_id=decision.pk, actor=officer)
    assert waiting() == []


@pytest.mark.parametrize(("days", "sentence"), [(1, "Ange en dag som har varit"), (-1, "Beslutet fattades")])
def test_a_letter_goes_after_the_signature_and_not_in_days_to_come(officer, archive, days, sentence):
    day = timezone.localdate() + timedelta(days=days)
    with pytest.raises(Refusal, match=sentence) as refused:
        note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=day)
    assert refused.value.field == "sent_on"
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispatch.objects.create(addressee=archive, way="post", sent_on=day, made_by=officer)


def test_a_letter_again_says_why_and_after_what(officer, archive):
    today = timezone.localdate()
    first = note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=today)
    with pytest.raises(Conflict):
        note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=today)
    with pytest.raises(Refusal, match="Skriv varför") as refused:
        note_sent(addressee_id=archive.pk, actor=officer, way="hand", sent_on=today, after=first.pk)
    assert refused.value.field == "reason"
    with pytest.raises(Refusal, match="med brev eller lämnades över"):
        note_sent(addressee_id=archive.pk, actor=officer, way="mail", sent_on=today, after=first.pk)
    second = note_sent(
        addressee_id=archive.pk, actor=officer, way="hand", sent_on=today, after=first.pk,
        reason="Brevet kom bort.",
    )  # fmt: skip
    assert (second.previous, second.way) == (first, "hand")


# --- Who may ---------------------------------------------------------------------------------------------
def test_who_may_not_send_changes_nothing(registrar, delegate_user, svid, archive):
    for actor in (registrar, delegate_user):
        for step in (
            lambda actor=actor: send_to(addressee_id=svid.pk, actor=actor),
            lambda actor=actor: note_sent(
                addressee_id=archive.pk, actor=actor, way="post", sent_on=timezone.localdate()
            ),
        ):
            with pytest.raises(Refusal, match="Bara en handläggare kan expediera beslut"):
                step()
    assert not Dispatch.objects.exists()


def test_a_letter_from_a_case_that_was_merged_since_is_noted_too(officer, registrar):
    decision = signed(officer, recipients=[("Landsarkivet", "")])
    archive, today = decision.addressees.get(), timezone.localdate()
    first = note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=today)
    stays = factories.make_case()
    merge_case(actor=registrar, case_id=decision.case_id, into_id=stays.pk, reason="Samma ärende.")
    again = note_sent(
        addressee_id=archive.pk,
        actor=officer,
        way="hand",
        sent_on=today,
        after=first.pk,
        reason="Kom i retur.",
    )
    record = last_record(decision)
    assert again.record == record, "the decision's letters stand together, under its own number"
    assert (record.registered_by, timezone.localdate(record.dated_at)) == (None, today)
    assert (record.has_time, again.made_by) == (False, officer)


# --- What the database holds ------------------------------------------------------------------------------
def test_a_dispatch_is_never_changed_nor_taken_away(officer, svid):
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    for step in (
        lambda: Dispatch.objects.filter(pk=dispatch.pk).update(to_email="annan@example.org"),
        lambda: Dispatch.objects.filter(pk=dispatch.pk).delete(),
        lambda: Addressee.objects.filter(pk=svid.pk).update(name="Annan"),
        lambda: Addressee.objects.filter(pk=svid.pk)._raw_delete("default"),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            step()


def test_no_second_first_and_none_after_anothers(officer, decision, svid, archive):
    first = send_to(addressee_id=svid.pk, actor=officer)
    today = timezone.localdate()
    with pytest.raises(IntegrityError, match="dispatch_first_once"), transaction.atomic():
        Dispatch.objects.create(addressee=svid, way="post", sent_on=today, made_by=officer)
    with pytest.raises(IntegrityError, match="went to somebody else"), transaction.atomic():
        Dispatch.objects.create(
            addressee=archive, previous=first, way="post", sent_on=today, reason="x", made_by=officer
        )
    with pytest.raises(IntegrityError, match="dispatch_again_says_why"), transaction.atomic():
        Dispatch.objects.create(addressee=svid, previous=first, way="post", sent_on=today, made_by=officer)
    with pytest.raises(IntegrityError, match="dispatch_way_is_whole"), transaction.atomic():
        Dispatch.objects.create(addressee=archive, way="mail", to_email="a@example.org", made_by=officer)


def test_the_questions_of_lists_agree_with_the_states(officer, decision, svid, archive):
    """What is counted in the database is what the page calls in need of somebody."""

    def check():
        whole = Decision.objects.with_parts().get(pk=decision.pk)
        lines = expedition_page(whole, secrecy_of(whole)).lines
        needing = {line.addressee.pk for line in lines if line.state.needs_somebody}
        assert set(Addressee.objects.to_handle().values_list("pk", flat=True)) == needing
        return needing

    assert check() == {svid.pk, archive.pk}
    send_to(addressee_id=svid.pk, actor=officer)
    note_sent(addressee_id=archive.pk, actor=officer, way="hand", sent_on=timezone.localdate())
    assert check() == set()
    for status, needs in (("failed", True), ("sent", False), ("queued", False), ("cancelled", True)):
        Message.objects.update(
            status=status, sent_at=timezone.now() if status == "sent" else None,
            cancelled_because="by_hand" if status == "cancelled" else "",
        )  # fmt: skip
        assert check() == ({svid.pk} if needs else set()), status
