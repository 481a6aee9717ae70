from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from s3portal.accounts.enums import MembershipRole
from s3portal.accounts.models import Membership, Organisation, StaffRole, User
from s3portal.audit.admin import AuditedAdmin

# Django's own login page asks for a password alone: no second factor, no brake on attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class StaffRoleInline(admin.TabularInline):
    model = StaffRole
    extra = 0


class MembershipFormSet(BaseInlineFormSet):
    """Refuses in words what the database would refuse: an organisation without an owner."""

    def clean(self) -> None:
        super().clean()
        if not isinstance(self.instance, Organisation) or any(self.errors):
            return
        owners = [
            form
            for form in self.forms
            if form.cleaned_data.get("role") == MembershipRole.OWNER and not form.cleaned_data.get("DELETE")
        ]
        had_owner = self.instance.memberships.filter(role=MembershipRole.OWNER).exists()
        if had_owner and not owners:
            raise ValidationError("Organisationen måste ha en ägare.")


class MembershipInline(admin.TabularInline):
    model = Membership
    formset = MembershipFormSet
    fk_name = "organisation"
    fields = ["user", "role", "is_signatory"]
    extra = 0
    autocomplete_fields = ["user"]


class OwnMembershipInline(admin.TabularInline):
    """Read on a person's page, and changed on the organisation's, where its other owners are seen."""

    model = Membership
    fk_name = "user"
    fields = ["organisation", "role", "is_signatory"]
    readonly_fields = ["organisation", "role", "is_signatory"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Roles are given here. People make their own accounts, so that their address and password are theirs."""

    list_display = ["email", "full_name", "title", "is_active"]
    search_fields = ["email", "full_name"]
    list_filter = ["staff_roles__role", "is_active"]
    fields = ["email", "full_name", "title", "unit", "phone", "is_active", "is_staff", "date_joined"]
    readonly_fields = ["email", "date_joined"]
    inlines = [StaffRoleInline, OwnMembershipInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Organisation)
class OrganisationAdmin(AuditedAdmin):
    list_display = ["name", "org_number", "email"]
    search_fields = ["name", "org_number"]
    readonly_fields = ["org_number", "created_at"]
    inlines = [MembershipInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
