"""The masked version of a signed decision, for the public and for the nämnd's members."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.models.decision import Decision
from s3portal.diary.models import RecordFile


class MaskedDocument(models.Model):
    """A PDF of its own with its own hash and seal, frozen in the diary; what is secret is not in it.

    ``recipe`` is what was taken out (``masking.Recipe``), so that the page on the web says what the file
    says. ``title`` and ``full_text`` are masked, for the search. It never changes: new marks make a new one.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="masked_documents")
    file = models.OneToOneField(RecordFile, on_delete=models.PROTECT, related_name="+")
    recipe = models.JSONField(_("vad som är borttaget"))
    title = models.CharField(_("rubrik"), max_length=400)
    full_text = models.TextField(_("hela texten, för sökning"), blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("skapat"), default=timezone.now)
    search: Any = models.GeneratedField(
        expression=SearchVector("title", "full_text", config="swedish"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    #: As a document: what the region makes here is always sealed.
    sealed = True

    class Meta:
        verbose_name = _("maskat beslut")
        verbose_name_plural = _("maskade beslut")
        ordering = ["-pk"]
        indexes = [GinIndex(fields=["search"], name="masked_search")]
        triggers = [
            pgtrigger.Protect(name="masked_document_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.decision.printed_number} (maskat)"

    @property
    def hides_amount(self) -> bool:
        return "amount" in self.recipe["parts"]
