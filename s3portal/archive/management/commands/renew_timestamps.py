"""``manage.py renew_timestamps``: what beat does once a month, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from s3portal.archive.stamps import makes_stamps, renew_stamps
from s3portal.common.pdf import Seal
from s3portal.common.swedish import format_amount


class Command(BaseCommand):
    help = (
        "Sätter en ny arkivstämpel på de förseglade filer vars stämpel snart går ut (SEAL_RENEW_DAYS). "
        "Filerna själva ändras inte. Slutar med felkod 1 när någon inte gick att förnya."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not makes_stamps():
            raise CommandError("Ange SEAL_TSA_URL och SEAL_ROOTS. Utan dem sätts inga arkivstämplar.")
        done = renew_stamps(seal=Seal.from_settings())
        self.stdout.write(
            f"{format_amount(done.looked_at)} filer lästa för första gången, "
            f"{format_amount(done.renewed)} arkivstämplar förnyade."
        )
        if done.failed:
            raise CommandError(
                f"{format_amount(done.failed)} arkivstämplar gick inte att förnya. Loggen säger vilka och "
                "varför. Kör igen när tidsstämpeltjänsten svarar."
            )
