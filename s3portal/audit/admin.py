"""The support site /admin/: nobody's daily tool. What is written there is audited like everything else."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from s3portal.audit.models import Event
from s3portal.audit.services import record_event


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that may be looked at and never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AuditedAdmin(admin.ModelAdmin):
    """What support changes leaves the same trail as what the services do."""

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record_event(
            actor=request.user,
            action="admin_changed" if change else "admin_added",
            obj=obj,
            text=f"{obj._meta.verbose_name} {'ändrad' if change else 'inlagd'} i administrationen: {obj}"[
                :500
            ],
            data={"fields": list(form.changed_data)},
        )

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: Any, change: bool) -> None:
        """Rows on the same page, such as a person's roles, leave a trail on what the page is about."""
        super().save_formset(request, form, formset, change)
        rows: list[tuple[Model, str, list[str]]] = [(row, "inlagd", []) for row in formset.new_objects]
        rows += [(row, "ändrad", list(fields)) for row, fields in formset.changed_objects]
        rows += [(row, "borttagen", []) for row in formset.deleted_objects]
        for row, what, fields in rows:
            record_event(
                actor=request.user,
                action="admin_row_changed",
                obj=form.instance,
                text=f"{row._meta.verbose_name} {what} i administrationen: {row}"[:500],
                data={"fields": fields},
            )

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        text = f"{obj._meta.verbose_name} borttagen i administrationen: {obj}"[:500]
        record_event(actor=request.user, action="admin_deleted", obj=obj, text=text)
        super().delete_model(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the deletion of many at once, which would leave no trail of each."""
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_label", "action", "object_type", "object_id", "text"]
    list_filter = ["action"]
    date_hierarchy = "at"
    show_full_result_count = False
