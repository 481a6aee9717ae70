"""``manage.py verify_audit``: is every event in the audit trail there, unchanged and in order?"""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from s3portal.audit.chain import stalled_since
from s3portal.audit.verifying import Anchor, Report, verify_chain
from s3portal.common.swedish import format_amount


def read_anchor(text: str) -> Anchor:
    """``1234:`` and 64 hexadecimal digits, as the command writes it. Raises CommandError."""
    match = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", text.strip().lower())
    if match is None:
        raise CommandError(f"{text} är inte kedjans ände. Den skrivs som 1234: och 64 tecken.")
    return Anchor(int(match[1]), match[2])


class Command(BaseCommand):
    help = (
        "Prövar händelseloggens kedja: ändrade, borttagna, inlagda och omkastade händelser. "
        "Ändrar ingenting. Slutar med felkod 1 när något är fel."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="PLATS:SUMMA",
            help="kedjans ände som den var vid en tidigare prövning; kan anges flera gånger",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_chain(anchors=[read_anchor(text) for text in options["anchor"]])
        if not report.whole:
            raise CommandError(_faults(report))
        since = stalled_since()
        if since is not None:
            self.stderr.write(
                f"Kedjan har inte fyllts på sedan {timezone.localtime(since):%Y-%m-%d %H:%M}. Se efter att "
                "Celery beat och en arbetare går."
            )
        if options["verbosity"] == 0:
            return
        self.stdout.write(
            f"Loggen är hel: {format_amount(report.chained)} händelser i kedjan, "
            f"{format_amount(report.waiting)} väntar på plats."
        )
        if report.chained:
            self.stdout.write(f"Kedjans ände: {report.end}")
            self.stdout.write("Spara den utanför portalen, och pröva mot den nästa gång med --anchor.")


def _faults(report: Report) -> str:
    lines = [f"Loggen är inte hel. {format_amount(report.fault_count)} fel:", *report.faults]
    if report.fault_count > len(report.faults):
        lines.append(f"… och {format_amount(report.fault_count - len(report.faults))} till.")
    return "\n".join(lines)
