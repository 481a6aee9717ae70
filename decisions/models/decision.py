"""The delegated decision. From the signature on, the database refuses every change to it."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from calls.models import LegalBasis
from decisions.enums import AmountKind, DecisionKind, DecisionStatus, Relation
from decisions.models.committee import Committee
from decisions.models.decision_queryset import DecisionQuerySet
from decisions.models.delegation import Delegate, DelegationClause
from decisions.search_triggers import KeepsWords
from decisions.triggers import ChangesASigned
from decisions.veil import Veil, veils_of
from s3portal.common.swedish import format_day, format_kr
from s3portal.diary.models import Case

#: What no list shows, and every list therefore leaves in the database.
LONG_TEXTS = (
    "search",
    "full_text",
    "background",
    "reasons",
    "appeal_text",
    "clause_text",
    "returned_reason",
    "also_present",
    "financing_plan",
)


class Decision(models.Model):
    """A delegationsbeslut. ``amount`` in whole kronor, dates inclusive.

    While it is a draft, ``clause`` and ``delegate`` point to what it shall rest on. At the signature the
    ``signed_…`` fields take a snapshot of it (KL 13:8: lacking authority is a ground to annul), and
    decisions made elsewhere have only the snapshot.
    """

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("ärende")
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    kind = models.CharField(_("slag"), max_length=20, choices=DecisionKind)
    status = models.CharField(
        _("status"), max_length=10, choices=DecisionStatus, default=DecisionStatus.DRAFT
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    #: The signed decision that this one corrects, amends or revokes.
    changes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="changed_by",
        verbose_name=_("tidigare beslut"),
    )
    relation = models.CharField(_("vad som görs med det"), max_length=10, choices=Relation, blank=True)

    title = models.CharField(_("rubrik"), max_length=300)
    unit = models.CharField(_("enhet"), max_length=150)
    case_officer_name = models.CharField(_("handläggare"), max_length=150)
    case_officer_phone = models.CharField(_("telefon"), max_length=30, blank=True)
    case_officer_email = models.EmailField(_("e-post"))
    background = models.TextField(_("ärendebeskrivning"), blank=True)
    reasons = models.TextField(_("skäl för beslutet"), blank=True)
    amount_kind = models.CharField(
        _("slag av belopp"), max_length=10, choices=AmountKind, default=AmountKind.NONE
    )
    amount = models.BigIntegerField(_("belopp i kronor"), null=True, blank=True)
    amount_is_ceiling = models.BooleanField(_("beloppet är ett högsta belopp"), default=False)
    starts_on = models.DateField(_("från och med"), null=True, blank=True)
    ends_on = models.DateField(_("till och med"), null=True, blank=True)
    legal_basis = models.ForeignKey(
        LegalBasis, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("rättslig grund")
    )
    clause = models.ForeignKey(
        DelegationClause, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("delegationspunkt")
    )
    delegate = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("undertecknare")
    )
    #: Who presented the matter, and who else took part in the final handling without deciding (FL 31 §).
    presenter_name = models.CharField(_("föredragande"), max_length=150, blank=True)
    presenter_title = models.CharField(_("föredragandens titel"), max_length=150, blank=True)
    #: One a line, as "Ulla Ek, jurist".
    also_present = models.TextField(_("deltog också i den slutliga handläggningen"), blank=True)
    returned_reason = models.TextField(_("skäl till att utkastet skickades tillbaka"), blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("skapat"), default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(_("sparat"), default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("skickat för underskrift"), null=True, blank=True)

    # The snapshot of the signature.
    slug = models.SlugField(_("adress"), max_length=50, unique=True, null=True, blank=True)
    decided_on = models.DateField(_("beslutsdatum"), null=True, blank=True)
    signed_at = models.DateTimeField(_("undertecknat"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_elsewhere = models.BooleanField(_("undertecknat utanför portalen"), default=False)
    signatory_name = models.CharField(_("beslutsfattare"), max_length=150, blank=True)
    signatory_title = models.CharField(_("beslutsfattarens titel"), max_length=150, blank=True)
    order_title = models.CharField(_("delegationsordning"), max_length=300, blank=True)
    clause_number = models.CharField(_("punkt"), max_length=20, blank=True)
    clause_text = models.TextField(_("punktens text"), blank=True)
    clause_ceiling = models.BigIntegerField(_("punktens tak i kronor"), null=True, blank=True)
    clause_ceiling_included = models.BooleanField(_("taket ingår"), default=False)
    #: Who gave the clause on, and the own budget it stays within, as it is printed beside the punkt.
    delegation_note = models.CharField(_("om delegationen"), max_length=600, blank=True)
    committee_name = models.CharField(_("nämnd"), max_length=150, blank=True)
    reportable = models.BooleanField(_("anmäls till nämnden"), default=True)
    appeal_text = models.TextField(_("hur man överklagar"), blank=True)
    #: The tables of a grant (``plan.FinancingPlan``), as they stood at the signature.
    financing_plan = models.JSONField(_("finansieringsplan"), null=True, blank=True)
    full_text = models.TextField(_("hela texten, för sökning"), blank=True)
    search: Any = models.GeneratedField(
        expression=SearchVector("title", "full_text", config="swedish"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("beslut")
        verbose_name_plural = _("beslut")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DecisionStatus.values), name="decision_status_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_known"),
            models.CheckConstraint(
                condition=(
                    ~Q(kind__in=[relation.kind for relation in Relation])
                    & Q(relation="", changes__isnull=True)
                )
                | (
                    Q(changes__isnull=False)
                    & ~Q(changes=F("pk"))
                    & (
                        Q(kind=DecisionKind.CORRECTION, relation=Relation.CORRECTS)
                        | Q(kind=DecisionKind.AMENDMENT, relation__in=[Relation.AMENDS, Relation.REVOKES])
                        | Q(kind=DecisionKind.EXTENSION, relation=Relation.EXTENDS)
                        | Q(kind=DecisionKind.PAYMENT_STOP, relation=Relation.STOPS)
                        | Q(kind=DecisionKind.RECOVERY, relation=Relation.RECOVERS)
                    )
                ),
                name="decision_change_of_another",
            ),
            models.CheckConstraint(
                condition=Q(amount_kind=AmountKind.NONE, amount__isnull=True)
                | (
                    Q(amount_kind__in=[AmountKind.CASH, AmountKind.IN_KIND])
                    & (Q(amount__isnull=True) | Q(amount__gt=0))
                ),
                name="decision_amount_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="decision_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status=DecisionStatus.DRAFT)
                | Q(proposed_at__isnull=False, proposed_by__isnull=False)
                | Q(signed_elsewhere=True),
                name="decision_proposed_by_someone",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(status=DecisionStatus.SIGNED)
                    & Q(
                        decided_on__isnull=True,
                        signed_at__isnull=True,
                        signed_by__isnull=True,
                        slug__isnull=True,
                    )
                )
                | (
                    Q(status=DecisionStatus.SIGNED, decided_on__isnull=False, slug__isnull=False)
                    & ~Q(signatory_name="")
                    & ~Q(signatory_title="")
                    & ~Q(order_title="")
                    & ~Q(clause_number="")
                    & (
                        Q(signed_elsewhere=True, signed_at__isnull=True, signed_by__isnull=True)
                        | Q(signed_elsewhere=False, signed_at__isnull=False, signed_by__isnull=False)
                    )
                ),
                name="decision_signed_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=DecisionStatus.SIGNED) | Q(presenter_title="") | ~Q(presenter_name=""),
                name="decision_presenter_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(financing_plan__isnull=True)
                | Q(
                    kind=DecisionKind.GRANT,
                    application__isnull=False,
                    status=DecisionStatus.SIGNED,
                    signed_elsewhere=False,
                ),
                name="decision_plan_of_a_signed_grant",
            ),
            models.CheckConstraint(
                # The last line of defence: nobody signs at or above the ceiling of the clause ("under"), or
                # above it where the order says "högst".
                condition=Q(clause_ceiling__isnull=True)
                | Q(amount__isnull=True)
                | Q(amount__lt=F("clause_ceiling"))
                | Q(clause_ceiling_included=True, amount=F("clause_ceiling")),
                name="decision_under_ceiling",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="decision_search"),
            models.Index(fields=["status", "-updated_at", "-id"], name="decision_work_list"),
            models.Index(
                fields=["-decided_on", "-id"],
                # What the search asks of each: the row itself is not read.
                include=["case", "status", "application"],
                name="decision_public_list",
            ),
            models.Index(fields=["delegate", "status"], name="decision_to_sign"),
            # The staff's search.
            models.Index(fields=["clause_number"], name="decision_clause_number"),
            models.Index(fields=["amount"], name="decision_amount"),
            models.Index(fields=["starts_on", "ends_on"], name="decision_period"),
        ]
        triggers = [
            ChangesASigned(name="changes_a_signed"),
            KeepsWords(name="decision_keeps_words"),
            pgtrigger.Protect(
                name="signed_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="signed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.title}"

    @property
    def printed_number(self) -> str:
        """As a document names it: "RUN/138/2024", and "RUN/138/2024, beslut 2" for the second in its case."""
        rest = (self.slug or "").removeprefix(self.case.slug).removeprefix("-")
        return f"{self.case}, beslut {rest}" if rest.isdecimal() else str(self.case)

    @property
    def public_title(self) -> str:
        """The title as the public reads it, of one that is published (with ``publication__masked``)."""
        masked = self.publication.masked
        return self.case.hide(self.title) if masked is None else masked.title.removeprefix(f"{self.case} ")

    @property
    def record_title(self) -> str:
        """Its line in the diary. One that changes another names that by its number: a mark on the title of
        the other would not reach a copy of it."""
        if self.changes is None:
            return f"Beslut: {self.title}"[:300]
        return f"Beslut: {Relation(self.relation).label} beslut {self.changes.printed_number}"

    @cached_property
    def veil(self) -> Veil:
        """What lists hide of it. Lists read it for all their rows at once (``veil.lay_veils``)."""
        return veils_of([self])[self.pk]

    @property
    def open_title(self) -> str:
        """The title as anyone may read it by the marks that stand, whether the decision is published or not:
        on the notice board, on the agenda and on the nämnd's pages."""
        return self.veil.over(self.title)

    @property
    def signatory_title_in_text(self) -> str:
        """The decider's title in running text: "tf. regional utvecklingsdirektör"."""
        return f"{self.signatory_title[:1].lower()}{self.signatory_title[1:]}"

    @property
    def amount_text(self) -> str:
        """The amount in a list: "150 000 kr i arbetad tid", "högst 460 000 kr"; nothing without an amount."""
        if self.amount is None:
            return ""
        text = f"{'högst ' if self.amount_is_ceiling else ''}{format_kr(self.amount)}"
        return f"{text} i arbetad tid" if self.amount_kind == AmountKind.IN_KIND else text

    @property
    def public_amount_text(self) -> str:
        """The same for the public, of a decision that is published (with ``publication__masked``)."""
        masked = self.publication.masked
        return "" if masked is not None and masked.hides_amount else self.amount_text

    @property
    def change_text(self) -> str:
        """What it does with an earlier one: "Beslutet rättar beslut RUN/138/2024 den 23 februari 2024: …"."""
        return "" if self.changes is None else self._change_text(self.changes.title)

    @property
    def public_change_text(self) -> str:
        """The same, as the public may read it."""
        return "" if self.changes is None else self._change_text(self.changes.open_title)

    def _change_text(self, title: str) -> str:
        earlier = self.changes
        if earlier is None or earlier.decided_on is None:
            return ""
        verb = str(Relation(self.relation).label).lower()
        return (
            f"Beslutet {verb} beslut {earlier.printed_number} den {format_day(earlier.decided_on)}: {title}"
        )

    def chain(self) -> "list[Decision]":
        """This decision and those that it changes, one after the other, the first one last."""
        return [self] if self.changes is None else [self, *self.changes.chain()]

    def kinds_to_hold(self) -> set[str]:
        """A clause must name one of these: the kind of the decision that is changed at the end of the chain,
        since whoever decides the matter also changes what was decided. To put slips right, to extend, to stop
        payment and to recover may be clauses of their own."""
        own = {str(self.kind)} - {DecisionKind.AMENDMENT.value}
        return own | {str(self.chain()[-1].kind)}

    def kinds_of_matter(self) -> set[str]:
        """Its kind, and those of the decisions that it changes: how a change may be appealed goes by what it
        changes."""
        return {one.kind for one in self.chain()}

    @property
    def presenter_text(self) -> str:
        """As in "Ulla Ek, jurist"; nothing without a presenter."""
        return ", ".join(part for part in (self.presenter_name, self.presenter_title) if part)

    @property
    def also_present_lines(self) -> list[str]:
        """Those who took part without deciding, each as "Ulla Ek, jurist"."""
        return [line.strip() for line in self.also_present.splitlines() if line.strip()]

    def belongs_to(self, committee: Committee) -> bool:
        """Whether it was made on this nämnd's delegation. One made elsewhere may not say whose it was."""
        if self.clause is not None:
            return self.clause.order.committee_id == committee.pk
        return self.committee_name.casefold() in ("", committee.name.casefold())

    @property
    def is_draft(self) -> bool:
        return self.status == DecisionStatus.DRAFT

    @property
    def is_signed(self) -> bool:
        return self.status == DecisionStatus.SIGNED
