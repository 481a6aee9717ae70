"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from typing import Final

from celery import shared_task

from s3portal.archive import services, stamps
from s3portal.common.pdf import Seal

#: In seconds. A large year takes longer than any other work. Delivered again meanwhile (see the broker's
#: visibility timeout), the second worker sees in the row that the first lives, and leaves it.
LONGEST: Final = 6 * 60 * 60


@shared_task(time_limit=LONGEST)
def make_package(package_id: int) -> None:
    """Make a package, soon after it was ordered."""
    services.make_package(package_id=package_id)


@shared_task
def make_packages_left() -> None:
    """Ask again for packages that did not come: a worker was killed, or the broker was away."""
    for package_id in services.packages_left():
        make_package.delay(package_id)


@shared_task
def clear_packages() -> None:
    """Take old packages away: they are copies of what the diary holds."""
    services.clear_packages()


@shared_task(time_limit=LONGEST)
def renew_archive_stamps() -> None:
    """Renew the archive time stamps that run out, where the settings name a time stamp service."""
    if stamps.makes_stamps():
        stamps.renew_stamps(seal=Seal.from_settings())
