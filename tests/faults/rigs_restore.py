"""A database that is lost and restored from a backup, while its feeds still show what came since.

What was pushed after the backup began is shown again as a feed shows it: each item once and as it reads now, so that a
text that was corrected meanwhile is not seen again. A message about what was told before must carry an id that its
receiver knows, since nothing else tells a receiver that it is no news.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tests.faults.checker import Copy
from tests.faults.kills import load, outcome, settle
from tests.faults.place import Found, Place, steadily
from tests.faults.plan import Pushed
from tests.faults.rig import Rig

Known = dict[tuple[str, str], set[str]]


def restore(place: Place) -> Found:
    """Show again in the order of before."""
    return _rounds(place, None)


def reorder(place: Place) -> Found:
    """Show again in any order: a copy of another outlet may begin a story, and its id is another then.

    No id can be a function of what is the same for two outlets' copies and also of what an outlet's correction leaves
    as it was. So this counts, and does not fail.
    """
    found = _rounds(place, random.Random(17))
    return found | {"other_ids": found["unexcused"], "unexcused": 0, "found": ""}


def _rounds(place: Place, chance: random.Random | None) -> Found:
    rig, strange, again = Rig(place.folder / "one", place.database("rig")), list[str](), 0
    try:
        rig.start()
        rig.set_up()
        for number in range(place.count):
            backup = place.folder / f"backup{number}"
            with load(rig, 7 + number, f"a{number}x") as driver:
                steadily(rig, driver, 4.0)
                since = len(driver.plan.made) - 1  # the last may be on its way while the backup begins
                tocsin(rig, "backup", str(backup))
                steadily(rig, driver, 4.0)
            told = rig.copies()
            _replace(rig, place, number, backup)
            for one in _shown(driver.plan.made[since:], chance):
                rig.push_one(one)
            settle(rig)
            after = _since(rig, told)
            strange += unknown(told, after)
            again += len(after)
        found = outcome(rig)
    finally:
        rig.close()
    # Copies of what was sent after the backup are sent again: allowed here, under ids that were seen.
    return found | {"rounds": place.count, "told_again": again, "unexcused": len(strange), "disagreeing": 0,
                    "found": "; ".join(strange[:20])}  # fmt: skip


def _replace(rig: Rig, place: Place, number: int, backup: object) -> None:
    """Put an installation from the backup in the place of the one that ran."""
    rig.stop()
    key = (rig.data / "secret.key").read_bytes()
    rig.data = place.folder / f"data{number}"
    rig.data.mkdir()
    (rig.data / "secret.key").write_bytes(key)
    rig.database_url = place.database(f"restored{number}")
    tocsin(rig, "restore", str(backup))
    rig.start()


def _shown(pushed: Sequence[Pushed], chance: random.Random | None) -> list[Pushed]:
    """Give each item once and as it reads now, at the place where it came first."""
    now = {(one.source, one.external_id): one for one in pushed}
    items = list(now.values())
    if chance is not None:
        chance.shuffle(items)
    return items


def _since(rig: Rig, told: Iterable[Copy]) -> list[Copy]:
    """Give the copies that came after those."""
    return list((Counter(rig.copies()) - Counter(told)).elements())


def unknown(told: Iterable[Copy], after: Iterable[Copy]) -> list[str]:
    """Name messages about what a receiver was told before, under an id that it has not seen."""
    known: Known = defaultdict(set)
    for copy in told:
        known[_about(copy)].add(copy.id)
    return [f"{copy.to} {copy.title} {copy.id}" for copy in after
            if copy.id and _about(copy) in known and copy.id not in known[_about(copy)]]  # fmt: skip


def _about(copy: Copy) -> tuple[str, str]:
    """Give the receiver and the story: the correction of one is about the same."""
    return copy.to, copy.title.removesuffix("-corrected")


def tocsin(rig: Rig, *arguments: str) -> None:
    """Run a command on the installation; it must end well."""
    command = [sys.executable, "-c", "from services.cli.app import main; main()", *arguments]
    done = subprocess.run(command, env=rig.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
