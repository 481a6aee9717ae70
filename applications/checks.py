"""What is missing before an application can be sent. The same list at the review page and at the door."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from applications.budget import BudgetSummary, amount_problem
from applications.enums import FinancingKind
from applications.models import Application
from applications.parts import BudgetPart, QuestionsPart, period_years, rules_of, summary_of
from applications.questions import asked, misfit
from calls.enums import QuestionKind
from s3portal.common.swedish import format_day, format_kr


class Step(StrEnum):
    """The pages of the form; the value is the last part of the address."""

    APPLICANT = "sokande"
    PROJECT = "projekt"
    QUESTIONS = "fragor"
    BUDGET = "budget"
    REVIEW = "granska"

    @property
    def label(self) -> str:
        return {
            Step.APPLICANT: "Sökande",
            Step.PROJECT: "Projektet",
            Step.QUESTIONS: "Utlysningens frågor",
            Step.BUDGET: "Budget och finansiering",
            Step.REVIEW: "Granska och skicka in",
        }[self]


@dataclass(frozen=True)
class Problem:
    """Something to put right: where, and what to do about it. ``field`` is the id of the control."""

    step: Step
    field: str
    message: str


def steps_of(application: Application) -> list[Step]:
    """The pages of this application's form: that of the call's own questions only when it has any."""
    has_questions = any(one.kind != QuestionKind.FILE for one in application.call.questions.all())
    return [step for step in Step if step is not Step.QUESTIONS or has_questions]


def submission_problems(application: Application) -> list[Problem]:
    """Everything that stops the application from being sent, in the order of the form.

    The consent to publication is not here: it is given at the moment of sending.
    """
    part = BudgetPart.read(application)
    summary = summary_of(application, part)
    return [
        *_applicant(application),
        *_project(application),
        *_period(application),
        *_questions(application),
        *_costs(application, part, summary),
        *_financing(part),
        *_plan(application, summary),
    ]


def _applicant(application: Application) -> Iterator[Problem]:
    for field, message in (
        ("contact_name", "Fyll i kontaktperson."),
        ("contact_email", "Fyll i kontaktpersonens e-postadress."),
        ("contact_phone", "Fyll i kontaktpersonens telefonnummer."),
    ):
        if not getattr(application, field).strip():
            yield Problem(Step.APPLICANT, f"id_{field}", message)


def _project(application: Application) -> Iterator[Problem]:
    for field, message in (
        ("title", "Fyll i projektets namn."),
        ("summary", "Skriv en sammanfattning."),
        ("aims", "Beskriv syfte och mål."),
        ("activities", "Beskriv aktiviteterna."),
    ):
        if not getattr(application, field).strip():
            yield Problem(Step.PROJECT, f"id_{field}", message)
    chosen = {area.pk for area in application.areas.all()}
    if not chosen:
        yield Problem(Step.PROJECT, "id_areas_0", "Välj minst ett styrkeområde.")
    elif not chosen <= {area.pk for area in application.call.areas.all()}:
        yield Problem(Step.PROJECT, "id_areas_0", "Välj bara styrkeområden som ingår i utlysningen.")


def _period(application: Application) -> Iterator[Problem]:
    call = application.call
    if application.starts_on is None:
        yield Problem(Step.PROJECT, "id_starts_on", "Ange projektets första dag.")
    elif call.earliest_start and application.starts_on < call.earliest_start:
        earliest = format_day(call.earliest_start)
        yield Problem(Step.PROJECT, "id_starts_on", f"Projektet får starta tidigast {earliest}.")
    if application.ends_on is None:
        yield Problem(Step.PROJECT, "id_ends_on", "Ange projektets sista dag.")
    elif call.latest_end and application.ends_on > call.latest_end:
        yield Problem(
            Step.PROJECT, "id_ends_on", f"Projektet ska vara avslutat senast {format_day(call.latest_end)}."
        )


def _questions(application: Application) -> Iterator[Problem]:
    part = QuestionsPart.read(application)
    answers = dict(part.answers)
    for question in asked(part.questions, answers):
        value = answers.get(question.pk, "")
        # A file cannot be missing here: it is sent by mail.
        if not value and question.required and question.kind != QuestionKind.FILE:
            yield Problem(Step.QUESTIONS, f"div_id_q-{question.pk}", f"Svara på frågan ”{question.label}”.")
        elif wrong := misfit(question, value):
            yield Problem(Step.QUESTIONS, f"div_id_q-{question.pk}", f"”{question.label}”: {wrong}")


def _costs(application: Application, part: BudgetPart, summary: BudgetSummary) -> Iterator[Problem]:
    inside = period_years(application)
    outside = sorted({year for _category, year, amount in part.lines if amount and year not in inside})
    if inside:
        for year in outside:
            field = next(f"id_cost-{c}-{y}" for c, y, amount in part.lines if y == year and amount)
            yield Problem(
                Step.BUDGET, field, f"Flytta beloppen för {year}: året ligger utanför projektperioden."
            )
    if summary.total_cost > 0:
        return
    first = f"id_cost-personnel-{summary.years[0]}" if summary.years else "kostnader"
    if any(amount for _category, _year, amount in part.lines):
        yield Problem(Step.BUDGET, first, "Rätta kostnaderna: intäkterna är lika stora som eller större.")
    else:
        yield Problem(Step.BUDGET, first, "Fyll i kostnaderna.")


def _financing(part: BudgetPart) -> Iterator[Problem]:
    for number, row in enumerate(part.financing):
        name = row.financier or f"finansiär {number + 1}"
        if not row.financier:
            yield Problem(
                Step.BUDGET, f"id_fin-{number}-financier", f"Fyll i namnet på finansiär {number + 1}."
            )
        if row.kind == FinancingKind.CASH and row.amount is None:
            yield Problem(Step.BUDGET, f"id_fin-{number}-amount", f"Fyll i beloppet från {name}.")
        if row.kind == FinancingKind.IN_KIND and row.hours is None:
            yield Problem(Step.BUDGET, f"id_fin-{number}-hours", f"Fyll i antal timmar för {name}.")
        if row.kind == FinancingKind.IN_KIND and row.hourly_rate is None:
            yield Problem(Step.BUDGET, f"id_fin-{number}-hourly_rate", f"Fyll i kronor per timme för {name}.")


def _plan(application: Application, summary: BudgetSummary) -> Iterator[Problem]:
    wrong_amount = amount_problem(summary, rules_of(application.call))
    if wrong_amount:
        yield Problem(Step.BUDGET, "id_applied_amount", wrong_amount)
    if not summary.in_kind_among_costs:
        yield Problem(
            Step.BUDGET,
            f"id_cost-personnel-{summary.years[0]}" if summary.years else "kostnader",
            f"Ta upp den arbetade tiden bland personalkostnaderna: {format_kr(summary.in_kind)} är mer än "
            f"personalkostnaden {format_kr(summary.personnel)}.",
        )
    if summary.total_cost > 0 and summary.gap:
        yield Problem(Step.BUDGET, "plan", summary.gap_text)
