"""Which part each page of the form writes, and whether anything stands in it."""

from applications.checks.steps import Step
from applications.models import Application
from applications.parts import (
    AidPart,
    ApplicantPart,
    BudgetPart,
    FinancingPart,
    Part,
    PartnersPart,
    ProjectPart,
    QuestionsPart,
)

PARTS: dict[Step, type[Part]] = {
    Step.APPLICANT: ApplicantPart,
    Step.PARTNERS: PartnersPart,
    Step.PROJECT: ProjectPart,
    Step.QUESTIONS: QuestionsPart,
    Step.BUDGET: BudgetPart,
    Step.FINANCING: FinancingPart,
    Step.STATE_AID: AidPart,
}


def is_started(step: Step, application: Application) -> bool:
    if step is Step.ATTACHMENTS:
        return application.attachments.exists()
    return any(one.text for one in PARTS[step].read(application).texts())
