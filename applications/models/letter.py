"""What the region and an applicant write to each other in a case."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from s3portal.diary.models import Record


class Letter(models.Model):
    """One message in the thread of an application. Each is a record of the case, with its words as a file."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="letter")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_region = models.BooleanField(_("från regionen"))
    subject = models.CharField(_("ämne"), max_length=150)
    text = models.TextField(_("text"))
    sent_at = models.DateTimeField(_("skickat"), default=timezone.now)

    class Meta:
        verbose_name = _("meddelande")
        verbose_name_plural = _("meddelanden")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(subject="") & ~Q(text=""), name="letter_has_words"),
        ]
        indexes = [models.Index(fields=["application", "sent_at", "id"], name="letter_thread")]
        triggers = [
            pgtrigger.Protect(name="letter_stands", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.subject
