"""Where a source is at home, and learning it from the source's earlier articles, so that no person has to type it.

Each article adds what share of its places lies in each state. The home is the state that keeps coming back. Nothing but
sums is kept, as plain JSON: {"articles": 12, "shares": {"US-CA": 8.4, "US-NV": 0.9}}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.places.gazetteer import COUNTRY, NOTHING, STATE, Gazetteer


@dataclass(frozen=True, slots=True)
class Home:
    """Where a source is at home, as rows: a state and perhaps a county of it, or a country abroad; -1 where unknown."""

    upper: int = -1
    county: int = -1

    def holds(self, gazetteer: Gazetteer, row: int) -> bool:
        """Say whether a division is the home state or country, or lies in it."""
        if self.upper < 0:
            return False
        at = gazetteer.state(row) if gazetteer.kinds[self.upper] == STATE else gazetteer.country_of(row)
        return at == self.upper


def home_of(gazetteer: Gazetteer, code: str | None) -> Home:
    """Give the home of a code: "US-CA", "US-CA-037", "GB". "US" says too little, and an unknown code nothing."""
    row = gazetteer.by_code.get(code or "", -1)
    if row < 0 or row == gazetteer.country:
        return Home()
    if gazetteer.kinds[row] in (COUNTRY, STATE):
        return Home(row)
    state = gazetteer.state(row)
    return Home(state, row) if state != NOTHING else Home(gazetteer.country_of(row))


_DOUBT = 0.3  # of a place: an article with one place says less than one with many
_LEAST = 0.3
_LEAST_SHARE = 0.3
_LEAD = 1.3  # the home has this many times what the next state has
_FADE = 200  # articles: what is older counts less, as sources move


@dataclass(slots=True)
class HomeLearner:
    """What a source's articles say of its home so far."""

    articles: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)

    def learn(self, chances: Mapping[str, float]) -> None:
        """Add an article: the chance of each state, as `Places.shares` has it."""
        if self.articles >= _FADE:
            keep = 1 - 1 / _FADE
            self.articles *= keep
            self.shares = {code: share * keep for code, share in self.shares.items() if share > 0.01}
        self.articles += 1
        sure = {code: chance * chance for code, chance in chances.items()}  # doubtful ones count for less than they say
        total = sum(sure.values()) + _DOUBT
        for code, chance in sure.items():
            self.shares[code] = self.shares.get(code, 0.0) + chance / total

    @property
    def home(self) -> str | None:
        """Give the code of the home state, or nothing while too little is known."""
        if not self.shares:
            return None
        order = sorted(self.shares, key=lambda code: (-self.shares[code], code))
        best = self.shares[order[0]]
        after = self.shares[order[1]] if len(order) > 1 else 0.0
        return order[0] if best >= max(_LEAST, _LEAST_SHARE * self.articles) and best >= _LEAD * after else None

    def stored(self) -> dict[str, object]:
        """Give it as plain JSON."""
        return {
            "articles": round(self.articles, 3),
            "shares": {code: round(one, 4) for code, one in self.shares.items()},
        }

    @classmethod
    def restored(cls, stored: Mapping[str, object] | None) -> HomeLearner:
        """Read what `stored` gave; anything else is a fresh start."""
        shares = stored.get("shares") if stored else None
        articles = stored.get("articles") if stored else None
        if not isinstance(shares, dict) or not isinstance(articles, int | float):
            return cls()
        return cls(float(articles), {str(code): float(one) for code, one in shares.items()})
