"""People, the organisations they act for, and the roles the region has given its own staff."""

from functools import cached_property
from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.accounts.enums import LegalForm, MembershipRole, Role
from s3portal.common.search import swedish_query


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a login. ``is_staff`` means access to /admin/ only; roles are ``StaffRole`` rows."""

    email = models.EmailField(_("e-postadress"))
    full_name = models.CharField(_("namn"), max_length=150)
    title = models.CharField(_("titel"), max_length=150, blank=True)
    unit = models.CharField(_("enhet"), max_length=150, blank=True)
    phone = models.CharField(_("telefon"), max_length=30, blank=True)
    is_staff = models.BooleanField(_("når administrationen"), default=False)
    is_active = models.BooleanField(_("aktiv"), default=True)
    date_joined = models.DateTimeField(_("skapad"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("användare")
        verbose_name_plural = _("användare")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case")]

    def __str__(self) -> str:
        return self.full_name or self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """The staff roles of this person; one query for each request."""
        return frozenset(self.staff_roles.values_list("role", flat=True))

    def has_role(self, *wanted: Role) -> bool:
        return not self.roles.isdisjoint(role.value for role in wanted)

    @property
    def works_for_region(self) -> bool:
        return bool(self.roles) or self.is_staff

    @property
    def initials(self) -> str:
        parts = str(self).split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


class StaffRole(models.Model):
    """One role that the region has given one person."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.CharField(_("roll"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("roll")
        verbose_name_plural = _("roller")
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="staff_role_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="staff_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


#: Indexed as it stands here: a question must be put to exactly this.
ORGANISATION_WORDS = SearchVector("name", config="swedish")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def of(self, user: User) -> "OrganisationQuerySet":
        """The organisations this person belongs to."""
        return self.filter(memberships__user=user).distinct()

    def named(self, text: str) -> "OrganisationQuerySet":
        """Those whose name answers to ``text``, in any form of its words or by their beginnings."""
        return self.alias(words=ORGANISATION_WORDS).filter(words=swedish_query(text))


class Organisation(models.Model):
    """A legal person that can apply (klusterorganisation). ``org_number`` is printed NNNNNN-NNNN."""

    name = models.CharField(_("namn"), max_length=200)
    org_number = models.CharField(
        _("organisationsnummer"),
        max_length=11,
        unique=True,
        error_messages={"unique": _("Organisationen finns redan. Be någon där att bjuda in dig.")},
    )
    legal_form = models.CharField(
        _("organisationsform"), max_length=24, choices=LegalForm, blank=True, default=""
    )
    postal_address = models.CharField(_("postadress"), max_length=200, blank=True)
    email = models.EmailField(_("e-postadress"), blank=True)
    phone = models.CharField(_("telefon"), max_length=30, blank=True)
    created_at = models.DateTimeField(_("skapad"), default=timezone.now)
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User,
        through="Membership",
        through_fields=("organisation", "user"),
        related_name="organisations",
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisationer")
        ordering = ["name"]
        indexes = [GinIndex(ORGANISATION_WORDS, name="organisation_words")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(org_number__regex=r"^[0-9]{2}[2-9][0-9]{3}-[0-9]{4}$"),
                name="organisation_number_form",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="organisation_has_name"),
            models.CheckConstraint(
                condition=models.Q(legal_form__in=["", *LegalForm.values]), name="organisation_form_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def writers(self) -> "MembershipQuerySet":
        """Owners and editors, those who can log in."""
        return self.filter(role__in=MembershipRole.writers(), user__is_active=True)

    def owners(self) -> "MembershipQuerySet":
        """Those who can log in."""
        return self.filter(role=MembershipRole.OWNER, user__is_active=True)

    def emails(self) -> list[str]:
        """The people's addresses in small letters, each once."""
        return sorted({email.lower() for email in self.values_list("user__email", flat=True)})


class Membership(models.Model):
    """What one person may do for one organisation.

    Owners and editors write; only someone with ``is_signatory`` (firmatecknare) submits. Who has added an
    organisation on their own word is not confirmed until an officer, or a confirmed signatory of it, says
    that they belong there.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("roll"), max_length=20, choices=MembershipRole)
    is_signatory = models.BooleanField(_("får teckna firma"), default=False)
    created_at = models.DateTimeField(_("skapad"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("bekräftad"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bekräftad av"),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("medlemskap")
        verbose_name_plural = _("medlemskap")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=MembershipRole.values), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(role=MembershipRole.SIGNATORY) | models.Q(is_signatory=True),
                name="membership_signatory_signs",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | models.Q(confirmed_at__isnull=False),
                name="membership_confirmed_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                name="membership_to_confirm",
                condition=models.Q(confirmed_at__isnull=True),
            ),
        ]
        triggers = [
            # Asked when the transaction ends, so that ownership can be handed over in two steps.
            pgtrigger.Trigger(
                name="organisation_keeps_an_owner",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__role=MembershipRole.OWNER.value),
                func="""
                    IF (EXISTS (SELECT 1 FROM accounts_organisation WHERE id = OLD.organisation_id)
                        AND NOT EXISTS (SELECT 1 FROM accounts_membership
                                        WHERE organisation_id = OLD.organisation_id AND role = 'owner')) THEN
                        RAISE EXCEPTION 'pgtrigger: organisation % has no owner', OLD.organisation_id;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.organisation}: {self.get_role_display()}"

    @property
    def may_write(self) -> bool:
        return self.role in MembershipRole.writers()

    @property
    def is_owner(self) -> bool:
        return self.role == MembershipRole.OWNER

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None
