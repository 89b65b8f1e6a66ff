"""The one gate to the network: what Tocsin connects to, and what it never connects to.

A host is looked up once, every address found is checked, and the connection goes to a checked address, so that no
name, redirect or second look-up leads into the operator's own network. Public addresses are reached on ports 80, 443,
8080 and 8443; in ranges the operator allows, every port is open. Does not decide what is asked for, or how often.
The SMTP host is the operator's own word and does not pass here.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from services.addresses import inner, is_public, read_ip, system_dial, system_look_up
from services.errors import InvalidError, OutsideError
from services.unpacking import unpacked
from services.wire import Transport, within

__all__ = ["Answer", "Gate", "ask", "client", "fetch", "guard_urllib3", "is_public", "outside_errors", "read_url"]

PORTS = (80, 443, 8080, 8443)
MOST_REDIRECTS = 5
MOST_ADDRESSES = 3
MOST_HEADERS = 256
_WEB = frozenset({"http", "https"})
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?|\[?[0-9a-f:.]+\]?")
_MOVED = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another origin: nothing that could carry a secret.
_HARMLESS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_REFUSED = frozenset({"blocked_address", "blocked_port", "own_address", "scheme_not_allowed", "bad_url"})
_THIS_MACHINE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  # compared with, not bound


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. Header names compare without case; `moved`: every redirect on the way was for good."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: bool = False


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

    Follows 5 redirects at most, never from https to http, and takes no secret along to another origin. A name and
    password in the address are sent to its own origin only, and are left out of the answer's address.
    """
    return ask(gate, "GET", url, headers, None, limit_bytes, timeout_s, tls=tls)


def ask(
    gate: Gate,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    limit_bytes: int,
    timeout_s: float,
    *,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Do what `fetch` does with any method; a redirect repeats the request, but a 303 ends it."""
    moved, hops = True, 0
    url, left = _without_secret(url, headers)
    followed = _MOVED if method == "GET" else _MOVED - {303}
    with within(timeout_s), client(gate, timeout_s=timeout_s, tls=tls) as http:
        while True:
            read_url(url)
            with outside_errors(), http.stream(method, url, headers=_as_sent(left), content=content) as response:
                _check_headers(response)
                target = _location(response)
                if response.status_code not in followed or not target:
                    body = _read(response, limit_bytes)
                    return Answer(response.status_code, response.headers, body, url, moved=moved and hops > 0)
                moved = moved and response.status_code in {301, 308}
                url, left = _next(response.url, target, left)
            hops += 1
            if hops > MOST_REDIRECTS:
                raise OutsideError(f"The address redirects more than {MOST_REDIRECTS} times", code="redirects")


def _without_secret(url: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Move the name and password of an address into a header."""
    parts, left = read_url(url), dict(headers)
    if not parts.userinfo:
        return url, left
    secret = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    return str(parts.copy_with(username=None, password=None)), left | {"Authorization": f"Basic {secret}"}


def _as_sent(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Give headers as bytes: validators go back as they came, whatever signs they hold."""
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _check_headers(response: httpx2.Response) -> None:
    response.headers.encoding = "latin-1"
    if len(response.headers.raw) > MOST_HEADERS:
        raise OutsideError(f"The answer has more than {MOST_HEADERS} headers", code="protocol")
    if "content-length" in response.headers and "transfer-encoding" in response.headers:
        raise OutsideError("The answer gives its length in two ways", code="protocol")


def _location(response: httpx2.Response) -> str:
    given = str(response.headers.get("location", "")).encode("latin-1")
    try:
        return given.decode()
    except UnicodeDecodeError:
        return given.decode("latin-1")


def _next(url: httpx2.URL, target: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    after = url.join(target).copy_with(username=None, password=None)
    if url.scheme == "https" and after.scheme == "http":
        raise OutsideError("The address redirects from https to http", permanent=True, code="scheme_not_allowed")
    if (after.scheme, after.host, port_of(after)) != (url.scheme, url.host, port_of(url)):
        headers = {name: value for name, value in headers.items() if name.lower() in _HARMLESS}
    return str(after), headers


def _read(response: httpx2.Response, limit_bytes: int) -> bytes:
    body = bytearray()
    for part in unpacked(response.iter_raw(), response.headers.get("content-encoding", "")):
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
