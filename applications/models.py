"""Applications with their budget and financing, and the project bank."""

from datetime import datetime, time
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicationStatus, CostCategory, FinancingKind, FinancingSource
from applications.questions import WantedFile, wanted_files
from calls.models import Call, CallQuestion, StrengthArea
from s3portal.accounts.models import Organisation, User
from s3portal.common.search import swedish_query
from s3portal.common.swedish import STOCKHOLM, in_stockholm
from s3portal.common.triggers import ContentFixed, FrozenWithParent
from s3portal.diary.models import Case, Record

_OPEN = Q(status__in=ApplicationStatus.open())
_CLOSED = Q(status__in=ApplicationStatus.closed())


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of_applicant(self, user: User) -> "ApplicationQuerySet":
        """Applications of the organisations this person belongs to."""
        return self.filter(organisation__memberships__user=user)

    def received(self) -> "ApplicationQuerySet":
        """Those that have been sent. A draft is technical storage only, which no officer reads (TF 2:13)."""
        return self.exclude(status=ApplicationStatus.DRAFT)

    def open(self) -> "ApplicationQuerySet":
        """Received and waiting for a decision."""
        return self.filter(_OPEN)

    def closed(self) -> "ApplicationQuerySet":
        """Received and finished: granted, rejected or withdrawn."""
        return self.filter(_CLOSED)


class Application(models.Model):
    """An ansökan. Amounts in whole kronor, dates inclusive. ``version`` counts the saves of the draft:
    who saves on an older one is told what differs."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    status = models.CharField(
        _("status"), max_length=12, choices=ApplicationStatus, default=ApplicationStatus.DRAFT
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    contact_name = models.CharField(_("kontaktperson"), max_length=150, blank=True)
    contact_email = models.EmailField(_("e-post till kontaktpersonen"), blank=True)
    contact_phone = models.CharField(_("telefon till kontaktpersonen"), max_length=30, blank=True)
    title = models.CharField(_("projektets namn"), max_length=200, blank=True)
    summary = models.TextField(_("sammanfattning"), blank=True)
    aims = models.TextField(_("syfte och mål"), blank=True)
    activities = models.TextField(_("aktiviteter"), blank=True)
    areas: "models.ManyToManyField[StrengthArea, ApplicationArea]" = models.ManyToManyField(
        StrengthArea,
        through="ApplicationArea",
        related_name="applications",
        blank=True,
        verbose_name=_("styrkeområden"),
    )
    starts_on = models.DateField(_("första dag"), null=True, blank=True)
    ends_on = models.DateField(_("sista dag"), null=True, blank=True)
    applied_amount = models.BigIntegerField(_("sökt stöd i kronor"), null=True, blank=True)
    publication_consent = models.BooleanField(_("samtycke till publicering"), default=False)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("skapad"), default=timezone.now)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(_("sparad"), default=timezone.now)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(_("inskickad"), null=True, blank=True)
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="application"
    )
    record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="application"
    )
    total_cost = models.BigIntegerField(_("total kostnad i kronor vid inskick"), null=True, blank=True)
    granted_amount = models.BigIntegerField(_("beviljat stöd i kronor"), null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("ansökan")
        verbose_name_plural = _("ansökningar")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values), name="application_status_known"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="application_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(applied_amount__isnull=True) | Q(applied_amount__gte=0),
                name="application_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ApplicationStatus.DRAFT,
                    case__isnull=True,
                    record__isnull=True,
                    submitted_at__isnull=True,
                    submitted_by__isnull=True,
                )
                | (
                    ~Q(status=ApplicationStatus.DRAFT)
                    & Q(
                        case__isnull=False,
                        record__isnull=False,
                        submitted_at__isnull=False,
                        submitted_by__isnull=False,
                        applied_amount__isnull=False,
                        total_cost__isnull=False,
                    )
                ),
                name="application_sent_is_registered",
            ),
            models.CheckConstraint(
                # Said outright: a comparison with NULL would let the row through.
                condition=Q(
                    status=ApplicationStatus.GRANTED, granted_amount__isnull=False, granted_amount__gte=0
                )
                | (~Q(status=ApplicationStatus.GRANTED) & Q(granted_amount__isnull=True)),
                name="application_granted_has_amount",
            ),
        ]
        # The work list is always one of two halves, open or closed, in one of three orders; each is read
        # straight from its index, a page at a time, however many rows there are.
        indexes = [
            models.Index(fields=["-submitted_at", "-id"], name="application_open_list", condition=_OPEN),
            models.Index(fields=["title", "-id"], name="application_open_title", condition=_OPEN),
            models.Index(fields=["applied_amount", "-id"], name="application_open_amount", condition=_OPEN),
            models.Index(fields=["-submitted_at", "-id"], name="application_closed_list", condition=_CLOSED),
            models.Index(fields=["title", "-id"], name="application_closed_title", condition=_CLOSED),
            models.Index(
                fields=["applied_amount", "-id"], name="application_closed_amount", condition=_CLOSED
            ),
            models.Index(fields=["status", "-submitted_at", "-id"], name="application_status_list"),
            # "Mine" and "without an officer" go by the case's officer: with this and the case's own index
            # ("case_officer") they are counted from the two indexes alone.
            models.Index(fields=["case"], name="application_open_case", condition=_OPEN),
            models.Index(fields=["organisation", "-updated_at"], name="application_mine"),
            models.Index(
                fields=["call", "status"],
                name="application_call",
                include=["applied_amount", "granted_amount"],
            ),
        ]
        triggers = [
            # What was sent is what stands (TF 2:13): only the status may move after submission.
            ContentFixed(
                name="sent_content_fixed",
                editable=[ApplicationStatus.DRAFT],
                free=["status", "updated_at", "updated_by", "granted_amount"],
            ),
            pgtrigger.Protect(
                name="sent_never_deleted",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status="draft"),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Ansökan utan namn"))

    @property
    def is_draft(self) -> bool:
        return self.status == ApplicationStatus.DRAFT

    @property
    def files_by_mail(self) -> list[WantedFile]:
        """The files that are to be sent beside the form."""
        return wanted_files(self.call)


class ApplicationArea(models.Model):
    """A strength area that an application is about. A model of its own so that it freezes with the rest."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    strengtharea = models.ForeignKey(StrengthArea, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "applications_application_areas"
        verbose_name = _("ansökans styrkeområde")
        verbose_name_plural = _("ansökans styrkeområden")
        constraints = [
            models.UniqueConstraint(fields=["application", "strengtharea"], name="application_area_once"),
        ]
        triggers = [
            FrozenWithParent(
                name="areas_frozen", parent_field="application", editable=[ApplicationStatus.DRAFT]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.strengtharea}"


class BudgetLine(models.Model):
    """Cost (or income, which is deducted) of one category in one year, in whole kronor."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="budget_lines")
    category = models.CharField(_("kostnadsslag"), max_length=20, choices=CostCategory)
    year = models.PositiveSmallIntegerField(_("år"))
    amount = models.BigIntegerField(_("kronor"))

    class Meta:
        verbose_name = _("budgetrad")
        verbose_name_plural = _("budgetrader")
        ordering = ["category", "year"]
        constraints = [
            models.UniqueConstraint(fields=["application", "category", "year"], name="budget_line_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_line_not_negative"),
            models.CheckConstraint(
                condition=Q(category__in=CostCategory.values), name="budget_line_category"
            ),
        ]
        triggers = [
            FrozenWithParent(
                name="budget_frozen", parent_field="application", editable=[ApplicationStatus.DRAFT]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.year}: {self.amount}"


class Financing(models.Model):
    """Medfinansiering from one financier: money, or working time as hours × kronor per hour.

    ``amount`` is whole kronor and, for working time, always hours × hourly rate."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="financing")
    order = models.PositiveSmallIntegerField(_("ordning"))
    financier = models.CharField(_("finansiär"), max_length=200)
    kind = models.CharField(_("slag"), max_length=10, choices=FinancingKind)
    source = models.CharField(
        _("källa"), max_length=12, choices=FinancingSource, default=FinancingSource.PRIVATE
    )
    hours = models.PositiveIntegerField(_("timmar"), null=True, blank=True)
    hourly_rate = models.PositiveIntegerField(_("kronor per timme"), null=True, blank=True)
    amount = models.BigIntegerField(_("kronor"), null=True, blank=True)

    class Meta:
        verbose_name = _("medfinansiering")
        verbose_name_plural = _("medfinansiering")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "order"],
                name="financing_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(kind=FinancingKind.CASH, hours__isnull=True, hourly_rate__isnull=True)
                | Q(
                    kind=FinancingKind.IN_KIND,
                    hours__isnull=False,
                    hourly_rate__isnull=False,
                    amount__isnull=False,
                    amount=F("hours") * F("hourly_rate"),
                )
                | (
                    Q(kind=FinancingKind.IN_KIND, amount__isnull=True)
                    & (Q(hours__isnull=True) | Q(hourly_rate__isnull=True))
                ),
                name="financing_in_kind_is_hours_times_rate",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="financing_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(source__in=FinancingSource.values), name="financing_source_known"
            ),
        ]
        triggers = [
            FrozenWithParent(
                name="financing_frozen", parent_field="application", editable=[ApplicationStatus.DRAFT]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.financier}: {self.amount}"


class Answer(models.Model):
    """The answer to one question of the call's own, as one text whatever the question's kind: a number
    or kronor
    as digits, a day as 2024-03-01, "ja" or "nej", or one of the choices."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(CallQuestion, on_delete=models.CASCADE, related_name="answers")
    value = models.TextField(_("svar"), blank=True)

    class Meta:
        verbose_name = _("svar")
        verbose_name_plural = _("svar")
        ordering = ["question__order"]
        constraints = [
            models.UniqueConstraint(fields=["application", "question"], name="answer_once"),
        ]
        triggers = [
            FrozenWithParent(
                name="answers_frozen", parent_field="application", editable=[ApplicationStatus.DRAFT]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"


class SupplementRequestQuerySet(models.QuerySet["SupplementRequest"]):
    def unanswered(self) -> "SupplementRequestQuerySet":
        """Those that wait for an answer; of one application at most one."""
        return self.filter(answered_at__isnull=True, closed_at__isnull=True)


class SupplementRequest(models.Model):
    """A komplettering: what an officer misses in a sent application, and the applicant's answer.

    ``due_on`` is inclusive, to the end of the Swedish day. Both letters are records of the case."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="supplements")
    text = models.TextField(_("det här behöver kompletteras"))
    due_on = models.DateField(_("svara senast"))
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("begärd"), default=timezone.now)
    answer = models.TextField(_("svar"), blank=True)
    answer_record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("besvarad"), null=True, blank=True)
    closed_at = models.DateTimeField(_("avslutad utan svar"), null=True, blank=True)

    objects = SupplementRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("komplettering")
        verbose_name_plural = _("kompletteringar")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                name="supplement_one_open",
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True, answered_by__isnull=True, answer_record__isnull=True, answer=""
                )
                | (
                    Q(
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                        answer_record__isnull=False,
                        closed_at__isnull=True,
                    )
                    & ~Q(answer="")
                ),
                name="supplement_answer_whole",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="supplement_has_text"),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="supplement_due",
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.due_on}"

    @property
    def due_at(self) -> datetime:
        """The last second of the last day, on Swedish clocks."""
        return datetime.combine(self.due_on, time(23, 59, 59), STOCKHOLM)

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.closed_at is None

    @property
    def came_late(self) -> bool:
        """Answered after its last day. A late answer is taken all the same."""
        return self.answered_at is not None and in_stockholm(self.answered_at).date() > self.due_on

    def is_overdue(self, *, now: datetime) -> bool:
        return self.is_open and in_stockholm(now).date() > self.due_on


class ProjectQuerySet(models.QuerySet["Project"]):
    def published(self) -> "ProjectQuerySet":
        return self.filter(published=True)

    def search(self, text: str) -> "ProjectQuerySet":
        return self.filter(search=swedish_query(text))


class Project(models.Model):
    """A project in the project bank (/projekt/). Thin for now: what the public page shows."""

    slug = models.SlugField(_("adress"), max_length=120, unique=True)
    title = models.CharField(_("namn"), max_length=200)
    subtitle = models.CharField(_("underrubrik"), max_length=300, blank=True)
    owner = models.CharField(_("projektägare"), max_length=200)
    leader = models.CharField(_("projektledare"), max_length=150, blank=True)
    partners = models.TextField(_("samarbetspartners"), blank=True)
    budget = models.BigIntegerField(_("projektbudget i kronor"), null=True, blank=True)
    starts_on = models.DateField(_("första dag"), null=True, blank=True)
    ends_on = models.DateField(_("sista dag"), null=True, blank=True)
    websites = models.JSONField(_("webbplatser"), default=list, blank=True)
    further_reading = models.TextField(_("fördjupad läsning"), blank=True)
    background = models.TextField(_("projektbakgrund"), blank=True)
    aims = models.TextField(_("syfte och mål"), blank=True)
    activities = models.TextField(_("aktiviteter"), blank=True)
    expected_results = models.TextField(_("förväntat resultat"), blank=True)
    in_english = models.TextField(_("på engelska"), blank=True)
    published = models.BooleanField(_("publicerat"), default=False)
    search: Any = models.GeneratedField(
        expression=SearchVector("title", "subtitle", "background", "aims", "activities", config="swedish"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("projekt")
        verbose_name_plural = _("projekt")
        ordering = ["-starts_on", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="project_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0), name="project_budget"
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="project_search")]

    def __str__(self) -> str:
        return self.title
