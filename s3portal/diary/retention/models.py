"""What becomes of records in the end: rules for each class of them, lists that a person approves, and what
has been disposed of (arkivlagen 10 §). What nobody has classed is kept."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.diary.retention.enums import Handling, ListStatus, StartsFrom
from s3portal.diary.retention.triggers import (
    DisposedByDecision,
    KeptIsNeverListed,
    ListedByRule,
    ReclassedIsNotListed,
)

#: Nobody keeps what is to be disposed of for longer.
MOST_YEARS = 100


class RecordClass(models.Model):
    """A handlingstyp of the dokumenthanteringsplan with its rule. ``years``: whole calendar years after the
    one that ``starts_from`` names; None for what is kept. ``source``: where the rule stands, as in
    "Dokumenthanteringsplan 2026, 4.2". ``version`` counts the changes."""

    name = models.CharField(_("handlingstyp"), max_length=120, unique=True)
    handling = models.CharField(_("bevaras eller gallras"), max_length=8, choices=Handling)
    years = models.PositiveSmallIntegerField(_("antal år"), null=True, blank=True)
    starts_from = models.CharField(_("räknas från"), max_length=12, choices=StartsFrom, blank=True)
    source = models.CharField(_("bestämmelse"), max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("handlingstyp")
        verbose_name_plural = _("handlingstyper")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(source=""), name="record_class_named"),
            models.CheckConstraint(
                condition=Q(handling=Handling.KEEP, years__isnull=True, starts_from="")
                | Q(
                    handling=Handling.DISPOSE,
                    years__isnull=False,
                    years__lte=MOST_YEARS,
                    starts_from__in=StartsFrom.values,
                ),
                name="record_class_rule_is_whole",
            ),
        ]
        triggers = [
            KeptIsNeverListed(name="kept_is_never_listed"),
            pgtrigger.Protect(name="record_class_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def disposes(self) -> bool:
        return self.handling == Handling.DISPOSE

    @property
    def rule(self) -> str:
        """The rule as people read it: "Gallras efter 10 år, räknat från året då ärendet avslutades"."""
        if not self.disposes:
            return str(Handling.KEEP.label)
        start = str(StartsFrom(self.starts_from).label)
        return f"Gallras efter {self.years} år, räknat från {start[:1].lower()}{start[1:]}"


class RecordClassing(models.Model):
    """Of which class a record is, as somebody has decided. The log tells what was before."""

    record = models.OneToOneField("diary.Record", on_delete=models.PROTECT, related_name="classing")
    record_class = models.ForeignKey(RecordClass, on_delete=models.PROTECT, related_name="classings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)

    class Meta:
        verbose_name = _("klassning av handling")
        verbose_name_plural = _("klassningar av handlingar")
        triggers = [ReclassedIsNotListed(name="reclassed_is_not_listed")]

    def __str__(self) -> str:
        return f"{self.record}: {self.record_class}"


class DisposalList(models.Model):
    """What software proposes to dispose of. Nothing happens until a person approves it with reference to the
    decision to dispose (``decision``). ``as_of``: the day on which the rules were tried."""

    as_of = models.DateField(_("läget den"))
    created_at = models.DateTimeField(_("framtagen"), default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("godkänd"), null=True, blank=True)
    decision = models.CharField(_("gallringsbeslut"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("utförd"), null=True, blank=True)

    class Meta:
        verbose_name = _("gallringslista")
        verbose_name_plural = _("gallringslistor")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True, decision="")
                | (Q(approved_at__isnull=False, approved_by__isnull=False) & ~Q(decision="")),
                name="disposal_list_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(approved_at__isnull=False),
                name="disposal_list_approved_before_done",
            ),
            # One is decided and carried out before the next is made.
            models.UniqueConstraint(
                fields=["done_at"],
                condition=Q(done_at__isnull=True),
                nulls_distinct=False,
                name="disposal_list_one_at_a_time",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="disposal_list_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="disposal_list_decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__approved_at__isnull=False)
                & (
                    pgtrigger.Q(old__approved_at__df=pgtrigger.F("new__approved_at"))
                    | pgtrigger.Q(old__approved_by__df=pgtrigger.F("new__approved_by"))
                    | pgtrigger.Q(old__decision__df=pgtrigger.F("new__decision"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Gallringslista {self.pk}"

    @property
    def status(self) -> ListStatus:
        if self.done_at is not None:
            return ListStatus.DONE
        return ListStatus.PROPOSED if self.approved_at is None else ListStatus.APPROVED

    @property
    def is_proposed(self) -> bool:
        return self.status == ListStatus.PROPOSED


class DisposalItem(models.Model):
    """A record on a list, with the rule as it read then. ``started_on``: the day that the years are counted
    from. Struck out by a person with a reason, or by the portal (``struck_by`` None) when something has come
    between."""

    disposal_list = models.ForeignKey(DisposalList, on_delete=models.PROTECT, related_name="items")
    record = models.ForeignKey("diary.Record", on_delete=models.PROTECT, related_name="disposal_items")
    record_class = models.ForeignKey(RecordClass, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(_("regel"), max_length=200)
    source = models.CharField(_("bestämmelse"), max_length=200)
    started_on = models.DateField(_("räknat från"))
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    struck_at = models.DateTimeField(_("struken"), null=True, blank=True)
    struck_reason = models.CharField(_("skäl"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("rad i gallringslista")
        verbose_name_plural = _("rader i gallringslista")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["disposal_list", "record"], name="disposal_item_once"),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by__isnull=True, struck_reason="")
                | (Q(struck_at__isnull=False) & ~Q(struck_reason="")),
                name="disposal_item_struck_says_why",
            ),
        ]
        triggers = [
            ListedByRule(name="listed_by_rule"),
            pgtrigger.Protect(name="disposal_item_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.disposal_list}: {self.record_id}"

    @property
    def done(self) -> "RecordDisposal | None":
        return getattr(self, "disposal", None)


class RecordDisposal(models.Model):
    """That a record has been disposed of. Its line stays in the diary with its number, day and class; its
    files and what it told of persons are gone."""

    record = models.OneToOneField("diary.Record", on_delete=models.PROTECT, related_name="disposal")
    item = models.OneToOneField(DisposalItem, on_delete=models.PROTECT, related_name="disposal")
    at = models.DateTimeField(_("gallrad"), default=timezone.now)
    source = models.CharField(_("bestämmelse"), max_length=200)

    class Meta:
        verbose_name = _("gallring")
        verbose_name_plural = _("gallringar")
        triggers = [
            DisposedByDecision(name="disposed_by_decision"),
            pgtrigger.Protect(name="record_disposal_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} är gallrad"
