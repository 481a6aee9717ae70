from typing import Any

from django.contrib import admin

from s3portal.audit.admin import ReadOnlyAdmin
from s3portal.diary.models import Case, CaseStep, Record


class RecordInline(admin.TabularInline):
    model = Record
    extra = 0
    can_delete = False
    fields = ["number", "direction", "title", "counterpart", "dated_at"]
    readonly_fields = ["number", "direction", "title", "counterpart", "dated_at"]

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class StepInline(admin.TabularInline):
    model = CaseStep
    extra = 0
    can_delete = False
    fields = ["kind", "at", "by", "reason"]
    readonly_fields = ["kind", "at", "by", "reason"]

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ["diary_number", "title", "counterpart", "opened_on", "status"]
    search_fields = ["diary_number", "title"]
    exclude = ["search"]
    inlines = [RecordInline, StepInline]
    show_full_result_count = False
