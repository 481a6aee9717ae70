"""The amounts of before, one for each category and year, become lines: nothing is lost."""

from importlib import import_module

import pytest
from django.db import connection

MOVE = import_module("applications.migrations.0009_budget_lines").MOVE_AMOUNTS


@pytest.mark.django_db
def test_each_category_becomes_a_line_with_all_its_amounts():
    before = [
        (1, 7, "travel", 2027, 5),
        (2, 7, "personnel", 2028, 0),
        (3, 7, "travel", 2028, 6),
        (4, 8, "income", 2027, 9),
    ]
    with connection.cursor() as cursor:
        # Tables of the same names in a place of their own, in the shape the migration meets.
        cursor.execute("CREATE SCHEMA before; SET LOCAL search_path TO before")
        cursor.execute(
            "CREATE TABLE applications_budgetline (id int, application_id int, category varchar, year int, "
            "amount bigint, \"order\" int DEFAULT 0, key varchar DEFAULT '')"
        )
        cursor.execute("CREATE TABLE applications_budgetamount (line_id int, year int, amount bigint)")
        cursor.executemany("INSERT INTO applications_budgetline VALUES (%s, %s, %s, %s, %s)", before)
        for statement in MOVE:
            cursor.execute(statement)
        cursor.execute(
            'SELECT application_id, category, "order", cell.year, cell.amount, length(key) '
            "FROM applications_budgetline AS line "
            "JOIN applications_budgetamount AS cell ON line_id = line.id "
            'ORDER BY application_id, "order", cell.year'
        )
        assert cursor.fetchall() == [
            (7, "personnel", 1, 2028, 0, 10),
            (7, "travel", 2, 2027, 5, 10),
            (7, "travel", 2, 2028, 6, 10),
            (8, "income", 1, 2027, 9, 10),
        ]
        cursor.execute("SELECT count(*) FROM applications_budgetline")
        assert cursor.fetchone() == (3,)
