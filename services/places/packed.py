"""The file of the gazetteer: what is in it, and how it is unpacked.

It is one xz stream: a length, a header in JSON, the names, then the arrays, each byte plane by plane.

    a division   kind, latitude and longitude (hundredths of a degree), population, up, county, label (its own name)
    a name       count of links, and for each the division and the sort: called so, nickname, people, abbreviation …
    a word       whether dictionaries have it in lower case, how often books do, how common it is as a person's name

Built by `tests/making/gazetteer.py`; sources and licences: the NOTICE beside the file.
"""

from __future__ import annotations

import json
import lzma
import sys
from array import array
from dataclasses import dataclass
from typing import Any
from zlib import crc32

EMPTY = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Packed:
    """The header, the texts and the arrays of a file, by their names."""

    head: dict[str, Any]  # Any: JSON as `tests/making/gazetteer.py` writes it
    blobs: dict[str, bytes]
    columns: dict[str, array[int]]


@dataclass(frozen=True, slots=True)
class Names:
    """Where each name starts, where its links start, the hash table, and how many words names have by first word."""

    starts: array[int]
    links: array[int]
    table: array[int]
    longest: dict[str, int]


def read_packed(packed: bytes) -> Packed:
    """Unpack a file. Raises `LZMAError`, `ValueError` or `KeyError` for one that is none."""
    body = memoryview(lzma.decompress(packed))
    length = int.from_bytes(body[:4], "little")
    head = json.loads(bytes(body[4 : 4 + length]))
    at = 4 + length
    blobs = {}
    for name, size in head["blobs"].items():
        blobs[name] = bytes(body[at : at + size])
        at += size
    columns: dict[str, array[int]] = {}
    for name, code, count in head["arrays"]:
        columns[name], at = _column(body, at, code, count)
    return Packed(head, blobs, columns)


def _column(body: memoryview, at: int, code: str, count: int) -> tuple[array[int], int]:
    """Put the byte planes of an array together again."""
    found: array[int] = array(code)
    size = found.itemsize
    raw = bytearray(size * count)
    for plane in range(size):
        raw[plane::size] = body[at : at + count]
        at += count
    found.frombytes(raw)
    if sys.byteorder == "big":
        found.byteswap()
    return found, at


def index_names(names: bytes, counts: array[int]) -> Names:
    """Index names, one a line, with the count of links of each."""
    starts, links = array("I", [0]), array("I", [0])
    size = 1 << (2 * len(counts)).bit_length()
    table, mask = array("I", [EMPTY]) * size, size - 1
    longest: dict[str, int] = {}
    at = link = 0
    for number, (name, count) in enumerate(zip(names.split(b"\n"), counts, strict=True)):
        at += len(name) + 1
        link += count
        starts.append(at)
        links.append(link)
        slot = crc32(name) & mask
        while table[slot] != EMPTY:
            slot = (slot + 1) & mask
        table[slot] = number
        if b" " in name or b"-" in name:
            words = name.decode().replace("-", " ").split(" ")
            if longest.get(words[0], 1) < len(words):
                longest[words[0]] = len(words)
    return Names(starts, links, table, longest)


def people_words(words: bytes, first: array[int], last: array[int]) -> dict[str, int]:
    """Give the words that are people's names: how common as a first name, times 256, plus how common as a last one."""
    return {word: one * 256 + two for word, one, two in zip(words.decode().split("\n"), first, last, strict=True)}
