"""Those who have registered for meetings, and where they take part."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.enums import Place
from calls.models.meeting import Meeting, MeetingSeries
from calls.triggers import RoomSeats


class Registration(models.Model):
    """One person's anmälan to a meeting, or to a series and some of its meetings. Exactly one of the two.

    ``token`` is the secret in the links of the mails, by which it is changed without an account. Meal
    wishes may
    tell of health or belief: they are cleared some weeks after the last meeting."""

    series = models.ForeignKey(
        MeetingSeries, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    name = models.CharField(_("namn"), max_length=150)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    email = models.EmailField(_("e-post"))
    meal_wishes = models.CharField(_("önskemål om mat"), max_length=500, blank=True)
    token = models.UUIDField(_("hemlig nyckel"), default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("anmäld"), default=timezone.now)
    updated_at = models.DateTimeField(_("ändrad"), default=timezone.now)

    class Meta:
        verbose_name = _("anmälan")
        verbose_name_plural = _("anmälningar")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(series__isnull=True, meeting__isnull=False)
                | Q(series__isnull=False, meeting__isnull=True),
                name="registration_to_one_thing",
            ),
            models.UniqueConstraint("series", Lower("email"), name="registration_series_once"),
            models.UniqueConstraint("meeting", Lower("email"), name="registration_meeting_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(email=""), name="registration_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}" if self.organisation else self.name

    @property
    def event(self) -> Meeting | MeetingSeries:
        """What the registration is to."""
        if self.series is not None:
            return self.series
        if self.meeting is None:
            raise ValueError("a registration to nothing")
        return self.meeting

    @property
    def change_path(self) -> str:
        """The registration's own page, for a mail's ``{{ base_url }}{{ path }}``."""
        return reverse("calls:registration", args=[self.token])


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def active(self) -> "ParticipationQuerySet":
        return self.filter(cancelled_at__isnull=True)

    def holding_seats(self) -> "ParticipationQuerySet":
        """Those who have a room seat, and those who are being offered one."""
        return self.active().filter(Q(place=Place.ROOM) | Q(offered_until__isnull=False))

    def queue(self) -> "ParticipationQuerySet":
        """Those who wait for a room seat and have no offer, who asked first first."""
        return (
            self.active()
            .filter(wants_room_since__isnull=False, offered_until__isnull=True)
            .exclude(place=Place.ROOM)
            .order_by("wants_room_since", "pk")
        )


class Participation(models.Model):
    """One registered person at one meeting: where they take part, and their way to a room seat.

    ``wants_room_since`` orders the queue; ``offered_until`` (inclusive) holds a freed seat for them;
    both empty
    once they have one. ``attended`` is ticked by an officer; None until somebody has."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="participations")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="participations")
    place = models.CharField(_("deltar"), max_length=8, choices=Place)
    wants_room_since = models.DateTimeField(_("i kö sedan"), null=True, blank=True)
    offered_until = models.DateTimeField(_("erbjuden plats till"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("avanmäld"), null=True, blank=True)
    attended = models.BooleanField(_("deltog"), null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("deltagande")
        verbose_name_plural = _("deltaganden")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "meeting"], name="participation_once"),
            models.CheckConstraint(condition=Q(place__in=Place.values), name="participation_place_known"),
            models.CheckConstraint(
                condition=~Q(place=Place.ROOM) | Q(wants_room_since__isnull=True, offered_until__isnull=True),
                name="participation_seated_does_not_wait",
            ),
            models.CheckConstraint(
                condition=Q(offered_until__isnull=True) | Q(wants_room_since__isnull=False),
                name="participation_offer_to_who_waits",
            ),
            models.CheckConstraint(
                condition=~Q(place=Place.WAITING)
                | Q(wants_room_since__isnull=False)
                | Q(cancelled_at__isnull=False),
                name="participation_waiting_waits",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(offered_until__isnull=True),
                name="participation_cancelled_has_no_offer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["meeting", "wants_room_since", "id"],
                name="participation_queue",
                condition=Q(wants_room_since__isnull=False, cancelled_at__isnull=True),
            ),
            models.Index(
                fields=["offered_until"],
                name="participation_offers",
                condition=Q(offered_until__isnull=False),
            ),
        ]
        triggers = [RoomSeats(name="room_seats")]

    def __str__(self) -> str:
        return f"{self.registration}: {self.meeting}"

    @property
    def is_queued(self) -> bool:
        """Waits for a room seat, with or without an offer of one."""
        return self.cancelled_at is None and self.wants_room_since is not None

    def has_offer(self, *, now: datetime | None = None) -> bool:
        """Whether a seat is held for them and may still be taken."""
        return self.offered_until is not None and (now or timezone.now()) <= self.offered_until

    @property
    def by_link(self) -> bool:
        return self.cancelled_at is None and self.place == Place.LINK

    @property
    def gets_link(self) -> bool:
        """Whether their mail and calendar hold the link: those who come by it, and all where it is public."""
        return self.by_link or self.meeting.link_public

    @property
    def how(self) -> str:
        """Where they take part, in words: "I lokalen", "Via länk, i kö till lokalen"."""
        if self.cancelled_at is not None:
            return "Avanmäld"
        if self.place == Place.LINK and self.wants_room_since is not None:
            return "Via länk, i kö till lokalen"
        return str(Place(self.place).label)

    def queue_position(self) -> int | None:
        """1 for who is next; None for who is not in the queue, or has an offer already."""
        if not self.is_queued or self.offered_until is not None or self.place == Place.ROOM:
            return None
        before = Q(wants_room_since__lt=self.wants_room_since) | Q(
            wants_room_since=self.wants_room_since, pk__lt=self.pk
        )
        return Participation.objects.queue().filter(before, meeting_id=self.meeting_id).count() + 1
