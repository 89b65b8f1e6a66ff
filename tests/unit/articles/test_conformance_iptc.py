"""IPTC's own tests of ninjs and NewsML-G2: what should pass is read, what should fail is refused with the reason.

Each case is read as the version in whose folder it stands. Without a version a few that fail cannot be told, because they
are valid in a later version and do not say which they are: these are named. Skipped where the cases are not at hand.
"""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import pytest

from services.articles.sniff import read_any
from services.errors import InvalidError

FEEDS = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "feeds"
LATER = {
    "1.0/014_type_component.json", "1.0/016_infosource.json",  # came with 1.2
    "1.1/001_type_component.json", "1.1/002_infosource.json",
    "2.28/2.29_affiliation_org_org.xml", "2.28/2.29_retiring_scheme_scheme.xml",  # came with 2.29
    "2.28/2.29_retiring_scheme_schememeta.xml", "2.30/CR00215_hasInstrument_on_concept.xml",  # came with 2.31
}  # fmt: skip


def cases(archive: str) -> list[tuple[str, bool, str, bytes]]:
    found = []
    with tarfile.open(FEEDS / archive) as files:
        for member in files:
            parts = Path(member.name).parts
            if member.isfile() and parts[-2] in ("should_pass", "should_fail") and (file := files.extractfile(member)):
                found.append((f"{parts[-3]}/{parts[-1]}", parts[-2] == "should_pass", parts[-3], file.read()))
    return found


def refusal(data: bytes, meant: str | None) -> str | None:
    try:
        read_any(data, meant=meant)
    except InvalidError as error:
        return error.message
    return None


@pytest.mark.skipif(not (FEEDS / "ninjs.tar.gz").is_file(), reason="IPTC's tests are not at hand")
@pytest.mark.parametrize(
    ("archive", "standard", "passing", "failing"),
    [("ninjs.tar.gz", "ninjs", 158, 70), ("newsmlg2.tar.gz", "newsml-g2", 151, 10)],
)
def test_the_standards_own_cases_are_read_or_refused(
    capsys: pytest.CaptureFixture[str], archive: str, standard: str, passing: int, failing: int
) -> None:
    counts: Counter[str] = Counter()
    wrong, untold = [], set()
    for name, should_pass, version, data in cases(archive):
        plain = version[0].isdigit() and "_" not in version
        reason = refusal(data, f"{standard}/{version}" if plain else standard)
        counts["should pass" if should_pass else "should fail"] += 1
        if (reason is None) is not should_pass:
            wrong.append((name, reason))
        if (refusal(data, None) is None) is not should_pass:
            untold.add(name)
    with capsys.disabled():
        print(f"\n{standard}: {dict(counts)}, wrong {len(wrong)}; without a version given {len(untold)} are not told")
    assert wrong == []
    assert (counts["should pass"], counts["should fail"]) == (passing, failing)
    assert untold <= LATER
