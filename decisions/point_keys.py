"""Which point is which, from one save of a draft to the next.

The page carries the key of each point in its row, so a point keeps it when it is moved and rewritten. A row
without a key that the draft knows (a page from before there were keys, content that a program has made) is
the point with the same text, else the one that stood in the same place, else a new one."""

from collections.abc import Sequence
from uuid import UUID, uuid4


def read_key(typed: str) -> str:
    """The key in the one way it is written; "" for what is none."""
    try:
        return str(UUID(typed))
    except ValueError:
        return ""


def new_key() -> str:
    return str(uuid4())


def settle_keys(
    stored: Sequence[tuple[str, str]], texts: Sequence[str], sent: Sequence[str] = ()
) -> tuple[str, ...]:
    """A key for each of ``texts``: ``stored`` are the draft's points as (key, text), ``sent`` the keys of the
    rows, in order; shorter or empty when there are none. No two points get the same."""
    keys = [read_key(sent[place]) if place < len(sent) else "" for place in range(len(texts))]
    taken: set[str] = set()
    for place, key in enumerate(keys):
        keys[place] = "" if key in taken else key
        taken.add(key)
    for same_text in (True, False):
        for place, text in enumerate(texts):
            if not keys[place]:
                keys[place] = _left(stored, text, place, taken, same_text=same_text)
                taken.add(keys[place])
    return tuple(key or new_key() for key in keys)


def _left(
    stored: Sequence[tuple[str, str]], text: str, place: int, taken: set[str], *, same_text: bool
) -> str:
    if same_text:
        return next((key for key, words in stored if words == text and key not in taken), "")
    return stored[place][0] if place < len(stored) and stored[place][0] not in taken else ""
