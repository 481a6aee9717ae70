"""What those who write and sign a decision say to each other beside its text, while it is not signed.

Comments are working material: they are no part of the decision (TF 2:12, docs/adr/0024)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.enums import DraftPart, EntryKind
from decisions.models.decision import Decision
from decisions.triggers import UNSIGNED, CommentStands, WorkingMaterial


class CommentThread(models.Model):
    """About one part of a draft, or one of its points (``point_key``), wherever that is moved.

    ``quote``: the words it is about, as they were; empty when it is about all of the part. ``part_mark``
    tells which text the part had. ``version`` is the draft's own counter then."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="threads")
    part = models.CharField(_("del"), max_length=15, choices=DraftPart)
    point_key = models.UUIDField(_("beslutspunktens nyckel"), null=True, blank=True)
    quote = models.CharField(_("orden det gäller"), max_length=500, blank=True)
    part_mark = models.CharField(_("den text som fanns"), max_length=64)
    version = models.PositiveIntegerField(_("utkastets version"))
    opened_at = models.DateTimeField(_("börjad"), default=timezone.now)
    resolved_at = models.DateTimeField(_("klar"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("kommentarstråd")
        verbose_name_plural = _("kommentarstrådar")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(part__in=DraftPart.values), name="comment_part_known"),
            models.CheckConstraint(
                condition=Q(part=DraftPart.POINT, point_key__isnull=False)
                | (~Q(part=DraftPart.POINT) & Q(point_key__isnull=True)),
                name="comment_point_has_key",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_by_someone",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="thread_stays_where_it_is",
                fields=["decision", "part", "point_key", "quote", "part_mark", "version", "opened_at"],
            ),
            WorkingMaterial(name="thread_frozen", parent_field="decision", editable=UNSIGNED),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}: {self.quote or 'hela delen'}"

    @property
    def anchor(self) -> str:
        """What the page's forms and addresses call the place."""
        return f"punkt-{self.point_key}" if self.point_key else f"del-{self.part}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class DraftComment(models.Model):
    """One line of a thread: what somebody wrote, or that they marked it as done or opened it again. What is
    withdrawn after an answer leaves its place without its words."""

    thread = models.ForeignKey(CommentThread, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(_("slag"), max_length=10, choices=EntryKind, default=EntryKind.COMMENT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)
    edited_at = models.DateTimeField(_("ändrad"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("återtagen"), null=True, blank=True)

    class Meta:
        verbose_name = _("kommentar")
        verbose_name_plural = _("kommentarer")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="comment_kind_known"),
            models.CheckConstraint(
                condition=(Q(kind=EntryKind.COMMENT, withdrawn_at__isnull=True) & ~Q(text=""))
                | Q(kind=EntryKind.COMMENT, withdrawn_at__isnull=False, text="")
                | Q(
                    kind__in=[EntryKind.RESOLVED, EntryKind.REOPENED],
                    text="",
                    edited_at__isnull=True,
                    withdrawn_at__isnull=True,
                ),
                name="comment_says_something",
            ),
        ]
        # Who is to be mailed of what was written of late.
        indexes = [models.Index(fields=["at"], name="comment_of_late", condition=Q(kind="comment"))]
        triggers = [CommentStands(name="comment_stands")]

    def __str__(self) -> str:
        return f"{self.author}, {self.at}"

    @property
    def is_comment(self) -> bool:
        return self.kind == EntryKind.COMMENT
