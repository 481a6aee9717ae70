from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest

from s3portal.accounts.models import Membership, Organisation, StaffRole, User
from s3portal.audit.admin import AuditedAdmin

# Django's own login page asks for a password alone: no second factor, no brake on attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class StaffRoleInline(admin.TabularInline):
    model = StaffRole
    extra = 0


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user", "organisation"]


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Roles are given here. People make their own accounts, so that their address and password are theirs."""

    list_display = ["email", "full_name", "title", "is_active"]
    search_fields = ["email", "full_name"]
    list_filter = ["staff_roles__role", "is_active"]
    fields = ["email", "full_name", "title", "unit", "phone", "is_active", "is_staff", "date_joined"]
    readonly_fields = ["email", "date_joined"]
    inlines = [StaffRoleInline, MembershipInline]

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
