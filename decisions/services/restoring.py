"""Back to an earlier text of a draft."""

from django.db import transaction

from decisions.enums import VersionKind
from decisions.frozen import thawed
from decisions.models import Decision
from decisions.services.drafting import lock_decision, save_draft
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


@transaction.atomic
def restore_version(*, decision_id: int, number: int, actor: User, expected_version: int) -> Decision:
    """Make the draft what it was: a save of its own, so what stands now is in the history too.

    Raises Refusal when there is no such version, and what ``save_draft`` raises: DraftConflict when somebody
    has saved since the page with ``expected_version`` was opened."""
    decision = lock_decision(decision_id)
    version = decision.versions.filter(number=number).first()
    if version is None:
        raise Refusal("Den versionen finns inte kvar.")
    return save_draft(
        decision_id=decision_id,
        actor=actor,
        expected_version=expected_version,
        content=thawed(version.content, decision),
        kind=VersionKind.RESTORED,
    )
