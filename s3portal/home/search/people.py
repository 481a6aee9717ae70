"""Names of officers among what was typed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User


@dataclass(frozen=True)
class Named:
    """``officers``: keys of those who have the name; ``rest``: what was typed beside it."""

    officers: Collection[int]
    rest: str = ""


def officers_named(words: str) -> list[Named]:
    """Whom the words may mean: the whole name stands among them, or two parts of it. One part alone is as
    often a place or a thing, as Berg, and would bury what is about that. Also those who no longer work at the
    region. What stands "within quotes" is text. One query."""
    typed = words.split()
    if '"' in words or not typed:
        return []
    found: dict[str, set[int]] = defaultdict(set)
    staff = User.objects.filter(staff_roles__role=Role.OFFICER).exclude(full_name="")
    for pk, full_name in staff.values_list("pk", "full_name"):
        name = set(full_name.casefold().split())
        if len(name.intersection(words.casefold().split())) >= min(2, len(name)):
            found[" ".join(word for word in typed if word.casefold() not in name)].add(pk)
    return [Named(frozenset(officers), rest) for rest, officers in found.items()]
