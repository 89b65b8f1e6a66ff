"""Tables for people and for programs."""

from __future__ import annotations

from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import LOOK, columns
from tests.unit.cli.screens import a_screen, written

HEADS = (
    Column("Stage", "stage"), Column("Waiting", "waiting", right=True), Column("Oldest", "oldest_s"),
    Column("Last hour", ""), Column("", "workers_wanted"),
)  # fmt: skip
ROWS = [
    Row([same("fetch"), Cell("1,203", "1203"), Cell("2 s", "2.1"), Cell("▅▅▇", ""), same("1")]),
    Row([same("deliver"), Cell("6", "6"), Cell("2 h 29 min", "8940"), Cell("▁▁▂", ""), same("2")], LOOK),
]


def test_people_get_ruled_heads_and_a_sign_where_they_must_look() -> None:
    screen = a_screen()
    table(screen, HEADS, ROWS)
    assert written(screen) == (
        "  Stage    Waiting  Oldest      Last hour\n"
        "  ───────  ───────  ──────────  ─────────\n"
        "  fetch      1,203  2 s         ▅▅▇\n"
        "! deliver        6  2 h 29 min  ▁▁▂\n"
    )


def test_programs_get_plain_numbers_tabs_and_no_signs() -> None:
    screen = a_screen(lined=False)
    table(screen, HEADS, ROWS)
    assert written(screen) == ("stage\twaiting\toldest_s\tworkers_wanted\nfetch\t1203\t2.1\t1\ndeliver\t6\t8940\t2\n")


def test_a_wide_table_is_cut_to_80_columns_for_people_and_whole_for_programs() -> None:
    heads = (Column("Id", "id"), Column("Query", "query", gives=True), Column("State", "state"))
    query = " OR ".join(f"word{number}" for number in range(40))
    rows = [Row([same("0123456789abcdef"), same(query), same("active")])]
    screen = a_screen()
    table(screen, heads, rows)
    lines = written(screen).splitlines()
    assert max(columns(line) for line in lines) == 80
    assert lines[2].endswith("active")
    pipe = a_screen(lined=False)
    table(pipe, heads, rows)
    assert query in written(pipe)


def test_a_table_without_rows_still_has_its_header_for_programs() -> None:
    screen = a_screen(lined=False)
    table(screen, HEADS, [])
    assert written(screen) == "stage\twaiting\toldest_s\tworkers_wanted\n"
