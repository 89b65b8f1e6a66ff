"""HTTP over connections that one given function makes: an httpx2 transport with a deadline for the whole request.

httpx2 has no public way to say how connections are made, so the pool of httpcore2 is built here with a network
backend of ours. Does not know which hosts may be reached: that is the gate's part.
"""

from __future__ import annotations

import functools
import logging
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore2
import httpx2

Connect = Callable[[str, int, float], socket.socket]

KEPT = 64  # connections without a request that wait for the next

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)

# Both libraries log whole addresses, which may hold tokens.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Bound everything read and written inside by one deadline, however slowly the other side drips."""
    ends, outer = time.monotonic() + seconds, _deadline.get()
    token = _deadline.set(ends if outer is None else min(ends, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


def _left(timeout_s: float | None) -> float:
    ends = _deadline.get()
    wait = 60.0 if timeout_s is None else timeout_s
    wait = wait if ends is None else min(wait, ends - time.monotonic())
    if wait <= 0:
        raise TimeoutError("the time for the whole request is over")
    return wait


@contextmanager
def _as(slow: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise slow(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error


class _Stream(httpcore2.NetworkStream):
    """One connection made by the gate, each step under its own timeout and the deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _as(httpcore2.ReadTimeout, httpcore2.ReadError):
            self._sock.settimeout(_left(timeout))
            return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _as(httpcore2.WriteTimeout, httpcore2.WriteError):
            self._sock.settimeout(_left(timeout))
            self._sock.sendall(buffer)

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            with _as(httpcore2.ConnectTimeout, httpcore2.ConnectError):
                self._sock.settimeout(_left(timeout))
                return _Stream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname))
        except BaseException:
            self._sock.close()
            raise

    def get_extra_info(self, info: str) -> object:
        if info == "is_readable":
            return _is_readable(self._sock)
        return self._sock if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket) else None


def _is_readable(sock: socket.socket) -> bool:
    """Say whether an idle connection holds something, which means that the other side closed it."""
    if sock.fileno() < 0:
        return True
    asked = select.poll()
    asked.register(sock, select.POLLIN)
    return bool(asked.poll(0))


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - the library's signature
        socket_options: Iterable[object] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        with _as(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            return _Stream(self._connect(host, port, _left(timeout)))


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx2():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class Transport(httpx2.BaseTransport):
    """Sends requests over connections that `connect(host, port, seconds)` makes, and over no others.

    There are as many as there are threads that send: the library's ten let all others wait for ten slow servers.
    """

    def __init__(self, connect: Connect, tls: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls or verified_tls(), network_backend=_Backend(connect), max_connections=None,
            max_keepalive_connections=KEPT, keepalive_expiry=5.0,
        )  # fmt: skip

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore2.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        with _as_httpx2():
            answer = self._pool.handle_request(asked)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


@functools.cache
def verified_tls() -> ssl.SSLContext:
    """Make the one context for TLS 1.2 and later with certificates checked; loading the roots costs 20 ms."""
    context = httpx2.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _as_httpx2() -> Iterator[None]:
    try:
        yield
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        # The two libraries give their errors the same names.
        raise getattr(httpx2, type(error).__name__)(str(error)) from error
