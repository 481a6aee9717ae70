"""The region's two real decisions, written and signed in the portal as their officers would have done it."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import time_machine

from calls.models import LegalBasis
from decisions.content import BasisRow, DraftContent, RecipientRow
from decisions.enums import DecisionKind
from decisions.models import Decision
from decisions.services.drafting import save_draft, start_decision
from decisions.services.proposing import propose_decision
from decisions.services.signing import sign_decision
from s3portal.diary.services import import_case
from tests import factories

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
HEADINGS = (
    "Ärendebeskrivning",
    "Beslutsunderlag",
    "Delegationsbestämmelse och delegation",
    "Beslut",
    "Anmälan",
    "Utdrag till",
)
REASONS = "Projektet bidrar till den regionala utvecklingsstrategin och till smart specialisering."


@dataclass(frozen=True)
class Seed:
    """``head``: the lines before the first heading; ``sections``: heading → its lines, without numbering."""

    head: list[str]
    sections: dict[str, list[str]]

    @property
    def points(self) -> list[str]:
        return self.sections["Beslut"][:-2]

    @property
    def signatory(self) -> tuple[str, str]:
        name, title = self.sections["Beslut"][-2:]
        return name, title


def read_seed(number: str) -> Seed:
    lines = [line.strip() for line in (SEEDS / f"{number}.txt").read_text(encoding="utf-8").splitlines()]
    return split_at_headings([re.sub(r"^(?:#+ |\d+\. )", "", line) for line in lines], HEADINGS)


def split_at_headings(lines: list[str], headings: tuple[str, ...]) -> Seed:
    head: list[str] = []
    sections: dict[str, list[str]] = {}
    current = head
    for line in lines:
        if line in headings:
            current = sections.setdefault(line, [])
        elif line:
            current.append(line)
    return Seed(head, sections)


def raw_section(number: str, heading: str, following: str) -> str:
    """The section as it was written, with its list and paragraphs."""
    text = (SEEDS / f"{number}.txt").read_text(encoding="utf-8")
    start = re.search(rf"^(?:#+ )?{heading}\s*$", text, re.MULTILINE)
    end = re.search(rf"^(?:#+ )?{following}\s*$", text, re.MULTILINE)
    assert start is not None, heading
    assert end is not None, following
    return text[start.end() : end.start()].strip()


@dataclass(frozen=True)
class Facts:
    """What the text does not say by itself, as the officer fills it in."""

    year: int
    serial: int
    signed_at: str
    amount: int
    amount_is_ceiling: bool
    period: tuple[date, date]
    order_dates: tuple[date, date]
    acting: bool


FACTS = {
    "002": Facts(
        2021, 664, "2022-03-10T10:00:00+01:00", 150_000, False,
        (date(2022, 4, 1), date(2024, 6, 30)), (date(2019, 1, 1), date(2022, 12, 31)), True,
    ),
    "004": Facts(
        2024, 138, "2024-02-23T10:00:00+01:00", 460_000, True,
        (date(2024, 3, 1), date(2024, 11, 30)), (date(2023, 1, 1), date(2026, 12, 31)), False,
    ),
}  # fmt: skip


def seeded_content(number: str, seed: Seed, **fields: Any) -> DraftContent:
    facts = FACTS[number]
    unit, officer, phone, email = seed.head[:4]
    return DraftContent(
        kind="participation",
        title=seed.head[6],
        unit=unit,
        case_officer_name=officer,
        case_officer_phone=phone.removeprefix("Tfn:").strip(),
        case_officer_email=email.removeprefix("E-post: "),
        background=raw_section(number, "Ärendebeskrivning", "Beslutsunderlag"),
        reasons=REASONS,
        amount_kind="in_kind",
        amount=facts.amount,
        amount_is_ceiling=facts.amount_is_ceiling,
        starts_on=facts.period[0],
        ends_on=facts.period[1],
        points=tuple(seed.points),
        basis_documents=tuple(BasisRow(title) for title in seed.sections["Beslutsunderlag"]),
        recipients=(RecipientRow(seed.sections["Utdrag till"][0], "mottagare@example.org"),),
        **fields,
    )


def make_seeded(number: str) -> Decision:
    """Drafted, checked, proposed and signed with the clock set to the day of the real decision."""
    seed, facts = read_seed(number), FACTS[number]
    order_title, _comma, clause_number = seed.sections["Delegationsbestämmelse och delegation"][0].rpartition(
        ", punkt "
    )
    name, title = seed.signatory
    officer = factories.make_staff("officer", full_name=seed.head[1])
    signer = factories.make_staff("delegate", full_name=name)
    with time_machine.travel(facts.signed_at, tick=False):
        basis: LegalBasis = factories.make_legal_basis(valid_from=date(2018, 1, 1))
        committee = factories.make_committee(name="regionala utvecklingsnämnden")
        order = factories.make_delegation_order(
            committee=committee,
            title=order_title,
            valid_from=facts.order_dates[0],
            valid_to=facts.order_dates[1],
        )
        clause = factories.make_clause(order=order, number=clause_number)
        delegate = factories.make_delegate(
            user=signer,
            clause=clause,
            office=title.removeprefix("Tf. "),
            acting=facts.acting,
            valid_to=date.fromisoformat(facts.signed_at[:10]),
        )
        case = import_case(
            actor=None,
            prefix="RUN",
            serial=facts.serial,
            year=facts.year,
            title=seed.head[6],
            opened_on=date(facts.year, 1, 2),
        )
        draft = start_decision(actor=officer, kind=DecisionKind.PARTICIPATION, title=seed.head[6], case=case)
        content = seeded_content(number, seed, legal_basis=basis, clause=clause, delegate=delegate)
        draft = save_draft(
            decision_id=draft.pk, actor=officer, expected_version=draft.version, content=content
        )
        factories.declare_none(draft, officer, signer)
        factories.consider(draft)
        proposed = propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)
        sign_decision(decision_id=draft.pk, actor=signer, expected_version=proposed.version)
    return Decision.objects.with_parts().get(pk=draft.pk)
