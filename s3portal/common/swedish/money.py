"""Kronor, percent: how they are written and read. Money is whole kronor as int everywhere."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from s3portal.common.errors import Refusal
from s3portal.common.swedish.signs import EN_DASH, HARD_SPACE, MINUS, SPACES

# 999 999 999 999 kronor is more than the region will ever hand out, and fits every column and total.
MAX_KRONOR = 999_999_999_999


def format_amount(kronor: int) -> str:
    """150000 → "150 000", with hard spaces between the groups and a true minus sign."""
    digits = f"{abs(kronor):,}".replace(",", HARD_SPACE)
    return f"{MINUS}{digits}" if kronor < 0 else digits


def format_kr(kronor: int) -> str:
    """150000 → "150 000 kr": for tables and facts."""
    return f"{format_amount(kronor)}{HARD_SPACE}kr"


def format_kronor(kronor: int) -> str:
    """150000 → "150 000 kronor": for running text."""
    return f"{format_amount(kronor)}{HARD_SPACE}{'krona' if abs(kronor) == 1 else 'kronor'}"


def format_percent(percent: Decimal | Fraction | int, decimals: int = 1) -> str:
    """Decimal("52.8") → "52,8 %"; Decimal("50.0") → "50 %".

    The value is in percent: 50 means half.
    Halves are rounded away from zero. Decimals that are all zero are left out.
    """
    scaled = round_half_up(Fraction(percent) * 10**decimals)
    whole, rest = divmod(abs(scaled), 10**decimals)
    text = format_amount(whole)
    if rest:
        text += f",{rest:0{decimals}d}"
    return f"{MINUS if scaled < 0 else ''}{text}{HARD_SPACE}%"


def format_tenths(value: Fraction | int) -> str:
    """Fraction(145, 2) → "72,5"; 72 → "72,0": always one decimal, for numbers in a column."""
    scaled = round_half_up(Fraction(value) * 10)
    return f"{MINUS if scaled < 0 else ''}{format_amount(abs(scaled) // 10)},{abs(scaled) % 10}"


def round_half_up(value: Fraction) -> int:
    """To the nearest whole number, halves away from zero."""
    doubled = abs(value) * 2
    rounded = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
    return -rounded if value < 0 else rounded


_EXAMPLE = format_amount(150_000)
AMOUNT_MISSING = f"Ange ett belopp i hela kronor, till exempel {_EXAMPLE}."
AMOUNT_UNREADABLE = f"Skriv beloppet i kronor med bara siffror, till exempel {_EXAMPLE}."
AMOUNT_AMBIGUOUS = f"Beloppet kan läsas på flera sätt. Skriv det med mellanslag, till exempel {_EXAMPLE}."
AMOUNT_WITH_ORE = "Ange hela kronor, utan ören."
AMOUNT_NEGATIVE = "Ange ett belopp som är 0 kronor eller mer."
AMOUNT_TOO_LARGE = f"Beloppet är för stort. Ange högst {format_kronor(MAX_KRONOR)}."

_TYPED = re.compile(
    r"""
    (?P<sign>[-\u2212\u2013])?\ ?
    (?P<number>[0-9](?:[0-9\ .]*[0-9])?)
    (?:,(?P<ore>[0-9]+|-))?
    (?:\ ?(?:kr\.?|kronor|krona|sek|:-))?
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+")


def parse_kronor(text: str) -> int:
    """Read an amount that a person typed: "150 000", "150.000", "150 000 kr", "1 552 566,00" → int.

    Whole kronor from 0 to MAX_KRONOR. Raises Refusal for all else, and for what could mean two things:
    "1.50" and "12.3456" are neither thousands nor Swedish decimals.
    """
    typed = re.sub(f"[{SPACES}]+", " ", text).strip().lower()
    if not typed:
        raise Refusal(AMOUNT_MISSING)
    match = _TYPED.fullmatch(typed)
    if match is None:
        raise Refusal(AMOUNT_UNREADABLE)
    number, ore = match["number"], match["ore"]
    if not (_PLAIN.fullmatch(number) or _GROUPED.fullmatch(number)):
        raise Refusal(AMOUNT_AMBIGUOUS)
    if ore is not None and ore != "-" and len(ore) > 2:
        # "1,500" is fifteen hundred to an Englishman.
        raise Refusal(AMOUNT_AMBIGUOUS)
    if match["sign"]:
        raise Refusal(AMOUNT_NEGATIVE)
    if ore is not None and ore.strip("0-"):
        raise Refusal(AMOUNT_WITH_ORE)
    digits = number.replace(" ", "").replace(".", "").lstrip("0") or "0"
    if len(digits) > len(str(MAX_KRONOR)):
        raise Refusal(AMOUNT_TOO_LARGE)
    return int(digits)


_GROUPS = rf"(?:[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}}){{1,5}}|[0-9]{{1,3}}(?:\.[0-9]{{3}}){{1,5}})(?![0-9])"
_DECIMALS = r"(?![0-9])(?:,[0-9]{1,6}(?![0-9]))?"
_NUMBER = rf"(?:{_GROUPS}|[0-9]{{1,15}}){_DECIMALS}"
_WORDS = {
    "en halv": "0,5",
    "en": "1", "ett": "1", "två": "2", "tre": "3", "fyra": "4", "fem": "5", "sex": "6",
    "sju": "7", "åtta": "8", "nio": "9", "tio": "10", "elva": "11", "tolv": "12",
}  # fmt: skip
_MULTIPLIERS = {
    "tusen": 1_000, "tkr": 1_000, "ksek": 1_000, "tsek": 1_000,
    "miljon": 10**6, "miljoner": 10**6, "mkr": 10**6, "mnkr": 10**6, "msek": 10**6,
    "miljard": 10**9, "miljarder": 10**9, "mdkr": 10**9,
}  # fmt: skip
# A line may break before the unit, but not inside a number: two cells of a table would become one amount.
_GAP = rf"[{SPACES}]{{0,4}}\n?[{SPACES}]{{0,4}}"
_IN_TEXT = re.compile(
    rf"""
    (?<!\w)(?<![0-9][.,])
    (?: (?:(?<!\S)|(?<=\())(?P<sign>[-{MINUS}])
      | (?:mellan|från)\s(?P<from>{_NUMBER})\s(?:och|till)\s
      # A range with spaces round its dash is believed only when the first number has groups:
      # "Löner 2024 – 150 000 kr" holds a year and one amount.
      | (?P<low>{_NUMBER}(?=[-{EN_DASH}])|{_GROUPS}{_DECIMALS})[{SPACES}]*[-{EN_DASH}][{SPACES}]*
    )?
    (?: (?P<number>{_NUMBER}) | (?P<word>{"|".join(_WORDS).replace(" ", "[ ]")})(?=\s(?:tusen|milj)) )
    {_GAP}
    (?: (?P<large>tusen|miljon(?:er)?|miljard(?:er)?){_GAP}(?:kr|kronors?|krona)
      | (?P<short>tkr|ksek|tsek|mkr|mnkr|msek|mdkr)
      | kronors? | krona | kr | :-
    )
    (?!\w)
    """,
    re.VERBOSE,
)


def find_amounts(text: str) -> list[int]:
    """Every krona amount in running text, in reading order and with repeats.

    Reads "150 000 kronor", "460 000 kr", "10 miljoner kronor", "1,5 mkr", "en miljon kronor", and both
    ends of "mellan 100 000 och 200 000 kronor". Ören are rounded to the nearest krona. A number without
    a unit of money is not an amount. Never raises.
    """
    return [amount for _words, amounts in find_written_amounts(text) for amount in amounts]


def find_written_amounts(text: str) -> list[tuple[str, list[int]]]:
    """The same, each with the very words that it is read from, such as "0,3 miljoner kronor". A span of two
    amounts is one."""
    found = []
    for match in _IN_TEXT.finditer(_small(text)):
        multiplier = _MULTIPLIERS.get(match["large"] or match["short"], 1)
        written = (match["from"], match["low"], match["number"] or _WORDS[match["word"]])
        read = [_read(one, multiplier) for one in written if one is not None]
        amounts = [-amount if match["sign"] else amount for amount in read if amount is not None]
        # "SEK" was read as "kr", and is a letter longer.
        end = match.end() + text.startswith("SEK", match.end() - 2)
        found.append((text[match.start() : end], amounts))
    return found


def _small(text: str) -> str:
    """In small letters, each in the place where it stood. "SEK" is kronor but "sek" is seconds, so that is
    settled first."""
    with_kr = re.sub(r"\bSEK\b", "kr ", text)
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in with_kr)


def _read(written: str, multiplier: int) -> int | None:
    whole, _, decimals = re.sub(f"[{SPACES}.]", "", written).partition(",")
    if len(whole) > 1 and whole.startswith("0"):
        # The tail of something else, such as a number broken over two lines.
        return None
    value = Decimal(f"{whole}.{decimals or 0}") * multiplier
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))
