"""One running `tocsin up` with a town's news for all pages, Chromium, and a page signed in by the printed link."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.faults.rig import Rig
from tests.parts import HOST, until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OUTPUT = Path(__file__).parent / "output"
DEMO = Path(__file__).parents[2] / "config" / "demo" / "articles.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and leave all out where there is no Chromium."""
    missing = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(missing)


def news() -> list[dict]:
    """Give the sample articles as programs push them, published a little while ago."""
    now, given = datetime.now(UTC), json.loads(DEMO.read_text())
    return [
        {**{name: value for name, value in one.items() if name != "minutes_ago"},
         "published": (now - timedelta(minutes=one["minutes_ago"])).isoformat()}
        for one in given
    ]  # fmt: skip


def started(folder: Path) -> Rig:
    """Start an installation whose mail is kept, with the sample articles in it."""
    rig = Rig(folder, "", TOCSIN_SMTP_URL="", TOCSIN_FLOOD_MOST="0")
    rig.start()
    rig.call("POST", "articles", json={"articles": news()})
    until(lambda: not any(one["waiting"] for one in rig.call("GET", "queues")["items"][:3]), "all to be matched", 60)
    return rig


def signed_in(rig: Rig, browser, **options):
    """Give a page of somebody who used the link that the service printed at its last start."""
    links = re.findall(r"/in/[\w-]+", (rig.folder / "up.log").read_text())
    context = browser.new_context(base_url=f"http://{HOST}:{rig.port}", **options)
    page = context.new_page()
    page.goto(links[-1])
    page.get_by_role("button").first.click()
    page.wait_for_load_state()
    return page


class _Refusing(BaseHTTPRequestHandler):
    """Refuses every message for good, and has no feed."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_error(400, "no room here")

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def refusing() -> Iterator[str]:
    """Run a server that refuses, for as long as the block; gives its address."""
    server = ThreadingHTTPServer((HOST, 0), _Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{HOST}:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser dependency group is not installed")
    OUTPUT.mkdir(exist_ok=True)
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A town with readers, alerts, a dead letter, a channel that fails and a source that fails."""
    with refusing() as refused:
        rig = started(tmp_path_factory.mktemp("town"))
        _fill(rig, refused)
        yield rig
        rig.close()


def _fill(rig: Rig, refused: str) -> None:
    me = next(one for one in rig.call("GET", "people")["items"] if one["role"] == "admin")["id"]
    mail = _channel(rig, person=me, kind="email", address="ana@office.example")
    hook = _channel(rig, person=me, kind="webhook", url=f"http://{HOST}:{rig.ports['http']}/hook")
    shut = _channel(rig, person=me, kind="webhook", url=f"{refused}/shut-door")
    for name, query, channels in (
        ("Sanctuary cities", '"sanctuary city" OR detainer*', [mail, hook]),
        ("San Bernardino council", 'about:"San Bernardino, CA" AND council', [mail]),
        ("Homelessness anywhere", "topic:homelessness", [shut]),
    ):
        rig.call("POST", "subscriptions", json={"person": me, "name": name, "query": query, "channels": channels})
    rig.call("POST", "teams", json={"name": "City desk", "members": [me]})
    rig.call("POST", "invitations", json={"email": "new@office.example"})
    rig.call("POST", "sources", json={"name": "Valley Radio", "url": f"{refused}/none.xml"})
    rig.call("POST", "articles", json={"articles": _late()})
    until(lambda: _count(rig, "alerts") >= 3, "three alerts", 60)
    until(lambda: _count(rig, "deliveries?state=dead") >= 1, "a dead letter", 90)
    until(lambda: list((rig.data / "mail").glob("*.eml")), "a kept mail", 60)
    until(lambda: any(one["state"] == "failing" for one in rig.call("GET", "sources")["items"]), "a failing source", 60)


@pytest.fixture(scope="session")
def front(town: Rig, browser) -> Iterator[object]:
    """The page of the admin, signed in once for all tests."""
    page = signed_in(town, browser)
    yield page
    page.context.close()


@pytest.fixture
def page(front):
    """The admin's page at its usual size, in the light theme of the device."""
    front.set_viewport_size({"width": 1440, "height": 900})
    front.emulate_media(color_scheme="light")
    return front


def _channel(rig: Rig, **body: object) -> str:
    return rig.call("POST", "channels", json={"confirmed": True, **body})["id"]


def _count(rig: Rig, path: str) -> int:
    return len(rig.call("GET", path)["items"])


def _late() -> list[dict]:
    """Three stories that meet the subscriptions, a copy of one, and one that nobody asked for."""
    council = (
        "SAN BERNARDINO, Calif. — The San Bernardino City Council made the city a sanctuary city on Tuesday.\n\n"
        "Police may no longer hold anybody on a detainer without a warrant, the council decided after four hours.\n\n"
        "READ MORE: San Bernardino weighs its budget"
    )
    camp = (
        "A homeless encampment beside the river was cleared on Monday, and its people were offered places in a shelter."
        "\n\nThe county counted 1,200 people without a home there."
    )
    fair = "The county fair opened on Friday with a parade of tractors and a prize for the largest pumpkin."
    now = datetime.now(UTC).isoformat()
    made = [
        ("ir-1", "Inland Register", "Council makes San Bernardino a sanctuary city", council),
        ("vp-1", "Valley Post", "Council makes San Bernardino a sanctuary city", council),
        ("ir-2", "Inland Register", "Riverside encampment is cleared", camp),
        ("ir-3", "Inland Register", "County fair opens", fair),
    ]
    return [
        {"external_id": id_, "source": source, "title": title, "text": text, "published": now,
         "url": f"https://{source.split()[0].lower()}.example/{id_}"}
        for id_, source, title, text in made
    ]  # fmt: skip
