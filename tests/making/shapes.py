"""Census boundaries from us-atlas: the middle of a state or county by area, and the county that a point lies in."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from statistics import fmean
from typing import Any

Ring = list[tuple[float, float]]  # longitude, latitude


class Shapes:
    """Polygons by FIPS: two digits for states, five for counties (the boundaries of 2017)."""

    def __init__(self, folder: Path) -> None:
        atlas = folder / "us-atlas/package/counties-10m.json"
        topology: dict[str, Any] = json.loads(atlas.read_text(encoding="utf-8"))
        arcs = [_absolute(arc, topology["transform"]) for arc in topology["arcs"]]
        self.names: dict[str, str] = {}
        self._rings: dict[str, list[Ring]] = {}
        self._cells: dict[tuple[int, int], list[str]] = defaultdict(list)
        for kind in ("states", "counties"):
            for one in topology["objects"][kind]["geometries"]:
                code = one["id"]
                self.names[code] = one["properties"]["name"]
                many = one["arcs"] if one["type"] == "MultiPolygon" else [one["arcs"]]
                self._rings[code] = [_ring(ring, arcs) for polygon in many for ring in polygon]
                if len(code) == 5:
                    for cell in _cells(self._rings[code]):
                        self._cells[cell].append(code)

    def middle(self, code: str) -> tuple[float, float]:
        """Give latitude and longitude of the middle, weighted by area."""
        total = east = north = 0.0
        for ring in self._rings[code]:
            for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
                cross = x0 * y1 - x1 * y0
                total += cross
                east += (x0 + x1) * cross
                north += (y0 + y1) * cross
        if abs(total) < 1e-9:  # an islet that the simplified boundaries have flattened
            points = [point for ring in self._rings[code] for point in ring]
            return fmean(y for _, y in points), fmean(x for x, _ in points)
        return north / (3 * total), east / (3 * total)

    def county_at(self, lat: float, lon: float) -> str | None:
        """Give the FIPS of the county that a point lies in."""
        for code in self._cells.get((int(lat // 1), int(lon // 1)), ()):
            if sum(_crosses(ring, lat, lon) for ring in self._rings[code]) % 2:
                return code
        return None


def _absolute(arc: list[list[int]], transform: dict[str, list[float]]) -> Ring:
    x = y = 0
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * sx + tx, y * sy + ty))
    return points


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    points: Ring = []
    for number in numbers:
        points += (arcs[number] if number >= 0 else arcs[~number][::-1])[:-1]
    return points


def _cells(rings: list[Ring]) -> set[tuple[int, int]]:
    found = set()
    for ring in rings:
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        found |= {(lat, lon) for lat in range(int(min(ys) // 1), int(max(ys) // 1) + 1)
                  for lon in range(int(min(xs) // 1), int(max(xs) // 1) + 1)}  # fmt: skip
    return found


def _crosses(ring: Ring, lat: float, lon: float) -> int:
    count = 0
    x0, y0 = ring[-1]
    for x1, y1 in ring:
        if (y0 > lat) != (y1 > lat) and lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0:
            count += 1
        x0, y0 = x1, y1
    return count
