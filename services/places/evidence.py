"""The names of the evidence for a division as the meaning of a name, and the weights that need no training."""

from __future__ import annotations

EVIDENCE: tuple[str, ...] = (
    "people", "people gap", "largest", "country", "state", "county", "bare county", "region", "area", "district",
    "abroad",
    "nickname", "its people", "short", "variant", "behind", "not behind", "behind elsewhere", "not behind elsewhere",
    "home", "home place", "home county", "not home", "state named", "country named", "state share", "state leads",
    "county votes",
    "near", "near leads", "country share", "capital", "georgia abroad", "small alone", "counties follow",
    "same city", "post office",
    "abroad alone", "abroad share", "home near", "abroad unheard", "abroad unheard gap", "largest here",
    "much larger",
)  # fmt: skip
"""What is known of a division as the meaning of a name; all numbers are about 0 to 3."""

BY_HAND: dict[str, float] = {
    "people": 3.0, "country": 9.0, "state": 8.6, "county": 4.5, "bare county": 1.0, "region": 5.5, "area": 8.0,
    "district": 4.0,
    "behind": 8.0, "behind elsewhere": 3.0, "home": 3.0, "state named": 1.5, "state share": 2.5, "county votes": 1.5,
    "near": 1.0,
    "country share": 0.5, "capital": 4.0, "georgia abroad": -3.0,
}  # fmt: skip
