"""What must hold before a decision is proposed, and again at the moment it is signed.

Each check is one plain sentence with the field where it is put right. None of them writes.
"""

from collections.abc import Iterable
from datetime import date

from decisions.checks.authority import Standing, authority, standing_of_many
from decisions.checks.check import Check
from decisions.checks.commented import commented
from decisions.checks.considered import considered
from decisions.checks.grounds import application_checks, legal_basis
from decisions.checks.required import required
from decisions.checks.texts import texts
from decisions.checks.whole import whole
from decisions.models import Decision
from s3portal.accounts.models import User

__all__ = ["Check", "check_decision", "failing", "standing_of_many"]


def check_decision(
    decision: Decision, *, on: date, signer: User | None = None, standing: Standing | None = None
) -> list[Check]:
    """Every check of the decision on the day (Swedish calendar); with ``signer``, as that person would sign.

    The decision should come from ``Decision.objects.with_parts()``. With ``standing`` (see
    ``standing_of_many``) one on an application that changes no other costs no query, but for what is left of
    the call's frame when Redis keeps no sum of it.
    """
    return [
        *authority(decision, on, signer, standing),
        *legal_basis(decision, on),
        *application_checks(decision),
        *whole(decision),
        *required(decision),
        *texts(decision),
        *considered(decision),
        *commented(decision),
    ]


def failing(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if not check.ok]
