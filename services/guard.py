"""The one gate to the network: what Tocsin connects to, and what it never connects to.

A host is looked up once, every address found is checked, and the connection goes to a checked address, so that no
name, redirect or second look-up leads into the operator's own network. Public addresses are reached on ports 80, 443,
8080 and 8443; in ranges the operator allows, every port is open. Does not decide what is asked for, or how often.
The SMTP host is the operator's own word and does not pass here.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from services.errors import InvalidError, OutsideError
from services.wire import Transport, within

PORTS = (80, 443, 8080, 8443)
MOST_REDIRECTS = 5
MOST_ADDRESSES = 3
_WEB = frozenset({"http", "https"})
_MOVED = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another origin: nothing that could carry a secret.
_HARMLESS = frozenset({"accept", "accept-language", "user-agent"})
_REFUSED = frozenset({"blocked_address", "blocked_port", "scheme_not_allowed", "bad_url"})

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_V6_PUBLIC = ipaddress.IPv6Network("2000::/3")
_V6_EXAMPLES = ipaddress.IPv6Network("3fff::/20")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_RELAY = ipaddress.IPv4Network("192.88.99.0/24")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. Header names compare without case; `moved`: every redirect on the way was for good."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: bool = False


def system_look_up(host: str, port: int) -> list[str]:
    """Ask the system for a host's addresses; it reads decimal, octal and short forms of addresses too."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise OutsideError(f"No host is called {host}", code="dns") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def system_dial(address: str, port: int, timeout_s: float) -> socket.socket:
    """Connect to an address that was checked."""
    sock = socket.create_connection((address, port), timeout_s)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def is_public(address: str) -> bool:
    """Say whether an address is on the public internet, also when an IPv4 address hides in an IPv6 one."""
    ip = _within(ipaddress.ip_address(address.partition("%")[0]))
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _V6_PUBLIC and ip.is_global and ip not in _V6_EXAMPLES
    return ip.is_global and not ip.is_multicast and ip not in _V4_RELAY


def _within(ip: _Ip) -> _Ip:
    """Take the IPv4 address out of its mapped, 6to4 or NAT64 form."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


class Gate:
    """Checks and makes connections. `look_up` and `dial` are the only two calls that reach outside."""

    def __init__(
        self,
        allow_private: Sequence[str] = (),
        *,
        look_up: Callable[[str, int], list[str]] = system_look_up,
        dial: Callable[[str, int, float], socket.socket] = system_dial,
    ) -> None:
        self._allowed = [_read_range(text) for text in allow_private]
        self._look_up = look_up
        self._dial = dial

    def allows(self, address: str) -> bool:
        """Say whether the operator opened this address, with all its ports."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        return any(form in network for network in self._allowed for form in (ip, _within(ip)))

    def lifted(self, url: str) -> bool:
        """Say whether the rules on ports and https are lifted for this address, because the operator allows it."""
        parts = read_url(url)
        try:
            return all(self.allows(address) for address in self.resolve(parts.host, port_of(parts)))
        except OutsideError:
            return False

    def check_url(self, url: str, schemes: Collection[str] = _WEB, *, field: str | None = None) -> None:
        """Raise `InvalidError` if Tocsin would never connect to this address; an unknown host name may pass."""
        try:
            parts = read_url(url, schemes)
            self.resolve(parts.host, port_of(parts))
        except OutsideError as error:
            if error.code in _REFUSED:
                raise InvalidError(error.message, field=field) from error

    def resolve(self, host: str, port: int) -> list[str]:
        """Give the addresses that may be connected to; one that may not refuses the whole host."""
        found = self._look_up(host, port)
        opened = [address for address in found if self.allows(address)]
        others = [address for address in found if address not in opened]
        if opened and not any(is_public(address) for address in others):
            return opened
        if not all(is_public(address) for address in others):
            text = f"{host} is on a private network. Tocsin only connects to public addresses"
            raise OutsideError(text, permanent=True, code="blocked_address")
        if port not in PORTS:
            text = f"Port {port} of {host} is not open to Tocsin. Use 80, 443, 8080 or 8443"
            raise OutsideError(text, permanent=True, code="blocked_port")
        return found

    def connect(self, host: str, port: int, timeout_s: float) -> socket.socket:
        """Connect to the first checked address that answers."""
        failure: OSError | None = None
        addresses = self.resolve(host, port)[:MOST_ADDRESSES]
        for address in addresses:
            try:
                return self._dial(address, port, timeout_s / len(addresses))
            except OSError as error:
                failure = error
        raise OutsideError(f"{host} does not answer at port {port}", code="connect") from failure


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
    except httpx2.InvalidURL as error:
        raise OutsideError("The web address cannot be read", permanent=True, code="bad_url") from error
    if parts.scheme not in schemes or not parts.host:
        names = " or ".join(f"{name}://" for name in sorted(schemes, reverse=True))
        text = f"Enter an address that starts with {names}"
        raise OutsideError(text, permanent=True, code="scheme_not_allowed")
    if any(sign in url for sign in "\\ \t\r\n") or "%" in parts.host or not url.isprintable():
        text = "The web address holds a space, a backslash or a sign that cannot be part of a host"
        raise OutsideError(text, permanent=True, code="bad_url")
    return parts


def port_of(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def client(gate: Gate, *, timeout_s: float = 30.0, tls: ssl.SSLContext | None = None) -> httpx2.Client:
    """Make a client that connects only through the gate, follows no redirect and uses no proxy."""
    return httpx2.Client(
        transport=Transport(gate.connect, tls),
        trust_env=False,
        follow_redirects=False,
        timeout=timeout_s,
        headers={"User-Agent": "Tocsin", "Accept-Encoding": "gzip, deflate"},
    )


def fetch(
    gate: Gate,
    url: str,
    headers: Mapping[str, str],
    limit_bytes: int,
    timeout_s: float,
    *,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Get a page or feed, at most `limit_bytes` once unpacked and `timeout_s` in all; any status is an answer.

    Follows 5 redirects at most, never from https to http, and takes no secret along to another origin.
    """
    moved = True
    left = dict(headers)
    with within(timeout_s), client(gate, timeout_s=timeout_s, tls=tls) as http:
        for hop in range(MOST_REDIRECTS + 1):
            read_url(url)
            with outside_errors(), http.stream("GET", url, headers=left) as response:
                target = response.headers.get("location", "")
                if response.status_code not in _MOVED or not target:
                    body = _read(response, limit_bytes)
                    return Answer(response.status_code, response.headers, body, url, moved=moved and hop > 0)
                moved = moved and response.status_code in {301, 308}
                url, left = _next(response.url, target, left)
    raise OutsideError(f"The address redirects more than {MOST_REDIRECTS} times", code="redirects")


def _next(url: httpx2.URL, target: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    after = url.join(target)
    if url.scheme == "https" and after.scheme == "http":
        raise OutsideError("The address redirects from https to http", permanent=True, code="scheme_not_allowed")
    if (after.scheme, after.host, port_of(after)) != (url.scheme, url.host, port_of(url)):
        headers = {name: value for name, value in headers.items() if name.lower() in _HARMLESS}
    return str(after), headers


def _read(response: httpx2.Response, limit_bytes: int) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > limit_bytes:
            text = f"The answer is larger than {limit_bytes:,} bytes"
            raise OutsideError(text, permanent=True, code="too_large")
    return bytes(body)


@contextmanager
def outside_errors() -> Iterator[None]:
    """Name the failures of httpx2 as ours: `timeout`, `connect`, `tls`, `bad_url` and `protocol`."""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise OutsideError("The server took too long to answer", code="timeout") from error
    except httpx2.ConnectError as error:
        if _is_tls(error):
            raise OutsideError(f"The server's certificate was not accepted: {_reason(error)}", code="tls") from error
        raise OutsideError("The server cannot be reached", code="connect") from error
    except httpx2.InvalidURL as error:
        raise OutsideError("The web address cannot be read", permanent=True, code="bad_url") from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise OutsideError(f"The server broke off its answer: {str(error)[:200]}", code="protocol") from error


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__  # httpcore drops causes as it raises again
    return False


def _reason(error: BaseException) -> str:
    return str(error).partition("] ")[2].partition(" (_ssl")[0] or str(error)


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
