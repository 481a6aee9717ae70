"""What belongs to a call: its questions, wanted attachments, milestones and documents, and what people
ask."""

import re
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.enums import InquiryStatus, MilestoneKind, QuestionKind
from calls.models.call import Call
from calls.triggers import FixedWhenReceived
from s3portal.common.swedish import format_day, format_month


class CallQuestion(models.Model):
    """One question of a call's own, in ``order``. ``max_length`` counts characters and goes with text kinds.

    A question with ``shown_if`` is asked only when that earlier question (yes/no or a choice) was answered
    with ``shown_if_answer``: "ja", "nej" or one of its choices.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField(_("ordning"))
    label = models.CharField(_("fråga"), max_length=300)
    help_text = models.TextField(_("hjälptext"), blank=True)
    kind = models.CharField(_("slag"), max_length=10, choices=QuestionKind)
    required = models.BooleanField(_("måste besvaras"), default=True)
    max_length = models.PositiveIntegerField(_("högsta antal tecken"), null=True, blank=True)
    choices: Any = ArrayField(
        models.CharField(max_length=150), verbose_name=_("val"), default=list, blank=True
    )
    shown_if = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers"
    )
    shown_if_answer = models.CharField(_("ställs vid svaret"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("fråga i utlysningen")
        verbose_name_plural = _("frågor i utlysningen")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "order"],
                name="call_question_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=QuestionKind.values), name="call_question_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=QuestionKind.CHOICE, choices__len__gte=2)
                | (~Q(kind=QuestionKind.CHOICE) & Q(choices=[])),
                name="call_question_choices",
            ),
            models.CheckConstraint(
                condition=Q(max_length__isnull=True)
                | Q(kind__in=[QuestionKind.SHORT, QuestionKind.LONG], max_length__gte=1),
                name="call_question_length",
            ),
            models.CheckConstraint(
                condition=Q(shown_if__isnull=True, shown_if_answer="")
                | (Q(shown_if__isnull=False) & ~Q(shown_if_answer="")),
                name="call_question_condition_whole",
            ),
        ]
        triggers = [FixedWhenReceived(name="questions_fixed")]

    def __str__(self) -> str:
        return self.label

    @property
    def possible_answers(self) -> list[str]:
        """The answers that another question can hang on, as they are stored; none for other kinds."""
        return ["ja", "nej"] if self.kind == QuestionKind.YES_NO else list(self.choices)


class RequestedAttachment(models.Model):
    """A file that applicants send along, such as an annual report."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="requested_attachments")
    order = models.PositiveSmallIntegerField(_("ordning"))
    name = models.CharField(_("bilaga"), max_length=150)
    help_text = models.TextField(_("hjälptext"), blank=True)
    required = models.BooleanField(_("måste skickas med"), default=True)

    class Meta:
        verbose_name = _("bilaga som begärs")
        verbose_name_plural = _("bilagor som begärs")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "order"],
                name="requested_attachment_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        triggers = [FixedWhenReceived(name="requested_attachments_fixed")]

    def __str__(self) -> str:
        return self.name


class Milestone(models.Model):
    """A date in a call's life beside opening, closing, meetings and the planned decision, which it knows.

    ``day`` with ``clock`` is a moment on Swedish clocks; ``whole_month``: ``day`` is the first of the month;
    without a day ``text`` says when."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField(_("slag"), max_length=15, choices=MilestoneKind)
    title = models.CharField(_("rubrik"), max_length=150)
    text = models.CharField(_("förklaring"), max_length=300, blank=True)
    day = models.DateField(_("dag"), null=True, blank=True)
    clock = models.TimeField(_("klockslag"), null=True, blank=True)
    whole_month = models.BooleanField(_("bara månaden är bestämd"), default=False)

    class Meta:
        verbose_name = _("hållpunkt")
        verbose_name_plural = _("hållpunkter")
        ordering = [models.F("day").asc(nulls_last=True), models.F("clock").asc(nulls_first=True), "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MilestoneKind.values), name="milestone_kind_known"),
            models.CheckConstraint(
                condition=Q(clock__isnull=True) | Q(day__isnull=False, whole_month=False),
                name="milestone_clock_needs_day",
            ),
            models.CheckConstraint(
                condition=Q(whole_month=False) | Q(day__isnull=False), name="milestone_month_needs_day"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def when(self) -> str:
        """As in "15 december 2021 kl. 09.00" or "december 2021"; empty when there is no day."""
        if self.day is None:
            return ""
        if self.whole_month:
            return format_month(self.day)
        return format_day(self.day) + (f" kl. {self.clock:%H.%M}" if self.clock else "")


class CallDocument(models.Model):
    """A document that belongs to a call. What the public gets is the newest version; ``withdrawn_at``
    hides it."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="documents")
    order = models.PositiveSmallIntegerField(_("ordning"))
    title = models.CharField(_("rubrik"), max_length=200)
    withdrawn_at = models.DateTimeField(_("borttaget"), null=True, blank=True)

    class Meta:
        verbose_name = _("dokument")
        verbose_name_plural = _("dokument")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "order"],
                name="call_document_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CallDocumentVersion(models.Model):
    """The bytes of a document as they were uploaded once; never changed. ``size`` in bytes."""

    document = models.ForeignKey(CallDocument, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    filename = models.CharField(_("filnamn"), max_length=200)
    content_type = models.CharField(_("filtyp"), max_length=100)
    storage_name = models.CharField(_("namn i lagret"), max_length=300)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    size = models.PositiveBigIntegerField(_("storlek"))
    uploaded_at = models.DateTimeField(_("uppladdad"), default=timezone.now)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("dokumentversion")
        verbose_name_plural = _("dokumentversioner")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="call_document_version_once"),
        ]
        triggers = [pgtrigger.Protect(name="version_stands", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.filename


class Inquiry(models.Model):
    """A question that somebody has asked about an open call, and the answer that is published for all.

    ``published_question`` is what the public reads: the question without what tells who asked. The
    asker's name and address are cleared some weeks after the answer. ``decline_reason`` is told to the asker
    only. ``corrected_at``: when a published answer was last put right, shown to the public."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="inquiries")
    question = models.TextField(_("fråga"))
    asker_name = models.CharField(_("namn"), max_length=150, blank=True)
    asker_email = models.EmailField(_("e-post"), blank=True)
    asked_at = models.DateTimeField(_("ställd"), default=timezone.now)
    status = models.CharField(
        _("status"), max_length=10, choices=InquiryStatus, default=InquiryStatus.WAITING
    )
    published_question = models.TextField(_("frågan som den publiceras"), blank=True)
    answer = models.TextField(_("svar"), blank=True)
    answered_at = models.DateTimeField(_("besvarad"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decline_reason = models.TextField(_("varför den inte besvaras"), blank=True)
    corrected_at = models.DateTimeField(_("svaret rättat"), null=True, blank=True)
    #: Counts the officers' saves: who saves on an older one is told so.
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("fråga om utlysningen")
        verbose_name_plural = _("frågor om utlysningar")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=InquiryStatus.values), name="inquiry_status_known"),
            models.CheckConstraint(
                condition=Q(status=InquiryStatus.WAITING, answered_at__isnull=True, answered_by__isnull=True)
                | (
                    ~Q(status=InquiryStatus.WAITING) & Q(answered_at__isnull=False, answered_by__isnull=False)
                ),
                name="inquiry_answered_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(status=InquiryStatus.ANSWERED) | (~Q(published_question="") & ~Q(answer="")),
                name="inquiry_answered_has_text",
            ),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True) | Q(status=InquiryStatus.ANSWERED),
                name="inquiry_corrected_is_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["call", "status", "-asked_at", "-id"], name="inquiry_list"),
            models.Index(fields=["status", "-asked_at", "-id"], name="inquiry_waiting"),
        ]

    def __str__(self) -> str:
        return self.published_question or self.question

    @property
    def asker_known(self) -> bool:
        """Whether anything of who asked is still kept."""
        return bool(self.asker_name or self.asker_email)

    def traces_in(self, *texts: str) -> list[str]:
        """What of the asker's name and address stands in ``texts``, as it was given by the asker. Short words
        of a name are passed over."""
        wanted = [self.asker_email, *(word for word in self.asker_name.split() if len(word) > 2)]
        whole = "\n".join(texts)
        return [
            word
            for word in dict.fromkeys(filter(None, wanted))
            if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", whole, re.IGNORECASE)
        ]
