"""The append-only trail of who did what. It knows no domain model: only labels, ids and text."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, object_type: str, object_id: int) -> "EventQuerySet":
        """Events on one object, newest first."""
        return self.filter(object_type=object_type, object_id=object_id).order_by("-at", "-pk")


class Event(models.Model):
    """One thing that happened. The actor and the object are kept as text too, so that the row
    still tells its story when they are gone."""

    at = models.DateTimeField(_("tidpunkt"), db_index=True)
    actor_id = models.BigIntegerField(_("aktörens id"), null=True)
    actor_label = models.CharField(_("aktör"), max_length=300)
    action = models.CharField(_("åtgärd"), max_length=60)
    object_type = models.CharField(_("slag av objekt"), max_length=60)
    object_id = models.BigIntegerField(_("objektets id"))
    text = models.TextField(_("beskrivning"), blank=True)
    data = models.JSONField(_("uppgifter"), default=dict, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("händelse")
        verbose_name_plural = _("händelser")
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_event_object"),
            # Openings of what applicants sent, which outnumber all else, by person and latest first.
            models.Index(fields=["action", "-at", "-id"], name="audit_event_action"),
            models.Index(fields=["actor_id", "action", "-at"], name="audit_event_actor"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label}: {self.action}"
