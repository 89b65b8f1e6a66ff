"""`tocsin up` as a person runs it: one command, one data folder."""

from __future__ import annotations

import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.faults.rig import ANA, Rig
from tests.parts import HOST, free_port, until

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("up"), "")
    rig.start()
    rig.set_up()
    yield rig
    rig.close()


def log(rig: Rig) -> str:
    return (rig.folder / "up.log").read_text()


def run_up(rig: Rig, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "workers.up"]
    return subprocess.run(
        command, env=rig.environment() | environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_an_article_goes_in_and_an_alert_comes_out(rig: Rig) -> None:
    rig.push("first")
    until(rig.settled, "the mail and the webhook", 30)
    assert rig.check().clean


def test_the_same_push_again_changes_nothing(rig: Rig) -> None:
    assert rig.push("again") == rig.push("again")
    until(rig.settled, "the mail and the webhook", 30)
    assert rig.check().clean


def test_a_second_up_on_the_same_folder_is_refused(rig: Rig) -> None:
    done = run_up(rig, TOCSIN_PORT=str(free_port()))
    assert done.returncode == 2
    assert "runs already with the data folder" in done.stderr
    assert "--data" in done.stderr


def test_a_port_that_is_taken_is_named(rig: Rig, tmp_path: Path) -> None:
    done = run_up(rig, TOCSIN_DATA=str(tmp_path / "other"))
    assert done.returncode == 2
    assert f"Port {rig.port}" in done.stderr


@pytest.mark.parametrize("name", ["token", "secret.key"])
def test_secrets_are_readable_by_their_owner_only(rig: Rig, name: str) -> None:
    assert stat.S_IMODE((rig.data / name).stat().st_mode) == 0o600


def test_the_sign_in_link_works_once(rig: Rig) -> None:
    found = re.search(r"(/in/[\w-]+)", log(rig))
    assert found is not None
    with httpx2.Client(base_url=f"http://{HOST}:{rig.port}", trust_env=False) as browser:
        assert browser.get("/", follow_redirects=False).status_code in (302, 303)
        assert browser.get(found[1]).status_code == 200
        form = browser.get(found[1])
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.text))
        done = browser.post(
            found[1], data=fields, headers={"Origin": f"http://{HOST}:{rig.port}"}, follow_redirects=True
        )
        assert done.status_code == 200
        assert browser.get("/", follow_redirects=False).status_code == 200
        again = browser.post(found[1], data=fields, headers={"Origin": f"http://{HOST}:{rig.port}"})
        assert "was used or is older than 10 minutes" in again.text


def test_it_stops_cleanly_and_starts_again_with_everything(rig: Rig) -> None:
    rig.push("before")
    assert rig.stop() == 0
    assert "nothing is left half done" in log(rig)
    rig.start()
    rig.push("after")
    until(rig.settled, "all mails and webhooks", 30)
    assert rig.check().clean
    assert rig.call("GET", "people")["items"]


@pytest.mark.skipif(not SHARED.exists(), reason="the acceptance article is not here")
def test_the_acceptance_article_raises_its_alert(rig: Rig) -> None:
    body = {
        "person": rig.people[ANA],
        "name": "Sanctuary",
        "query": '"sanctuary city" (California OR Chicago)',
        "channels": [rig.channels[ANA]],
    }
    subscription = rig.call("POST", "subscriptions", json={**body, "cadence": "instant"})["id"]
    text = (SHARED / "data" / "articles" / "sanctuary-ruling.txt").read_text()
    rig.call("POST", "articles", json={"external_id": "ruling", "text": text})
    alerts = until(lambda: rig.call("GET", f"alerts?subscription={subscription}")["items"], "the alert", 30)
    assert alerts[0]["kind"] == "new"
    assert "sanctuary cities" in alerts[0]["reason"]["sentence"]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_nothing_runs_on_when_its_terminal_closes_or_it_is_killed(tmp_path: Path, number: int) -> None:
    rig = Rig(tmp_path, "")
    try:
        rig.start()
        assert rig.up is not None
        pids = [rig.pid_of(role) for role in ("api", "ingest", "match", "deliver", "broker")]
        assert all(alive(pid) for pid in pids)
        rig.up.send_signal(number)
        rig.up.wait(timeout=35)
        until(lambda: not any(alive(pid) for pid in pids), "all processes to end", 35)
    finally:
        rig.close()


def test_a_folder_that_cannot_be_made_is_one_clear_line(rig: Rig) -> None:
    done = run_up(rig, TOCSIN_DATA="/proc/none/here", TOCSIN_PORT=str(free_port()))
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "/proc/none" in done.stderr
