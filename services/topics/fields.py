"""The YAML of topic packs: a mapping of texts and lists of texts, read with the line of each for errors.

Nothing else of YAML is taken: no numbers, tags, anchors or nesting. A text that YAML would read as a number or a date
is taken as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from services.errors import InvalidError

LARGEST_CHARACTERS = 300_000
MOST_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class Field:
    """One text of a pack, and where it stands: file, line from 1, and path such as `terms/2`."""

    value: str
    where: str
    line: int
    path: str

    def mistake(self, message: str, advice: str = "") -> InvalidError:
        """Make the error that names this spot."""
        return InvalidError(f"{self.where}, line {self.line}, {self.path}: {message}", field=self.path, advice=advice)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one pack."""

    where: str
    found: Mapping[str, Sequence[Field]]

    def text(self, name: str) -> Field:
        """Give a text that must be there."""
        return self.found[name][0]

    def texts(self, name: str, *, least: int = 0) -> Sequence[Field]:
        """Give a list; an empty one when it is not there. Raises `InvalidError` when fewer than `least` stand in it."""
        values = self.found.get(name, ())
        if len(values) < least:
            raise InvalidError(f"{self.where}, {name}: at least {least} is expected, none was found", field=name)
        return values


def read_fields(text: str, where: str, named: Sequence[str], listed: Sequence[str]) -> Fields:
    """Read YAML. Raises `InvalidError` for anything but these texts, which must be there, and these lists."""
    root = _compose(text, where)
    if not isinstance(root, yaml.MappingNode):
        raise InvalidError(f"{where}: a topic pack is a mapping with the fields {', '.join([*named, *listed])}")
    found: dict[str, Sequence[Field]] = {}
    for key, node in root.value:
        name = _text(key, where, "field name").value
        spot = Field(name, where, key.start_mark.line + 1, name)
        if name in found:
            raise spot.mistake("This field stands here a second time")
        if name not in (*named, *listed):
            raise spot.mistake(f"There is no such field. The fields are {', '.join([*named, *listed])}")
        found[name] = _list(node, where, name) if name in listed else [_text(node, where, name)]
    for name in named:
        if name not in found or not found[name][0].value:
            raise InvalidError(f"{where}, {name}: a text is expected, none was found", field=name)
    return Fields(where, found)


def _compose(text: str, where: str) -> yaml.Node | None:
    if len(text) > LARGEST_CHARACTERS:
        raise InvalidError(
            f"{where}: a topic pack has at most {LARGEST_CHARACTERS:,} characters, this has {len(text):,}"
        )
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise InvalidError(f"{where}{line}: this is not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidError(f"{where}: this is not YAML: {str(error).splitlines()[0]}") from error


def _list(node: yaml.Node, where: str, name: str) -> list[Field]:
    spot = Field("", where, node.start_mark.line + 1, name)
    if not isinstance(node, yaml.SequenceNode):
        raise spot.mistake("A list is expected, each entry on a line that starts with a hyphen")
    if len(node.value) > MOST_ENTRIES:
        raise spot.mistake(f"A list has at most {MOST_ENTRIES} entries, this has {len(node.value):,}")
    entries = [_text(entry, where, f"{name}/{number}") for number, entry in enumerate(node.value, start=1)]
    for entry in entries:
        if not entry.value:
            raise entry.mistake("A text is expected, none was found")
    return entries


def _text(node: yaml.Node, where: str, path: str) -> Field:
    spot = Field("", where, node.start_mark.line + 1, path)
    if not isinstance(node, yaml.ScalarNode):
        raise spot.mistake("A text is expected; put a query with [ or { or a colon in it between single quotes")
    value = "" if node.tag.endswith(":null") and node.style is None else node.value
    return Field(value.strip(), where, node.start_mark.line + 1, path)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Indent lists under their field."""
        super().increase_indent(flow, False)  # noqa: FBT003  # the shape of PyYAML


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def write_fields(values: Mapping[str, str | list[str]]) -> str:
    """Write texts and lists as YAML."""
    written: str = yaml.dump(
        dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )
    return written
