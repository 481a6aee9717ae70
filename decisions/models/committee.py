"""The nämnd, its members and meetings, and what is reported to it (KL 6:40, 7:8)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from s3portal.accounts.models import User


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def of_member(self, user: "User", *, on: date | None = None) -> "CommitteeQuerySet":
        """Committees this person sits in on the day (both ends inclusive)."""
        day = on or timezone.localdate()
        return self.filter(
            Q(members__valid_to__isnull=True) | Q(members__valid_to__gte=day),
            members__user=user,
            members__valid_from__lte=day,
        ).distinct()


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


class CommitteeMember(models.Model):
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="committee_seats"
    )
    valid_from = models.DateField(_("från"))
    valid_to = models.DateField(_("till och med"), null=True, blank=True)

    class Meta:
        verbose_name = _("ledamot")
        verbose_name_plural = _("ledamöter")
        constraints = [
            models.UniqueConstraint(fields=["committee", "user", "valid_from"], name="committee_member_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="committee_member_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.committee}"


class CommitteeMeetingQuerySet(models.QuerySet["CommitteeMeeting"]):
    def of_member(self, user: "User") -> "CommitteeMeetingQuerySet":
        """Meetings of the committees this person sits in today."""
        return self.filter(committee__in=Committee.objects.of_member(user))

    def coming(self) -> "CommitteeMeetingQuerySet":
        """Those that have not begun, the nearest first."""
        return self.filter(starts_at__gt=timezone.now()).order_by("starts_at", "pk")

    def held(self) -> "CommitteeMeetingQuerySet":
        """Those that have begun, the latest first."""
        return self.filter(starts_at__lte=timezone.now()).order_by("-starts_at", "-pk")


class CommitteeMeeting(models.Model):
    """A sammanträde. ``report_paragraph`` is the § under which the decisions were laid to the minutes."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField(_("börjar"))
    place = models.CharField(_("plats"), max_length=200, blank=True)
    #: The last day to put something on the agenda; what is not reported by then waits for the next meeting.
    agenda_closes_on = models.DateField(_("ärenden ska vara anmälda senast"), null=True, blank=True)
    report_paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    approved_on = models.DateField(_("justerat"), null=True, blank=True)

    objects = CommitteeMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sammanträde")
        verbose_name_plural = _("sammanträden")
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "starts_at"], name="committee_meeting_once"),
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


class DecisionReportQuerySet(models.QuerySet["DecisionReport"]):
    def of_member(self, user: "User") -> "DecisionReportQuerySet":
        """What this person may read: the lists of the committees she sits in today."""
        return self.filter(meeting__committee__in=Committee.objects.of_member(user))

    def read_by(self, user: "User") -> "DecisionReportQuerySet":
        """With ``read_on``: when this person first opened it, or None."""
        mine = DecisionReading.objects.filter(report=models.OuterRef("pk"), user=user)
        return self.annotate(read_on=models.Subquery(mine.values("read_at")[:1]))


class DecisionReport(models.Model):
    """A decision on a meeting's list of reported delegated decisions (anmälan)."""

    decision = models.OneToOneField("decisions.Decision", on_delete=models.PROTECT, related_name="report")
    meeting = models.ForeignKey(CommitteeMeeting, on_delete=models.PROTECT, related_name="reports")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(_("anmält"), default=timezone.now)

    #: Only on rows of ``read_by``.
    read_on: datetime | None

    objects = DecisionReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("anmälan till nämnd")
        verbose_name_plural = _("anmälningar till nämnd")
        ordering = ["decision__decided_on", "decision_id"]

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
