from __future__ import annotations

import pytest

from services.api.strict_json import DEPTH, NotJsonError, read


def refused(body: bytes) -> tuple[int, str | None, int | None]:
    with pytest.raises(NotJsonError) as caught:
        read(body)
    problem = caught.value.problem
    return problem.status, problem.pointer, problem.position


@pytest.mark.parametrize(
    ("body", "position"),
    [
        (b"{", 2),
        (b'{"a":}', 6),
        (b"[1,]", 4),
        (b'{"a":1} x', 9),
        (b"\xff", 1),
        (b'{"a": "\xc3("}', 8),
        ("\ufeff{}".encode(), 1),
        ('{"ä": ü}'.encode(), 7),
        (b'{"a": "\n"}', 8),
        (b"'a'", 1),
    ],
)
def test_what_is_not_json_is_malformed_at_its_character(body: bytes, position: int) -> None:
    assert refused(body) == (400, None, position)


@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b'{"x":[{"id":1,"\\u0069d":2}]}'])
def test_a_name_given_twice_is_malformed(body: bytes) -> None:
    assert refused(body)[0] == 400


@pytest.mark.parametrize("depth", [DEPTH + 1, 900, 100_000])
@pytest.mark.parametrize("pair", ["[]", '{"a":|}'])
def test_what_is_nested_too_deeply_is_malformed(depth: int, pair: str) -> None:
    opening, _, closing = pair.partition("|") if "|" in pair else ("[", "", "]")
    assert refused((opening * depth + ("1" if "|" in pair else "") + closing * depth).encode())[0] == 400


def test_the_deepest_level_that_is_allowed_is_read() -> None:
    assert read(b"[" * DEPTH + b"]" * DEPTH)


@pytest.mark.parametrize(
    "body", [b"[NaN]", b"[-Infinity]", b"[Infinity]", b"[1e999]", b"[-1e999]", b"[" + b"9" * 5000 + b"]"]
)
def test_numbers_that_cannot_be_kept_are_mistakes(body: bytes) -> None:
    assert refused(body)[0] == 422


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"title":"a\\ud800"}', "/title"),
        (b'{"a":[{"b/c":"\\udc00x"}]}', "/a/0/b~1c"),
        (b'{"title":"a\\u0000"}', "/title"),
        (b'{"a\\u0000":1}', ""),
        (b'"\\ud800"', ""),
    ],
)
def test_characters_that_no_database_keeps_are_mistakes_at_their_place(body: bytes, pointer: str) -> None:
    assert refused(body) == (422, pointer, None)


def test_whole_surrogate_pairs_are_read_as_their_character() -> None:
    assert read(b'{"a":"\\ud83d\\udd14"}') == {"a": "🔔"}
