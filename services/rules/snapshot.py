"""All compiled rules as bytes, so that a process that starts again need not compile them: seconds per million rules.

The bytes are Python's own compact form, which is trusted: they must come from the operator's own data folder. They
begin with what wrote them and a checksum; bytes of another version or damaged ones are refused, and the caller adds
the rules anew. Topics are not in them.
"""

from __future__ import annotations

import gc
import hashlib
import marshal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from services.errors import InvalidError
from services.queries.tree import Node
from services.rules.engine import Engine

_LAYOUT = 6  # to be raised whenever the engine's compiled form changes
_SIGN = f"tocsin rules {_LAYOUT} {sys.implementation.cache_tag} {sys.byteorder}\n".encode()
_DIGEST = 16


def dump(engine: Engine) -> bytes:
    """Give an engine's rules as bytes."""
    body = marshal.dumps(engine.state())
    return _SIGN + hashlib.blake2b(body, digest_size=_DIGEST).digest() + body


def load(data: bytes, topics: Mapping[str, Node] | None = None) -> Engine:
    """Give an engine with the rules of a snapshot and these topics. Raises `InvalidError`: then add the rules anew."""
    sign, rest = data[: len(_SIGN)], memoryview(data)[len(_SIGN) :]
    if sign != _SIGN:
        raise InvalidError("Expected a snapshot of rules by this version of Tocsin and Python, found something else")
    digest, body = rest[:_DIGEST], rest[_DIGEST:]
    if hashlib.blake2b(body, digest_size=_DIGEST).digest() != digest:
        raise InvalidError("The snapshot of rules is damaged: its checksum is not that of its content")
    with _collector_paused():
        return Engine.of_state(marshal.loads(body), topics)  # noqa: S302  # signed above, from our own data folder


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from going through a million new tuples again and again: halves the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
