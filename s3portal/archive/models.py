"""Packages for the archive: a case, or all cases of a year, with metadata and checksums."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.diary.models import Case, RecordFile


class PackageStatus(models.TextChoices):
    WAITING = "waiting", _("Väntar")
    RUNNING = "running", _("Görs")
    MADE = "made", _("Klart")
    FAILED = "failed", _("Gick inte att göra")
    REMOVED = "removed", _("Borttaget")


_OF_CASE = Q(case__isnull=False, prefix="", year__isnull=True)
_OF_YEAR = Q(case__isnull=True, year__isnull=False) & ~Q(prefix="")
_HAS_BYTES = ~Q(storage_name="") & Q(
    size__isnull=False, made_at__isnull=False, sha256__regex=r"^[0-9a-f]{64}$"
)


class ArchivePackage(models.Model):
    """One order of a package, of ``case`` or of all cases of ``prefix`` and ``year``. ``done`` of ``total``
    cases are in it so far. ``attempt`` counts the workers that have taken it up, and ``touched_at`` is when
    the last of them was heard of. The package itself is only a copy: it is removed after a while, and its
    row tells what was taken out, by whom, and its checksum."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ärende")
    )
    prefix = models.CharField(_("nummerserie"), max_length=10, blank=True)
    year = models.PositiveSmallIntegerField(_("år"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=PackageStatus, default=PackageStatus.WAITING
    )
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(_("beställt"), default=timezone.now)
    attempt = models.PositiveSmallIntegerField(_("försök"), default=0)
    touched_at = models.DateTimeField(_("senast igång"), default=timezone.now)
    total = models.PositiveIntegerField(_("antal ärenden"), default=0)
    done = models.PositiveIntegerField(_("färdiga ärenden"), default=0)
    problem = models.CharField(_("vad som hindrade"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("klart"), null=True, blank=True)
    storage_name = models.CharField(_("namn i lagret"), max_length=300, blank=True)
    size = models.PositiveBigIntegerField(_("storlek i byte"), null=True, blank=True)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64, blank=True)
    as_they_came = models.PositiveIntegerField(_("filer i annat format än arkivets"), null=True, blank=True)

    class Meta:
        verbose_name = _("arkivpaket")
        verbose_name_plural = _("arkivpaket")
        ordering = ["-ordered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PackageStatus.values), name="archive_package_status_known"
            ),
            models.CheckConstraint(condition=_OF_CASE | _OF_YEAR, name="archive_package_of_case_or_year"),
            models.CheckConstraint(
                condition=(Q(status=PackageStatus.MADE) & _HAS_BYTES)
                | (~Q(status=PackageStatus.MADE) & Q(storage_name="")),
                name="archive_package_made_has_bytes",
            ),
            models.CheckConstraint(
                condition=Q(status=PackageStatus.FAILED) ^ Q(problem=""), name="archive_package_says_why"
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="archive_package_done_of_total"),
        ]
        indexes = [models.Index(fields=["-ordered_at", "-id"], name="archive_package_list")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="order_fixed", fields=["case", "prefix", "year", "ordered_by", "ordered_at"]
            ),
            pgtrigger.FSM(
                name="package_status_in_order",
                field="status",
                transitions=[
                    (PackageStatus.WAITING, PackageStatus.RUNNING),
                    (PackageStatus.RUNNING, PackageStatus.MADE),
                    (PackageStatus.RUNNING, PackageStatus.FAILED),
                    (PackageStatus.MADE, PackageStatus.REMOVED),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"Arkivpaket {self.what}"

    @property
    def what(self) -> str:
        """RUN/664/2021, or "RUN 2021"."""
        return str(self.case) if self.case is not None else f"{self.prefix} {self.year}"

    @property
    def name(self) -> str:
        """Of the package's folder and, with .zip, of its file: the same however often it is made."""
        slug = self.case.slug if self.case is not None else f"{self.prefix}-{self.year}"
        return f"arkivpaket-{slug}-{self.pk}"

    @property
    def is_made(self) -> bool:
        return self.status == PackageStatus.MADE

    @property
    def is_waited_for(self) -> bool:
        return self.status in {PackageStatus.WAITING, PackageStatus.RUNNING}


class SealedFile(models.Model):
    """A file that the portal made and sealed, as it was looked at: until when the certificate of its latest
    archive time stamp is valid. None for one without such a stamp, which nothing is renewed in."""

    file = models.OneToOneField(RecordFile, on_delete=models.PROTECT, related_name="sealed")
    stamped_until = models.DateTimeField(_("arkivstämpeln gäller till"), null=True, blank=True)

    class Meta:
        verbose_name = _("förseglad fil")
        verbose_name_plural = _("förseglade filer")
        indexes = [models.Index(fields=["stamped_until", "id"], name="sealed_file_until")]

    def __str__(self) -> str:
        return str(self.file)


class ArchiveStamp(models.Model):
    """The bytes of a frozen file with one more archive time stamp after them. The file itself stays as it is,
    and is the one that people get; this is for the archive, and for whoever tests the seal without us. It has
    a hash of its own. ``number`` begins with 2: the first is the stamp that the file was sealed with."""

    file = models.ForeignKey(RecordFile, on_delete=models.PROTECT, related_name="stamps")
    number = models.PositiveSmallIntegerField(_("nummer"))
    storage_name = models.CharField(_("namn i lagret"), max_length=300)
    size = models.PositiveBigIntegerField(_("storlek i byte"))
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    stamped_at = models.DateTimeField(_("stämplad"), default=timezone.now)
    valid_until = models.DateTimeField(_("gäller till"))

    #: As a file in a package: what the portal seals is neither disposed of nor from anybody else.
    content_type = "application/pdf"
    is_disposed = False

    class Meta:
        verbose_name = _("arkivstämpel")
        verbose_name_plural = _("arkivstämplar")
        ordering = ["file", "number"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="archive_stamp_numbered"),
            models.CheckConstraint(condition=Q(number__gte=2), name="archive_stamp_after_the_seals_own"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="archive_stamp_hash_form"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("stamped_at")), name="archive_stamp_valid_when_made"
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="archive_stamp_hash")]
        triggers = [
            pgtrigger.Protect(name="archive_stamp_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def filename(self) -> str:
        return f"{self.file.filename.removesuffix('.pdf')}-arkivstampel-{self.number}.pdf"
