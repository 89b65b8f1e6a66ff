"""AND beside OR without parentheses: research services read it in opposite ways, so both readings are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.queries.mistake import QueryError
from services.queries.operators import Joint
from services.queries.tokens import Token
from services.queries.tree import And, Node, Not, Or, ZoneField


@dataclass(frozen=True, slots=True)
class Part:
    """One side of an AND or OR: its node, where it stands, and what joins it to the part before.

    `operator` is the AND or OR as typed, `None` for a space. `bare_start` is where the part begins after its NOT.
    """

    node: Node
    start: int
    end: int
    joint: Joint
    operator: Token | None
    bare_start: int

    @property
    def negated(self) -> bool:
        """Whether a NOT stands before it."""
        return self.bare_start != self.start


def check(text: str, parts: Sequence[Part]) -> None:
    """Refuse AND beside OR, and a branch of an OR that only leaves out. Raises `QueryError`."""
    joints = [part.joint for part in parts[1:]]
    if len(set(joints)) > 1:
        turn = next(number for number, joint in enumerate(joints) if joint is not joints[0]) + 1
        raise _mixed(text, parts, parts[turn - 1], parts[turn])
    if joints and joints[0] is Joint.OR:
        for part in parts:
            if leaves_out(part.node):
                what = "This side of the OR only says what to leave out"
                rest = ". Add a word, topic or place that must be there"
                raise QueryError(what, part.start, rest=rest, length=part.end - part.start)


def leaves_out(node: Node) -> bool:
    """Whether the node is only NOT."""
    if isinstance(node, And | Or):
        return all(leaves_out(child) for child in node.children)
    return isinstance(node, Not) or (isinstance(node, ZoneField) and leaves_out(node.child))


def _mixed(text: str, parts: Sequence[Part], before: Part, here: Part) -> QueryError:
    spot = here.operator
    start, length = (spot.start, spot.length) if spot else (here.start, 1)
    both = (_reading(text, parts, Joint.AND), _reading(text, parts, Joint.OR))
    readings = tuple(dict.fromkeys(reading for reading in both if reading))
    advice = _why(before, here)
    if readings:
        advice += " Write one of these:" if len(readings) > 1 else " Write this:"
    else:
        advice += " Put parentheses around what belongs together; each side of an OR needs a word that must be there"
    what = "AND and OR are mixed without parentheses"
    return QueryError(what, start, length=length, advice=advice, readings=readings)


def _why(before: Part, here: Part) -> str:
    if here.joint is Joint.OR:
        return "A space means AND; here an OR follows it." if before.operator is None else "An OR follows the AND."
    return "A space means AND; here it follows an OR." if here.operator is None else "An AND follows the OR."


def _reading(text: str, parts: Sequence[Part], tighter: Joint) -> str:
    """Write the whole query with parentheses around what `tighter` joins; empty if that is no query."""
    groups: list[list[Part]] = []
    for part in parts:
        if groups and part.joint is tighter:
            groups[-1].append(part)
        else:
            groups.append([part])
    write: Callable[[str, list[Part]], str] = _all_of if tighter is Joint.AND else _one_of
    written = [write(text, group) for group in groups]
    if not all(written):
        return ""
    level = written[0]
    for group, one in zip(groups[1:], written[1:], strict=True):
        level += _joined(group[0]) + one
    whole = text[: parts[0].start] + level + text[parts[-1].end :]
    return " ".join(whole.split())


def _joined(part: Part) -> str:
    if part.joint is Joint.OR:
        return " OR "
    return " AND " if part.operator is not None else " "


def _all_of(text: str, group: list[Part]) -> str:
    if all(part.negated for part in group):
        return ""
    inner = text[group[0].start : group[-1].end]
    return inner if len(group) == 1 else f"({inner})"


def _one_of(text: str, group: list[Part]) -> str:
    if len(group) == 1:
        return text[group[0].start : group[0].end]
    if any(part.negated for part in group[1:]):
        return ""
    first = group[0]
    sign = text[first.start : first.bare_start]
    return f"{sign}({text[first.bare_start : group[-1].end]})"
