from collections.abc import Callable
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from s3portal.exchange.services import Summary


@pytest.fixture
def take_in(db: None) -> "Callable[..., Summary]":
    """Import a text."""

    def run(text: str, *, dry_run: bool = False) -> "Summary":
        from s3portal.exchange.services import import_file

        return import_file(dedent(text).encode(), actor=None, dry_run=dry_run)

    return run


@pytest.fixture
def problems(db: None) -> Callable[[str], list[str]]:
    """The problems of a text that is refused."""

    def run(text: str) -> list[str]:
        from s3portal.exchange.services import import_file
        from s3portal.exchange.tree import BadFile

        with pytest.raises(BadFile) as caught:
            import_file(dedent(text).encode(), actor=None)
        return [str(problem) for problem in caught.value.problems]

    return run
