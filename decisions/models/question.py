"""What members of the nämnd ask about decisions on their lists, and what the officers answer."""

from typing import Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.models.committee import Committee
from decisions.models.decision import Decision
from decisions.question_triggers import AskedOfAList
from s3portal.accounts.models import User

#: Characters.
LONGEST_QUESTION: Final = 2_000
LONGEST_ANSWER: Final = 5_000


class MemberQuestionQuerySet(models.QuerySet["MemberQuestion"]):
    def waiting(self) -> "MemberQuestionQuerySet":
        """Those that nobody has answered."""
        return self.filter(~Exists(MemberAnswer.objects.filter(question=OuterRef("pk"))))

    def answered(self) -> "MemberQuestionQuerySet":
        return self.filter(Exists(MemberAnswer.objects.filter(question=OuterRef("pk"))))

    def of_member(self, user: User) -> "MemberQuestionQuerySet":
        """What this person may read: all that has been asked in the nämnder she sits in today, of decisions
        that stand on a list of the same nämnd."""
        mine = Committee.objects.of_member(user).values("pk")
        return self.filter(committee__in=mine, decision__report__meeting__committee=models.F("committee"))

    def with_answers(self) -> "MemberQuestionQuerySet":
        return self.select_related("asked_by").prefetch_related("answers__answered_by")


class MemberQuestion(models.Model):
    """A question to a decision's officer from somebody who sits in the nämnd that it is reported to.

    It belongs to the decision and not to the meeting: a decision may be moved to another list. It is never
    changed and never deleted. Whose question it is to answer is not stored: that is the decision's officer of
    the day (``decisions.asked.officers_for``)."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="member_questions")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("fråga"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="member_questions"
    )
    asked_at = models.DateTimeField(_("ställd"), default=timezone.now)

    objects = MemberQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("fråga från nämnden")
        verbose_name_plural = _("frågor från nämnden")
        ordering = ["asked_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="member_question_has_text")]
        indexes = [
            models.Index(fields=["decision", "asked_at"], name="member_question_of_decision"),
            models.Index(fields=["asked_at", "id"], name="member_question_list"),
        ]
        triggers = [
            AskedOfAList(name="asked_of_a_list"),
            pgtrigger.Protect(name="question_stands", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Fråga {self.pk} om {self.decision.case}"

    @property
    def is_answered(self) -> bool:
        """Costs no query on rows of ``with_answers``."""
        return bool(self.answers.all())


class MemberAnswer(models.Model):
    """An answer, as it was given. What is to be put right or added later is a row of its own with the next
    ``number``, from 1: the member has read the first."""

    question = models.ForeignKey(MemberQuestion, on_delete=models.PROTECT, related_name="answers")
    number = models.PositiveSmallIntegerField(_("nummer"))
    text = models.TextField(_("svar"))
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("besvarad"), default=timezone.now)

    class Meta:
        verbose_name = _("svar till nämnden")
        verbose_name_plural = _("svar till nämnden")
        ordering = ["question_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="member_answer_number_once"),
            models.CheckConstraint(condition=~Q(text=""), name="member_answer_has_text"),
            models.CheckConstraint(condition=Q(number__gte=1), name="member_answer_number_from_one"),
        ]
        triggers = [
            pgtrigger.Protect(name="answer_stands", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Svar {self.number} på fråga {self.question_id}"
