from django.contrib import admin

from decisions.models import Committee, CommitteeMember, Delegate, DelegationClause, DelegationOrder
from s3portal.audit.admin import AuditedAdmin


class CommitteeMemberInline(admin.TabularInline):
    model = CommitteeMember
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Committee)
class CommitteeAdmin(AuditedAdmin):
    list_display = ["name", "slug"]
    inlines = [CommitteeMemberInline]


class DelegationClauseInline(admin.TabularInline):
    model = DelegationClause
    extra = 0
    show_change_link = True


@admin.register(DelegationOrder)
class DelegationOrderAdmin(AuditedAdmin):
    list_display = ["title", "committee", "valid_from", "valid_to"]
    inlines = [DelegationClauseInline]


class DelegateInline(admin.TabularInline):
    model = Delegate
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(DelegationClause)
class DelegationClauseAdmin(AuditedAdmin):
    """Who holds a clause, by office and dates. Decisions keep a snapshot of the clause they rested on."""

    list_display = ["order", "number", "text", "ceiling"]
    list_select_related = ["order"]
    inlines = [DelegateInline]
