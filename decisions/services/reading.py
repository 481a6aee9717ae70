"""That a member has read a reported decision."""

from django.db import transaction

from decisions.models import DecisionReading, DecisionReport
from s3portal.accounts.models import User
from s3portal.audit.services import record_event


@transaction.atomic
def note_opened(*, report: DecisionReport, reader: User) -> None:
    """The read mark and the log of who opened what: the one write that a member's GET makes
    (docs/adr/0002). The first opening is the one that counts as read."""
    mark_read(report=report, reader=reader)
    record_event(
        actor=reader,
        action="reported_decision_opened",
        obj=report.decision,
        text=f"Öppnade beslutet inför {report.meeting}",
        data={"report": report.pk},
    )


@transaction.atomic
def mark_read(*, report: DecisionReport, reader: User) -> None:
    DecisionReading.objects.get_or_create(report=report, user=reader)


@transaction.atomic
def mark_unread(*, report: DecisionReport, reader: User) -> None:
    DecisionReading.objects.filter(report=report, user=reader).delete()
