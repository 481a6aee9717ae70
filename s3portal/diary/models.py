"""The diary: number series, cases and their records (OSL 5 kap.). It knows no domain model."""

from datetime import time
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.common.quarantine import Scanned
from s3portal.diary.enums import CaseStatus, CaseStepKind, Direction
from s3portal.diary.merging import CaseMerger, CaseMergerEnd
from s3portal.diary.merging_triggers import MergedStaysClosed, RegisteredWhereItStays
from s3portal.diary.querysets import CaseQuerySet, RecordQuerySet
from s3portal.diary.retention.models import (
    DisposalItem,
    DisposalList,
    RecordClass,
    RecordClassing,
    RecordDisposal,
)
from s3portal.diary.retention.triggers import StaysUntilDisposed
from s3portal.diary.secrecy import PROTECTED, SecrecyLift, SecrecyMark, hide_words
from s3portal.diary.secrecy_triggers import ShadowStays

__all__ = [
    "PROTECTED",
    "Case",
    "CaseMerger",
    "CaseMergerEnd",
    "CaseStep",
    "DisposalItem",
    "DisposalList",
    "Record",
    "RecordCancellation",
    "RecordClass",
    "RecordClassing",
    "RecordDisposal",
    "RecordFile",
    "SecrecyLift",
    "SecrecyMark",
    "Series",
]


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


class Case(models.Model):
    """An ärende with its diary number ``prefix/serial/year``. A number is never used again: a case that
    should not have been opened is cancelled (makulerat) and stays.

    ``title_protected``, ``counterpart_protected`` and ``hidden_words`` are the shadow of the case's secrecy
    marks, and of those in the cases that it is merged with, kept by triggers: no list has to read the marks
    to know what the public may see."""

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
    title_protected = models.BooleanField(_("ärendemeningen är skyddad"), default=False, db_default=False)
    hidden_words = ArrayField(
        models.TextField(), verbose_name=_("ord som är skyddade"), default=list, db_default=[], blank=True
    )
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
            # What is protected must not be findable by a search (OSL 5:2 st. 2), nor what is left when words
            # have been taken out of a title.
            models.Case(
                models.When(title_protected=True, then=models.Value("")),
                models.When(~Q(hidden_words=[]), then=models.Value("")),
                default=models.F("title"),
            ),
            models.Case(
                models.When(counterpart_protected=True, then=models.Value("")),
                models.When(~Q(hidden_words=[]), then=models.Value("")),
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
            models.Index(fields=["-opened_on", "-id"], name="case_opened"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="number_fixed", fields=["prefix", "serial", "year"]),
            ShadowStays(name="shadow_stays"),
            MergedStaysClosed(name="merged_stays_closed"),
            # What is cancelled stays so, and a closed case is opened again before it can be.
            pgtrigger.FSM(
                name="case_status_in_order",
                field="status",
                transitions=[
                    (CaseStatus.OPEN, CaseStatus.CLOSED),
                    (CaseStatus.CLOSED, CaseStatus.OPEN),
                    (CaseStatus.OPEN, CaseStatus.CANCELLED),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}/{self.serial}/{self.year}"

    @property
    def public_counterpart(self) -> str:
        """What the public diary shows: a protected party stands as [Skyddat] (OSL 5:2 st. 2)."""
        return PROTECTED if self.counterpart_protected else self.hide_words(self.counterpart)

    @property
    def public_title(self) -> str:
        """The title as the public may read it."""
        return self.hide(self.title)

    def hide(self, text: str) -> str:
        """A title of the case, of a record or of a decision in it as the public may read it: hidden words and
        the name of a protected counterpart stand as [Skyddat], and so does the whole when titles are
        protected, since one tells the other."""
        return PROTECTED if self.title_protected else self.hide_words(text)

    def hide_words(self, text: str) -> str:
        """``text`` without the words that are hidden wherever they stand."""
        return hide_words(text, self.secret_words)

    @property
    def secret_words(self) -> list[str]:
        """The passages that no text for the public may hold."""
        return [*self.hidden_words, *([self.counterpart] if self.counterpart_protected else [])]

    @property
    def is_protected(self) -> bool:
        """Whether a mark covers the case itself. Its records may have marks of their own."""
        return self.title_protected or self.counterpart_protected or bool(self.hidden_words)

    @property
    def is_cancelled(self) -> bool:
        return self.status == CaseStatus.CANCELLED

    @property
    def is_open(self) -> bool:
        return self.status == CaseStatus.OPEN

    @property
    def slug(self) -> str:
        """The number as an address: RUN-138-2024."""
        return f"{self.prefix}-{self.serial}-{self.year}"


class CaseStep(models.Model):
    """One thing that somebody did with a case by hand, with the reason. The rows are never changed, so they
    tell what a case was called before and who cancelled it.

    ``confirmed``: the checklist as it was ticked, in words. ``old_…`` and ``new_…`` only when changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("åtgärd"), max_length=12, choices=CaseStepKind)
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("skäl"), max_length=500, blank=True)
    confirmed = models.JSONField(_("kontrollerat"), default=list, blank=True)
    old_title = models.CharField(_("tidigare ärendemening"), max_length=300, blank=True)
    new_title = models.CharField(_("ny ärendemening"), max_length=300, blank=True)
    old_counterpart = models.CharField(_("tidigare motpart"), max_length=300, blank=True)
    new_counterpart = models.CharField(_("ny motpart"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("åtgärd i ärende")
        verbose_name_plural = _("åtgärder i ärenden")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CaseStepKind.values), name="case_step_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=CaseStepKind.with_reason()) | ~Q(reason=""), name="case_step_says_why"
            ),
        ]
        triggers = [pgtrigger.Protect(name="case_step_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_kind_display()}"

    @property
    def changed_title(self) -> bool:
        return self.old_title != self.new_title

    @property
    def changed_counterpart(self) -> bool:
        return self.old_counterpart != self.new_counterpart


#: Indexed as it stands here: a question must be put to exactly this.
RECORD_WORDS = SearchVector("title", "counterpart", config="swedish")
#: What the public finds: not who wrote or was written to, who may be a private person.
RECORD_TITLE_WORDS = SearchVector("title", config="swedish")


class Record(models.Model):
    """A handling in a case, numbered within it. ``registered_by``: who registered it by hand; None for what
    the portal registers itself. A record never changes: one that is wrong is cancelled and stays. When it is
    disposed of, its line stays and what it told of persons is written over."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="records")
    number = models.PositiveIntegerField(_("nummer"))
    direction = models.CharField(_("slag"), max_length=12, choices=Direction)
    title = models.CharField(_("vad handlingen rör"), max_length=300)
    counterpart = models.CharField(_("avsändare eller mottagare"), max_length=300, blank=True)
    dated_at = models.DateTimeField(_("inkommen eller upprättad"))
    registered_at = models.DateTimeField(_("registrerad"), default=timezone.now)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("registrerad för hand av"),
    )

    objects = RecordQuerySet.as_manager()

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
        indexes = [
            GinIndex(RECORD_WORDS, name="record_words"),
            GinIndex(RECORD_TITLE_WORDS, name="record_title_words"),
            models.Index(fields=["-dated_at", "-id"], name="record_list"),
        ]
        triggers = [
            RegisteredWhereItStays(name="registered_where_it_stays"),
            StaysUntilDisposed(name="record_stays", record="id", fields=["title", "counterpart"]),
        ]

    def __str__(self) -> str:
        return f"{self.case} nr {self.number}: {self.title}"

    @property
    def by_hand(self) -> bool:
        return self.registered_by_id is not None

    @property
    def has_time(self) -> bool:
        """Whether the time of day is known: what somebody tells of afterwards may have only its day, and
        then stands at the beginning of it."""
        return timezone.localtime(self.dated_at).time() != time.min

    @property
    def cancelled(self) -> "RecordCancellation | None":
        return getattr(self, "cancellation", None)

    @property
    def disposed(self) -> "RecordDisposal | None":
        return getattr(self, "disposal", None)


class RecordCancellation(models.Model):
    """That a record should not have been registered, or not so. It stays, with its number and its files."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="cancellation")
    reason = models.CharField(_("skäl"), max_length=500)
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("makulering")
        verbose_name_plural = _("makuleringar")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="record_cancellation_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="record_cancellation_stays", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record} är makulerad"


class RecordFile(Scanned, models.Model):
    """The bytes of a record, frozen with their hash. Nobody changes or removes them; but those of a file that
    held a virus or is disposed of are taken away, and the row tells so."""

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
        indexes = [
            # Who shows a document is told whether it is ours: by its hash alone.
            models.Index(fields=["sha256"], name="record_file_hash"),
        ]
        triggers = [
            StaysUntilDisposed(name="file_stays", record="record_id", fields=["filename"]),
        ]

    def __str__(self) -> str:
        return self.filename
