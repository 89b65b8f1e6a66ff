"""The links in messages by which their reader looks at an alert, says what it was, or mutes its story.

`BASE/f/ALERT.MARK`: the mark signs the alert's id, so that whoever holds the message can use the link without signing
in, and nobody can make one. Nothing happens when a link is opened; its page has the buttons.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.alerts.message import Links
from services.errors import NotFoundError
from services.store.secrets import Vault

CHOICES = {"relevant": "Relevant", "place": "Wrong place", "sense": "Wrong sense", "duplicate": "Duplicate"}
MUTE = "mute"


@dataclass(frozen=True, slots=True)
class ReaderLinks:
    """Makes and reads the links of one installation."""

    base_url: str
    vault: Vault

    def of(self, alert: str) -> Links:
        """Give the links of one alert; none while there is no address to point to."""
        if not self.base_url:
            return Links()
        page = f"{self.base_url}/f/{self.token(alert)}"
        return Links(
            why=page, mute=f"{page}/{MUTE}", feedback=tuple((name, f"{page}/{at}") for at, name in CHOICES.items())
        )

    def token(self, alert: str) -> str:
        """Give the part of a link that stands for an alert."""
        return f"{alert}.{self.vault.mark(f'alert:{alert}')}"

    def wanted(self, subscription: str) -> str:
        """Give the page by which somebody says that a subscription is still wanted."""
        return f"{self.base_url}/w/{subscription}.{self.vault.mark(f'wanted:{subscription}')}"

    def subscription_of(self, token: str) -> str:
        """Give the subscription that such a page is about, or say that there is no such page."""
        subscription, _, mark = token.partition(".")
        if not self.vault.marked(f"wanted:{subscription}", mark):
            raise NotFoundError("There is no such page, or it is not yours")
        return subscription

    def alert_of(self, token: str) -> str:
        """Give the alert that a link stands for, or say that there is no such page."""
        alert, _, mark = token.partition(".")
        if not self.vault.marked(f"alert:{alert}", mark):
            raise NotFoundError("There is no such page, or it is not yours")
        return alert
