"""Ids. Those of articles, stories, alerts and deliveries are hashes of what they stand for.

So the same ids come back when an article is taken in again after a restore, and a receiver that knows an id knows the
message. All others are drawn by chance.
"""

from __future__ import annotations

import hashlib
import secrets


def derived(*parts: str) -> str:
    """Hash the parts to 26 hexadecimal characters (104 bits). Their order counts."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=13).hexdigest()


def article_id(source: str, external_id: str, revision: int) -> str:
    """Give the id of one revision of what a source calls `external_id`."""
    return derived("article", source, external_id, str(revision))


def story_id(first_article: str) -> str:
    """Give the id of the story that an article begins."""
    return derived("story", first_article)


def alert_id(subscription: str, story: str, kind: str) -> str:
    """Give the id of the one alert of this kind that a subscription gets of a story."""
    return derived("alert", subscription, story, kind)


def delivery_id(channel: str, dedupe_key: str) -> str:
    """Give the id that the message keeps on every try; it is also its Message-ID and `webhook-id`."""
    return "msg_" + derived("delivery", channel, dedupe_key)


def window_id(channel: str, cadence: str, opens_at: str) -> str:
    """Give the id of a channel's window that opens at the given time."""
    return derived("window", channel, cadence, opens_at)


def drawn() -> str:
    """Draw a new id."""
    return secrets.token_hex(8)


def sha256(value: str) -> str:
    """Hash a secret or an address, so that it can be compared and not read."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
