"""The rows that a decision is made of. They change with the draft, and stand still from the signature on."""

from typing import Final
from uuid import uuid4

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from decisions.enums import DecisionStatus
from decisions.models.decision import Decision
from decisions.search_triggers import PartKeepsWords
from s3portal.common.triggers import FrozenWithParent
from s3portal.diary.models import Record

EDITABLE: Final = [DecisionStatus.DRAFT]


class DecisionPoint(models.Model):
    """A numbered beslutspunkt. ``key`` is the point itself, wherever it stands and whatever it says: what is
    written beside it follows it when it is moved, and two versions of a draft are compared by it."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="points")
    order = models.PositiveSmallIntegerField(_("nummer"))
    # The database fills it in too: those that are signed got one each when it came, and no trigger was woken.
    key = models.UUIDField(_("nyckel"), default=uuid4, db_default=RandomUUID(), editable=False)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("beslutspunkt")
        verbose_name_plural = _("beslutspunkter")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "order"], name="decision_point_once"),
            models.UniqueConstraint(fields=["decision", "key"], name="decision_point_key_once"),
        ]
        triggers = [
            FrozenWithParent(name="point_frozen", parent_field="decision", editable=EDITABLE),
            PartKeepsWords(name="point_keeps_words"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.text[:60]}"


class BasisDocument(models.Model):
    """A line under Beslutsunderlag; ``record`` when it is a handling in the case."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="basis_documents")
    order = models.PositiveSmallIntegerField(_("ordning"))
    title = models.CharField(_("handling"), max_length=300)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("beslutsunderlag")
        verbose_name_plural = _("beslutsunderlag")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["decision", "order"], name="basis_document_once")]
        triggers = [
            FrozenWithParent(name="basis_frozen", parent_field="decision", editable=EDITABLE),
            PartKeepsWords(name="basis_keeps_words"),
        ]

    def __str__(self) -> str:
        return self.title


class ExtractRecipient(models.Model):
    """Someone under Utdrag till. Without an address the region sends it by other means."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="extract_recipients")
    order = models.PositiveSmallIntegerField(_("ordning"))
    name = models.CharField(_("mottagare"), max_length=200)
    email = models.EmailField(_("e-post"), blank=True)

    class Meta:
        verbose_name = _("utdrag till")
        verbose_name_plural = _("utdrag till")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["decision", "order"], name="extract_recipient_once")]
        triggers = [
            FrozenWithParent(name="recipient_frozen", parent_field="decision", editable=EDITABLE),
            PartKeepsWords(name="recipient_keeps_words"),
        ]

    def __str__(self) -> str:
        return self.name
