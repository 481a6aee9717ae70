"""Files that an applicant sends along."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import AttachmentKind
from applications.models.application import Application
from applications.triggers import FrozenWhenSent
from calls.models import CallQuestion, RequestedAttachment
from s3portal.common.quarantine import Scanned


class Attachment(Scanned, models.Model):
    """One file of a draft. When the application is sent, it becomes a file of its record: the same bytes.

    Copies of a draft share their bytes; what no row refers to is swept by night. An empty
    ``trade_secret_reason`` means that the applicant has not marked it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(_("slag"), max_length=10, choices=AttachmentKind)
    requested = models.ForeignKey(
        RequestedAttachment, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    question = models.ForeignKey(
        CallQuestion, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    filename = models.CharField(_("filnamn"), max_length=200)
    content_type = models.CharField(_("filtyp"), max_length=100)
    storage_name = models.CharField(_("namn i lagret"), max_length=300)
    size = models.PositiveBigIntegerField(_("storlek i byte"))
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    trade_secret_reason = models.CharField(_("affärshemligheter, varför"), max_length=500, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uppladdad"), default=timezone.now)

    class Meta:
        verbose_name = _("bilaga")
        verbose_name_plural = _("bilagor")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "filename"], name="attachment_name_once"),
            models.CheckConstraint(
                condition=Q(kind=AttachmentKind.REQUESTED, requested__isnull=False, question__isnull=True)
                | Q(kind=AttachmentKind.ANSWER, requested__isnull=True, question__isnull=False)
                | Q(kind__in=AttachmentKind.free(), requested__isnull=True, question__isnull=True),
                name="attachment_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="attachment_hash_form"),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
        ]
        triggers = [
            FrozenWhenSent(name="attachments_frozen"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def label(self) -> str:
        """What it is, in the call's own words where there are any."""
        if self.requested is not None:
            return self.requested.name
        return self.question.label if self.question is not None else self.get_kind_display()
