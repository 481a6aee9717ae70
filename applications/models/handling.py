"""What officers keep about applications for their own work: who shares a case, notes, saved lists."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application


class CoHandler(models.Model):
    """An officer who shares the work with the one who has the case (medhandläggare)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="co_handlers")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="shared_applications",
        verbose_name=_("medhandläggare"),
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("tillagd"), default=timezone.now)

    class Meta:
        verbose_name = _("medhandläggare")
        verbose_name_plural = _("medhandläggare")
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "officer"], name="co_handler_once"),
        ]

    def __str__(self) -> str:
        return f"{self.officer}: {self.application}"


class InternalNote(models.Model):
    """An officer's own note while the case is prepared (minnesanteckning, TF 2:12). It is no record of the
    case and never shown to the applicant."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("anteckning"))
    written_at = models.DateTimeField(_("skriven"), default=timezone.now)
    changed_at = models.DateTimeField(_("ändrad"), null=True, blank=True)

    class Meta:
        verbose_name = _("intern anteckning")
        verbose_name_plural = _("interna anteckningar")
        ordering = ["-written_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_has_text")]
        indexes = [models.Index(fields=["application", "-written_at", "-id"], name="note_list")]

    def __str__(self) -> str:
        return f"{self.author}, {self.application}"


class SavedView(models.Model):
    """An officer's own choice of filters, columns and order in the work list; ``query`` as in the address."""

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(_("namn"), max_length=60)
    query = models.CharField(_("urval"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("sparad vy")
        verbose_name_plural = _("sparade vyer")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["officer", "name"], name="saved_view_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
