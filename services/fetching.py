"""Fetch through the gate: with caps on time, size, packing, headers and redirects, each of which the gate checks anew.

Does not decide what is asked for, or how often. A failure is an `OutsideError` whose code says what it was.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from services.errors import OutsideError
from services.guard import Gate, port_of, read_url
from services.unpacking import unpacked
from services.wire import Transport, within

MOST_REDIRECTS = 5
MOST_HEADERS = 256
_MOVED = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another origin: nothing that could carry a secret.
_HARMLESS = frozenset({"accept", "accept-language", "content-type", "user-agent"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. Header names compare without case; `moved`: every redirect on the way was for good."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: bool = False


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
            raise OutsideError(
                f"The server's certificate was not accepted: {why_not_accepted(error)}", code="tls"
            ) from error
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


def why_not_accepted(error: BaseException) -> str:
    """Say in the words of the library what is wrong with a certificate."""
    return str(error).partition("] ")[2].partition(" (_ssl")[0] or str(error)
