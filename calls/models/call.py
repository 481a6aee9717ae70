"""Calls: what is asked for, what it is judged by, and what has been changed."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.enums import CallPhase, CallStatus, DecisionTiming
from calls.models.basis import LegalBasis, StrengthArea
from calls.triggers import FixedWhenReceived
from s3portal.common.search import swedish_query
from s3portal.common.swedish import HARD_SPACE, format_day, format_month


class CallQuerySet(models.QuerySet["Call"]):
    def public(self) -> "CallQuerySet":
        return self.exclude(status=CallStatus.DRAFT)

    def in_phase(self, phase: CallPhase, *, now: datetime | None = None) -> "CallQuerySet":
        """Public calls that are coming, open or closed at ``now``; ``closes_at`` itself is still open."""
        moment = now or timezone.now()
        published = Q(status=CallStatus.PUBLISHED)
        rule = {
            CallPhase.COMING: published & Q(opens_at__gt=moment),
            CallPhase.OPEN: published & Q(opens_at__lte=moment, closes_at__gte=moment),
            CallPhase.CLOSED: Q(status=CallStatus.CONCLUDED) | (published & Q(closes_at__lt=moment)),
        }[phase]
        return self.filter(rule)

    def search(self, text: str) -> "CallQuerySet":
        """Calls whose title, ingress or text answers to ``text`` in any form of its words."""
        return self.filter(search=swedish_query(text))


class Call(models.Model):
    """An utlysning. Amounts are whole kronor; ``closes_at`` is inclusive to the second:
    23.59.59 is in time, 00.00.00 is late when ``closes_at`` is 23.59.59."""

    slug = models.SlugField(_("adress"), max_length=120, unique=True)
    title = models.CharField(_("rubrik"), max_length=200)
    headline = models.CharField(_("rubrik på startsidan"), max_length=200, blank=True)
    summary = models.TextField(_("ingress"))
    text = models.TextField(_("text"), help_text=_("Markdown: rubriker, listor, fetstil och länkar."))
    who_may_apply = models.TextField(_("vem kan söka"), blank=True)
    areas = models.ManyToManyField(StrengthArea, related_name="calls", verbose_name=_("styrkeområden"))
    legal_basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, related_name="calls", verbose_name=_("rättslig grund")
    )
    frame = models.BigIntegerField(_("ram i kronor"))
    min_amount = models.BigIntegerField(_("lägsta belopp i kronor"), null=True, blank=True)
    max_amount = models.BigIntegerField(_("högsta belopp i kronor"), null=True, blank=True)
    max_aid_percent = models.DecimalField(_("högsta stödnivå i procent"), max_digits=5, decimal_places=2)
    overhead_percent = models.PositiveSmallIntegerField(
        _("schablon för indirekta kostnader i procent av personalkostnaden"), default=0
    )
    opens_at = models.DateTimeField(_("öppnar"))
    closes_at = models.DateTimeField(_("stänger"))
    decision_timing = models.CharField(
        _("planerat beslut"), max_length=10, choices=DecisionTiming, default=DecisionTiming.UNSET
    )
    decision_on = models.DateField(_("datum eller månad för beslutet"), null=True, blank=True)
    earliest_start = models.DateField(_("tidigaste start"), null=True, blank=True)
    latest_end = models.DateField(_("senaste slut"), null=True, blank=True)
    grant_months = models.PositiveSmallIntegerField(_("stödperiod i månader"), null=True, blank=True)
    extension_possible = models.BooleanField(_("kan förlängas efter utvärdering"), default=False)
    letters_required = models.BooleanField(
        _("bekräftad medfinansiering styrks med brev"), default=False, db_default=False
    )
    status = models.CharField(_("status"), max_length=12, choices=CallStatus, default=CallStatus.DRAFT)
    published_at = models.DateTimeField(_("publicerad"), null=True, blank=True)
    concluded_at = models.DateTimeField(_("avslutad"), null=True, blank=True)
    #: When the first application came in; from then on what it asks for stands still (see the triggers
    #: below).
    first_received_at = models.DateTimeField(_("första ansökan inkom"), null=True, blank=True)
    internal_notes = models.TextField(_("interna anteckningar"), blank=True)
    diary_prefix = models.CharField(_("diarieprefix"), max_length=10, default="RUN")
    #: Counts the officers' saves: who saves on an older one is told so.
    version = models.PositiveIntegerField(_("version"), default=1)
    #: Counts the changes in what belongs to it: questions, criteria, attachments, milestones, documents.
    contents_version = models.PositiveIntegerField(_("innehållets version"), default=0)
    search: Any = models.GeneratedField(
        expression=SearchVector("title", "summary", "text", config="swedish"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("utlysning")
        verbose_name_plural = _("utlysningar")
        ordering = ["-closes_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CallStatus.values), name="call_status_known"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="call_closes_after_opening"
            ),
            models.CheckConstraint(condition=Q(frame__gt=0), name="call_frame_positive"),
            models.CheckConstraint(
                condition=Q(max_aid_percent__gt=0, max_aid_percent__lte=100), name="call_percent"
            ),
            models.CheckConstraint(condition=Q(overhead_percent__in=[0, 15, 40]), name="call_overhead_rates"),
            models.CheckConstraint(
                condition=Q(min_amount__isnull=True)
                | Q(max_amount__isnull=True)
                | Q(max_amount__gte=F("min_amount")),
                name="call_amounts_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status=CallStatus.DRAFT) | Q(published_at__isnull=False),
                name="call_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    decision_timing__in=[DecisionTiming.DAY, DecisionTiming.MONTH], decision_on__isnull=False
                )
                | Q(
                    decision_timing__in=[DecisionTiming.UNSET, DecisionTiming.RUNNING],
                    decision_on__isnull=True,
                ),
                name="call_decision_timing_has_day",
            ),
            models.CheckConstraint(
                condition=Q(grant_months__isnull=True) | Q(grant_months__gte=1, grant_months__lte=120),
                name="call_grant_months",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="call_search"),
            models.Index(fields=["status", "closes_at"], name="call_phase"),
            models.Index(fields=["-closes_at", "-id"], name="call_list"),
            models.Index(fields=["-published_at", "-id"], name="call_published_list"),
        ]

    def __str__(self) -> str:
        return self.title

    def phase(self, *, now: datetime | None = None) -> CallPhase:
        moment = now or timezone.now()
        if self.status == CallStatus.CONCLUDED or moment > self.closes_at:
            return CallPhase.CLOSED
        return CallPhase.COMING if moment < self.opens_at else CallPhase.OPEN

    @property
    def revision(self) -> int:
        """Grows with every change in the call or in what belongs to it, and with nothing else: who decides on
        the whole of it must have seen this one."""
        return self.version + self.contents_version

    @property
    def decision_planned(self) -> str:
        """As in "15 december 2021", "december 2021" or "löpande"; empty when it is not set."""
        if self.decision_timing == DecisionTiming.RUNNING:
            return "löpande"
        if self.decision_on is None:
            return ""
        timing_is_day = self.decision_timing == DecisionTiming.DAY
        return format_day(self.decision_on) if timing_is_day else format_month(self.decision_on)

    @property
    def grant_period(self) -> str:
        """As in "12 månader, med möjlighet till förlängning"; empty when it is not set."""
        if self.grant_months is None:
            return ""
        months = f"{self.grant_months}{HARD_SPACE}{'månad' if self.grant_months == 1 else 'månader'}"
        return f"{months}, med möjlighet till förlängning" if self.extension_possible else months

    @property
    def phase_color(self) -> str:
        """The design's colour for the phase."""
        return self.phase().color

    def takes_applications(self, *, now: datetime) -> bool:
        """True when the call is published and ``now`` is within opening and closing, both inclusive."""
        return self.status == CallStatus.PUBLISHED and self.opens_at <= now <= self.closes_at


class CallContact(models.Model):
    """Somebody to ask about a call."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="contacts")
    order = models.PositiveSmallIntegerField(_("ordning"))
    name = models.CharField(_("namn"), max_length=150, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    phone = models.CharField(_("telefon"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("kontaktperson")
        verbose_name_plural = _("kontaktpersoner")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "order"],
                name="call_contact_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=~Q(name="", email="", phone=""), name="call_contact_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone


class CallChange(models.Model):
    """One thing that was changed in a published call: shown to the public as "Ändrad", with what and when.

    ``field`` is the name of the call's field, or of the kind of content; ``text`` a whole sentence."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)
    field = models.CharField(_("uppgift"), max_length=40)
    text = models.CharField(_("ändring"), max_length=500)

    class Meta:
        verbose_name = _("ändring")
        verbose_name_plural = _("ändringar")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["call", "-at", "-id"], name="call_change_list"),
            models.Index(fields=["field", "at"], name="call_change_due"),
        ]
        triggers = [pgtrigger.Protect(name="change_stands", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.text


class Criterion(models.Model):
    """What applications to a call are judged by. ``weight`` in percent; scores run from 1 to
    ``max_score``."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="criteria")
    order = models.PositiveSmallIntegerField(_("ordning"))
    title = models.CharField(_("kriterium"), max_length=150)
    text = models.TextField(_("vägledning"))
    weight = models.PositiveSmallIntegerField(_("vikt i procent"), null=True, blank=True)
    max_score = models.PositiveSmallIntegerField(_("högsta poäng"), default=5)

    class Meta:
        verbose_name = _("kriterium")
        verbose_name_plural = _("kriterier")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "order"], name="criterion_order_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(max_score__gte=2, max_score__lte=10), name="criterion_scale"),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__gte=1, weight__lte=100), name="criterion_weight"
            ),
        ]
        triggers = [FixedWhenReceived(name="criteria_fixed")]

    def __str__(self) -> str:
        return self.title
