"""Two people in the budget and the financing: rows and cells are put together, and nothing is lost."""

from dataclasses import replace
from functools import partial

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from applications import services
from applications.budget import MOST_LINES, BudgetRow, FinancingRow
from applications.models import Application
from applications.parts import BudgetPart, FinancingPart, meet, seen_mark, taking_theirs, with_choices
from s3portal.common.errors import Refusal
from tests import factories

SEEN = partial(seen_mark, Application(version=1))
KEYS = ("a" * 10, "b" * 10, "c" * 10)
A, B, C = KEYS
TIME = BudgetRow("personnel", "Ledare", by_hours=True, hourly_rate=500, cells=((2027, 8), (2028, 9)), key=A)
TRIP = BudgetRow("travel", "Tåg", cells=((2027, 100), (2028, 200)), key=B)
RENT = BudgetRow("material", "Lokal", cells=((2027, 7),), key=C)


def lines(*rows):
    return BudgetPart(rows, (("k", "Åvki"),))


OPENED = lines(TIME, TRIP)


def met(stored, mine, opened=OPENED):
    """The labels of the conflicts, or the lines that became of the two."""
    meeting = meet(SEEN(opened), stored=stored, mine=mine)
    return [one.label for one in meeting.conflicts] or list(meeting.part.lines)


def test_different_years_and_columns_of_one_line_meet():
    theirs = replace(TRIP, cells=((2027, 1), (2028, 200)), partner="k")
    mine = replace(TRIP, cells=((2027, 100), (2028, 2)), description="Buss")
    both = replace(TRIP, cells=((2027, 1), (2028, 2)), description="Buss", partner="k")
    assert met(lines(TIME, theirs), lines(TIME, mine)) == [TIME, both]
    assert met(lines(TIME, TRIP), lines(TIME, replace(TRIP, cells=((2028, 200),)))) == [
        TIME, replace(TRIP, cells=((2028, 200),)),
    ]  # fmt: skip


def test_the_same_cell_is_a_conflict_beside_what_is_none():
    theirs, mine = replace(TRIP, cells=((2027, 1), (2028, 2))), replace(TRIP, cells=((2027, 3), (2028, 200)))
    meeting = meet(SEEN(OPENED), stored=lines(TIME, theirs), mine=lines(TIME, mine))
    assert [(one.label, one.theirs, one.mine) for one in meeting.conflicts] == [
        ("Rad 2, 2027", "1\xa0kr", "3\xa0kr")
    ]


def test_a_line_that_one_has_removed_and_the_other_changed_is_chosen_as_a_whole():
    mine = replace(TRIP, cells=((2027, 3),))
    assert met(lines(TIME), lines(TIME, mine)) == ["Rad 2"]
    assert met(lines(TIME, mine), lines(TIME)) == ["Rad 2"]
    assert met(lines(TIME), OPENED) == [TIME]


def test_hours_and_kronor_are_not_mixed():
    amounts = replace(TIME, by_hours=False, hourly_rate=None, cells=((2027, 8), (2028, 9)))
    more = replace(TIME, cells=((2027, 10), (2028, 9)))
    assert met(lines(amounts, TRIP), lines(more, TRIP)) == ["Rad 1"]
    assert met(lines(amounts, TRIP), OPENED) == [amounts, TRIP]


def test_new_lines_stay_where_they_were_put_and_a_move_is_kept():
    assert met(lines(TIME, RENT, TRIP), OPENED) == [TIME, RENT, TRIP]
    assert met(lines(RENT, TIME, TRIP), OPENED) == [RENT, TIME, TRIP]
    assert met(lines(TRIP, TIME), lines(TIME, TRIP, RENT)) == [TRIP, RENT, TIME]
    assert met(OPENED, lines(TRIP, TIME)) == [TRIP, TIME]
    assert met(lines(TIME, TRIP), lines(TIME, RENT)) == [TIME, RENT]


def test_two_who_move_lines_choose_an_order():
    opened = lines(TIME, TRIP, replace(RENT, description="Tåg"))
    first, second = lines(*opened.lines[::-1]), lines(*opened.lines[1:], TIME)
    (conflict,) = meet(SEEN(opened), stored=first, mine=second).conflicts
    assert (conflict.label, conflict.theirs, conflict.mine) == (
        "Radernas ordning", "Tåg (rad 2), Tåg (rad 1), Ledare", "Tåg (rad 1), Tåg (rad 2), Ledare",
    )  # fmt: skip
    chosen = {conflict.key: conflict.shown}
    assert meet(with_choices(SEEN(opened), chosen), stored=first, mine=second).part == second
    assert taking_theirs(second, stored=first, chosen=chosen) == first


def test_a_chosen_line_is_taken_or_kept_as_a_whole():
    mine = lines(TIME, replace(TRIP, cells=((2027, 3),)))
    (conflict,) = meet(SEEN(OPENED), stored=lines(TIME), mine=mine).conflicts
    chosen = {conflict.key: conflict.shown}
    assert taking_theirs(mine, stored=lines(TIME), chosen=chosen) == lines(TIME)
    assert meet(with_choices(SEEN(OPENED), chosen), stored=lines(TIME), mine=mine).part == mine


def test_financiers_and_the_amount_applied_for_meet():
    bank = FinancingRow("Banken", "cash", "private", amount=5, key=A)
    town = FinancingRow("Kommunen", "in_kind", "municipal", hours=2, hourly_rate=3, key=B)
    own = FinancingRow("", "cash", "private", amount=1, own=True, key=C)
    opened = FinancingPart((bank, town, own), 10)
    stored = FinancingPart((replace(bank, amount=6), replace(town, hours=4), own), 10)
    mine = FinancingPart((replace(bank, confirmed=True), replace(town, hourly_rate=9)), 11)
    both = (replace(bank, amount=6, confirmed=True), replace(town, hours=4, hourly_rate=9))
    assert meet(SEEN(opened), stored=stored, mine=mine).part == FinancingPart(both, 11)
    other = FinancingPart((bank, town, replace(own, amount=2)), 12)
    conflicts = meet(SEEN(opened), stored=other, mine=mine).conflicts
    assert [(one.label, one.mine) for one in conflicts] == [
        ("Sökt stöd", "11\xa0kr"),
        ("Egna medel, rad 1", ""),
    ]


# --- Any sequence -----------------------------------------------------------------------------------------
TEXTS, NUMBERS = st.sampled_from(["", "x", "y"]), st.sampled_from([None, 0, 1, 2])
MONEY = st.builds(
    lambda category, text, cells: BudgetRow(category, text, cells=cells),
    st.sampled_from(["travel", "income"]),
    TEXTS,
    st.sampled_from([(), ((2027, 1),), ((2027, 0), (2028, 2)), ((2028, 1),)]),
)
HOURS = st.builds(
    lambda rate, cells: BudgetRow("personnel", by_hours=True, hourly_rate=rate, cells=cells),
    NUMBERS,
    st.sampled_from([(), ((2027, 1),), ((2027, 2), (2028, 2))]),
)
FINANCIERS = st.builds(
    lambda text, kind, number: FinancingRow(
        text, kind, "private",
        hours=number if kind == "in_kind" else None,
        amount=None if kind == "in_kind" else number,
    ),
    TEXTS, st.sampled_from(["cash", "in_kind"]), NUMBERS,
)  # fmt: skip


def steps(rows):
    """Who, which row, what it becomes (None: away), whether it is moved first, and whether the page is opened
    anew before."""
    one = st.tuples(st.booleans(), st.sampled_from(KEYS), rows | st.none(), st.booleans(), st.booleans())
    return st.lists(one, max_size=14)


def changed(rows, key, row, move):
    found = {one.key: one for one in rows}
    if row is None:
        found.pop(key, None)
    elif move:
        found = {key: found.get(key, replace(row, key=key)), **found}
    else:
        found[key] = replace(row, key=key)
    return tuple(found.values())


def pieces(row):
    """The row in pieces that meet one by one, and whether it is counted in hours."""
    cells = getattr(row, "cells", ())
    kind = row.by_hours if isinstance(row, BudgetRow) else row.in_kind
    fields = {
        name: value
        for name, value in row.__dict__.items()
        if name != "cells" and value != "" and value is not False
    }
    return kind, fields | dict(cells)


def check_row(theirs, mine, seen, became, *, told, saved):
    """One row of a save: told about, or each piece of it is what the one who changed it wrote."""
    rows = (theirs, mine, seen)
    whole = theirs is None or mine is None or pieces(theirs)[0] != pieces(mine)[0]
    sides = [{"all": row} if whole else pieces(row)[1] if row else {} for row in rows]
    names = {name for side in sides for name in side}
    for name in names:
        their, my, old = (side.get(name) for side in sides)
        if len({their, my, old}) == 3:
            assert told, "both wrote"
        elif saved:
            got = {"all": became} if whole else pieces(became)[1]
            assert got.get(name) == (their if my == old else my)


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (BudgetPart, MONEY | HOURS),
        (lambda rows: FinancingPart(rows, None), FINANCIERS),
    ],
    ids=["budget", "financing"],
)
def test_nothing_is_lost_in_silence_in_a_table(make, rows):
    def by_key(part):
        return {one.key: one for one in getattr(part, "lines", None) or getattr(part, "rows", ())}

    @given(steps(rows))
    @settings(max_examples=150, deadline=None)
    def play(moves):
        stored = make(())
        pages = {who: [stored, SEEN(stored), stored] for who in (True, False)}
        for who, key, row, move, reload in moves:
            page = pages[who]
            if reload:
                page[:] = [stored, SEEN(stored), stored]
            typed = make(changed(by_key(page[0]).values(), key, row, move))
            meeting = meet(page[1], stored=stored, mine=typed)
            page[0] = typed
            asked = {one.key for one in meeting.conflicts}
            became = by_key(meeting.part)
            for one in KEYS:
                trio = [by_key(part).get(one) for part in (stored, typed, page[2])]
                told = any(one in asked_for for asked_for in asked)
                check_row(*trio, became.get(one), told=told, saved=not asked)
            if not asked:
                stored = meeting.part
                page[1:] = [SEEN(typed), typed]

    play()


@pytest.mark.django_db
def test_rows_of_two_that_do_not_fit_together_are_refused(owner):
    draft = factories.make_application(user=owner)
    opened = BudgetPart.read(draft)
    many = tuple(replace(RENT, key=f"{number:010x}") for number in range(MOST_LINES - 1))

    def save(rows):
        return services.save_draft(
            application_id=draft.pk, actor=owner, part=BudgetPart((*opened.lines, *rows)),
            seen=seen_mark(draft, opened), arrived_at=timezone.now(),
        )  # fmt: skip

    save(many)
    with pytest.raises(Refusal, match="Budgeten rymmer högst 60 rader, och någon annan har lagt till rader"):
        save((replace(TRIP, key="f" * 10),))
    assert len(BudgetPart.read(draft).lines) == MOST_LINES
