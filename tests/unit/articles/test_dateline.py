"""Datelines as outlets write them, whole and mangled; and openings that are none."""

from __future__ import annotations

import pytest

from services.articles.dateline import dateline_at, inner_dateline_at

REST = "The council voted."


@pytest.mark.parametrize(
    "line",
    [
        "CHICAGO (AP) —", "CHICAGO ( —", "CHICAGO () —", "CHICAGO —", "CHICAGO --", "CHICAGO -", "CHICAGO –",
        "SAN BERNARDINO, Calif. —", "SAN BERNARDINO, CA —", "WASHINGTON, D.C. (Reuters) -", "WASHINGTON (Reuters) -",
        "Sacramento —", "Springfield, Ohio —", "Sacramento (AP) —", "Tirana, Albania (CNN)", "St. Marys —",
        "ST. PAUL, Minn. (AP) —", "McALLEN, Texas —", "DeKALB –", "SOUTH CHARLESTON, W.Va. --",
        "SEOUL/WASHINGTON (Reuters) -",
        "SEOUL, Aug 30 (Reuters) -", "DENVER, Sept. 15, 2017 /PRNewswire/ --", "LOS ANGELES (CBSLA) —",
        "LOS ANGELES, May 4 (City News Service) --", "SAN BERNARDINO >>", "(CNN) —", "(CNN)", "SEOUL, South Korea —",
        "NEWARK \x97", "RICHLAND ”", "LIVE OAK, Fla. —", "THE DALLES, Ore. —", "MIAMI (AP) _", "TEGA CAY â€”",
    ],
)  # fmt: skip
def test_a_dateline_ends_after_its_dash(line: str) -> None:
    text = f"{line} {REST}"
    assert dateline_at(text, 0, len(text)) == len(line)


def test_a_dash_needs_no_space_when_it_is_long() -> None:
    text = f"FALLS VILLAGE—{REST}"
    assert dateline_at(text, 0, len(text)) == len("FALLS VILLAGE—")


@pytest.mark.parametrize(
    "text",
    [
        "The council voted.",
        "Police — who were told — left.",
        "Monday — The council voted.",
        "COVID-19 cases rose in Lodi.",
        "CHICAGO-AREA mayors met.",
        "AN aircraft fitter retired.",
        "BREAKING NEWS — The council voted.",
        "UPDATE — The council voted.",
        "Opinion — The council is wrong.",
        "READ MORE — Council votes",
        "The Mayor — The one they elected — left.",
        "Chicago (population 2.7 million) grew.",
    ],
)
def test_an_opening_without_a_place_is_no_dateline(text: str) -> None:
    assert dateline_at(text, 0, len(text)) is None


def test_inside_a_paragraph_a_capital_must_follow_the_dash() -> None:
    assert inner_dateline_at("CHICAGO -- The council", 0, 22) == 10
    assert inner_dateline_at("NASA — which", 0, 12) is None
