"""A member of the nämnd asks a decision's officer, and is answered.

Whether this belongs to the diary (what is received or drawn up is registered at once, OSL 5:1):
a member and an officer of the same nämnd write to each other within one authority, about a decision that is
made and registered. Nothing is received from outside and nothing is sent out, so the portal registers neither
question nor answer by itself. That is inferred, and read in no statute (docs/adr/0023). They are kept
unchanged with who and when, so that they can be released when somebody asks for them and that has been tried
(TF 2:15–16), and the officer's page says that what adds something to the matter is registered in the case by
hand. They are destroyed only by a disposal decision (arkivlagen 10 §), like the decision itself.

Jäv (KL 6:28–32, 7:4): who has declared it in the case neither asks nor answers. Who has not been asked yet
is not asked here, for the decision is made.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from applications.impartiality import RECUSED
from decisions.asked import officers_for
from decisions.impartiality import is_recused
from decisions.member_text import MemberText, member_text
from decisions.models import (
    CommitteeMember,
    Decision,
    DecisionReport,
    MemberAnswer,
    MemberQuestion,
)
from decisions.models.question import LONGEST_ANSWER, LONGEST_QUESTION
from decisions.rules import may_answer_members
from decisions.secrecy import secrecy_of
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.forms import too_long
from s3portal.outbox.services import enqueue_mail

#: Questions by one member: about one decision that wait for an answer, and in all during 24 hours.
MOST_WAITING: Final = 3
MOST_A_DAY: Final = 20


# --- Asking -----------------------------------------------------------------------------------------------
@transaction.atomic
def ask_about_decision(*, report_id: int, actor: User, text: str) -> MemberQuestion:
    """Ask about a decision on a list. Its officer gets a mail, which does not say what was asked.

    The same question pressed twice is one. Raises Refusal for who does not sit in the nämnd today or has
    declared jäv, where the decision cannot be read yet, for no text or too much, and past the limits."""
    reports = DecisionReport.objects.select_related("meeting").filter(pk=report_id)
    report = reports.select_for_update(of=("self",), no_key=True).first()
    if report is None:
        raise Refusal("Beslutet står inte på listan längre. Gå tillbaka till sammanträdena.")
    _hold_seat(report, actor)
    decision = Decision.objects.with_parts().get(pk=report.decision_id)
    refuse_asking(member_text(decision), actor)
    own = MemberQuestion.objects.filter(asked_by=actor)
    here = own.filter(decision=decision, committee=report.meeting.committee_id).waiting()
    again = here.filter(text=text).first()
    if again is not None:
        return again
    _require_text(text, LONGEST_QUESTION, "Skriv din fråga.")
    if here.count() >= MOST_WAITING:
        raise Refusal(
            f"Du har {MOST_WAITING} frågor om beslutet som väntar på svar. Vänta på ett svar innan du frågar "
            "mer.",
            field="text",
        )
    if own.filter(asked_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refusal(
            f"Du har ställt {MOST_A_DAY} frågor det senaste dygnet. Fortsätt i morgon, eller ring "
            "handläggaren.",
            field="text",
        )
    question: MemberQuestion = MemberQuestion.objects.create(
        decision=decision, committee_id=report.meeting.committee_id, text=text, asked_by=actor
    )
    record_event(
        actor=actor,
        action="member_question_asked",
        obj=decision,
        # Not the words: the log is read by others than those who may read what is secret.
        text="Frågade om beslutet",
        data={"question": question.pk, "committee": question.committee_id},
    )
    _tell_officers(question)
    return question


def refuse_asking(text: MemberText, user: User) -> None:
    """Raises Refusal for who has declared jäv, and while the decision cannot be read."""
    if is_recused(user, text.decision):
        raise Refusal("Du har anmält jäv i ärendet och kan inte ställa frågor om beslutet.")
    if not text.is_open:
        raise Refusal("Beslutet är inte maskat än. När du kan läsa det kan du fråga om det.")


def _hold_seat(report: DecisionReport, actor: User) -> None:
    """The member's own seat, locked: two questions at once are counted one after the other, and nobody asks
    while the seat is being ended."""
    seats = CommitteeMember.objects.sitting_on(timezone.localdate()).filter(
        committee=report.meeting.committee_id, user=actor
    )
    if seats.select_for_update(of=("self",)).first() is None:
        raise Refusal("Bara de som sitter i nämnden ställer frågor om dess beslut.")


def _tell_officers(question: MemberQuestion) -> None:
    decision = question.decision
    officers = officers_for([decision])[decision.pk]
    emails = [one.email for one in officers] or [settings.REGION["contact_email"]]
    for number, email in enumerate(emails):
        enqueue_mail(
            kind="member_question",
            key=f"member_question:{question.pk}:{number}",
            to_email=email,
            context={
                "decision": decision,
                "path": reverse("decisions:member_answer", args=[decision.pk, question.pk]),
            },
            obj=decision,
        )


# --- Answering --------------------------------------------------------------------------------------------
@transaction.atomic
def answer_member(*, question_id: int, actor: User, text: str, seen: int) -> MemberAnswer:
    """Answer, or add to what has been answered. The member who asked gets a mail that says so and no more.

    ``seen``: how many answers the actor has read. Raises Refusal for who may not, has declared jäv or writes
    what is marked as secret in the decision; Conflict when somebody else has answered since."""
    question = (
        MemberQuestion.objects.select_for_update(of=("self",))
        .select_related("asked_by", "committee")
        .get(pk=question_id)
    )
    decision = Decision.objects.with_parts().get(pk=question.decision_id)
    if not may_answer_members(actor):
        raise Refusal("Bara handläggare svarar på frågor från nämnden.")
    if is_recused(actor, decision):
        raise Refusal(RECUSED)
    number = question.answers.aggregate(number=Count("pk"))["number"]
    if number != seen:
        latest = question.answers.select_related("answered_by").order_by("-number")[0]
        raise Conflict(
            f"{latest.answered_by} har svarat medan du skrev. Läs svaret, och lägg till ditt om det behövs."
        )
    _require_text(text, LONGEST_ANSWER, "Skriv ett svar.")
    _require_open(decision, text)
    answer: MemberAnswer = MemberAnswer.objects.create(
        question=question, number=number + 1, text=text, answered_by=actor
    )
    record_event(
        actor=actor,
        action="member_question_answered",
        obj=decision,
        text="Svarade på en fråga från nämnden" if number == 0 else "Lade till i ett svar till nämnden",
        data={"question": question.pk, "answer": answer.pk},
    )
    _tell_asker(question, answer, decision)
    return answer


def _require_open(decision: Decision, text: str) -> None:
    """The members read the masked version, and the answer."""
    found = secrecy_of(decision).found_in(text)
    if found:
        raise Refusal(
            f"”{found}” är märkt som hemligt i beslutet, och svaret läses av alla i nämnden. Ta bort det "
            "ur svaret.",
            field="text",
        )


def _tell_asker(question: MemberQuestion, answer: MemberAnswer, decision: Decision) -> None:
    """Not to who has left the nämnd: that person may not read the answer."""
    seats = CommitteeMember.objects.sitting_on(timezone.localdate())
    if not seats.filter(committee=question.committee_id, user=question.asked_by_id).exists():
        return
    enqueue_mail(
        kind="member_question_answered",
        key=f"member_question_answered:{answer.pk}",
        to_email=question.asked_by.email,
        context={
            "decision": decision,
            "added": answer.number > 1,
            "path": reverse("decisions:committee_question", args=[question.pk]),
        },
        obj=decision,
    )


def _require_text(text: str, most: int, missing: str) -> None:
    if not text.strip():
        raise Refusal(missing, field="text")
    if len(text) > most:
        raise Refusal(too_long(len(text), most), field="text")
