"""The append-only trail of who did what. It knows no domain model: only labels, ids and text."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

#: The SHA-256 of an event's content: each field as "bytes:text", joined by commas, so that no text can be
#: moved from one field to the next unseen. ``chain.digest_of`` says the same in Python, and a test holds the
#: two together. Written once more in the migration that chains what was there before.
_DIGEST_OF_NEW = """
    SELECT NEW.id, encode(sha256(convert_to(
        string_agg(octet_length(part) || ':' || part, ',' ORDER BY place), 'UTF8')), 'hex')
    FROM unnest(ARRAY[
        NEW.id::text, ((extract(epoch from NEW.at) * 1000000)::bigint)::text,
        coalesce(NEW.actor_id::text, ''), NEW.actor_label, NEW.action,
        NEW.object_type, NEW.object_id::text, NEW.text, NEW.data::text
    ]) WITH ORDINALITY AS parts(part, place);
"""


def _never_emptied(name: str) -> pgtrigger.Trigger:
    """Emptying a table fires no trigger of its rows, and would leave a chain that is whole and empty."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"RAISE EXCEPTION 'pgtrigger: the audit trail is never emptied ({name})';",
    )


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
            _never_emptied("event_never_emptied"),
            pgtrigger.Trigger(
                name="into_chain",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=f"INSERT INTO audit_link (event_id, digest) {_DIGEST_OF_NEW} RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label}: {self.action}"


class Link(models.Model):
    """An event's place in the chain (docs/adr/0013). The database writes the row with the event, in the same
    transaction; ``chain.seal_waiting`` gives it its place soon after, and from then on it never changes.

    ``hash`` follows from the hash before it, the place and ``digest``.
    """

    # Without a constraint in the database: that an event is missing is what the chain shall tell.
    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="link"
    )
    digest = models.CharField(_("innehållets kontrollsumma"), max_length=64)
    position = models.BigIntegerField(_("plats"), null=True, unique=True)
    hash = models.CharField(_("kedjans kontrollsumma"), max_length=64, null=True)

    class Meta:
        verbose_name = _("länk i kedjan")
        verbose_name_plural = _("länkar i kedjan")
        constraints = [
            models.CheckConstraint(
                condition=Q(position__isnull=True, hash__isnull=True)
                | Q(position__gte=1, hash__regex=r"^[0-9a-f]{64}$"),
                name="audit_link_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["event"], name="audit_link_waiting", condition=Q(position__isnull=True)),
        ]
        triggers = [
            pgtrigger.Protect(name="link_stays", operation=pgtrigger.Delete),
            _never_emptied("link_never_emptied"),
            pgtrigger.Protect(
                name="link_sealed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__position__isnull=False),
            ),
            pgtrigger.ReadOnly(name="link_as_written", fields=["event", "digest"]),
        ]

    def __str__(self) -> str:
        return f"{self.position or '–'}: {self.event_id}"


class Head(models.Model):
    """The end of the chain, one row. Whoever seals holds it locked, so places are given one at a time."""

    position = models.BigIntegerField(_("plats"), default=0)
    hash = models.CharField(_("kedjans kontrollsumma"), max_length=64)

    class Meta:
        verbose_name = _("kedjans ände")
        verbose_name_plural = _("kedjans ändar")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1, position__gte=0), name="audit_head_one_row"),
        ]
        triggers = [
            pgtrigger.Protect(name="head_stays", operation=pgtrigger.Delete),
            _never_emptied("head_never_emptied"),
        ]

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"
