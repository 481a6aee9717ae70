"""What is noted of the staff's search."""

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.home.search.queries import Kind


def note_export(*, actor: User, kind: Kind, form: str, query: str) -> None:
    """Log who took what a search found as a file, and what was searched for."""
    record_event(
        actor=actor,
        action="search_exported",
        obj=actor,
        text=f"Sökträffar, {kind.label.lower()}, hämtade som {form}",
        data={"query": query},
    )
