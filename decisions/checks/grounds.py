"""What the decision rests on: the legal basis, the application and the aid level."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from applications.enums import ApplicationStatus
from applications.rules import may_be_decided
from calls.enums import AppealRule
from decisions.appeal import appeal_text
from decisions.checks.check import Check, failed_check, lower_first, passed
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision
from s3portal.common.swedish import (
    format_day,
    format_kr,
    format_percent,
)
from s3portal.diary.enums import CaseStatus


def legal_basis(decision: Decision, on: date) -> Iterator[Check]:
    """In force on the day, the call's own for grants and rejections, and with a text on how to appeal."""
    basis = decision.legal_basis
    if basis is None:
        yield failed_check("legal_basis", "Rättslig grund saknas", field="id_legal_basis", action="Välj")
        return
    if basis.valid_from > on or (basis.valid_to is not None and basis.valid_to < on):
        label = f"Den rättsliga grunden gäller inte den {format_day(on)}"
        yield failed_check("legal_basis_valid", label, note=basis.name, field="id_legal_basis")
        return
    if decision.application is not None and decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION):
        announced = decision.application.call.legal_basis
        if basis.code != announced.code:
            # The call said what its grants rest on, and with that how the decisions may be appealed.
            label = "Den rättsliga grunden är inte utlysningens"
            yield failed_check("legal_basis_call", label, note=announced.name, field="id_legal_basis")
            return
    yield passed("legal_basis_valid", "Den rättsliga grunden gäller", note=basis.name)
    if not appeal_text(decision):
        rule = AppealRule(basis.appeal_rule).label
        label = "Text om överklagande saknas för det här slaget av beslut"
        note = f"Grundens regel: {lower_first(str(rule))}. Välj ett annat slag eller en annan grund."
        yield failed_check("appeal", label, note=note, field="id_kind")


def application_checks(decision: Decision) -> Iterator[Check]:
    """The case and the application as they stand, and for a grant its amount (kronor), period and share."""
    if decision.case.status == CaseStatus.CANCELLED:
        yield failed_check("case", "Ärendet är makulerat", note="Det går inte att fatta beslut i det.")
    application = decision.application
    if application is None:
        if decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION):
            label = f"{DecisionKind(decision.kind).label} kräver en ansökan i ärendet"
            yield failed_check("application", label, note="Välj ett annat slag.", field="id_kind")
        return
    if application.status == ApplicationStatus.WITHDRAWN:
        yield failed_check("application", "Ansökan är återkallad", note="Det finns inget att besluta om.")
    elif application.status not in ApplicationStatus.open():
        status = ApplicationStatus(application.status).label
        yield failed_check("application", "Ansökan är redan avgjord", note=str(status))
    elif decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION) and not may_be_decided(application):
        yield failed_check("application", "Ansökan är inte granskad", note="Markera den som granskad först.")
    if decision.kind == DecisionKind.GRANT:
        yield from _grant(decision)


def _grant(decision: Decision) -> Iterator[Check]:
    application, basis = decision.application, decision.legal_basis
    if application is None:
        return
    if basis is not None and basis.publication_consent_required and not application.publication_consent:
        # Förordning (2022:1468) 25 §.
        label = "Sökanden har inte samtyckt till publicering"
        yield failed_check("consent", label, note="Den rättsliga grunden kräver det för bidrag.")
    if decision.amount is None or decision.amount_kind != AmountKind.CASH:
        yield failed_check(
            "grant_amount", "Bidragets belopp i pengar saknas", field="id_amount", action="Fyll i"
        )
        return
    if decision.starts_on is None or decision.ends_on is None:
        yield failed_check("grant_period", "Projektets period saknas", field="id_starts_on", action="Fyll i")
    if application.applied_amount is not None and decision.amount > application.applied_amount:
        label = f"Beloppet är högre än det sökta, {format_kr(application.applied_amount)}"
        yield failed_check("applied", label, field="id_amount")
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
                yield failed_check("share_in_points", label, note=note, field=f"id_punkt-{number}-text")


def _intensity_check(decision: Decision, amount: int, total_cost: int) -> Check:
    """The share of the total cost, exact, against the cap."""
    cap, share = _aid_cap(decision), Fraction(amount * 100, total_cost)
    note = f"{format_kr(amount)} av {format_kr(total_cost)}. Taket är {format_percent(cap, 2)}."
    if share <= cap:
        return passed("intensity", "Stödnivån ryms", note=note, value=format_percent(share))
    label = f"Stödnivån är {format_percent(share, 2)}, mer än {format_percent(cap, 2)}"
    return failed_check("intensity", label, note=note, field="id_amount")
