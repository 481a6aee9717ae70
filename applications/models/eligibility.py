"""What an officer has found when the conditions were gone through."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicationStatus, EligibilityJudgement, EligibilityResult
from applications.models.application import Application
from s3portal.common.triggers import FrozenWithParent


class EligibilityCheck(models.Model):
    """One condition of one application: what the portal found, and the officer's judgement with a reason.

    ``item`` is the code in ``checks.eligibility``; ``found`` the portal's sentence at the time. Stands as it
    is once the application is gone through."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="eligibility")
    item = models.SlugField(_("villkor"), max_length=40)
    result = models.CharField(_("portalens svar"), max_length=10, choices=EligibilityResult)
    found = models.CharField(_("portalens iakttagelse"), max_length=500, blank=True)
    judgement = models.CharField(
        _("handläggarens bedömning"), max_length=15, choices=EligibilityJudgement, blank=True
    )
    reason = models.TextField(_("skäl"), blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(_("tidpunkt"), default=timezone.now)

    class Meta:
        verbose_name = _("granskat villkor")
        verbose_name_plural = _("granskade villkor")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "item"], name="eligibility_once"),
            models.CheckConstraint(
                condition=Q(result__in=EligibilityResult.values), name="eligibility_result_known"
            ),
            models.CheckConstraint(
                # A judgement rests on reasons (FL 32 §); without one the portal's own yes is what stands.
                condition=(Q(judgement__in=EligibilityJudgement.values) & ~Q(reason=""))
                | Q(judgement="", reason="", result=EligibilityResult.YES),
                name="eligibility_judged_with_reason",
            ),
        ]
        triggers = [
            FrozenWithParent(
                name="eligibility_stands",
                parent_field="application",
                editable=[ApplicationStatus.SUBMITTED, ApplicationStatus.SUPPLEMENT],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.item}"
