"""The gate refuses whatever leads into a private network, and never makes the call that would connect."""

from __future__ import annotations

import pytest

from services.errors import InvalidError, OutsideError
from services.fetching import fetch
from services.guard import Gate, is_public
from tests.unit.guard.recorder import Recorder

BLOCKED = "is on a private network. Tocsin only connects to public addresses"
PUBLIC = "93.184.215.14"


def gate_for(*addresses: str, allow: tuple[str, ...] = ()) -> tuple[Gate, Recorder]:
    recorder = Recorder()
    return Gate(allow, look_up=lambda _host, _port: list(addresses), dial=recorder), recorder


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.1", "192.88.99.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2002:0a00:0001::1", "2001::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_and_not_dialled(address: str) -> None:
    gate, recorder = gate_for(address)
    with pytest.raises(OutsideError, match=BLOCKED) as caught:
        gate.connect("inside.example", 443, 1)
    assert (caught.value.code, caught.value.permanent) == ("blocked_address", True)
    assert recorder.dialled == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_a_public_address_passes(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost.", "LOCALHOST", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1",
        "127.0.1", "::1", "::ffff:127.0.0.1", "0", "127.0.0.1.",
    ],
)  # fmt: skip
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    recorder = Recorder()
    with pytest.raises(OutsideError) as caught:
        Gate(dial=recorder).connect(host, 443, 1)
    assert caught.value.code in {"blocked_address", "dns"}
    assert recorder.dialled == []


def test_a_name_with_one_private_address_is_refused() -> None:
    gate, recorder = gate_for(PUBLIC, "10.0.0.1")
    with pytest.raises(OutsideError, match=BLOCKED):
        gate.connect("both.example", 443, 1)
    assert recorder.dialled == []


def test_the_connection_goes_to_the_address_that_was_checked_although_the_name_changes() -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    recorder = Recorder()
    gate = Gate(look_up=lambda _host, _port: answers.pop(0), dial=recorder)
    with pytest.raises(OutsideError):
        gate.connect("rebinding.example", 443, 1)
    assert recorder.dialled == [(PUBLIC, 443)]
    assert len(answers) == 1


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 8000])
def test_other_ports_are_closed(port: int) -> None:
    gate, recorder = gate_for(PUBLIC)
    with pytest.raises(OutsideError) as caught:
        gate.connect("open.example", port, 1)
    assert caught.value.code == "blocked_port"
    assert recorder.dialled == []


@pytest.mark.parametrize("address", ["127.0.0.2", "::ffff:127.0.0.2"])
def test_an_allowed_range_opens_its_addresses_and_all_their_ports(address: str) -> None:
    gate, recorder = gate_for(address, allow=("127.0.0.0/8",))
    with pytest.raises(OutsideError) as caught:
        gate.connect("ours.example", 2525, 1)
    assert caught.value.code == "connect"
    assert recorder.dialled == [(address, 2525)]


def test_an_allowed_range_opens_nothing_else() -> None:
    gate, recorder = gate_for("10.0.0.1", allow=("127.0.0.0/8",))
    with pytest.raises(OutsideError, match=BLOCKED):
        gate.connect("other.example", 443, 1)
    assert recorder.dialled == []


def test_of_a_name_with_allowed_and_private_addresses_only_the_allowed_are_used() -> None:
    gate, _ = gate_for("::1", "127.0.0.1", allow=("127.0.0.0/8",))
    assert gate.resolve("localhost", 8025) == ["127.0.0.1"]


def test_a_range_that_is_none_is_an_error_that_names_it() -> None:
    with pytest.raises(InvalidError, match='"loopback" is not a range of addresses'):
        Gate(["loopback"])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/feed", "http://[::1]/", "http://2130706433/", "http://0177.1/",
        "http://0x7f.1/", "http://127.1/", "http://127。0。0。1/", "http://10.0.0.1:8080/", "http://[fd00:ec2::254]/",
        "http://[::ffff:127.0.0.1]/", "http://user:pass@127.0.0.1/", "http://good.example@127.0.0.1/",
    ],
)  # fmt: skip
def test_a_typed_address_inside_is_a_mistake_with_the_host_in_its_text(url: str) -> None:
    recorder = Recorder()
    with pytest.raises(InvalidError, match=BLOCKED) as caught:
        Gate(dial=recorder).check_url(url, field="/url")
    assert caught.value.field == "/url"
    assert recorder.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1\\@good.example/", "http://good%00.example/", "http://go\tod.example/", "http://good.example/\n",
        "http://go od.example/", "http://exa\u202emple.com/", "http://１２７.0.0.1/", "http://h:abc/", "http://[::1/",
        "file:///etc/passwd", "ftp://good.example/", "gopher://good.example/", "data:text/html,x",
        "javascript:alert(1)", "unix:/run/x", "jar:http://good.example!/",
        "//good.example/", "good.example", "", "http://", "http:///x", "http://good.example:８０/", "https://good.example:０/",
    ],
)  # fmt: skip
def test_an_address_that_programs_read_differently_or_of_another_scheme_is_refused(url: str) -> None:
    gate, recorder = gate_for(PUBLIC)
    with pytest.raises(InvalidError):
        gate.check_url(url)
    with pytest.raises(OutsideError) as caught:
        fetch(gate, url, {}, 1000, 5)
    assert caught.value.code in {"scheme_not_allowed", "bad_url"}
    assert recorder.dialled == []


def test_a_host_that_nobody_knows_may_be_typed_but_not_fetched() -> None:
    gate = Gate()
    gate.check_url("https://nobody.invalid/")
    with pytest.raises(OutsideError) as caught:
        fetch(gate, "https://nobody.invalid/", {}, 1000, 5)
    assert (caught.value.code, caught.value.permanent) == ("dns", False)
