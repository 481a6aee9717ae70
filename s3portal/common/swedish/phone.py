"""Swedish telephone numbers, written as the region writes them: 063-14 75 00."""

import re

# Area codes of two and three digits (PTS's numbering plan); all others have four.
_TWO = ("08",)
_THREE = (
    "010", "011", "013", "016", "018", "019", "020", "021", "023", "026", "031", "033", "035", "036",
    "040", "042", "044", "046", "054", "060", "063", "070", "072", "073", "076", "079", "090",
)  # fmt: skip
_GROUPS = {5: (3, 2), 6: (2, 2, 2), 7: (3, 2, 2), 8: (3, 3, 2)}


def format_phone(text: str) -> str:
    """From "063147500" or "+46 63 14 75 00" to "063-14 75 00".

    What is not a Swedish number (a foreign one, an extension, an empty field) comes back as it was,
    without outer spaces: better an odd number than a wrong one.
    """
    typed = text.strip()
    digits = re.sub(r"[\s()\-\u2010-\u2013]", "", re.sub(r"\(0\)", "", typed))
    digits = re.sub(r"^(?:\+46|0046)0?", "0", digits)
    if not re.fullmatch(r"0[1-9][0-9]+", digits):
        return typed
    length = 2 if digits.startswith(_TWO) else 3 if digits.startswith(_THREE) else 4
    subscriber = digits[length:]
    if len(subscriber) not in _GROUPS:
        return typed
    parts, position = [], 0
    for size in _GROUPS[len(subscriber)]:
        parts.append(subscriber[position : position + size])
        position += size
    return f"{digits[:length]}-{' '.join(parts)}"
