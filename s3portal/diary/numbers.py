"""Diary numbers as people type them."""

import re
from dataclasses import dataclass

from django.db.models import Q

# RUN/664/2021, run 664-2021, RUN664/21, "dnr RUN 664 / 2021", 664/2021. Hyphens and dashes of every length.
_SEPARATOR = r"\s*[/\-\u2010-\u2015 \u00a0]\s*"
_TYPED = re.compile(
    r"\s*(?:dnr\b\.?:?\s*|diarienummer\b:?\s*)?"
    rf"(?:(?P<prefix>[A-Za-zÅÄÖåäö]{{1,10}})(?:{_SEPARATOR})?)?"
    rf"(?P<serial>[0-9]{{1,9}}){_SEPARATOR}(?P<year>[0-9]{{4}}|[0-9]{{2}})\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DiaryNumber:
    """A number as it was meant. ``prefix`` is empty when only "664/2021" was typed."""

    prefix: str
    serial: int
    year: int

    def condition(self, path: str = "") -> Q:
        """What a case must answer to; ``path`` leads to it: ``condition("case__")``."""
        condition = Q((f"{path}serial", self.serial), (f"{path}year", self.year))
        return condition & Q((f"{path}prefix", self.prefix)) if self.prefix else condition


def read_number(text: str) -> DiaryNumber | None:
    """The diary number that ``text`` as a whole is, typed in any usual way; None when it is something else.

    A year of two digits is in this century: the portal's series begin after 2000.
    """
    match = _TYPED.fullmatch(text)
    if match is None:
        return None
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 2000
    if year > 2999:
        return None
    return DiaryNumber((match["prefix"] or "").upper(), int(match["serial"]), year)
