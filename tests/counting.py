"""How many questions to the database something costs."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


def count_queries(ask: Callable[[], Any]) -> int:
    """The number of queries of one successful page."""
    with CaptureQueriesContext(connection) as captured:
        response = ask()
    assert response.status_code == 200
    return len(captured)


def count_asked(ask: Callable[[], Any]) -> int:
    """The number of queries of anything."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)
