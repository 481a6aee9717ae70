"""How far a decision has come to a recipient, asked of the rows and of the one row: both say the same."""

from django.utils import timezone

from decisions.enums import DispatchState
from decisions.expedition_queries import expedition_page
from decisions.models import Addressee, Decision, Dispatch
from decisions.secrecy import secrecy_of
from decisions.services.dispatch_steps import note_opened, note_returned, undo_dispatch
from decisions.services.expediting import note_sent, send_to
from s3portal.outbox.models import Message
from tests import factories

#: What becomes of the message of a mail that is sent.
OF_MESSAGE = {
    DispatchState.LEFT: {"status": "sent", "sent_at": timezone.now()},
    DispatchState.OPENED: {"status": "sent", "sent_at": timezone.now()},
    DispatchState.FAILED: {"status": "failed"},
    DispatchState.STOPPED: {"status": "cancelled", "cancelled_because": "lapsed"},
    DispatchState.RETURNED: {"status": "sent", "sent_at": timezone.now()},
}
BY_HAND = {DispatchState.TO_DO: "", DispatchState.POSTED: "post", DispatchState.HANDED: "hand"}


def bring(addressee, state, officer, reader):
    """The recipient to the state, as people bring it there."""
    today = timezone.localdate()
    if state is DispatchState.UNSENT or state is DispatchState.TO_DO:
        return
    if state is DispatchState.EARLIER:
        Dispatch.objects.create(addressee=addressee, way="earlier", sent_on=today, made_by=officer)
        return
    if way := BY_HAND.get(state):
        note_sent(addressee_id=addressee.pk, actor=officer, way=way, sent_on=today)
        return
    sent = send_to(addressee_id=addressee.pk, actor=officer)
    if fields := OF_MESSAGE.get(state):
        Message.objects.filter(pk=sent.message_id).update(**fields)
    step = {"addressee_id": addressee.pk, "after": sent.pk, "actor": officer}
    if state is DispatchState.OPENED:
        note_opened(decision=addressee.decision, user=reader)
    elif state is DispatchState.RETURNED:
        note_returned(**step, on=today, text="550")
    elif state is DispatchState.UNDONE:
        undo_dispatch(**step)


def test_who_has_not_got_it_is_the_same_in_the_list_and_on_the_page(officer, second_officer):
    emails = {
        state: f"{state.value}@example.org" for state in DispatchState if state not in (*BY_HAND, "earlier")
    }
    emails[DispatchState.OPENED] = second_officer.email
    decision = factories.make_signed_decision(
        user=officer, recipients=[(state.value, emails.get(state, "")) for state in DispatchState]
    )
    for addressee in decision.addressees.all():
        bring(addressee, DispatchState(addressee.name), officer, second_officer)
    whole = Decision.objects.with_parts().get(pk=decision.pk)
    lines = expedition_page(whole, secrecy_of(whole)).lines
    assert [line.state for line in lines] == list(DispatchState), "each recipient is where it was brought"
    listed = set(Addressee.objects.to_handle().values_list("name", flat=True))
    assert listed == {state.value for state in DispatchState if state.needs_somebody}
