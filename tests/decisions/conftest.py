# Models cannot be imported while conftest files are read: Django is not set up yet.
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

if TYPE_CHECKING:
    from applications.models import Application
    from decisions.models import Decision, Delegate
    from s3portal.accounts.models import User


@pytest.fixture
def delegate(delegate_user: "User") -> "Delegate":
    """Clause 8.1, below 500 000 kr, without an end."""
    from tests import factories

    return factories.make_delegate(user=delegate_user, clause=factories.make_clause(number="8.1"))


@pytest.fixture
def draft(officer: "User", delegate: "Delegate") -> "Decision":
    """Ready to be proposed."""
    from decisions.models import Decision
    from tests import factories

    made = factories.make_decision(user=officer, delegate=delegate)
    return Decision.objects.with_parts().get(pk=made.pk)


@pytest.fixture
def proposed(draft: "Decision", officer: "User") -> "Decision":
    from decisions.services.proposing import propose_decision

    return propose_decision(decision_id=draft.pk, actor=officer, expected_version=draft.version)


@pytest.fixture
def application(owner: "User", officer: "User") -> "Application":
    """Received and assessed: 300 000 kr of 600 000 kr, to a call that pays at most half."""
    from applications.services import submit_application
    from tests import factories
    from tests.applications.judging import go_through

    draft = factories.make_application(
        user=owner,
        title="Klusterkraft",
        summary="Vi samlar företag i fjällen.",
        starts_on=date(2027, 1, 1),
        ends_on=date(2028, 12, 31),
    )
    submitted = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
    return go_through(submitted, officer)
