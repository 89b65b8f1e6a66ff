"""Topics: the packs that `topic:` in a query stands for, those that ship and those that operators applied."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response
from pydantic import Field

from services import clock
from services.acts import topic_acts
from services.api import etags
from services.api.etags import When
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Page, Sent, Shown
from services.errors import InvalidError, NotFoundError
from services.queries.canonical import to_text
from services.store import topic_packs
from services.store.topic_packs import PackFile
from services.topics.fields import LARGEST_CHARACTERS
from services.topics.packs import Pack

routes = router("topics")


class TopicShown(Shown):
    """A topic and the query it stands for."""

    name: str
    title: str
    description: str
    query: str


class TopicFile(TopicShown):
    """A topic with the file it stands in, as it was written."""

    file: str
    yaml: str


class TopicApplied(TopicFile):
    """A topic that was applied. `state`: new, changed, or unchanged."""

    state: str


class PackSent(Sent):
    """The file of a topic pack."""

    yaml: Annotated[str, Field(max_length=LARGEST_CHARACTERS)]


@routes.get("")
def list_all(here: Here) -> Page[TopicShown]:
    """List all topics by name."""
    return Page(items=[TopicShown(**_show(pack)) for _, pack in sorted(here.packs.packs.items())], next=None)


@routes.get("/{name}")
def one(name: str, here: Here) -> TopicFile:
    """Show a topic with its file: what was applied is given back as it was."""
    with here.store.read() as session:
        found = topic_packs.files(session).get(name)
    if found is None:
        raise NotFoundError(f'There is no topic "{name}"', field="/name")
    return TopicFile(**_file(found))


@routes.put("/{name}")
def apply(name: str, sent: PackSent, here: Here, who: Who, when: When, response: Response) -> TopicApplied:
    """Let a topic stand for what this pack says, from the next article on. Its examples must come out as it says."""
    try:
        found = topic_packs.read(sent.yaml, f"{name}.yaml")
        if found.pack.name != name:
            raise InvalidError(f'The pack is called "{found.pack.name}"; "{name}" is expected')
        with here.store.write() as work:
            when.hold(work.session)
            before = topic_packs.files(work.session).get(name)
            when.check(None if before is None else TopicFile(**_file(before)))
            states = topic_acts.apply_topics(work, who.name, [found], clock.now())
    except InvalidError as error:
        error.field = "/yaml"
        raise
    response.headers["ETag"] = etags.of(TopicFile(**_file(found)))
    return TopicApplied(**_file(found), state=states[name])


def _show(pack: Pack) -> dict[str, str]:
    return {"name": pack.name, "title": pack.title, "description": pack.description, "query": to_text(pack.tree)}


def _file(found: PackFile) -> dict[str, str]:
    return {**_show(found.pack), "file": found.file, "yaml": found.text}
