"""What must hold before a decision is proposed, and again at the moment it is signed.

Each check is one plain sentence with the field where it is put right. None of them writes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from applications.enums import ApplicationStatus
from applications.rules import may_be_decided
from calls.enums import AppealRule
from decisions.appeal import appeal_text
from decisions.document import has_financing_point
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision, DelegationClause
from s3portal.accounts.models import User
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import (
    Period,
    find_amounts,
    find_periods,
    format_day,
    format_kr,
    format_kronor,
    format_percent,
    format_period,
)
from s3portal.diary.enums import CaseStatus


@dataclass(frozen=True)
class Check:
    """``field`` is the id of the control on the draft page; ``percent`` (0–100) is drawn as a bar."""

    code: str
    ok: bool
    label: str
    note: str = ""
    field: str = ""
    value: str = ""
    percent: float | None = None
    action: str = "Rätta"

    @property
    def url(self) -> str:
        return f"#{self.field}" if self.field and not self.ok else ""


def _yes(code: str, label: str, *, note: str = "", value: str = "", percent: float | None = None) -> Check:
    return Check(code=code, ok=True, label=label, note=note, value=value, percent=percent)


def _no(
    code: str,
    label: str,
    *,
    note: str = "",
    field: str = "",
    action: str = "Rätta",
    percent: float | None = None,
) -> Check:
    return Check(code=code, ok=False, label=label, note=note, field=field, action=action, percent=percent)


def check_decision(decision: Decision, *, on: date, signer: User | None = None) -> list[Check]:
    """Every check of the decision on the day (Swedish calendar); with ``signer``, as that person would sign.

    The decision should come from ``Decision.objects.with_parts()``.
    """
    return [
        *_authority(decision, on, signer),
        *_legal_basis(decision, on),
        *_application(decision),
        *_whole(decision),
        *_texts(decision),
    ]


def failing(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if not check.ok]


# --- Who may decide (domain.md §1) ------------------------------------------------------------------------
def _authority(decision: Decision, on: date, signer: User | None) -> Iterator[Check]:
    clause = decision.clause
    if clause is None:
        yield _no("clause", "Delegationspunkt saknas", field="id_clause", action="Välj")
    else:
        yield _clause_check(clause, decision, on)
        if decision.amount_kind != AmountKind.NONE and decision.amount:
            yield _ceiling_check(clause, decision.amount)
    yield _delegate_check(decision, on)
    if signer is not None:
        yield _signer_check(decision, signer)


def _clause_check(clause: DelegationClause, decision: Decision, on: date) -> Check:
    order, number = clause.order, clause.number
    if not order.is_valid_on(on):
        label = f"Delegationsordningen gäller inte den {format_day(on)}"
        dates = f"Den gäller {format_period(order.valid_from, order.valid_to)}. Välj en punkt ur en annan."
        return _no("clause_valid", label, note=dates, field="id_clause")
    if decision.kind not in clause.kinds:
        label = f"Punkt {number} gäller inte för {DecisionKind(decision.kind).label.lower()}"
        return _no("clause_kind", label, note=clause.text, field="id_clause")
    return _yes("clause_valid", f"Punkt {number} gäller för ärendet", note=order.title)


def _ceiling_check(clause: DelegationClause, amount: int) -> Check:
    """The ceiling counts for money and working time alike: both commit the region."""
    if clause.ceiling is None:
        return _yes("ceiling", "Punkten har inget tak", value=format_kr(amount))
    percent = min(100.0, amount * 100 / clause.ceiling)
    limit = format_kr(clause.ceiling)
    if clause.covers_amount(amount):
        return _yes(
            "ceiling",
            "Beloppet ryms inom delegationen",
            note=f"Taket är {limit}",
            value=format_kr(amount),
            percent=percent,
        )
    rule = f"högst {limit}" if clause.ceiling_included else f"under {limit}"
    label = f"Beloppet {format_kr(amount)} är för högt för punkt {clause.number}"
    note = f"Punkten gäller belopp {rule}."
    return _no("ceiling", label, note=note, field="id_amount", percent=percent)


def _delegate_check(decision: Decision, on: date) -> Check:
    delegate, clause = decision.delegate, decision.clause
    if delegate is None:
        return _no("delegate", "Undertecknare saknas", field="id_delegate", action="Välj")
    name = delegate.user.full_name
    who = f"{name}, {delegate.title_in_text}"
    if clause is not None and delegate.clause_id != clause.pk:
        label = f"{name} har inte punkt {clause.number}"
        return _no("delegate_clause", label, note="Välj någon som har punkten.", field="id_delegate")
    if not delegate.user.is_active:
        return _no("delegate_valid", f"{name} arbetar inte kvar", note=who, field="id_delegate")
    if delegate.valid_from > on:
        label = f"{name} får besluta först den {format_day(delegate.valid_from)}"
        return _no("delegate_valid", label, note=who, field="id_delegate")
    if delegate.valid_to is not None and delegate.valid_to < on:
        label = f"{name} fick besluta till och med den {format_day(delegate.valid_to)}"
        return _no("delegate_valid", label, note=who, field="id_delegate")
    return _yes("delegate_valid", "Undertecknaren är behörig", note=who)


def _signer_check(decision: Decision, signer: User) -> Check:
    delegate = decision.delegate
    if delegate is not None and delegate.user_id == signer.pk:
        return _yes("signer", "Du är den som ska skriva under")
    waiting = f"Beslutet väntar på {delegate.user.full_name}." if delegate is not None else ""
    return _no("signer", "Du är inte den som ska skriva under", note=waiting)


# --- What it rests on (domain.md §3, §5) ------------------------------------------------------------------
def _legal_basis(decision: Decision, on: date) -> Iterator[Check]:
    basis = decision.legal_basis
    if basis is None:
        yield _no("legal_basis", "Rättslig grund saknas", field="id_legal_basis", action="Välj")
        return
    if basis.valid_from > on or (basis.valid_to is not None and basis.valid_to < on):
        label = f"Den rättsliga grunden gäller inte den {format_day(on)}"
        yield _no("legal_basis_valid", label, note=basis.name, field="id_legal_basis")
        return
    if decision.application is not None and decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION):
        announced = decision.application.call.legal_basis
        if basis.code != announced.code:
            # The call said what its grants rest on, and with that how the decisions may be appealed.
            label = "Den rättsliga grunden är inte utlysningens"
            yield _no("legal_basis_call", label, note=announced.name, field="id_legal_basis")
            return
    yield _yes("legal_basis_valid", "Den rättsliga grunden gäller", note=basis.name)
    if not appeal_text(decision):
        rule = AppealRule(basis.appeal_rule).label
        label = "Text om överklagande saknas för det här slaget av beslut"
        note = f"Grundens regel: {_lower_first(str(rule))}. Välj ett annat slag eller en annan grund."
        yield _no("appeal", label, note=note, field="id_kind")


def _application(decision: Decision) -> Iterator[Check]:
    if decision.case.status == CaseStatus.CANCELLED:
        yield _no("case", "Ärendet är makulerat", note="Det går inte att fatta beslut i det.")
    application = decision.application
    if application is None:
        if decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION):
            label = f"{DecisionKind(decision.kind).label} kräver en ansökan i ärendet"
            yield _no("application", label, note="Välj ett annat slag.", field="id_kind")
        return
    if application.status == ApplicationStatus.WITHDRAWN:
        yield _no("application", "Ansökan är återkallad", note="Det finns inget att besluta om.")
    elif application.status not in ApplicationStatus.open():
        status = ApplicationStatus(application.status).label
        yield _no("application", "Ansökan är redan avgjord", note=str(status))
    elif decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION) and not may_be_decided(application):
        yield _no("application", "Ansökan är inte granskad", note="Markera den som granskad först.")
    if decision.kind == DecisionKind.GRANT:
        yield from _grant(decision)


def _grant(decision: Decision) -> Iterator[Check]:
    application, basis = decision.application, decision.legal_basis
    if application is None:
        return
    if basis is not None and basis.publication_consent_required and not application.publication_consent:
        # Förordning (2022:1468) 25 §.
        label = "Sökanden har inte samtyckt till publicering"
        yield _no("consent", label, note="Den rättsliga grunden kräver det för bidrag.")
    if decision.amount is None or decision.amount_kind != AmountKind.CASH:
        yield _no("grant_amount", "Bidragets belopp i pengar saknas", field="id_amount", action="Fyll i")
        return
    if decision.starts_on is None or decision.ends_on is None:
        yield _no("grant_period", "Projektets period saknas", field="id_starts_on", action="Fyll i")
    if application.applied_amount is not None and decision.amount > application.applied_amount:
        label = f"Beloppet är högre än det sökta, {format_kr(application.applied_amount)}"
        yield _no("applied", label, field="id_amount")
    if application.total_cost:
        yield _intensity_check(decision, decision.amount, application.total_cost)
    yield from _written_shares(decision)


def _aid_cap(decision: Decision) -> Fraction:
    """The stricter of the basis' and the call's highest share of the costs, in percent; 100 without both."""
    caps = [Fraction(100)]
    if decision.application is not None:
        caps.append(Fraction(decision.application.call.max_aid_percent))
    if decision.legal_basis is not None and decision.legal_basis.max_aid_percent is not None:
        caps.append(Fraction(decision.legal_basis.max_aid_percent))
    return min(caps)


#: As in "50 % av godkända kostnader" and "49,5 procent av projektets kostnader".
_SHARE_OF_COSTS = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:%|procent\b)\s+av\b[^.;]{0,80}?kostnader", re.IGNORECASE
)


def _written_shares(decision: Decision) -> Iterator[Check]:
    """A point may promise a lower share than the cap, never a higher: what is paid follows the words."""
    cap = _aid_cap(decision)
    for number, point in enumerate(decision.points.all()):
        for written in dict.fromkeys(_SHARE_OF_COSTS.findall(point.text)):
            share = Fraction(written.replace(",", "."))
            if share > cap:
                label = f"Beslutspunkt {number + 1} nämner {format_percent(share, 2)} av kostnaderna"
                note = f"Taket är {format_percent(cap, 2)}."
                yield _no("share_in_points", label, note=note, field=f"id_punkt-{number}-text")


def _intensity_check(decision: Decision, amount: int, total_cost: int) -> Check:
    """The share of the total cost, exact, against the cap."""
    cap, share = _aid_cap(decision), Fraction(amount * 100, total_cost)
    note = f"{format_kr(amount)} av {format_kr(total_cost)}. Taket är {format_percent(cap, 2)}."
    if share <= cap:
        return _yes("intensity", "Stödnivån ryms", note=note, value=format_percent(share))
    label = f"Stödnivån är {format_percent(share, 2)}, mer än {format_percent(cap, 2)}"
    return _no("intensity", label, note=note, field="id_amount")


# --- What must be filled in (domain.md §2; FL 31–32 §§) ---------------------------------------------------
_REQUIRED = (
    ("title", "Rubrik saknas"),
    ("unit", "Enhet saknas"),
    ("case_officer_name", "Handläggare saknas"),
    ("case_officer_email", "Handläggarens e-post saknas"),
    ("background", "Ärendebeskrivning saknas"),
    ("reasons", "Skäl för beslutet saknas"),
)


def _whole(decision: Decision) -> Iterator[Check]:
    missing = [
        _no(name, label, field=f"id_{name}", action="Fyll i")
        for name, label in _REQUIRED
        if not getattr(decision, name).strip()
    ]
    points = [point.text for point in decision.points.all()]
    if not decision.basis_documents.all():
        missing.append(
            _no("basis", "Beslutsunderlag saknas", field="beslutsunderlag", action="Välj handlingar")
        )
    missing.extend(_points(decision, points))
    if not decision.extract_recipients.all():
        missing.append(
            _no("recipients", "Mottagare av utdrag saknas", field="id_mottagare-0-name", action="Fyll i")
        )
    if decision.amount_kind != AmountKind.NONE and not decision.amount:
        missing.append(_no("amount", "Belopp saknas", field="id_amount", action="Fyll i"))
    if not missing:
        yield _yes("whole", "Alla delar är ifyllda")
    yield from missing


def _points(decision: Decision, points: list[str]) -> Iterator[Check]:
    if not points:
        yield _no("points", "Beslutspunkter saknas", field="beslutspunkter", action="Lägg till")
        return
    empty = [number for number, text in enumerate(points) if not text.strip()]
    if decision.amount_kind != AmountKind.NONE and not has_financing_point(tuple(points)):
        label = "Beslutspunkt om finansiering saknas"
        note = "Skriv varifrån medlen tas, till exempel ”Finansiering sker inom ram för …”."
        target = f"id_punkt-{empty.pop(0)}-text" if empty else "beslutspunkter"
        yield _no("financing", label, note=note, field=target, action="Fyll i")
    for number in empty:
        label = f"Beslutspunkt {number + 1} är tom"
        yield _no("empty_point", label, field=f"id_punkt-{number}-text", action="Fyll i")


# --- What the texts say -----------------------------------------------------------------------------------
def _texts(decision: Decision) -> Iterator[Check]:
    leftovers = list(_leftovers(decision))
    yield from leftovers
    if not leftovers:
        yield _yes("leftovers", "Inga rester av mallar i texten")
    yield from _amounts(decision)
    yield from _periods(decision)


def _fields(decision: Decision) -> Iterator[tuple[str, str]]:
    """Each text that is printed, with its control."""
    for name, _label in _REQUIRED:
        yield f"id_{name}", getattr(decision, name)
    for number, point in enumerate(decision.points.all()):
        yield f"id_punkt-{number}-text", point.text
    for document in decision.basis_documents.all():
        yield "beslutsunderlag", document.title
    for number, recipient in enumerate(decision.extract_recipients.all()):
        yield f"id_mottagare-{number}-name", recipient.name


def _leftovers(decision: Decision) -> Iterator[Check]:
    for field, text in _fields(decision):
        for leftover in find_leftovers(text):
            yield _no(
                "leftover", f"Ta bort eller ersätt ”{leftover.text}”", note=leftover.reason, field=field
            )


def _amounts(decision: Decision) -> Iterator[Check]:
    """The decided amount stands in the points, and no amount there is from nowhere.

    Another amount in a point is accepted when it is also in the background, the reasons or the application
    (what was applied for, the total cost): then somebody has written it on purpose in two places.
    """
    points = [(number, find_amounts(point.text)) for number, point in enumerate(decision.points.all())]
    known = {*find_amounts(decision.background), *find_amounts(decision.reasons)}
    if decision.application is not None:
        known |= {decision.application.applied_amount or 0, decision.application.total_cost or 0}
    decided = decision.amount if decision.amount_kind != AmountKind.NONE else None
    failed = False
    if decided and not any(decided in amounts for _number, amounts in points):
        failed = True
        label = f"Beloppet {format_kronor(decided)} står inte i någon beslutspunkt"
        yield _no("amount_in_points", label, field="beslutspunkter")
    for number, amounts in points:
        for amount in dict.fromkeys(amounts):
            if amount == decided or amount in known:
                continue
            failed = True
            label = f"Beslutspunkt {number + 1} nämner {format_kronor(amount)}, som inte är beslutets belopp"
            note = (
                f"Beloppet i formuläret är {format_kr(decided)}." if decided else "Inget belopp är angivet."
            )
            yield _no("amounts_agree", label, note=note, field=f"id_punkt-{number}-text")
    if decided and not failed:
        yield _yes("amounts_agree", "Beloppen i texten stämmer", value=format_kr(decided))


def _periods(decision: Decision) -> Iterator[Check]:
    """Periods in the points agree with the fields; as with amounts, one that is also in the background may
    stand. A grant must say its period."""
    start, end = decision.starts_on, decision.ends_on
    decided = Period(start, end) if start and end and start <= end else None
    points = [(number, find_periods(point.text)) for number, point in enumerate(decision.points.all())]
    if start and end and decided is None:
        yield _no("period", "Slutdatumet ligger före startdatumet", field="id_ends_on")
        return
    if (start is None) != (end is None):
        field = "id_ends_on" if end is None else "id_starts_on"
        yield _no("period", "Perioden saknar start eller slut", field=field, action="Fyll i")
        return
    written = [period for _number, periods in points for period in periods]
    if decided is not None and decided not in written and (written or decision.kind == DecisionKind.GRANT):
        label = f"Perioden {decided} står inte i någon beslutspunkt"
        yield _no("period_in_points", label, field="beslutspunkter")
    known = set(find_periods(decision.background))
    for number, periods in points:
        for period in dict.fromkeys(periods):
            if period == decided or period in known:
                continue
            label = f"Beslutspunkt {number + 1} nämner en annan period, {period}"
            note = f"Perioden i formuläret är {decided}." if decided else "Ingen period är angiven."
            yield _no("periods_agree", label, note=note, field=f"id_punkt-{number}-text")
    if decided is not None and decided in written:
        yield _yes("periods_agree", "Perioden i texten stämmer", note=str(decided))


def _lower_first(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
