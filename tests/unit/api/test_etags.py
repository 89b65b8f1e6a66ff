from __future__ import annotations

import pytest
from pydantic import BaseModel

from services.api import etags
from services.api.etags import Precondition
from services.errors import ChangedError, MalformedError


class Thing(BaseModel):
    name: str = "ü"
    size: float = 1.0


HERE = etags.of(Thing())
OTHER = etags.of(Thing(name="other"))


def test_a_tag_is_of_what_is_said_and_not_of_its_order() -> None:
    assert etags.of_body(b'{"a": 1, "b": [2]}') == etags.of_body(b'{"b":[2],"a":1}')
    assert etags.of_body(b'{"a": 1}') != etags.of_body(b'{"a": 2}')
    assert HERE.startswith('"')
    assert HERE.endswith('"')


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        (None, True), ("*", True), (HERE, True), (f"{OTHER}, {HERE}", True), (f" , {HERE} ,", True),
        (OTHER, False), (f"W/{HERE}", False), (f"W/{HERE}, {OTHER}", False),
    ],
)  # fmt: skip
def test_if_match_compares_strongly(given: str | None, holds: bool) -> None:
    when = Precondition("/x", given)
    if holds:
        when.check(Thing())
    else:
        with pytest.raises(ChangedError):
            when.check(Thing())


@pytest.mark.parametrize("given", ["*", HERE])
def test_what_is_not_there_matches_nothing(given: str) -> None:
    with pytest.raises(ChangedError):
        Precondition("/x", given).check(None)


def test_a_thing_is_made_only_if_there_is_none() -> None:
    Precondition("/x", None, "*").check(None)
    with pytest.raises(ChangedError):
        Precondition("/x", None, "*").check(Thing())


@pytest.mark.parametrize(
    "given", ["", "abc", '"a', 'w/"a"', '"a" "b"', '"a\x01"', "*, *", '"a";b', '"' + "a" * 5000 + '"']
)
def test_a_header_that_holds_no_tags_is_called_out(given: str) -> None:
    with pytest.raises(MalformedError, match="If-Match"):
        Precondition("/x", given)


def test_calls_that_change_know_if_none_match_only_as_a_star() -> None:
    with pytest.raises(MalformedError, match="If-None-Match"):
        Precondition("/x", None, '"a"')
