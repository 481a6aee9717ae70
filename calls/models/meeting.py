"""Meetings, and invitations with several of them."""

import re
from datetime import datetime, time, timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from calls.enums import Attendance, CallStatus, MeetingKind, MeetingStatus, Place, RegistrationRule
from calls.models.basis import StrengthArea
from calls.models.call import Call
from s3portal.common.swedish import (
    HARD_SPACE,
    format_datetime,
    format_day,
    format_timespan,
    format_weekday,
    in_stockholm,
)
from s3portal.common.text import markdown_to_plain

FULL_ROOM: Final = "Fullsatt i lokalen. Nu endast öppen för deltagande via länk."


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

    def public(self) -> "MeetingQuerySet":
        """Meetings that anyone may see: not drafts, nor those about a call that is not published yet."""
        return self.exclude(status=MeetingStatus.DRAFT).exclude(call__status=CallStatus.DRAFT)

    def held_or_coming(self) -> "MeetingQuerySet":
        """Those that are published and not cancelled."""
        return self.filter(status=MeetingStatus.PUBLISHED)


class Meeting(models.Model):
    """A meeting, on site and/or by link; tied to a call and/or an area, or to neither.

    ``capacity`` counts room seats only; None means that they are not counted. ``room_full`` is set by
    the portal
    when the seats are taken, and by hand where registration is kept elsewhere. ``sequence`` counts the
    changes
    that calendars must learn of (RFC 5545)."""

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
    status = models.CharField(
        _("status"), max_length=10, choices=MeetingStatus, default=MeetingStatus.PUBLISHED
    )
    published_at = models.DateTimeField(_("publicerat"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("inställt"), null=True, blank=True)
    cancel_reason = models.CharField(_("varför mötet är inställt"), max_length=300, blank=True)
    save_the_date = models.BooleanField(_("boka datumet, mer information kommer"), default=False)
    attendance = models.CharField(_("deltagande"), max_length=5, choices=Attendance, default=Attendance.BOTH)
    link_public = models.BooleanField(_("visa länken för alla"), default=True)
    capacity = models.PositiveIntegerField(_("platser i lokalen"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("anmälan stänger"), null=True, blank=True)
    meals = models.CharField(_("mat och fika"), max_length=300, blank=True)
    asks_meal_wishes = models.BooleanField(_("fråga efter önskemål om mat"), default=False)
    offer_hours = models.PositiveSmallIntegerField(_("timmar att svara på en ledig plats"), default=24)
    sequence = models.PositiveIntegerField(_("ändringar av tid och plats"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)

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
            models.CheckConstraint(condition=Q(status__in=MeetingStatus.values), name="meeting_status_known"),
            models.CheckConstraint(
                condition=Q(attendance__in=Attendance.values), name="meeting_attendance_known"
            ),
            models.CheckConstraint(
                condition=Q(status=MeetingStatus.CANCELLED, cancelled_at__isnull=False)
                | (~Q(status=MeetingStatus.CANCELLED) & Q(cancelled_at__isnull=True)),
                name="meeting_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | ~Q(attendance=Attendance.LINK),
                name="meeting_capacity_needs_room",
            ),
            models.CheckConstraint(
                condition=Q(offer_hours__gte=1, offer_hours__lte=168), name="meeting_offer_hours"
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at", "starts_at"], name="meeting_time"),
            models.Index(fields=["starts_at", "id"], name="meeting_calendar"),
            models.Index(fields=["area", "starts_at"], name="meeting_area"),
        ]

    def __str__(self) -> str:
        return self.title

    # --- Registering --------------------------------------------------------------------------------------
    @property
    def registration_ends_at(self) -> datetime:
        """Until then one may register; at the latest until the meeting begins."""
        return min(self.registration_closes_at or self.starts_at, self.starts_at)

    def takes_registrations(self, *, now: datetime | None = None) -> bool:
        """Whether anybody may register in the portal at this moment."""
        return (
            self.status == MeetingStatus.PUBLISHED
            and self.registration == RegistrationRule.OPEN
            and (now or timezone.now()) < self.registration_ends_at
        )

    def takes_changes(self, *, now: datetime | None = None) -> bool:
        """Whether who has registered may still change or cancel: until the meeting begins."""
        return self.status == MeetingStatus.PUBLISHED and (now or timezone.now()) < self.starts_at

    @property
    def places(self) -> list[Place]:
        """The ways to take part that one may choose among."""
        return {
            Attendance.ROOM: [Place.ROOM],
            Attendance.LINK: [Place.LINK],
            Attendance.BOTH: [Place.ROOM, Place.LINK],
        }[Attendance(self.attendance)]

    @property
    def counts_seats(self) -> bool:
        """Whether the portal counts the seats of the room. Where people register elsewhere, it does not."""
        return self.capacity is not None and self.registration in (
            RegistrationRule.OPEN,
            RegistrationRule.CLOSED,
        )

    def seats_left(self) -> int | None:
        """Room seats that are neither taken nor held for an offer; None when they are not counted. Only
        certain for who has locked the meeting's row."""
        if self.capacity is None:
            return None
        return max(self.capacity - self.participations.holding_seats().count(), 0)

    @property
    def full_words(self) -> str:
        """What the public reads when the room is full; empty when it is not."""
        if not self.room_full:
            return ""
        if self.attendance == Attendance.ROOM:
            queue = " Du kan ställa dig i kö." if self.takes_registrations() else ""
            return f"Fullsatt i lokalen.{queue}"
        return FULL_ROOM

    @property
    def programme_plain(self) -> str:
        """The programme for mails without markup."""
        return markdown_to_plain(self.programme)

    @property
    def register_path(self) -> str:
        """Where one registers: all meetings of a series by one form."""
        if self.series is None:
            return reverse("calls:register", args=[self.pk])
        return reverse("calls:register_series", args=[self.series.slug]) + f"?mote={self.pk}"

    @property
    def is_whole_day(self) -> bool:
        """A day to keep free before the clocks are known: kept as from midnight to midnight."""
        clocks = {in_stockholm(self.starts_at).time(), in_stockholm(self.ends_at).time()}
        return self.save_the_date and clocks == {time()}

    @property
    def when(self) -> str:
        """As in "Torsdag 15 oktober 2020 kl. 09.30–12.30", on Swedish clocks."""
        start, end = in_stockholm(self.starts_at), in_stockholm(self.ends_at)
        weekday = format_weekday(start).capitalize()
        if self.is_whole_day:
            last = end.date() - timedelta(days=1)
            first = f"{weekday} {format_day(start)}"
            return first if last == start.date() else f"{first} – {format_weekday(last)} {format_day(last)}"
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
            RegistrationRule.OPEN: "Anmäl er här i portalen.",
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
