"""Jäv in a decision that is not on an application: what each person has answered."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import RecusalGround
from decisions.models.decision import Decision
from s3portal.diary.models import Case


class DecisionDeclaration(models.Model):
    """One answer to the question of jäv (KL 6:28–32, 7:4). Nothing is edited: the latest of a person in the
    case is what holds. ``declared_by`` is somebody else only when another officer has found no jäv; the
    person is then asked anew. It is about the matter, so it belongs to the case and stays there when the
    draft that it was given in is removed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="declarations")
    decision = models.ForeignKey(
        Decision, on_delete=models.SET_NULL, null=True, blank=True, related_name="declarations"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(_("svar"), max_length=15, choices=RecusalGround)
    text = models.TextField(_("beskrivning"), blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(_("tidpunkt"), default=timezone.now)

    class Meta:
        verbose_name = _("svar på frågan om jäv i ett beslut")
        verbose_name_plural = _("svar på frågan om jäv i beslut")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=RecusalGround.values), name="decision_recusal_ground_known"
            ),
            models.CheckConstraint(
                condition=~Q(ground=RecusalGround.OTHER) | ~Q(text=""),
                name="decision_recusal_other_says_what",
            ),
            models.CheckConstraint(
                condition=Q(declared_by=F("person")) | (Q(ground=RecusalGround.NONE) & ~Q(text="")),
                name="decision_recusal_lifted_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["case", "person", "-id"], name="decision_recusal_latest")]
        triggers = [
            pgtrigger.ReadOnly(
                name="answer_stands",
                fields=["case", "person", "ground", "text", "declared_by", "declared_at"],
            ),
            pgtrigger.Protect(name="answer_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_ground_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """What is declared in a decision belongs to its case from the beginning."""
        if self._state.adding and self.decision is not None:
            self.case_id = self.decision.case_id
        super().save(*args, **kwargs)

    @property
    def is_recusal(self) -> bool:
        return self.ground != RecusalGround.NONE

    @property
    def lets_in(self) -> bool:
        """The person's own word that there is no jäv."""
        return not self.is_recusal and self.declared_by_id == self.person_id
