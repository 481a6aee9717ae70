"""The nämnd, its members and meetings, and what is reported to it (KL 6:40, 7:8)."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import SeatOffice
from decisions.triggers import ListStands, OneSeatAtATime, SeatStands

if TYPE_CHECKING:
    from decisions.asked import Asked
    from decisions.changes import Tie
    from decisions.finality import Finality
    from s3portal.accounts.models import User


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def of_member(self, user: "User", *, on: date | None = None) -> "CommitteeQuerySet":
        """Committees this person sits in on the day (both ends inclusive)."""
        seats = CommitteeMember.objects.sitting_on(on or timezone.localdate()).filter(user=user)
        return self.filter(pk__in=seats.values("committee"))


class Committee(models.Model):
    """A nämnd. ``name`` is printed in running text: "regionala utvecklingsnämnden"."""

    slug = models.SlugField(_("adress"), unique=True)
    name = models.CharField(_("namn"), max_length=150)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = _("nämnd")
        verbose_name_plural = _("nämnder")

    def __str__(self) -> str:
        return self.name[:1].upper() + self.name[1:]


class CommitteeMemberQuerySet(models.QuerySet["CommitteeMember"]):
    def standing(self) -> "CommitteeMemberQuerySet":
        """Without those that were entered by mistake."""
        return self.filter(cancelled_at__isnull=True)

    def of_members(self) -> "CommitteeMemberQuerySet":
        """Without substitutes."""
        return self.filter(office__in=SeatOffice.of_members())

    def sitting_on(self, day: date) -> "CommitteeMemberQuerySet":
        """The seats that are held on the day (both ends inclusive)."""
        return self.standing().filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day, user__is_active=True
        )


class CommitteeMember(models.Model):
    """A seat in a nämnd from–to, both inclusive; ``valid_to`` None: until further notice. Never deleted: it
    ends, or is cancelled when it was entered by mistake, and then it has never given anyone anything."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="committee_seats"
    )
    office = models.CharField(_("uppdrag"), max_length=12, choices=SeatOffice, default=SeatOffice.MEMBER)
    valid_from = models.DateField(_("från"))
    valid_to = models.DateField(_("till och med"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("makulerat"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    cancel_reason = models.CharField(_("varför det makulerades"), max_length=300, blank=True)

    objects = CommitteeMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledamot")
        verbose_name_plural = _("ledamöter")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "user", "valid_from"],
                condition=Q(cancelled_at__isnull=True),
                name="committee_member_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="committee_member_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(office__in=SeatOffice.values), name="committee_member_office_known"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, cancel_reason="")
                | (Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancel_reason="")),
                name="committee_member_cancelled_says_why",
            ),
        ]
        triggers = [OneSeatAtATime(name="one_seat_at_a_time"), SeatStands(name="seat_stands")]

    def __str__(self) -> str:
        return f"{self.user}, {self.committee}"

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    def covers(self, day: date) -> bool:
        """Whether the day is among its own (both ends inclusive)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def is_over(self) -> bool:
        """Its last day has been."""
        return self.valid_to is not None and self.valid_to < timezone.localdate()


class CommitteeMeetingQuerySet(models.QuerySet["CommitteeMeeting"]):
    def of_member(self, user: "User") -> "CommitteeMeetingQuerySet":
        """Meetings of the committees this person sits in today."""
        return self.filter(committee__in=Committee.objects.of_member(user))

    def standing(self) -> "CommitteeMeetingQuerySet":
        """Without those that were called off."""
        return self.filter(cancelled_at__isnull=True)

    def called_off(self) -> "CommitteeMeetingQuerySet":
        """Those that were to be held and were not, the latest first."""
        return self.filter(cancelled_at__isnull=False).order_by("-starts_at", "-pk")

    def coming(self) -> "CommitteeMeetingQuerySet":
        """Those that have not begun, the nearest first."""
        return self.standing().filter(starts_at__gt=timezone.now()).order_by("starts_at", "pk")

    def held(self) -> "CommitteeMeetingQuerySet":
        """Those that have begun, the latest first."""
        return self.standing().filter(starts_at__lte=timezone.now()).order_by("-starts_at", "-pk")


class CommitteeMeeting(models.Model):
    """A sammanträde. ``report_paragraph`` is the § under which the decisions were laid to the minutes. One
    that was called off (ställdes in) has no list and no minutes, and stays readable with the reason."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField(_("börjar"))
    place = models.CharField(_("plats"), max_length=200, blank=True)
    #: The last day to put something on the agenda; what is not reported by then waits for the next meeting.
    agenda_closes_on = models.DateField(_("ärenden ska vara anmälda senast"), null=True, blank=True)
    report_paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    approved_on = models.DateField(_("justerat"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("ställdes in"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    cancel_reason = models.CharField(_("varför det ställdes in"), max_length=300, blank=True)

    objects = CommitteeMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sammanträde")
        verbose_name_plural = _("sammanträden")
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "starts_at"],
                condition=Q(cancelled_at__isnull=True),
                name="committee_meeting_once",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, cancel_reason="")
                | (
                    Q(
                        cancelled_at__isnull=False,
                        cancelled_by__isnull=False,
                        approved_on__isnull=True,
                        report_paragraph="",
                    )
                    & ~Q(cancel_reason="")
                ),
                name="committee_meeting_called_off_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.committee} {timezone.localtime(self.starts_at):%Y-%m-%d}"

    @property
    def day(self) -> date:
        """The Swedish calendar day of the meeting."""
        return timezone.localdate(self.starts_at)

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def is_called_off(self) -> bool:
        return self.cancelled_at is not None

    @property
    def has_minutes(self) -> bool:
        """Whether it is noted what the minutes say of the reported decisions: then the list is history."""
        return self.approved_on is not None or bool(self.report_paragraph)


#: Whether the chair, or another member whom the nämnd has named, decided alone (KL 6:39).
URGENT: Final = Coalesce(F("decision__clause__urgent"), Value(value=False))


class DecisionReportQuerySet(models.QuerySet["DecisionReport"]):
    def of_member(self, user: "User") -> "DecisionReportQuerySet":
        """What this person may read: the lists of the committees she sits in today."""
        return self.filter(meeting__committee__in=Committee.objects.of_member(user))

    def in_order(self) -> "DecisionReportQuerySet":
        """As the list goes to the nämnd, with ``urgent``: what the chair decided alone comes first (KL 6:39),
        then the oldest decision."""
        return self.annotate(urgent=URGENT).order_by(
            "-urgent", "decision__decided_on", "decision__case__year", "decision__case__serial", "decision_id"
        )

    def read_by(self, user: "User") -> "DecisionReportQuerySet":
        """With ``read_on``: when this person first opened it, or None."""
        mine = DecisionReading.objects.filter(report=models.OuterRef("pk"), user=user)
        return self.annotate(read_on=models.Subquery(mine.values("read_at")[:1]))


class DecisionReport(models.Model):
    """A decision on a meeting's list of reported delegated decisions (anmälan). ``reported_by`` None: the
    list filled itself."""

    decision = models.OneToOneField("decisions.Decision", on_delete=models.PROTECT, related_name="report")
    meeting = models.ForeignKey(CommitteeMeeting, on_delete=models.PROTECT, related_name="reports")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reported_at = models.DateTimeField(_("anmält"), default=timezone.now)

    #: Only on rows of ``in_order``.
    urgent: bool
    #: Only on rows of ``queries.mark_missed``.
    missed: bool
    #: Only on rows of ``read_by``.
    read_on: datetime | None
    #: Only on rows of ``member_queries.tell_more``.
    final: "Finality"
    ties: "list[Tie]"
    marked: bool
    asked: "Asked"

    objects = DecisionReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("anmälan till nämnd")
        verbose_name_plural = _("anmälningar till nämnd")
        ordering = ["decision__decided_on", "decision_id"]
        triggers = [ListStands(name="confirmed_list_stands")]

    def __str__(self) -> str:
        return f"{self.decision} → {self.meeting}"


class DecisionReading(models.Model):
    """That a member has opened a reported decision."""

    report = models.ForeignKey(DecisionReport, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(_("läst"), default=timezone.now)

    class Meta:
        verbose_name = _("läsmarkering")
        verbose_name_plural = _("läsmarkeringar")
        constraints = [models.UniqueConstraint(fields=["report", "user"], name="decision_reading_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.report_id}"
