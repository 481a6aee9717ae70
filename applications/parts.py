"""A draft in the three parts that are written each on its own page, as values.

A part can be read from a row or made from a form; two of them are compared field by field, so that who saves
on an older text is told what differs.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from applications.budget import BudgetRules, BudgetSummary, FinancingRow, summarise, years_of
from applications.enums import CostCategory, FinancingKind, FinancingSource
from applications.models import Application
from applications.questions import answer_text
from calls.models import Call, CallQuestion, StrengthArea
from s3portal.common.swedish import format_amount, format_isodate, format_kr
from s3portal.common.text import Piece, diff_words


class FieldText(NamedTuple):
    """One field of a part as readable text."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class ApplicantPart:
    contact_name: str
    contact_email: str
    contact_phone: str

    @classmethod
    def read(cls, application: Application) -> "ApplicantPart":
        return cls(application.contact_name, application.contact_email, application.contact_phone)

    def texts(self) -> Iterator[FieldText]:
        yield FieldText("contact_name", "Kontaktperson", self.contact_name)
        yield FieldText("contact_email", "E-post", self.contact_email)
        yield FieldText("contact_phone", "Telefon", self.contact_phone)


@dataclass(frozen=True)
class ProjectPart:
    title: str
    summary: str
    aims: str
    activities: str
    areas: tuple[StrengthArea, ...]
    starts_on: date | None
    ends_on: date | None

    @classmethod
    def read(cls, application: Application) -> "ProjectPart":
        return cls(
            title=application.title,
            summary=application.summary,
            aims=application.aims,
            activities=application.activities,
            areas=tuple(application.areas.order_by("order", "name")),
            starts_on=application.starts_on,
            ends_on=application.ends_on,
        )

    def texts(self) -> Iterator[FieldText]:
        yield FieldText("title", "Projektets namn", self.title)
        yield FieldText("summary", "Sammanfattning", self.summary)
        yield FieldText("aims", "Syfte och mål", self.aims)
        yield FieldText("activities", "Aktiviteter", self.activities)
        yield FieldText("areas", "Styrkeområden", ", ".join(sorted(area.name for area in self.areas)))
        yield FieldText("starts_on", "Första dag", _day(self.starts_on))
        yield FieldText("ends_on", "Sista dag", _day(self.ends_on))


@dataclass(frozen=True)
class BudgetPart:
    """``lines``: (category, year, kronor) in that order; an empty cell is no line."""

    lines: tuple[tuple[str, int, int], ...]
    financing: tuple[FinancingRow, ...]
    applied_amount: int | None

    @classmethod
    def read(cls, application: Application) -> "BudgetPart":
        order = CostCategory.values
        lines = sorted(
            ((line.category, line.year, line.amount) for line in application.budget_lines.all()),
            key=lambda line: (order.index(line[0]), line[1]),
        )
        financing = tuple(
            FinancingRow(
                financier=row.financier,
                kind=row.kind,
                source=row.source,
                hours=row.hours,
                hourly_rate=row.hourly_rate,
                amount=row.amount if row.kind == FinancingKind.CASH else None,
            )
            for row in application.financing.all()
        )
        return cls(tuple(lines), financing, application.applied_amount)

    def texts(self) -> Iterator[FieldText]:
        for category, year, amount in self.lines:
            label = f"{CostCategory(category).label} {year}"
            yield FieldText(f"cost-{category}-{year}", label, format_amount(amount))
        for number, row in enumerate(self.financing, start=1):
            yield FieldText(f"financing-{number}", f"Finansiär {number}", financing_text(row))
        yield FieldText("applied_amount", "Sökt stöd", _kr(self.applied_amount))


@dataclass(frozen=True)
class QuestionsPart:
    """``answers``: (question's id, stored text) in the call's order; no answer is no entry."""

    questions: tuple[CallQuestion, ...] = field(compare=False)
    answers: tuple[tuple[int, str], ...]

    @classmethod
    def read(cls, application: Application) -> "QuestionsPart":
        stored = {answer.question_id: answer.value for answer in application.answers.all()}
        questions = tuple(application.call.questions.all())
        return cls(questions, tuple((one.pk, stored[one.pk]) for one in questions if stored.get(one.pk)))

    def texts(self) -> Iterator[FieldText]:
        answers = dict(self.answers)
        for question in self.questions:
            value = answers.get(question.pk, "")
            yield FieldText(f"q-{question.pk}", question.label, answer_text(question, value))


Part = ApplicantPart | ProjectPart | QuestionsPart | BudgetPart


def financing_text(row: FinancingRow) -> str:
    """One financier on one line: "SVID, kontant, privat, 420 000 kr"."""
    words = [
        row.financier or "Utan namn",
        str(FinancingKind(row.kind).label).lower(),
        str(FinancingSource(row.source).label),
    ]
    if row.kind == FinancingKind.IN_KIND:
        words.append(f"{_number(row.hours)} timmar à {_number(row.hourly_rate)} kr")
    words.append(_kr(row.value) or "belopp saknas")
    return ", ".join(words)


def _number(value: int | None) -> str:
    return "?" if value is None else format_amount(value)


def _kr(value: int | None) -> str:
    return "" if value is None else format_kr(value)


def _day(value: date | None) -> str:
    return "" if value is None else format_isodate(value)


# --- Two versions of one part -----------------------------------------------------------------------------
def seen_mark(application: Application, part: Part) -> str:
    """What a page carries to tell which text it was opened on: the draft's version and this part's mark."""
    return f"{application.version}-{_fingerprint(part)}"


def _fingerprint(part: Part) -> str:
    text = json.dumps([(field.key, field.text) for field in part.texts()], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def still_stands(mark: str, application: Application, part: Part) -> bool:
    """Whether the stored ``part`` is the one that the page with ``mark`` was opened on.

    Saving one page of the draft does not disturb who writes on another.
    """
    version, _, fingerprint = mark.partition("-")
    return version == str(application.version) or fingerprint == _fingerprint(part)


@dataclass(frozen=True)
class Difference:
    """One field that two versions do not agree on. ``pieces`` go from theirs to mine."""

    label: str
    theirs: str
    mine: str

    @property
    def pieces(self) -> list[Piece]:
        return diff_words(self.theirs, self.mine)


def differences(theirs: Part, mine: Part) -> list[Difference]:
    """The fields that differ, in the order of the page."""
    stored = {field.key: field for field in theirs.texts()}
    typed = {field.key: field for field in mine.texts()}
    return [
        Difference(
            label=(typed.get(key) or stored[key]).label,
            theirs=stored[key].text if key in stored else "",
            mine=typed[key].text if key in typed else "",
        )
        for key in [*typed, *(key for key in stored if key not in typed)]
        if (stored[key].text if key in stored else "") != (typed[key].text if key in typed else "")
    ]


# --- The budget of a row ----------------------------------------------------------------------------------
def rules_of(call: Call) -> BudgetRules:
    """The call's own cap, or that of its legal basis when it is lower (domain.md §5)."""
    caps = [call.max_aid_percent, call.legal_basis.max_aid_percent]
    return BudgetRules(
        overhead_percent=call.overhead_percent,
        max_aid_percent=min(cap for cap in caps if cap is not None),
        min_amount=call.min_amount,
        max_amount=call.max_amount,
    )


def period_years(application: Application) -> tuple[int, ...]:
    """The calendar years of the project period; none while it is not given."""
    if application.starts_on is None or application.ends_on is None:
        return ()
    return years_of(application.starts_on.year, application.ends_on.year)


def budget_years(application: Application, part: BudgetPart) -> tuple[int, ...]:
    """The years the table shows: those of the period, and any other year that an amount stands in."""
    inside = period_years(application)
    also = [year for _category, year, amount in part.lines if amount or not inside]
    return tuple(sorted({*inside, *also}))


def summary_of(application: Application, part: BudgetPart | None = None) -> BudgetSummary:
    """The budget of a draft or a sent application; ``part`` instead of what is stored while it is typed."""
    budget = part or BudgetPart.read(application)
    return summarise(
        years=budget_years(application, budget),
        lines={(category, year): amount for category, year, amount in budget.lines},
        financing=budget.financing,
        applied=budget.applied_amount,
        rules=rules_of(application.call),
    )
