"""Exactly what was sent, as data. The PDF and every page that shows a sent application are made from it."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from applications.aid_content import aid_content
from applications.attachments import counted
from applications.budget import BudgetSummary, FinancingRow, LineSum
from applications.checks.steps import Step, steps_of
from applications.enums import CostCategory, FinancingKind, FinancingSource, Municipality
from applications.models import Application, SupplementRequest
from applications.parts import (
    PROJECT_TEXTS,
    BudgetPart,
    FinancingPart,
    PartnersPart,
    ProjectPart,
    QuestionsPart,
    question_key,
    summary_of,
)
from applications.parts.rows import Row
from applications.questions import answer_text, asked
from calls.enums import QuestionKind
from s3portal.accounts.models import User
from s3portal.common.swedish import format_isodate, in_stockholm
from s3portal.diary.models import Record

FORMAT = "s3-portalen/ansokan"
#: 2: the budget has its lines and its partners, the financing who it is and whether it is confirmed.
FORMAT_VERSION = 2


def content_of(
    application: Application, *, on: date | None = None, applicant: str | None = None
) -> dict[str, Any]:
    """The application as it stands, in the shape it will be sent in. Amounts in whole kronor, dates ISO.

    The room for försumbart stöd is that of the day ``on``, today unless told otherwise. ``applicant`` is what
    the applicant is called among costs and financiers, today's name unless told otherwise."""
    budget, financing = BudgetPart.read(application), FinancingPart.read(application)
    summary = summary_of(application, budget, financing)
    attachments = _attachments(application)
    sent = {one["filename"] for one in attachments}
    names = {"": applicant or application.organisation.name, **dict(budget.partners)}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "call": _call(application),
        "organisation": {
            "name": application.organisation.name,
            "org_number": application.organisation.org_number,
            "postal_address": application.organisation.postal_address,
            "email": application.organisation.email,
            "phone": application.organisation.phone,
        },
        "contact": {
            "name": application.contact_name,
            "email": application.contact_email,
            "phone": application.contact_phone,
        },
        "partners": _partners(application),
        "project": _project(application),
        "answers": _answers(application),
        "budget": _budget(summary, names),
        "financing": [_financing(row, names[""], sent) for row in financing.rows],
        "totals": {
            "applied": summary.applied,
            "cash": summary.cash,
            "in_kind": summary.in_kind,
            "other_in_kind": summary.other_in_kind,
            "own": summary.own,
            "public": summary.public,
            "public_share": summary.public_share_text,
            "financing": summary.financing,
            "total_cost": summary.total_cost,
            "aid_share": summary.share_text,
            "aid_cap": summary.cap_text,
        },
        "state_aid": aid_content(application, on=on),
        "attachments": attachments,
        "publication_consent": application.publication_consent,
    }


def sent_content(
    application: Application,
    *,
    by: User,
    at: datetime,
    record: Record,
    publication_consent: bool,
    authority_attested: bool = False,
) -> dict[str, Any]:
    """``content_of`` and who sent it, when (Swedish time, to the microsecond) and under which number."""
    authority = {"authority": "attested"} if authority_attested else {}
    return content_of(application, on=in_stockholm(at).date()) | {
        "publication_consent": publication_consent,
        "submission": {
            "at": in_stockholm(at).isoformat(),
            "by": str(by),
            "by_email": by.email,
            "diary_number": str(record.case),
            "record_number": record.number,
            **authority,
        },
    }


def changed_content(copy: Application, *, before: dict[str, Any], on: date | None = None) -> dict[str, Any]:
    """All of the application as it is after a supplement: ``copy`` in the shape it will be sent in.

    What stands outside the draft (the call, the organisation's own data, the room for aid on the day ``on``)
    is as it was ``before`` unless its step was opened."""
    opened = set(steps_of(copy))
    kept, applicant = {"call", "publication_consent", "submission"}, None
    if Step.APPLICANT not in opened:
        kept.add("organisation")
        applicant = before["organisation"]["name"]
    if Step.STATE_AID not in opened:
        kept.add("state_aid")
    return content_of(copy, on=on, applicant=applicant) | {
        name: before[name] for name in kept if name in before
    }


def supplemented_content(
    copy: Application,
    *,
    before: dict[str, Any],
    request: SupplementRequest,
    authority_attested: bool = False,
) -> dict[str, Any]:
    """``changed_content`` and what was answered to ``request``, by whom and when. The number of its record is
    not known yet. Needs the answer filled in."""
    assert request.answered_at is not None  # noqa: S101 - see above
    opened = set(steps_of(copy)) - {Step.REVIEW}
    content = changed_content(copy, before=before, on=in_stockholm(request.answered_at).date())
    content["supplement"] = {
        "at": in_stockholm(request.answered_at).isoformat(),
        "by": str(request.answered_by),
        "by_email": request.answered_by.email if request.answered_by else "",
        "asked_in": request.record.number,
        "due_on": format_isodate(request.due_on),
        "late": request.came_late,
        "steps": [step.label for step in Step if step in opened],
        "answer": request.answer,
        "answer_trade_secret": request.answer_secret_reason,
    }
    if authority_attested:
        content["supplement"]["authority"] = "attested"
    return content


def canonical_json(content: dict[str, Any]) -> bytes:
    """One way only to write the same content: sorted keys, UTF-8, a newline at the end."""
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _call(application: Application) -> dict[str, Any]:
    call = application.call
    return {
        "slug": call.slug,
        "title": call.title,
        "closes_at": in_stockholm(call.closes_at).isoformat(),
        "legal_basis": call.legal_basis.name,
        "legal_basis_code": call.legal_basis.code,
    }


def _attachments(application: Application) -> list[dict[str, Any]]:
    return [
        {
            "label": file.label,
            "kind": file.kind,
            "filename": file.filename,
            "content_type": file.content_type,
            "size": file.size,
            "sha256": file.sha256,
            "trade_secret_reason": file.trade_secret_reason,
        }
        for file in counted(application)
    ]


def _partners(application: Application) -> list[dict[str, Any]]:
    return [_row(row) for row in PartnersPart.read(application).partners]


def _project(application: Application) -> dict[str, Any]:
    part = ProjectPart.read(application)
    return {
        "title": part.title,
        **{name: getattr(part, name) for name in PROJECT_TEXTS},
        "areas": [area.name for area in part.areas],
        "municipalities": [
            {"code": code, "name": str(Municipality(code).label)} for code in part.municipalities
        ],
        "starts_on": _day(part.starts_on),
        "ends_on": _day(part.ends_on),
        "activity_rows": [_row(row) for row in part.activity_rows],
        "indicators": [_row(row) for row in part.indicators],
        "trade_secrets": dict(part.secrets),
    }


def _row(row: Row) -> dict[str, Any]:
    """The columns of a row; its key is the draft's own business."""
    values = {name: getattr(row, name) for name in row.names()}
    return {name: _day(value) if isinstance(value, date) else value for name, value in values.items()}


def _day(value: date | None) -> str | None:
    return format_isodate(value) if value else None


def _answers(application: Application) -> list[dict[str, Any]]:
    """The questions that were put, with the answers as stored and as written."""
    part = QuestionsPart.read(application)
    answers, secrets = dict(part.answers), dict(part.secrets)
    return [
        {
            "question": question.label,
            "kind": question.kind,
            "value": answers.get(question.pk, ""),
            "text": answer_text(question, answers.get(question.pk, "")),
            "trade_secret": secrets.get(question_key(question), ""),
        }
        for question in asked(part.questions, answers)
        if question.kind != QuestionKind.FILE
    ]


def _budget(summary: BudgetSummary, names: dict[str, str]) -> dict[str, Any]:
    return {
        "years": list(summary.years),
        "lines": [_line(summary, line, names) for line in summary.lines],
        "costs": [
            {
                "category": row.category.value,
                "label": str(row.category.label),
                "amounts": _by_year(summary, row.amounts),
                "total": row.total,
            }
            for row in summary.rows
        ],
        "indirect": {
            "percent": summary.overhead_percent,
            "base": summary.personnel,
            "amounts": _by_year(summary, summary.indirect),
            "total": summary.indirect_total,
        },
        "income": {
            "label": str(CostCategory.INCOME.label),
            "amounts": _by_year(summary, summary.income.amounts),
            "total": summary.income.total,
        },
        "partners": [
            {
                "name": names[one.partner],
                "amounts": _by_year(summary, one.amounts),
                "total": one.total,
            }
            for one in summary.partners
        ],
        "year_totals": _by_year(summary, summary.year_totals),
        "total_cost": summary.total_cost,
    }


def _line(summary: BudgetSummary, line: LineSum, names: dict[str, str]) -> dict[str, Any]:
    """One line. ``hours`` by year only for a salary that is counted in hours; an empty year is left out."""
    row = line.row
    return {
        "category": row.category,
        "label": str(CostCategory(row.category).label),
        "description": row.description,
        "partner": names.get(row.partner, names[""]),
        "hourly_rate": row.hourly_rate,
        "hours": {str(year): number for year, number in row.cells} if row.by_hours else None,
        "amounts": {str(year): amount for year, amount in zip(summary.years, line.amounts, strict=True)},
        "total": line.total,
    }


def _by_year(summary: BudgetSummary, amounts: Sequence[int]) -> dict[str, int]:
    return {str(year): amount for year, amount in zip(summary.years, amounts, strict=True)}


def _financing(row: FinancingRow, applicant: str, sent: Collection[str]) -> dict[str, Any]:
    """``sent``: the names of the files that go along; a letter is one of them."""
    return {
        "financier": applicant if row.own else row.financier,
        "own": row.own,
        "confirmed": row.confirmed,
        "letter": row.letter if row.letter in sent else "",
        "kind": row.kind,
        "kind_label": str(FinancingKind(row.kind).label),
        "source": row.source,
        "source_label": str(FinancingSource(row.source).label),
        "hours": row.hours,
        "hourly_rate": row.hourly_rate,
        "value": row.value,
    }
