"""What in a text tells an amount that is secret: the amount however it is written, and the share of known
costs that it can be worked out from."""

import re
from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction
from typing import Final

from s3portal.common.swedish import find_amounts, find_written_amounts, format_amount

#: As in "50 % av godkända kostnader" and "49,5 procent av projektets kostnader".
SHARE_OF_COSTS: Final = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:%|procent\b)\s+av\b[^.;]{0,80}?kostnader", re.IGNORECASE
)
#: Lower figures are too common to be hidden without a unit: "500" may be anything.
_LOWEST_FIGURE: Final = 1000
_MOST_DIGITS: Final = 15


def amounts_in(passage: str) -> set[int]:
    """The amounts (kronor) that stand in a passage, or the number that it is: "högst 300 000 kronor",
    "300 000"."""
    found = {abs(amount) for amount in find_amounts(passage)}
    digits = re.sub(r"\D", "", passage)
    return found | {int(digits)} if 0 < len(digits) <= _MOST_DIGITS else found


def figures_of(amounts: Iterable[int]) -> Iterator[str]:
    """As they stand in tables, and before a unit: "300000", "300 000"."""
    for amount in amounts:
        if amount >= _LOWEST_FIGURE:
            yield str(amount)
            yield format_amount(amount)


def words_telling(texts: Iterable[str], amounts: Collection[int]) -> Iterator[str]:
    """The very words in the texts that one of the amounts is read from: "300 tkr", "0,3 miljoner kronor"."""
    for text in texts:
        for words, read in find_written_amounts(text):
            if any(abs(amount) in amounts for amount in read):
                yield words


# --- Shares -----------------------------------------------------------------------------------------------
_PERCENT: Final = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:%|procent\b)", re.IGNORECASE)


def shares_in(text: str) -> set[Fraction]:
    """Every share in the text, in percent: "49,5 procent" is 49.5."""
    return {Fraction(number.replace(",", ".")) for number in _PERCENT.findall(text)}


def shares_of_costs(texts: Iterable[str]) -> Iterator[str]:
    """The numbers of the shares of costs, as they are written: "50" of "50 % av godkända kostnader"."""
    for text in texts:
        yield from SHARE_OF_COSTS.findall(text)


def spellings_of(share: str) -> Iterator[str]:
    """The share ("50 %", or "50") in the ways that a text may write the share."""
    number = re.sub(r"[\s%]", "", share)
    yield from (f"{number} %", f"{number}%", f"{number} procent")
