"""Requests for copies of public documents (TF 2:15–18)."""

import secrets
import uuid
from datetime import date, timedelta
from typing import Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.common.swedish import appeal_ends
from s3portal.copies.enums import RequestStatus, Way
from s3portal.copies.transitions import ALLOWED
from s3portal.diary.models import Case, Record, RecordFile

#: Without letters and figures that look alike when they are read out at a desk.
_SIGNS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_reference() -> str:
    """As in "K7QM-2XHP": short enough to say, and no number that tells how many have asked."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


#: Of requests: a written decision about what was masked is asked for, and not yet made.
WANTS_DECISION: Final = Q(status=RequestStatus.MASKED, decision_wanted_at__isnull=False)
#: Of requests: refused, and the decision can still be appealed or is before the court.
CAN_BE_APPEALED: Final = Q(status=RequestStatus.REFUSED, final_at__isnull=True)


class CopyRequestQuerySet(models.QuerySet["CopyRequest"]):
    def waiting(self) -> "CopyRequestQuerySet":
        return self.filter(status=RequestStatus.WAITING)

    def unfinished(self) -> "CopyRequestQuerySet":
        """What is asked for has to be there still: it is not answered, the copies are to be fetched, a
        decision is asked for, or a refusal is not final. One that was closed without a trial asks for
        nothing."""
        over = Q(status=RequestStatus.CLOSED) | Q(status=RequestStatus.REFUSED, final_at__isnull=False)
        return self.exclude(over).filter(Q(cleared_at__isnull=True) | CAN_BE_APPEALED)


class CopyRequest(models.Model):
    """Somebody wants to read something in a case. ``name`` and ``email`` are given only if the requester
    wants to: nobody is asked who they are or why (TF 2:18). They are cleared some time after the answer.

    ``token`` opens the page where the requester follows it; ``reference`` is what is said at the desk.
    ``record`` is None when it is about more than one handling. ``registered`` is the request itself in the
    diary; None for one that came before requests were registered at once. ``message`` is to the requester.
    ``answered_at`` is the first answer; ``refused_at`` is the decision to refuse, which may come later, about
    what was masked. ``decision_wanted_at``: the requester wants a written decision about that. ``final_at``:
    when a registrar said that a refusal is final. ``authority``: by what it was decided, as it stood then
    (``copies.authority``); None for what was refused before that was asked for."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="copy_requests")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    registered = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("i diariet")
    )
    reference = models.CharField(_("referens"), max_length=9, unique=True, default=new_reference)
    token = models.UUIDField(_("nyckel"), unique=True, default=uuid.uuid4)
    wish = models.TextField(_("det som begärs"), blank=True)
    way = models.CharField(_("så vill den som frågar få kopiorna"), max_length=10, choices=Way)
    name = models.CharField(_("namn"), max_length=150, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    received_at = models.DateTimeField(_("inkommen"), default=timezone.now)
    status = models.CharField(
        _("status"), max_length=10, choices=RequestStatus, default=RequestStatus.WAITING
    )
    answered_at = models.DateTimeField(_("besvarad"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_at = models.DateTimeField(_("avslagen"), null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    provision = models.CharField(_("bestämmelse"), max_length=200, blank=True)
    reason = models.TextField(_("skäl"), blank=True)
    #: Beside masked copies: why a marked file is given whole. ``reason`` is then what the requester reads.
    motive = models.TextField(_("varför något märkt lämnas ut helt"), blank=True, default="", db_default="")
    message = models.TextField(_("meddelande till den som frågar"), blank=True)
    decision = models.OneToOneField(
        RecordFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    authority = models.JSONField(_("delegation när beslutet fattades"), null=True, blank=True)
    decision_wanted_at = models.DateTimeField(_("vill ha ett skriftligt beslut"), null=True, blank=True)
    final_at = models.DateTimeField(_("avslaget har fått laga kraft"), null=True, blank=True)
    final_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cleared_at = models.DateTimeField(_("uppgifterna borttagna"), null=True, blank=True)

    objects = CopyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("begäran om handling")
        verbose_name_plural = _("begäran om handlingar")
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="copy_status_known"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="copy_way_known"),
            models.CheckConstraint(
                condition=Q(status=RequestStatus.WAITING, answered_at__isnull=True, answered_by__isnull=True)
                | (
                    ~Q(status=RequestStatus.WAITING) & Q(answered_at__isnull=False, answered_by__isnull=False)
                ),
                name="copy_answered_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(status=RequestStatus.REFUSED, refused_at__isnull=False, refused_by__isnull=False)
                | (~Q(status=RequestStatus.REFUSED) & Q(refused_at__isnull=True, refused_by__isnull=True)),
                name="copy_refused_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.LINK) | ~Q(email="") | Q(cleared_at__isnull=False),
                name="copy_link_has_address",
            ),
            models.CheckConstraint(
                condition=~Q(status=RequestStatus.REFUSED)
                | (~Q(provision="") & ~Q(reason="") & Q(decision__isnull=False)),
                name="copy_refusal_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=RequestStatus.MASKED) | (~Q(provision="") & ~Q(reason="")),
                name="copy_masked_says_why",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(name="", email=""), name="copy_cleared_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(final_at__isnull=True, final_by__isnull=True)
                | Q(status=RequestStatus.REFUSED, final_at__isnull=False, final_by__isnull=False),
                name="copy_final_is_refused_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "received_at", "id"], name="copy_list"),
            models.Index(fields=["answered_at"], name="copy_to_clear", condition=Q(cleared_at__isnull=True)),
        ]
        triggers = [
            pgtrigger.Protect(name="copy_request_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="copy_request_fixed",
                fields=["case", "record", "reference", "token", "wish", "way", "received_at"],
            ),
            # What a decision rested on is not changed afterwards.
            pgtrigger.Protect(
                name="copy_authority_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__authority__isnull=False)
                & pgtrigger.Q(old__authority__df=pgtrigger.F("new__authority")),
            ),
            pgtrigger.FSM(
                name="copy_status_in_order",
                field="status",
                transitions=[(before, after) for (before, _step), after in ALLOWED.items()],
            ),
        ]

    def __str__(self) -> str:
        return f"Begäran {self.reference}"

    @property
    def is_waiting(self) -> bool:
        return self.status == RequestStatus.WAITING

    @property
    def may_want_decision(self) -> bool:
        """Whether the requester can ask for a written decision about what was masked: once, and as long as
        there is somebody to send it to."""
        return (
            self.status == RequestStatus.MASKED
            and self.decision_wanted_at is None
            and self.cleared_at is None
        )

    @property
    def shows_files(self) -> bool:
        """Whether the requester can fetch the copies: from the answer until the details are cleared."""
        return self.cleared_at is None and self.status in {
            RequestStatus.RELEASED,
            RequestStatus.MASKED,
            RequestStatus.REFUSED,
        }

    @property
    def can_be_appealed(self) -> bool:
        return self.status == RequestStatus.REFUSED and self.final_at is None

    @property
    def is_refused_later(self) -> bool:
        """Whether it was answered with masked copies first, and the rest refused by a decision after that."""
        return self.refused_at is not None and self.decision_wanted_at is not None

    @property
    def can_be_final_on(self) -> date | None:
        """The first day on which the refusal can be final: the day after the last one to appeal, three weeks
        after the requester got it (FL 44 §; lagen 1930:173), which was not before it was made. None for what
        is not refused."""
        if self.refused_at is None:
            return None
        return appeal_ends(timezone.localdate(self.refused_at)) + timedelta(days=1)

    def days_open(self, on: date | None = None) -> int:
        """Days from when it came until it was first answered, or until the day (today)."""
        ended = on or timezone.localdate()
        if self.answered_at is not None:
            ended = timezone.localdate(self.answered_at)
        return (ended - timezone.localdate(self.received_at)).days

    @property
    def look(self) -> RequestStatus:
        """The status with its colour and symbol."""
        return RequestStatus(self.status)


class ReleasedFile(models.Model):
    """One file that the requester may fetch. ``masked``: a version made for the request."""

    request = models.ForeignKey(CopyRequest, on_delete=models.PROTECT, related_name="released")
    file = models.ForeignKey(RecordFile, on_delete=models.PROTECT, related_name="+")
    masked = models.BooleanField(_("maskad"), default=False)

    class Meta:
        verbose_name = _("utlämnad fil")
        verbose_name_plural = _("utlämnade filer")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["request", "file"], name="released_file_once")]
        triggers = [
            pgtrigger.Protect(name="released_file_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.file)
