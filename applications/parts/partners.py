"""Who takes part beside the applicant."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from applications.models import Application
from applications.parts.rows import PartnerRow, read_rows, row_texts, take_rows
from applications.parts.text import FieldText


@dataclass(frozen=True)
class PartnersPart:
    partners: tuple[PartnerRow, ...]

    @classmethod
    def read(cls, application: Application) -> "PartnersPart":
        return cls(read_rows(PartnerRow, application.partners.all()))

    def texts(self) -> Iterator[FieldText]:
        yield from row_texts(self.partners)

    def taking(self, other: "PartnersPart", keys: Collection[str]) -> "PartnersPart":
        return PartnersPart(take_rows(self.partners, other.partners, keys))
