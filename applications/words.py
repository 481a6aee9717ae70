"""Which of an application's texts the region's own people search."""

from typing import Final

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db.models import Case, Q, When

CONTENT_FIELDS: Final = (
    "title",
    "contact_name",
    "summary",
    "background",
    "aims",
    "target_group",
    "activities",
    "project_organisation",
    "expected_results",
    "strategy_link",
    "economic_sustainability",
    "environmental_sustainability",
    "social_sustainability",
    "risks",
    "dissemination",
)
#: What has been sent, and so is no draft, which nobody at the region reads (TF 2:13).
SENT: Final = Q(submitted_at__isnull=False)
#: The words of a sent application as the database keeps them beside it, made anew by itself with each change
#: of the texts: it can never hold what no longer stands there. A draft has none, and costs none to save.
CONTENT: Final = Case(
    When(SENT, then=SearchVector(*CONTENT_FIELDS, config="swedish")), output_field=SearchVectorField()
)
