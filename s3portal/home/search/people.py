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
    """Whom the words may mean: the whole name stands among them, or all that was typed is part of the name.
    Also those who no longer work at the region. What stands "within quotes" is text. One query."""
    typed = words.casefold().split()
    if '"' in words or not typed:
        return []
    found: dict[str, set[int]] = defaultdict(set)
    staff = User.objects.filter(staff_roles__role=Role.OFFICER).exclude(full_name="")
    for pk, full_name in staff.values_list("pk", "full_name"):
        name = set(full_name.casefold().split())
        if name.issuperset(typed):
            found[""].add(pk)
        elif name.issubset(typed):
            found[" ".join(word for word in words.split() if word.casefold() not in name)].add(pk)
    return [Named(frozenset(officers), rest) for rest, officers in found.items()]
