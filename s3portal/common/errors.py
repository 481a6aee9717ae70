"""Refusals: how the domain says no.

A service or a parser that refuses raises `Refusal` with a whole Swedish sentence that is shown to the
person as it stands. Programming errors are never refusals; they raise ValueError, TypeError and the like.
"""


class Refusal(Exception):
    """The domain says no, and says why in a Swedish sentence.

    `field` names the form field the sentence belongs to, when there is one. `part` is the way to the row it
    is in, when a whole with rows was entered: (name of the rows, place from 0), the outermost first.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.part: tuple[tuple[str, int], ...] = ()

    def inside(self, name: str, place: int) -> "Refusal":
        """The same refusal, told of as one of a row in the whole."""
        self.part = ((name, place), *self.part)
        return self

    @property
    def message(self) -> str:
        # str(): the sentence may be a lazy translation.
        return str(self.args[0])

    def __str__(self) -> str:
        return self.message


class Conflict(Refusal):
    """Someone else was first: a lost race or a version that is no longer the latest."""
