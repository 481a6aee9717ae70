"""The application itself, and the strength areas it is about."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicationStatus
from calls.models import Call, StrengthArea
from s3portal.accounts.models import Organisation, User
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
        return self.exclude(status__in=ApplicationStatus.unsent())

    def standing(self) -> "ApplicationQuerySet":
        """All but those that a later one has replaced, and drafts that have been removed."""
        return self.exclude(status__in=(ApplicationStatus.REPLACED, ApplicationStatus.DISCARDED))

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
    background = models.TextField(_("bakgrund och behov"), blank=True)
    aims = models.TextField(_("syfte och mål"), blank=True)
    target_group = models.TextField(_("målgrupp"), blank=True)
    activities = models.TextField(_("arbetssätt"), blank=True)
    project_organisation = models.TextField(_("projektets organisation"), blank=True)
    expected_results = models.TextField(_("förväntade resultat"), blank=True)
    strategy_link = models.TextField(_("koppling till strategi och styrkeområde"), blank=True)
    economic_sustainability = models.TextField(_("ekonomisk hållbarhet"), blank=True)
    environmental_sustainability = models.TextField(_("miljömässig hållbarhet"), blank=True)
    social_sustainability = models.TextField(_("social hållbarhet"), blank=True)
    risks = models.TextField(_("risker"), blank=True)
    dissemination = models.TextField(_("spridning och uppföljning"), blank=True)
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
    has_de_minimis_aid = models.BooleanField(_("har fått försumbart stöd"), null=True, blank=True)
    has_other_aid = models.BooleanField(_("har annat stöd för samma kostnader"), null=True, blank=True)
    publication_consent = models.BooleanField(_("samtycke till publicering"), default=False)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("skapad"), default=timezone.now)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(_("sparad"), default=timezone.now)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(_("inskickad"), null=True, blank=True)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="application"
    )
    total_cost = models.BigIntegerField(_("total kostnad i kronor vid inskick"), null=True, blank=True)
    granted_amount = models.BigIntegerField(_("beviljat stöd i kronor"), null=True, blank=True)
    #: The sent application that this one takes the place of, in the same case, once it is sent too.
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replacements"
    )
    discarded_at = models.DateTimeField(_("borttagen"), null=True, blank=True)
    #: When the applicant was told that the draft has lain unused and will be removed.
    unused_warned_at = models.DateTimeField(_("varnad om oanvänt utkast"), null=True, blank=True)

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
                    status__in=ApplicationStatus.unsent(),
                    case__isnull=True,
                    record__isnull=True,
                    submitted_at__isnull=True,
                    submitted_by__isnull=True,
                )
                | (
                    ~Q(status__in=ApplicationStatus.unsent())
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
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.DISCARDED, discarded_at__isnull=False)
                | (~Q(status=ApplicationStatus.DISCARDED) & Q(discarded_at__isnull=True)),
                name="application_discarded_has_time",
            ),
            # Of one case, the last that was sent counts.
            models.UniqueConstraint(
                fields=["case"],
                name="application_one_counts_in_a_case",
                condition=~Q(status=ApplicationStatus.REPLACED),
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                name="application_replaced_once",
                condition=~Q(status=ApplicationStatus.DISCARDED),
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
            # The nightly round over drafts that nobody writes in, and over those that have been removed.
            models.Index(
                fields=["updated_at"],
                name="application_unused",
                condition=Q(status=ApplicationStatus.DRAFT),
            ),
            models.Index(
                fields=["discarded_at"],
                name="application_discarded",
                condition=Q(status=ApplicationStatus.DISCARDED),
            ),
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
                free=["status", "updated_at", "updated_by", "granted_amount", "discarded_at"],
            ),
            pgtrigger.Protect(
                name="sent_never_deleted",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status="draft") & ~pgtrigger.Q(old__status="discarded"),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Ansökan utan namn"))

    @property
    def is_draft(self) -> bool:
        return self.status == ApplicationStatus.DRAFT

    @property
    def is_open(self) -> bool:
        """Received and waiting for a decision."""
        return self.status in ApplicationStatus.open()


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
