"""Answers to the call's own questions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.triggers import FrozenWhenSent
from calls.models import CallQuestion


class Answer(models.Model):
    """The answer to one question of the call's own, as one text whatever the question's kind: a number
    or kronor
    as digits, a day as 2024-03-01, "ja" or "nej", or one of the choices."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(CallQuestion, on_delete=models.CASCADE, related_name="answers")
    value = models.TextField(_("svar"), blank=True)

    class Meta:
        verbose_name = _("svar")
        verbose_name_plural = _("svar")
        ordering = ["question__order"]
        constraints = [
            models.UniqueConstraint(fields=["application", "question"], name="answer_once"),
        ]
        triggers = [
            FrozenWhenSent(name="answers_frozen"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"
