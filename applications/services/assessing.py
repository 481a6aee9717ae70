"""What an assessor does with an application that was assigned to them, and its being opened again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from applications.enums import AssessmentAction
from applications.impartiality import is_recused, require_declared
from applications.models import Application, Assessment, Score
from applications.rules import may_handle
from applications.scoring import total_of
from applications.services.handling import MAY_NOT_HANDLE
from applications.transitions import assessment_after
from calls.models import Criterion
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal

NOT_ASSIGNED = "Ansökan är inte tilldelad dig för bedömning."
CHANGED = "Bedömningen är sparad från en annan flik sedan du öppnade sidan. Inget av det här är sparat."
NOT_WHOLE = "Bedömningen kan inte lämnas än. Ge poäng och motivering på varje kriterium."


@dataclass(frozen=True)
class AssessmentContent:
    """What is written: by the criterion's id its points (None: not given yet) and rationale."""

    comment: str = ""
    scores: Mapping[int, tuple[int | None, str]] = field(default_factory=dict)


@transaction.atomic
def save_assessment(
    *, application_id: int, actor: User, expected_version: int, content: AssessmentContent
) -> Assessment:
    """Store a draft: all of it or nothing. ``expected_version`` is 0 for one that is not begun.

    Raises Conflict when another text has been stored since then, Refusal otherwise."""
    assessment = _mine(application_id, actor, AssessmentAction.SAVE)
    _store(assessment, expected_version, content)
    return assessment


@transaction.atomic
def submit_assessment(
    *, application_id: int, actor: User, expected_version: int, content: AssessmentContent
) -> Assessment:
    """Hand it in. From then on it stands, and the others' assessments can be seen. Raises as
    ``save_assessment``, and Refusal when points or a rationale are missing."""
    assessment = _mine(application_id, actor, AssessmentAction.SUBMIT)
    _store(assessment, expected_version, content)
    criteria = list(assessment.application.call.criteria.all())
    total = total_of(assessment, criteria)
    if total is None or any(not score.rationale for score in assessment.scores.all()):
        raise Refusal(NOT_WHOLE)
    _move(assessment, AssessmentAction.SUBMIT)
    record_event(
        actor=actor,
        action="assessment_submitted",
        obj=assessment.application,
        # Without the points: officers who have yet to assess read the events of the case.
        text="Lämnade sin bedömning",
        data={"assessment": assessment.pk, "total": [total.numerator, total.denominator]},
    )
    return assessment


@transaction.atomic
def abstain(*, application_id: int, actor: User, reason: str) -> Assessment:
    """Hand the application back without points. Raises Refusal without a reason."""
    assessment = _mine(application_id, actor, AssessmentAction.ABSTAIN)
    if not reason.strip():
        raise Refusal("Skriv varför du avstår.", field="reason")
    assessment.abstain_reason = reason
    _move(assessment, AssessmentAction.ABSTAIN)
    record_event(
        actor=actor,
        action="assessment_abstained",
        obj=assessment.application,
        text="Avstod från att bedöma",
        data={"assessment": assessment.pk},
    )
    return assessment


@transaction.atomic
def reopen_assessment(*, assessment_id: int, actor: User, reason: str) -> Assessment:
    """An officer lets the assessor change what was handed in. Never one's own, and never after jäv.

    Raises Refusal without a reason, or when the assessor no longer has the application."""
    application_id = Assessment.objects.values_list("application", flat=True).get(pk=assessment_id)
    application = _locked(application_id)
    assessment = application.assessments.select_related("assessor").get(pk=assessment_id)
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    require_declared(actor, application)
    if assessment.assessor == actor:
        raise Refusal("En annan handläggare får öppna din bedömning igen.")
    if is_recused(assessment.assessor, application):
        raise Refusal(f"{assessment.assessor} har anmält jäv i ärendet.")
    if not application.assignments.of(assessment.assessor).exists():
        raise Refusal(f"{assessment.assessor} har inte längre ansökan. Tilldela den först.")
    _require_open(application)
    if not reason.strip():
        raise Refusal("Skriv varför bedömningen öppnas igen.", field="reason")
    _move(assessment, AssessmentAction.REOPEN)
    record_event(
        actor=actor,
        action="assessment_reopened",
        obj=application,
        text=f"Öppnade bedömningen av {assessment.assessor} igen: {reason}",
        data={"assessment": assessment.pk},
    )
    return assessment


# --- Parts ------------------------------------------------------------------------------------------------
def _locked(application_id: int) -> Application:
    return (
        Application.objects.received()
        .select_related("call", "case")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=application_id)
    )


def _mine(application_id: int, actor: User, action: AssessmentAction) -> Assessment:
    """The person's own assessment, begun if need be, when ``action`` may be taken on it now."""
    application = _locked(application_id)
    if not application.assignments.of(actor).exists():
        raise Refusal(NOT_ASSIGNED)
    require_declared(actor, application)
    _require_open(application)
    assessment, _new = Assessment.objects.get_or_create(
        application=application, assessor=actor, defaults={"version": 0}
    )
    assessment.application = application
    assessment_after(assessment.status, action)
    return assessment


def _require_open(application: Application) -> None:
    if not application.is_open:
        raise Refusal("Ansökan är avgjord eller återkallad. Bedömningen kan inte ändras.")


def _store(assessment: Assessment, expected_version: int, content: AssessmentContent) -> None:
    """Saving the same text twice disturbs nobody: the version counts when something changed."""
    criteria = list(assessment.application.call.criteria.all())
    before = {score.criterion_id: (score.points, score.rationale) for score in assessment.scores.all()}
    after = {one.pk: content.scores.get(one.pk, (None, "")) for one in criteria}
    if (assessment.comment, {one.pk: before.get(one.pk, (None, "")) for one in criteria}) == (
        content.comment,
        after,
    ):
        return
    if assessment.version != expected_version:
        raise Conflict(CHANGED)
    _require_on_scale(criteria, after)
    for criterion in criteria:
        points, rationale = after[criterion.pk]
        Score.objects.update_or_create(
            assessment=assessment,
            criterion=criterion,
            defaults={"points": points, "rationale": rationale},
        )
    assessment.comment = content.comment
    assessment.version += 1
    assessment.updated_at = timezone.now()
    assessment.save(update_fields=["comment", "version", "updated_at"])


def _require_on_scale(criteria: list[Criterion], scores: Mapping[int, tuple[int | None, str]]) -> None:
    for criterion in criteria:
        points = scores[criterion.pk][0]
        if points is not None and not 1 <= points <= criterion.max_score:
            raise Refusal(
                f"{criterion}: ge poäng från 1 till {criterion.max_score}.", field=f"points-{criterion.pk}"
            )


def _move(assessment: Assessment, action: AssessmentAction) -> None:
    now = timezone.now()
    assessment.status = assessment_after(assessment.status, action)
    assessment.submitted_at = None if assessment.is_draft else now
    if assessment.is_draft:
        assessment.abstain_reason = ""
    assessment.updated_at = now
    assessment.version += 1
    assessment.save(update_fields=["status", "submitted_at", "abstain_reason", "updated_at", "version"])
