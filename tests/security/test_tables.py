"""The tables of cases and classes name tests that are there, and enough of them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
TESTS = HERE.parent
CASES = yaml.safe_load((HERE / "cases.yaml").read_text())
GOALS = yaml.safe_load((HERE / "goals.yaml").read_text())
COUNTS = {"A": 26, "B": 35, "C": 20, "D": 14, "E": 11, "F": 14, "G": 12, "H": 13, "I": 9}
CLASSES = 21
FEWEST = 5
CVE = re.compile(r"CVE-\d{4}-\d+|GHSA-[\w-]+|Miniflux[ -][0-9a-f]{8}|feedparser|FreshRSS|52b189fc")


@cache
def functions(file: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((TESTS / file).read_text())
    return {
        node.name: node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def named(case: str) -> list[str]:
    found = (CASES | GOALS)[case]
    return found["tests"] if isinstance(found, dict) else found


def test_every_case_of_the_page_is_in_the_table() -> None:
    assert set(CASES) == {f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)}


def test_every_goal_that_is_a_table_is_in_the_table() -> None:
    assert set(GOALS) == {"S9", "S10", "S11"} | {f"API{n}" for n in range(1, 11)}


@pytest.mark.parametrize("case", [*CASES, *GOALS])
def test_what_the_table_names_is_there(case: str) -> None:
    assert named(case) or CASES[case]["open"]
    for one in named(case):
        file, _, name = one.partition("::")
        assert (TESTS / file).is_file(), one
        assert not name or name in functions(file), one


@pytest.mark.parametrize("number", range(1, CLASSES + 1))
def test_each_class_of_peers_has_five_cases_that_name_their_cve(number: int) -> None:
    cases = 0
    for file in (f"security/test_classes_of_{what}.py" for what in ("network", "pages", "sessions")):
        for name, node in functions(file).items():
            if name.startswith(f"test_k{number}_"):
                text = ast.get_source_segment((TESTS / file).read_text(), node) or ""
                around = text + "".join(ast.unparse(one) for one in node.decorator_list)
                if "_XML" in around or "_SCRIPTS" in around:
                    source = (TESTS / file).read_text()
                    around += source.partition("_XML = " if "_XML" in around else "_SCRIPTS = ")[2].partition(
                        "\n}\n" if "_XML" in around else "\n]"
                    )[0]
                found = len(CVE.findall(around))
                cases += found
    assert cases >= FEWEST
