"""Calls, what they rest on, and the meetings about them."""

import re
from datetime import datetime
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from calls.enums import AppealRule, CallPhase, CallStatus, MeetingKind, RegistrationRule
from s3portal.common.search import swedish_query
from s3portal.common.swedish import (
    HARD_SPACE,
    format_datetime,
    format_day,
    format_timespan,
    format_weekday,
    in_stockholm,
)


class Strategy(models.Model):
    """A regional strategy for smart specialisation and its programme years (inclusive)."""

    name = models.CharField(_("namn"), max_length=200, unique=True)
    first_year = models.PositiveSmallIntegerField(_("första år"))
    last_year = models.PositiveSmallIntegerField(_("sista år"))

    class Meta:
        verbose_name = _("strategi")
        verbose_name_plural = _("strategier")
        ordering = ["-first_year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")), name="strategy_years_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_year}–{self.last_year}"


class StrengthArea(models.Model):
    """A styrkeområde. ``color`` and ``icon`` name the design's palette and symbol."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="areas")
    slug = models.SlugField(_("adress"), unique=True)
    name = models.CharField(_("namn"), max_length=100)
    summary = models.CharField(_("sammanfattning"), max_length=300)
    text = models.TextField(_("text"), blank=True)
    color = models.CharField(_("färg"), max_length=20)
    icon = models.CharField(_("symbol"), max_length=30)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)

    class Meta:
        verbose_name = _("styrkeområde")
        verbose_name_plural = _("styrkeområden")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class LegalBasisQuerySet(models.QuerySet["LegalBasis"]):
    def valid_on(self, day: Any) -> "LegalBasisQuerySet":
        """Rows in force on ``day`` (both ends inclusive)."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class LegalBasis(models.Model):
    """What a grant rests on, as a dated row (domain.md §3, §5): the law changes, old cases do not.

    ``max_aid_percent`` is the highest share of the total cost the basis allows; None means no cap of its own.
    """

    code = models.SlugField(_("kod"))
    name = models.CharField(_("namn"), max_length=300)
    valid_from = models.DateField(_("gäller från"))
    valid_to = models.DateField(_("gäller till och med"), null=True, blank=True)
    appeal_rule = models.CharField(_("överklagande"), max_length=30, choices=AppealRule)
    max_aid_percent = models.DecimalField(
        _("högsta stödnivå i procent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    state_aid_allowed = models.BooleanField(_("får vara statligt stöd"), default=False)
    publication_consent_required = models.BooleanField(_("kräver samtycke till publicering"), default=False)
    source = models.CharField(_("källa"), max_length=300, blank=True)

    objects = LegalBasisQuerySet.as_manager()

    class Meta:
        verbose_name = _("rättslig grund")
        verbose_name_plural = _("rättsliga grunder")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="legal_basis_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="legal_basis_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(max_aid_percent__isnull=True)
                | Q(max_aid_percent__gt=0, max_aid_percent__lte=100),
                name="legal_basis_percent",
            ),
            models.CheckConstraint(
                condition=Q(appeal_rule__in=AppealRule.values), name="legal_basis_appeal_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
    decision_planned = models.CharField(_("planerat beslut"), max_length=100, blank=True)
    earliest_start = models.DateField(_("tidigaste start"), null=True, blank=True)
    latest_end = models.DateField(_("senaste slut"), null=True, blank=True)
    grant_period = models.CharField(_("stödperiod"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=CallStatus, default=CallStatus.DRAFT)
    published_at = models.DateTimeField(_("publicerad"), null=True, blank=True)
    contact_name = models.CharField(_("kontaktperson"), max_length=150, blank=True)
    contact_email = models.EmailField(_("e-post för frågor"), blank=True)
    contact_phone = models.CharField(_("telefon för frågor"), max_length=30, blank=True)
    diary_prefix = models.CharField(_("diarieprefix"), max_length=10, default="RUN")
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
        ]
        indexes = [
            GinIndex(fields=["search"], name="call_search"),
            models.Index(fields=["status", "closes_at"], name="call_phase"),
        ]

    def __str__(self) -> str:
        return self.title

    def phase(self, *, now: datetime | None = None) -> CallPhase:
        moment = now or timezone.now()
        if self.status == CallStatus.CONCLUDED or moment > self.closes_at:
            return CallPhase.CLOSED
        return CallPhase.COMING if moment < self.opens_at else CallPhase.OPEN

    @property
    def phase_color(self) -> str:
        """The design's colour for the phase."""
        return self.phase().color

    def takes_applications(self, *, now: datetime) -> bool:
        """True when the call is published and ``now`` is within opening and closing, both inclusive."""
        return self.status == CallStatus.PUBLISHED and self.opens_at <= now <= self.closes_at


class Criterion(models.Model):
    """What applications to a call are judged by. ``weight`` in percent."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="criteria")
    order = models.PositiveSmallIntegerField(_("ordning"))
    title = models.CharField(_("kriterium"), max_length=150)
    text = models.TextField(_("vägledning"))
    weight = models.PositiveSmallIntegerField(_("vikt i procent"), null=True, blank=True)

    class Meta:
        verbose_name = _("kriterium")
        verbose_name_plural = _("kriterier")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["call", "order"], name="criterion_order_once")]

    def __str__(self) -> str:
        return self.title


class MeetingSeries(models.Model):
    """One invitation with several slots, as the mobilisation in October 2020 with one slot an area."""

    slug = models.SlugField(_("adress"), max_length=120, unique=True)
    title = models.CharField(_("rubrik"), max_length=200)
    text = models.TextField(_("inbjudan"), blank=True)

    class Meta:
        verbose_name = _("mötesserie")
        verbose_name_plural = _("mötesserier")

    def __str__(self) -> str:
        return self.title


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def coming(self, *, now: datetime | None = None) -> "MeetingQuerySet":
        return self.filter(ends_at__gte=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, *, now: datetime | None = None) -> "MeetingQuerySet":
        return self.filter(ends_at__lt=now or timezone.now()).order_by("-starts_at", "-pk")


class Meeting(models.Model):
    """A meeting, on site and/or by link; tied to a call and/or an area, or to neither."""

    import_key = models.SlugField(_("nyckel vid import"), max_length=120, unique=True, null=True, blank=True)
    kind = models.CharField(_("slag"), max_length=20, choices=MeetingKind)
    title = models.CharField(_("rubrik"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    series = models.ForeignKey(
        MeetingSeries, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings"
    )
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings")
    area = models.ForeignKey(
        StrengthArea, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings"
    )
    starts_at = models.DateTimeField(_("börjar"))
    ends_at = models.DateTimeField(_("slutar"))
    place = models.CharField(_("plats"), max_length=300, blank=True)
    link = models.URLField(_("länk"), max_length=500, blank=True)
    dial_in_number = models.CharField(_("telefonnummer"), max_length=50, blank=True)
    conference_id = models.CharField(_("telefonkonferens-ID"), max_length=50, blank=True)
    video_address = models.CharField(_("videokonferensadress"), max_length=100, blank=True)
    video_id = models.CharField(_("videokonferens-ID"), max_length=50, blank=True)
    programme = models.TextField(_("program"), blank=True)
    registration = models.CharField(
        _("anmälan"), max_length=20, choices=RegistrationRule, default=RegistrationRule.NOT_NEEDED
    )
    registration_email = models.EmailField(_("anmälan till"), blank=True)
    room_full = models.BooleanField(_("fullsatt i lokalen"), default=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("möte")
        verbose_name_plural = _("möten")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_known"),
            models.CheckConstraint(
                condition=Q(registration__in=RegistrationRule.values), name="meeting_registration_known"
            ),
        ]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="meeting_time")]

    def __str__(self) -> str:
        return self.title

    @property
    def when(self) -> str:
        """As in "Torsdag 15 oktober 2020 kl. 09.30–12.30", on Swedish clocks."""
        start, end = in_stockholm(self.starts_at), in_stockholm(self.ends_at)
        weekday = format_weekday(start).capitalize()
        if start.date() == end.date():
            return f"{weekday} {format_day(start)} kl.{HARD_SPACE}{format_timespan(start, end)}"
        return f"{weekday} {format_datetime(start)} – {format_weekday(end)} {format_datetime(end)}"

    @property
    def when_html(self) -> SafeString:
        """``when``, with hours that stay on one line."""
        start, end = in_stockholm(self.starts_at), in_stockholm(self.ends_at)
        day, space, hours = self.when.rpartition(HARD_SPACE)
        if start.date() != end.date():
            return format_html("{}", self.when)
        return format_html('{}{}<span class="s3-nowrap">{}</span>', day, space, hours)

    @property
    def registration_words(self) -> str:
        """Whether and how one registers."""
        if self.registration == RegistrationRule.BY_MAIL and self.registration_email:
            return f"Anmäl er med e-post till {self.registration_email}."
        return {
            RegistrationRule.NOT_NEEDED: "Mötet kräver ingen anmälan.",
            RegistrationRule.BY_MAIL: "Anmäl er med e-post.",
            RegistrationRule.CLOSED: "Anmälan är stängd.",
        }[RegistrationRule(self.registration)]

    @property
    def dial_href(self) -> str:
        """The number for a ``tel:`` address; a conference id of digits follows after a pause (the commas)."""
        number = re.sub(r"[^0-9+]", "", self.dial_in_number)
        conference = re.sub(r"\s", "", self.conference_id)
        if re.fullmatch(r"[0-9]+#?", conference):
            return f"{number},,{conference.replace('#', '%23')}"
        return number
