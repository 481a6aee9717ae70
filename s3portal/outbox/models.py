"""Messages on their way out. A row is written in the transaction of what it tells of and sent after it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.outbox.enums import MessageStatus


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
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"


class MessageAttachment(models.Model):
    """A file to send along: a name in the private storage, with the hash it had when it was attached."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(_("filnamn"), max_length=200)
    content_type = models.CharField(_("filtyp"), max_length=100)
    storage_name = models.CharField(_("namn i lagret"), max_length=300)
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)

    class Meta:
        verbose_name = _("bilaga")
        verbose_name_plural = _("bilagor")

    def __str__(self) -> str:
        return self.filename
