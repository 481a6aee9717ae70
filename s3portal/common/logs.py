"""What the log must not hold: an address that is itself the key to something."""

import logging
import re
from typing import Any, Final

#: A link to one's own registration or subscription, and a signed link of a mail.
_KEYS: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^/\s]*:[A-Za-z0-9_-]{20,}", re.IGNORECASE
)
MASK: Final = "***"


class MaskedKeys(logging.Filter):
    """Takes the keys out of what is logged: whoever reads the log may not act for whom a link was mailed to.

    Django names the address of every request that was refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(one) for one in record.args)
        return True


def _masked(one: Any) -> Any:
    return _KEYS.sub(MASK, one) if isinstance(one, str) else one
