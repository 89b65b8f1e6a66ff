"""Which chat addresses are taken, what of them is kept, and what each service is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.alerts.chat import FORMS, render_chat
from services.channels.chat import ChatSender, check_chat_url, form_of
from services.channels.chat_services import SERVICES
from services.channels.outgoing import Outgoing
from services.errors import InvalidError
from services.guard import Gate
from tests.unit.alerts.message_examples import COUNCIL, FOOT

PUBLIC = Gate(look_up=lambda _host, _port: ["93.184.215.14"])
ANSWER = {"ok": True, "access_token": "x", "home_server": "h", "user_id": "u", "room_id": "!r:x", "status": "success"}
ANSWER |= {"data": {"authToken": "a", "userId": "b"}, "messages": [{"status": "0"}]}

GOOD = {
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "teams": "workflows://prod-01.westus.logic.azure.com:443/643e69f83c8944/KKKTUTJSeSQ12jSKbhskdfjhsd",
    "telegram": "tgram://123456789:alphanumeric_token-ABCDEFGH12/12315544",
    "matrix": "matrixs://user:s3cretpass@matrix.example.org/#room",
    "mattermost": "mmosts://chat.example.org/aabbccddeeff",
    "rocketchat": "rockets://user:s3cretpass@rocket.example.org/#Channel",
    "google_chat": "gchat://ABCDEFGHIJ/KEYKEYKEY12/TOKENTOKEN34",
    "ntfy": "ntfys://ntfy.example.org/topic9",
    "gotify": "gotifys://gotify.example.org/Abcdefghijklmn",
    "pushover": f"pover://{'u' * 30}@{'a' * 30}",
    "signal": "signals://signal.example.org/12025550123/12025550124",
    "twilio": f"twilio://AC{'a' * 32}:{'b' * 32}@12025550123/12025550124",
    "vonage": "vonage://abcdefgh:ijklmnopqrstuvwx@12025550123/12025550124",
}


@pytest.fixture
def requested(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Take every request that Apprise would make, and answer it well."""
    import requests

    seen: list[Any] = []

    class Raw:
        def __init__(self, body: bytes) -> None:
            self._body = body

        def read(self, *_: object, **__: object) -> bytes:
            body, self._body = self._body, b""
            return body

        def close(self) -> None: ...

        def release_conn(self) -> None: ...

    def answer(_self: object, request: Any, **given: Any) -> Any:
        seen.append((request, given))
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url, request
        response.raw = Raw(b"ok" if "slack" in request.url else json.dumps(ANSWER).encode())
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", answer)
    return seen


def test_every_service_has_an_example_and_a_form() -> None:
    assert {service.name for service in SERVICES} == set(GOOD)
    assert {service.form for service in SERVICES} <= set(FORMS)


@pytest.mark.parametrize("service", GOOD)
def test_a_service_gets_the_text_as_it_was_written_and_nobody_is_asked_else(service: str, requested: list[Any]) -> None:
    target = check_chat_url(GOOD[service], PUBLIC)
    text = render_chat(COUNCIL, FOOT, target.form)
    ChatSender(PUBLIC).send(Outgoing("msg_1", text.title, text.body.encode()), target.url, datetime.now(UTC))
    bodies = [str(request.body) for request, _ in requested]
    assert len([body for body in bodies if "inlandcourier.example" in body or "news-alerts.example" in body]) == 1
    for request, given in requested:
        assert request.url.startswith("https://")
        assert (given["verify"], given["proxies"], given["stream"]) == (True, {}, True)


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("slack", ("attachments", 0, "blocks", 0, "text", "text")),
        ("discord", ("content",)),
        ("telegram", ("text",)),
        ("mattermost", ("text",)),
        ("google_chat", ("text",)),
        ("matrix", ("formatted_body",)),
        ("signal", ("message",)),
    ],
)
def test_apprise_changes_no_sign_of_the_markup(service: str, path: tuple[str | int, ...], requested: list[Any]) -> None:
    target = check_chat_url(GOOD[service], PUBLIC)
    text = render_chat(COUNCIL, FOOT, target.form)
    ChatSender(PUBLIC).send(Outgoing("msg_1", text.title, text.body.encode()), target.url, datetime.now(UTC))
    (sent,) = [json.loads(request.body) for request, _ in requested if "inlandcourier" in str(request.body)]
    for step in path:
        sent = sent[step]
    assert sent == text.body


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1/x", "xml://h.example/x", "form://h.example/", "apprise://h.example/token",
        "mailto://user:pass@h.example?smtp=127.0.0.1", "syslog://", "rsyslog://h.example", "dbus://", "gnome://",
        "windows://", "macosx://", "glib://", "blink1://", "irc://h.example/#x", "mqtt://h.example/t", "smpp://h.example",
        "growl://h.example", "aprs://u:p@x", "file:///etc/passwd", "https://hooks.example/x", "ntfy", "", "://x",
        "sns://a/b/c/d", "kodi://h.example", "jellyfin://h.example", "hassio://h.example/t",
    ],
)  # fmt: skip
def test_other_schemes_are_refused_with_the_names_of_those_allowed(url: str) -> None:
    with pytest.raises(InvalidError, match="slack://, discord://") as caught:
        check_chat_url(url, PUBLIC, field="/url")
    assert caught.value.field == "/url"


@pytest.mark.parametrize(
    "option",
    ["attach=/etc/passwd", "template=/etc/passwd", "include=http://h/x", "key=/etc/passwd", "pgppub=/x", "email=a@b.c",
     "file=/x", "filename=x", "click=javascript:x", "delay=1d", "actions=x", "+Authorization=x", "+Host=y", "-x=y"],
)  # fmt: skip
def test_an_option_that_reaches_further_is_refused_by_name(option: str) -> None:
    with pytest.raises(InvalidError, match="is not allowed in a ntfys:// address"):
        check_chat_url(f"ntfys://ntfy.example.org/topic9?{option}", PUBLIC)


def test_options_that_only_tune_are_dropped_and_the_owners_kept() -> None:
    url = "ntfys://ntfy.example.org/topic9?verify=no&redirect=yes&rto=9999&cto=9999&format=html&overflow=split&priority=high"
    clean = check_chat_url(url, PUBLIC).url
    assert clean == "ntfys://ntfy.example.org/topic9?priority=high&format=text&image=no"
    assert check_chat_url(clean, PUBLIC).url == clean


@pytest.mark.parametrize(
    "url",
    ["ntfys://ntfy.example.org/one/two", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#a/#b",
     "tgram://123456789:alphanumeric_token-ABCDEFGH12/12315544/12315545",
     "ntfys://ntfy.example.org/one?to=two"],
)  # fmt: skip
def test_an_address_with_several_targets_is_refused(url: str) -> None:
    with pytest.raises(InvalidError, match="Make one channel for each"):
        check_chat_url(url, PUBLIC)


@pytest.mark.parametrize(
    "url",
    ["slack://short", "discord://", "tgram://123/4", "gotifys://h.example", "twilio://x", "ntfys://h.example/a b"],
)
def test_an_address_with_a_part_missing_is_refused(url: str) -> None:
    with pytest.raises(InvalidError):
        check_chat_url(url, PUBLIC)


@pytest.mark.parametrize("scheme", ["ntfy", "gotify", "mmost", "rocket", "matrix", "signal"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
def test_a_service_on_a_private_host_is_refused(scheme: str, host: str) -> None:
    rest = {"ntfy": "topic9", "gotify": "Abcdefghijklmn", "mmost": "aabbccddeeff", "signal": "12025550123/12025550124"}
    owner = "user:s3cretpass@" if scheme in {"rocket", "matrix"} else ""
    with pytest.raises(InvalidError, match=r"private network|cannot be reached"):
        check_chat_url(f"{scheme}://{owner}{host}/{rest.get(scheme, '#room')}", Gate())


@pytest.mark.parametrize("service", GOOD)
def test_a_label_shows_at_most_four_signs_of_the_secret(service: str) -> None:
    label = check_chat_url(GOOD[service], PUBLIC).label
    shown = label.rpartition("…")[2] if "…" in label else ""
    assert len(shown) <= 4
    assert "s3cretpass" not in label
    assert form_of(GOOD[service]) in FORMS


def test_no_other_plugin_of_apprise_is_ever_loaded() -> None:
    import sys

    check_chat_url(GOOD["ntfy"], PUBLIC)
    assert not [
        name for name in sys.modules if name.startswith("apprise.plugins.") and name.endswith(("syslog", "dbus"))
    ]
