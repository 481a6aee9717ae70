"""Ordering packages for the archive, making them in the background, and taking them away again."""

from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryFile
from time import monotonic
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.archive.contents import cases_of, write_package
from s3portal.archive.models import ArchivePackage, PackageStatus
from s3portal.archive.pdfa import ConverterAway
from s3portal.archive.rules import may_archive
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import AlteredFile, hash_of
from s3portal.common.quarantine import FileHeld, dispose
from s3portal.diary.guards import barred_cases, require_let_in
from s3portal.diary.models import Case, SecrecyMark
from s3portal.diary.services import log_protected_read

FOLDER: Final = "archive"
#: A worker that has not been heard of for this long is gone, and the package is begun again.
SILENCE: Final = timedelta(minutes=15)
#: A package that so many workers have died over is not begun again.
MOST_ATTEMPTS: Final = 5
#: So seldom a worker says that it lives; in seconds.
PULSE: Final = 5.0
#: So many cases are named in a refusal.
MOST_NAMED: Final = 5
_WITH_BYTES: Final = (PackageStatus.WAITING, PackageStatus.RUNNING, PackageStatus.MADE)
MAY_NOT: Final = "Bara en registrator tar ut arkivpaket."


@transaction.atomic
def order_package(
    *, actor: User, case: Case | None = None, prefix: str = "", year: int | None = None
) -> ArchivePackage:
    """A package of ``case``, or of all cases of ``prefix`` and ``year``, to be made in the background.

    The same that is already waited for is given back: a button pressed twice makes one package. Raises
    Refusal for who is no registrar, has a question of jäv to answer in the case or has jäv in one of the
    year's, and for a year without cases; PermissionDenied for jäv in the case."""
    if not may_archive(actor):
        raise Refusal(MAY_NOT)
    require_all_let_in(actor, ArchivePackage(case=case, prefix=prefix, year=year))
    # Who presses twice waits here for themselves.
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    order = {"case": case, "prefix": prefix, "year": year}
    waiting = (PackageStatus.WAITING, PackageStatus.RUNNING)
    ordered = ArchivePackage.objects.filter(status__in=waiting, ordered_by=actor, **order).first()
    if ordered is not None:
        return ordered
    package = ArchivePackage(ordered_by=actor, **order)
    package.total = cases_of(package).count()
    if not package.total:
        raise Refusal(f"Det finns inga ärenden i {package.what}.", field="year")
    package.save(force_insert=True)
    cases = "1 ärende" if package.total == 1 else f"{package.total} ärenden"
    _note(actor, package, "archive_package_ordered", f"{package} beställt, {cases}")
    from s3portal.archive.tasks import make_package as make  # the task imports this module

    # Should the broker be away, the beat job finds what waits.
    transaction.on_commit(lambda: make.delay(package.pk), robust=True)
    return package


def make_package(*, package_id: int) -> None:
    """Write the package and put it in the private storage. May be called any number of times, by any number
    of workers: only one makes it, and one that is killed is replaced after ``SILENCE``."""
    package = _take_up(package_id)
    if package is None:
        return
    try:
        with TemporaryFile() as target:
            as_they_came = write_package(package, target, told=_teller(package))
            file = File(target)
            sha256, size = hash_of(file)
            stored = default_storage.save(f"{FOLDER}/{package.name}.zip", file)
    except FileHeld:
        _fail(package, "En fil genomsöks fortfarande efter virus. Beställ igen om en stund.")
    except AlteredFile as altered:
        _fail(
            package, f"En fil stämmer inte med sin kontrollsumma: {altered}. Kontakta den som sköter driften."
        )
    except ConverterAway:
        _fail(package, "Tjänsten som gör kopior i PDF/A svarar inte. Beställ igen om en stund.")
    else:
        _finish(package, stored=stored, sha256=sha256, size=size, as_they_came=as_they_came)


def packages_left() -> list[int]:
    """Keys of packages that should be made by now: nobody has begun, or who did is gone."""
    silent = Q(status=PackageStatus.RUNNING, touched_at__lt=timezone.now() - SILENCE)
    waiting = Q(status=PackageStatus.WAITING, touched_at__lt=timezone.now() - timedelta(minutes=1))
    return list(ArchivePackage.objects.filter(silent | waiting).order_by("pk").values_list("pk", flat=True))


def require_all_let_in(actor: User, package: ArchivePackage) -> None:
    """That jäv keeps the actor out of none of the cases in the package. Raises as ``order_package``."""
    if package.case is not None:
        require_let_in(actor, package.case)
        return
    barred = list(cases_of(package).filter(barred_cases(actor))[:MOST_NAMED])
    if barred:
        named = ", ".join(map(str, barred))
        raise Refusal(
            f"Du har anmält jäv i {named} och tar inte ut paketet med det ärendet. Låt en annan registrator "
            "göra det.",
            field="year",
        )


@transaction.atomic
def open_package(*, actor: User, package: ArchivePackage) -> "File[bytes]":
    """The package's file, and a note that somebody has fetched all there is in the cases, with one in each
    case where something is marked as secret. Raises as ``order_package``; FileNotFoundError, without any
    note, when the bytes are gone."""
    require_all_let_in(actor, package)
    stored = default_storage.open(package.storage_name)
    _note(actor, package, "archive_package_fetched", f"{package} hämtat")
    marked = SecrecyMark.objects.standing().values("case")
    for case in cases_of(package).filter(pk__in=marked):
        log_protected_read(actor=actor, case=case, what=f"arkivpaketet {package.what}")
    return stored


def clear_packages() -> int:
    """Take away the bytes of packages older than ARCHIVE_DAYS. The rows stay. Returns how many."""
    before = timezone.now() - timedelta(days=settings.ARCHIVE_DAYS)
    old = ArchivePackage.objects.filter(status=PackageStatus.MADE, made_at__lt=before)
    return sum(_remove(package_id) for package_id in old.order_by("pk").values_list("pk", flat=True))


# --- Parts ------------------------------------------------------------------------------------------------
@transaction.atomic
def _take_up(package_id: int) -> ArchivePackage | None:
    """The package for this worker to make, or None when another has it or it is made."""
    package = (
        ArchivePackage.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("case")
        .filter(pk=package_id)
        .first()
    )
    if package is None or not package.is_waited_for:
        return None
    now = timezone.now()
    if package.status == PackageStatus.RUNNING and package.touched_at > now - SILENCE:
        return None
    package.status, package.attempt, package.touched_at = PackageStatus.RUNNING, package.attempt + 1, now
    package.done, package.total = 0, cases_of(package).count()
    package.save(update_fields=["status", "attempt", "touched_at", "done", "total"])
    if package.attempt > MOST_ATTEMPTS:
        _fail(package, "Paketet har avbrutits gång på gång. Kontakta den som sköter driften.")
        return None
    return package


def _mine(package: ArchivePackage) -> QuerySet[ArchivePackage]:
    """The row, unless another worker has taken it over since."""
    return ArchivePackage.objects.filter(pk=package.pk, status=PackageStatus.RUNNING, attempt=package.attempt)


def _teller(package: ArchivePackage) -> Callable[[int], None]:
    """Tells how many cases are done, and that the worker lives, at most every ``PULSE``."""
    told_at = -PULSE

    def tell(done: int) -> None:
        nonlocal told_at
        if monotonic() - told_at < PULSE:
            return
        told_at = monotonic()
        # A case that was opened meanwhile is one more.
        total = max(done, package.total)
        _mine(package).update(done=done, total=total, touched_at=timezone.now())

    return tell


@transaction.atomic
def _finish(package: ArchivePackage, *, stored: str, sha256: str, size: int, as_they_came: int) -> None:
    made = _mine(package).update(
        status=PackageStatus.MADE,
        made_at=timezone.now(),
        storage_name=stored,
        sha256=sha256,
        size=size,
        as_they_came=as_they_came,
        done=F("total"),
    )
    if not made:
        default_storage.delete(stored)
        return
    _note(package.ordered_by, package, "archive_package_made", f"{package} klart, kontrollsumma {sha256}")


@transaction.atomic
def _fail(package: ArchivePackage, problem: str) -> None:
    if _mine(package).update(status=PackageStatus.FAILED, problem=problem[:500]):
        _note(package.ordered_by, package, "archive_package_failed", f"{package}: {problem}")


def remove_packages_of(case: Case) -> None:
    """Take away every copy of what is in the case, in the transaction that disposes of a record of it: what
    is made goes, and what is being made is broken off. The rows are held, so that nobody takes one up that
    still sees the record whole."""
    holding = ArchivePackage.objects.select_for_update(of=("self",)).select_related("case", "ordered_by")
    of_case = holding.filter(Q(case=case) | Q(prefix=case.prefix, year=case.year))
    for package in of_case.filter(status__in=_WITH_BYTES).order_by("pk"):
        if package.is_made:
            _take_away(package)
            _note(None, package, "archive_package_removed", f"{package} borttaget: en handling är gallrad")
        elif package.status == PackageStatus.RUNNING:
            _fail(package, "En handling i paketet gallrades medan det gjordes. Beställ igen.")


@transaction.atomic
def _remove(package_id: int) -> bool:
    package = ArchivePackage.objects.select_for_update(of=("self",)).get(pk=package_id)
    if package.is_made:
        _take_away(package)
        return True
    return False


def _take_away(package: ArchivePackage) -> None:
    """Of a package that is made and locked. A worker that is killed in between leaves the bytes to those who
    empty what is held."""
    dispose(package.storage_name)
    package.status, package.storage_name = PackageStatus.REMOVED, ""
    package.save(update_fields=["status", "storage_name"])


def _note(actor: User | None, package: ArchivePackage, action: str, text: str) -> None:
    record_event(
        actor=actor, action=action, obj=package.case or package, text=text, data={"package": package.pk}
    )
