"""Why an article is in a story, in words for readers."""

from __future__ import annotations

import pytest

from services.store.tables import StoryMember
from services.web.alerts import reason_of


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("100% of its wording stands in a1b2", "100% of its wording stands in another of them"),
        ("4 terms as in a1b2: ferry, harbour", "4 terms in common: ferry, harbour"),
        ("a later text of the same article", "a later text of the same article"),
    ],
)
def test_a_reason_names_no_id(because: str, said: str) -> None:
    assert reason_of(StoryMember(because=because, near="a1b2")) == said
