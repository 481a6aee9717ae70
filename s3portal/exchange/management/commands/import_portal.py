"""``manage.py import_portal FIL.yaml``: take in a file in the portal's exchange format (docs/import.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from s3portal.common.upsert import Outcome
from s3portal.exchange.services import import_file
from s3portal.exchange.tree import BadFile


class Command(BaseCommand):
    help = (
        "Läser in strategier, utlysningar, möten, projekt och redan fattade beslut ur en YAML-fil. "
        "Allt eller inget; samma fil en gång till ändrar ingenting. Formatet: docs/import.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fil", help="YAML-filen")
        parser.add_argument("--dry-run", action="store_true", help="pröva filen utan att spara något")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["fil"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"Filen {path} går inte att läsa: {error.strerror}.") from error
        try:
            summary = import_file(content, actor=None, dry_run=options["dry_run"])
        except BadFile as bad:
            lines = "\n".join(f"{path.name}, {problem}" for problem in bad.problems)
            raise CommandError(f"Inget lästes in. Rätta det här i filen:\n{lines}") from bad
        if options["verbosity"] == 0:
            return
        for kind, counter in summary.counts.items():
            self.stdout.write(
                f"{kind}: {counter[Outcome.CREATED]} nya, {counter[Outcome.UPDATED]} ändrade, "
                f"{counter[Outcome.UNCHANGED]} oförändrade"
            )
        self.stdout.write("Inget är sparat, det var ett prov." if options["dry_run"] else "Klart.")
