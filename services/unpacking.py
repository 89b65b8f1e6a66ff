"""Unpack what a server sent compressed, a little at a time, so that a small answer cannot become a huge one.

Knows gzip and deflate, which are all that Tocsin asks for. Nothing is unpacked further than what the reader takes,
64 KiB at once; the sum is held against what came over the wire.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from services.errors import OutsideError

PART_BYTES = 64 * 1024
MOST_LAYERS = 2
MOST_RATIO = 100
RATIO_FROM_BYTES = 1024 * 1024  # a small answer may be as repetitive as it likes
_KNOWN = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def unpacked(raw: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Give the bytes under the packings that `Content-Encoding` names, in parts of 64 KiB at most.

    Raises OutsideError: `encoding` for a packing that is not known, `bomb` for more than 100 to 1, `protocol` for
    bytes that are not packed as they claim or that break off.
    """
    counted = _Counted(raw)
    parts: Iterable[bytes] = counted
    layers = [name for part in encoding.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if len(layers) > MOST_LAYERS:
        raise OutsideError(f"The answer is packed {len(layers)} times over", permanent=True, code="encoding")
    for name in reversed(layers):
        if name not in _KNOWN:
            text = f'The answer is packed as "{name[:40]}", which was not asked for'
            raise OutsideError(text, permanent=True, code="encoding")
        parts = _layer(parts, _KNOWN[name])
    return _checked(parts, counted) if layers else iter(counted)


class _Counted:
    """Passes bytes on and counts them."""

    def __init__(self, raw: Iterable[bytes]) -> None:
        self._raw = raw
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self._raw:
            self.count += len(part)
            yield part


def _checked(parts: Iterable[bytes], sent: _Counted) -> Iterator[bytes]:
    got = 0
    for part in parts:
        got += len(part)
        if got > RATIO_FROM_BYTES and got > MOST_RATIO * sent.count:
            text = f"The answer unpacks to more than {MOST_RATIO} times its size"
            raise OutsideError(text, permanent=True, code="bomb")
        yield part


def _layer(parts: Iterable[bytes], bits: int) -> Iterator[bytes]:
    """Unpack one layer; several gzip members one after the other are one, and what follows them is padding."""
    unpacker = zlib.decompressobj(bits)
    begun = False
    for part in parts:
        left = part
        while left:
            if unpacker.eof:
                if bits != _KNOWN["gzip"] or not left.startswith(b"\x1f\x8b"):
                    return
                unpacker = zlib.decompressobj(bits)
            try:
                some = unpacker.decompress(left, PART_BYTES)
            except zlib.error as error:
                if begun or bits != _KNOWN["deflate"]:
                    raise OutsideError("The packed answer cannot be unpacked", code="protocol") from error
                unpacker, begun = zlib.decompressobj(-15), True  # many servers send deflate without its header
                continue
            begun = True
            if some:
                yield some
            left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if begun and not unpacker.eof:
        raise OutsideError("The packed answer breaks off", code="protocol")
