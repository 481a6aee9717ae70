"""The sums of the budget and the financing, as pieces for the open page, and the hourly cost of a salary."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from applications.budget import hourly_cost
from applications.checks import Step, budget_problems, missing_letters
from applications.forms import (
    BLOCK,
    BudgetForm,
    FinancingForm,
    SalaryForm,
    shown_years,
    with_financing_changes,
    with_line_changes,
)
from applications.models import Application
from applications.parts import BudgetPart, FinancingPart, Part, rules_of
from applications.views.loading import my_application, step_url
from s3portal.accounts.http import LoggedInRequest


def with_table_changes(application: Application, stored: Part, data: QueryDict) -> QueryDict:
    """What was posted, after the button in a table that was pressed, if one was."""
    if isinstance(stored, BudgetPart):
        return with_line_changes(data, shown_years(application, stored, data))
    if isinstance(stored, FinancingPart):
        return with_financing_changes(data)
    return data


def sums_context(
    application: Application, form: BudgetForm | FinancingForm, query: QueryDict | None = None
) -> dict[str, Any]:
    """What the two pages show beside their fields: the sums, and all that is wrong with a link to each."""
    sums = form.summary()
    is_budget = isinstance(form, BudgetForm)
    typed: Any = form.part() if form.is_bound else form.stored
    budget = typed if is_budget else BudgetPart.read(application)
    financing = FinancingPart.read(application) if is_budget else typed
    here = Step.BUDGET if is_budget else Step.FINANCING
    problems = [
        {
            "text": problem.message,
            "url": f"{'' if problem.step is here else step_url(problem.step, application)}#{problem.field}",
        }
        for problem in budget_problems(application, budget, financing, sums)
    ]
    names = {"": application.organisation.name, **dict(budget.partners)}
    context: dict[str, Any] = {
        "form": form,
        "sums": sums,
        "rules": rules_of(application.call),
        "problems": problems,
        "partner_sums": [(names[one.partner], one) for one in sums.partners],
        "unproved": _unproved(application, financing),
        "partner_names": [name for _key, name in budget.partners],
    }
    if is_budget:
        salary = SalaryForm(query if query and "manadslon" in query else None)
        context |= {"salary": salary, "hourly": _hourly(salary), "pasted": form.data.get(BLOCK, "")}
    return context


def _unproved(application: Application, part: FinancingPart) -> list[dict[str, str]]:
    """Letters that a call does not demand, but that strengthen the application."""
    if application.call.letters_required:
        return []
    return [{"text": one.message, "url": f"#{one.field}"} for one in missing_letters(application, part)]


@require_POST
def budget_sums(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The sums of what is typed and not yet saved, as pieces for the open page. Writes nothing."""
    application = my_application(request, pk)
    form = BudgetForm(request.POST, application=application, part=BudgetPart.read(application))
    return render(request, "applications/_budget_live.html", sums_context(application, form))


@require_POST
def financing_sums(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The same of the financing. Writes nothing."""
    application = my_application(request, pk)
    form = FinancingForm(request.POST, application=application, part=FinancingPart.read(application))
    return render(request, "applications/_financing_live.html", sums_context(application, form))


@require_safe
def hourly(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The hourly cost of a monthly salary, as a piece for the open page."""
    my_application(request, pk)
    salary = SalaryForm(request.GET)
    return render(request, "applications/_hourly.html", {"salary": salary, "hourly": _hourly(salary)})


def _hourly(form: SalaryForm) -> int | None:
    if not form.is_valid() or form.cleaned_data["manadslon"] is None:
        return None
    return hourly_cost(form.cleaned_data["manadslon"])
