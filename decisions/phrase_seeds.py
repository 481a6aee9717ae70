"""Standard phrases that come with the portal. A kind of decision that is added brings its own in a migration,
which names them itself: what a migration has done does not change with the code."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Seed(NamedTuple):
    """``in_drafts``: new drafts begin with it; with ``only_under`` on those legal bases, with
    ``relation`` those that do so with an earlier decision."""

    kind: str
    section: str
    name: str
    text: str
    in_drafts: bool = True
    only_under: str = ""
    relation: str = ""


def plant(apps: Any, seeds: Iterable[Seed]) -> None:
    """Write them after those that are there, for a migration. What the region already has by the same name is
    left as it is."""
    phrases = apps.get_model("decisions", "StandardPhrase")
    versions = apps.get_model("decisions", "StandardPhraseVersion")
    for seed in seeds:
        same = phrases.objects.filter(kind=seed.kind, section=seed.section)
        if same.filter(name=seed.name).exists():
            continue
        phrase = phrases.objects.create(
            kind=seed.kind,
            section=seed.section,
            name=seed.name,
            in_drafts=seed.in_drafts,
            only_under=seed.only_under,
            place=same.count() + 1,
            # The first migration that plants knows no such column.
            **({"relation": seed.relation} if seed.relation else {}),
        )
        versions.objects.create(phrase=phrase, number=1, text=seed.text)
