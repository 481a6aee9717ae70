"""The delegated decision. From the signature on, the database refuses every change to it."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from calls.models import LegalBasis
from decisions.enums import AmountKind, DecisionKind, DecisionStatus
from decisions.models.committee import Committee
from decisions.models.delegation import Delegate, DelegationClause
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.search import swedish_query
from s3portal.common.swedish import format_kr
from s3portal.common.triggers import FrozenWithParent
from s3portal.diary.models import Case, Record, RecordFile
from s3portal.diary.numbers import read_number

EDITABLE = [DecisionStatus.DRAFT]
#: What no list shows, and every list therefore leaves in the database.
LONG_TEXTS = (
    "search",
    "full_text",
    "background",
    "reasons",
    "appeal_text",
    "clause_text",
    "returned_reason",
)


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: User) -> "DecisionQuerySet":
        """What this person of the region may open under /handlaggning/ (architecture: Roles).

        Drafts are for those who write and sign them; signed decisions for the other staff roles too."""
        if user.has_role(Role.OFFICER, Role.DELEGATE):
            return self.all()
        if user.has_role(Role.REGISTRAR, Role.ADMIN):
            return self.signed()
        return self.none()

    def with_parts(self) -> "DecisionQuerySet":
        """With all that the document, the checks and the draft page read."""
        return self.select_related(
            "case",
            "application__call__legal_basis",
            "application__organisation",
            "legal_basis",
            "clause__order__committee",
            "delegate__user",
            "delegate__clause__order",
        ).prefetch_related("points", "basis_documents", "extract_recipients")

    def published(self) -> "DecisionQuerySet":
        return self.filter(publication__isnull=False)

    def signed(self) -> "DecisionQuerySet":
        return self.filter(status=DecisionStatus.SIGNED)

    def unreported(self) -> "DecisionQuerySet":
        """Signed decisions that shall be reported to the nämnd and are on no meeting's list yet."""
        return self.signed().filter(reportable=True, report__isnull=True)

    def of_committee(self, committee: Committee) -> "DecisionQuerySet":
        """Those made on this nämnd's delegation; see ``Decision.belongs_to``."""
        return self.filter(
            Q(clause__order__committee=committee)
            | Q(clause__isnull=True, committee_name__iexact=committee.name)
            | Q(clause__isnull=True, committee_name="")
        )

    def search(self, text: str) -> "DecisionQuerySet":
        """Decisions whose Swedish text, or whose case's number typed in any way, answers to ``text``."""
        words = Q(search=swedish_query(text))
        number = read_number(text)
        if number is None:
            return self.filter(words)
        return self.filter(number.condition("case__") | words)


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
    committee_name = models.CharField(_("nämnd"), max_length=150, blank=True)
    reportable = models.BooleanField(_("anmäls till nämnden"), default=True)
    appeal_text = models.TextField(_("hur man överklagar"), blank=True)
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
            models.Index(fields=["-decided_on", "-id"], name="decision_public_list"),
            models.Index(fields=["delegate", "status"], name="decision_to_sign"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="signed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.title}"

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


class DecisionPoint(models.Model):
    """A numbered beslutspunkt."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="points")
    order = models.PositiveSmallIntegerField(_("nummer"))
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("beslutspunkt")
        verbose_name_plural = _("beslutspunkter")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["decision", "order"], name="decision_point_once")]
        triggers = [FrozenWithParent(name="point_frozen", parent_field="decision", editable=EDITABLE)]

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
        triggers = [FrozenWithParent(name="basis_frozen", parent_field="decision", editable=EDITABLE)]

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
        triggers = [FrozenWithParent(name="recipient_frozen", parent_field="decision", editable=EDITABLE)]

    def __str__(self) -> str:
        return self.name


class DecisionDocument(models.Model):
    """The PDF of a signed decision: rendered once, frozen in the diary. ``sealed`` if it was signed here."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="document")
    file = models.OneToOneField(RecordFile, on_delete=models.PROTECT, related_name="+")
    sealed = models.BooleanField(_("förseglat"))
    created_at = models.DateTimeField(_("skapat"), default=timezone.now)

    class Meta:
        verbose_name = _("beslutsdokument")
        verbose_name_plural = _("beslutsdokument")
        triggers = [pgtrigger.Protect(name="document_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.decision} (pdf)"


class Expedition(models.Model):
    """That a signed decision has been sent to those who shall have it."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="expedition")
    expedited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expedited_at = models.DateTimeField(_("expedierat"), default=timezone.now)

    class Meta:
        verbose_name = _("expediering")
        verbose_name_plural = _("expedieringar")

    def __str__(self) -> str:
        return f"{self.decision}, {self.expedited_at:%Y-%m-%d}"


class Publication(models.Model):
    """That a signed decision is shown under /beslut/. Without the row it is off the web, nothing else."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="publication")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("publicerat"), default=timezone.now)

    class Meta:
        verbose_name = _("publicering")
        verbose_name_plural = _("publiceringar")

    def __str__(self) -> str:
        return str(self.decision)
