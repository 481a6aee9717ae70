from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from decisions.models import Committee
from s3portal.audit.admin import AuditedAdmin


@admin.register(Committee)
class CommitteeAdmin(AuditedAdmin):
    """Only the name. Who sits in a nämnd is kept under /handlaggning/namnder/, where nothing is deleted."""

    list_display = ["name", "slug"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
