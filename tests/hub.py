"""A WebSub hub of the tests' own on loopback, which does what the W3C recommendation says, or what a test asks it to."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import httpx2

from tests.feed_site import FeedSite, Said, Seen


@dataclass
class Subscription:
    """A request as the hub took it."""

    mode: str
    topic: str
    callback: str
    secret: str | None
    lease_seconds: str | None


class Hub:
    """Takes subscriptions at `/hub`; verifies and delivers when the test says so."""

    def __init__(self) -> None:
        self.site = FeedSite()
        self.asked: list[Subscription] = []
        self.says = Said(b"", 202)
        self.verifies_at_once = False
        self.url = self.site.at("/hub", self._take)

    def __enter__(self) -> Self:
        self.site.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.site.__exit__()

    def _take(self, seen: Seen) -> Said:
        form = seen.form
        assert seen.headers["content-type"].startswith("application/x-www-form-urlencoded")
        self.asked.append(
            Subscription(
                form["hub.mode"], form["hub.topic"], form["hub.callback"], form.get("hub.secret"),
                form.get("hub.lease_seconds"),
            )
        )  # fmt: skip
        if self.verifies_at_once:
            assert self.verify().status_code == 200
        return self.says

    def verify(self, which: int = -1, **changed: str) -> httpx2.Response:
        """Verify the intent of a subscription; a parameter may be changed, and `hub_x=""` leaves it out."""
        one = self.asked[which]
        given = {
            "hub.mode": one.mode, "hub.topic": one.topic, "hub.challenge": secrets.token_urlsafe(16),
            "hub.lease_seconds": one.lease_seconds or "864000",
        } | {name.replace("hub_", "hub."): value for name, value in changed.items()}  # fmt: skip
        query = urlencode({name: value for name, value in given.items() if value})
        self.challenge = given["hub.challenge"]
        return httpx2.get(f"{one.callback}{'&' if '?' in one.callback else '?'}{query}", trust_env=False)

    def deny(self, which: int = -1, reason: str = "") -> httpx2.Response:
        """Refuse a subscription."""
        one = self.asked[which]
        query = urlencode({"hub.mode": "denied", "hub.topic": one.topic, "hub.reason": reason})
        return httpx2.get(f"{one.callback}?{query}", trust_env=False)

    def deliver(
        self, body: str, which: int = -1, *, method: str = "sha256", signature: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Push a feed to the subscriber, signed if the subscription has a secret."""
        one, data = self.asked[which], body.encode()
        if signature is None and one.secret:
            made = hmac.new(one.secret.encode(), data, getattr(hashlib, method)).hexdigest()
            signature = f"{method}={made}"
        given = {"Content-Type": "application/rss+xml", "Link": f'<{self.url}>; rel="hub", <{one.topic}>; rel="self"'}
        given |= {"X-Hub-Signature": signature} if signature else {}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in (given | headers).items()]
        return httpx2.post(one.callback, content=data, headers=raw, trust_env=False)
