"""The application itself, and the strength areas it is about."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.enums import ApplicationStatus, Municipality
from applications.listed import Listed, listed_of
from applications.triggers import TAKING_IN, FrozenWhenSent
from applications.words import CONTENT, SENT
from calls.models import Call, StrengthArea
from s3portal.accounts.models import Organisation, User
from s3portal.common.search import swedish_query
from s3portal.common.triggers import ContentFixed
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
        """All but those that a later one has replaced, drafts that have been removed, and supplements that
        are being written: those are reached from the application that they are about."""
        return self.exclude(
            status__in=(ApplicationStatus.REPLACED, ApplicationStatus.DISCARDED, ApplicationStatus.CHANGING)
        )

    def searched(self) -> "ApplicationQuerySet":
        """What the staff's search looks in: sent, and not replaced by a later one. Told by the time of
        sending, as the indexes made for it are."""
        return self.filter(SENT).exclude(status=ApplicationStatus.REPLACED)

    def containing(self, text: str) -> "ApplicationQuerySet":
        """Those whose own texts answer to ``text``, wherever in them it stands."""
        return self.filter(search=swedish_query(text))

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
    #: Where the project is carried out, by the codes of ``Municipality``.
    municipalities = ArrayField(
        models.CharField(max_length=5, choices=Municipality),
        verbose_name=_("kommuner"),
        default=list,
        blank=True,
    )
    starts_on = models.DateField(_("första dag"), null=True, blank=True)
    ends_on = models.DateField(_("sista dag"), null=True, blank=True)
    applied_amount = models.BigIntegerField(_("sökt stöd i kronor"), null=True, blank=True)
    has_de_minimis_aid = models.BooleanField(_("har fått försumbart stöd"), null=True, blank=True)
    has_other_aid = models.BooleanField(_("har annat stöd för samma kostnader"), null=True, blank=True)
    #: With the years applied for counted in (GBER art. 27.7); asked when the basis may be operating aid.
    operating_aid_years = models.PositiveSmallIntegerField(_("år med driftstöd"), null=True, blank=True)
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
    #: The request that this row is the answer to, while it is written: a copy of what was sent.
    answering = models.OneToOneField(
        "applications.SupplementRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="working_copy",
    )
    #: The supplement that holds the content as it stands; none when that is ``record``.
    content_record = models.OneToOneField(
        Record, on_delete=models.PROTECT, null=True, blank=True, related_name="content_of"
    )
    discarded_at = models.DateTimeField(_("borttagen"), null=True, blank=True)
    #: When the applicant was told that the draft has lain unused and will be removed.
    unused_warned_at = models.DateTimeField(_("varnad om oanvänt utkast"), null=True, blank=True)
    search: Any = models.GeneratedField(
        expression=CONTENT, output_field=SearchVectorField(null=True), db_persist=True
    )

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
                condition=Q(municipalities__contained_by=Municipality.values),
                name="application_municipalities_known",
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
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.CHANGING, answering__isnull=False)
                | Q(status=ApplicationStatus.DISCARDED)
                | (
                    ~Q(status__in=[ApplicationStatus.CHANGING, ApplicationStatus.DISCARDED])
                    & Q(answering__isnull=True)
                ),
                name="application_answers_while_written",
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
            # The staff's search, which never meets a draft.
            GinIndex(fields=["search"], name="application_search", condition=SENT),
            # With what a case is found by, so that who looks for the latest in certain cases reads no texts.
            models.Index(
                fields=["-submitted_at", "-id"],
                name="application_sent_list",
                condition=SENT,
                include=["case", "status"],
            ),
            models.Index(fields=["applied_amount"], name="application_sent_amount", condition=SENT),
            models.Index(fields=["granted_amount"], name="application_granted_amount", condition=SENT),
            models.Index(fields=["starts_on", "ends_on"], name="application_sent_period", condition=SENT),
        ]
        triggers = [
            # What was sent is what stands (TF 2:13): only the status may move after submission, until
            # something else has been sent.
            ContentFixed(
                name="sent_content_fixed",
                editable=ApplicationStatus.written(),
                free=[
                    "status",
                    "updated_at",
                    "updated_by",
                    "granted_amount",
                    "discarded_at",
                    "replaces",
                    "answering",
                ],
                also=TAKING_IN,
            ),
            # A draft that is removed for good lets go of what it was to replace: another may stand there now.
            pgtrigger.Protect(
                name="replaces_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.replaces_id IS DISTINCT FROM NEW.replaces_id"
                    " AND (OLD.status NOT IN ('draft', 'discarded') OR NEW.status <> 'draft')"
                ),
            ),
            pgtrigger.Protect(
                name="sent_never_deleted",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status="draft")
                & ~pgtrigger.Q(old__status="changing")
                & ~pgtrigger.Q(old__status="discarded"),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("Ansökan utan namn"))

    @property
    def open_title(self) -> str:
        """The title as lists and mails may tell it: what is marked in the case is read there."""
        return str(self) if self.case is None else self.case.hide(str(self))

    @cached_property
    def listed(self) -> Listed:
        """What mails tell of it. Lists ask for all their rows at once (``listed_of``)."""
        return listed_of([self])[self.pk]

    @property
    def is_draft(self) -> bool:
        """It is being written: an application, or a supplement to one."""
        return self.status in ApplicationStatus.written()

    @property
    def is_supplement(self) -> bool:
        """The supplement to a sent application, while it is written."""
        return self.status == ApplicationStatus.CHANGING

    @property
    def content_changed_at(self) -> datetime | None:
        """When what stands was last changed by a supplement; None when it never was."""
        return self.content_record.dated_at if self.content_record is not None else None

    @property
    def standing_record_id(self) -> int | None:
        """The record with the content as it was last sent."""
        return self.content_record_id or self.record_id

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
            FrozenWhenSent(name="areas_frozen"),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.strengtharea}"
