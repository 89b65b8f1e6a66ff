"""Write the list of known misses anew, after the rules of places have changed: `python -m tests.unit.places.misses`.

Prints each trap that does not hold, and what came out instead. Look at what was added before you keep it.
"""

from __future__ import annotations

from collections import Counter

from tests.unit.places.traps import FOLDER, mistakes, traps

_HEAD = "# Traps that do not hold yet. A test fails when one of these holds: then it has to leave the list."


def main() -> None:
    """Write and print."""
    missed = {trap: said for trap in traps() if (said := mistakes(trap))}
    lines = [_HEAD, *("- '" + trap.id.replace("'", "''") + "'" for trap in missed)]
    (FOLDER.parent / "known_misses.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for trap, said in missed.items():
        print(f"{trap.id}: {'; '.join(said)}")
    kinds = Counter(trap.kind for trap in traps())
    of_kind = Counter(trap.kind for trap in missed)
    print(", ".join(f"{kind} {count - of_kind[kind]} of {count}" for kind, count in kinds.items()), "hold")


if __name__ == "__main__":
    main()
