"""A database that is lost and restored from a backup."""

from __future__ import annotations

import subprocess
import sys

from tests.faults.kills import load, outcome, settle
from tests.faults.place import Found, Place, steadily
from tests.faults.rig import Rig


def restore(place: Place) -> Found:
    """Restore a backup elsewhere; what was pushed after it is pushed again, as feeds would show it again."""
    rig = Rig(place.folder / "one", place.database("rig"))
    pushed, same, rounds = [], 0, 0
    try:
        rig.start()
        rig.set_up()
        for number in range(place.count):
            rounds += 1
            backup = place.folder / f"backup{number}"
            with load(rig, 7 + number, f"a{number}x") as driver:
                steadily(rig, driver, 4.0)
                tocsin(rig, "backup", str(backup))
                since = len(driver.plan.made)
                steadily(rig, driver, 4.0)
                pushed = driver.plan.made
            rig.stop()
            key = (rig.data / "secret.key").read_bytes()
            rig.data = place.folder / f"data{number}"
            rig.data.mkdir()
            (rig.data / "secret.key").write_bytes(key)
            rig.database_url = place.database(f"restored{number}")
            tocsin(rig, "restore", str(backup))
            rig.start()
            for one in pushed[since:]:
                rig.push_one(one)
            settle(rig)
        ids: dict[object, set[str]] = {}
        for copy in rig.copies():
            if copy.id:
                ids.setdefault((copy.to, copy.title), set()).add(copy.id)
        same = sum(len(found) > 1 for found in ids.values())
        found = outcome(rig)
    finally:
        rig.close()
    # Copies of what was sent after the backup are sent again: allowed here, under the same id.
    return found | {"rounds": rounds, "unexcused": same, "disagreeing": 0, "found": ""}


def tocsin(rig: Rig, *arguments: str) -> None:
    """Run a command on the installation; it must end well."""
    command = [sys.executable, "-c", "from services.cli.app import main; main()", *arguments]
    done = subprocess.run(command, env=rig.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
