"""What becomes of a partner's budget lines when it is taken away: they are the applicant's. That is said."""

from typing import Any

from django.db.models import Count

from applications.models import Application
from applications.parts import Part, PartnersPart, partners_of

MOVED = "flyttade"


def lines_by_partner(application: Application) -> dict[str, int]:
    """How many lines of the budget each partner has, by the partner's key."""
    partners = application.partners.filter(budget_lines__isnull=False)
    return dict(partners.values_list("key").annotate(Count("budget_lines")))


def moved_to_applicant(lines: dict[str, int], part: Part) -> int:
    """How many lines lost their partner, when ``lines`` were there before and ``part`` stands now."""
    left = {row.key for row in part.partners} if isinstance(part, PartnersPart) else set(lines)
    return sum(count for key, count in lines.items() if key not in left)


def moved_words(count: int, application: Application) -> str:
    rows = "1 rad i budgeten" if count == 1 else f"{count} rader i budgeten"
    return f"{rows} som hörde till en borttagen samverkanspart ligger nu på {application.organisation}."


def partners_context(application: Application, query: Any) -> dict[str, Any]:
    """What the page says before a partner is taken away, and after."""
    names, lines = dict(partners_of(application)), lines_by_partner(application)
    told = [
        f"{name} har {lines[key]} {'rad' if lines[key] == 1 else 'rader'} i budgeten."
        for key, name in names.items()
        if key in lines
    ]
    moved = query.get(MOVED, "")
    count = int(moved) if moved.isascii() and moved.isdigit() and len(moved) < 4 else 0
    return {"budgeted": told, "moved": moved_words(count, application) if count else ""}
