"""What is the same for every history of what people write: which saves are one, and one change shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from s3portal.common.swedish import HARD_SPACE
from s3portal.common.text import Piece, diff_words

#: Saves by one person with less than this between them are one version, ...
PAUSE: Final = timedelta(minutes=5)
#: ... but never more than this from the first to the last.
LONGEST: Final = timedelta(minutes=30)
ADDED, REMOVED, CHANGED = "Tillagd", "Borttagen", "Ändrad"


def goes_on(started_at: datetime, saved_at: datetime, *, now: datetime) -> bool:
    """Whether a save now belongs to a version that began and was last saved then."""
    return now - saved_at <= PAUSE and now - started_at <= LONGEST


@dataclass(frozen=True)
class Change:
    """One field, or one row of a table, in both versions. An empty text is nothing written."""

    label: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        if not self.before:
            return ADDED
        return CHANGED if self.after else REMOVED

    @property
    def pieces(self) -> list[Piece]:
        """Both texts in one. Where no word is the same, each text is whole. That a space is hard is a
        change only where nothing else is one: nobody sees it."""
        before, after = self.before.replace(HARD_SPACE, " "), self.after.replace(HARD_SPACE, " ")
        if before == after:
            before, after = self.before, self.after
        pieces = diff_words(before, after)
        if any(piece.kind == "same" and piece.text.strip() for piece in pieces):
            return pieces
        whole = [Piece("removed", self.before), Piece("added", self.after)]
        return [piece for piece in whole if piece.text]

    @property
    def pieces_before(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != "added"]

    @property
    def pieces_after(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != "removed"]
