"""A refusal has a day of its own, which its time to appeal is counted from. It was written over the day of the
first answer, where copies were masked first and a decision about the rest was asked for."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def first_answers(apps: Any, schema_editor: Any) -> None:
    """What was written over is told by the audit trail."""
    events = apps.get_model("audit", "Event").objects.filter(action="copy_answered")
    people = apps.get_model("accounts", "User").objects
    for made in apps.get_model("copies", "CopyRequest").objects.filter(status="refused"):
        if made.refused_at is None:
            made.refused_at, made.refused_by_id = made.answered_at, made.answered_by_id
        first = events.filter(data__request=made.pk).order_by("at", "pk").first()
        if first is not None:
            made.answered_at = min(made.answered_at, first.at)
            if people.filter(pk=first.actor_id).exists():
                made.answered_by_id = first.actor_id
        made.save(update_fields=["refused_at", "refused_by", "answered_at", "answered_by"])
    # The table is altered next, and waits for no check of these rows.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def as_they_were_kept(apps: Any, schema_editor: Any) -> None:
    """Backwards: the day of the decision is kept in the one place there is then. The first answer is in the
    audit trail, from where ``first_answers`` takes it back."""
    for made in apps.get_model("copies", "CopyRequest").objects.filter(refused_at__isnull=False):
        made.answered_at, made.answered_by_id = made.refused_at, made.refused_by_id
        made.save(update_fields=["answered_at", "answered_by"])
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("copies", "0004_refused_on_authority"),
        ("audit", "0003_chain_of_hashes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="copyrequest",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="avslagen"),
        ),
        migrations.AddField(
            model_name="copyrequest",
            name="refused_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(first_answers, as_they_were_kept),
        migrations.AddConstraint(
            model_name="copyrequest",
            constraint=models.CheckConstraint(
                condition=Q(status="refused", refused_at__isnull=False, refused_by__isnull=False)
                | (~Q(status="refused") & Q(refused_at__isnull=True, refused_by__isnull=True)),
                name="copy_refused_has_who_and_when",
            ),
        ),
    ]
