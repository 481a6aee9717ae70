"""Putting a part of a draft into its row and the rows below it.

Only what differs is written, and a row that is kept keeps its id: others may point at it.
"""

from collections.abc import Sequence

from django.db import models
from django.utils import timezone

from applications.models import (
    Activity,
    Answer,
    Application,
    ApplicationArea,
    Declaration,
    DeMinimisAid,
    Indicator,
    OtherAid,
    Partner,
    TradeSecret,
)
from applications.parts import PROJECT_TEXTS, AidPart, PartnersPart, ProjectPart, QuestionsPart, question_key
from applications.parts.rows import Row
from applications.parts.secrets import Secrets
from s3portal.accounts.models import User

__all__ = ["write_aid", "write_partners", "write_project", "write_questions"]

PROJECT_FIELDS = ["title", *PROJECT_TEXTS, "starts_on", "ends_on"]


def write_project(application: Application, part: ProjectPart) -> list[str]:
    """The names of the application's own fields that were set."""
    stored = ProjectPart.read(application)
    if part.areas != stored.areas:
        ApplicationArea.objects.filter(application=application).delete()
        ApplicationArea.objects.bulk_create(
            ApplicationArea(application=application, strengtharea=area) for area in part.areas
        )
    if part.activity_rows != stored.activity_rows:
        _write_rows(Activity, application, part.activity_rows)
    if part.indicators != stored.indicators:
        _write_rows(Indicator, application, part.indicators)
    if part.secrets != stored.secrets:
        _write_secrets(application, part.secrets, list(PROJECT_TEXTS))
    for name in PROJECT_FIELDS:
        setattr(application, name, getattr(part, name))
    application.municipalities = list(part.municipalities)
    return [*PROJECT_FIELDS, "municipalities"]


def write_partners(application: Application, part: PartnersPart) -> list[str]:
    _write_rows(Partner, application, part.partners)
    return []


def write_aid(application: Application, part: AidPart, actor: User) -> list[str]:
    """A new declaration is ``actor``'s; one that stands keeps who declared it and when."""
    _write_rows(DeMinimisAid, application, part.de_minimis)
    _write_rows(OtherAid, application, part.other_aid)
    made = application.applicant_declarations.all()
    made.exclude(kind__in=part.declared).delete()
    standing = set(made.values_list("kind", flat=True))
    Declaration.objects.bulk_create(
        Declaration(application=application, kind=kind, declared_by=actor, declared_at=timezone.now())
        for kind in part.declared
        if kind not in standing
    )
    application.has_de_minimis_aid = part.has_de_minimis_aid
    application.has_other_aid = part.has_other_aid
    application.operating_aid_years = part.operating_aid_years
    return ["has_de_minimis_aid", "has_other_aid", "operating_aid_years"]


def write_questions(application: Application, part: QuestionsPart) -> list[str]:
    Answer.objects.filter(application=application).delete()
    Answer.objects.bulk_create(
        Answer(application=application, question_id=question_id, value=value)
        for question_id, value in part.answers
    )
    _write_secrets(application, part.secrets, [question_key(one) for one in part.questions])
    return []


def _write_rows(model: type[models.Model], application: Application, rows: Sequence[Row]) -> None:
    manager = model._default_manager
    manager.filter(application=application).exclude(key__in=[row.key for row in rows]).delete()
    if not rows:
        return
    names = rows[0].names()
    manager.bulk_create(
        [
            model(
                application=application,
                order=order,
                key=row.key,
                **{name: getattr(row, name) for name in names},
            )
            for order, row in enumerate(rows, start=1)
        ],
        update_conflicts=True,
        unique_fields=["application", "key"],
        update_fields=["order", *names],
    )


def _write_secrets(application: Application, secrets: Secrets, fields: Sequence[str]) -> None:
    """``fields`` are those of the page: the marks of other pages stay."""
    TradeSecret.objects.filter(application=application, field__in=fields).delete()
    TradeSecret.objects.bulk_create(
        TradeSecret(application=application, field=field, reason=reason) for field, reason in secrets
    )
