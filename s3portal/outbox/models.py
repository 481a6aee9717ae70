"""Messages on their way out. A row is written in the transaction of what it tells of and sent after it."""

from datetime import time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.outbox.enums import CancelReason, MailGroup, MessageStatus
from s3portal.outbox.kinds import label_of


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> "MessageQuerySet":
        """Queued messages whose hour has come, oldest first."""
        return self.filter(status=MessageStatus.QUEUED, not_before__lte=timezone.now()).order_by(
            "not_before", "pk"
        )


class Message(models.Model):
    """One mail to one address. ``key`` is what makes asking twice harmless:
    kind, object, recipient and, for reminders, the due day."""

    key = models.CharField(_("nyckel"), max_length=250, unique=True)
    kind = models.CharField(_("slag"), max_length=60, db_index=True)
    to_email = models.EmailField(_("till"))
    subject = models.CharField(_("ämne"), max_length=250)
    text_body = models.TextField(_("text"))
    html_body = models.TextField(_("html"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus, default=MessageStatus.QUEUED)
    not_before = models.DateTimeField(_("tidigast"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    last_error = models.TextField(_("senaste fel"), blank=True)
    created_at = models.DateTimeField(_("skapat"), default=timezone.now)
    sent_at = models.DateTimeField(_("skickat"), null=True, blank=True)
    #: Nothing is sent after this moment: a reminder that comes too late only confuses.
    expires_at = models.DateTimeField(_("senast"), null=True, blank=True)
    cancelled_because = models.CharField(
        _("avbrutet för att"), max_length=10, choices=CancelReason, blank=True
    )
    #: Of a reminder: the moment and the facts it was written from. What no longer agrees is not sent.
    about_at = models.DateTimeField(_("gäller tidpunkten"), null=True, blank=True)
    facts = models.CharField(_("uppgifternas kontrollsumma"), max_length=64, blank=True)
    #: The address and the text are taken away: the row tells only that something was sent.
    cleared_at = models.DateTimeField(_("gallrat"), null=True, blank=True)
    #: For List-Unsubscribe (RFC 8058): one POST there ends what the mail is part of.
    unsubscribe_url = models.URLField(_("avregistrering"), max_length=500, blank=True)
    object_type = models.CharField(_("slag av objekt"), max_length=60, blank=True)
    object_id = models.BigIntegerField(_("objektets id"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("utskick")
        verbose_name_plural = _("utskick")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=MessageStatus.values), name="message_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status=MessageStatus.SENT, sent_at__isnull=False)
                | (~models.Q(status=MessageStatus.SENT) & models.Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status=MessageStatus.CANCELLED, cancelled_because__in=CancelReason.values)
                | (~models.Q(status=MessageStatus.CANCELLED) & models.Q(cancelled_because="")),
                name="message_cancelled_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(cleared_at__isnull=True)
                | (
                    models.Q(to_email="", text_body="", html_body="", unsubscribe_url="")
                    & ~models.Q(status=MessageStatus.QUEUED)
                ),
                name="message_cleared_is_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="message_due",
                condition=models.Q(status=MessageStatus.QUEUED),
            ),
            models.Index(fields=["status", "-created_at", "-id"], name="message_status_list"),
            models.Index(fields=["-created_at", "-id"], name="message_list"),
            models.Index(fields=["object_type", "object_id"], name="message_object"),
            # What is to be cleared next, the oldest first.
            models.Index(
                fields=["created_at", "id"],
                name="message_to_clear",
                condition=models.Q(cleared_at__isnull=True) & ~models.Q(status=MessageStatus.QUEUED),
            ),
            models.Index(fields=["kind", "-created_at", "-id"], name="message_kind_list"),
            # For the search: the beginning of an address, words of the subject.
            models.Index(OpClass(Lower("to_email"), name="text_pattern_ops"), name="message_address"),
            GinIndex(SearchVector("subject", config="swedish"), name="message_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"

    @property
    def kind_label(self) -> str:
        return label_of(self.kind)

    @property
    def is_too_late(self) -> bool:
        """Its last moment has passed: what it says would only confuse."""
        return self.expires_at is not None and self.expires_at < timezone.now()


class DeliveryReceipt(models.Model):
    """The mail server has taken this message, and its batch is not noted yet. Written for each message in the
    midst of a batch, so it has no other index and refers to nothing; taken away with the batch, or by whoever
    holds the message next when the worker was killed."""

    message_id = models.BigIntegerField(_("utskickets id"), primary_key=True)
    sent_at = models.DateTimeField(_("skickat"))

    class Meta:
        verbose_name = _("kvittens")
        verbose_name_plural = _("kvittenser")

    def __str__(self) -> str:
        return str(self.message_id)


class MessageAttachment(models.Model):
    """A file to send along: a name in the private storage with the hash it had when it was attached, or, for
    what is small and made for this mail (a calendar entry), the bytes themselves."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(_("filnamn"), max_length=200)
    content_type = models.CharField(_("filtyp"), max_length=100)
    storage_name = models.CharField(_("namn i lagret"), max_length=300, blank=True)
    content = models.BinaryField(_("innehåll"), null=True, blank=True)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)

    class Meta:
        verbose_name = _("bilaga")
        verbose_name_plural = _("bilagor")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content__isnull=True) & ~models.Q(storage_name="")
                | models.Q(content__isnull=False, storage_name=""),
                name="message_attachment_has_one_content",
            ),
        ]

    def __str__(self) -> str:
        return self.filename


class ReminderRule(models.Model):
    """What an administrator has set for one kind of reminder; without a row the kind's own defaults hold.

    ``offsets``: when, as "14d" (calendar days, sent at the hour of ``MailSettings``), "3h" or "15m".
    ``subject``
    is a line and ``body`` restricted Markdown, both with the kind's placeholders: {utlysning}."""

    kind = models.CharField(_("slag"), max_length=60, unique=True)
    enabled = models.BooleanField(_("skickas"), default=True)
    offsets: Any = ArrayField(models.CharField(max_length=6), verbose_name=_("när"), default=list, blank=True)
    subject = models.CharField(_("ämne"), max_length=200)
    body = models.TextField(_("text"))
    updated_at = models.DateTimeField(_("ändrad"), default=timezone.now)

    class Meta:
        verbose_name = _("påminnelse")
        verbose_name_plural = _("påminnelser")
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(body=""), name="reminder_rule_has_words"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class MailSettings(models.Model):
    """The one row with the hours of mail that is not urgent, on Swedish clocks.

    No reminder is sent from ``quiet_from`` to ``quiet_to``; those counted in days go out at ``send_at``."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    quiet_from = models.TimeField(_("tyst från"), default=time(20, 0))
    quiet_to = models.TimeField(_("tyst till"), default=time(7, 0))
    send_at = models.TimeField(_("klockslag för påminnelser som räknas i dagar"), default=time(8, 0))

    class Meta:
        verbose_name = _("tider för utskick")
        verbose_name_plural = _("tider för utskick")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="mail_settings_one_row")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class OptOut(models.Model):
    """One address that does not want one group of mail. By address, so that it holds in every role."""

    email = models.EmailField(_("e-post"))
    group = models.CharField(_("slag av utskick"), max_length=10, choices=MailGroup)
    created_at = models.DateTimeField(_("sedan"), default=timezone.now)

    class Meta:
        verbose_name = _("avböjt utskick")
        verbose_name_plural = _("avböjda utskick")
        constraints = [
            models.UniqueConstraint(Lower("email"), "group", name="opt_out_once"),
            models.CheckConstraint(
                condition=models.Q(group__in=MailGroup.values), name="opt_out_group_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.get_group_display()}"
