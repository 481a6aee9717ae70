"""Jäv: what each person has answered before opening an application."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import RecusalGround
from applications.models.application import Application


class ImpartialityDeclaration(models.Model):
    """One answer to the question of jäv in one application (KL 6:28–32, 7:4). Nothing is ever edited: the
    latest row of a person is what holds, the earlier stay.

    ``declared_by`` is somebody else only when another officer has tried the question and found no jäv;
    the person is then asked anew."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="declarations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations"
    )
    ground = models.CharField(_("svar"), max_length=15, choices=RecusalGround)
    text = models.TextField(_("beskrivning"), blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(_("tidpunkt"), default=timezone.now)

    class Meta:
        verbose_name = _("svar på frågan om jäv")
        verbose_name_plural = _("svar på frågan om jäv")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ground__in=RecusalGround.values), name="recusal_ground_known"),
            models.CheckConstraint(
                condition=~Q(ground=RecusalGround.OTHER) | ~Q(text=""), name="recusal_other_says_what"
            ),
            models.CheckConstraint(
                condition=Q(declared_by=F("person")) | (Q(ground=RecusalGround.NONE) & ~Q(text="")),
                name="recusal_lifted_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["application", "person", "-id"], name="recusal_latest")]
        triggers = [
            pgtrigger.Protect(name="declaration_stands", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_ground_display()}"

    @property
    def is_recusal(self) -> bool:
        return self.ground != RecusalGround.NONE

    @property
    def lets_in(self) -> bool:
        """The person's own word that there is no jäv."""
        return not self.is_recusal and self.declared_by_id == self.person_id
