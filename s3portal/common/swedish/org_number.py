"""Organisation numbers, as Skatteverket gives them out: NNNNNN-NNNN."""

import re
from dataclasses import dataclass

from stdnum import luhn

from s3portal.common.errors import Refusal

ORG_NUMBER_MISSING = "Ange ett organisationsnummer, till exempel 232100-0214."
ORG_NUMBER_UNREADABLE = "Skriv organisationsnumret med tio siffror, till exempel 232100-0214."
ORG_NUMBER_PREFIX = (
    "Ett organisationsnummer med tolv siffror börjar med 16. Skriv de tio siffrorna utan prefix."
)
ORG_NUMBER_PERSONAL = (
    "Numret ser ut som ett personnummer. En enskild firma kan inte registreras här, "
    "eftersom portalen inte lagrar personnummer. Kontakta oss så hjälper vi dig."
)
ORG_NUMBER_CHECK_DIGIT = (
    "Kontrollsiffran i organisationsnumret stämmer inte. Kontrollera att alla siffror är rätt."
)


def _wrong_length(digits: str) -> str:
    return f"Organisationsnumret ska ha tio siffror, men du har skrivit {len(digits)}."


# The first digit tells the form of the organisation (Skatteverket, SKV 709).
_KINDS = {
    "1": "Dödsbo",
    "2": "Stat, region, kommun eller församling",
    "3": "Utländskt företag",
    "5": "Aktiebolag",
    "6": "Enkelt bolag",
    "7": "Ekonomisk förening eller bostadsrättsförening",
    "8": "Ideell förening eller stiftelse",
    "9": "Handelsbolag eller kommanditbolag",
}


def organisation_kind(digits: str) -> str:
    """The form of organisation in Swedish, from the first digit of the number."""
    return _KINDS.get(digits[:1], "Okänd organisationsform")


@dataclass(frozen=True, order=True)
class OrgNumber:
    """A checked organisation number. Raises Refusal when the ten digits cannot be one.

    `digits` is what is stored; str() is what is shown.
    """

    digits: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]+", self.digits):
            raise Refusal(ORG_NUMBER_UNREADABLE)
        if len(self.digits) != 10:
            raise Refusal(_wrong_length(self.digits))
        # The third digit is 2 or more, so that no number can be taken for a date of birth.
        if self.digits[2] < "2":
            raise Refusal(ORG_NUMBER_PERSONAL)
        if not luhn.is_valid(self.digits):
            raise Refusal(ORG_NUMBER_CHECK_DIGIT)

    def __str__(self) -> str:
        return f"{self.digits[:6]}-{self.digits[6:]}"

    @property
    def kind(self) -> str:
        return organisation_kind(self.digits)


def parse_org_number(text: str) -> OrgNumber:
    """Read what a person typed: with or without hyphen and spaces, ten digits or twelve with prefix 16.

    Raises Refusal with a sentence of its own for each way of being wrong.
    """
    digits = re.sub(r"[\s\-\u2010-\u2013\u2212]", "", text)
    if not digits:
        raise Refusal(ORG_NUMBER_MISSING)
    if re.fullmatch(r"[0-9]{12}", digits):
        century, digits = digits[:2], digits[2:]
        if century in ("18", "19", "20"):
            raise Refusal(ORG_NUMBER_PERSONAL)
        if century != "16":
            raise Refusal(ORG_NUMBER_PREFIX)
    return OrgNumber(digits)
