"""`tocsin demo`: everything that the samples promise arrives, each once."""

import json
import subprocess
import sys
from pathlib import Path

TOCSIN = str(Path(sys.executable).with_name("tocsin"))


def run_demo(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TOCSIN, "demo", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def test_everything_expected_arrives_exactly_once(tmp_path: Path) -> None:
    done = run_demo("--json", "--data", str(tmp_path / "demo"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    expected = json.loads((Path(__file__).parents[2] / "config" / "demo" / "expected.json").read_text())
    assert said["articles"] == expected["counts"]["articles"]
    assert said["stories"] == expected["counts"]["stories"]
    wanted = sum(len(one["alerts"]) for one in expected["subscriptions"])
    assert len(said["alerts"]) == wanted
    assert {"correction:1", "new"} == {alert["kind"] for alert in said["alerts"]}
    assert {delivery["state"] for delivery in said["deliveries"]} == {"sent"}
    by_channel = {kind: sum(d["channel"] == kind for d in said["deliveries"]) for kind in ("email", "webhook", "chat")}
    assert said["received"] == by_channel


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    done = run_demo("--data", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 2
    assert "holds something else" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "keep me"
