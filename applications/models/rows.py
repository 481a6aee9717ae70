"""Rows of a draft that are added and taken away on their own pages: partners, activities and indicators.

Each has a ``key`` of its own, given when its empty row is first shown: so a row keeps its identity through
every save, however often it is posted and by whom.
"""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.triggers import FrozenWhenSent

ROW_KEY = r"[0-9a-f]{10}"


def new_row_key() -> str:
    return secrets.token_hex(5)


class DraftRow(models.Model):
    """What the rows have in common. ``order`` counts from 1."""

    order = models.PositiveSmallIntegerField(_("ordning"))
    key = models.CharField(_("nyckel"), max_length=10, default=new_row_key)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]


class Partner(DraftRow):
    """A samverkanspart: who takes part beside the applicant, and whether aid is passed on to them.

    ``org_number`` as NNNNNN-NNNN, or nothing when it is not known yet or the partner is foreign."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("namn"), max_length=200, blank=True)
    org_number = models.CharField(_("organisationsnummer"), max_length=11, blank=True)
    contact_name = models.CharField(_("kontaktperson"), max_length=150, blank=True)
    contact_email = models.EmailField(_("e-post"), blank=True)
    role = models.TextField(_("roll i projektet"), blank=True)
    receives_aid = models.BooleanField(_("tar del av stödet"), null=True, blank=True)

    class Meta(DraftRow.Meta):
        verbose_name = _("samverkanspart")
        verbose_name_plural = _("samverkansparter")
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="partner_key_once"),
            models.CheckConstraint(condition=Q(key__regex=rf"^{ROW_KEY}$"), name="partner_key_form"),
            models.CheckConstraint(
                condition=Q(org_number="") | Q(org_number__regex=r"^[0-9]{2}[2-9][0-9]{3}-[0-9]{4}$"),
                name="partner_number_form",
            ),
        ]
        triggers = [
            FrozenWhenSent(name="partners_frozen"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Samverkanspart utan namn"))


class Activity(DraftRow):
    """An aktivitet: what is done, from and to which day (both inclusive), and by whom."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="activity_rows")
    what = models.TextField(_("aktivitet"), blank=True)
    starts_on = models.DateField(_("från"), null=True, blank=True)
    ends_on = models.DateField(_("till"), null=True, blank=True)
    responsible = models.CharField(_("ansvarig"), max_length=200, blank=True)

    class Meta(DraftRow.Meta):
        verbose_name = _("aktivitet")
        verbose_name_plural = _("aktiviteter")
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="activity_key_once"),
            models.CheckConstraint(condition=Q(key__regex=rf"^{ROW_KEY}$"), name="activity_key_form"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="activity_days_in_order",
            ),
        ]
        triggers = [
            FrozenWhenSent(name="activities_frozen"),
        ]

    def __str__(self) -> str:
        return self.what or str(_("Aktivitet utan text"))


class Indicator(DraftRow):
    """An indikator: what is counted, in which unit, and how far the project means to come.

    ``target`` is text as typed ("12", "minst 30 %"): an indicator need not be a number."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("indikator"), max_length=200, blank=True)
    unit = models.CharField(_("enhet"), max_length=60, blank=True)
    target = models.CharField(_("målvärde"), max_length=60, blank=True)

    class Meta(DraftRow.Meta):
        verbose_name = _("indikator")
        verbose_name_plural = _("indikatorer")
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="indicator_key_once"),
            models.CheckConstraint(condition=Q(key__regex=rf"^{ROW_KEY}$"), name="indicator_key_form"),
        ]
        triggers = [
            FrozenWhenSent(name="indicators_frozen"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Indikator utan namn"))
