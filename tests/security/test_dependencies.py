"""I7: no version that is installed, or may be, has one of the defects that the security page names."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# The first version without the defect; of packages that we do not have, the test holds that they are not there.
MENDED = [
    ("CVE-2021-23727", "celery", "5.2.2"), ("CVE-2023-28858", "redis", "4.5.3"), ("CVE-2023-28859", "redis", "4.5.4"),
    ("CVE-2019-11236", "urllib3", "1.25"), ("CVE-2020-26137", "urllib3", "1.25.9"), ("CVE-2021-33503", "urllib3", "1.26.5"),
    ("CVE-2023-43804", "urllib3", "2.0.6"), ("CVE-2018-18074", "requests", "2.20"), ("CVE-2023-32681", "requests", "2.31"),
    ("CVE-2016-10745", "jinja2", "2.8.1"), ("CVE-2019-10906", "jinja2", "2.10.1"), ("CVE-2020-28493", "jinja2", "2.11.3"),
    ("CVE-2024-3651", "idna", "3.7"), ("CVE-2020-7694", "uvicorn", "0.11.7"), ("CVE-2020-7695", "uvicorn", "0.11.7"),
    ("CVE-2023-30798", "starlette", "0.25"), ("CVE-2023-29159", "starlette", "0.27"), ("CVE-2021-32677", "fastapi", "0.65.2"),
    ("CVE-2024-24762", "fastapi", "0.109.1"), ("CVE-2024-24762", "python-multipart", "0.0.7"),
    ("CVE-2012-2921", "feedparser", "5.1.2"), ("CVE-2011-1158", "feedparser", "5.0.1"), ("CVE-2021-39229", "apprise", "0.9.5.1"),
    ("CVE-2021-23980", "bleach", "3.3"),
]  # fmt: skip


def numbers(of: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", of.partition("+")[0].partition(".post")[0])))


def named(requirement: str) -> tuple[str, str]:
    """Give the package of a requirement, and the lowest version that it lets in."""
    package = re.match(r"[\w.-]+", requirement)
    floor = re.search(r"[>=]=\s*([\w.]+)", requirement)
    assert package, requirement
    return package[0].lower(), floor[1] if floor else ""


PINNED = dict(named(one) for one in PROJECT["tool"]["uv"]["constraint-dependencies"])
ASKED = dict(named(one) for one in PROJECT["project"]["dependencies"])


@pytest.mark.parametrize(("defect", "package", "mended"), MENDED)
def test_i7_no_version_with_a_named_defect_can_be_installed(defect: str, package: str, mended: str) -> None:
    try:
        installed = version(package)
    except PackageNotFoundError:
        assert package not in PINNED | ASKED
        return
    for given in (installed, PINNED[package], ASKED.get(package, installed)):
        assert numbers(given) >= numbers(mended), (defect, package)


@pytest.mark.parametrize("package", ASKED)
def test_i7_every_package_has_a_lowest_version_and_one_that_is_installed(package: str) -> None:
    assert ASKED[package]
    assert numbers(PINNED[package]) >= numbers(ASKED[package])
