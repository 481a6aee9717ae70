"""The diary: number series, cases and their records (OSL 5 kap.). It knows no domain model."""

import re
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.common.search import swedish_query
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.numbers import read_number

PROTECTED = "[Skyddat]"


class Series(models.Model):
    """The counter of one prefix and year, locked while a number is taken: numbers have no gaps."""

    prefix = models.CharField(_("prefix"), max_length=10)
    year = models.PositiveSmallIntegerField(_("år"))
    next_serial = models.PositiveIntegerField(_("nästa löpnummer"), default=1)

    class Meta:
        verbose_name = _("nummerserie")
        verbose_name_plural = _("nummerserier")
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="series_once"),
            models.CheckConstraint(condition=Q(next_serial__gte=1), name="series_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}/…/{self.year}"


class CaseQuerySet(models.QuerySet["Case"]):
    def search(self, text: str) -> "CaseQuerySet":
        """Cases whose number or Swedish text answers to ``text``. Protected counterparts do not answer
        (domain.md §4): the search vector leaves them out, and a title that names one is found by number."""
        named = Q(counterpart_protected=True, title__icontains=models.F("counterpart"))
        words = Q(search=swedish_query(text)) & ~named
        number = read_number(text)
        if number is None:
            return self.filter(words)
        # "Strategi 2021-2027" has the form of a number too.
        return self.filter(number.condition() | words)


class Case(models.Model):
    """An ärende with its diary number ``prefix/serial/year``. A number is never used again: a case that
    should not have been opened is cancelled (makulerat) and stays."""

    prefix = models.CharField(_("prefix"), max_length=10)
    serial = models.PositiveIntegerField(_("löpnummer"))
    year = models.PositiveSmallIntegerField(_("år"))
    diary_number: Any = models.GeneratedField(
        expression=models.Func(
            models.F("prefix"),
            models.Value("/"),
            models.functions.Cast("serial", models.TextField()),
            models.Value("/"),
            models.functions.Cast("year", models.TextField()),
            template="(%(expressions)s)",
            arg_joiner=" || ",
        ),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    title = models.CharField(_("ärendemening"), max_length=300)
    counterpart = models.CharField(_("motpart"), max_length=300, blank=True)
    counterpart_protected = models.BooleanField(_("motparten är skyddad"), default=False)
    opened_on = models.DateField(_("öppnat"))
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("handläggare"),
    )
    status = models.CharField(_("status"), max_length=12, choices=CaseStatus, default=CaseStatus.OPEN)
    search: Any = models.GeneratedField(
        expression=SearchVector(
            "title",
            # A protected party must not be findable by a search (domain.md §4).
            models.Case(
                models.When(counterpart_protected=True, then=models.Value("")),
                default=models.F("counterpart"),
            ),
            config="swedish",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("ärende")
        verbose_name_plural = _("ärenden")
        ordering = ["-year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["prefix", "serial", "year"], name="diary_number_once"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="case_serial_from_one"),
            models.CheckConstraint(condition=Q(status__in=CaseStatus.values), name="case_status_known"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="case_search"),
            models.Index(fields=["-year", "-serial"], name="case_list"),
            models.Index(fields=["officer", "id"], name="case_officer"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="number_fixed", fields=["prefix", "serial", "year"]),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}/{self.serial}/{self.year}"

    @property
    def public_counterpart(self) -> str:
        """What the public diary shows: a protected party stands as [Skyddat] (OSL 5:2 st. 2)."""
        return PROTECTED if self.counterpart_protected else self.counterpart

    @property
    def public_title(self) -> str:
        """The title without the name of a protected counterpart."""
        return self.hide_counterpart(self.title)

    def hide_counterpart(self, text: str) -> str:
        """``text`` as the public may read it: the name of a protected counterpart stands as [Skyddat]."""
        if self.counterpart_protected and self.counterpart:
            return re.sub(re.escape(self.counterpart), PROTECTED, text, flags=re.IGNORECASE)
        return text

    @property
    def is_cancelled(self) -> bool:
        return self.status == CaseStatus.CANCELLED

    @property
    def slug(self) -> str:
        """The number as an address: RUN-138-2024."""
        return f"{self.prefix}-{self.serial}-{self.year}"


class Record(models.Model):
    """A handling in a case, numbered within it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="records")
    number = models.PositiveIntegerField(_("nummer"))
    direction = models.CharField(_("slag"), max_length=12, choices=Direction)
    title = models.CharField(_("vad handlingen rör"), max_length=300)
    counterpart = models.CharField(_("avsändare eller mottagare"), max_length=300, blank=True)
    dated_at = models.DateTimeField(_("inkommen eller upprättad"))
    registered_at = models.DateTimeField(_("registrerad"), default=timezone.now)

    class Meta:
        verbose_name = _("handling")
        verbose_name_plural = _("handlingar")
        ordering = ["case_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="record_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="record_number_from_one"),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="record_direction_known"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="record_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.case} nr {self.number}: {self.title}"


class RecordFile(models.Model):
    """The bytes of a record, frozen with their hash. Nobody changes or removes them."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="files")
    filename = models.CharField(_("filnamn"), max_length=200)
    content_type = models.CharField(_("filtyp"), max_length=100)
    storage_name = models.CharField(_("namn i lagret"), max_length=300)
    size = models.PositiveBigIntegerField(_("storlek i byte"))
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    created_at = models.DateTimeField(_("skapad"), default=timezone.now)

    class Meta:
        verbose_name = _("fil")
        verbose_name_plural = _("filer")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["record", "filename"], name="record_file_name_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="record_file_hash_form"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="file_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.filename
