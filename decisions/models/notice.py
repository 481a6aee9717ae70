"""The notice board (anslagstavlan, KL 8:9–12) and the proof of each notice."""

from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.clock import AppealTime
from decisions.models.committee import CommitteeMeeting
from decisions.models.decision import Decision
from s3portal.diary.models import Case, RecordFile

#: What stays as it was when the notice went up.
_FIXED = [
    "meeting", "decision", "case", "body", "paragraph", "approved_on", "kept_at", "posted_on", "posted_at",
    "posted_by", "posted_elsewhere", "appeal_until",
]  # fmt: skip


class BoardNoticeQuerySet(models.QuerySet["BoardNotice"]):
    def standing(self) -> "BoardNoticeQuerySet":
        """On the board now, the latest first."""
        return self.filter(taken_down_on__isnull=True).order_by("-posted_on", "-pk")

    def past(self) -> "BoardNoticeQuerySet":
        """Taken down, the latest first."""
        return self.filter(taken_down_on__isnull=False).order_by("-taken_down_on", "-pk")

    def with_subject(self) -> "BoardNoticeQuerySet":
        return self.select_related(
            "meeting__committee", "decision__case", "decision__publication", "case", "proof__file"
        )


class BoardNotice(models.Model):
    """That the minutes of a meeting are approved, or that one decision that is not reported has been made.

    ``body``, ``paragraph`` and ``approved_on`` are snapshots of what the notice said. For one decision,
    ``approved_on`` is the day it was signed. ``posted_on`` and ``taken_down_on`` are Swedish days; the notice
    stood from the one to the other. ``appeal_until`` (inclusive) follows from ``posted_on`` and is kept so
    that the database can tell what is early. ``posted_elsewhere``: it stood on the region's board before the
    portal's, and the dates are those that were noted then.
    """

    meeting = models.ForeignKey(
        CommitteeMeeting, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    #: Where the proof is registered: the decision's case, or the one of the meeting's minutes.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    body = models.CharField(_("organ"), max_length=330)
    paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    approved_on = models.DateField(_("justerat"))
    kept_at = models.CharField(_("protokollet förvaras hos"), max_length=200)
    posted_on = models.DateField(_("uppsatt"))
    posted_at = models.DateTimeField(_("registrerat"), default=timezone.now)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_elsewhere = models.BooleanField(_("satt upp på regionens tidigare anslagstavla"), default=False)
    appeal_until = models.DateField(_("sista dag att överklaga"))
    taken_down_on = models.DateField(_("nedtaget"), null=True, blank=True)
    taken_down_at = models.DateTimeField(_("nedtagning registrerad"), null=True, blank=True)
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    early = models.BooleanField(_("nedtaget för tidigt"), default=False)
    early_reason = models.TextField(_("varför det togs ned för tidigt"), blank=True)

    objects = BoardNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("anslag")
        verbose_name_plural = _("anslag")
        ordering = ["-posted_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting__isnull=False, decision__isnull=True)
                | Q(meeting__isnull=True, decision__isnull=False),
                name="notice_of_one_thing",
            ),
            # One that was taken down too early does not count; any other is the only one.
            models.UniqueConstraint(fields=["meeting"], condition=Q(early=False), name="notice_once_meeting"),
            models.UniqueConstraint(
                fields=["decision"], condition=Q(early=False), name="notice_once_decision"
            ),
            models.CheckConstraint(
                condition=Q(posted_on__gte=F("approved_on")), name="notice_after_approval"
            ),
            models.CheckConstraint(
                condition=Q(
                    taken_down_on__isnull=True, taken_down_at__isnull=True, taken_down_by__isnull=True
                )
                | Q(
                    taken_down_on__gte=F("posted_on"),
                    taken_down_at__isnull=False,
                    taken_down_by__isnull=False,
                ),
                name="notice_taken_down_whole",
            ),
            models.CheckConstraint(
                condition=Q(early=False, taken_down_on__isnull=True, early_reason="")
                | Q(early=False, taken_down_on__gt=F("appeal_until"), early_reason="")
                | (Q(early=True, taken_down_on__lte=F("appeal_until")) & ~Q(early_reason="")),
                name="notice_early_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["-posted_on", "-id"], name="notice_board", condition=Q(taken_down_on=None)),
            models.Index(fields=["-taken_down_on", "-id"], name="notice_past"),
        ]
        triggers = [
            pgtrigger.Protect(name="notice_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="notice_as_posted", fields=_FIXED),
            pgtrigger.Protect(
                name="taken_down_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__taken_down_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heading} ({self.posted_on})"

    @property
    def is_standing(self) -> bool:
        return self.taken_down_on is None

    @property
    def time(self) -> AppealTime:
        return AppealTime(self.posted_on)

    @property
    def subject_day(self) -> date:
        """The day of the meeting, or of the decision."""
        return self.approved_on if self.meeting is None else self.meeting.day

    @property
    def heading(self) -> str:
        """What anyone may read: a protected party's name is left out."""
        if self.decision is not None:
            return f"Beslut {self.decision.case}: {self.decision.open_title}"
        return f"Protokoll från {self.body}"

    @property
    def subject(self) -> str:
        """What it is about, in a title that stands for ever. A decision goes by its number: its own title may
        be marked as secret later, and that mark would not reach a copy of it."""
        if self.decision is not None:
            return f"Beslut {self.decision.printed_number}"
        return self.heading

    @property
    def kept_from(self) -> date:
        """The first day it may be taken down without stopping the time."""
        return self.time.final_on

    def explanation(self) -> str:
        return self.time.explain("Anslaget sattes upp")


class NoticeProof(models.Model):
    """Bevis om anslag: the sealed PDF, frozen in the diary when the notice was taken down."""

    notice = models.OneToOneField(BoardNotice, on_delete=models.PROTECT, related_name="proof")
    file = models.OneToOneField(RecordFile, on_delete=models.PROTECT, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("bevis om anslag")
        verbose_name_plural = _("bevis om anslag")
        triggers = [pgtrigger.Protect(name="proof_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Bevis: {self.notice}"
