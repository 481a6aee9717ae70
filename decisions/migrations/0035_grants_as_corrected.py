"""A grant whose amount was put right (36 § förvaltningslagen) before corrections counted is what the correction says,
and one whose amendment or extension a court annulled before such rulings were followed is what is left.

The amount of the application is what reports, searches and the call's frame go by. It is summed up here as the
portal does it since: a later amount takes the place of an earlier, an extension adds to it, and what is revoked or
annulled counts for nothing."""

from collections.abc import Iterable
from typing import Any

from django.db import migrations
from django.db.models import F
from django.utils import timezone

from s3portal.common.swedish import format_kronor

#: Those that end an application.
DECIDING = ("grant", "rejection", "dismissal")
OTHER_AMOUNT = ("amends", "corrects")
SIGNED_LAST = ("decided_on", F("signed_at").asc(nulls_first=True), "pk")


class _Matter:
    """The signed decisions on one application, the latest last."""

    def __init__(self, decisions: Iterable[Any]) -> None:
        self.decisions = list(decisions)

    def grant(self) -> Any:
        """What has decided the application, if that is a grant."""
        deciding = [one for one in self.decisions if one.kind in DECIDING]
        return deciding[-1] if deciding and deciding[-1].kind == "grant" else None

    def amount_of(self, decision: Any) -> int:
        said = [self.amount_of(later) for later in self._later(decision, *OTHER_AMOUNT)]
        own = (decision.amount or 0) if decision.amount_kind == "cash" else 0
        base = next((amount for amount in reversed(said) if amount), own)
        return base + sum(self.amount_of(later) for later in self._later(decision, "extends"))

    def _later(self, decision: Any, *relations: str) -> list[Any]:
        return [one for one in self._changing(decision, *relations) if not self._has_fallen(one)]

    def _changing(self, decision: Any, *relations: str) -> list[Any]:
        return [one for one in self.decisions if one.changes_id == decision.pk and one.relation in relations]

    def _has_fallen(self, decision: Any) -> bool:
        annulled = decision.appeals.filter(status="closed", outcome="annulled")
        return bool(self._changing(decision, "revokes")) or annulled.exists()


def as_corrected(apps: Any, _schema_editor: Any) -> None:
    """Only where a later decision says an amount; each change is told in the audit trail."""
    signed = apps.get_model("decisions", "Decision").objects.filter(status="signed")
    applications = apps.get_model("applications", "Application").objects
    changed = signed.filter(relation__in=(*OTHER_AMOUNT, "extends"), amount__gt=0).values("application")
    for application in applications.filter(pk__in=changed, status="granted"):
        matter = _Matter(signed.filter(application=application.pk).order_by(*SIGNED_LAST))
        grant = matter.grant()
        amount = 0 if grant is None else matter.amount_of(grant)
        if amount and amount != application.granted_amount:
            _change(apps, application, amount)


def _change(apps: Any, application: Any, amount: int) -> None:
    before, application.granted_amount = application.granted_amount, amount
    application.save(update_fields=["granted_amount"])
    apps.get_model("audit", "Event").objects.create(
        at=timezone.now(),
        actor_id=None,
        actor_label="Systemet",
        action="application_grant_changed",
        object_type="applications.application",
        object_id=application.pk,
        text=f"Bidraget är {format_kronor(amount)}, förut {format_kronor(before)}. Det är vad besluten säger.",
        data={"amount": amount, "before": before},
    )


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0034_staff_search_words"),
        ("applications", "0023_search_is_kept"),
        ("audit", "0003_chain_of_hashes"),
    ]

    # Backwards the amounts stay: they are what the decisions say.
    operations = [migrations.RunPython(as_corrected, migrations.RunPython.noop)]
