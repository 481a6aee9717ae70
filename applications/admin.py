from django.contrib import admin

from applications.models import Project
from s3portal.audit.admin import AuditedAdmin


@admin.register(Project)
class ProjectAdmin(AuditedAdmin):
    list_display = ["title", "owner", "starts_on", "ends_on", "published"]
    list_filter = ["published"]
    search_fields = ["title", "owner"]
    prepopulated_fields = {"slug": ["title"]}
