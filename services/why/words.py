"""How the stages say times: in the reader's zone, with the day where it is another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Words:
    """Says times to a reader who asks now."""

    zone: tzinfo
    now: datetime

    def at(self, at: datetime | None) -> str:
        """Say when: "at 09:13:34", "yesterday at 22:10:00", "on 18 November at 22:10:00"."""
        if at is None:
            return "at an unknown time"
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        days = (today.date() - local.date()).days
        clock = f"at {local:%H:%M:%S}"
        if days == 0:
            return clock
        if days == 1:
            return f"yesterday {clock}"
        year = "" if local.year == today.year else f" {local.year}"
        return f"on {local.day} {local:%B}{year} {clock}"

    def until(self, at: datetime) -> str:
        """Say until when, without seconds."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        clock = f"{local:%H:%M}"
        return clock if local.date() == today.date() else f"{local.day} {local:%B}, {clock}"
