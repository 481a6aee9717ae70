"""Readers: from a text in the file to a value of the domain, or a Refusal in Swedish.

They are the parsers behind the portal's forms, so a file is told the same things as a person.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from s3portal.common.errors import Refusal
from s3portal.common.forms import too_long
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import STOCKHOLM, Period, parse_date, parse_kronor, parse_period
from s3portal.common.text import normalize_text
from s3portal.diary.numbers import DiaryNumber, read_number

Reader = Callable[[str], Any]
T = TypeVar("T")

LONGEST_TEXT = 50_000


def line_of(most: int) -> Reader:
    """One line of at most ``most`` characters; line breaks become spaces."""

    def read(text: str) -> str:
        return _checked(" ".join(normalize_text(text).split("\n")).strip(), most)

    return read


def prose(text: str) -> str:
    """Text of several lines, in restricted Markdown."""
    return _checked(normalize_text(text).strip(), LONGEST_TEXT)


def _checked(text: str, most: int) -> str:
    if len(text) > most:
        raise Refusal(too_long(len(text), most))
    leftovers = find_leftovers(text)
    if leftovers:
        raise Refusal(f"”{leftovers[0].text}” ska inte stå kvar. {leftovers[0].reason}")
    return text


def address(text: str) -> str:
    """A part of an address: jord-skog-och-vatten."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text) or len(text) > 120:
        raise Refusal(
            "Skriv med små bokstäver a–z, siffror och bindestreck, till exempel digitala-losningar."
        )
    return text


def kronor(text: str) -> int:
    return parse_kronor(text)


def positive_kronor(text: str) -> int:
    amount = parse_kronor(text)
    if amount == 0:
        raise Refusal("Ange ett belopp som är större än 0 kronor.")
    return amount


def percent(text: str) -> Decimal:
    """0–100, at most two decimals: "50", "52,8", "50 %"."""
    match = re.fullmatch(r"([0-9]{1,3}(?:[.,][0-9]{1,2})?)\s*%?", text)
    value = Decimal(match[1].replace(",", ".")) if match else Decimal(-1)
    if not 0 < value <= 100:
        raise Refusal("Ange en andel mellan 0 och 100, till exempel 50 eller 52,5.")
    return value


def euro_rate(text: str) -> Decimal:
    """Kronor for one euro, at most four decimals: "11,4325"."""
    match = re.fullmatch(r"([0-9]{1,4}(?:[.,][0-9]{1,4})?)", text)
    value = Decimal(match[1].replace(",", ".")) if match else Decimal(0)
    if value <= 0:
        raise Refusal("Ange kronor för en euro, till exempel 11,4325.")
    return value


def whole_number(least: int, most: int) -> Reader:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise Refusal(f"Ange ett heltal mellan {least} och {most}.")
        return int(text)

    return read


def yes_or_no(text: str) -> bool:
    if text not in ("ja", "nej"):
        raise Refusal("Skriv ja eller nej.")
    return text == "ja"


def day(text: str) -> date:
    return parse_date(text)


def period(text: str) -> Period:
    return parse_period(text)


_MOMENT = re.compile(r"(.+?)[ T]+(?:kl\. ?)?([01]?[0-9]|2[0-3])[.:]([0-5][0-9])(?:[.:]([0-5][0-9]))?")


def moment(text: str) -> datetime:
    """A moment on Swedish clocks: "2021-11-29 23.59.59"; not one that summer time skips or repeats."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise Refusal("Ange datum och klockslag, till exempel 2021-11-29 23.59.59.")
    on = parse_date(match[1])
    found = datetime(
        on.year, on.month, on.day, int(match[2]), int(match[3]), int(match[4] or 0), tzinfo=STOCKHOLM
    )
    if found.utcoffset() != found.replace(fold=1).utcoffset():
        raise Refusal("Klockslaget finns inte eller finns två gånger den dagen, när klockan ställs om.")
    return found


def choice(words: Mapping[str, T]) -> Callable[[str], T]:
    """One of the words of the format."""

    def read(text: str) -> T:
        if text not in words:
            raise Refusal(f"Skriv något av: {', '.join(words)}.")
        return words[text]

    return read


def email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise Refusal("Ange en e-postadress, till exempel namn@example.se.") from error
    return text


_valid_link = URLValidator(schemes=["https", "http"])


def link(text: str) -> str:
    try:
        _valid_link(text)
    except ValidationError as error:
        raise Refusal("Ange en fullständig adress som börjar med https://.") from error
    return text


def diary_number(text: str) -> DiaryNumber:
    number = read_number(text)
    if number is None or not number.prefix or number.serial == 0 or number.year < 1900:
        raise Refusal("Ange diarienumret som RUN/138/2024.")
    return number
