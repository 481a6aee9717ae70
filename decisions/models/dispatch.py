"""To whom a signed decision is sent, how and when: one line for each recipient, one for each time."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from decisions.dispatch_triggers import DispatchStands
from decisions.enums import AddresseeKind, DispatchStepKind, DispatchWay
from decisions.models.decision import Decision
from decisions.models.masked import MaskedDocument
from decisions.models.parts import ExtractRecipient
from decisions.models.same_party import unserved
from s3portal.diary.models import Record
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message

_BY_MAIL = [DispatchWay.MAIL, DispatchWay.LINK]
_OWN_HANDS = [DispatchWay.POST, DispatchWay.HAND]
_BY_HAND = [*_OWN_HANDS, DispatchWay.EARLIER]


class AddresseeQuerySet(models.QuerySet["Addressee"]):
    def unsent(self) -> "AddresseeQuerySet":
        """To whom nothing has been sent, or noted as sent."""
        return self.filter(~Exists(Dispatch.objects.filter(addressee=OuterRef("pk"))))

    def to_handle(self) -> "AddresseeQuerySet":
        """Those that have not got the decision unless somebody does something: nothing is sent, or what was
        sent last came back, was stopped or undone. As ``DispatchState.needs_somebody``."""
        latest = Dispatch.objects.filter(addressee=OuterRef("pk"), next__isnull=True)
        wrong = latest.filter(
            Q(message__status__in=[MessageStatus.FAILED, MessageStatus.CANCELLED])
            | Exists(DispatchStep.objects.filter(dispatch=OuterRef("pk")))
        )
        return self.filter(~Exists(latest) | Exists(wrong))

    def unserved(self) -> "AddresseeQuerySet":
        """The parties that are not known to have got the decision. Several that are one party are all served
        by one receipt, and stand here together without it (``same_party.one_of_each``)."""
        return unserved(self)


class Addressee(models.Model):
    """Somebody who shall have a signed decision: ``extract``, who stands under Utdrag till in it, or one that
    ``added_by`` has added since.

    ``way``, ``email``, ``postal_address`` and ``text`` are what the next dispatch gets; each dispatch keeps
    what it had. An empty ``text`` means the default one. ``version`` counts the changes."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="addressees")
    extract = models.OneToOneField(
        ExtractRecipient, on_delete=models.PROTECT, null=True, blank=True, related_name="addressee"
    )
    kind = models.CharField(_("slag"), max_length=10, choices=AddresseeKind)
    name = models.CharField(_("mottagare"), max_length=200)
    way = models.CharField(_("hur"), max_length=10, choices=DispatchWay)
    email = models.EmailField(_("e-post"), blank=True)
    postal_address = models.CharField(_("postadress"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(_("tillagd"), default=timezone.now)

    objects = AddresseeQuerySet.as_manager()

    class Meta:
        verbose_name = _("mottagare av beslut")
        verbose_name_plural = _("mottagare av beslut")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AddresseeKind.values), name="addressee_kind_known"),
            models.CheckConstraint(
                condition=Q(way__in=_BY_MAIL) & ~Q(email="") | Q(way__in=_OWN_HANDS),
                name="addressee_mailed_has_address",
            ),
            models.CheckConstraint(
                condition=Q(extract__isnull=False, added_by__isnull=True)
                | Q(extract__isnull=True, added_by__isnull=False),
                name="addressee_printed_or_added",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="addressee_stands", fields=["decision", "extract", "name", "added_by", "added_at"]
            ),
            # One that was added by mistake goes while nothing is sent to it: its dispatches would hold it.
            pgtrigger.Protect(
                name="addressee_printed_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__extract__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_party(self) -> bool:
        return self.kind == AddresseeKind.PARTY


class Dispatch(models.Model):
    """That a decision was sent to one recipient, or is on its way. The row never changes: the outbox's
    ``message`` tells whether the mail server has taken it, ``steps`` what happened afterwards, and sending
    again is a row of its own that points at this one.

    ``masked``: the version it carries, else the whole. A link carries none: who opens it reads what they
    may. ``sent_on``: the day a letter went, inclusive. ``made_by`` sent it, or noted that it was sent."""

    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="dispatches")
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next"
    )
    way = models.CharField(_("hur"), max_length=10, choices=DispatchWay)
    to_email = models.EmailField(_("e-post"), blank=True)
    postal_address = models.CharField(_("postadress"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    reason = models.CharField(_("varför igen"), max_length=300, blank=True)
    masked = models.ForeignKey(
        MaskedDocument, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    message = models.OneToOneField(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_on = models.DateField(_("skickat"), null=True, blank=True)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("antecknat"), default=timezone.now)

    class Meta:
        verbose_name = _("utskick av beslut")
        verbose_name_plural = _("utskick av beslut")
        ordering = ["pk"]
        constraints = [
            # Two who press at once: the database lets one of them through.
            models.UniqueConstraint(
                fields=["addressee"], name="dispatch_first_once", condition=Q(previous__isnull=True)
            ),
            models.CheckConstraint(
                condition=(Q(way__in=_BY_MAIL, message__isnull=False, sent_on__isnull=True) & ~Q(to_email=""))
                | Q(way__in=_BY_HAND, message__isnull=True, sent_on__isnull=False, to_email=""),
                name="dispatch_way_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(way=DispatchWay.LINK) | Q(masked__isnull=True), name="dispatch_link_carries_none"
            ),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | ~Q(reason=""), name="dispatch_again_says_why"
            ),
        ]
        triggers = [
            DispatchStands(name="dispatch_stands"),
            pgtrigger.Protect(name="dispatch_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.addressee}, {self.get_way_display()}, {self.made_at:%Y-%m-%d}"

    @property
    def version_label(self) -> str:
        if self.way == DispatchWay.LINK:
            return "Läses efter inloggning"
        return "Hela beslutet" if self.masked_id is None else "Maskad version"


class DispatchStep(models.Model):
    """What is noted of a dispatch afterwards: it came back on the day ``on`` (inclusive), or was undone."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("vad"), max_length=10, choices=DispatchStepKind)
    on = models.DateField(_("dag"))
    text = models.CharField(_("vad som sades"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("antecknat"), default=timezone.now)

    class Meta:
        verbose_name = _("anteckning om utskick av beslut")
        verbose_name_plural = _("anteckningar om utskick av beslut")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "kind"], name="dispatch_step_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DispatchStepKind.values) & ~Q(text=""), name="dispatch_step_is_whole"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="dispatch_step_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.dispatch}: {self.get_kind_display()}"


class DecisionOpening(models.Model):
    """The first time somebody whom the decision was sent to read it here, logged in.

    It is not delgivning: that takes a confirmation by the party, or another way that the law counts
    (delgivningslagen 16–18 §§), and is entered by the registrar (``PartyReceipt``)."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("öppnat"), default=timezone.now)

    class Meta:
        verbose_name = _("öppnat beslut")
        verbose_name_plural = _("öppnade beslut")
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "user"], name="decision_opened_first_once")
        ]
        triggers = [pgtrigger.Protect(name="opening_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.decision}: {self.user}, {self.opened_at:%Y-%m-%d}"
