"""What a chat service answered: Apprise keeps it to itself, so the requests it makes are watched on their way.

One `Watch` a message, in a context variable. While one is set, every request in this context verifies TLS, uses no
proxy, follows the gate, calls `inflight` once when the first connection stands and before its first byte, ends at a
deadline, and has at most 64 KiB of its answer read. Other users of requests in the process are only guarded.
"""

from __future__ import annotations

import functools
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from services.channels.outgoing import Inflight
from services.guard import Gate, guard_urllib3

MOST_ANSWER_BYTES = 64 * 1024


@dataclass(slots=True)
class Answered:
    """One answer, as far as it was read."""

    status: int
    retry_after: str | None
    text: str


@dataclass(slots=True)
class Watch:
    """What happened to the requests of one message. `written`: the last request went out and had no answer yet.

    `fence` is what `inflight` raised, `stopped` what ended a request; both stop every further one.
    """

    inflight: Inflight
    timeout_s: float
    began: bool = False
    written: bool = False
    fence: BaseException | None = None
    stopped: BaseException | None = None
    answers: list[Answered] = field(default_factory=list)
    _timers: list[threading.Timer] = field(default_factory=list)

    def begin(self) -> None:
        """Call `inflight` the first time a connection stands."""
        if self.began:
            return
        try:
            self.inflight()
        except BaseException as error:
            self.fence = error
            raise
        self.began = True

    def end_after(self, sock: socket.socket) -> None:
        """End a connection at the deadline; a timeout of the socket alone starts anew with each byte."""
        timer = threading.Timer(self.timeout_s, _shut, [sock])
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def over(self) -> None:
        """Forget the deadlines."""
        for timer in self._timers:
            timer.cancel()


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)
_installed = threading.Lock()


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Watch the requests made inside."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)
        watch.over()


def install(gate: Gate) -> None:
    """Guard and watch urllib3 and requests in this process; a later call changes the gate only."""
    import requests.adapters
    import urllib3.connection

    guard_urllib3(gate)
    # They log addresses with tokens.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    connections = (urllib3.connection.HTTPConnection, urllib3.connection.HTTPSConnection)
    with _installed:
        _wrap(requests.adapters.HTTPAdapter, "send", _watched_send)
        for kind in connections:
            _wrap(kind, "connect", _watched_connect)


def _wrap(kind: type, name: str, wrapper: Callable[[Any], Any]) -> None:
    method = getattr(kind, name)
    if not getattr(method, "watched", False):
        wrapped = wrapper(method)
        wrapped.watched = True
        setattr(kind, name, wrapped)


def _watched_send(send: Callable[..., Any]) -> Callable[..., Any]:  # Any: requests' own signature goes through
    @functools.wraps(send)
    def watched(self: Any, request: Any, **given: Any) -> Any:
        watch = _watch.get()
        if watch is None:
            return send(self, request, **given)
        if watch.stopped is not None:
            raise watch.stopped
        safe: dict[str, Any] = {
            "stream": True,
            "verify": True,
            "cert": None,
            "proxies": {},
            "timeout": (10.0, watch.timeout_s),
        }
        try:
            response = send(self, request, **safe)
            watch.written = False
            watch.answers.append(_read(response))
        except BaseException as error:
            watch.stopped = error
            raise
        return response

    return watched


def _watched_connect(connect: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(connect)
    def watched(self: Any) -> None:  # Any: either kind of connection
        connect(self)
        watch = _watch.get()
        if watch is None:
            return
        watch.begin()
        watch.written = True
        watch.end_after(self.sock)

    return watched


def _read(response: Any) -> Answered:  # Any: a requests.Response, whose stored content is set here
    body = b""
    with suppress(Exception):  # the status has decided; a text that cannot be read changes nothing
        body = response.raw.read(MOST_ANSWER_BYTES, decode_content=True) or b""
    response._content, response._content_consumed = body, True  # so that Apprise reads no more
    response.close()
    text = body.decode("utf-8", "replace")
    return Answered(response.status_code, response.headers.get("Retry-After"), text)
