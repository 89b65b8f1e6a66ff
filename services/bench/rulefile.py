"""Rules from a file, one query a line; empty lines and lines that begin with # are passed over."""

from __future__ import annotations

from pathlib import Path

from services.errors import InvalidError
from services.queries.canonical import rule_key
from services.queries.mistake import QueryError
from services.queries.parser import parse
from services.queries.tree import Node


def from_file(file: Path) -> list[Node]:
    """Read different rules. Raises `InvalidError` with the line of the first that cannot be read."""
    found: dict[str, Node] = {}
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            query = line.strip()
            if query and not query.startswith("#"):
                tree = _read(query, f"{file}, line {number}")
                found.setdefault(rule_key(tree), tree)
    if not found:
        raise InvalidError(f"Expected one query a line in {file}, found none", field="--rules")
    return list(found.values())


def _read(query: str, where: str) -> Node:
    try:
        return parse(query).tree
    except QueryError as error:
        raise InvalidError(f"{where}: {error.message}", field="--rules", position=error.position) from error
