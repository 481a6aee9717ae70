"""The words that the staff's search finds decisions by."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from decisions.models.decision import Decision


class DecisionWords(models.Model):
    """Its text, drafts' too, and the names of who prepares it, signs it and shall have it. Triggers keep it
    (``search_triggers``). It is never put to the public: recipients may be private persons, and a draft is
    working material."""

    decision = models.OneToOneField(
        Decision, on_delete=models.CASCADE, primary_key=True, related_name="search_words"
    )
    search: Any = SearchVectorField(_("ord"))

    class Meta:
        verbose_name = _("ord i beslut")
        verbose_name_plural = _("ord i beslut")
        indexes = [GinIndex(fields=["search"], name="decision_words")]

    def __str__(self) -> str:
        return str(self.decision)
