from django.contrib import admin
from django.db import models

from calls.models import Call, EuroRate, LegalBasis, Meeting, MeetingSeries, Strategy, StrengthArea
from s3portal.audit.admin import AuditedAdmin, ReadOnlyAdmin


@admin.register(Strategy)
class StrategyAdmin(AuditedAdmin):
    list_display = ["name", "first_year", "last_year"]


@admin.register(StrengthArea)
class StrengthAreaAdmin(AuditedAdmin):
    list_display = ["name", "strategy", "order"]
    list_filter = ["strategy"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(LegalBasis)
class LegalBasisAdmin(AuditedAdmin):
    list_display = ["code", "name", "valid_from", "valid_to", "appeal_rule", "max_aid_percent"]


@admin.register(EuroRate)
class EuroRateAdmin(AuditedAdmin):
    list_display = ["valid_from", "sek_per_euro", "source"]


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Calls are written in the portal, where what has been promised is kept."""

    list_display = ["title", "status", "opens_at", "closes_at", "frame"]
    list_filter = ["status"]
    search_fields = ["title", "slug"]


@admin.register(MeetingSeries)
class MeetingSeriesAdmin(ReadOnlyAdmin):
    list_display = ["title", "slug"]


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Meetings are arranged in the portal, where those who have registered are told of what changes."""

    list_display = ["title", "kind", "status", "starts_at", "place", "call", "series"]
    list_filter = ["kind", "status"]
    list_select_related = ["call", "series"]
    date_hierarchy = "starts_at"
    exclude = ["import_key"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
