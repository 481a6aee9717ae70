"""What the outbox asks of mails about decisions: until it is signed, jäv bars from the draft. And what the
diary asks before a case is ended."""

from collections import Counter
from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from applications.guards import question_of
from applications.impartiality import RECUSED
from decisions.enums import AppealStatus, FinalState
from decisions.final_queries import finality_by_id
from decisions.impartiality import DecisionRecused, cases_barred, has_declared, is_recused
from decisions.models import Addressee, Appeal, BasisDocument, BoardNotice, Decision, MemberQuestion
from decisions.models.decision import LONG_TEXTS
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary import endings
from s3portal.diary import guards as of_cases
from s3portal.diary.models import Case
from s3portal.outbox.guards import Guard, register
from s3portal.outbox.models import Message


def _opening(user: User, message: Message) -> str:
    if message.object_type != Decision._meta.label_lower or message.object_id is None:
        return ""
    found = Decision.objects.select_related("application__case__officer").filter(pk=message.object_id).first()
    if found is None or found.is_signed:
        return ""
    question = "" if found.application is None else question_of(user, found.application)
    if is_recused(user, found):
        raise DecisionRecused(found)
    return question


# --- The diary --------------------------------------------------------------------------------------------
def _opening_case(user: User, case: Case) -> str:
    """Jäv declared in a decision without an application bars from the case too (KL 7:4). Nobody is asked
    here: such a decision is read before the question is answered."""
    if has_declared(user, case):
        decision = Decision.objects.filter(case=case).select_related("case__officer").order_by("-pk").first()
        raise PermissionDenied(RECUSED) if decision is None else DecisionRecused(decision)
    return ""


def _barring(user: User) -> Q:
    return Q(pk__in=cases_barred(user))


def _assigning(actor: User, case: Case, officer: User) -> None:
    if has_declared(actor, case):
        raise Refusal(RECUSED)
    if has_declared(officer, case):
        raise Refusal(f"{officer} har anmält jäv i ärendet.", field="officer")


# --- Ending a case ----------------------------------------------------------------------------------------
def _left_in(case: Case) -> Iterator[endings.Matter]:
    decisions = list(Decision.objects.filter(case=case).select_related("expedition").defer(*LONG_TEXTS))
    for decision in decisions:
        if not decision.is_signed:
            yield endings.Matter(f"Beslutet ”{decision.title}” är inte undertecknat.")
        elif not decision.signed_elsewhere and not hasattr(decision, "expedition"):
            yield endings.Matter(f"Beslutet ”{decision.title}” är inte expedierat.")
    yield from _not_got([decision for decision in decisions if hasattr(decision, "expedition")])
    if Appeal.objects.filter(decision__case=case).exclude(status=AppealStatus.CLOSED).exists():
        yield endings.Matter("Ett överklagande i ärendet är inte slutligt avgjort.")
    if BoardNotice.objects.standing().filter(case=case).exists():
        yield endings.Matter("Ett anslag i ärendet sitter uppe, och beviset om det ska registreras här.")
    if MemberQuestion.objects.waiting().filter(decision__case=case).exists():
        yield endings.Matter("En fråga från nämnden väntar på svar.", binding=False)
    yield from _not_final([decision for decision in decisions if decision.is_signed])


def _not_got(decisions: list[Decision]) -> Iterator[endings.Matter]:
    """Whom the decisions have not reached though they are sent out."""
    waiting = Addressee.objects.to_handle().filter(decision__in=decisions)
    for decision_id, number in Counter(waiting.values_list("decision", flat=True)).items():
        title = next(decision.title for decision in decisions if decision.pk == decision_id)
        who = "en mottagare" if number == 1 else f"{number} mottagare"
        yield endings.Matter(f"Beslutet ”{title}” har inte nått {who}.")


def _not_final(decisions: list[Decision]) -> Iterator[endings.Matter]:
    """Told and no more: a case may be closed while the time to appeal runs."""
    final = finality_by_id([decision.pk for decision in decisions], today=timezone.localdate())
    for decision in decisions:
        state = final[decision.pk].state
        if state not in (FinalState.FINAL, FinalState.ANNULLED):
            text = f"Beslutet ”{decision.title}” har inte fått laga kraft: {str(state.label).lower()}."
            yield endings.Matter(text, binding=False)


def _relies_on() -> QuerySet[BasisDocument]:
    return BasisDocument.objects.filter(record=OuterRef("pk"))


GUARD = Guard(opening=_opening)
CASE_GUARD = of_cases.Guard(opening=_opening_case, assigning=_assigning, barring=_barring)
HOLDER = endings.Holder(matters=_left_in, relies_on=_relies_on)


def register_guard() -> None:
    register(GUARD)
    of_cases.register(CASE_GUARD)
    endings.register(HOLDER)
