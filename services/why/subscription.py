"""The stages that depend on whose subscription it is: the story, the subscription, its query, and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from services.errors import InvalidError
from services.places.kept import of_json
from services.queries.document import Document
from services.queries.evaluate import Evidence, Missing
from services.queries.parser import STORED, Lookups, parse
from services.queries.places import Places
from services.queries.tree import Node
from services.rules import explain as rules
from services.rules.explain import Explanation, told_missing
from services.store import links, sources, stories
from services.store.states import SubscriptionState
from services.store.tables import Alert, Article, Story, Subscription
from services.stories.decision import Relation, in_words
from services.why import places, settings
from services.why.line import Passed, Stage, Step, stop, through
from services.why.words import Words

_PLACES = ("place", "about", "gov")


@dataclass(frozen=True, slots=True)
class Seen:
    """An article as queries see it, with what parsing and evaluating one need."""

    row: Article
    document: Document
    places: Places
    topics: Mapping[str, Node]
    lookups: Lookups

    def tree(self, query: str) -> Node:
        """Read a stored query. Raises `InvalidError` if it can no longer be read."""
        return parse(query, self.lookups, STORED).tree

    def explain(self, tree: Node) -> Explanation:
        """Explain a query on the article."""
        return rules.explain(tree, self.document, self.topics, self.places)


def stages(session: Session, seen: Seen, subscription: Subscription, words: Words) -> list[Stage]:
    """Give the stages up to the one that stopped the article, or all that are left."""
    alert = links.alert_of(session, subscription.id, seen.row)
    if alert is not None and alert.article != seen.row.id and alert.kind == "new":
        return [_copy(session, seen.row, alert, words)]
    found = [_story(session, seen.row)]
    if alert is not None:
        found.append(through(Step.SUBSCRIPTION, "The subscription was there and active."))
        found.append(_held(alert))
        return [*found, *settings.stages(session, alert, words)]
    return [*found, *_untold(seen, subscription, words)]


_WHAT = {
    Relation.NEW: "The first article", Relation.RELATED: "The first article", Relation.COPY: "A copy",
    Relation.RETELLING: "A retelling", Relation.REVISION: "A later text",
}  # fmt: skip


def _related(session: Session, row: Article) -> tuple[str, str]:
    """Give what an article is to its story and why, in words; nothing for one of before that was kept."""
    member = stories.members(session, [row.id]).get(row.id)
    return (member.relation, in_words(member.because, member.near)) if member is not None else ("", "")


def _copy(session: Session, seen: Article, alert: Alert, words: Words) -> Stage:
    first = session.get_one(Article, alert.article)
    source = sources.get(session, first.source).name
    relation, how = _related(session, seen)
    what = _WHAT[Relation(relation or Relation.COPY)]
    text = f"{what} of a story that this subscription heard of {words.at(alert.created_at)}, from {source}."
    held = next((one for one in settings.stages(session, alert, words) if one.passed is Passed.STOPPED), None)
    if held is not None:
        text += f" That alert: {held.text[0].lower()}{held.text[1:]}"
    return stop(
        Step.STORY, "copy", text, story=alert.story, told_at=alert.created_at, article=first.id, alert=alert.id,
        source=source, title=first.title, url=first.url, relation=relation or None, how=how or None,
    )  # fmt: skip


def _story(session: Session, row: Article) -> Stage:
    story = session.get(Story, row.story) if row.story else None
    if story is None:
        return through(Step.STORY, "It has no story yet.")
    if story.first_article == row.id:
        others = story.articles - 1
        joined = f" {others} {'article' if others == 1 else 'articles'} joined later." if others else ""
        began = "It began a story of its own."
        if story.parted_from is not None:
            began = "An operator parted it from another story, and it began its own."
        relation, how = _related(session, row)
        if relation == Relation.RELATED:
            began = f"It began a story of its own, told in the thread of a related one: {how}."
        facts = {
            "story": story.id, "articles": story.articles, "parted_from": story.parted_from, "thread": story.thread,
            "relation": relation or None, "how": how or None,
        }  # fmt: skip
        return through(Step.STORY, f"{began}{joined}", **facts)
    text = "It joined a story that this subscription had not been told of."
    return through(Step.STORY, text, story=story.id, articles=story.articles)


def _held(alert: Alert) -> Stage:
    clause = str(alert.reason.get("clause", ""))
    text = f"The query held: {clause}." if clause else "The query held for the story."
    return through(Step.QUERY, text, reason=alert.reason)


def _untold(seen: Seen, subscription: Subscription, words: Words) -> list[Stage]:
    """Say why no alert was made: the subscription, else the query; else what cannot be said better."""
    matched = seen.row.matched_at
    if matched is not None and subscription.created_at > matched:
        text = f"The subscription was made {words.at(subscription.created_at)}, after the article had been matched."
        return [stop(Step.SUBSCRIPTION, "later", text, created_at=subscription.created_at, matched_at=matched)]
    if subscription.state != SubscriptionState.ACTIVE:
        reason = f" {subscription.reason}" if subscription.reason else ""
        said = {"paused": "The subscription is paused.", "quarantined": f"The query is in quarantine.{reason}"}
        state = str(subscription.state)
        return [stop(Step.SUBSCRIPTION, state, said[state], since=subscription.changed_at, reason=subscription.reason)]
    try:
        tree = seen.tree(subscription.query)
    except InvalidError as error:
        return [stop(Step.SUBSCRIPTION, "quarantined", f"The query can no longer be read: {error.message}")]
    explained = seen.explain(tree)
    if not explained.matched:
        return [through(Step.SUBSCRIPTION, "The subscription was there and active."), _missed(seen, tree, explained)]
    if matched is not None and subscription.changed_at > matched:
        text = f"The query holds as it is now; it was changed {words.at(subscription.changed_at)}, after the match."
        return [stop(Step.SUBSCRIPTION, "changed", text, changed_at=subscription.changed_at, matched_at=matched)]
    text = "The query holds, but no alert was made: it failed at that time, or the story's alerts are gone."
    return [stop(Step.SUBSCRIPTION, "no_alert", text)]


def _missed(seen: Seen, tree: Node, explained: Explanation) -> Stage:
    missing = explained.verdict.missing
    uncounted = {one.clause: one for one in explained.verdict.ignored}
    if missing and all(leaf.clause.partition(":")[0].rstrip("~") in _PLACES for leaf in missing):
        because = "place"
    elif any(leaf.clause in uncounted for leaf in missing):
        because = "uncounted"
    else:
        because = "false_clause"
    said = [f"{leaf.clause} {_why(seen, tree, leaf, uncounted.get(leaf.clause))}" for leaf in missing]
    return stop(Step.QUERY, because, f"The query did not hold: {'; '.join(said)}.", **rules.to_json(explained))


def _why(seen: Seen, tree: Node, leaf: Missing, ignored: Evidence | None) -> str:
    """Say what stands there instead: the place as it was understood, the zone that does not count; else that is not."""
    place = places.place_of(tree, leaf.clause)
    if place is not None and seen.row.places and not leaf.present:
        otherwise = places.understood(of_json(seen.row.places), place)
        if otherwise:
            return f"does not hold: {otherwise}"
    if ignored is not None:
        return f"does not hold: {ignored.how}" if ignored.how else f"stands only in the {ignored.zone}"
    return told_missing(leaf)
