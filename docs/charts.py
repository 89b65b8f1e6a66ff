"""Draw a benchmark's figures: `python docs/charts.py tests/benchmarks/service.json figures.svg` writes that file here.

One row a figure, its limit at the same place in every row: what stays left of the line is within it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROW, LEFT, WIDTH, LIMIT_AT = 44, 250, 860, 300


def main(source: str, name: str) -> None:
    """Read the figures and write the picture."""
    said = json.loads(Path(source).read_text())
    rows = [_row(n, name, **figure) for n, (name, figure) in enumerate(said["figures"].items())]
    height = 70 + ROW * len(rows)
    limit = LEFT + LIMIT_AT
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"
 aria-label="Each figure against its limit" font-family="system-ui, Segoe UI, Roboto, sans-serif" font-size="14">
<style>.paper{{fill:#f4f6f4}}.ink{{fill:#16201d}}.soft{{fill:#4e5b56}}.ours{{fill:#00635a}}.floor{{fill:#74817c}}.limit{{stroke:#a1231a;stroke-width:2}}</style>
<rect class="paper" width="{WIDTH}" height="{height}"/>
<text class="soft" x="{limit}" y="24" text-anchor="middle">limit</text>
<line class="limit" x1="{limit}" x2="{limit}" y1="32" y2="{height - 30}"/>
{"".join(rows)}<text class="soft" x="16" y="{height - 10}" font-size="12">green: measured; grey: the floor, which is
 the bare work on the same machine. {said["machine"]}, commit {said["commit"]}</text>
</svg>
"""
    Path(__file__).with_name(name).write_text(svg)


def _row(number: int, name: str, *, ours: float, floor: float, ratio: float, limit: float) -> str:
    y = 40 + ROW * number
    wide, bare = (max(1.0, min(1.15, value / limit) * LIMIT_AT) for value in (ours, floor))
    return (
        f'<text class="ink" x="16" y="{y + 17}">{name}</text>'
        f'<rect class="ours" x="{LEFT}" y="{y}" width="{wide:.0f}" height="14"/>'
        f'<rect class="floor" x="{LEFT}" y="{y + 16}" width="{bare:.0f}" height="6"/>'
        f'<text class="ink" x="{LEFT + LIMIT_AT * 1.15 + 16:.0f}" y="{y + 15}">{ours:.3g} of {limit:g}, '
        f"{ratio:.3g} times the floor</text>\n"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
