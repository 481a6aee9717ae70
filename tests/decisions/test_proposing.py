import pytest

from decisions.models import Decision
from decisions.services.proposing import ChecksFailed, propose_decision, return_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


def propose(decision, actor, version=None):
    return propose_decision(
        decision_id=decision.pk, actor=actor, expected_version=version or decision.version
    )


def send_back(decision, actor, version=None, reason="Skriv tydligare skäl."):
    return return_decision(
        decision_id=decision.pk, actor=actor, expected_version=version or decision.version, reason=reason
    )


def test_the_delegate_is_told(draft, officer):
    proposed = propose(draft, officer)
    assert (proposed.status, proposed.version, proposed.proposed_by) == ("proposed", 2, officer)
    assert proposed.proposed_at is not None
    message = Message.objects.get()
    assert (message.kind, message.to_email) == ("decision_proposed", "delegate@example.org")
    assert message.subject == f"Att skriva under: {draft.case} Deltagande i projektet Klusterkraft"
    assert f"http://127.0.0.1:8000/handlaggning/beslut/{draft.pk}/underskrift/" in message.text_body
    assert f'href="http://127.0.0.1:8000/handlaggning/beslut/{draft.pk}/underskrift/"' in message.html_body
    event = Event.objects.get(action="decision_proposed")
    assert (event.actor_id, event.text) == (officer.pk, "Skickat för underskrift till Doris Direktör")


def test_what_is_missing_stops_it(draft, officer):
    draft.extract_recipients.all().delete()
    Decision.objects.filter(pk=draft.pk).update(reasons="")
    factories.consider(draft)
    with pytest.raises(
        ChecksFailed, match=r"^Beslutet kan inte skickas för underskrift: 2 uppgifter är kvar att rätta\.$"
    ) as stopped:
        propose(draft, officer)
    assert [check.code for check in stopped.value.checks] == ["reasons", "recipients"]
    assert Decision.objects.get().status == "draft"
    assert not Message.objects.exists()


def test_one_thing_is_counted_as_one(draft, officer):
    Decision.objects.filter(pk=draft.pk).update(reasons="")
    factories.consider(draft)
    with pytest.raises(ChecksFailed, match=r"underskrift: 1 uppgift är kvar att rätta\.$"):
        propose(draft, officer)


def test_only_what_the_officer_has_read(draft, officer):
    with pytest.raises(Conflict, match=r"^Utkastet har ändrats sedan du öppnade sidan\. Läs det igen\.$"):
        propose(draft, officer, version=7)


def test_once_is_enough(proposed, officer):
    with pytest.raises(Refusal, match=r"^Beslutet väntar på underskrift och går inte att ändra\.$"):
        propose(proposed, officer)


@pytest.mark.parametrize(
    "persona", ["owner", "delegate_user", "registrar", "member", "admin_user", "assessor"]
)
def test_only_officers_propose(request, draft, persona):
    with pytest.raises(Refusal, match=r"^Bara en handläggare kan skicka beslut för underskrift\.$"):
        propose(draft, request.getfixturevalue(persona))


# --- Back -------------------------------------------------------------------------------------------------
def test_the_officer_is_told_why(proposed, officer, delegate_user):
    returned = send_back(proposed, delegate_user, reason=" Skriv tydligare skäl.\n")
    assert (returned.status, returned.version) == ("draft", 3)
    assert (returned.returned_reason, returned.proposed_by, returned.proposed_at) == (
        "Skriv tydligare skäl.", None, None,
    )  # fmt: skip
    message = Message.objects.get(kind="decision_returned")
    assert message.to_email == "officer@example.org"
    assert message.subject.startswith(f"Tillbaka till dig: {proposed.case} ")
    assert "Doris Direktör har skickat tillbaka ett beslut till dig." in message.text_body
    assert "Skriv tydligare skäl." in message.text_body
    assert f"/handlaggning/beslut/{proposed.pk}/\n" in message.text_body
    assert Event.objects.get(action="decision_returned").text == "Skickat tillbaka: Skriv tydligare skäl."


def test_a_second_round_is_a_second_mail(proposed, officer, delegate_user):
    returned = send_back(proposed, delegate_user)
    again = propose(returned, officer)
    assert again.returned_reason == ""
    assert Message.objects.filter(kind="decision_proposed").count() == 2


@pytest.mark.parametrize("reason", ["", " \n "])
def test_not_without_a_reason(proposed, delegate_user, reason):
    with pytest.raises(Refusal, match=r"^Skriv vad som ska ändras\.$") as refused:
        send_back(proposed, delegate_user, reason=reason)
    assert refused.value.field == "reason"


def test_a_draft_cannot_be_returned(draft, delegate_user):
    with pytest.raises(Refusal, match=r"^Beslutet är ett utkast och har inte skickats för underskrift\.$"):
        send_back(draft, delegate_user)


def test_an_older_page_returns_nothing(proposed, delegate_user):
    with pytest.raises(Conflict):
        send_back(proposed, delegate_user, version=1)


@pytest.mark.parametrize("persona", ["owner", "officer", "registrar", "member", "admin_user", "assessor"])
def test_only_delegates_return(request, proposed, persona):
    with pytest.raises(Refusal, match=r"^Bara en delegat kan skicka tillbaka beslut\.$"):
        send_back(proposed, request.getfixturevalue(persona))
