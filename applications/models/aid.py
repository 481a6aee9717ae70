"""Other aid that the applicant has, and what they declare by name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import DeclarationKind
from applications.models.application import Application
from applications.models.rows import ROW_KEY, DraftRow
from applications.triggers import FrozenWhenSent


class DeMinimisAid(DraftRow):
    """Försumbart stöd that the single undertaking has been given: when, by whom, and whole kronor."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="de_minimis_aid")
    granted_on = models.DateField(_("beslutat"), null=True, blank=True)
    giver = models.CharField(_("gett av"), max_length=200, blank=True)
    amount = models.BigIntegerField(_("kronor"), null=True, blank=True)

    class Meta(DraftRow.Meta):
        verbose_name = _("försumbart stöd")
        verbose_name_plural = _("försumbart stöd")
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="de_minimis_key_once"),
            models.CheckConstraint(condition=Q(key__regex=rf"^{ROW_KEY}$"), name="de_minimis_key_form"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="de_minimis_not_negative"
            ),
        ]
        triggers = [
            FrozenWhenSent(name="de_minimis_frozen"),
        ]

    def __str__(self) -> str:
        return self.giver or str(_("Försumbart stöd utan namn"))


class OtherAid(DraftRow):
    """Other aid for the same costs: from whom, for what, and whole kronor."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="other_aid")
    giver = models.CharField(_("gett av"), max_length=200, blank=True)
    purpose = models.CharField(_("för vad"), max_length=300, blank=True)
    amount = models.BigIntegerField(_("kronor"), null=True, blank=True)

    class Meta(DraftRow.Meta):
        verbose_name = _("annat stöd")
        verbose_name_plural = _("annat stöd")
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="other_aid_key_once"),
            models.CheckConstraint(condition=Q(key__regex=rf"^{ROW_KEY}$"), name="other_aid_key_form"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="other_aid_not_negative"
            ),
        ]
        triggers = [
            FrozenWhenSent(name="other_aid_frozen"),
        ]

    def __str__(self) -> str:
        return self.giver or str(_("Annat stöd utan namn"))


class Declaration(models.Model):
    """One thing that a person has declared for the applicant, by name."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="applicant_declarations"
    )
    kind = models.CharField(_("intygande"), max_length=20, choices=DeclarationKind)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("intygat av")
    )
    declared_at = models.DateTimeField(_("intygat"), default=timezone.now)

    class Meta:
        verbose_name = _("intygande")
        verbose_name_plural = _("intyganden")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="declaration_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DeclarationKind.values), name="declaration_kind_known"
            ),
        ]
        triggers = [
            FrozenWhenSent(name="declarations_frozen"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
