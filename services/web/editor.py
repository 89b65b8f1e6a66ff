"""The builder beside the text of a query: its conditions as lines, and what a posted form changes of them.

The text is the truth. Each post brings it along; what the form adds, counts otherwise or takes away changes the
conditions of that text, and the page shows the new text and its conditions. `built` is the text whose lines the form
shows: if somebody went on typing since, the lines are drawn anew and nothing else happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.errors import InvalidError
from services.queries import building
from services.queries.builder import Close, Condition, Field, How, Says, Unshown, Where, build, tree_of
from services.queries.building import FIELDS, UnclearPlaceError
from services.queries.canonical import to_text
from services.queries.lookups import Lookups
from services.queries.mistake import QueryError
from services.queries.parser import parse_unfinished
from services.queries.tree import Author, Lang, Node, Phrase, Place, PlaceKind, Site, Source, Term, Topic, Wildcard
from services.web.forms import Form

_SAYS = ((How.ALL, "says all of"), (How.ANY, "says any of"), (How.NONE, "says none of"))
_WHERE = (
    ("about", "is about"), ("place", "mentions"), ("gov", "names the government of"), ("-about", "is not about"),
    ("-place", "does not mention"), ("-gov", "does not name the government of"),
)  # fmt: skip
_FIELD = {
    "source": ("comes from", "does not come from"), "author": ("is written by", "is not written by"),
    "site": ("stands on the site", "does not stand on the site"),
    "lang": ("is in the language", "is not in the language"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as the builder shows it. `chosen` is one of `choices`; `distance` is for two things near."""

    sort: str
    choices: Sequence[tuple[str, str]]
    chosen: str
    items: Sequence[str]
    exact: bool = False
    distance: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """The builder as it stands: its lines, or why there are none; what was typed into it and not taken, and why."""

    built: str
    lines: Sequence[Line] = ()
    unshown: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    problem: str = ""
    names: Sequence[str] = ()


def show(query: str, lookups: Lookups) -> Shown:
    """Show the conditions of a query, or say why it cannot be shown."""
    try:
        found = build(parse_unfinished(query, lookups))
    except QueryError:
        return Shown(query, unshown="The builder shows the query as soon as it can be read")
    if isinstance(found, Unshown):
        return Shown(query, unshown=found.reason)
    return Shown(query, [_line(one) for one in found])


def apply(form: Form, lookups: Lookups) -> tuple[str, Shown]:
    """Give the query as the form changes it, and the builder that shows it."""
    form = _with_chosen(form)
    query = form.text("query")
    before = show(query, lookups)
    if before.unshown or form.text("built") != query:
        return query, before
    found = build(parse_unfinished(query, lookups))
    assert not isinstance(found, Unshown)
    change = _Change(form, lookups, found)
    change.run()
    tree = tree_of(change.conditions)
    text = query if change.conditions == found else "" if tree is None else to_text(tree)
    after = show(text, lookups)
    lines = [change.as_chosen(number, line) for number, line in enumerate(after.lines)]
    return text, Shown(text, lines, after.unshown, change.left, change.at, change.problem, change.names)


def _with_chosen(form: Form) -> Form:
    """Take the place that was chosen among several in the place of what was typed."""
    name, _, chosen = form.text("chosen").partition(" ")
    return Form({**form.fields, name: [chosen]}) if chosen else form


class _Change:
    """What one form changes. Stops at the first thing that cannot be read, and keeps what was typed there."""

    def __init__(self, form: Form, lookups: Lookups, conditions: tuple[Condition, ...]) -> None:
        self.conditions = conditions
        self.left: dict[str, str] = {}
        self.at = self.problem = ""
        self.names: Sequence[str] = ()
        self._form, self._lookups = form, lookups
        self._before = len(conditions)

    def run(self) -> None:
        """Count otherwise, add to what stands there, add new conditions, and take away last."""
        for number in range(self._before):
            self._count(number)
            self._try(f"add-{number}", number)
        for name in ("says", "near", "place", "field", "topic"):
            self._try(f"new-{name}", None)
        act, at, item = [*self._form.text("act").split(), "", "", ""][:3]
        if act == "drop" and at.isdigit() and item.isdigit():
            self.conditions = building.less(self.conditions, int(at), int(item))

    def as_chosen(self, number: int, line: Line) -> Line:
        """Keep "any of" chosen for a single item: what is added next is an alternative to it."""
        how = self._form.text(f"how-{number}")
        single = line.sort == "says" and len(line.items) == 1 and line.chosen == How.ALL and how == How.ANY
        same = single and len(self.conditions) == self._before
        return Line(line.sort, line.choices, How.ANY, line.items) if same else line

    def _count(self, number: int) -> None:
        one = self.conditions[number]
        if how := self._form.text(f"how-{number}"):
            one = building.counted(one, how)
        if isinstance(one, Where):
            one = building.itself(one, exact=self._form.ticked(f"exact-{number}"))
        self.conditions = (*self.conditions[:number], one, *self.conditions[number + 1 :])

    def _try(self, name: str, number: int | None) -> None:
        typed = self._form.text(name)
        near = name == "new-near"
        if not typed and not (near and self._form.text("near-other")):
            return
        if self.problem:
            self._keep(name, typed)
            return
        try:
            if number is not None:
                self.conditions = building.more(self.conditions, number, self._like(self.conditions[number], typed))
            else:
                self.conditions = (*self.conditions, *self._new(name, typed))
        except InvalidError as error:
            self.at, self.problem = name, error.message
            self.names = error.names if isinstance(error, UnclearPlaceError) else ()
            self._keep(name, typed)

    def _keep(self, name: str, typed: str) -> None:
        self.left[name] = typed
        for other in ("near-other", "near-far") if name == "new-near" else ():
            self.left[other] = self._form.text(other)

    def _like(self, one: Condition, typed: str) -> Condition:
        """Read what was typed as more of the same."""
        if isinstance(one, Where):
            return Where(one.kind, (building.place(typed, one.kind, self._lookups),), one.out)
        if isinstance(one, Field):
            return building.field(one.name, typed)
        return Says(How.ALL, building.said(typed, self._lookups))

    def _new(self, name: str, typed: str) -> tuple[Condition, ...]:
        if name == "new-says":
            how = self._form.text("new-how")
            return (Says(How(how) if how in set(How) else How.ALL, building.said(typed, self._lookups)),)
        if name == "new-near":
            far = self._form.text("near-far")
            return (building.close(typed, self._form.text("near-other"), far, self._lookups),)
        if name == "new-place":
            how = self._form.text("new-where")
            kind = PlaceKind(how.removeprefix("-")) if how.removeprefix("-") in set(PlaceKind) else PlaceKind.ABOUT
            return (Where(kind, (building.place(typed, kind, self._lookups),), how.startswith("-")),)
        if name == "new-field":
            how = self._form.text("new-name")
            return (building.field(how if how in FIELDS else "source", typed),)
        return (Says(How.ALL, building.said(f"topic:{typed}", self._lookups)),)


def _line(one: Condition) -> Line:
    if isinstance(one, Says):
        return Line("says", _SAYS, one.how, [_shown(item) for item in one.items])
    if isinstance(one, Close):
        sides = [" or ".join(_shown(item) for item in side) for side in (one.left, one.right)]
        return Line("before" if one.ordered else "near", (), "", sides, distance=one.distance)
    if isinstance(one, Where):
        exact = all(place.exact for place in one.places)
        return Line("place", _WHERE, f"{'-' * one.out}{one.kind}", [place.name for place in one.places], exact)
    choices = ((one.name, _FIELD[one.name][0]), (f"-{one.name}", _FIELD[one.name][1]))
    return Line("field", choices, f"{'-' * one.out}{one.name}", [_shown(value) for value in one.values])


def _shown(item: Node) -> str:
    """Write an item without its field's name: the line says that. A topic keeps its word."""
    if isinstance(item, Topic):
        return f"topic: {item.name.replace('-', ' ')}"
    if isinstance(item, Source | Author):
        return item.typed or " ".join(item.words)
    if isinstance(item, Site):
        return item.host
    if isinstance(item, Lang):
        return item.code
    assert isinstance(item, Term | Wildcard | Phrase | Place)
    return to_text(item)
