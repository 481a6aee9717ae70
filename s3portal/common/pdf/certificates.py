"""Root certificates that seals are tested against."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder


@lru_cache(maxsize=4)
def load_roots(paths: tuple[Path, ...]) -> tuple[x509.Certificate, ...]:
    """Certificates from PEM or DER files, read once per process."""
    return tuple(load_certs_from_pemder([str(path) for path in paths]))
