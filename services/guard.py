"""The one gate to the network: what Tocsin connects to, and what it never connects to.

A host is looked up once, every address found is checked, and the connection goes to a checked address, so that no
name, redirect or second look-up leads into the operator's own network. Public addresses are reached on ports 80, 443,
8080 and 8443; in ranges the operator allows, every port is open. What is asked for is `fetching`'s.
The SMTP host is the operator's own word and does not pass here.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Sequence
from urllib.parse import urlsplit

import httpx2

from services.addresses import inner, is_public, read_ip, system_dial, system_look_up
from services.errors import InvalidError, OutsideError

__all__ = ["Gate", "guard_urllib3", "host_of", "is_public", "port_of", "read_url"]

PORTS = (80, 443, 8080, 8443)
MOST_ADDRESSES = 3
_WEB = frozenset({"http", "https"})
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?|\[?[0-9a-f:.]+\]?")
_REFUSED = frozenset({"blocked_address", "blocked_port", "own_address", "scheme_not_allowed", "bad_url"})
_THIS_MACHINE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  # compared with, not bound


class Gate:
    """Checks and makes connections. `look_up` and `dial` are the only two calls that reach outside.

    `own` are the addresses that this installation answers at itself: it never fetches from itself. `mail_folders` are
    the folders of this machine that mail may be read from.
    """

    def __init__(
        self,
        allow_private: Sequence[str] = (),
        *,
        own: Sequence[str] = (),
        mail_folders: Sequence[str] = (),
        look_up: Callable[[str, int], list[str]] = system_look_up,
        dial: Callable[[str, int, float], socket.socket] = system_dial,
    ) -> None:
        self._allowed = [_read_range(text) for text in allow_private]
        self._own = frozenset((_name(host_of(parts)), port_of(parts)) for parts in map(httpx2.URL, own))
        self.mail_folders = tuple(mail_folders)
        self._look_up = look_up
        self._dial = dial

    def allows(self, address: str) -> bool:
        """Say whether the operator opened this address, with all its ports."""
        ip = read_ip(address)
        return any(form in network for network in self._allowed for form in (ip, inner(ip)))

    def lifted(self, url: str) -> bool:
        """Say whether the rules on ports and https are lifted for this address, because the operator allows it."""
        parts = read_url(url)
        try:
            return all(self.allows(address) for address in self.resolve(host_of(parts), port_of(parts)))
        except OutsideError:
            return False

    def check_url(self, url: str, schemes: Collection[str] = _WEB, *, field: str | None = None) -> None:
        """Raise `InvalidError` if Tocsin would never connect to this address; an unknown host name may pass."""
        try:
            parts = read_url(url, schemes)
            self.resolve(host_of(parts), port_of(parts))
        except OutsideError as error:
            if error.code in _REFUSED:
                raise InvalidError(error.message, field=field) from error

    def resolve(self, host: str, port: int, ports: Collection[int] = PORTS) -> list[str]:
        """Give the addresses that may be connected to; one that may not refuses the whole host."""
        found = self._look_up(host, port)
        if self._is_own(host, found, port):
            text = f"{host} at port {port} is this installation of Tocsin itself"
            raise OutsideError(text, permanent=True, code="own_address")
        opened = [address for address in found if self.allows(address)]
        others = [address for address in found if address not in opened]
        if opened and not any(is_public(address) for address in others):
            return opened
        if not all(is_public(address) for address in others):
            text = f"{host} is on a private network. Tocsin only connects to public addresses"
            raise OutsideError(text, permanent=True, code="blocked_address")
        if port not in ports:
            listed = ", ".join(map(str, sorted(ports)))
            text = f"Port {port} of {host} is not open to Tocsin. Use one of {listed}"
            raise OutsideError(text, permanent=True, code="blocked_port")
        return found

    def _is_own(self, host: str, found: Sequence[str], port: int) -> bool:
        if not any(port == ours for _, ours in self._own):
            return False
        names = {_name(host), *(str(inner(read_ip(address))) for address in found)}
        if any((name, port) in self._own for name in names):
            return True
        everywhere = any((name, port) in self._own for name in _THIS_MACHINE)
        return everywhere and any(inner(read_ip(address)).is_loopback for address in found)

    def connect(self, host: str, port: int, timeout_s: float, ports: Collection[int] = PORTS) -> socket.socket:
        """Connect to the first checked address that answers."""
        failure: OSError | None = None
        addresses = self.resolve(host, port, ports)[:MOST_ADDRESSES]
        for address in addresses:
            try:
                return self._dial(address, port, timeout_s / len(addresses))
            except OSError as error:
                failure = error
        raise OutsideError(f"{host} does not answer at port {port}", code="connect") from failure


def _name(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _read_range(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise InvalidError(
            f'"{text}" is not a range of addresses, such as 127.0.0.0/8', field="allow_private"
        ) from error


def read_url(url: str, schemes: Collection[str] = _WEB) -> httpx2.URL:
    """Read an address; characters that programs read differently are refused."""
    try:
        parts = httpx2.URL(url)
        host = parts.raw_host.decode("ascii")
        urlsplit(url)  # other parts of Tocsin show it by this one
    except (httpx2.InvalidURL, ValueError) as error:
        raise OutsideError("The web address cannot be read", permanent=True, code="bad_url") from error
    if parts.scheme not in schemes or not host:
        names = " or ".join(f"{name}://" for name in sorted(schemes, reverse=True))
        text = f"Enter an address that starts with {names}"
        raise OutsideError(text, permanent=True, code="scheme_not_allowed")
    if (
        any(sign in url for sign in "\\ \t\r\n")
        or not url.isprintable()
        or not _HOST.fullmatch(host)
        or not _port_is_plain(url)
    ):
        text = "The web address holds a space, a backslash or a sign that cannot be part of a host"
        raise OutsideError(text, permanent=True, code="bad_url")
    return parts


def _port_is_plain(url: str) -> bool:
    """Say whether the port is in ASCII: digits of other scripts are a port to some programs and none to others."""
    return urlsplit(url).netloc.rpartition("]")[2].rpartition(":")[2].isascii() or ":" not in urlsplit(url).netloc


def port_of(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def host_of(url: httpx2.URL) -> str:
    """Give the host as it is connected to: in ASCII, so that nobody reads it differently."""
    return url.raw_host.decode("ascii")


def guard_urllib3(gate: Gate) -> None:
    """Make every connection of urllib3 in this process, and so of requests and Apprise, pass through the gate."""
    from urllib3.util import connection

    def create_connection(
        address: tuple[str, int],
        timeout: object = None,
        source_address: object = None,  # noqa: ARG001 - urllib3's signature
        socket_options: object = None,  # noqa: ARG001
    ) -> socket.socket:
        seconds = float(timeout) if isinstance(timeout, int | float) else 10.0
        return gate.connect(address[0].strip("[]"), address[1], seconds)

    connection.create_connection = create_connection
