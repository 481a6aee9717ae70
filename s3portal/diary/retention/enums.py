from django.db import models
from django.utils.translation import gettext_lazy as _


class Handling(models.TextChoices):
    """What becomes of the records of a class. Nothing is disposed of without a rule (arkivlagen 10 §)."""

    KEEP = "keep", _("Bevaras")
    DISPOSE = "dispose", _("Gallras")


class StartsFrom(models.TextChoices):
    """What the years are counted from. The year in which it happened is not one of them."""

    CASE_CLOSED = "case_closed", _("Året då ärendet avslutades")
    RECORD_DATED = "record_dated", _("Året då handlingen kom in eller upprättades")


class ListStatus(models.TextChoices):
    PROPOSED = "proposed", _("Väntar på beslut")
    APPROVED = "approved", _("Gallras nu")
    DONE = "done", _("Gallrad")

    @property
    def color(self) -> str:
        return {"proposed": "info", "approved": "warning"}.get(self.value, "success")

    @property
    def icon(self) -> str:
        return {"proposed": "klocka", "approved": "klocka"}.get(self.value, "bock-ring")
